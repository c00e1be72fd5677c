"""The endpoints for what people at a buyer can do with a search: find services, shortlist them, and save the
search.
"""

from calloff.people.permissions import Role
from tools.addresses import FILE, SCHOOL, Address, Photo
from tools.screenshots import demand as demo_demand
from tools.screenshots import sample_records as demo

SHOPPERS = frozenset({"ruth", "helen", "fay"})  # the people who can see prices
RUTH = frozenset({"ruth"})


def home(world):
    return (world.school.slug,)


def on(name):
    return lambda world: (world.school.slug, getattr(world, name).pk)


def file(kind):
    return lambda world: (world.school.slug, kind)


def reads(route, where=home, who=SHOPPERS, **more):
    return Address("GET", f"buyer:{route}", who, where, **more)


def presses(route, where, sends=lambda world: {}):
    return Address("POST", f"buyer:{route}", SHOPPERS, where, sends, sees=SCHOOL - SHOPPERS)


def asks(route, where, who=SHOPPERS, sends=lambda world: {}, **more):
    return [
        Address("GET", f"buyer:{route}", who, where, **more),
        Address("POST", f"buyer:{route}", who, where, sends, sees=SCHOOL - SHOPPERS, **more),
    ]


ADDRESSES: list[Address] = [
    reads(
        "directory",
        who=SCHOOL,
        query="?words=farm&need=SEMH",
        photos=[
            Photo(Role.AP_LEAD, demo_demand.shopper()),
            Photo(Role.AP_LEAD, demo_demand.shopper(), query={"need": "SEMH", "miles": 10}, like="near-the-school"),
            Photo(Role.AP_LEAD, demo_demand.shopper(), query=demo_demand.from_a_home, like="for-a-child"),
        ],
    ),
    reads("directory-export", file("csv"), who=SCHOOL, no_photo=FILE),
    reads("directory-place", who=SCHOOL, photos=[Photo(Role.AP_LEAD, demo.a_busy_buyer)]),
    Address("POST", "buyer:directory-place", SCHOOL, home, lambda world: {"postcode": "BN11 1LG"}),
    Address("POST", "buyer:directory-forget-place", SCHOOL, home),
    reads(
        "report-gap",
        who=SCHOOL,
        query="?words=zebras",
        photos=[Photo(Role.AP_LEAD, demo.a_busy_buyer, query={"words": "swimming", "miles": 10})],
    ),
    Address("POST", "buyer:report-gap", SCHOOL, home, lambda world: {"who": "school"}, query="?words=zebras"),
    reads("shortlist", photos=[Photo(Role.AP_LEAD, demo_demand.shopper())]),
    presses("shortlist-add", on("to_shortlist"), lambda world: {"back": "/"}),
    presses("shortlist-take-off", on("entry")),
    *asks(
        "shortlist-amend-note",
        on("entry"),
        sends=lambda world: {"note": "They have a minibus."},
        photos=[Photo(Role.AP_LEAD, demo_demand.shopper("pk"))],
    ),
    reads("searches", photos=[Photo(Role.AP_LEAD, demo_demand.searcher("watched"))]),
    *asks(
        "search-save",
        home,
        sends=lambda world: {"name": "Near us"},
        query="?words=farm",
        photos=[Photo(Role.AP_LEAD, demo.a_busy_buyer, query={"words": "wood"})],
    ),
    reads(
        "search",
        on("saved_search"),
        RUTH,
        photos=[Photo(Role.AP_LEAD, demo_demand.searcher("watched", "pk"))],
    ),
    *asks(
        "search-stop-emails",
        on("saved_search"),
        RUTH,
        photos=[Photo(Role.AP_LEAD, demo_demand.searcher("watched", "pk"))],
    ),
    *asks(
        "search-start-emails",
        on("quiet_search"),
        RUTH,
        photos=[Photo(Role.AP_LEAD, demo_demand.searcher("quiet", "pk"))],
    ),
    *asks(
        "search-delete",
        on("saved_search"),
        RUTH,
        photos=[Photo(Role.AP_LEAD, demo_demand.searcher("watched", "pk"))],
    ),
]
