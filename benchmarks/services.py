"""A service as the public can fetch it: as data, and as a “not modified” response.

The floor is an empty public page.
"""

from collections.abc import Callable

from django.urls import reverse

from benchmarks.directory_search import EMPTY_PATH, any_service, statements_of_page
from benchmarks.fixtures import BenchBrowser, bare_connection, replay_statements
from benchmarks.runner import CaseAndFloor, bench_case

NOT_MODIFIED = 304


def request_unchanged(path: str) -> Callable[[], None]:
    """Return an action that requests a page that has not changed. The server responds with 304 and no content."""
    browser = BenchBrowser()
    browser.connection.request("GET", path, headers=browser.headers)
    first = browser.connection.getresponse()
    first.read()
    headers = browser.headers | {"If-None-Match": str(first.headers["ETag"])}

    def act() -> None:
        browser.connection.request("GET", path, headers=headers)
        response = browser.connection.getresponse()
        response.read()
        if response.status != NOT_MODIFIED:
            raise AssertionError(f"{path}: {response.status}")

    return act


@bench_case("service.json")
def service_json() -> CaseAndFloor:
    """Return a service as data, made for each request as if the service had just changed."""
    service, there = any_service(), bare_connection()

    def written() -> None:
        there.execute("UPDATE markets_lot SET title = title WHERE id = %s", [service.lot_id])

    path = reverse("api:service", args=[service.uuid])
    return CaseAndFloor(BenchBrowser().getter(path), replay_statements(statements_of_page(path, written)), written)


@bench_case("service.json.kept")
def service_json_kept() -> CaseAndFloor:
    """Return the same data from the cache.

    The floor is an empty public page.
    """
    return CaseAndFloor(
        BenchBrowser().getter(reverse("api:service", args=[any_service().uuid])), BenchBrowser().getter(EMPTY_PATH)
    )


@bench_case("service.304")
def service_304() -> CaseAndFloor:
    service = any_service()
    return CaseAndFloor(
        request_unchanged(reverse("public:service", args=[service.authority.slug, service.slug])),
        BenchBrowser().getter(EMPTY_PATH),
    )
