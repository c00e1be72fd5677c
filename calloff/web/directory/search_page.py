"""A search of the directory, for the public and for buyers: the results page, and the same search as a file.

The URL contains the whole search, except for the place from which distances are measured. That comes from the session,
the schools register or a referral.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from cryptography.fernet import InvalidToken
from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse

from calloff.demand import queries as demand
from calloff.directory import facets as counts
from calloff.directory import result_cache, search_results
from calloff.directory.listing_queries import card_pictures
from calloff.directory.price_visibility import PriceVisibility, price_visibility
from calloff.directory.search_criteria import CRITERIA, Requirement, SearchCriteria, active_criteria, search_without
from calloff.directory.search_results import SortOrder
from calloff.kernel import encryption
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.kernel.geography import Point
from calloff.markets import queries as markets
from calloff.members.models import Member
from calloff.people.models import Organisation
from calloff.registers.codepoint import ATTRIBUTION
from calloff.web.directory import results_map, saved_place, service_card, service_display
from calloff.web.directory.search_form import BAR_FILTERS, DirectorySearchForm
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step

PAGE_KEY_PURPOSE = "directory keys"
REFERRAL_PARAMETER = (
    # The query parameter for the reference of a referral. Distances are then measured from the child's home.
    "for"
)
FILTER_PARAMETERS = {  # the query parameters of each filter
    name: [f"{name}-{part}" for part in DatePartsInput.PARTS]
    if isinstance(form_field.widget, DatePartsInput)
    else [name]
    for name, form_field in DirectorySearchForm.base_fields.items()
}
SEARCH_PARAMETERS = frozenset(
    {"after", "before", results_map.ZOOM_PARAMETER, REFERRAL_PARAMETER}.union(*FILTER_PARAMETERS.values())
)  # all query parameters of a search
PLACE_FILTERS = tuple(name for name, row in CRITERIA.items() if row.requires == Requirement.PLACE)
SORT_ORDER_WORDS = {
    SortOrder.MATCH: "best match first",
    SortOrder.DISTANCE: "nearest first",
    SortOrder.PRICE: "cheapest first",
    SortOrder.SOONEST: "earliest place first",
}
BACK_PARAMETER = "back"  # On the page of a service, this query parameter says from which results it was opened.
RESULTS_PAGES = frozenset({"public:directory", "buyer:directory"})
MAX_SILENT_PROVIDERS = 10  # how many approved providers without a service are listed next to the results
# If nothing is found, the page shows this number of services for each search without one of the filters.
MAX_ALTERNATIVE_SERVICES = 2
# The maximum number of rows in a file. For more results, people must narrow the search, or use the open data.
MAX_EXPORT_SERVICES = 1000
MAX_PDF_SERVICES = 100


@dataclass(frozen=True)
class SearchContext:
    """The context of a search: the directory, the URL, the place from which distances are measured, and the buyer."""

    authority: Organisation
    path: str  # the URL of the results page
    place: tuple[str, Point] | None  # the name that the page shows for the place, and its position on the National Grid
    set_place: str  # the URL to which a postcode is submitted
    forget_place: str = ""  # the URL that deletes the place that was saved for this visit, or empty if there is none
    buyers: list[Organisation] = field(default_factory=list)  # the buyers whose shortlists the person can change
    buyer: Organisation | None = None  # set only on a buyer's pages
    reference: str = ""  # the referral for which the person is searching
    at_home: bool = False  # whether the place is a child's home. Files then contain no distances
    own: bool = False  # whether the place is that of the buyer itself

    report_gap: str = ""
    saves: str = ""  # the URL for saving a search, which only buyers can do

    @property
    def approximate(self) -> bool:
        """Return whether distances are measured from the centre of a town or of an outcode."""
        return not (self.own or self.at_home) and saved_place.is_approximate(self.place)

    @property
    def bare(self) -> str:
        """Return the page's query string without filters."""
        return f"?{urlencode(self.kept())}" if self.reference else ""

    def file(self, kind: str) -> str:
        return f"{self.path}/results.{kind}"

    def kept(self) -> dict[str, str]:
        return {REFERRAL_PARAMETER: self.reference} if self.reference else {}


def bound_search_form(
    request: OrganisationRequest, looking: SearchContext, sight: PriceVisibility
) -> DirectorySearchForm:
    """Return the form, filled with the search in this URL."""
    here = list(markets.public_markets(looking.authority))
    lots = [(market, lot) for market in here for lot in market.lots.all()]
    priced = sight.every or any(market.prices_public for market in here)
    return DirectorySearchForm.of(request, lots=lots, place=looking.place[1] if looking.place else None, priced=priced)


def results_context(request: OrganisationRequest, looking: SearchContext) -> dict[str, Any]:
    """Return the context for `public/directory.html`: one page of results, or the nearest alternatives."""
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
        with_prices=form.order_used == SortOrder.PRICE or search.at_most is not None,
    )
    form.say_counts(facets)
    nothing = not result.page.rows
    instead = _instead(request, looking, form, sight) if nothing and active_criteria(search) else []
    shown = [*result.page.rows, *result.related, *(service for each in instead for service in each[3])]
    unsorted = query_without(request, looking, "order")
    return {
        "looking": looking,
        "authority": authority,
        "form": form,
        "search": search,
        "order": form.order_used,
        "place": looking.place[0] if looking.place else None,
        "found": result,
        "meant": query_with(request, ("words",), looking.kept() | {"words": result.meant}),
        "chosen": active_filters(request, looking, form),
        "kept": query_without(request, looking),
        "filters": query_without(request, looking, keeping=False),
        "previous": _turn(request, looking, "before", result.page.previous, secret),
        "next": _turn(request, looking, "after", result.page.next, secret),
        "sight": sight,
        "telling": service_display,
        "card": service_card,
        "card_pictures": card_pictures([service.pk for service in shown]),
        "now": at,
        "to_bar": query_without(request, looking, *BAR_FILTERS, keeping=False),
        "bar_filters": BAR_FILTERS,
        "rail_filters": SEARCH_PARAMETERS - {REFERRAL_PARAMETER, *BAR_FILTERS},
        "filters_in_address": _filters_in_address(request),
        "headline": describe_results(result.page.total, form),
        "brief": _in_brief(looking, form),
        **_map_context(request, looking, [*result.page.rows, *result.related]),
        "came_from": back_parameter(request, looking),
        "standing": lambda service: service_display.describe_standing(service.member, today),
        "today": today,
        "attribution": ATTRIBUTION,
        "silent": silent,
        "silent_total": silent_total,
        "in_order": SORT_ORDER_WORDS,
        "unsorted": unsorted + ("&" if unsorted else "?") + "order=match",
        "instead": instead,
        "most_rows": MAX_EXPORT_SERVICES,
        "shortlists": shortlisted_services(looking.buyers, [service.pk for service in shown]),
    }


def _map_context(request: OrganisationRequest, looking: SearchContext, services: list[Any]) -> dict[str, Any]:
    """Return the map for a results page. It never shows where a child's home is."""
    at, today = request.now, local_day(request.now)
    off = {
        service.pk
        for service in services
        if service_card.availability(service, service_display.describe_standing(service.member, today), at).is_none
    }
    place = looking.place if looking.place and not looking.at_home else None
    zoom = results_map.zoom_from(request.GET.get(results_map.ZOOM_PARAMETER, ""))
    drawn = results_map.draw_services(services, off, place[1] if place else None, zoom)
    label = results_map.describe(drawn, len(services), "service", place[0] if place else "") if drawn else ""
    return {"map": drawn, "map_label": label}


def describe_results(total: int, form: DirectorySearchForm) -> str:
    """Return the heading of the results, for example “5 services for age 13 within 10 miles”."""
    if not total:
        return "No services found" if form.wanted() else "Find provision"
    search = form.search
    age = f" for age {search.age}" if search.age is not None else ""
    return pluralise(total, "service") + age + (f" within {search.miles} miles" if search.miles else "")


def _in_brief(looking: SearchContext, form: DirectorySearchForm) -> str:
    """Return the place, age and need of a search in a few words, for a phone."""
    wanted = form.wanted()
    parts = [form.in_words(name, wanted[name]) for name in ("age", "need") if name in wanted]
    return ", ".join([*([looking.place[0]] if looking.place else []), *parts]) or "Any place, age and need"


def _filters_in_address(request: OrganisationRequest) -> list[tuple[str, list[str]]]:
    """Return the query parameters of the filters in this URL, with their values."""
    parts = [part for parts in FILTER_PARAMETERS.values() for part in parts]
    return [(part, values) for part in parts if (values := [value for value in request.GET.getlist(part) if value])]


def back_parameter(request: OrganisationRequest, looking: SearchContext) -> str:
    """Return the query string that tells the page of a service from which results it was opened."""
    query = query_without(request, looking)
    return f"?{urlencode({BACK_PARAMETER: looking.path + query})}" if query or looking.buyer else ""


def results_to_return_to(request: OrganisationRequest) -> str:
    """Return the URL of the results from which the page of a service was opened, with their filters.

    A URL that is not a results page is ignored, so that no link leads to another site.
    """
    path, _, query = request.GET.get(BACK_PARAMETER, "").partition("?")
    try:
        known = path.startswith("/") and resolve(path).view_name in RESULTS_PAGES
    except Resolver404:
        known = False
    if not known:
        return reverse("public:directory", args=[request.organisation.slug])
    kept = QueryDict(query).urlencode()
    return f"{path}?{kept}" if kept else path


def _beside(
    authority: Organisation, search: SearchCriteria, sight: PriceVisibility, at: datetime
) -> tuple[counts.Facets, tuple[list[Member], int]]:
    """Return what is shown next to the results: the counts for filters, and providers without services.

    This is cached until the directory changes, except for a search with distances from a place.
    """

    def ask() -> tuple[counts.Facets, tuple[list[Member], int]]:
        facets = counts.count_facets(authority, search, sight=sight, at=at)
        return facets, search_results.members_without_services(authority, search, at=at, most=MAX_SILENT_PROVIDERS)

    # Categories of two markets can have the same title.
    lot, rest = search.lot and search.lot.pk, replace(search, lot=None)
    key = f"beside {authority.pk} {lot} {rest} {sight}"
    return ask() if search.place else result_cache.cached_until_change(key, at, ask)


def shortlisted_services(buyers: list[Organisation], services: list[int]) -> list[tuple[Organisation, dict[int, int]]]:
    """Return, for each buyer, which of these services are on its shortlist, for `parts/shortlisting.html`."""
    known = demand.shortlisted_by_buyer(buyers, services)
    return [(buyer, known[buyer.pk]) for buyer in buyers]


def find_services(
    request: OrganisationRequest, looking: SearchContext, most: int
) -> tuple[DirectorySearchForm, list[Any], int, PriceVisibility]:
    """Return the form of this search, up to `most` of its services, their total number, and who can see prices."""
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
    """Return the filters that a file must leave out, because they would show which services are near a child's home."""
    return PLACE_FILTERS if looking.at_home else ()


def describe_search(form: DirectorySearchForm, *left_out: str) -> list[str]:
    """Describe a search in words, with one entry for each filter.

    The sort order and the filters in `left_out` are not included.
    """
    return [form.in_words(name, value) for name, value in form.wanted().items() if name not in {"order", *left_out}]


def active_filters(
    request: OrganisationRequest, looking: SearchContext, form: DirectorySearchForm
) -> list[tuple[str, str]]:
    """Return each filter that is used, as its label and the URL of the search without it."""
    return [
        (form.in_words(name, value), looking.path + query_without(request, looking, name))
        for name, value in form.wanted().items()
    ]


def query_without(request: OrganisationRequest, looking: SearchContext, *names: str, keeping: bool = True) -> str:
    """Return this search as a query string without the given filters, starting at the first page."""
    return query_with(request, names, looking.kept() if keeping else {})


def query_with(request: OrganisationRequest, names: Iterable[str] = (), more: dict[str, str] | None = None) -> str:
    """Return the filters in this URL as a query string, without the given names and with `more` added."""
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


def results_after_place(request: OrganisationRequest, path: str) -> str:
    """Return the URL of the results after the person submitted a place or the search bar, with the bar's filters."""
    if not saved_place.is_search_bar(request):
        return path + query_with(request)
    from_bar = {name: value for name in BAR_FILTERS if (value := request.POST.get(name, "").strip())}
    return path + query_with(request, BAR_FILTERS, from_bar)


def public_search_context(request: OrganisationRequest) -> SearchContext:
    """Return the context of a search by the public: the authority in the path, and the place saved for this visit."""
    authority, place = request.organisation, saved_place.saved_place(request)
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
    """Return the distance of a service in miles, to one decimal place, or None."""
    miles = service_display.format_distance(service)
    return None if miles is None else round(miles, 1)


def format_prices(service: Any, sight: PriceVisibility, today: date) -> list[str] | None:
    """Return the prices of a service as text, or None if the person is not allowed to see them."""
    return (
        [service_display.format_price(price) for price in service_display.current_prices(service, today)]
        if sight.sees(service)
        else None
    )


def _instead(
    request: OrganisationRequest, looking: SearchContext, form: DirectorySearchForm, sight: PriceVisibility
) -> list[tuple[str, int, str, list[Any]]]:
    """Return, for each filter, what the search finds without this filter.

    Each result contains the text of the filter, the number of services, the URL, and a few of the services.
    """
    wanted = form.wanted()
    nearest = search_results.find_alternatives(
        looking.authority, form.search, sight=sight, at=request.now, each=MAX_ALTERNATIVE_SERVICES
    )
    return [
        (
            form.in_words(alternative.name, wanted[alternative.name]),
            alternative.number,
            looking.path
            + query_without(request, looking, *(field.parameter for field in CRITERIA[alternative.name].fields)),
            alternative.services,
        )
        for alternative in nearest
        if alternative.name in wanted
    ]


def _turn(request: OrganisationRequest, looking: SearchContext, way: str, key: str, secret: bool) -> str | None:
    """Return the query string of the next or previous page, or None.

    If the results are ordered by distance, the key of the position is encrypted.
    """
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
