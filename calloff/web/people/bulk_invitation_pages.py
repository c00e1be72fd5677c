"""Pages for sending many invitations from one table, and for withdrawing or confirming all of them.

They are for all audiences. A person can check the table as often as they like. The invitations are sent together, once
every row is correct.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from calloff.kernel.csv_text import decode_csv
from calloff.kernel.formatting import pluralise
from calloff.kernel.lifecycles import Refused
from calloff.people import commands, queries
from calloff.people.invitation_rows import MAX_INVITATION_ROWS, MAX_TABLE_LENGTH
from calloff.people.models import Invitation
from calloff.people.permissions import Can
from calloff.people.states import InvitationStatus
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import file_errors
from calloff.web.forms_ui.forms import ConfirmForm, PageForm, UnmarkedForm
from calloff.web.forms_ui.widgets import HintedCheckboxes
from calloff.web.navigation import path_at_organisation
from calloff.web.people.invitation_pages import SECOND_PERSON_SENTENCE, InvitationPages
from calloff.web.permissions import at_organisation, step_up
from calloff.web.request import OrganisationRequest

MAX_INVITATION_FILE_BYTES = 4 * MAX_TABLE_LENGTH  # a character takes up to four bytes


class InvitationTableForm(UnmarkedForm):
    """A table of people to invite, pasted or uploaded."""

    table = forms.CharField(
        label="Table",
        required=False,
        max_length=MAX_TABLE_LENGTH,
        widget=forms.Textarea({"rows": 10, "spellcheck": "false"}),
        help_text=f"Paste up to {MAX_INVITATION_ROWS} rows from a spreadsheet.",
        error_messages={"max_length": f"Table must be {MAX_TABLE_LENGTH:,} characters or fewer"},
    )
    file = forms.FileField(
        label="Or upload a CSV file",
        required=False,
        widget=forms.FileInput({"accept": ".csv,.txt,.tsv"}),
        error_messages=file_errors("CSV file", "Upload a CSV file"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.pop("file", None)
        if file is not None:
            try:
                cleaned["table"] = _text_of(file)
            except forms.ValidationError as wrong:
                self.add_error("file", wrong)
        return cleaned


def urls(audience: InvitationPages) -> list[URLPattern]:
    """Return an audience's URLs for inviting colleagues from a table and for acting on a whole table."""
    linking = (Can.MANAGE_PEOPLE, Can.LINK_PEOPLE)

    def page(view: command_views.View, *permissions: str) -> command_views.View:
        return step_up(
            command_views.command_view(
                at_organisation(audience.key, *permissions)(command_views.bind_side(view, audience))
            )
        )

    batch = "people/invitation-tables/<uuid:batch>"
    return [
        path("people/invite-many", page(invite_many, Can.MANAGE_PEOPLE), name="people-invite-many"),
        path("people/invitations/confirm", page(confirm_chosen, Can.MANAGE_PEOPLE), name="people-invitations-confirm"),
        path(f"{batch}/confirm", page(confirm_batch, Can.MANAGE_PEOPLE), name="people-batch-confirm"),
        path(f"{batch}/withdraw", page(withdraw_batch, *linking), name="people-batch-withdraw"),
    ]


def invite_many(audience: InvitationPages, request: OrganisationRequest) -> HttpResponse:
    roles = ", ".join(str(role.label) for role in audience.roles(request.organisation))
    explained = {
        "heading": "Invite several colleagues",
        "columns": [
            ("Name", "the person’s name, if you want it shown in your list"),
            ("Email", "their work email address"),
            ("Role", f"one or more, separated by semicolons: {roles}"),
        ],
        "meaning": [
            "We will email each person a link. They will not have access until they accept.",
            SECOND_PERSON_SENTENCE,
        ],
    }
    back = path_at_organisation(request, f"{audience.key}:people")
    return invite_from_table(request, commands.invite_many, explained, back)


def invite_from_table(
    request: OrganisationRequest,
    command: Callable[..., commands.BulkInvitationReport],
    explained: dict[str, Any],
    back: str,
) -> HttpResponse:
    """Check a table or send its invitations, with a command that takes `table` and `preview`."""
    form, preview = InvitationTableForm.of(request), request.POST.get("do") != "send"
    page = explained | {"cancel": back}
    doing = partial(command, request.organisation, by=request.user, at=request.now, preview=preview)
    if form.attempt(doing):
        report: commands.BulkInvitationReport = form.result
        if not preview and not report.faults:
            return command_views.redirect_done(request, _what_was_done(report), back)
        page["report"] = report
        form = InvitationTableForm(initial={"table": form.cleaned_data["table"]})
    return render(request, "parts/invite_many.html", page | {"form": form})


CHOICE_QUESTION = "Which invitations do you want to confirm?"


class ChosenInvitations(PageForm):
    """List the invitations that a second person must confirm."""

    one_question = True
    invitations = forms.TypedMultipleChoiceField(
        label=CHOICE_QUESTION,
        help_text="Check that you know each person and that they need the role. We will email each person you select. "
        "Invitations you do not select stay on your list.",
        coerce=int,
        widget=HintedCheckboxes,
        error_messages={
            "required": "Select at least one invitation",
            "invalid_choice": "Select invitations from the list",
        },
    )

    def __init__(self, *args: Any, waiting: Iterable[Invitation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["invitations"]
        field.choices = [(invitation.pk, _in_words(invitation)) for invitation in waiting]
        field.widget.hints = {str(invitation.pk): f"Invited by {invitation.invited_by}" for invitation in waiting}


def confirm_chosen(audience: InvitationPages, request: OrganisationRequest) -> HttpResponse:
    back = path_at_organisation(request, f"{audience.key}:people")
    waiting = queries.invitations_to_confirm(request.user, request.now).filter(inviting=request.organisation)
    if not waiting:
        raise Http404
    form = ChosenInvitations.of(request, waiting=waiting)
    if form.attempt(commands.confirm_chosen, request.organisation, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{pluralise(form.result, 'invitation')} confirmed and sent", back)
    return command_views.render_command(
        request, form, heading=CHOICE_QUESTION, button="Confirm and send invitations", cancel=back
    )


def confirm_batch(audience: InvitationPages, request: OrganisationRequest, batch: UUID) -> HttpResponse:
    invitations, back = _of_batch(request, batch), path_at_organisation(request, f"{audience.key}:people")
    waiting, form = (
        [invitation for invitation in invitations if invitation.status == InvitationStatus.TO_CONFIRM],
        ConfirmForm.of(request),
    )
    if form.attempt(commands.confirm_batch, request.organisation, batch, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{pluralise(form.result, 'invitation')} confirmed and sent", back)
    meaning = [
        f"{invitations[0].invited_by} wants to invite these people:",
        *(_in_words(invitation) for invitation in waiting),
        "Check that you know each person and that they need the role. If not, withdraw that invitation first.",
    ]
    return command_views.render_command(
        request, form, heading=f"Confirm {pluralise(len(waiting), 'invitation')}", meaning=meaning,
        button="Confirm and send invitations", cancel=back,
    )  # fmt: skip


def withdraw_batch(audience: InvitationPages, request: OrganisationRequest, batch: UUID) -> HttpResponse:
    invitations, back, form = (
        _of_batch(request, batch),
        path_at_organisation(request, f"{audience.key}:people"),
        ConfirmForm.of(request),
    )
    if form.attempt(commands.withdraw_batch, request.organisation, batch, by=request.user, at=request.now):
        return command_views.redirect_done(request, f"{pluralise(form.result, 'invitation')} withdrawn", back)
    meaning = [
        "The links in these emails will stop working. People who have already accepted keep their roles.",
        *(_in_words(invitation) for invitation in invitations),
    ]
    return command_views.render_command(
        request, form, heading=f"Withdraw {pluralise(len(invitations), 'invitation')}", meaning=meaning,
        button="Withdraw invitations", cancel=back, stops=True,
    )  # fmt: skip


def _of_batch(request: OrganisationRequest, batch: UUID) -> list[Invitation]:
    """Find the open invitations from one table.

    Raises Http404 if this organisation made none of them.
    """
    mine = Invitation.objects.open().filter(inviting=request.organisation, batch=batch)
    invitations = list(mine.select_related("organisation", "invited_by").order_by("pk"))
    if not invitations:
        raise Http404
    return invitations


def _in_words(invitation: Invitation) -> str:
    who = f"{invitation.name}, {invitation.email}" if invitation.name else invitation.email
    return f"{who}: {', '.join(invitation.role_names)} at {invitation.organisation}"


def _what_was_done(report: commands.BulkInvitationReport) -> str:
    if not report.sent:
        return "Everyone in the table has already been invited. Nothing was sent."
    words = f"{pluralise(report.sent, 'invitation')} made."
    if report.to_confirm:
        words += f" A second person must confirm {pluralise(report.to_confirm, 'invitation')} before we send them."
    return words


def _text_of(file: Any) -> str:
    """Read a file saved by a spreadsheet program. Raises ValidationError if it is too large or not text."""
    if file.size > MAX_INVITATION_FILE_BYTES:
        raise forms.ValidationError(
            f"The file must be {MAX_INVITATION_FILE_BYTES // 1000} kB or smaller. Split it into parts."
        )
    try:
        return decode_csv(file.read())
    except Refused as refusal:
        raise forms.ValidationError(str(refusal)) from None
