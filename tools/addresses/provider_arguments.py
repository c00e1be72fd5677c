"""What the rows of a provider share: its people, and functions that make the arguments of its URLs."""

from tools.addresses import PROVIDER, Address

ADA, SIAN = frozenset({"ada"}), frozenset({"sian"})
KEEPERS = frozenset({"ada", "ben"})  # the people who manage evidence, sites and services
IN_WORDS = {"answer": "We have done it: see the passport."}


def home(world):
    return (world.provider.slug,)


def at(name, key="reference"):
    """Return a function that makes the arguments of a route: the provider, and the reference or key of one of its
    records.
    """
    return lambda world: (world.provider.slug, getattr(getattr(world, name), key))


def reads(route, where=home, who=PROVIDER, **more):
    return Address("GET", f"provider:{route}", who, where, **more)


def asks(route, where=home, who=ADA, sends=lambda world: {}, **more):
    """Return the two endpoints of an action: its page (GET), and the submission of its form (POST)."""
    sees = more.pop("sees", PROVIDER - who)
    return [
        Address("GET", f"provider:{route}", who, where, sees=sees, **more),
        Address("POST", f"provider:{route}", who, where, sends, sees=sees, **more),
    ]
