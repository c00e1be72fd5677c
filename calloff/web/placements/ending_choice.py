"""The only page for ending a placement.

It asks what happened, then redirects to the page of the right action.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect

from calloff.history.transitions import is_allowed, is_permitted
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, pluralise
from calloff.kernel.lifecycles import Refused
from calloff.placements.models import Placement
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.forms import UnmarkedForm
from calloff.web.forms_ui.widgets import HintedRadios
from calloff.web.permissions import ActionNotPermitted
from calloff.web.request import OrganisationRequest


class EndingChoice(NamedTuple):
    """An answer to the question about what happened, and the action that it leads to."""

    verb: str
    text: str
    hint: str = ""


BUYER_ENDINGS = (
    EndingChoice("end", "The placement has reached its planned last day", "The pupil stayed until the planned end"),
    EndingChoice("return_to_school", "The pupil is back at school", "Select this even if it is sooner than planned"),
    EndingChoice("transfer", "The pupil is moving to another provider", "It will end when the new placement starts"),
    EndingChoice(
        "give_notice", "You want to give notice to end the placement early", "The pupil will attend until the last day"
    ),
    EndingChoice("end_early", "The placement has stopped early", "For example, it broke down or was not safe"),
    EndingChoice("fall_through", "The placement will not start", "Cancel the placement before its first day"),
)
PROVIDER_ENDINGS = (
    EndingChoice(
        "withdraw_place", "You cannot take the child", "You can withdraw without penalty until both sides have signed"
    ),
    EndingChoice(
        "provider_notice",
        "You want to give notice to end the placement early",
        "The child will attend until the last day",
    ),
)
NOT_POSSIBLE = "You cannot end this placement now. If a child is not safe, call {}."


class EndingChoiceForm(UnmarkedForm):
    happened = forms.ChoiceField(
        label="What has happened?", widget=HintedRadios({}), error_messages=choice_errors("Select what has happened")
    )

    def __init__(self, *args: Any, choices: Sequence[EndingChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["happened"]
        field.widget = HintedRadios({choice.verb: choice.hint for choice in choices})
        field.choices = [(choice.verb, choice.text) for choice in choices]


def possible_endings(
    request: OrganisationRequest, placement: Placement, endings: Sequence[EndingChoice]
) -> list[EndingChoice]:
    """Return the endings that the placement's status, the date and the person's roles allow now."""
    return [
        choice
        for choice in endings
        if is_allowed(placement, choice.verb, request.user, request.now)
        and not (choice.verb == "end" and _is_before_last_day(request, placement))
        and (choice.verb != "return_to_school" or placement.has_school)
    ]


def choose_ending(
    request: OrganisationRequest, placement: Placement, endings: Sequence[EndingChoice], side: Any
) -> HttpResponse:
    """Ask what happened, then redirect to the page of the action.

    If only one ending is possible, redirect without asking.
    """
    if not any(is_permitted(placement, choice.verb, request.user, request.now) for choice in endings):
        raise ActionNotPermitted(*sorted(placement.LIFECYCLE.permissions_for(endings[0].verb)))
    possible = possible_endings(request, placement, endings)

    def page_of(verb: str) -> str:
        path: str = side.to(request, verb.replace("_", "-"), placement.reference)
        return path

    if not possible:
        raise Refused(NOT_POSSIBLE.format(side.other(placement)))
    if len(possible) == 1:
        return redirect(page_of(possible[0].verb))
    form = EndingChoiceForm.of(request, choices=possible)
    if form.is_valid():
        return command_views.SeeOther(page_of(form.cleaned_data["happened"]))
    meaning = ["The next page explains what will change and who we will tell."]
    if placement.closes_on and _is_before_last_day(request, placement):
        meaning.append(f"From {format_date(placement.closes_on)}, you can select “{endings[0].text}”.")
    if placement.notice_days and any(choice.verb == "give_notice" for choice in possible):
        meaning.append(f"The notice period is {pluralise(placement.notice_days, 'day')}.")
    return command_views.render_command(
        request,
        form,
        heading="End this placement",
        caption=placement.reference,
        about=side.about(request, placement),
        meaning=meaning,
        button="Continue",
        cancel=side.to(request, "", placement.reference),
    )


def _is_before_last_day(request: OrganisationRequest, placement: Placement) -> bool:
    return bool(placement.closes_on and local_day(request.now) < placement.closes_on)
