"""Limit how often password reset codes are sent, without locking anyone out.

A stranger could send repeated requests. Above the limits, we send no further emails to the account, and the pages look
the same as before. The person enters the last code that was sent, which is in their mailbox whoever requested it. That
code is stored for as long as it is valid.
"""

from typing import Any

from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import clear_attempts, count_attempt
from calloff.rate_limits.limits import LimitName
from calloff.web.account import mailbox_codes


def begin_reset(request: Any, email: str) -> None:
    """Count a request for a code, before we look up whether the address has an account."""
    account = email.strip().lower()
    counted = ((LimitName.RESET, f"{account} from {client_address(request)}"), (LimitName.RESET_ACCOUNT, account))
    request.reset_email = account
    request.reset_is_sent = all(count_attempt(limit, who, at=request.now).allowed for limit, who in counted)


def is_reset_email_sent(request: Any) -> bool:
    """Return whether this request sends an email. A request that was not counted always does."""
    return getattr(request, "reset_is_sent", True)


def reset_code_for(request: Any, new: str) -> str:
    """Return the code to enter in this browser: a new code if one is sent, otherwise the last code sent."""
    account = getattr(request, "reset_email", "")
    if not account:
        return new
    if is_reset_email_sent(request):
        mailbox_codes.remember_code(mailbox_codes.RESET_PURPOSE, account, new)
        return new
    return mailbox_codes.last_sent_code(mailbox_codes.RESET_PURPOSE, account) or new


def forget_reset(email: str) -> None:
    """Clear the counts and codes, because the mailbox's owner has set a new password."""
    account = email.strip().lower()
    mailbox_codes.forget_code(mailbox_codes.RESET_PURPOSE, account)
    clear_attempts(LimitName.RESET_ACCOUNT, account)
