"""The list of placements, the record, its agreement and its history."""

from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from calloff.kernel.clock import local_day
from calloff.people.permissions import Can
from calloff.placements import interim_places, queries
from calloff.placements.due_sessions import unmarked_days
from calloff.placements.models import PlacementQuerySet
from calloff.placements.states import BEFORE, LIVE, Status
from calloff.placements.suspensions import membership_takes_promises, without_promises_among
from calloff.placements.whereabouts import where_of
from calloff.pupils.queries import identify
from calloff.web import list_pages
from calloff.web.buyer.placements.lookups import found, page
from calloff.web.downloads import as_attachment
from calloff.web.navigation import link, within
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.placements.child_in_danger import child_in_danger
from calloff.web.placements.pages import STATES
from calloff.web.placements.placement_forms import week_of
from calloff.web.request import AtOrganisation

SEEING = "To see the school’s placements"


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def placement_list(request: AtOrganisation) -> HttpResponse:
    """List the placements: what waits for something first."""
    every = queries.listed(queries.of_buyer(request.organisation, person=request.user, at=request.now))
    filters, shown = list_pages.in_state(request, in_order(every, request), STATES, everything="All placements")
    sees = request.user.can(Can.SEE_PUPILS, at=request.organisation, when=request.now)
    listed = list_pages.list_page(request, shown, ("rank", "-confirmed_at", "-pk"), one="placement", filters=filters)
    return render(
        request,
        "buyer/placements.html",
        listed
        | {
            "rows": rows(request, listed["rows"]),
            "paused": without_promises_among(one for one in listed["rows"] if one.is_before),
            "where": where_of([one for one in listed["rows"] if not one.is_over]) if sees else {},
        },
    )


def in_order(every: PlacementQuerySet, request: AtOrganisation) -> PlacementQuerySet:
    """Put the reviews that are due first, then what is before its start, what runs, and what is over."""
    with_due = queries.with_review_due(every, local_day(request.now))
    rank = Case(
        When(review_due=True, status__in=[Status.RUNNING, Status.NOTICE], then=Value(0)),
        When(status__in=BEFORE, then=Value(1)), When(status=Status.NOTICE, then=Value(2)),
        When(status__in=LIVE, then=Value(3)), default=Value(4), output_field=IntegerField(),
    )  # fmt: skip
    return with_due.annotate(rank=rank)


def rows(request: AtOrganisation, several: list) -> list:  # type: ignore[type-arg]
    """Put beside each placement its word, and the child's initials and year: one recorded read for the list."""
    children = [one.pupil for one in several]
    shown = identify(children, person=request.user, acting_for=request.organisation, purpose=SEEING, at=request.now)
    return [(one, queries.word_of(one), shown.get(one.pupil_id)) for one in several]


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def placement(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    [(_, _, shown)] = rows(request, [one])
    more = {
        "shown": shown,
        "pupil_page": link("buyer:pupil", request.organisation.slug, one.pupil.reference),
        "referral_page": link("buyer:referral", request.organisation.slug, one.referral.reference),
        "timetable": week_of(one),
        "present": queries.share_present(one),
        "interim": interim_places.of_referral(one.referral, local_day(request.now)),
        "referral": one.referral,
        "may_update": request.user.can(Can.PLACE, at=request.organisation, when=request.now),
        "ending": queries.ending_of(one),
        "missing": [check for check in queries.checks_of(one) if check.made_at is None] if one.is_before else [],
        "unmarked": unmarked_days(one, request.now) if one.started_on and one.is_live else [],
        "promises": membership_takes_promises(one),
        "may_sign": request.user.can(Can.COUNTERSIGN, at=request.organisation, when=request.now),
    }
    shown_page = page(request, one, **more)
    shown_page["in_danger"] = child_in_danger(request, one, side=BUYER) if shown_page["sees_notes"] else None
    return render(request, "buyer/placement.html", shown_page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def agreement(request: AtOrganisation, reference: str) -> HttpResponse:
    one = found(request, reference)
    if one.agreement is None:
        raise Http404
    signatures = list(one.agreement.signatures.order_by("signed_at"))
    promises = membership_takes_promises(one)
    may_sign = promises and request.user.can(Can.COUNTERSIGN, at=request.organisation, when=request.now)
    more = {"signatures": signatures, "may_sign": may_sign, "promises": promises}
    return render(request, "buyer/placement_agreement.html", page(request, one, **more))


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def paper(request: AtOrganisation, reference: str) -> HttpResponseBase:
    one = found(request, reference)
    if one.agreement is None or one.agreement.paper is None:
        raise Http404
    return as_attachment(one.agreement.paper)


def count(request: AtOrganisation) -> tuple[str, int, str] | None:
    """Count the placements that are agreed or run, for a home."""
    if not request.user.can(Can.SEE_PLACING, at=request.organisation, when=request.now):
        return None
    ours = queries.of_buyer(request.organisation, person=request.user, at=request.now)
    return "Agreed and current placements", ours.live().count(), f"{within(request, 'buyer:placements')}?state=live"
