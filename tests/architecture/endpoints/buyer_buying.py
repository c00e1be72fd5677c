"""The doors of a buyer's money: staff hours called off, budgets, and what it reads about a provider."""

from tests.architecture.endpoints import SCHOOL, Endpoint

PLACING = frozenset({"ruth", "helen", "saul", "fay"})  # who sees what the school buys
RUTH, KEEPERS = frozenset({"ruth"}), frozenset({"helen", "fay"})


def here(world):
    return (world.school.slug,)


def on(name, key="pk"):
    return lambda world: (world.school.slug, getattr(getattr(world, name), key))


def reads(route, where=here, who=PLACING, **more):
    return Endpoint("GET", f"buyer:{route}", who, where, **more)


def asks(route, where, who, sends=lambda world: {}, **more):
    """Return both doors of a verb: its page, and carrying it out."""
    return [
        Endpoint("GET", f"buyer:{route}", who, where),
        Endpoint("POST", f"buyer:{route}", who, where, sends, sees=SCHOOL - who, **more),
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
DOORS: list[Endpoint] = [
    reads("buying"),
    reads("call-off", who=RUTH),
    reads("call-off", who=RUTH, query="?words=a"),
    *asks("call-off-order", ORDERING, RUTH, wanted),
    Endpoint("POST", "buyer:call-off-order", RUTH, ORDERING, checks, sees=SCHOOL - RUTH, shows=True),
    reads("orders"),
    reads("orders", query="?state=sent"),
    reads("orders-export"),
    reads("order", on("order_sent", "reference")),
    reads("order-done", on("order_sent", "reference")),
    reads("order-history", on("order_sent", "reference")),
    *asks("order-withdraw", on("order_sent", "reference"), RUTH, why),
    *asks("order-record-delivery", on("order_accepted", "reference"), RUTH, lambda world: {"delivered": "3"}),
    reads("budgets"),
    *asks("budget-set", here, KEEPERS, budget),
    reads("budget", on("staff_budget")),
    reads("budget-history", on("staff_budget")),
    *asks("budget-amend", on("staff_budget"), KEEPERS, budget),
    *asks("budget-allow-more", on("staff_budget"), KEEPERS, lambda world: {"amount": "10", **why(world)}),
    *asks("budget-close", on("staff_budget"), KEEPERS),
    reads("recalls"),
    reads("recall", on("recall")),
    *asks("recall-acknowledge", on("recall"), PLACING, lambda world: {"said": "Both are at home."}),
]
# fmt: on
