"""The second step after a password: choosing one, emailed codes, PINs and lost second steps."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from calloff.accounts import commands, queries
from calloff.kernel.lifecycles import Refused
from calloff.web.account.second_step_forms import EnterCodeForm, EnterPinForm, SetPinForm
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import before_second_factor, public, signed_in, step_up
from calloff.web.request import Request, mark_unlisted
from calloff.web.session import second_step as steps

get_or_post = require_http_methods(["GET", "POST"])


@require_safe
@before_second_factor
def choose(request: Request) -> HttpResponse:
    """Redirect to the person's second step: a PIN on this device, an app or key, or an emailed code."""
    person, at, device = request.user, request.now, steps.device_of(request)
    after = f"?{urlencode({'next': _after(request)})}"
    if queries.reads_only_the_register(person, at) and queries.has_pin(device, at) and "more" not in request.GET:
        return redirect(reverse("account:pin") + after)
    if queries.has_authenticator(person):
        return redirect(reverse("account:again-code") + after)
    if queries.may_use_email_codes(person, at):
        counts = queries.email_code_counts(person, device)
    elif steps.sets_up_with_code(request):
        counts = queries.may_set_up_with_code(person, at)
    else:
        return redirect("account:security")
    if counts:
        return redirect(reverse("account:email-code") + after)
    return render(request, "account/second_step_closed.html")


@get_or_post
@before_second_factor
def email_code(request: Request) -> HttpResponse:
    """Send an emailed code, and check it."""
    person, at = request.user, request.now
    sets_up = steps.is_needed(request) and queries.may_set_up_with_code(person, at)
    allowed = sets_up or queries.may_use_email_codes(person, at) or not steps.is_needed(request)
    if (
        not allowed
        or queries.has_authenticator(person)
        or not queries.email_code_counts(person, steps.device_of(request))
    ):
        return redirect("account:second-step")
    sends = request.method == "POST" and "send" in request.POST
    form = EnterCodeForm.of(request) if not sends else EnterCodeForm()
    if sends:
        try:
            commands.send_code(person, at=at)
            messages.success(request, f"We have sent a code to {person.email}.")
            return redirect(request.get_full_path())
        except Refused as refusal:
            messages.info(request, str(refusal))
    elif request.method == "POST" and form.is_valid():
        if commands.enter_code(person, form.cleaned_data["code"], at=at):
            if sets_up:
                steps.record_proof(request, steps.CODE_TO_SET_UP_SESSION_KEY)
                return redirect("account:security")
            steps.record_proof(request, steps.EMAIL_CODE_METHOD)
            return redirect(_after(request))
        form.add_error("code", WRONG_CODE_MESSAGE)
    page = {"form": form, "is_sent": commands.has_live_code(person, at), "address": person.email}
    return render(request, "account/email_code.html", page)


WRONG_CODE_MESSAGE = "The code is wrong or has expired. Check it and enter it again, or ask for another code."


@get_or_post
@before_second_factor
def pin(request: Request) -> HttpResponse:
    """Check this device's PIN, which gives access only to the register."""
    device = steps.device_of(request)
    if (
        device is None
        or not queries.has_pin(device, request.now)
        or not queries.reads_only_the_register(request.user, request.now)
    ):
        return redirect("account:second-step")
    form = EnterPinForm.of(request)
    if form.is_valid():
        if commands.enter_pin(device, form.cleaned_data["pin"], at=request.now):
            steps.record_proof(request, steps.PIN_METHOD)
            return redirect(_after(request))
        device.refresh_from_db()
        if not queries.has_pin(device, request.now):
            messages.info(request, "There were too many wrong PINs, so we removed the PIN. Use a code instead.")
            return redirect("account:second-step")
        form.add_error("pin", "The PIN is wrong. Check it and enter it again.")
    to = f"{reverse('account:second-step')}?{urlencode({'more': 1, 'next': _after(request)})}"
    return render(request, "account/pin.html", {"form": form, "instead": to})


@get_or_post
@step_up
@signed_in
def set_pin(request: Request) -> HttpResponse:
    """Set a PIN on this device for the register."""
    device = steps.device_of(request)
    if device is None or not queries.reads_only_the_register(request.user, request.now):
        raise Http404
    form = SetPinForm.of(request)
    if form.attempt(commands.set_pin, device, by=request.user, at=request.now):
        messages.success(request, "PIN set. Use it for the register on this device.")
        return redirect("account:security")
    return render(request, "account/set_pin.html", {"form": form, "device": device})


@get_or_post
@public
def stop_reset(request: Request) -> HttpResponse:
    """Let the account's owner stop a reset with the link in their email.

    Opening the link changes nothing, because mail scanners also open it.
    """
    reset = commands.find_reset(request.GET.get("key", ""))
    form = ConfirmForm.of(request)
    page: dict[str, Any] = {"reset": reset, "form": form, "done": False}
    if reset is not None and form.is_valid():
        try:
            commands.stop_reset(reset, by=reset.person, at=request.now)
            page["done"] = True
        except Refused:  # someone has just used or cancelled the reset
            page["reset"] = None
    return mark_unlisted(render(request, "account/stop_reset.html", page, status=200 if page["reset"] else 404))


def _after(request: Request) -> str:
    """Return the page that the person was going to, or otherwise their account page."""
    to = request.GET.get("next", "")
    fine = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if fine and to else reverse("account:home")
