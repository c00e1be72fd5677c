"""The endpoints for questions to the team of a market, for the people who ask and for officers."""

from calloff.people.permissions import Role
from tools.addresses import SIGNED_IN, Address, Photo
from tools.addresses.authority_arguments import OFFICER, on, reads, verb
from tools.screenshots import enquiries as demo

NOBODY: frozenset[str] = frozenset()
ASKERS = frozenset({"ada"})


def a_market(world):
    return (world.authority.slug, world.market.slug)


def an_enquiry(world):
    return (world.enquiry.pk,)


def an_interest(world):
    return (world.market_interest.pk,)


def a_question(world):
    return {"question": "May we apply twice?"}


PUBLISHED = {"published_question": "Who can apply?", "published_answer": "Anyone can."}

ADDRESSES = [
    Address(
        "GET",
        "account:enquiry-ask",
        SIGNED_IN,
        a_market,
        photos=[Photo(Role.PROVIDER_LEAD, demo.a_market, press="Send question")],
    ),
    Address("POST", "account:enquiry-ask", SIGNED_IN, a_market, a_question),
    Address(
        "GET",
        "account:enquiry",
        ASKERS,
        an_enquiry,
        photos=[
            Photo(demo.asker("asked"), demo.enquiry_of_asker("asked")),
            Photo(demo.asker("answered"), demo.enquiry_of_asker("answered"), like="answered"),
        ],
    ),
    Address(
        "GET",
        "account:enquiry-withdraw",
        ASKERS,
        an_enquiry,
        photos=[Photo(demo.asker("asked"), demo.enquiry_of_asker("asked"))],
    ),
    Address("POST", "account:enquiry-withdraw", ASKERS, an_enquiry),
    Address("GET", "account:interest-register", SIGNED_IN, a_market, photos=[Photo(Role.PROVIDER_LEAD, demo.a_market)]),
    Address("POST", "account:interest-register", SIGNED_IN, a_market),
    Address("GET", "account:interest-withdraw", ASKERS, an_interest, photos=[Photo(demo.interested, demo.an_interest)]),
    Address("POST", "account:interest-withdraw", ASKERS, an_interest),
    # People open this from an email, with a signed key.
    Address("GET", "account:interest", NOBODY, no_photo="by the link of an email, which nobody else has"),
    Address("POST", "account:interest", NOBODY, shows=True),
    reads(
        "interests",
        on("market", "slug"),
        query="?state=registered",
        photos=[Photo(Role.CONTRACTS_OFFICER, demo.market_with_enquiries)],
    ),
    reads(
        "enquiries",
        on("market", "slug"),
        query="?state=asked",
        photos=[Photo(Role.CONTRACTS_OFFICER, demo.market_with_enquiries)],
    ),
    reads(
        "enquiry",
        on("published_enquiry", "pk"),
        photos=[
            Photo(Role.CONTRACTS_OFFICER, demo.enquiry("asked")),
            Photo(Role.CONTRACTS_OFFICER, demo.enquiry("published"), like="published"),
        ],
    ),
    reads(
        "enquiry-history",
        on("published_enquiry", "pk"),
        photos=[Photo(Role.CONTRACTS_OFFICER, demo.enquiry("published"))],
    ),
    *verb(
        "enquiry-answer",
        OFFICER,
        on("enquiry", "pk"),
        lambda world: {"answer": "Once is enough."},
        photos=[Photo(Role.CONTRACTS_OFFICER, demo.enquiry("asked"))],
    ),
    *verb(
        "enquiry-close",
        OFFICER,
        on("enquiry", "pk"),
        lambda world: {"reason": "The market has ended."},
        photos=[Photo(Role.CONTRACTS_OFFICER, demo.enquiry("asked"))],
    ),
    *verb(
        "enquiry-publish",
        OFFICER,
        on("answered_enquiry", "pk"),
        lambda world: PUBLISHED,
        photos=[Photo(Role.CONTRACTS_OFFICER, demo.enquiry("answered"))],
    ),
    *verb(
        "enquiry-remove",
        OFFICER,
        on("published_enquiry", "pk"),
        lambda world: {},
        photos=[Photo(Role.CONTRACTS_OFFICER, demo.enquiry("published"))],
    ),
]
