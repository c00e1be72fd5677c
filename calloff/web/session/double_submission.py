"""Process every form only once, even after a double click, going back or submitting it again.

Each form on a page has a key, next to its CSRF token. The view and the row of the key share one transaction, so views
need no code for this. If the same form is submitted again, the person gets the first response again. If the answers
are different from those of the first time, the form is shown again as the person typed it, and nothing is done until
they submit it again.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from django.contrib import messages
from django.db import DatabaseError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.backends.utils import csrf_input
from django.utils.html import format_html

from calloff.history import once_keys
from calloff.history.transitions import collect_event_keys, is_any_event_left
from calloff.web.session import saved_submissions

ONCE_KEY_FIELD = "once_key"
ONCE_KEY_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,64}")
ALREADY_SENT_MESSAGE = (
    "You have already sent this form, so we did not send it again. To send another, open the page again."
)
SENT_DIFFERENTLY_MESSAGE = (
    "You have already sent this form with different answers. Nothing was sent this time. To send these answers too, "
    "check them and select the button again."
)
SEE_OTHER = 303
# How many seconds a repeated request waits for the first request. The time is short because each request that waits
# uses up a thread.
MAX_LOCK_WAIT_SECONDS = 5
RETRY_AFTER_SECONDS = 10


class ResubmissionNotice(NamedTuple):
    """The message and link for a form that is submitted again, if the first response cannot be repeated."""

    words: str
    location: str


class FormFieldsMiddleware:
    """The hidden fields of every form: the CSRF token, and a new key for each form.

    They are made only when a page uses them, so a page without a form does not set a CSRF cookie.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __html__(self) -> str:
        token = csrf_input(self.request)
        return token + format_html(
            '<input type="hidden" name="{}" value="{}">', ONCE_KEY_FIELD, once_keys.make_once_key()
        )

    __str__ = __html__


def form_fields(request: HttpRequest) -> dict[str, Any]:
    """Replace `csrf_input`, which every form includes, with the CSRF token and the key."""
    return {"csrf_input": FormFieldsMiddleware(request)}


def answered_once(view: Callable[..., Any]) -> Callable[..., Any]:
    """Handle each POST that has a key only once.

    A second POST with the same key gets the first response and has no other effect.
    """

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> Any:
        key = getattr(request, "once_key", "") if request.method == "POST" else ""
        if not key:
            return view(request, *args, **kwargs)
        return _answer(request, key, lambda: view(request, *args, **kwargs))

    return answer


def shown_once(response: HttpResponse, words: str, location: str) -> HttpResponse:
    """Mark a response as a page that is shown only once.

    The response then has the message and link for a form that is submitted again.
    """
    response.sent_again = ResubmissionNotice(words, location)  # type: ignore[attr-defined]
    return response


def _answer(request: Any, key: str, respond: Callable[[], HttpResponse]) -> HttpResponse:
    who = f"person {request.user.pk}" if request.user.is_authenticated else "visitor"
    digest, sent = once_keys.digest_once_key(who, request.path, key), _sent(request)
    try:
        return _answer_once(request, digest, sent, respond)
    except once_keys.RequestInProgress:
        response = render(request, "layouts/still_working.html", status=409)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    except OperationalError as error:
        if connection.in_atomic_block or not once_keys.is_deadlock(error):
            raise
        for _, uploads in request.FILES.lists():
            for file in uploads:
                file.seek(0)
        # This request has done nothing, and the other transaction has ended by now.
        return _answer_once(request, digest, sent, respond)


def _answer_once(request: Any, digest: str, sent: str, respond: Callable[[], HttpResponse]) -> HttpResponse:
    failure: Exception | None = None
    with transaction.atomic():
        first = once_keys.claim_once_key(digest, body_digest=sent, at=request.now, waits_for=MAX_LOCK_WAIT_SECONDS)
        if first is not None:
            words = bytes(first.answer).decode() or ALREADY_SENT_MESSAGE
            return _again(request, ResubmissionNotice(words, first.location), same=first.body_digest == sent)
        try:
            response, done = _respond(request, respond)
        except DatabaseError:  # Everything that the transaction wrote is lost, including the key.
            raise
        # Rows that were written before the error stay, as for a form without a key, for example the log of a view or
        # an attempt.
        except Exception as raised:
            failure = raised
            _release(digest)
        else:
            if done:
                location = response.headers.get("Location", "") or request.path
                again = getattr(response, "sent_again", ResubmissionNotice("", location))
                once_keys.record_response(
                    digest, status=SEE_OTHER, location=again.location, answer=again.words.encode()
                )
            else:
                _release(digest)
    if failure is not None:
        raise failure
    return response


def _respond(request: Any, respond: Callable[[], HttpResponse]) -> tuple[HttpResponse, bool]:
    """Run the view. Return its response, and whether it did what the person requested.

    It did so if it recorded an event, redirects, or shows a page once (`shown_once`). A redirect that sets a cookie or
    changes the session cannot be repeated from the stored key, so the second value is then false.
    """
    session = request.session
    was_modified, session_modified = getattr(session, "modified", False), False
    if hasattr(session, "modified"):
        session.modified = False
    with collect_event_keys() as acts:
        response = respond()
    if hasattr(session, "modified"):
        session_modified = session.modified
        session.modified = session_modified or was_modified
    if _was_done(acts) or hasattr(response, "sent_again"):
        return response, True
    leads_on = isinstance(response, HttpResponseRedirect) and not getattr(response, "did_nothing", False)
    return response, leads_on and not session_modified and not response.cookies


def _was_done(acts: list[int]) -> bool:
    try:
        return is_any_event_left(acts)
    except DatabaseError:  # The view has caught a database error, so the transaction can no longer be used.
        return False


def _release(digest: str) -> None:
    try:
        with transaction.atomic():
            once_keys.release_once_key(digest)
    except DatabaseError:  # The view has caught a database error, so the transaction can no longer be used.
        transaction.set_rollback(True)


def _again(request: Any, first: ResubmissionNotice, *, same: bool) -> HttpResponse:
    """Return the response to a form that is submitted again.

    This is the first response or, if the answers are different, the form as the person typed it.
    """
    if not same and request.user.is_authenticated and getattr(request.resolver_match.func, "has_page", False):
        messages.info(request, SENT_DIFFERENTLY_MESSAGE)
        # The submission that was restored first has been used up, but the new submission must stay.
        request.kept = None
        location = saved_submissions.address_with_saved(request, request.path)
    else:
        location = first.location
        messages.info(request, first.words)
    response = HttpResponseRedirect(location)
    response.status_code = SEE_OTHER
    return response


def _sent(request: Any) -> str:
    """Return a digest of the submitted form.

    It does not include the CSRF token, because that is masked differently on each page.
    """
    fields = [(name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"]
    files = []
    for name, uploads in request.FILES.lists():
        for file in uploads:
            content = once_keys.digest_once_key(*file.chunks())
            file.seek(0)
            files.append((name, file.name or "", content.encode()))
    return once_keys.digest_request_body(fields, files)
