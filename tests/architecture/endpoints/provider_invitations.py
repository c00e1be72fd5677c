"""The doors of a provider's invitations. Its safeguarding lead sees those with a conditional offer."""

from tests.architecture.endpoints import PROVIDER, Endpoint
from tests.timetables import typed

ADA, PETRA = frozenset({"ada"}), frozenset({"petra"})
BOTH = ADA | PETRA


def home(world):
    return (world.provider.slug,)


def at(name):
    return lambda world: (world.provider.slug, getattr(world, name).reference)


def reads(route, where=home, who=BOTH, **more):
    return Endpoint("GET", f"provider:{route}", who, where, **more)


def asks(route, where, sends=lambda world: {}, **more):
    return [
        Endpoint("GET", f"provider:{route}", ADA, where, sees=PROVIDER - ADA, **more),
        Endpoint("POST", f"provider:{route}", ADA, where, sends, sees=PROVIDER - ADA, **more),
    ]


def reply(world):
    return {
        "price": str(world.price.pk), "start_on-day": "10", "start_on-month": "3", "start_on-year": "2026",
        **typed("mon", "tue", "wed"), "message": "In a small group.", "checked": "yes",
    }  # fmt: skip


TODAY = {"on-day": "2", "on-month": "3", "on-year": "2026"}

DOORS: list[Endpoint] = [
    reads("invitations"),
    reads("invitations-export"),
    reads("invitation", at("invitation"), ADA),
    reads("invitation", at("offered_interest"), query="?of=offered"),
    *asks("invitation-interested", at("invitation"), reply),
    reads("invitation-interested-done", at("interest"), ADA),
    *asks("invitation-decline", at("invitation"), lambda world: {"reason": "full", "note": ""}),
    *asks("invitation-ask-question", at("invitation"), lambda world: {"text": "By bus?"}),
    reads("invitation-pack", at("offered_interest")),
    reads("invitation-protection", at("offered_interest"), PETRA, recently=True),
    *asks("invitation-meet", at("offered_interest"), lambda world: TODAY),
    *asks("invitation-confirm", at("offered_interest")),
    *asks("invitation-withdraw", at("offered_interest"), lambda world: {"reason": ""}),
    reads("invitation-history", at("offered_interest")),
]
