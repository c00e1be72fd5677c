"""Directory search for a buyer, with distances from its school or from one of its children's homes."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calloff.demand.saved_search_alerts import location_of_buyer
from calloff.kernel.geography import Point
from calloff.people.permissions import Can
from calloff.pupils import queries as pupils
from calloff.referrals import queries as referrals
from calloff.web import command_views
from calloff.web.buyer.referrals import find_referral as referral_of
from calloff.web.directory import gap_reports, saved_place, search_exports, search_page
from calloff.web.directory.results_block import render_results
from calloff.web.directory.search_page import REFERRAL_PARAMETER, SearchContext
from calloff.web.navigation import path_at_organisation
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import OrganisationRequest


@require_safe
@never_cache
@at_organisation(BUYER)
def directory(request: OrganisationRequest) -> HttpResponse:
    return render_results(request, buyer_search_context(request))


@require_safe
@never_cache
@at_organisation(BUYER)
def export(request: OrganisationRequest, kind: str) -> HttpResponseBase:
    return search_exports.export_search(request, buyer_search_context(request), kind)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_organisation(BUYER)
def place(request: OrganisationRequest) -> HttpResponse:
    """Ask for another place to measure distances from, and keep it only for this visit."""
    here, authority = path_at_organisation(request, "buyer:directory"), request.organisation.host
    if authority is None:
        raise Http404
    return saved_place.ask_place(request, authority, search_page.results_after_place(request, here))


@require_POST
@at_organisation(BUYER)
def forget_place(request: OrganisationRequest) -> HttpResponse:
    return saved_place.forget_place(
        request, path_at_organisation(request, "buyer:directory") + search_page.query_with(request)
    )


@command_views.command_view
@never_cache
@at_organisation(BUYER)
def report_gap(request: OrganisationRequest) -> HttpResponse:
    looking = buyer_search_context(request)
    return gap_reports.report_gap(
        request, looking, reverse("public:directory-report-gap-done", args=[looking.authority.slug])
    )


def buyer_search_context(request: OrganisationRequest) -> SearchContext:
    """Return the context of a buyer's search: its authority's directory, with distances from its own location by
    default.

    If `?for=` has a referral's reference, distances are measured from that child's home, and the URL reveals nothing
    more. Raises Http404 if the buyer has no authority, or for a child that the person is not allowed to see.
    """
    buyer, authority = request.organisation, request.organisation.host
    if authority is None:
        raise Http404
    name, where, reference, at_home, own = _from_where(request)
    sees = request.user.can(Can.SEE_PRICES, organisation=buyer, at=request.now)
    return SearchContext(
        authority,
        path_at_organisation(request, "buyer:directory"),
        (name, where) if where else None,
        path_at_organisation(request, "buyer:directory-place"),
        path_at_organisation(request, "buyer:directory-forget-place") if where and not own and not at_home else "",
        [buyer] if sees else [],
        buyer,
        reference,
        at_home=at_home,
        own=own,
        report_gap=path_at_organisation(request, "buyer:report-gap"),
        saves=path_at_organisation(request, "buyer:search-save") if sees else "",
    )


def _from_where(request: OrganisationRequest) -> tuple[str, Point | None, str, bool, bool]:
    """Return a place's name and position, its referral, and whether it is a child's home or the buyer's own."""
    buyer, reference = request.organisation, request.GET.get(REFERRAL_PARAMETER, "")
    if reference:
        return f"the home of the pupil in {reference}", _home_of(request, reference), reference, True, False
    if kept := saved_place.saved_place(request):
        return *kept, "", False, False
    return buyer.name, location_of_buyer(buyer), "", False, True


def _home_of(request: OrganisationRequest, reference: str) -> Point | None:
    """Return the position of the home of a referral's child.

    This logs the view, and raises Http404 if the person does not have permission.
    """
    referral, person = referral_of(request, reference), request.user
    purpose = f"To measure how far provision is from home: {reference}"
    known = pupils.identify_pupils(
        [referral.pupil], person=person, acting_for=request.organisation, purpose=purpose, at=request.now
    )
    if referral.pupil_id not in known:
        raise Http404
    return referrals.home_of(referral)
