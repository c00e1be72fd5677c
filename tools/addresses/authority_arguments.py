"""What the rows of an authority share: its people, and functions that make the arguments of its URLs."""

from tools.addresses import AUTHORITY, CASEWORK, Address

OFFICER, EVALUATOR, APPROVER = frozenset({"olivia"}), frozenset({"esme"}), frozenset({"anwar"})
QUALITY, ADMIN = frozenset({"quentin"}), frozenset({"maud"})
EVERY_OFFICER = AUTHORITY | CASEWORK  # people at the authority, who get 403 when others get 404


def here(world):
    return (world.authority.slug,)


def on(name, field="reference", *more):
    """Return a function that makes the arguments of a route: the authority, and a field of a record in the test
    data.
    """

    def where(world):
        record = getattr(world, name)
        return (world.authority.slug, getattr(record, field), *(one(world) for one in more))

    return where


def reads(route, where=here, **kwargs):
    return Address("GET", f"authority:{route}", AUTHORITY, where, **kwargs)


def verb(route, who, where, sends, **kwargs):
    """Return the two endpoints of an action: its page (GET), and the submission of its form (POST)."""
    name = f"authority:{route}"
    return [
        Address("GET", name, who, where, **kwargs),
        Address("POST", name, who, where, sends=sends, sees=EVERY_OFFICER, **kwargs),
    ]


def day(name, value):
    return {f"{name}-day": value.day, f"{name}-month": value.month, f"{name}-year": value.year}


def why(world):
    return {"reason": "Because it must be."}
