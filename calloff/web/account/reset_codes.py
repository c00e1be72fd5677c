"""How often a code to reset a password is sent, so that a stranger who asks again and again keeps nobody out.

Beyond the limits no more email goes to the account. Whoever asks then is led on as always, and enters the code that
was sent last: it is in the mailbox already, whoever asked for it. It is kept for as long as it works.
"""

from typing import Any

from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import clear, take
from calloff.rate_limits.limits import LimitName
from calloff.web.account import mailbox_codes


def begin_reset(request: Any, email: str) -> None:
    """Count a request for a code, before it is known whether the address has an account."""
    account = email.strip().lower()
    counted = ((LimitName.RESET, f"{account} from {client_address(request)}"), (LimitName.RESET_ACCOUNT, account))
    request.reset_email = account
    request.reset_is_sent = all(take(limit, who, at=request.now).allowed for limit, who in counted)


def is_sent(request: Any) -> bool:
    """Say whether an email goes out for this request; for one that was never counted, it does."""
    return getattr(request, "reset_is_sent", True)


def code_for(request: Any, new: str) -> str:
    """Return the code that this request's browser may enter: a new one that is sent, else the one sent last."""
    account = getattr(request, "reset_email", "")
    if not account:
        return new
    if is_sent(request):
        mailbox_codes.remember(mailbox_codes.RESET, account, new)
        return new
    return mailbox_codes.last_sent(mailbox_codes.RESET, account) or new


def forget(email: str) -> None:
    """Forget what was counted and sent: somebody with the mailbox has set a new password."""
    account = email.strip().lower()
    mailbox_codes.forget(mailbox_codes.RESET, account)
    clear(LimitName.RESET_ACCOUNT, account)
