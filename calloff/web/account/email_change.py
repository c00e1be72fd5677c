"""Stop or undo a change of email address with the link sent to the old one, without signing in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from calloff.accounts import commands
from calloff.accounts.states import EmailChangeStatus
from calloff.kernel.lifecycles import Refused
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import public
from calloff.web.request import Request, mark_unlisted


@require_http_methods(["GET", "HEAD", "POST"])
@public
def stop(request: Request) -> HttpResponse:
    """Ask the person to confirm before anything changes.

    Opening the link changes nothing, because mail scanners open every link in an email.
    """
    token, form, done, refused = request.GET.get("key", ""), ConfirmForm.of(request), False, ""
    change = commands.find_email_change(token, at=request.now)
    if change is not None and form.is_valid():
        try:
            change = commands.end_email_change(token, at=request.now)
            done = True
        except Refused as refusal:
            refused = str(refusal)
    was_made = change is not None and change.status in {EmailChangeStatus.MADE, EmailChangeStatus.UNDONE}
    page = {"change": change, "form": form, "done": done, "was_made": was_made, "refused": refused}
    return mark_unlisted(render(request, "account/email_stop.html", page, status=200 if change else 404))
