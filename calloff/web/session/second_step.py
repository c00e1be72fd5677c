"""How a person has signed in to this session: with a password, a PIN in a known browser, or a second step.

The session stores each proof with its time, in the list that allauth provides. A known browser has a cookie with a
token, and the database has a digest of that token.
"""

import re
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from calloff.accounts import commands, queries
from calloff.accounts.models import KnownBrowser
from calloff.kernel.lifecycles import Refused
from calloff.kernel.user_agents import device_name
from calloff.outbox.commands import queue_message

PROVED_FULLY, PROVED_BY_PIN, PROVED_FOR_SET_UP, PROVED_NOTHING = "full", "pin", "setting up", ""
SECOND_STEP_METHODS = ("mfa", "email_code")
EMAIL_CODE_METHOD, PIN_METHOD = "email_code", "pin"  # the names of our own proofs in the session
# With this proof, the person can open only the pages for setting up a second step.
CODE_TO_SET_UP_SESSION_KEY = "email_code_to_set_up"
DEVICE_TOKEN_PATTERN = re.compile(r"[-\w]{40,64}")
DEVICE_COOKIE_SECONDS = 365 * 24 * 3600


def is_needed(request: Any) -> bool:
    """Return whether the person needs more than their password to sign in."""
    return not settings.SECOND_STEP_WAIVED and queries.needs_second_step(request.user, request.now)


def proof_level(request: Any) -> str:
    """Return the strongest proof in this session, not counting the password."""
    from allauth.account.internal.flows.login import get_authentication_records  # noqa: PLC0415  (models)

    methods = {record.get("method") for record in get_authentication_records(request, request.user)}
    if methods.intersection(SECOND_STEP_METHODS):
        return PROVED_FULLY
    if CODE_TO_SET_UP_SESSION_KEY in methods:
        return PROVED_FOR_SET_UP
    return (
        PROVED_BY_PIN
        if PIN_METHOD in methods and queries.reads_only_the_register(request.user, request.now)
        else PROVED_NOTHING
    )


def viewer(request: Any) -> Any:
    """Return the viewer of a public page, who is anonymous until the session has passed the second step.

    On public pages that show more to some people than to others, use this instead of `request.user`. These pages do
    not require a second step, so a person with a stolen password could otherwise see the prices that a buyer sees.
    """
    if request.user.is_authenticated and is_needed(request) and proof_level(request) != PROVED_FULLY:
        return AnonymousUser()
    return request.user


def sets_up_with_code(request: Any) -> bool:
    """Return whether the person still needs an emailed code before they can set up a second step."""
    person, at, done = request.user, request.now, proof_level(request)
    if done == PROVED_FULLY or not is_needed(request) or not queries.sets_up_with_code(person, at):
        return False
    return done != PROVED_FOR_SET_UP or not queries.may_set_up_with_code(person, at)


def short_names_only(request: Any) -> bool:
    """Return whether pages must shorten the names of children, because the person has only entered a PIN.

    A short name is the first name and an initial.
    """
    return is_needed(request) and proof_level(request) != PROVED_FULLY


def record_proof(request: Any, method: str) -> None:
    """Record in the session what the person has just proved, and that they used this browser for it."""
    from allauth.account.internal.flows.login import record_authentication  # noqa: PLC0415  (models)

    if method in {PIN_METHOD, CODE_TO_SET_UP_SESSION_KEY}:
        record_authentication(request, request.user, method)
    else:
        record_authentication(request, request.user, method, reauthenticated=True)
        commands.record_second_step(request.user, token_of(request))


def token_of(request: Any) -> str:
    """Return the token of this browser, or "" if it has none."""
    token = getattr(request, "new_device_token", "") or request.COOKIES.get(settings.DEVICE_COOKIE, "")
    return token if DEVICE_TOKEN_PATTERN.fullmatch(token) else ""


def device_of(request: Any) -> KnownBrowser | None:
    return commands.find_device(request.user, token_of(request))


def signed_in_here(request: Any, person: Any) -> None:
    """Record this browser as known.

    If the browser is new and the person has used other browsers before, they get an email.
    """
    if not token_of(request):
        request.new_device_token = secrets.token_urlsafe(32)
    name = name_of(request)
    if commands.record_device(person, token_of(request), name=name, at=request.now):
        from calloff.accounts import messages  # noqa: PLC0415

        queue_message(messages.new_device(name), to=[person], sender="", at=request.now)
    commands.note_session(person, request.session.session_key or "", device=name, at=request.now)


def keep_token(request: Any, response: HttpResponse) -> None:
    """Set the cookie with the token in a browser that we did not know before."""
    token = getattr(request, "new_device_token", "")
    if token:
        response.set_cookie(
            settings.DEVICE_COOKIE,
            token,
            max_age=DEVICE_COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )


def name_of(request: Any) -> str:
    return device_name(request.headers.get("User-Agent", ""))


def uses_email(request: Any) -> bool:
    """Return whether an emailed code is this person's second step in this browser, and would be accepted now."""
    person = request.user
    if queries.has_authenticator(person) or not queries.may_use_email_codes(person, request.now):
        return False
    return queries.email_code_counts(person, device_of(request))


def send_first_code(request: Any) -> None:
    """Email a code to a person who has just signed in and needs one, before the page asks for the code."""
    if is_needed(request) and proof_level(request) != PROVED_FULLY and uses_email(request):
        if queries.reads_only_the_register(request.user, request.now) and queries.has_pin(
            device_of(request), request.now
        ):
            return
        try:
            commands.send_code(request.user, at=request.now)
        except Refused:  # The page explains this when the person asks for another code.
            return
