"""The provider's placements: the list, the record, staff checks, notice, reviews and the end."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.history.transitions import is_allowed
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_short_date, pluralise
from calloff.people.permissions import Can
from calloff.placements import access, commands, queries
from calloff.placements.commands.reviews import REVIEW_DECISIONS
from calloff.placements.due_sessions import DueSession, late_marks
from calloff.placements.models import Placement, PreStartCheck
from calloff.placements.suspensions import (
    membership_takes_promises,
    require_membership_for_promise,
    without_promises_among,
)
from calloff.placements.whole_register import whole_register_of
from calloff.pupils.contact_rules import PLACEMENT_PLACE
from calloff.pupils.queries import identify_pupils, identify_with_limits
from calloff.referrals.school_calendars import calendar_of
from calloff.web import command_views, list_pages
from calloff.web.downloads import as_attachment
from calloff.web.navigation import path_at_organisation, path_if_routed
from calloff.web.permissions import PROVIDER, at_organisation
from calloff.web.placements import overview, placement_forms
from calloff.web.placements.attendance_ribbon import attendance_ribbon, recent_attendance
from calloff.web.placements.child_in_danger import child_in_danger
from calloff.web.placements.child_week import child_week
from calloff.web.placements.ending_choice import PROVIDER_ENDINGS, possible_endings
from calloff.web.placements.overview import ContactToCall, NextStep
from calloff.web.placements.pages import PLACEMENT_LIST_STATES
from calloff.web.placements.placement_forms import format_week
from calloff.web.provider.placements import forms
from calloff.web.provider.placements.lookups import (
    about_placement,
    find_placement,
    placement_context,
    redirect_to_placement,
)
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest
from calloff.web.telephone_links import find_telephone

SEE_PLACED_CHILDREN_PURPOSE = "To see the children who are placed with us"


@require_safe
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def placement_list(request: OrganisationRequest) -> HttpResponse:
    every = queries.with_list_columns(queries.of_provider(request.organisation, person=request.user, at=request.now))
    filters, shown = list_pages.filter_by_state(request, every, PLACEMENT_LIST_STATES, everything="All placements")
    listed = list_pages.list_context(request, shown, ("-confirmed_at", "-pk"), one="placement", filters=filters)
    more = {
        "rows": _rows(request, listed["rows"]),
        "recent": recent_attendance(
            [one for one in listed["rows"] if one.started_on and access.notes_close_at(one) > request.now],
            local_day(request.now),
        ),
        "paused": without_promises_among(placement for placement in listed["rows"] if placement.is_before),
    }
    return render(request, "provider/placements.html", listed | more)


def _rows(request: OrganisationRequest, placements: list) -> list:  # type: ignore[type-arg]
    """Return each placement with the child's initials and year, while the provider can see them.

    The list is logged as one view.
    """
    children = [placement.pupil for placement in placements]
    shown = identify_pupils(
        children,
        person=request.user,
        acting_for=request.organisation,
        purpose=SEE_PLACED_CHILDREN_PURPOSE,
        at=request.now,
    )
    return [(placement, shown.get(placement.pupil_id)) for placement in placements]


@require_safe
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def placement(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    person, at = request.user, request.now
    known, limits = identify_with_limits(
        [placement.pupil], place=PLACEMENT_PLACE, person=person, acting_for=request.organisation,
        purpose=SEE_PLACED_CHILDREN_PURPOSE, at=at,
    )  # fmt: skip
    shown = known.get(placement.pupil_id)
    today, calendar = local_day(at), calendar_of(placement.buyer)
    reads_notes = access.notes_close_at(placement) > at
    reviews = list(placement.reviews.all()) if reads_notes else []
    register = whole_register_of(placement, calendar)
    unmarked = register.to_mark(calendar, at)
    more = {
        "shown": shown,
        "steps": [
            *_steps_now(request, unmarked),
            *overview.dated_steps(
                placement, reviews, today, path_at_organisation(request, "provider:placement-reviews", reference)
            ),
        ],
        "contacts": _contacts(placement),
        "agreed_aims": overview.aims_of(placement, reviews),
        "cost": overview.cost_so_far(placement, today, calendar),
        "price": overview.price_in_words(placement),
        "present": register.attended,
        "not_to_contact": limits.get(placement.pupil_id, ()),
        "pupil_page": path_if_routed("provider:placement-pupil", request.organisation.slug, reference)
        if shown
        else None,
        "timetable": format_week(placement),
        "chart": attendance_ribbon(register, reviews, at) if reads_notes else None,
        "week": child_week([placement], today, this=placement) if placement.is_live else None,
        "checks": queries.checks_of(placement) if placement.is_before else [],
        "risk_plan": placement.checks.filter(kind=PreStartCheck.Kind.RISK_PLAN).select_related("by").first()
        if shown
        else None,
        "closed": queries.closed_sessions_of(placement) if reads_notes and register.has_closed else [],
        "to_mark": unmarked,
        "may_confirm": placement.is_before
        and membership_takes_promises(placement)
        and is_allowed(placement, "confirm_staff_checks", person, at),
        "may_propose": placement.is_live and person.can(Can.CHANGE_PLACEMENT, organisation=request.organisation, at=at),
        "actions": PLACEMENT_ACTIONS.links(request, placement),
        "may_end": bool(possible_endings(request, placement, PROVIDER_ENDINGS)),
        "in_danger": child_in_danger(request, placement, side=PROVIDER)
        if access.provider_reads_notes(placement, at)
        else None,
    }
    return render(request, "provider/placement.html", placement_context(request, placement, **more))


def _steps_now(request: OrganisationRequest, unmarked: Sequence[DueSession]) -> Iterator[NextStep]:
    started = [session for session in unmarked if session.has_started(request.now)]
    if started:
        oldest = started[0]
        href = path_at_organisation(request, "provider:register", oldest.day.isoformat(), oldest.session)
        note = f"The oldest is the {oldest.half} of {format_short_date(oldest.day)}"
        yield NextStep(f"Mark {pluralise(len(started), 'session')}", note, "Mark the oldest", href, is_now=True)


def _contacts(placement: Placement) -> list[ContactToCall]:
    """Return the people to call. A contact without its own number is reached on the school's number."""
    school = placement.buyer.telephone
    contacts = [
        ContactToCall(placement.buyer.name, "The school or team", school, True),
        ContactToCall(placement.attendance_contact, "To tell about an absence", ""),
        ContactToCall("In an emergency", placement.emergency, ""),
    ]
    known = [one for one in contacts if one.name and one.note]
    with_number = [one._replace(telephone=find_telephone(f"{one.name} {one.note}") or school) for one in known]
    return [one for one in with_number if one.telephone]


@command_views.command_view
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def confirm_staff_checks(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement, form = (
        find_placement(request, reference),
        forms.StaffChecksForm.of(request, initial={"on": local_day(request.now)}),
    )
    command_views.require_permission(request, placement, "confirm_staff_checks")
    if request.method != "POST":
        require_membership_for_promise(placement, "record this check")
    if form.attempt(commands.confirm_staff_checks, placement, by=request.user, at=request.now):
        return command_views.redirect_done(
            request,
            f"Staff checks confirmed. We have told {placement.buyer}.",
            redirect_to_placement(request, "", reference),
        )
    meaning = [
        f"{placement.buyer} relies on this written confirmation. The child cannot start without it.",
        f"If this changes, tell {placement.buyer} straight away. Tell them before anyone new works with the child.",
    ]
    return command_views.render_command(
        request, form, heading="Confirm your staff checks", caption=reference,
        about=about_placement(request, placement), meaning=meaning,
        button="Confirm in writing", cancel=redirect_to_placement(request, "", reference),
    )  # fmt: skip


@require_safe
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def risk_plan(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    """Serve the risk plan, while the provider is allowed to know about the child.

    Raises Http404 after that.
    """
    placement = find_placement(request, reference)
    [(_, shown)] = _rows(request, [placement])
    check = placement.checks.filter(kind=PreStartCheck.Kind.RISK_PLAN).first()
    if shown is None or check is None or check.paper is None:
        raise Http404
    return as_attachment(check.paper)


@require_safe
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def review_list(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    closed = access.notes_close_at(placement) <= request.now
    rows: list[tuple[Any, Any, str]] = [
        (review, placement_forms.outcome_rows(review.outcomes), REVIEW_DECISIONS.get(review.decision, ""))
        for review in placement.reviews.order_by("due_on", "pk")
        if not closed
    ]
    return render(
        request, "provider/placement_reviews.html", placement_context(request, placement, reviews=rows, closed=closed)
    )


@require_safe
@at_organisation(PROVIDER, Can.TAKE_REGISTER)
def ending(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    how = queries.ending_of(placement)
    if how is None:
        raise Http404
    more: dict[str, Any] = {"ending": how, "late": late_marks(placement, request.now)}
    more["closed"] = access.notes_close_at(placement) <= request.now
    more["may_report"] = is_allowed(placement, "report_exit", request.user, request.now) and not how.reported_at
    return render(request, "provider/placement_ending.html", placement_context(request, placement, **more))


PLACEMENT_ACTIONS = RecordActions(
    PROVIDER,
    "placement",
    find_placement,
    back=lambda request, placement: redirect_to_placement(request, "", placement.reference),
    needs=(Can.TAKE_REGISTER,),
    caption=lambda _, placement: placement.reference,
    rows=(
        RecordAction(
            commands.withdraw_place,
            linked_from="placements/ending_choice.py",
            form=placement_forms.PlacementReasonForm,
            heading="Withdraw before the placement starts",
            about=about_placement,
            meaning=lambda _, placement: [
                "You can withdraw without penalty until both sides have signed.",
                f"We will tell {placement.buyer} straight away, and it can ask other providers. Your place will become "
                "available again, and you will no longer see who the child is.",
            ],
            button="Withdraw",
            stops=True,
            done=lambda _, placement: f"You have withdrawn from the placement. We have told {placement.buyer}.",
        ),
        RecordAction(
            commands.report_exit,
            path="exit-report",
            name="placement-report-exit",
            linked_from="provider/placement_ending.html",
            form=forms.ExitReportForm,
            heading="Send the exit report",
            about=about_placement,
            meaning=lambda _, placement: [
                f"{placement.buyer} will read the report and keep it. You can only send it once."
            ],
            button="Send the exit report",
            done=lambda _, ending: f"Exit report sent to {ending.placement.buyer}",
            then=lambda request, placement: redirect_to_placement(request, "ending", placement.reference),
        ),
    ),
)
