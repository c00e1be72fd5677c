"""Shared code for the placement pages of buyers and providers: lookup, page context, changes, notice and
history.

Each side makes its own `PlacementPages` and includes these pages. Their access rules are declared here,
once for each side.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, pluralise
from calloff.people.models import Organisation
from calloff.people.permissions import Can
from calloff.placements import access, commands, queries
from calloff.placements.models import DayNote, Placement, PlacementChange, PlacementQuerySet, PlacementReview
from calloff.placements.states import LIVE_STATUSES, OVER_STATUSES, UNSIGNED_STATUSES, ReviewStatus
from calloff.placements.suspensions import suspension_and_promises
from calloff.placements.whereabouts import notes_of, whereabouts_of
from calloff.pupils.models import RecordAccess
from calloff.pupils.queries import identify_pupils
from calloff.web import command_views, list_pages, record_actions
from calloff.web.forms_ui.field_errors import date_errors, text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.history import pages
from calloff.web.navigation import path_at_organisation, path_if_routed, record_parts
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.placements import placement_forms
from calloff.web.placements.ending_choice import EndingChoice, choose_ending
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

PLACEMENT_LIST_STATES: list_pages.StateFilters = {
    "before": ("Before the placement starts", Q(status__in=UNSIGNED_STATUSES)),
    "live": ("Agreed or current", Q(status__in=LIVE_STATUSES)),
    "over": ("Over", Q(status__in=OVER_STATUSES)),
}
CHANGE_ANSWER_VERBS = ("agree", "decline", "withdraw")
NOTES_ROUTE_SUFFIX = "-notes"
LOADED = (
    "sessions", Prefetch("changes", PlacementChange.objects.order_by("-number")),
    Prefetch("reviews", PlacementReview.objects.order_by("due_on", "pk")),
)  # fmt: skip
RECORD_NOTE_PURPOSE = "To record where the child is, or what happened"
ACT_ON_PLACEMENT_PURPOSE = "To act on the placement"


@dataclass(frozen=True)
class PlacementPages:
    """The placement pages of one side. `key` is the start of their route names, and their template folder."""

    key: str  # BUYER or PROVIDER
    sees: Can  # the permission that is needed for all the pages of this side
    # a function that returns the placements of an organisation that a person can see
    of: Callable[..., PlacementQuerySet]
    gives_notice: Callable[..., Placement]
    endings: tuple[EndingChoice, ...]

    def other(self, placement: Placement) -> Organisation:
        return placement.provider if self.key == BUYER else placement.buyer

    def found(self, request: OrganisationRequest, reference: str) -> Placement:
        """Return one of this side's placements that the person can see. Raise Http404 if there is none.

        This loads the relations that every page shows. Each page loads the few others that it needs.
        """
        seen = self.of(request.organisation, person=request.user, at=request.now)
        light = seen.select_related(None).select_related(
            "provider" if self.key == BUYER else "buyer", "pupil", "service"
        )
        found: Any = get_object_or_404(light.prefetch_related(None).prefetch_related(*LOADED), reference=reference)
        setattr(found, self.key, request.organisation)
        found.review_due = any(_is_due(review, local_day(request.now)) for review in found.reviews.all())
        for change in found.changes.all():
            change.buyer, change.provider = found.buyer, found.provider
        placement: Placement = found
        return placement

    def to(self, request: OrganisationRequest, verb: str, *args: Any) -> str:
        """Return the path of a placement's action page, or of the placement if `verb` is empty."""
        return path_at_organisation(request, f"{self.key}:placement-{verb}" if verb else f"{self.key}:placement", *args)

    def reads_every_note(self, request: OrganisationRequest, placement: Placement) -> bool:
        """Return whether this side can read the other side's notes.

        A provider can read them only while it has access.
        """
        return self.key == BUYER or access.provider_reads_notes(placement, request.now)

    def child(self, request: OrganisationRequest, placement: Placement) -> str:
        """Return the child's name and year group, and log the view.

        If the reader is not allowed to know who the child is, return the placement's reference.
        """
        known = identify_pupils(
            [placement.pupil], person=request.user, acting_for=request.organisation, purpose=RECORD_NOTE_PURPOSE,
            at=request.now,
            what=RecordAccess.What.IDENTITY,
        ).get(placement.pupil_id)  # fmt: skip
        return f"{known.in_words}, {known.year}" if known else placement.reference

    def about(self, request: OrganisationRequest, placement: Placement) -> str:
        """Return text that says whose placement an action page is about (“BK at Harbour Lane Studio”).
        Never put it in a title.

        This logs a view of the initials. If the reader is not allowed to know who the child is, the text
        names the other side.
        """
        known = identify_pupils(
            [placement.pupil], person=request.user, acting_for=request.organisation, purpose=ACT_ON_PLACEMENT_PURPOSE,
            at=request.now,
        ).get(placement.pupil_id)  # fmt: skip
        who = f"{known.initials} {'at' if self.key == BUYER else 'from'}" if known else f"Placement {self.preposition}"
        return f"{who} {self.other(placement)}"

    @property
    def preposition(self) -> str:
        return "with" if self.key == BUYER else "for"

    def notes(self, request: OrganisationRequest, placement: Placement) -> QuerySet[DayNote]:
        """Return the daily notes that this side can read: all notes or, once its access has ended, only its
        own.
        """
        notes = notes_of(placement)
        return notes if self.reads_every_note(request, placement) else notes.filter(side=self.key)

    def page(self, request: OrganisationRequest, placement: Placement, **more: Any) -> dict[str, Any]:
        """Return the context for every page of a placement."""
        notes = self.key != BUYER or request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now)
        links = ((words, path_if_routed(f"{self.key}:placement{verb}", request.organisation.slug, placement.reference))
                 for words, verb in _parts(placement) if notes or verb != NOTES_ROUTE_SUFFIX)  # fmt: skip
        suspension, takes_promises = suspension_and_promises(placement)
        return {
            "placement": placement,
            "word": queries.status_word_of(placement),
            "breadcrumbs": [
                ("Placements", path_at_organisation(request, f"{self.key}:placements")),
                (placement.reference, None),
            ],
            "parts": record_parts(request, [(words, href) for words, href in links if href]),
            "caption": placement.reference,
            "heading": f"Placement {self.preposition} {self.other(placement)}",
            "confidential": True,
            "today": local_day(request.now),
            "suspension": suspension,
            "takes_promises": takes_promises,
            "where": whereabouts_of([placement]).get(placement.pk)
            if self.reads_every_note(request, placement)
            else None,
            "sees_notes": notes,
            **more,
        }


def _is_due(review: PlacementReview, today: date) -> bool:
    return review.status == ReviewStatus.PLANNED and review.due_on <= today


def _parts(placement: Placement) -> list[tuple[str, str]]:
    """Return the tabs for a placement's current stage, each as its text and route suffix.

    The caller leaves out the tabs for pages that its side does not have.
    """
    tabs = [("Placement", ""), ("Daily notes", NOTES_ROUTE_SUFFIX)]
    if placement.is_before:
        tabs.append(("Before the placement starts", "-before-start"))
    if placement.agreement_id is not None:
        tabs.append(("Agreement", "-agreement"))
    if not placement.is_before:
        tabs += [("Register", "-register"), ("Changes", "-changes"), ("Reviews", "-reviews")]
    if placement.status in OVER_STATUSES and placement.ended_on:
        tabs.append(("After the end", "-ending"))
    return [*tabs, ("History", "-history")]


def urls(side: PlacementPages, at: str) -> list[URLPattern]:
    """Return the URL patterns of the pages that both sides have, below the placement's own path."""

    def read(view: command_views.View) -> command_views.View:
        return require_safe(at_organisation(side.key, side.sees)(command_views.bind_side(view, side)))

    proposing = command_views.command_view(
        at_organisation(side.key, Can.CHANGE_PLACEMENT)(command_views.bind_side(propose_change, side))
    )
    finishing = command_views.command_view(at_organisation(side.key, side.sees)(command_views.bind_side(finish, side)))
    return [
        path(f"{at}/history", read(history), name="placement-history"),
        path(f"{at}/finish", finishing, name="placement-finish"),
        path(f"{at}/changes", read(change_list), name="placement-changes"),
        path(f"{at}/propose-change", proposing, name="placement-propose-change"),
        *record_actions.urls(_change_actions(side), f"{at}/changes/<int:number>"),
        *record_actions.urls(_placement_actions(side), at),
    ]


def history(side: PlacementPages, request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = side.found(request, reference)
    records = [
        placement,
        *placement.changes.all(),
        *side.notes(request, placement),
        *([placement.agreement] if placement.agreement else []),
    ]
    return pages.render_history(
        request, *records, context=side.page(request, placement), frame=f"{side.key}/placement_frame.html"
    )


def change_list(side: PlacementPages, request: OrganisationRequest, reference: str) -> HttpResponse:
    """List the changes to a placement, with their old and new values, and what this side can do about each
    change.
    """
    placement = side.found(request, reference)
    person, at = request.user, request.now
    rows = [
        (
            change,
            placement_forms.change_rows(change),
            {verb: is_allowed(change, f"{verb}_change", person, at) for verb in CHANGE_ANSWER_VERBS},
        )
        for change in placement.changes.all()
    ]
    may_propose = placement.is_live and person.can(Can.CHANGE_PLACEMENT, organisation=request.organisation, at=at)
    more = {"changes": rows, "may_propose": may_propose, "route": f"{side.key}:placement"}
    more["frame"] = f"{side.key}/placement_frame.html"
    return render(request, "parts/placement_changes.html", side.page(request, placement, **more))


def propose_change(side: PlacementPages, request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = side.found(request, reference)
    form, other = (
        placement_forms.ProposeChangeForm.of(request, placement=placement, sites=queries.open_sites(placement)),
        side.other(placement),
    )
    back = side.to(request, "changes", reference)
    if form.attempt(
        commands.propose_change, placement, side=PlacementChange.Side(side.key), by=request.user, at=request.now
    ):
        return command_views.redirect_done(
            request, f"Change sent to {other}. Nothing will change until {other} agrees.", back
        )
    meaning = [f"Nothing will change until {other} agrees. Enter only what will be different."]
    return command_views.render_command(
        request, form, heading="Propose a change", caption=reference,
        about=side.about(request, placement), meaning=meaning, button="Propose the change",
        cancel=back,
    )  # fmt: skip


def finish(side: PlacementPages, request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask what happened to a placement that must end, and lead to the page of the right action."""
    return choose_ending(request, side.found(request, reference), side.endings, side)


class GiveNoticeForm(UnmarkedForm):
    last_on = forms.DateField(
        label="Last day",
        widget=DatePartsInput,
        error_messages=date_errors("Last day", "Enter the last day of the placement"),
    )
    reason = textarea_field("Reason", "The other organisation can read this", errors=text_errors("Reason"))


def _change_actions(side: PlacementPages) -> RecordActions[PlacementChange]:
    def find(request: OrganisationRequest, reference: str, number: int) -> PlacementChange:
        placement = side.found(request, reference)
        return get_object_or_404(placement.changes.select_related("placement", "buyer", "provider"), number=number)

    return RecordActions(
        side.key,
        "placement",
        find,
        back=lambda request, change: side.to(request, "changes", change.placement.reference),
        needs=(side.sees,),
        caption=lambda _, change: change.placement.reference,
        rows=(
            RecordAction(
                commands.agree_change,
                path="agree",
                name="placement-agree-change",
                about=lambda request, change: side.about(request, change.placement),
                linked_from="parts/placement.html",
                heading="Agree to the change",
                meaning=lambda _, change: [
                    *(f"{label}: from {old} to {new}." for label, old, new in placement_forms.change_rows(change)),
                    f"The change takes effect on {format_date(change.from_on)}. We will keep the agreement you signed.",
                    f"Why: {change.reason}",
                ],
                button="Agree to the change",
                done="Change agreed",
            ),
            RecordAction(
                commands.decline_change,
                path="decline",
                name="placement-decline-change",
                about=lambda request, change: side.about(request, change.placement),
                linked_from="parts/placement.html",
                form=placement_forms.PlacementReasonForm,
                heading="Decline the change",
                meaning=["The signed agreement does not change."],
                button="Decline the change",
                done="Change declined",
            ),
            RecordAction(
                commands.withdraw_change,
                path="withdraw",
                name="placement-withdraw-change",
                about=lambda request, change: side.about(request, change.placement),
                linked_from="parts/placement.html",
                heading="Withdraw your change",
                meaning=["The signed agreement does not change."],
                button="Withdraw the change",
                done="Change withdrawn",
            ),
        ),
    )


def _placement_actions(side: PlacementPages) -> RecordActions[Placement]:
    return RecordActions(
        side.key,
        "placement",
        side.found,
        back=lambda request, placement: side.to(request, "", placement.reference),
        needs=(side.sees,),
        caption=lambda _, placement: placement.reference,
        rows=(
            RecordAction(
                side.gives_notice,
                linked_from="placements/ending_choice.py",
                form=GiveNoticeForm,
                about=side.about,
                heading="Give notice",
                meaning=lambda _, placement: [
                    f"The notice period is {pluralise(placement.notice_days or 0, 'day')}. The child will keep "
                    "attending until the last day."
                ],
                button="Give notice",
                stops=True,
                done=lambda _, placement: f"Notice given. We have told {side.other(placement)}.",
            ),
        ),
    )
