"""The endpoints where an authority sees placements, referrals and suspension notices, but not who the children are."""

from calloff.people.permissions import Role
from tools.addresses import AUTHORITY, CASEWORK, SPREADSHEET, Address, Photo
from tools.screenshots import budgets as demo_budgets

WATCHERS = frozenset({"olivia", "quentin"}) | CASEWORK
QUALITY = frozenset({"quentin"})


def here(world):
    return (world.authority.slug,)


def on(name, key="reference"):
    return lambda world: (world.authority.slug, getattr(getattr(world, name), key))


def reads(route, where=here, **more):
    return Address("GET", f"authority:{route}", WATCHERS, where, **more)


def by(what):
    return lambda world: (world.authority.slug, what)


def of_recall(world):
    return (world.authority.slug, world.provider.slug, world.recall.pk)


# fmt: off
ADDRESSES: list[Address] = [
    reads("referrals", photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.a_council_that_places)]),
    reads("referrals", query="?stage=asking&overdue=on&need=SEMH"),
    reads("referrals-export", no_photo=SPREADSHEET),
    reads("referral", on("watched_referral"), photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.asked)]),
    reads("referral-history", on("watched_referral"), photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.asked)]),
    reads("placements", photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.a_council_that_places)]),
    reads("placements", query="?status=live&need=SEMH"),
    reads("placements-export", no_photo=SPREADSHEET),
    reads("placement", on("running"), photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.placed)]),
    reads("placement-history", on("running"), photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.placed)]),
    reads("placements-by", by("need"),
             photos=[
                 Photo(Role.QUALITY_OFFICER, demo_budgets.placements_by("provider")),
                 Photo(Role.QUALITY_OFFICER, demo_budgets.placements_by("need"), like="by-need"),
             ]),
    reads("placements-by", by("school")),
    reads("placements-by", by("provider")),
    reads("interim-places", photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.a_council_that_places)]),
    reads("interim-places", query="?state=overdue&kind=special&consultation=sent"),
    reads("interim-places-export", no_photo=SPREADSHEET),
    reads("kpis", photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.a_council_that_places)]),
    reads("recalls", on("provider", "slug"), photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.of_recall())]),
    Address("GET", "authority:recall-remind", QUALITY, of_recall,
             photos=[Photo(Role.QUALITY_OFFICER, demo_budgets.of_recall("pk"))]),
    Address("POST", "authority:recall-remind", QUALITY, of_recall, sees=(AUTHORITY | CASEWORK) - QUALITY),
]
# fmt: on
