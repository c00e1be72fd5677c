"""The page on which people change their own name."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from calloff.accounts import commands
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.permissions import signed_in, step_up
from calloff.web.request import Request


class ChangeNameForm(PageForm):
    name = forms.CharField(
        label="Your name",
        help_text="The name you use at work.",
        max_length=MAX_PERSON_NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages=text_errors("Your name", "Enter your name"),
    )


@require_http_methods(["GET", "POST"])
@step_up
@signed_in
def change(request: Request) -> HttpResponse:
    form = ChangeNameForm.of(request, initial={"name": request.user.name})
    if form.attempt(commands.change_name, request.user, by=request.user, at=request.now):
        messages.success(request, f"You have changed your name to {form.result.new}.")
        return redirect("account:security")
    return render(request, "account/name.html", {"form": form})
