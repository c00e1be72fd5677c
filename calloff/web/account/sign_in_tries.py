"""Limits on attempts with wrong passwords and codes.

In a browser that has never been used to sign in to the account, a wrong password counts against three limits: for the
account from that network address, for the account in total, and for the network address. So a stranger cannot lock out
the account's owner in the owner's own browser, and many strangers together get only a few attempts. A browser that has
been used to sign in to the account has a separate count instead, so that colleagues at one school do not lock each
other out.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError

from calloff.accounts.queries import is_known_device
from calloff.kernel.formatting import format_wait
from calloff.people.models import User
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import RateLimitResult, clear_attempts, hold, release, settle
from calloff.rate_limits.limits import LimitName
from calloff.web.account import reset_codes
from calloff.web.session.second_step import token_of

CountedTries = tuple[tuple[LimitName, str], ...]  # each limit, with the caller whose attempts it counts


def limits_of_try(request: Any, email: str) -> CountedTries:
    """Return the limits that a wrong password counts against, whether or not the account exists."""
    account, address = email.strip().lower(), client_address(request)
    if is_known_browser(request, account):
        browser = sha256(token_of(request).encode()).hexdigest()
        return ((LimitName.WRONG_PASSWORD_BROWSER, f"{account} in {browser}"),)
    everybody_here = (LimitName.WRONG_PASSWORD_ADDRESS, address)
    return (
        (LimitName.WRONG_PASSWORD, f"{account} from {address}"),
        (LimitName.WRONG_PASSWORD_ACCOUNT, account),
        everybody_here,
    )


def is_known_browser(request: Any, email: str) -> bool:
    """Return whether this browser has been used to sign in to the account."""
    token = token_of(request)
    return bool(token) and is_known_device(email.strip().lower(), token)


def hold_try(tries: CountedTries, at: datetime) -> RateLimitResult | None:
    """Reserve an attempt before the password is checked, so that simultaneous requests stay within the limit.

    Returns the first limit that has been reached, or None.
    """
    for number, (limit, who) in enumerate(tries):
        taken = hold(limit, who, at=at)
        if not taken.allowed:
            forget_try(tries[:number])
            return taken
    return None


def count_try(tries: CountedTries) -> None:
    """Count a reserved attempt, because the password was wrong."""
    for limit, who in tries:
        settle(limit, who)


def forget_try(tries: CountedTries) -> None:
    """Release a reserved attempt, because the password was right."""
    for limit, who in tries:
        release(limit, who)


def forget_tries(request: Any, email: str) -> None:
    """Clear an account's wrong-password counts, because it has a new password."""
    account = email.strip().lower()
    clear_attempts(LimitName.WRONG_PASSWORD, f"{account} from {client_address(request)}")
    clear_attempts(LimitName.WRONG_PASSWORD_ACCOUNT, account)
    reset_codes.forget_reset(account)


class CountedCodeMixin:
    """A form for a code, with a limit on the number of wrong codes."""

    user: User

    def clean_code(self) -> Any:
        """Reserve an attempt before the code is checked, and count it if the code is wrong.

        Raises ValidationError for a wrong code, and after too many wrong codes.
        """
        from allauth.core import context  # noqa: PLC0415  (the request that submits this form)

        taken = hold(LimitName.WRONG_CODE, self.user.pk, at=context.request.now)
        if not taken.allowed:
            words = str(get_adapter().error_messages["too_many_codes"]).format(wait=format_wait(taken.resets_in))
            raise ValidationError(words, code="too_many_codes")
        try:
            code = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            settle(LimitName.WRONG_CODE, self.user.pk)
            raise
        clear_attempts(LimitName.WRONG_CODE, self.user.pk)
        return code
