"""What the rows of an authority share: who its people are, and what makes the arguments of their addresses."""

from tools.addresses import AUTHORITY, CASEWORK, Address

OFFICER, EVALUATOR, APPROVER = frozenset({"olivia"}), frozenset({"esme"}), frozenset({"anwar"})
QUALITY, ADMIN = frozenset({"quentin"}), frozenset({"maud"})
EVERY_OFFICER = AUTHORITY | CASEWORK  # who act for the authority: told that it is not theirs, where others find nothing


def here(world):
    return (world.authority.slug,)


def on(name, field="reference", *more):
    """Make the arguments of a route: the authority, and the field of a record of the world."""

    def where(world):
        record = getattr(world, name)
        return (world.authority.slug, getattr(record, field), *(one(world) for one in more))

    return where


def reads(route, where=here, **kwargs):
    return Address("GET", f"authority:{route}", AUTHORITY, where, **kwargs)


def verb(route, who, where, sends, **kwargs):
    """Make the two doors of a verb: the page that asks, and the answer."""
    name = f"authority:{route}"
    return [
        Address("GET", name, who, where, **kwargs),
        Address("POST", name, who, where, sends=sends, sees=EVERY_OFFICER, **kwargs),
    ]


def day(name, value):
    return {f"{name}-day": value.day, f"{name}-month": value.month, f"{name}-year": value.year}


def why(world):
    return {"reason": "Because it must be."}
