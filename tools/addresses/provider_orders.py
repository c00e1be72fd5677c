"""The endpoints where a provider sees the orders for hours of its staff.

Only people who can reply to buyers can see these orders.
"""

from calloff.people.permissions import Role
from tools.addresses import PROVIDER, SPREADSHEET, Address, Photo
from tools.screenshots import budgets as demo_budgets
from tools.screenshots import sample_records as demo

ADA = frozenset({"ada"})


def here(world):
    return (world.provider.slug,)


def on_order(world):
    return (world.provider.slug, world.order_sent.reference)


def reads(route, where=on_order, **more):
    return Address("GET", f"provider:{route}", ADA, where, **more)


def asks(route, sends=lambda world: {}, **more):
    return [
        Address("GET", f"provider:{route}", ADA, on_order, **more),
        Address("POST", f"provider:{route}", ADA, on_order, sends, sees=PROVIDER - ADA, **more),
    ]


ADDRESSES: list[Address] = [
    reads(
        "orders",
        here,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo_budgets.orders("sent"))),
            Photo(Role.PROVIDER_LEAD, demo.a_busy_provider, like="none-yet"),
        ],
    ),
    reads("orders", here, query="?state=sent"),
    reads("orders-export", here, no_photo=SPREADSHEET),
    reads(
        "order",
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo_budgets.orders("sent"), "reference")),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo_budgets.orders("delivered"), "reference"), like="delivered"),
        ],
    ),
    reads(
        "order-history",
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_budgets.orders("delivered"), "reference"))],
    ),
    *asks(
        "order-accept",
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_budgets.orders("sent"), "reference"))],
    ),
    *asks(
        "order-decline",
        lambda world: {"reason": "No staff."},
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo_budgets.orders("sent"), "reference"))],
    ),
]
