"""End a sign-up in another browser once the mailbox's owner has confirmed the address.

A stranger can sign up with someone else's address, and leave the page that asks for the code open. The owner of the
address might then reset the password, which confirms the mailbox and gives them the account. After that, the stranger's
page must do nothing, because it could otherwise change the account's address to the stranger's own and confirm it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect


def end_overtaken_sign_up(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Redirect to sign-in instead of showing `view`, if someone has confirmed the sign-up's address elsewhere."""

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        process = None if request.user.is_authenticated else EmailVerificationProcess.resume(request)
        if process is None or process.user is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():  # locked, so that no one can confirm the address while this sign-up changes it
            addresses = list(EmailAddress.objects.select_for_update().filter(user=process.user).order_by("pk"))
            if not any(one.verified for one in addresses):
                return view(request, *args, **kwargs)
        process.abort()
        return redirect(settings.LOGIN_URL)

    return answer
