"""The endpoints about a buyer's spending: orders for staff hours, budgets, and what it can read about providers."""

from calloff.people.permissions import Role
from tools.addresses import SCHOOL, SPREADSHEET, Address, Photo
from tools.screenshots import budgets as demo_budgets
from tools.screenshots import sample_records as demo

PLACING = frozenset({"ruth", "helen", "saul", "fay"})  # the people who can see what the school buys
RUTH, KEEPERS = frozenset({"ruth"}), frozenset({"helen", "fay"})


def here(world):
    return (world.school.slug,)


def on(name, key="pk"):
    return lambda world: (world.school.slug, getattr(getattr(world, name), key))


def reads(route, where=here, who=PLACING, **more):
    return Address("GET", f"buyer:{route}", who, where, **more)


def asks(route, where, who, sends=lambda world: {}, photos=(), **more):
    """Return the two endpoints of an action: its page (GET), and the submission of its form (POST)."""
    return [
        Address("GET", f"buyer:{route}", who, where, photos=photos),
        Address("POST", f"buyer:{route}", who, where, sends, sees=SCHOOL - who, **more),
    ]


def day(name, number, month, year):
    return {f"{name}-day": number, f"{name}-month": month, f"{name}-year": year}


def budget(world):
    return {"name": "Next year", "amount": "25000", **day("starts_on", 1, 9, 2026), **day("ends_on", 31, 8, 2027)}


def wanted(world):
    return {
        "line": "tutoring_hour", "quantity": "12.5", "what": "Cover.", "reason": "They know us.",
        "purchase_order": "PO-1", "budget": world.staff_budget.pk, "step": "send",
        **day("starts_on", 9, 3, 2026), **day("ends_on", 27, 3, 2026),
    }  # fmt: skip


def why(world):
    return {"reason": "Because it must be."}


def checks(world):
    return wanted(world) | {"step": ""}


ORDERING = on("staff_member", "reference")

# fmt: off
ADDRESSES: list[Address] = [
    reads("buying", photos=[Photo(Role.AP_LEAD, demo_budgets.a_buyer_of_hours())]),
    reads("call-off", who=RUTH, photos=[Photo(Role.AP_LEAD, demo_budgets.a_buyer_of_hours())]),
    reads("call-off", who=RUTH, query="?words=a"),
    *asks("call-off-order", ORDERING, RUTH, wanted,
             photos=[
                 Photo(Role.AP_LEAD, demo_budgets.a_buyer_of_hours("reference")),
                 Photo(Role.AP_LEAD, demo_budgets.a_buyer_of_hours("reference"), press="Continue"),
             ]),
    Address("POST", "buyer:call-off-order", RUTH, ORDERING, checks, sees=SCHOOL - RUTH, shows=True),
    reads("orders", photos=[Photo(Role.AP_LEAD, demo_budgets.a_buyer_of_hours())]),
    reads("orders", query="?state=sent"),
    reads("orders-export", no_photo=SPREADSHEET),
    reads("order", on("order_sent", "reference"),
             photos=[
                 Photo(Role.AP_LEAD, demo.buyer(demo_budgets.orders("sent"), "reference")),
                 Photo(Role.FINANCE, demo.buyer(demo_budgets.orders("delivered"), "reference"), like="delivered"),
             ]),
    reads("order-done", on("order_sent", "reference"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_budgets.orders("sent"), "reference"))]),
    reads("order-history", on("order_sent", "reference"),
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_budgets.orders("delivered"), "reference"))]),
    *asks("order-withdraw", on("order_sent", "reference"), RUTH, why,
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_budgets.orders("sent"), "reference"))]),
    *asks("order-record-delivery", on("order_accepted", "reference"), RUTH, lambda world: {"delivered": "3"},
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_budgets.orders("accepted"), "reference"))]),
    reads("budgets", photos=[Photo(Role.FINANCE, demo_budgets.a_buyer_of_hours())]),
    *asks("budget-set", here, KEEPERS, budget,
             photos=[
                 Photo(Role.FINANCE, demo_budgets.a_buyer_of_hours()),
                 Photo(Role.FINANCE, demo_budgets.a_buyer_of_hours(), press="Set the budget"),
             ]),
    reads("budget", on("staff_budget"), photos=[Photo(Role.FINANCE, demo.buyer(demo_budgets.budgets, "pk"))]),
    reads("budget-history", on("staff_budget"),
             photos=[Photo(Role.FINANCE, demo.buyer(demo_budgets.budgets, "pk"))]),
    *asks("budget-amend", on("staff_budget"), KEEPERS, budget,
             photos=[Photo(Role.FINANCE, demo.buyer(demo_budgets.budgets, "pk"))]),
    *asks("budget-allow-more", on("staff_budget"), KEEPERS, lambda world: {"amount": "10", **why(world)},
             photos=[Photo(Role.FINANCE, demo.buyer(demo_budgets.budgets, "pk"))]),
    *asks("budget-close", on("staff_budget"), KEEPERS,
             photos=[Photo(Role.FINANCE, demo.buyer(demo_budgets.budgets, "pk"))]),
    reads("recalls", photos=[Photo(Role.AP_LEAD, demo.buyer(demo_budgets.recalls))]),
    reads("recall", on("recall"), photos=[Photo(Role.AP_LEAD, demo.buyer(demo_budgets.recalls, "pk"))]),
    *asks("recall-acknowledge", on("recall"), PLACING, lambda world: {"said": "Both are at home."},
             photos=[Photo(Role.AP_LEAD, demo.buyer(demo_budgets.recalls, "pk"))]),
]
# fmt: on
