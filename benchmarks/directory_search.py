"""Finding provision, in directories that grow from 1,000 services to 100,000: the cases of search, feed and page.

What is measured is the largest authority, with a thirtieth of all services. The floor of a search is its own SQL, bare;
of a page, an empty page and its own SQL; of data, its own SQL; of "not changed", an empty page for anybody.
"""

import os
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from benchmarks import directories
from benchmarks.fixtures import Browser, Statement, again, bare, statements_of
from benchmarks.runner import Acts, case, nothing
from calloff.directory import facets, search_results
from calloff.directory.models import AtSite, Service
from calloff.directory.search_criteria import Search, Sight
from calloff.kernel import clock
from calloff.people.models import Organisation

ANYBODY = Sight()
EMPTY = "/bench/open"
BROAD, MISSPELT, NEED, MILES = "music", "equin therpy", "SEMH", 15


def _find(search: Callable[[Organisation], Search], size: int) -> Acts:
    """A page of 25 and how many there are in all, as they are found: in this process, without the page around it."""
    here = directories.grown(size)
    asked, at = search(here), clock.now()

    def act() -> None:
        search_results.find(here, asked, sight=ANYBODY, at=at)

    return Acts(act, again(statements_of(act)))


def _facets(size: int) -> Acts:
    """The counts behind every choice of every filter, for a broad search."""
    here, at = directories.grown(size), clock.now()

    def act() -> None:
        facets.facets(here, Search(need=NEED), sight=ANYBODY, at=at)

    return Acts(act, again(statements_of(act)))


def _somewhere(here: Organisation) -> AtSite:
    return AtSite.objects.filter(authority=here, position__isnull=False).order_by("pk")[0]


SEARCHES: dict[str, Callable[[Organisation], Search]] = {
    "words": lambda here: Search(words=BROAD),
    "rare": lambda here: Search(words=directories.RARE),
    "combined": lambda here: Search(words=BROAD, need=NEED, place=_somewhere(here).position, miles=MILES),
    "nearest": lambda here: Search(place=_somewhere(here).position),
    "typo": lambda here: Search(words=MISSPELT),
}


def _page(size: int) -> Acts:
    """The page of a search with its counts, for anybody, against an empty page and its SQL: drawn until a change."""
    return page(_address(size))


def _drawn(size: int) -> Acts:
    """The same, drawn anew each time: something in a directory has just been changed."""
    return page(_address(size), changed())


def _address(size: int) -> str:
    here = directories.grown(size)
    return reverse("public:directory", args=[here.slug]) + f"?need={NEED}&age=12"


def _json(size: int) -> Acts:
    """100 services of the authority as Calloff's own open data, made anew each time."""
    here = directories.grown(size)
    return data(f"{reverse('api:services')}?authority={here.slug}", changed())


def _json_kept(size: int) -> Acts:
    """The same until something changes, against an empty page for anybody."""
    here = directories.grown(size)
    return Acts(Browser().getter(f"{reverse('api:services')}?authority={here.slug}"), Browser().getter(EMPTY))


def changed() -> Callable[[], None]:
    """Return the act of changing something that every directory tells of: what was kept of one holds no more."""
    there = bare()

    def change() -> None:
        there.execute("UPDATE markets_lot SET title = title WHERE id = (SELECT min(id) FROM markets_lot)")

    return change


PER_PAGE = 100


def _feed(size: int, page: str) -> Acts:
    """100 services of the Open Referral feed of all authorities: its first page, or its last whole one."""
    directories.grown(size)
    number = {"first": 1, "last": size // PER_PAGE}[page]
    return data(f"{reverse('oruk:services')}?per_page={PER_PAGE}&page={number}")


def page(path: str, before: Callable[[], None] = nothing) -> Acts:
    browser, sql = Browser(), again(sql_of(path, before))

    def floor() -> None:
        browser.get(EMPTY)
        sql()

    return Acts(Browser().getter(path), floor, before)


def data(path: str, before: Callable[[], None] = nothing) -> Acts:
    return Acts(Browser().getter(path), again(sql_of(path, before)), before)


def sql_of(path: str, before: Callable[[], None] = nothing) -> list[Statement]:
    """Return the statements of a page that is asked for again: what has been drawn before and is kept asks fewer.

    What is done `before` may make that new.
    """
    host = urlsplit(os.environ["BENCH_ADDRESS"]).netloc

    def get() -> None:
        response = Client().get(path, HTTP_HOST=host)
        if response.status_code != 200:  # noqa: PLR2004
            raise AssertionError(f"{path}: {response.status_code}")

    get()
    before()
    return statements_of(get)


def a_service() -> Service:
    here = directories.grown(directories.SIZES[-1])
    found: Service = Service.objects.live().filter(authority=here).select_related("authority").order_by("pk")[1]
    return found


for _size in directories.SIZES:
    for _name, _search in SEARCHES.items():
        case(f"search.{_name}.{_size}")(partial(_find, _search, _size))
    case(f"search.facets.{_size}")(partial(_facets, _size))
    case(f"search.page.{_size}")(partial(_page, _size))
    case(f"search.drawn.{_size}")(partial(_drawn, _size))
    case(f"search.json.{_size}")(partial(_json, _size))
    case(f"search.json.kept.{_size}")(partial(_json_kept, _size))
    for _page_of_feed in ("first", "last"):
        case(f"oruk.{_page_of_feed}.{_size}")(partial(_feed, _size, _page_of_feed))


@case("service.page")
def service_page() -> Acts:
    """The page of one service, for anybody: drawn once for as long as nothing changes."""
    one = a_service()
    return page(reverse("public:service", args=[one.authority.slug, one.slug]))


@case("service.drawn")
def service_drawn() -> Acts:
    """The same, drawn anew each time."""
    one = a_service()
    return page(reverse("public:service", args=[one.authority.slug, one.slug]) + "?drawn=anew")
