"""Finding provision for a buyer: the same search, measured from its school, or from where one of its children lives."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calloff.demand.saved_search_alerts import place_of
from calloff.kernel.geography import Point
from calloff.people.permissions import Can
from calloff.pupils import queries as pupils
from calloff.referrals import queries as referrals
from calloff.web import command_views
from calloff.web.buyer.referrals import found as referral_of
from calloff.web.directory import gap_reports, search_exports, search_page
from calloff.web.directory.search_page import FOR, Looking
from calloff.web.navigation import within
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.request import AtOrganisation


@require_safe
@never_cache
@at_organisation(BUYER)
def directory(request: AtOrganisation) -> HttpResponse:
    return render(request, "public/directory.html", search_page.page(request, of_buyer(request)))


@require_safe
@never_cache
@at_organisation(BUYER)
def export(request: AtOrganisation, kind: str) -> HttpResponse:
    return search_exports.answer(request, of_buyer(request), kind)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_organisation(BUYER)
def place(request: AtOrganisation) -> HttpResponse:
    """Ask from which other place distances are measured, and keep it in the session alone."""
    return search_page.ask_place(request, within(request, "buyer:directory"))


@require_POST
@at_organisation(BUYER)
def forget_place(request: AtOrganisation) -> HttpResponse:
    return search_page.forget_place(request, within(request, "buyer:directory") + search_page.asked_of(request))


@command_views.asks
@never_cache
@at_organisation(BUYER)
def report_gap(request: AtOrganisation) -> HttpResponse:
    looking = of_buyer(request)
    return gap_reports.report_gap(
        request, looking, reverse("public:directory-report-gap-done", args=[looking.authority.slug])
    )


def of_buyer(request: AtOrganisation) -> Looking:
    """Return how a buyer's people look for provision: in its authority's directory, from its own place by default.

    With `?for=` and the reference of one of its referrals, from where that child lives; the address holds no more.
    Raises Http404 where it has no authority, and for a child whom the person may not know.
    """
    buyer, authority = request.organisation, request.organisation.host
    if authority is None:
        raise Http404
    name, where, reference, at_home, own = _from_where(request)
    sees = request.user.can(Can.SEE_PRICES, at=buyer, when=request.now)
    return Looking(
        authority,
        within(request, "buyer:directory"),
        (name, where) if where else None,
        within(request, "buyer:directory-place"),
        within(request, "buyer:directory-forget-place") if where and not own and not at_home else "",
        [buyer] if sees else [],
        buyer,
        reference,
        at_home=at_home,
        own=own,
        report_gap=within(request, "buyer:report-gap"),
        saves=within(request, "buyer:search-save") if sees else "",
    )


def _from_where(request: AtOrganisation) -> tuple[str, Point | None, str, bool, bool]:
    """Return the name of the place, where it is, the referral it is of, and whether it is a home or the buyer's own."""
    buyer, reference = request.organisation, request.GET.get(FOR, "")
    if reference:
        return f"the home of the child in {reference}", _home_of(request, reference), reference, True, False
    if kept := search_page.kept_place(request):
        return *kept, "", False, False
    return buyer.name, place_of(buyer), "", False, True


def _home_of(request: AtOrganisation, reference: str) -> Point | None:
    """Find where the child of a referral lives, for whoever may know the child: the reading is recorded."""
    one, person = referral_of(request, reference), request.user
    purpose = f"To measure how far provision is from home: {reference}"
    known = pupils.identify(
        [one.pupil], person=person, acting_for=request.organisation, purpose=purpose, at=request.now
    )
    if one.pupil_id not in known:
        raise Http404
    return referrals.home_of(one)


urls = [
    path("directory", directory, name="directory"),
    path("directory/results.<slug:kind>", export, name="directory-export"),
    path("directory/place", place, name="directory-place"),
    path("directory/forget-place", forget_place, name="directory-forget-place"),
    path("directory/report-gap", report_gap, name="report-gap"),
]
