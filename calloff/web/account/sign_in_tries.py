"""How many wrong passwords and codes may be tried, and by whom.

A password is counted for the account and the address it comes from, and from browsers that the account has never
used for the account as a whole: a stranger locks nobody out who is at their own browser, and many strangers together
have few tries. A browser that the account has used has a count of its own, and is not counted with the others at its
address: nobody at a school locks out their colleagues.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError

from calloff.accounts.queries import is_known_to
from calloff.kernel.words import wait_of
from calloff.people.models import User
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import Taken, clear, put_back, take
from calloff.rate_limits.limits import LimitName
from calloff.web.account import reset_codes
from calloff.web.second_step import token_of

Tries = tuple[tuple[LimitName, str], ...]  # limits, and whom each counts for


def tries_of(request: Any, email: str) -> Tries:
    """Say what a wrong password for an account counts against, whether or not there is such an account."""
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
    """Say whether the account of an address has been used in this browser: then a stranger nearby does not count."""
    token = token_of(request)
    return bool(token) and is_known_to(email.strip().lower(), token)


def begin_try(tries: Tries, at: datetime) -> Taken | None:
    """Count a try of a password before it is checked: many at once would all be checked else. Return a refusal."""
    for number, (limit, who) in enumerate(tries):
        taken = take(limit, who, at=at)
        if not taken.allowed:
            take_back(tries[:number])
            return taken
    return None


def take_back(tries: Tries) -> None:
    """Take back the count of a try: the password was right."""
    for limit, who in tries:
        put_back(limit, who)


def forget_tries(request: Any, email: str) -> None:
    """Forget the wrong passwords of an account, which has a new one."""
    account = email.strip().lower()
    clear(LimitName.WRONG_PASSWORD, f"{account} from {client_address(request)}")
    clear(LimitName.WRONG_PASSWORD_ACCOUNT, account)
    reset_codes.forget(account)


class CountedCode:
    """A form that takes a code, of which a person may enter so many wrong ones."""

    user: User

    def clean_code(self) -> Any:
        """Count a code before it is checked. Raises ValidationError for a wrong one, and for one too many."""
        from allauth.core import context  # noqa: PLC0415  (the request of this form)

        taken = take(LimitName.WRONG_CODE, self.user.pk, at=context.request.now)
        if not taken.allowed:
            words = str(get_adapter().error_messages["too_many_codes"]).format(wait=wait_of(taken.resets_in))
            raise ValidationError(words, code="too_many_codes")
        code = super().clean_code()  # type: ignore[misc]
        clear(LimitName.WRONG_CODE, self.user.pk)
        return code
