"""Searches of directories with 1,000 to 100,000 services: search pages, the feed and service pages.

They search the directory of the largest authority, which has a thirtieth of all services.

Each measurement has its own floor. For a search, the floor is the same SQL without Django. For a page, it is an empty
page and the SQL of the page. For an open data response, it is the SQL of the response. For a “not modified” response,
it is an empty public page.
"""

import os
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from benchmarks import directories
from benchmarks.fixtures import BenchBrowser, Statement, bare_connection, capture_statements, replay_statements
from benchmarks.runner import CaseAndFloor, bench_case, do_nothing
from calloff.directory import facets, search_results
from calloff.directory.models import Service, ServiceSite
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.kernel import clock
from calloff.people.models import Organisation

PUBLIC_PRICE_VISIBILITY = PriceVisibility()
EMPTY_PATH = "/bench/open"
BROAD_WORDS, MISSPELT_WORDS, SEARCH_NEED, SEARCH_MILES = "music", "equin therpy", "SEMH", 15


def _find(search: Callable[[Organisation], SearchCriteria], size: int) -> CaseAndFloor:
    """Find 25 services for a page and count all matches, in this process and without rendering the page."""
    here = directories.grow_directories(size)
    asked, at = search(here), clock.now()

    def act() -> None:
        search_results.search_directory(here, asked, sight=PUBLIC_PRICE_VISIBILITY, at=at)

    return CaseAndFloor(act, replay_statements(capture_statements(act)))


def _facets(size: int) -> CaseAndFloor:
    """Count the services for each option of each filter in a broad search."""
    here, at = directories.grow_directories(size), clock.now()

    def act() -> None:
        facets.count_facets(here, SearchCriteria(need=SEARCH_NEED), sight=PUBLIC_PRICE_VISIBILITY, at=at)

    return CaseAndFloor(act, replay_statements(capture_statements(act)))


def _somewhere(here: Organisation) -> ServiceSite:
    return ServiceSite.objects.filter(authority=here, position__isnull=False).order_by("pk")[0]


SEARCHES: dict[str, Callable[[Organisation], SearchCriteria]] = {
    "words": lambda here: SearchCriteria(words=BROAD_WORDS),
    "rare": lambda here: SearchCriteria(words=directories.RARE_SUBJECT),
    "combined": lambda here: SearchCriteria(
        words=BROAD_WORDS, need=SEARCH_NEED, place=_somewhere(here).position, miles=SEARCH_MILES
    ),
    "nearest": lambda here: SearchCriteria(place=_somewhere(here).position),
    "typo": lambda here: SearchCriteria(words=MISSPELT_WORDS),
}


def _page(size: int) -> CaseAndFloor:
    """Show the public a search with its counts.

    The floor is an empty page and the SQL of the search page. The page is cached until something changes.
    """
    return page_acts(_address(size))


def _drawn(size: int) -> CaseAndFloor:
    """Run the same search without the cache, because the directory has just changed."""
    return page_acts(_address(size), change_directory())


def _address(size: int) -> str:
    here = directories.grow_directories(size)
    return reverse("public:directory", args=[here.slug]) + f"?need={SEARCH_NEED}&age=12"


def _json(size: int) -> CaseAndFloor:
    """Return 100 services of the authority as open data, made again for each request."""
    here = directories.grow_directories(size)
    return api_acts(f"{reverse('api:services')}?authority={here.slug}", change_directory())


def _json_kept(size: int) -> CaseAndFloor:
    """Return the same open data from the cache.

    The floor is an empty public page.
    """
    here = directories.grow_directories(size)
    return CaseAndFloor(
        BenchBrowser().getter(f"{reverse('api:services')}?authority={here.slug}"), BenchBrowser().getter(EMPTY_PATH)
    )


def change_directory() -> Callable[[], None]:
    """Return an action that changes something in each directory, so that cached pages are no longer valid."""
    there = bare_connection()

    def change() -> None:
        there.execute("UPDATE markets_lot SET title = title WHERE id = (SELECT min(id) FROM markets_lot)")

    return change


PER_PAGE = 100


def _feed(size: int, page: str) -> CaseAndFloor:
    """Return 100 services from the Open Referral feed of all authorities: the first page, or the last full page."""
    directories.grow_directories(size)
    number = {"first": 1, "last": size // PER_PAGE}[page]
    return api_acts(f"{reverse('oruk:services')}?per_page={PER_PAGE}&page={number}")


def page_acts(path: str, before: Callable[[], None] = do_nothing) -> CaseAndFloor:
    browser, sql = BenchBrowser(), replay_statements(statements_of_page(path, before))

    def floor() -> None:
        browser.get(EMPTY_PATH)
        sql()

    return CaseAndFloor(BenchBrowser().getter(path), floor, before)


def api_acts(path: str, before: Callable[[], None] = do_nothing) -> CaseAndFloor:
    return CaseAndFloor(BenchBrowser().getter(path), replay_statements(statements_of_page(path, before)), before)


def statements_of_page(path: str, before: Callable[[], None] = do_nothing) -> list[Statement]:
    """Return the statements that a second request for a page takes, when part of the page is cached.

    `before` can first change something, so that the cache is no longer valid.
    """
    host = urlsplit(os.environ["BENCH_ADDRESS"]).netloc

    def get() -> None:
        response = Client().get(path, HTTP_HOST=host)
        if response.status_code != 200:  # noqa: PLR2004
            raise AssertionError(f"{path}: {response.status_code}")

    get()
    before()
    return capture_statements(get)


def any_service() -> Service:
    here = directories.grow_directories(directories.DIRECTORY_SIZES[-1])
    service: Service = Service.objects.live().filter(authority=here).select_related("authority").order_by("pk")[1]
    return service


for _size in directories.DIRECTORY_SIZES:
    for _name, _search in SEARCHES.items():
        bench_case(f"search.{_name}.{_size}")(partial(_find, _search, _size))
    bench_case(f"search.facets.{_size}")(partial(_facets, _size))
    bench_case(f"search.page.{_size}")(partial(_page, _size))
    bench_case(f"search.drawn.{_size}")(partial(_drawn, _size))
    bench_case(f"search.json.{_size}")(partial(_json, _size))
    bench_case(f"search.json.kept.{_size}")(partial(_json_kept, _size))
    for _page_of_feed in ("first", "last"):
        bench_case(f"oruk.{_page_of_feed}.{_size}")(partial(_feed, _size, _page_of_feed))


@bench_case("service.page")
def service_page() -> CaseAndFloor:
    """Show the public a service.

    The page is cached until something changes.
    """
    service = any_service()
    return page_acts(reverse("public:service", args=[service.authority.slug, service.slug]))


@bench_case("service.drawn")
def service_drawn() -> CaseAndFloor:
    """Show the same page, but render it for each request."""
    service = any_service()
    return page_acts(reverse("public:service", args=[service.authority.slug, service.slug]) + "?drawn=anew")
