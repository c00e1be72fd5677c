"""The doors of a provider to what is ordered of its staff: who answers buyers sees it, and no one else."""

from tests.architecture.endpoints import PROVIDER, Endpoint

ADA = frozenset({"ada"})


def here(world):
    return (world.provider.slug,)


def on_order(world):
    return (world.provider.slug, world.order_sent.reference)


def reads(route, where=on_order, **more):
    return Endpoint("GET", f"provider:{route}", ADA, where, **more)


def asks(route, sends=lambda world: {}):
    return [
        Endpoint("GET", f"provider:{route}", ADA, on_order),
        Endpoint("POST", f"provider:{route}", ADA, on_order, sends, sees=PROVIDER - ADA),
    ]


DOORS: list[Endpoint] = [
    reads("orders", here),
    reads("orders", here, query="?state=sent"),
    reads("orders-export", here),
    reads("order"),
    reads("order-history"),
    *asks("order-accept"),
    *asks("order-decline", lambda world: {"reason": "No staff."}),
]
