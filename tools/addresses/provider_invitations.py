"""The endpoints of a provider's invitations to offer a place.

The provider's safeguarding lead can see only those invitations for which there is a conditional offer.
"""

from calloff.people.permissions import Role
from tests.timetables import typed
from tools.addresses import PROVIDER, SPREADSHEET, Address, Photo
from tools.screenshots import referrals as demo_referrals

ADA, PETRA = frozenset({"ada"}), frozenset({"petra"})
BOTH = ADA | PETRA


def home(world):
    return (world.provider.slug,)


def at(name):
    return lambda world: (world.provider.slug, getattr(world, name).reference)


def reads(route, where=home, who=BOTH, **more):
    return Address("GET", f"provider:{route}", who, where, **more)


def asks(route, where, sends=lambda world: {}, **more):
    return [
        Address("GET", f"provider:{route}", ADA, where, sees=PROVIDER - ADA, **more),
        Address("POST", f"provider:{route}", ADA, where, sends, sees=PROVIDER - ADA, **more),
    ]


def reply(world):
    return {
        "price": str(world.price.pk), "start_on-day": "10", "start_on-month": "3", "start_on-year": "2026",
        **typed("mon", "tue", "wed"), "message": "In a small group.", "checked": "yes",
    }  # fmt: skip


TODAY = {"on-day": "2", "on-month": "3", "on-year": "2026"}

ADDRESSES: list[Address] = [
    reads("invitations", photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.a_provider_that_is_asked)]),
    reads("invitations-export", no_photo=SPREADSHEET),
    reads(
        "invitation",
        at("invitation"),
        ADA,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo_referrals.asked, like="asked"),
            Photo(Role.PROVIDER_LEAD, demo_referrals.interested, like="interested"),
            Photo(Role.PROVIDER_LEAD, demo_referrals.an_offer, like="offered"),
            Photo(Role.PROVIDER_LEAD, demo_referrals.invitation(status="not_chosen"), like="not-chosen"),
        ],
    ),
    reads("invitation", at("offered_interest"), query="?of=offered"),
    *asks(
        "invitation-interested",
        at("invitation"),
        reply,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo_referrals.asked),
            Photo(Role.PROVIDER_LEAD, demo_referrals.asked, press="Continue"),
        ],
    ),
    reads(
        "invitation-interested-done",
        at("interest"),
        ADA,
        photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.interested)],
    ),
    *asks(
        "invitation-decline",
        at("invitation"),
        lambda world: {"reason": "full", "note": ""},
        photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.asked)],
    ),
    *asks(
        "invitation-ask-question",
        at("invitation"),
        lambda world: {"text": "By bus?"},
        photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.asked)],
    ),
    reads("invitation-pack", at("offered_interest"), photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.an_offer)]),
    reads(
        "invitation-protection",
        at("offered_interest"),
        PETRA,
        recently=True,
        photos=[Photo(Role.PROVIDER_SAFEGUARDING, demo_referrals.an_offer)],
    ),
    *asks(
        "invitation-meet",
        at("offered_interest"),
        lambda world: TODAY,
        photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.an_offer)],
    ),
    *asks(
        "invitation-confirm",
        at("offered_interest"),
        photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.an_offer)],
    ),
    *asks(
        "invitation-withdraw",
        at("offered_interest"),
        lambda world: {"reason": ""},
        photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.an_offer)],
    ),
    reads(
        "invitation-history",
        at("offered_interest"),
        photos=[Photo(Role.PROVIDER_LEAD, demo_referrals.an_offer)],
    ),
]
