"""One service, for anybody: as data, and told that nothing has changed, against an empty page for anybody."""

from collections.abc import Callable

from django.urls import reverse

from benchmarks.directory_search import EMPTY, a_service, sql_of
from benchmarks.fixtures import Browser, again, bare
from benchmarks.runner import Acts, case

NOT_MODIFIED = 304


def told_so(path: str) -> Callable[[], None]:
    """Return the act of asking for a page that one has: the server says so, and sends nothing."""
    browser = Browser()
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


@case("service.json")
def service_json() -> Acts:
    """One service as data, told anew each time: something that it is made of has just been written."""
    one, there = a_service(), bare()

    def written() -> None:
        there.execute("UPDATE markets_lot SET title = title WHERE id = %s", [one.lot_id])

    path = reverse("api:service", args=[one.uuid])
    return Acts(Browser().getter(path), again(sql_of(path, written)), written)


@case("service.json.kept")
def service_json_kept() -> Acts:
    """The same while nothing changes, against an empty page for anybody."""
    return Acts(Browser().getter(reverse("api:service", args=[a_service().uuid])), Browser().getter(EMPTY))


@case("service.304")
def service_304() -> Acts:
    one = a_service()
    return Acts(told_so(reverse("public:service", args=[one.authority.slug, one.slug])), Browser().getter(EMPTY))
