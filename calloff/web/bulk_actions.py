"""Actions on several records of a list.

People select rows, check them on a page, and read the result for each row.

A view returns `respond(request, REMIND_SEVERAL)`, where `REMIND_SEVERAL` is a `BulkAction`. In the list,
`parts/bulk.html` draws the tick boxes and the buttons. Each command runs in its own transaction (a savepoint of the
request's transaction, so that the form is processed once), and a row that is refused or has disappeared does not affect
the others. If the request stops in the middle, nothing is done, and the person can submit the form again. 25
countersignatures, which are the slowest action, take about 2.5 seconds, or 0.1 seconds each.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import render

from calloff.history.constraint_errors import explain_integrity_error
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import Refused
from calloff.web import command_views
from calloff.web.forms_ui.forms import ConfirmForm, PageForm
from calloff.web.request import OrganisationRequest
from calloff.web.session import double_submission

log = logging.getLogger(__name__)
Record = TypeVar("Record", bound=Model)
CHOSEN_FIELD = "chosen"  # the name of the tick boxes
MAX_CHOSEN = 25  # as many as one page of a list shows
MAX_SHOWN_KEY_LENGTH = 40  # how much of a key that belongs to no row is repeated on the page
NOT_FOUND_ERRORS = (Http404, ObjectDoesNotExist, LookupError)  # what lookups raise for a record that has disappeared
NOT_PERMITTED_SENTENCE = "You do not have the role to do this. Ask your people administrator to add it."


class BulkResult(NamedTuple):
    """The result for one row. Before the form is submitted, it says what is known about the row."""

    name: str
    href: str
    is_done: bool
    sentence: str


@dataclass(frozen=True)
class BulkAction(Generic[Record]):
    """One action that people can take on several records together."""

    _: KW_ONLY
    heading: str  # the verb, before the number of records: “Remind” 3 schools
    done: str  # the past participle, after the number of records: 3 schools “reminded”
    one: str  # the noun for one record: “school”
    many: str = ""  # the plural noun, if it is not `one` + s
    key: str = "reference"  # the field of the record that a tick box contains
    # returns those of the records with these keys which the person is allowed to see
    find: Callable[[OrganisationRequest, Sequence[str]], Iterable[Record]]
    name: Callable[[Record], str]
    note: Callable[[Record], str] = lambda _: ""  # a second line about a record
    href: Callable[[OrganisationRequest, Record], str] = lambda *_: ""
    # returns why the action is not possible for a record now, or an empty string
    why_not: Callable[[OrganisationRequest, Record], str]
    # runs the command for one record with the answers, and returns what happened in a sentence
    command: Callable[[OrganisationRequest, Record, dict[str, Any]], str]
    form: Callable[[OrganisationRequest, list[Record]], PageForm] = lambda request, _: ConfirmForm.of(request)
    meaning: Sequence[str] = ()  # paragraphs on what will happen and who will be told
    back: Callable[[OrganisationRequest], str]  # the path of the list
    stops: bool = False
    template: str = "layouts/bulk.html"
    # the context of another template
    context: Callable[[OrganisationRequest, list[Record]], Mapping[str, Any]] = lambda *_: {}
    hidden: tuple[str, ...] = ()  # other parameters of the list that the page repeats

    def count(self, number: int) -> str:
        return pluralise(number, self.one, self.many)


def respond(request: OrganisationRequest, action: BulkAction[Any]) -> HttpResponse:
    """Show the selected records and the form.

    If the form was submitted, run the command for each record and show the results.
    """
    back, keys = action.back(request), chosen_keys(request)
    if not keys:
        return command_views.redirect_notice(request, f"Select at least one {action.one}", back)
    if len(keys) > MAX_CHOSEN:
        return command_views.redirect_notice(request, too_many(action), back)
    found = {str(getattr(record, action.key)): record for record in action.find(request, keys)}
    refused = {key: _refusal(request, action, key, found.get(key)) for key in keys}
    possible = [found[key] for key in keys if refused[key] is None]
    page = {
        "action": action,
        "keys": keys,
        "refused": [row for row in refused.values() if row],
        "possible": [
            BulkResult(action.name(one), action.href(request, one), True, action.note(one)) for one in possible
        ],
        "hidden": [(name, sent(request).get(name, "")) for name in action.hidden],
        "cancel": back,
    }
    if not possible:
        return render(request, "layouts/bulk.html", page, status=409)
    form = action.form(request, possible)
    if form.attempt(_run_each, request, action, possible):
        rows = [refused[key] or form.result[key] for key in keys]
        number = sum(row.is_done for row in rows)
        words = f"{action.count(number)} {action.done}"
        response = render(request, "layouts/bulk_done.html", page | {"results": rows, "words": words, "number": number})
        return double_submission.shown_once(response, f"You have already submitted this form. {words}.", back)
    page |= {"form": form} | dict(action.context(request, possible))
    return render(request, action.template, page)


def too_many(action: BulkAction[Any]) -> str:
    """Return the sentence for a person who has selected more rows than one page of a list shows."""
    return f"Select up to {MAX_CHOSEN} {action.many or f'{action.one}s'} at a time"


def chosen_keys(request: OrganisationRequest) -> list[str]:
    """Return the keys of the selected rows, without duplicates, in list order."""
    return list(dict.fromkeys(key for key in sent(request).getlist(CHOSEN_FIELD) if key))


def sent(request: OrganisationRequest) -> Any:
    """Return the submitted form, the form that was saved while the person signed in, or the query."""
    kept = getattr(request, "kept", None)
    return request.POST if request.method == "POST" else kept.answers if kept else request.GET


def _refusal(request: OrganisationRequest, action: BulkAction[Any], key: str, record: Any) -> BulkResult | None:
    """Return why the action is not possible for a row, or None.

    The answer is the same for someone else's record as for a record that does not exist.
    """
    if record is None:
        return BulkResult(key[:MAX_SHOWN_KEY_LENGTH], "", False, _not_found(action))
    try:
        sentence = action.why_not(request, record)
    except NOT_FOUND_ERRORS:
        sentence = _not_found(action)
    except PermissionDenied:
        sentence = NOT_PERMITTED_SENTENCE
    return BulkResult(action.name(record), action.href(request, record), False, sentence) if sentence else None


def _not_found(action: BulkAction[Any]) -> str:
    return f"We cannot find this {action.one}, or you do not have access to it."


def _run_each(
    request: OrganisationRequest, action: BulkAction[Any], records: Sequence[Any], **answers: Any
) -> dict[str, BulkResult]:
    """Run the command for each record, in the order of their keys so that two people cannot cause a deadlock.

    Raises Refused, before anything is done, if an answer on the form is wrong.
    """
    results: dict[str, BulkResult] = {}
    for record in sorted(records, key=lambda one: one.pk):
        try:
            is_done, sentence = True, action.command(request, record, answers)
        except Refused as refusal:
            is_answer = any(problem.where in answers for problem in refusal.problems)
            if is_answer and not any(row.is_done for row in results.values()):
                raise
            is_done, sentence = False, " ".join(problem.sentence for problem in refusal.problems)
        except PermissionDenied:
            is_done, sentence = False, NOT_PERMITTED_SENTENCE
        except NOT_FOUND_ERRORS:
            log.exception("A record of a bulk action was not found")
            is_done, sentence = False, _not_found(action)
        except IntegrityError as clash:
            explained = explain_integrity_error(clash)
            if explained is None:
                raise
            is_done, sentence = False, explained
        key, href = str(getattr(record, action.key)), action.href(request, record)
        results[key] = BulkResult(action.name(record), href, is_done, sentence)
    return results
