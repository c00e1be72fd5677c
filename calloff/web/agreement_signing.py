"""Sign an agreement with an emailed code. The steps are the same for each side and each kind of agreement.

The page's template is layouts/sign.html. It first shows a button that sends a code, and then the fields for
the code and for the signatory's name, role and authority to sign.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpResponse

from calloff.agreements import commands
from calloff.agreements.commands import MAX_SIGNATORY_LENGTHS
from calloff.agreements.models import Agreement
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import ConfirmForm, UnmarkedForm
from calloff.web.forms_ui.widgets import CodeInput
from calloff.web.request import OrganisationRequest
from calloff.web.session import saved_submissions


class AgreementSigningForm(UnmarkedForm):
    """The signatory's name, role and authority to sign, and the code. Subclasses can give examples in `hints`."""

    hints: ClassVar[dict[str, str]] = {}

    name = forms.CharField(
        label="Your full name", required=False, max_length=MAX_SIGNATORY_LENGTHS["name"],
        widget=forms.TextInput({"autocomplete": "name"}), error_messages=text_errors("Your full name"),
    )  # fmt: skip
    role = forms.CharField(
        label="Your role", required=False, max_length=MAX_SIGNATORY_LENGTHS["role"],
        widget=forms.TextInput({"autocomplete": "organization-title"}), error_messages=text_errors("Your role"),
    )  # fmt: skip
    authority = forms.CharField(
        label="Your authority to sign", required=False, max_length=MAX_SIGNATORY_LENGTHS["authority"],
        error_messages=text_errors("Your authority to sign"),
    )  # fmt: skip
    code = forms.CharField(
        label="Code", required=False, max_length=20, widget=CodeInput,
        help_text="The 6-digit code from our email", error_messages={"max_length": "Code must be 6 digits"},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in self.hints.items():
            self.fields[name].help_text = words


def send_code(request: OrganisationRequest, *agreements: Agreement, to_sign: str, to_read: str) -> HttpResponse:
    """Email the person a new code, and redirect to the page on which they enter it.

    What the person has already typed is kept. One code signs all the agreements. If no code can be sent now, redirect
    to the page to read (`to_read`), which explains why.
    """
    form = ConfirmForm.of(request)
    if form.attempt(commands.send_code, *agreements, by=request.user, at=request.now):
        messages.success(request, f"We have sent a code to {request.user.email}. It expires in 15 minutes.")
        return command_views.SeeOther(saved_submissions.address_with_saved(request, to_sign, code="sent"))
    messages.info(request, " ".join(map(str, form.non_field_errors())))
    return command_views.SeeOther(to_read)


def is_code_sent(request: OrganisationRequest, form: Any) -> bool:
    """Return whether the page should ask for the code, rather than first offer to send one."""
    return bool(request.method == "POST" or "code" in request.GET or form.returned)
