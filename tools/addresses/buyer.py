"""Endpoints for people at a buyer: those that are open to all of them, and those that are open to only one role.

Each package of the story layer lists the endpoints of its pages in its own module. Each of these modules has one line
here.
"""

from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.architecture.endpoints import fixtures_keys, fixtures_people
from tools.addresses import DOCUMENT, LEADS_ON, SCHOOL, Address, Photo, buyer_referrals, sign_in
from tools.addresses.buyer_demand import ADDRESSES as DEMAND
from tools.addresses.buyer_orders import ADDRESSES as BUYING
from tools.addresses.buyer_placements import ADDRESSES as PLACEMENTS
from tools.addresses.buyer_pupils import ADDRESSES as PUPILS
from tools.screenshots import people as demo_people
from tools.screenshots import sample_records as demo

HELEN, MANAGERS = frozenset({"helen"}), frozenset({"helen", "bea"})


def home(world):
    return (world.school.slug,)


def at(name, key="reference"):
    """Return a function that makes the arguments of a route: the school, and the reference or key of one of its
    records.
    """
    return lambda world: (world.school.slug, getattr(getattr(world, name), key))


def agreement(name):
    return lambda world: (world.school.slug, getattr(world, name).agreement.reference)


def reads(route, where=home, who=SCHOOL, **more):
    return Address("GET", f"buyer:{route}", who, where, **more)


def asks(route, where=home, who=HELEN, sends=lambda world: {}, **more):
    """Return the two endpoints of an action: its page (GET), and the submission of its form (POST)."""
    sees = more.pop("sees", SCHOOL - who)
    return [
        Address("GET", f"buyer:{route}", who, where, sees=sees, **more),
        Address("POST", f"buyer:{route}", who, where, sends, sees=sees, **more),
    ]


def in_market(name):
    return lambda world: (world.school.slug, getattr(world, name).code)


def entity(world):
    return {"entity": "governing_body", "entity_name": "The governing body of Felpersham School"}


def signature(world):
    code = world.code(world.partnership_to_sign.agreement, "helen")
    return {"name": "Helen", "role": "Head", "authority": "The governors", "code": code}


def colleague(world):
    return {"email": world.people["ada"].email, "roles": ["finance"]}


ADDRESSES: list[Address] = [
    reads(
        "home",
        photos=[
            Photo(Role.HEAD, demo.a_school_that_has_not_signed, like="of-a-head"),
            Photo(Role.AP_LEAD, demo.a_busy_buyer),
        ],
    ),
    reads(
        "agreements",
        photos=[
            Photo(Role.AP_LEAD, demo.a_busy_buyer),
            Photo(Role.AP_LEAD, demo.a_school_that_has_not_signed, like="not-signed"),
        ],
    ),
    reads("agreement-duties", in_market("market_to_sign"), photos=[Photo(Role.HEAD, demo.a_market_to_sign_for)]),
    reads("agreement-text", in_market("market_to_sign"), photos=[Photo(Role.AP_LEAD, demo.a_market_to_sign_for)]),
    *asks(
        "agreement-take-up",
        in_market("market_to_sign"),
        HELEN,
        entity,
        photos=[
            Photo(Role.HEAD, demo.a_market_to_sign_for),
            Photo(Role.HEAD, demo.a_market_to_sign_for, press="Continue to sign"),
        ],
    ),
    Address("POST", "buyer:agreement-remind", SCHOOL, in_market("market_to_sign")),
    reads(
        "agreement",
        agreement("partnership_to_sign"),
        photos=[
            Photo(Role.HEAD, demo.buyer(demo.partnership("to_sign"), "reference"), like="to-sign"),
            Photo(Role.AP_LEAD, demo.buyer(demo.partnership("in_force"), "reference"), like="in-force"),
        ],
    ),
    reads(
        "agreement-history",
        agreement("partnership_to_sign"),
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo.partnership("in_force"), "reference"))],
    ),
    Address("POST", "buyer:agreement-send-code", HELEN, agreement("partnership_to_sign"), sees=SCHOOL - HELEN),
    *asks(
        "agreement-sign",
        agreement("partnership_to_sign"),
        HELEN,
        signature,
        recently=True,
        photos=[
            Photo(Role.HEAD, demo.buyer(demo.partnership("to_sign"), "reference")),
            Photo(Role.HEAD, demo.buyer(demo.partnership("to_sign"), "reference"), {"code": "sent"}, "with-code"),
        ],
    ),
    reads(
        "agreement-sign-done",
        agreement("partnership_to_countersign"),
        photos=[Photo(Role.HEAD, demo.buyer(demo.partnership("to_countersign"), "reference"))],
    ),
    *asks(
        "agreement-drop",
        agreement("partnership_to_sign"),
        photos=[Photo(Role.HEAD, demo.buyer(demo.partnership("to_sign"), "reference"))],
    ),
    reads("agreement-paper", agreement("partnership"), no_photo=DOCUMENT),
    reads("details", photos=[Photo(Role.AP_LEAD, demo.a_busy_buyer)]),
    *asks(
        "details-amend",
        who=MANAGERS,
        sends=lambda world: {"address": "New Road", "telephone": "", "website": ""},
        photos=[Photo(Role.HEAD, demo.a_busy_buyer)],
    ),
    reads("people", photos=[Photo(Role.HEAD, demo.a_busy_buyer)]),
    *sign_in.addresses(
        "buyer",
        lambda world: world.school,
        seers=MANAGERS,
        managers=MANAGERS,
        sees=SCHOOL - MANAGERS,
        colleague=Role.FINANCE,
        photo=Photo(Role.HEAD, demo.address_of("organisation", demo_people.keys_of("school"))),
    ),
    reads(
        "api-keys",
        who=MANAGERS,
        photos=[Photo(Role.HEAD, demo.address_of("organisation", demo_people.keys_of("school")))],
    ),
    *asks(
        "api-key-make",
        who=MANAGERS,
        sends=fixtures_keys.new_key,
        recently=True,
        shows=True,
        photos=[Photo(Role.HEAD, demo.address_of("organisation", demo_people.keys_of("school")))],
    ),
    *asks(
        "api-key-revoke",
        at("school_key", "pk"),
        MANAGERS,
        photos=[Photo(Role.HEAD, demo.address_of("organisation", demo_people.keys_of("school"), "pk"))],
    ),
    *asks("people-add", who=MANAGERS, no_photo=LEADS_ON),
    *asks(
        "people-invite",
        who=MANAGERS,
        sends=colleague,
        recently=True,
        photos=[Photo(Role.HEAD, demo.a_busy_buyer)],
    ),
    *asks(
        "people-invite-many",
        who=MANAGERS,
        sends=fixtures_people.finance_table,
        recently=True,
        photos=[
            Photo(Role.HEAD, demo.a_busy_buyer),
            Photo(Role.HEAD, demo.a_busy_buyer, press="Check table"),
        ],
    ),
    *asks(
        "people-invitations-confirm",
        who=MANAGERS,
        sends=fixtures_people.chosen("school"),
        recently=True,
        no_photo="for the second person; tests/web look at it",
    ),
    *asks(
        "people-batch-confirm",
        fixtures_people.batch_of("school"),
        MANAGERS,
        recently=True,
        no_photo="as buyer:people-batch-withdraw is, for the second person; tests/web look at it",
    ),
    *asks(
        "people-batch-withdraw",
        fixtures_people.batch_of("school"),
        MANAGERS,
        recently=True,
        photos=[Photo(Role.HEAD, demo_people.a_table_of_invitations(Organisation.Kind.SCHOOL))],
    ),
    *asks(
        "people-invitation-confirm",
        at("school_invitation_to_confirm", "pk"),
        MANAGERS,
        recently=True,
        photos=[Photo(Role.HEAD, demo_people.an_invitation(Organisation.Kind.SCHOOL, "to_confirm"))],
    ),
    *asks(
        "people-invitation-resend",
        at("school_invitation", "pk"),
        MANAGERS,
        recently=True,
        photos=[Photo(Role.HEAD, demo_people.an_invitation(Organisation.Kind.SCHOOL, "sent"))],
    ),
    *asks(
        "people-invitation-withdraw",
        at("school_invitation", "pk"),
        MANAGERS,
        recently=True,
        photos=[Photo(Role.HEAD, demo_people.an_invitation(Organisation.Kind.SCHOOL, "sent"))],
    ),
    *asks(
        "role-end",
        at("buyer_role", "pk"),
        MANAGERS,
        recently=True,
        photos=[Photo(Role.HEAD, demo.address_of("organisation", demo_people.a_school_s_colleague, "pk"))],
    ),
    *buyer_referrals.ADDRESSES,
    *PLACEMENTS,
    *BUYING,
    *PUPILS,
    *DEMAND,
]
