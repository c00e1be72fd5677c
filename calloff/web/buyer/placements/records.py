"""The list of placements, and a placement's record, agreement and history."""

from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.people.permissions import Can
from calloff.placements import attendance_trends, interim_places, queries
from calloff.placements.due_sessions import unmarked_days
from calloff.placements.models import Placement, PlacementQuerySet
from calloff.placements.states import LIVE_STATUSES, UNSIGNED_STATUSES, PlacementStatus
from calloff.placements.suspensions import membership_takes_promises, without_promises_among
from calloff.placements.whereabouts import whereabouts_of
from calloff.pupils.models import Pupil
from calloff.pupils.queries import identify_pupils
from calloff.web import list_pages
from calloff.web.buyer.placements.lookups import find_placement, placement_context
from calloff.web.downloads import as_attachment
from calloff.web.home_pages import HomeCount
from calloff.web.navigation import path_at_organisation, path_if_routed
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.placements.child_in_danger import child_in_danger
from calloff.web.placements.child_week import ChildWeek, attendance_of_placement, child_week
from calloff.web.placements.ending_choice import BUYER_ENDINGS, possible_endings
from calloff.web.placements.pages import PLACEMENT_LIST_STATES
from calloff.web.placements.placement_forms import format_week
from calloff.web.request import OrganisationRequest

SEE_PLACEMENTS_PURPOSE = "To see the school’s placements"


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def placement_list(request: OrganisationRequest) -> HttpResponse:
    """List the placements, with those that need action first."""
    every = queries.with_list_columns(queries.of_buyer(request.organisation, person=request.user, at=request.now))
    filters, shown = list_pages.filter_by_state(
        request, order_by_urgency(every, request), PLACEMENT_LIST_STATES, everything="All placements"
    )
    sees = request.user.can(Can.SEE_PUPILS, organisation=request.organisation, at=request.now)
    listed = list_pages.list_context(request, shown, ("rank", "-confirmed_at", "-pk"), one="placement", filters=filters)
    return render(
        request,
        "buyer/placements.html",
        listed
        | {
            "rows": placement_rows(request, listed["rows"]),
            "may_place": request.user.can(Can.PLACE, organisation=request.organisation, at=request.now),
            "paused": without_promises_among(placement for placement in listed["rows"] if placement.is_before),
            "where": whereabouts_of([placement for placement in listed["rows"] if not placement.is_over])
            if sees
            else {},
        },
    )


def order_by_urgency(every: PlacementQuerySet, request: OrganisationRequest) -> PlacementQuerySet:
    """Rank placements by urgency.

    Those with a review due come first, then those to sign, those under notice, other current ones, and the rest.
    """
    with_due = queries.with_review_due(every, local_day(request.now))
    rank = Case(
        When(review_due=True, status__in=[PlacementStatus.RUNNING, PlacementStatus.NOTICE], then=Value(0)),
        When(status__in=UNSIGNED_STATUSES, then=Value(1)), When(status=PlacementStatus.NOTICE, then=Value(2)),
        When(status__in=LIVE_STATUSES, then=Value(3)), default=Value(4), output_field=IntegerField(),
    )  # fmt: skip
    return with_due.annotate(rank=rank)


def placement_rows(request: OrganisationRequest, placements: list) -> list:  # type: ignore[type-arg]
    """Return each placement with its status and the child's initials and year.

    The list is logged as one view.
    """
    children = [placement.pupil for placement in placements]
    shown = identify_pupils(
        children, person=request.user, acting_for=request.organisation, purpose=SEE_PLACEMENTS_PURPOSE, at=request.now
    )
    return [(placement, queries.status_word_of(placement), shown.get(placement.pupil_id)) for placement in placements]


def week_of_child(request: OrganisationRequest, pupil: Pupil, this: Placement | None = None) -> ChildWeek | None:
    """Return a pupil's week in all current placements that the reader can see."""
    ours = queries.of_buyer(request.organisation, person=request.user, at=request.now).live().filter(pupil=pupil)
    found = ours.select_related(None).select_related("service", "provider").order_by("pk")
    return child_week(found, local_day(request.now), this)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def placement(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    [(_, _, shown)] = placement_rows(request, [placement])
    more = {
        "shown": shown,
        "pupil_page": path_if_routed("buyer:pupil", request.organisation.slug, placement.pupil.reference),
        "referral_page": path_if_routed("buyer:referral", request.organisation.slug, placement.referral.reference),
        "timetable": format_week(placement),
        "present": attendance_trends.count_present(placement),
        "chart": attendance_of_placement(placement),
        "week": week_of_child(request, placement.pupil, this=placement) if placement.is_live else None,
        "interim": interim_places.of_referral(placement.referral, local_day(request.now)),
        "referral": placement.referral,
        "may_update": request.user.can(Can.PLACE, organisation=request.organisation, at=request.now),
        "ending": queries.ending_of(placement),
        "missing": [check for check in queries.checks_of(placement) if check.made_at is None]
        if placement.is_before
        else [],
        "unmarked": unmarked_days(placement, request.now) if placement.started_on and placement.is_live else [],
        "promises": membership_takes_promises(placement),
        "may_sign": request.user.can(Can.COUNTERSIGN, organisation=request.organisation, at=request.now),
        "may_end": bool(possible_endings(request, placement, BUYER_ENDINGS)),
    }
    shown_page = placement_context(request, placement, **more)
    shown_page["in_danger"] = child_in_danger(request, placement, side=BUYER) if shown_page["sees_notes"] else None
    return render(request, "buyer/placement.html", shown_page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def agreement(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    if placement.agreement is None:
        raise Http404
    signatures = list(placement.agreement.signatures.order_by("signed_at"))
    promises = membership_takes_promises(placement)
    may_sign = promises and request.user.can(Can.COUNTERSIGN, organisation=request.organisation, at=request.now)
    more = {"signatures": signatures, "may_sign": may_sign, "promises": promises}
    return render(request, "buyer/placement_agreement.html", placement_context(request, placement, **more))


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def paper(request: OrganisationRequest, reference: str) -> HttpResponseBase:
    placement = find_placement(request, reference)
    if placement.agreement is None or placement.agreement.paper is None:
        raise Http404
    return as_attachment(placement.agreement.paper)


def count_placements(request: OrganisationRequest) -> HomeCount | None:
    """Count the agreed and current placements, for a home page."""
    if not request.user.can(Can.SEE_PLACING, organisation=request.organisation, at=request.now):
        return None
    placements = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    href = f"{path_at_organisation(request, 'buyer:placements')}?state=live"
    return HomeCount("Agreed and current placements", placements.live(), href)
