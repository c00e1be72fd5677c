"""The doors of an authority to placements and referrals, without the children; and to who was told of a suspension."""

from tests.architecture.endpoints import AUTHORITY, CASEWORK, Endpoint

WATCHERS = frozenset({"olivia", "quentin"}) | CASEWORK
QUALITY = frozenset({"quentin"})


def here(world):
    return (world.authority.slug,)


def on(name, key="reference"):
    return lambda world: (world.authority.slug, getattr(getattr(world, name), key))


def reads(route, where=here, **more):
    return Endpoint("GET", f"authority:{route}", WATCHERS, where, **more)


def by(what):
    return lambda world: (world.authority.slug, what)


def of_recall(world):
    return (world.authority.slug, world.provider.slug, world.recall.pk)


# fmt: off
DOORS: list[Endpoint] = [
    reads("referrals"),
    reads("referrals", query="?stage=asking&overdue=on&need=SEMH"),
    reads("referrals-export"),
    reads("referral", on("watched_referral")),
    reads("referral-history", on("watched_referral")),
    reads("placements"),
    reads("placements", query="?status=live&need=SEMH"),
    reads("placements-export"),
    reads("placement", on("running")),
    reads("placement-history", on("running")),
    *(reads("placements-by", by(what)) for what in ("need", "school", "provider")),
    reads("interim-places"),
    reads("interim-places", query="?state=overdue&kind=special&consultation=sent"),
    reads("interim-places-export"),
    reads("kpis"),
    reads("recalls", on("provider", "slug")),
    Endpoint("GET", "authority:recall-remind", QUALITY, of_recall),
    Endpoint("POST", "authority:recall-remind", QUALITY, of_recall, sees=(AUTHORITY | CASEWORK) - QUALITY),
]
# fmt: on
