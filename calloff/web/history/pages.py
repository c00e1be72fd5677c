"""The History page of a record: who did what, when, what changed and why. The reader must be allowed to see the
record.

    return pages.render_history(request, agreement, context={…}, frame="authority/agreement_frame.html")

The text comes from `history_text` in the record's life cycle (`states.py`). The reason comes from the row that
`reasons.REASON_SOURCES` names.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import render

from calloff.history.models import Event
from calloff.history.queries import history_of, history_text
from calloff.history.record_types import record_type
from calloff.kernel.formatting import format_list, format_short_date
from calloff.people.models import RoleGrant
from calloff.web.history.reasons import reasons_for
from calloff.web.list_pages import part_of_list
from calloff.web.request import OrganisationRequest

MODELS_NAMED_BY_KIND = frozenset({"placements.DayNote"})  # the types of record for which entries also name the kind
EVENTS_ON_A_PAGE = 200
GROUPED_VERBS = ("mark", "save_section", "take_register", "confirm_codes")


@dataclass
class HistoryEvent:
    """An action as the page shows it: who did it, when, and what changed."""

    by: Any
    acting_for: str
    at: datetime
    changes: dict[str, list[str]]
    told: str = ""  # the people who got a message, if the reader is allowed to know this


@dataclass
class HistoryEntry:
    """An action in the history of a record, or several similar actions in a row, as in `parts/history.html`."""

    pk: int
    verb: str
    event: HistoryEvent
    times: int = 1
    subjects: list[Any] = field(default_factory=list)
    # the kinds of the records on the page, by (model, key)
    kinds: dict[tuple[str, Any], str] = field(default_factory=dict)


def render_history(
    request: OrganisationRequest,
    *records: Model,
    context: Mapping[str, Any],
    frame: str = "layouts/framed.html",
    names: Callable[[HistoryEvent], str] | None = None,
) -> HttpResponse:
    """Render the History page of one or more records, in the frame that all pages of the record share.

    The frame gets the context, with “history” as `here`. If no frame is given, the context must contain `breadcrumbs`,
    `parts`, `caption` and `heading`. If the reader is not allowed to see everyone's name, pass `names`, a function
    that returns the text for the person who acted.
    """
    history = timeline(request, *records)
    if names is not None:  # This page hides who acted, so it must also hide who got a message.
        history["names"] = names
        for act in history["steps"]:
            act.event.told = ""
    return render(request, "layouts/history.html", {**context, **history, "frame": frame})


def timeline(request: OrganisationRequest, *records: Model) -> dict[str, Any]:
    """Return the template context for the history of one or more records, for a person who can see these records.

    An action that changed several of the records is shown once. Colleagues are shown by name, but people at other
    organisations only by the name of their organisation.
    """
    everything = history_of(*records)
    happened_here = Event.objects.filter(pk__in=everything.order_by().values("event_id"))
    page = part_of_list(request, happened_here, ("-at", "-pk"), EVENTS_ON_A_PAGE)
    subjects = list(everything.filter(event__in=page.rows))
    acts: dict[int, HistoryEntry] = {}
    kinds = {
        (record_type(record), record.pk): _kind_of(record)
        for record in records
        if record_type(record) in MODELS_NAMED_BY_KIND
    }
    for subject in subjects:
        event = subject.event
        happened = HistoryEvent(event.by, event.acting_for, event.at, _spoken(event.changes))
        acts.setdefault(event.pk, HistoryEntry(subject.pk, event.verb, happened, kinds=kinds)).subjects.append(subject)
    own_name = str(request.organisation)

    def names(event: HistoryEvent) -> str:
        if event.acting_for and event.acting_for != own_name:
            return event.acting_for
        return f"{event.by.name}, {own_name}" if event.acting_for else str(event.by.name)

    recipients = _recipients([subject.event for subject in subjects], own_name)
    for act in acts.values():
        act.event.told = recipients.get(act.subjects[0].event_id, "")
    reasons = reasons_for(subjects, request.user, request.now)
    reason_by_act = {
        act.pk: why for act in acts.values() for subject in act.subjects if (why := reasons.get(subject.pk))
    }
    return {
        "steps": _gathered(list(acts.values())),
        "names": names,
        "words": describe_entry,
        "reasons": reason_by_act,
        "newer": page.previous,
        "older": page.next,
    }


def describe_entry(act: HistoryEntry) -> str:
    """Describe an action by its effect on the record to which the verb belongs or, if that is not here, on the
    first record.
    """
    moved = next((subject for subject in act.subjects if subject.verb == act.verb), act.subjects[0])
    words = history_text(moved)
    moved_alike = [subject for subject in act.subjects if subject.verb == moved.verb]
    if named := [
        act.kinds[key] for subject in moved_alike if (key := (subject.record_type, subject.record_id)) in act.kinds
    ]:
        words = f"{words}: {format_list(named)}"
    return f"{words}, {act.times} times" if act.times > 1 else words


def _kind_of(record: Any) -> str:
    kind = str(record.get_kind_display())
    return f"{kind[:1].lower()}{kind[1:]}"


def _recipients(events: list[Event], own_name: str) -> dict[int, str]:
    """Return who got a message about each event: organisations and roles, without names.

    The organisation that acted sees everyone to whom it sent a message. Any other organisation only sees whether its
    own people got a message, so that a provider does not learn about other providers.
    """
    people = {person for event in events for person in event.told}
    if not people:
        return {}
    grants = list(RoleGrant.objects.filter(person__in=people).select_related("organisation").order_by("pk"))
    recipients: dict[int, str] = {}
    for event in events:
        roles: dict[str, list[str]] = {}
        for grant in grants:
            was_told = grant.person_id in event.told and grant.starts_at <= event.at
            if was_told and (grant.ends_at is None or grant.ends_at > event.at):
                named = roles.setdefault(str(grant.organisation), [])
                if (role := str(grant.get_role_display())) not in named:
                    named.append(role)
        all_of_them = event.acting_for == own_name
        shown = [
            f"{name} ({format_list(role_names)})"
            for name, role_names in roles.items()
            if all_of_them or name == own_name
        ]
        if shown:
            recipients[event.pk] = format_list(shown)
    return recipients


def _gathered(acts: list[HistoryEntry]) -> list[HistoryEntry]:
    """Combine actions that a person did many times in a row into one entry.

    For example, thirty marks in a register become one entry.
    """
    gathered: list[HistoryEntry] = []
    for act in acts:
        last = gathered[-1] if gathered else None
        if last and act.verb in GROUPED_VERBS and (last.verb, last.event.by.pk) == (act.verb, act.event.by.pk):
            last.times += 1
            for name, (_, new) in act.event.changes.items():
                there = last.event.changes.get(name)
                last.event.changes[name] = ["", f"{new}, {there[1]}" if there and there[1] != new else new]
        else:
            gathered.append(act)
    return gathered


def _spoken(changes: dict[str, list[Any]]) -> dict[str, list[str]]:
    return {name: [_said(old), _said(new)] for name, (old, new) in changes.items()}


def _said(value: Any) -> str:
    """Format a stored value: dates as in tables, and keys with spaces instead of underscores."""
    text = "" if value is None else str(value)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return format_short_date(date.fromisoformat(text))
    return text.replace("_", " ") if re.fullmatch(r"[a-z]+(_[a-z]+)*", text) else text
