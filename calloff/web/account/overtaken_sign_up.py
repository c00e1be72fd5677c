"""End a sign-up that is open in another browser, once the owner of the mailbox has proved the address.

A stranger can sign up with somebody else's address and keep the page that asks for the code. Its owner then resets the
password, which proves the mailbox and makes the account theirs. From then on that page must do nothing: it could change
the address of the account to the stranger's own, and confirm that.
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
    """Redirect to sign-in instead of showing `view`, if the address of the sign-up has been proved elsewhere."""

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        process = None if request.user.is_authenticated else EmailVerificationProcess.resume(request)
        if process is None or process.user is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():  # locked, so that no one proves the address while this sign-up changes it
            addresses = list(EmailAddress.objects.select_for_update().filter(user=process.user).order_by("pk"))
            if not any(one.verified for one in addresses):
                return view(request, *args, **kwargs)
        process.abort()
        return redirect(settings.LOGIN_URL)

    return answer
