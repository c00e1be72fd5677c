"""The list of placements, and a placement's record, agreement and history."""

from collections.abc import Iterator

from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.agreements.states import AgreementStatus
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_short_date, pluralise
from calloff.people.permissions import Can
from calloff.placements import agreed_terms, interim_places, parent_letters, queries
from calloff.placements.models import Placement, PlacementQuerySet
from calloff.placements.states import LIVE_STATUSES, UNSIGNED_STATUSES, PlacementStatus
from calloff.placements.suspensions import membership_takes_promises, without_promises_among
from calloff.placements.whereabouts import notes_of, whereabouts_of
from calloff.placements.whole_register import WholeRegister, whole_register_of
from calloff.pupils.models import Pupil
from calloff.pupils.queries import identify_pupils
from calloff.referrals.school_calendars import calendar_of
from calloff.web import list_pages
from calloff.web.buyer.placements.lookups import find_placement, placement_context
from calloff.web.downloads import as_attachment
from calloff.web.home_pages import HomeCount
from calloff.web.navigation import path_at_organisation, path_if_routed
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.placements import overview
from calloff.web.placements.attendance_ribbon import attendance_ribbon, recent_attendance
from calloff.web.placements.child_in_danger import child_in_danger
from calloff.web.placements.child_week import ChildWeek, child_week
from calloff.web.placements.ending_choice import BUYER_ENDINGS, possible_endings
from calloff.web.placements.overview import ContactToCall, NextStep
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
            "recent": recent_attendance(listed["rows"], local_day(request.now)),
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
    others = ours.exclude(pk=this.pk) if this else ours
    if this and not others.exists():
        return child_week([this], local_day(request.now), this)
    found = list(others.select_related(None).select_related("service", "provider").order_by("pk"))
    return child_week([*found, this] if this else found, local_day(request.now), this)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def placement(request: OrganisationRequest, reference: str) -> HttpResponse:
    placement = find_placement(request, reference)
    [(_, _, shown)] = placement_rows(request, [placement])
    today, calendar = local_day(request.now), calendar_of(placement.buyer)
    register, reviews = whole_register_of(placement, calendar), list(placement.reviews.all())
    may_place = request.user.can(Can.PLACE, organisation=request.organisation, at=request.now)
    more = {
        "shown": shown,
        "steps": [
            *_notice_steps(request, placement, may_place=may_place),
            *_steps_now(request, placement, register, may_place=may_place),
            *overview.dated_steps(
                placement, reviews, today, path_at_organisation(request, "buyer:placement-reviews", reference)
            ),
        ],
        "contacts": _contacts(placement),
        "agreed_aims": overview.aims_of(placement, reviews),
        "cost": overview.cost_so_far(placement, today, calendar),
        "price": overview.price_in_words(placement),
        "pupil_page": path_if_routed("buyer:pupil", request.organisation.slug, placement.pupil.reference),
        "referral_page": path_if_routed("buyer:referral", request.organisation.slug, placement.referral.reference),
        "timetable": format_week(placement),
        "present": register.attended,
        "chart": attendance_ribbon(register, reviews, request.now),
        "week": week_of_child(request, placement.pupil, this=placement) if placement.is_live else None,
        "interim": interim_places.of_referral(placement.referral, today),
        "referral": placement.referral,
        "may_update": may_place,
        "ending": queries.ending_of(placement) if placement.is_over else None,
        "may_end": bool(possible_endings(request, placement, BUYER_ENDINGS)),
    }
    shown_page = placement_context(request, placement, **more)
    sees_notes = shown_page["sees_notes"]
    shown_page["in_danger"] = child_in_danger(request, placement, side=BUYER) if sees_notes else None
    latest = notes_of(placement).select_related(None).select_related("recorded_by")
    shown_page["latest_note"] = latest.first() if sees_notes else None
    return render(request, "buyer/placement.html", shown_page)


def _notice_steps(request: OrganisationRequest, placement: Placement, *, may_place: bool) -> Iterator[NextStep]:
    """Yield that the parents need a new notice, if they were told something that is not in the agreement."""
    if outdated := parent_letters.find_outdated_facts(placement):
        changed = ", ".join(fact.label.lower() for fact in outdated)
        note = f"The notice to the parents is out of date ({changed})"
        path = path_at_organisation(request, "buyer:placement-before-start", placement.reference)
        yield NextStep("Give a new notice of the direction", note, "View the notice", path, is_now=may_place)


def _steps_now(
    request: OrganisationRequest, placement: Placement, register: WholeRegister, *, may_place: bool
) -> Iterator[NextStep]:
    """Yield what someone must do now: the checks, the signatures, or the register that the provider has not marked."""

    def to(verb: str) -> str:
        return path_at_organisation(request, f"buyer:placement-{verb}", placement.reference)

    other = placement.provider
    if placement.is_before and not membership_takes_promises(placement):
        note = f"You cannot record checks or sign while {other} is not taking placements"
        checks = to("before-start") if placement.status == PlacementStatus.CHECKS else ""
        yield NextStep("Paused", note, "View the checks" if checks else "", checks)
    elif placement.status == PlacementStatus.CHECKS:
        missing = sum(check.made_at is None for check in queries.checks_of(placement))
        if missing:
            what = f"Complete {pluralise(missing, 'check')}"
            note = "They must be complete before a start date can be agreed"
            yield NextStep(what, note, "View the checks to complete", to("before-start"), is_now=may_place)
        elif may_place:
            yield NextStep("Prepare the agreement", "All checks are complete", "Prepare agreement", to("draw-up"), True)
        else:
            yield NextStep("The AP lead prepares the agreement", "All checks are complete")
    elif placement.status == PlacementStatus.TO_SIGN and placement.agreement is not None:
        if placement.agreement.status == AgreementStatus.TO_SIGN:
            yield NextStep(f"{other} signs the agreement")
        elif request.user.can(Can.COUNTERSIGN, organisation=request.organisation, at=request.now):
            yield NextStep("Sign the agreement", f"{other} has signed", "Sign agreement", to("agree"), True)
        else:
            yield NextStep("Your signatory signs the agreement", f"{other} has signed")
    yesterday = local_day(request.now) - agreed_terms.ONE_DAY
    unmarked = {one.day for one in register.due(yesterday, request.now)} if placement.is_live else None
    if placement.started_on and unmarked:
        note = f"Not marked for {pluralise(len(unmarked), 'day')}. The latest is {format_short_date(max(unmarked))}"
        link = ("View unmarked sessions", to("close-sessions")) if may_place else ("", "")
        yield NextStep(f"Ask {other} to mark the register", note, *link, is_now=bool(link[1]))


def _contacts(placement: Placement) -> list[ContactToCall]:
    provider = placement.provider
    return [ContactToCall(provider.name, "The provider", provider.telephone, True)] if provider.telephone else []


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
