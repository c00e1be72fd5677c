"""The doors of a buyer's own people: what every one of them sees, and what belongs to one role.

Each room of the story lists the doors of its pages in a module of its own, and has one line here.
"""

from calloff.people.permissions import Role
from tests.architecture.endpoints import (
    SCHOOL,
    Endpoint,
    buyer_referrals,
    fixtures_accounts,
    fixtures_keys,
    fixtures_people,
)
from tests.architecture.endpoints.buyer_buying import DOORS as BUYING
from tests.architecture.endpoints.buyer_demand import DOORS as DEMAND
from tests.architecture.endpoints.buyer_placements import DOORS as PLACEMENTS
from tests.architecture.endpoints.buyer_pupils import DOORS as PUPILS

HELEN, MANAGERS = frozenset({"helen"}), frozenset({"helen", "bea"})


def home(world):
    return (world.school.slug,)


def at(name, key="reference"):
    """Return what makes a route's arguments: the school, and the reference or key of one of its records."""
    return lambda world: (world.school.slug, getattr(getattr(world, name), key))


def agreement(name):
    return lambda world: (world.school.slug, getattr(world, name).agreement.reference)


def reads(route, where=home, who=SCHOOL, **more):
    return Endpoint("GET", f"buyer:{route}", who, where, **more)


def asks(route, where=home, who=HELEN, sends=lambda world: {}, **more):
    """Return both doors of a verb: its page, and carrying it out."""
    sees = more.pop("sees", SCHOOL - who)
    return [
        Endpoint("GET", f"buyer:{route}", who, where, sees=sees, **more),
        Endpoint("POST", f"buyer:{route}", who, where, sends, sees=sees, **more),
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


DOORS: list[Endpoint] = [
    reads("home"),
    reads("agreements"),
    reads("agreement-duties", in_market("market_to_sign")),
    reads("agreement-text", in_market("market_to_sign")),
    *asks("agreement-take-up", in_market("market_to_sign"), HELEN, entity),
    Endpoint("POST", "buyer:agreement-remind", SCHOOL, in_market("market_to_sign")),
    reads("agreement", agreement("partnership_to_sign")),
    reads("agreement-history", agreement("partnership_to_sign")),
    Endpoint("POST", "buyer:agreement-send-code", HELEN, agreement("partnership_to_sign"), sees=SCHOOL - HELEN),
    *asks("agreement-sign", agreement("partnership_to_sign"), HELEN, signature, recently=True),
    reads("agreement-sign-done", agreement("partnership_to_countersign")),
    *asks("agreement-drop", agreement("partnership_to_sign")),
    reads("agreement-paper", agreement("partnership")),
    reads("details"),
    *asks("details-amend", who=MANAGERS, sends=lambda world: {"address": "New Road", "telephone": "", "website": ""}),
    reads("people"),
    *fixtures_accounts.doors(
        "buyer",
        lambda world: world.school,
        seers=MANAGERS,
        managers=MANAGERS,
        sees=SCHOOL - MANAGERS,
        colleague=Role.FINANCE,
    ),
    reads("api-keys", who=MANAGERS),
    *asks("api-key-make", who=MANAGERS, sends=fixtures_keys.new_key, recently=True, shows=True),
    *asks("api-key-revoke", at("school_key", "pk"), MANAGERS),
    *asks("people-add", who=MANAGERS),
    *asks("people-invite", who=MANAGERS, sends=colleague, recently=True),
    *asks("people-invite-many", who=MANAGERS, sends=fixtures_people.finance_table, recently=True),
    *asks("people-invitations-confirm", who=MANAGERS, sends=fixtures_people.chosen("school"), recently=True),
    *asks("people-batch-confirm", fixtures_people.batch_of("school"), MANAGERS, recently=True),
    *asks("people-batch-withdraw", fixtures_people.batch_of("school"), MANAGERS, recently=True),
    *asks("people-invitation-confirm", at("school_invitation_to_confirm", "pk"), MANAGERS, recently=True),
    *asks("people-invitation-resend", at("school_invitation", "pk"), MANAGERS, recently=True),
    *asks("people-invitation-withdraw", at("school_invitation", "pk"), MANAGERS, recently=True),
    *asks("role-end", at("buyer_role", "pk"), MANAGERS, recently=True),
    *buyer_referrals.DOORS,
    *PLACEMENTS,
    *BUYING,
    *PUPILS,
    *DEMAND,
]
