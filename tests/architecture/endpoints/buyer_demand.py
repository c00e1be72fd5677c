"""The doors of what a buyer's people do with a search: find, shortlist, save."""

from tests.architecture.endpoints import SCHOOL, Endpoint

SHOPPERS = frozenset({"ruth", "helen", "fay"})  # who see prices
RUTH = frozenset({"ruth"})


def home(world):
    return (world.school.slug,)


def on(name):
    return lambda world: (world.school.slug, getattr(world, name).pk)


def file(kind):
    return lambda world: (world.school.slug, kind)


def reads(route, where=home, who=SHOPPERS, **more):
    return Endpoint("GET", f"buyer:{route}", who, where, **more)


def presses(route, where, sends=lambda world: {}):
    return Endpoint("POST", f"buyer:{route}", SHOPPERS, where, sends, sees=SCHOOL - SHOPPERS)


def asks(route, where, who=SHOPPERS, sends=lambda world: {}, **more):
    return [
        Endpoint("GET", f"buyer:{route}", who, where, **more),
        Endpoint("POST", f"buyer:{route}", who, where, sends, sees=SCHOOL - SHOPPERS, **more),
    ]


DOORS: list[Endpoint] = [
    reads("directory", who=SCHOOL, query="?words=farm&need=SEMH"),
    reads("directory-export", file("csv"), who=SCHOOL),
    reads("directory-place", who=SCHOOL),
    Endpoint("POST", "buyer:directory-place", SCHOOL, home, lambda world: {"postcode": "BN11 1LG"}),
    Endpoint("POST", "buyer:directory-forget-place", SCHOOL, home),
    reads("report-gap", who=SCHOOL, query="?words=zebras"),
    Endpoint("POST", "buyer:report-gap", SCHOOL, home, lambda world: {"who": "school"}, query="?words=zebras"),
    reads("shortlist"),
    presses("shortlist-add", on("to_shortlist"), lambda world: {"back": "/"}),
    presses("shortlist-take-off", on("entry")),
    *asks("shortlist-amend-note", on("entry"), sends=lambda world: {"note": "They have a minibus."}),
    reads("searches"),
    *asks("search-save", home, sends=lambda world: {"name": "Near us"}, query="?words=farm"),
    reads("search", on("saved_search"), RUTH),
    *asks("search-stop-emails", on("saved_search"), RUTH),
    *asks("search-start-emails", on("quiet_search"), RUTH),
    *asks("search-delete", on("saved_search"), RUTH),
]
