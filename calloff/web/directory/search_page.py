"""A search of an authority's directory, as the public and a buyer's people have it: its page, and the same as a file.

The address holds the search, save where distances are measured from: the visit, the register of schools or a referral
knows that.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from calloff.demand import queries as demand
from calloff.directory import facets as counts
from calloff.directory import result_cache, search_results
from calloff.directory.price_visibility import PriceVisibility, price_visibility
from calloff.directory.search_criteria import CRITERIA, Requirement, SearchCriteria, active_criteria, search_without
from calloff.directory.search_results import SortOrder
from calloff.kernel import encryption
from calloff.kernel.clock import local_day
from calloff.kernel.geography import Point
from calloff.markets import queries as markets
from calloff.members.models import Member
from calloff.people.models import Organisation
from calloff.registers import queries as registers
from calloff.registers.codepoint import ATTRIBUTION
from calloff.web.directory import service_display
from calloff.web.directory.search_form import DirectorySearchForm, PlaceForm
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step

PLACE_COOKIE = "calloff_place"  # of a visitor who is not signed in, sealed as well
PLACE_SESSION_KEY = "directory-place"  # in the session, sealed: the name and the point of the grid
PLACE_COOKIE_SECONDS = 12 * 3600  # seconds: the browser forgets it when it is closed, and the server by then
PAGE_KEY_PURPOSE = "directory keys"
REFERRAL_PARAMETER = (
    "for"  # in an address: the reference of the referral from whose child's home distances are measured
)
FILTER_PARAMETERS = {  # under which names a filter stands in an address
    name: [f"{name}-{part}" for part in DatePartsInput.PARTS] if isinstance(one.widget, DatePartsInput) else [name]
    for name, one in DirectorySearchForm.base_fields.items()
}
SEARCH_PARAMETERS = frozenset(
    {"after", "before", REFERRAL_PARAMETER}.union(*FILTER_PARAMETERS.values())
)  # all that an address of a search can hold
PLACE_FILTERS = tuple(name for name, row in CRITERIA.items() if row.requires == Requirement.PLACE)
SORT_ORDER_WORDS = {
    SortOrder.MATCH: "best match first",
    SortOrder.DISTANCE: "nearest first",
    SortOrder.PRICE: "cheapest first",
    SortOrder.SOONEST: "soonest place first",
}
MAX_SILENT_PROVIDERS = 10  # approved providers without a service that are named beside a search
MAX_ALTERNATIVE_SERVICES = 2  # services that are shown for each filter that was left out, where nothing is found
MAX_EXPORT_SERVICES = 1000  # of a file: a search that finds more is narrowed first, or read as open data
MAX_PDF_SERVICES = 100


@dataclass(frozen=True)
class SearchContext:
    """Who looks, and where: in whose directory, at which address, measured from where, for which buyer."""

    authority: Organisation
    path: str  # of the results
    place: tuple[str, Point] | None  # how the page names it, and where it is
    set_place: str  # where a postcode is sent
    forget_place: str = ""  # where one is forgotten; nothing: there is none of the visit's own
    buyers: list[Organisation] = field(default_factory=list)  # whose shortlist the person may keep
    buyer: Organisation | None = None  # on the pages of a buyer
    reference: str = ""  # of the referral that this is for
    at_home: bool = False  # the place is a child's home: no file says how far from it
    own: bool = False  # the place is the buyer's own

    report_gap: str = ""
    saves: str = ""  # where a search is saved, for a buyer's people

    @property
    def bare(self) -> str:
        """Return the query of the page without any filter."""
        return f"?{urlencode(self.kept())}" if self.reference else ""

    def file(self, kind: str) -> str:
        return f"{self.path}/results.{kind}"

    def kept(self) -> dict[str, str]:
        return {REFERRAL_PARAMETER: self.reference} if self.reference else {}


def saved_place(request: OrganisationRequest) -> tuple[str, Point] | None:
    """Return what the session keeps: the name of the place, and where it is. No one can open it a day later."""
    kept = (
        request.session.get(PLACE_SESSION_KEY) if request.user.is_authenticated else request.COOKIES.get(PLACE_COOKIE)
    )
    try:
        name, *point = (
            json.loads(encryption.cipher_for(PLACE_SESSION_KEY).decrypt(kept, ttl=PLACE_COOKIE_SECONDS))
            if kept
            else ("",)
        )
    except (InvalidToken, TypeError, ValueError):
        return None
    return (name, Point(*point)) if name else None


def ask_place(request: OrganisationRequest, results: str) -> HttpResponse:
    """Ask where distances are measured from, keep it in the session alone, and go back to the results."""
    form, back = PlaceForm.of(request), results + query_with(request)
    if form.attempt(_find_place):
        known = form.result
        kept = json.dumps([known.name, *known.position]).encode()
        sealed, response = encryption.cipher_for(PLACE_SESSION_KEY).encrypt(kept).decode(), redirect(back)
        if request.user.is_authenticated:
            request.session[PLACE_SESSION_KEY] = sealed
            request.session.set_expiry(0)  # until the browser is closed
        else:  # a visitor needs no session, and no row of one: the browser keeps what only we can open
            secure = request.is_secure()
            response.set_cookie(PLACE_COOKIE, sealed, secure=secure, httponly=True, samesite="Lax")
        if known.precision == registers.LocationPrecision.OUTCODE:
            messages.info(request, f"Distances are measured from the middle of {known.name}, so they are approximate.")
        return response
    return render(request, "public/place.html", {"form": form, "results": back})


def forget_place(request: OrganisationRequest, back: str) -> HttpResponse:
    """Forget where distances are measured from, and go back to the results."""
    response = redirect(back)
    if PLACE_SESSION_KEY in request.session:
        del request.session[PLACE_SESSION_KEY]
    response.delete_cookie(PLACE_COOKIE, samesite="Lax")
    return response


def bound_search_form(
    request: OrganisationRequest, looking: SearchContext, sight: PriceVisibility
) -> DirectorySearchForm:
    """Read the search of this address."""
    here = list(markets.public_markets(looking.authority))
    lots = [(market, lot) for market in here for lot in market.lots.all()]
    priced = sight.every or any(market.prices_public for market in here)
    return DirectorySearchForm.of(request, lots=lots, place=looking.place[1] if looking.place else None, priced=priced)


def results_context(request: OrganisationRequest, looking: SearchContext) -> dict[str, Any]:
    """Return what `public/directory.html` shows: one page of what the search finds, or what is nearest to it."""
    authority, at, today = looking.authority, request.now, local_day(request.now)
    sight = price_visibility(second_step.viewer(request), authority, at)
    form = bound_search_form(request, looking, sight)
    search, secret = form.search, form.order_used == SortOrder.DISTANCE
    after, before = (_opened(request.GET.get(key, ""), secret) for key in ("after", "before"))
    facets, (silent, silent_total) = _beside(authority, search, sight, at)
    result = search_results.search_directory(
        authority,
        search,
        sight=sight,
        at=at,
        order=form.order_used,
        after=after,
        before=before,
        counted=facets.counted,
    )
    form.say_counts(facets)
    nothing = not result.page.rows
    instead = _instead(request, looking, form, sight) if nothing and active_criteria(search) else []
    shown = [*result.page.rows, *(one for each in instead for one in each[3])]
    unsorted = query_without(request, looking, "order")
    return {
        "looking": looking,
        "authority": authority,
        "form": form,
        "search": search,
        "order": form.order_used,
        "place": looking.place[0] if looking.place else None,
        "found": result,
        "chosen": active_filters(request, looking, form),
        "kept": query_without(request, looking),
        "filters": query_without(request, looking, keeping=False),
        "previous": _turn(request, looking, "before", result.page.previous, secret),
        "next": _turn(request, looking, "after", result.page.next, secret),
        "sight": sight,
        "telling": service_display,
        "standing": lambda service: service_display.describe_standing(service.member, today),
        "today": today,
        "attribution": ATTRIBUTION,
        "silent": silent,
        "silent_total": silent_total,
        "in_order": SORT_ORDER_WORDS,
        "unsorted": unsorted + ("&" if unsorted else "?") + "order=match",
        "instead": instead,
        "most_rows": MAX_EXPORT_SERVICES,
        "shortlists": shortlisted_services(looking.buyers, [one.pk for one in shown]),
    }


def _beside(
    authority: Organisation, search: SearchCriteria, sight: PriceVisibility, at: datetime
) -> tuple[counts.Facets, tuple[list[Member], int]]:
    """Return what stands beside a search: what each filter would leave, and who is silent.

    Asked once until a directory changes; from a place, which is not kept, again.
    """

    def ask() -> tuple[counts.Facets, tuple[list[Member], int]]:
        facets = counts.count_facets(authority, search, sight=sight, at=at)
        return facets, search_results.members_without_services(authority, search, at=at, most=MAX_SILENT_PROVIDERS)

    lot, rest = search.lot and search.lot.pk, replace(search, lot=None)  # lots of two markets may have the same title
    key = f"beside {authority.pk} {lot} {rest} {sight}"
    return ask() if search.place else result_cache.cached_until_change(key, at, ask)


def shortlisted_services(buyers: list[Organisation], services: list[int]) -> list[tuple[Organisation, dict[int, int]]]:
    """Return for each buyer which of some services are on its shortlist, as the part `shortlisting` draws it."""
    known = demand.shortlisted_by_buyer(buyers, services)
    return [(one, known[one.pk]) for one in buyers]


def find_services(
    request: OrganisationRequest, looking: SearchContext, most: int
) -> tuple[DirectorySearchForm, list[Any], int, PriceVisibility]:
    """Return the search of this address, the first so many that it finds, in its order, and how many there are."""
    sight = price_visibility(second_step.viewer(request), looking.authority, request.now)
    form = bound_search_form(request, looking, sight)
    search, order = form.search, form.order_used
    for name in unexportable_filters(looking):
        search = search_without(search, name)
    if looking.at_home and order == SortOrder.DISTANCE:
        order = SortOrder.MATCH
    result = search_results.search_directory(
        looking.authority, search, sight=sight, at=request.now, order=order, size=most
    )
    return form, result.page.rows, result.page.total, sight


def unexportable_filters(looking: SearchContext) -> tuple[str, ...]:
    """Name the filters that no file keeps: which services are near a child's home would tell where it is."""
    return PLACE_FILTERS if looking.at_home else ()


def describe_search(form: DirectorySearchForm, *left_out: str) -> list[str]:
    """Say the search in words, a filter an entry, without its order and what else is left out."""
    return [form.in_words(name, value) for name, value in form.wanted().items() if name not in {"order", *left_out}]


def active_filters(
    request: OrganisationRequest, looking: SearchContext, form: DirectorySearchForm
) -> list[tuple[str, str]]:
    """Return the filters in use, in words, each with the address of the search without it."""
    return [
        (form.in_words(name, value), looking.path + query_without(request, looking, name))
        for name, value in form.wanted().items()
    ]


def query_without(request: OrganisationRequest, looking: SearchContext, *names: str, keeping: bool = True) -> str:
    """Return the filters of this address as a query, without some of them, from the first page on."""
    return query_with(request, names, looking.kept() if keeping else {})


def query_with(request: OrganisationRequest, names: Iterable[str] = (), more: dict[str, str] | None = None) -> str:
    """Return the filters that stand in an address as a query, without some, and with what else it keeps."""
    asked = QueryDict(mutable=True)
    for name, value in (more or {}).items():
        asked[name] = value
    for name, parts in FILTER_PARAMETERS.items():
        if name in names:
            continue
        for part in parts:
            if kept := [value for value in request.GET.getlist(part) if value]:
                asked.setlist(part, kept)
    return f"?{asked.urlencode()}" if asked else ""


def public_search_context(request: OrganisationRequest) -> SearchContext:
    """Return how the public looks for provision: at the authority of the path, from the place of the visit."""
    authority, place = request.organisation, saved_place(request)
    slug = authority.slug
    return SearchContext(
        authority,
        reverse("public:directory", args=[slug]),
        place,
        reverse("public:directory-place", args=[slug]),
        reverse("public:directory-forget-place", args=[slug]) if place else "",
        demand.buyers_of(second_step.viewer(request), request.now),
        report_gap=reverse("public:directory-report-gap", args=[slug]),
    )


def miles_to(service: Any) -> float | None:
    """Return how far a service is, in miles, to a tenth."""
    miles = service_display.format_distance(service)
    return None if miles is None else round(miles, 1)


def format_prices(service: Any, sight: PriceVisibility, today: date) -> list[str] | None:
    """Say what a service costs, to someone who may see it; nothing to others."""
    return (
        [service_display.format_price(one) for one in service_display.current_prices(service, today)]
        if sight.sees(service)
        else None
    )


def _find_place(*, postcode: str) -> registers.LocatedPlace:
    return registers.locate_postcode(postcode)


def _instead(
    request: OrganisationRequest, looking: SearchContext, form: DirectorySearchForm, sight: PriceVisibility
) -> list[tuple[str, int, str, list[Any]]]:
    """Return what there would be without each one filter: its words, how many, the address, and a few of them."""
    wanted = form.wanted()
    nearest = search_results.find_alternatives(
        looking.authority, form.search, sight=sight, at=request.now, each=MAX_ALTERNATIVE_SERVICES
    )
    return [
        (
            form.in_words(one.name, wanted[one.name]),
            one.number,
            looking.path + query_without(request, looking, *(field.parameter for field in CRITERIA[one.name].fields)),
            one.services,
        )
        for one in nearest
        if one.name in wanted
    ]


def _turn(request: OrganisationRequest, looking: SearchContext, way: str, key: str, secret: bool) -> str | None:
    """Return the query of a neighbouring page. From a place, the key holds a distance: it is sealed."""
    if not key:
        return None
    asked = QueryDict(query_without(request, looking).removeprefix("?"), mutable=True)
    asked[way] = encryption.cipher_for(PAGE_KEY_PURPOSE).encrypt(key.encode()).decode() if secret else key
    return f"?{asked.urlencode()}"


def _opened(key: str, secret: bool) -> str:
    if not secret or not key:
        return key
    try:
        return encryption.cipher_for(PAGE_KEY_PURPOSE).decrypt(key.encode()).decode()
    except InvalidToken:
        return ""
