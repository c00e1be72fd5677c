"""The doors of a provider's own people."""

from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from tests.architecture.endpoints import (
    PROVIDER,
    Endpoint,
    fixtures_accounts,
    fixtures_keys,
    fixtures_people,
    provider_invitations,
)
from tests.architecture.endpoints.provider_buying import DOORS as BUYING
from tests.architecture.endpoints.provider_placements import DOORS as PLACEMENTS
from tests.documents.sample_files import pdf, upload
from tests.factories_directory import photograph
from tests.factories_markets import ELIGIBLE

ADA, SIAN = frozenset({"ada"}), frozenset({"sian"})
KEEPERS = frozenset({"ada", "ben"})  # of evidence, sites and services


def home(world):
    return (world.provider.slug,)


def at(name, key="reference"):
    """Return what makes a route's arguments: the provider, and the reference or key of one of its records."""
    return lambda world: (world.provider.slug, getattr(getattr(world, name), key))


def a_part(world):
    return (world.provider.slug, world.service.pk, "when")


def section(world):
    return (world.provider.slug, world.draft.reference, "about")


def first_version(world):
    return (world.provider.slug, world.submitted.reference, 1)


def reads(route, where=home, who=PROVIDER, **more):
    return Endpoint("GET", f"provider:{route}", who, where, **more)


def asks(route, where=home, who=ADA, sends=lambda world: {}, **more):
    """Return both doors of a verb: its page, and carrying it out."""
    sees = more.pop("sees", PROVIDER - who)
    return [
        Endpoint("GET", f"provider:{route}", who, where, sees=sees, **more),
        Endpoint("POST", f"provider:{route}", who, where, sends, sees=sees, **more),
    ]


def written(world):
    """Answer the first section as someone does who saw it as it is kept."""
    kept = world.draft.sections.get(key="about")
    answers = {"contact": "Ada", "barred": "no", "notice": "no"}
    return {"section-version": kept.saves, "section-shown": "contact barred notice", "meanwhile-base": "", **answers}


def document(world):
    return {
        "file": upload("policy.pdf", pdf()), "title": "A policy",
        "issued_on-day": "1", "issued_on-month": "3", "issued_on-year": "2026",
        "expires_on-day": "28", "expires_on-month": "2", "expires_on-year": "2027",
        "insurer": "Felpersham Mutual", "policy": "A 1", "cover": "5000000",
    }  # fmt: skip


def site(world):
    return {"name": "The barn", "address": "Mill Lane", "town": "Felpersham", "postcode": "BN11 1LG", "access": ""}


def service(world):
    return {
        "member": world.member.reference, "site": world.site.pk, "name": "Barn days", "summary": "Animals.",
        "description": "Caring for animals.", "mode": "group", "age_from": "8", "age_to": "14", "needs": ["SEMH"],
        "week-1-days": ["mon"], "hours": "", "staff": "1", "children": "4", "places": "3",
    }  # fmt: skip


def price(world):
    day = {"starts_on-day": "1", "starts_on-month": "4", "starts_on-year": "2026"}
    return {"unit": "hour", "amount": "45.00", "vat": "exempt", **day}


def a_version(world):
    return (world.provider.slug, world.service.pk, world.version.pk)


def picture(world):
    return {"file": upload("goat.jpg", photograph()), "words": "A goat by a gate"}


def rise(world):
    day = {"index_on-day": "18", "index_on-month": "2", "index_on-year": "2026"}
    return {"percent": "3.4", **day}


def colleague(world):
    return {"email": world.people["ruth"].email, "roles": ["provider_staff"]}


def signature(world):
    code = world.code(world.agreement_to_sign, "sian")
    return {"name": "Sian Pugh", "role": "Director", "authority": "The board", "code": code}


def staff_role(world):
    return (world.provider.slug, RoleGrant.objects.get(organisation=world.provider, person=world.ben).pk)


NAMED = {"name": "Ada Okafor", "role": "Director"}
CAN_APPLY = {**ELIGIBLE, "section-shown": " ".join(ELIGIBLE)}
IN_WORDS = {"answer": "We have done it: see the passport."}
LAST_DAY = {"ends_on-day": "31", "ends_on-month": "12", "ends_on-year": "2026"}

DOORS: list[Endpoint] = [
    reads("home"),
    reads("markets"),
    *asks("market-apply", at("market", "code"), sends=lambda world: {"lots": ["2"]}),
    *asks("market-eligibility", at("market", "code"), sends=lambda world: CAN_APPLY, query="?lots=2"),
    reads("applications"),
    reads("applications-export"),
    reads("application", at("draft")),
    reads("application-check", at("draft")),
    *asks("application-choose-lots", at("draft"), sends=lambda world: {"lots": ["1"]}),
    *asks("application-eligibility", at("draft"), sends=lambda world: CAN_APPLY, query="?lots=1"),
    reads("application-prefill", at("draft"), ADA),
    *asks("application-section", section, sends=written),
    *asks("application-submit", at("draft"), sends=lambda world: NAMED),
    reads("application-submit-done", at("submitted")),
    *asks("application-amend", at("submitted")),
    *asks("application-discard", at("amending")),
    *asks("application-withdraw", at("submitted")),
    *asks("application-clarify", at("clarifying"), sends=lambda world: IN_WORDS),
    reads("application-versions", at("submitted")),
    reads("application-compare", at("sent_twice")),
    reads("application-copy", first_version),
    reads("application-decision", at("decided")),
    reads("application-letter", at("decided")),
    reads("application-history", at("submitted")),
    reads("evidence"),
    reads("evidence-export"),
    *asks("evidence-new", who=KEEPERS, query="?kind=public_liability", sends=document),
    reads("evidence-item", at("evidence")),
    reads("evidence-file", at("evidence")),
    *asks("evidence-renew", at("evidence"), KEEPERS, document),
    *asks("evidence-withdraw", at("evidence"), KEEPERS),
    reads("agreements"),
    reads("agreement", at("agreement_to_sign")),
    reads("agreement-history", at("agreement_to_sign")),
    Endpoint("POST", "provider:agreement-send-code", SIAN, at("agreement_to_sign"), sees=PROVIDER - SIAN),
    *asks("agreement-sign", at("agreement_to_sign"), SIAN, signature, recently=True),
    reads("agreement-paper", at("agreement")),
    reads("agreement-sign-done", at("agreement_to_countersign")),
    reads("members"),
    reads("members-export"),
    reads("member", at("member")),
    reads("member-history", at("member")),
    *asks("condition-answer", at("condition", "pk"), sends=lambda world: IN_WORDS),
    *asks("promise-fulfil", at("promise", "pk"), KEEPERS, lambda world: {"item": world.promised_document.pk}),
    *asks("removal-answer", at("removal", "pk"), sends=lambda world: IN_WORDS),
    reads("sites"),
    *asks("site-add", who=KEEPERS, sends=site),
    *asks("site-amend", at("site", "pk"), KEEPERS, site),
    *asks("site-close", at("unused_site", "pk"), KEEPERS),
    reads("services"),
    reads("services-export"),
    *asks("service-add", who=KEEPERS, sends=service),
    reads("service", at("service", "pk")),
    *asks(
        "service-amend",
        a_part,
        KEEPERS,
        lambda world: {"week-1-days": ["mon"], "week-1-starts": "9am", "week-1-ends": "2pm"},
    ),
    *asks("service-withdraw", at("service", "pk"), KEEPERS),
    *asks("service-places", at("service", "pk"), KEEPERS, lambda world: {"places": "2"}),
    *asks("service-set-price", at("service", "pk"), KEEPERS, price),
    reads("service-history", at("service", "pk")),
    *asks("price-end", at("price", "pk"), KEEPERS, lambda world: LAST_DAY),
    reads("free-places"),
    reads("service-prices", at("service", "pk")),
    reads("service-versions", at("service", "pk")),
    *asks("service-revert", a_version, KEEPERS),
    *asks("change-withdraw", at("change", "pk"), KEEPERS),
    reads("service-pictures", at("service", "pk")),
    *asks("picture-add", at("service", "pk"), KEEPERS, picture),
    *asks("picture-amend", at("picture", "pk"), KEEPERS, lambda world: {"words": "A goat", "place": "1"}),
    *asks("picture-remove", at("picture", "pk"), KEEPERS),
    reads("picture-image", at("picture", "pk")),
    reads("member-prices", at("indexed_member")),
    *asks("uplift-ask", at("indexed_member"), KEEPERS, rise),
    *asks("uplift-withdraw", at("uplift", "pk"), KEEPERS),
    reads("details"),
    *asks("details-amend", sends=lambda world: {"address": "Mill Lane", "telephone": "", "website": ""}),
    reads("people"),
    *fixtures_accounts.doors(
        "provider",
        lambda world: world.provider,
        seers=ADA,
        managers=ADA,
        sees=PROVIDER - ADA,
        colleague=Role.PROVIDER_STAFF,
    ),
    reads("api-keys", who=ADA),
    *asks("api-key-make", sends=fixtures_keys.new_key, recently=True, shows=True),
    *asks("api-key-revoke", at("key", "pk")),
    *asks("people-add"),
    *asks("people-invite", sends=colleague, recently=True),
    *asks("people-invite-many", sends=fixtures_people.table, recently=True),
    *asks("people-invitations-confirm", sends=fixtures_people.chosen("provider"), recently=True),
    *asks("people-batch-confirm", fixtures_people.batch_of("provider"), recently=True),
    *asks("people-batch-withdraw", fixtures_people.batch_of("provider"), recently=True),
    *asks("people-invitation-confirm", at("provider_invitation_to_confirm", "pk"), recently=True),
    *asks("people-invitation-resend", at("provider_invitation", "pk"), recently=True),
    *asks("people-invitation-withdraw", at("provider_invitation", "pk"), recently=True),
    *asks("role-end", staff_role, recently=True),
    *provider_invitations.DOORS,
    *PLACEMENTS,
    *BUYING,
]
