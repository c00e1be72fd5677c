"""The doors of an authority's people. Every one of them reads; each verb belongs to its role, and to no other."""

from calloff.applications.models import SubmittedCopy
from calloff.markets.models import MarketGrant
from calloff.people.permissions import Role
from tests.architecture.endpoints import (
    AUTHORITY,
    CASEWORK,
    Endpoint,
    fixtures_accounts,
    fixtures_keys,
    fixtures_people,
)
from tests.architecture.endpoints.authority_placing import DOORS as PLACING
from tests.architecture.endpoints.buyer_pupils import OF_AUTHORITY
from tests.documents.sample_files import upload
from tests.factories import NOW, UserFactory

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
    return Endpoint("GET", f"authority:{route}", AUTHORITY, where, **kwargs)


def verb(route, who, where, sends, **kwargs):
    """Make the two doors of a verb: the page that asks, and the answer."""
    name = f"authority:{route}"
    return [
        Endpoint("GET", name, who, where, **kwargs),
        Endpoint("POST", name, who, where, sends=sends, sees=EVERY_OFFICER, **kwargs),
    ]


def of_member(name):
    return lambda world: (world.authority.slug, getattr(world, name).member.reference)


def of_condition(world):
    return (world.authority.slug, world.condition.member.reference, world.condition.pk)


def of_copied(world):
    """Arguments of an application whose copy has been made."""
    SubmittedCopy.objects.get_or_create(version=world.submitted.version, defaults={"file": world.file})
    return (world.authority.slug, world.submitted.reference)


def of_marking(world):
    return (world.authority.slug, world.assessing.reference, "lead")


def of_a_part(world):
    return (world.authority.slug, world.assessing.reference, world.part.pk)


def of_a_role_in_a_market(world):
    grant = MarketGrant.objects.create(
        authority=world.authority, market=world.market, person=UserFactory(), role="evaluator", starts_at=NOW
    )
    return (world.authority.slug, world.market.slug, grant.pk)


def day(name, value):
    return {f"{name}-day": value.day, f"{name}-month": value.month, f"{name}-year": value.year}


def why(world):
    return {"reason": "Because it must be."}


def decision(world):
    numbers = [request.lot.number for request in world.to_decide.requests.all()]
    return {f"lot-{one}": "admit" for one in numbers} | {f"reason-{one}": "Every condition is met." for one in numbers}


def agreed(world):
    return {"value-method@1": "3", "reason-method@1": "Both read it again."}


def suspension(world):
    return {
        "members": [str(world.member.pk)],
        "left_out_reason": "The others are at another site.",
        "clause": "Clause 2",
        "reason": "Its insurance has ended.",
        "provider_reads": "yes",
        "review_route": "Write to us.",
        "review_on-day": "30",
        "review_on-month": "3",
        "review_on-year": "2026",
    }


def review(world):
    return {"found": "Still under inquiry.", "next_on-day": "30", "next_on-month": "3", "next_on-year": "2026"}


def signature(world):
    return {
        "name": "Olivia",
        "role": "Contracts officer",
        "authority": "Delegated",
        "code": world.code(world.agreement_to_countersign, "olivia"),
    }


def longer(world):
    later = world.market.term_ends_on.replace(year=2029)
    return day("closes_on", world.market.last_day) | day("term_ends_on", later) | why(world)


def same_days(world):
    return {"what": "summary", "new": "Teaching for children who are out of school, near home.", **why(world)}


def of_partnership(name):
    return lambda world: (world.authority.slug, getattr(world, name).agreement.reference)


def partner_signature(world):
    code = world.code(world.partnership_to_countersign.agreement, "olivia")
    return {"name": "Olivia", "role": "Officer", "authority": "The scheme of delegation", "code": code}


def to_remind(world):
    return (world.authority.slug, world.market_to_sign.code, world.school.urn)


def papers(world):
    table = b"URN,Signatory,Signed on,Version,Ends on\r\n138201,Helen,01/09/2025,Version 3,\r\n"
    return {"market": world.market.code, "file": upload("paper.csv", table), "do": "import"}


# fmt: off
DOORS = [
    Endpoint("GET", "authority:home", AUTHORITY | CASEWORK, here),
    reads("markets"),
    reads("applications"),
    reads("applications", query="?status=undecided&mine=on"),
    reads("applications-export", recently=True),
    reads("providers"),
    reads("members"),
    reads("members", query="?standing=Live"),
    reads("members-export"),
    reads("agreements"),
    reads("people"),
    reads("people-history"),

    *(reads(f"market{part}", on("market", "slug")) for part in ("", "-rules", "-questions", "-agreement", "-history")),
    Endpoint("GET", "authority:market-export", OFFICER, on("market", "slug")),
    *verb("market-open",    OFFICER, on("draft_market", "slug"),
          lambda world: {"seen": world.draft_market.terms.fingerprint}),
    *verb("market-extend",  OFFICER, on("market", "slug"), longer),
    *verb("market-modify",  OFFICER, on("market", "slug"), same_days),
    *verb("market-end",     OFFICER, on("market", "slug"), why),
    *verb("market-end-role", OFFICER, of_a_role_in_a_market, lambda world: {}),
    *verb("market-appoint", OFFICER, on("market", "slug"),
          lambda world: {"email": world.nina.email, "role": "evaluator"}),

    *(reads(f"application{part}", on("submitted"))
      for part in ("", "-submitted", "-versions", "-marks", "-history")),
    reads("application-copy", of_copied),
    reads("application-decision", on("decided")),
    reads("application-decide-done", on("decided")),
    reads("application-letter", on("decided")),
    *verb("application-assign",             OFFICER,   on("submitted"),  lambda world: {"person": world.esme.pk}),
    *verb("application-take-back",          OFFICER,   of_a_part,        why),
    *verb("application-give-more-time",     OFFICER,   on("submitted"),  why),
    *verb("application-declare-interest",   EVALUATOR, on("allocated_application"), lambda world: {"what": "nothing"}),
    Endpoint("GET", "authority:application-assess", EVALUATOR, on("assessing")),
    *verb("application-mark",               EVALUATOR, of_marking,       lambda world: {"passed": "yes", **why(world)}),
    *verb("application-finish-marking",     EVALUATOR, on("assessing"),  lambda world: {}),
    *verb("application-clarify",            EVALUATOR, on("assessing"),  lambda world: {"question": "Who is it?"}),
    *verb("application-moderate",           EVALUATOR, on("differing"),  agreed),
    *verb("application-return-for-marking", APPROVER,  on("to_decide"),  why),
    *verb("application-decide",             APPROVER,  on("to_decide"),  decision, recently=True),

    reads("provider", on("provider", "slug")),
    reads("provider-history", on("provider", "slug")),
    reads("evidence", on("evidence")),

    reads("member", on("member")),
    reads("member-history", on("member")),
    reads("changes"),
    reads("change", on("change", "pk")),
    reads("change-history", on("change", "pk")),
    *verb("change-approve",         QUALITY,  on("change", "pk"),  lambda world: {}),
    *verb("change-refuse",          QUALITY,  on("change", "pk"),  why),
    reads("service", on("service", "pk")),
    reads("uplifts"),
    reads("uplift", on("uplift", "pk")),
    reads("uplift-history", on("uplift", "pk")),
    *verb("uplift-approve",         OFFICER,  on("uplift", "pk"),  lambda world: {}),
    *verb("uplift-refuse",          OFFICER,  on("uplift", "pk"),  why),
    *verb("market-modify-prices",   OFFICER,  on("market", "slug"),
          lambda world: {"new": "everybody", "reason": "The council publishes what it pays."}),
    *verb("member-suspend",         QUALITY,  on("member"),        suspension, recently=True),
    *verb("member-reinstate",       QUALITY,  on("suspended"),     why, recently=True),
    *verb("member-review-suspension", QUALITY, on("suspended"),    review),
    *verb("member-record-check",    QUALITY,  on("member"),
          lambda world: {"how": "visit", "found": "All in order.", "checked_on-day": 2, "checked_on-month": 2,
                         "checked_on-year": 2026}),
    *verb("member-meet-condition",  QUALITY,  of_condition,        why),
    *verb("member-propose-removal", APPROVER, on("member"),        why),
    *verb("member-remove",          APPROVER, of_member("answered_removal"), why, recently=True),
    *verb("member-drop-removal",    APPROVER, of_member("removal"), why),

    reads("agreement", on("agreement")),
    reads("agreement-history", on("agreement")),
    reads("agreement-paper", on("agreement")),
    *verb("agreement-countersign", OFFICER, on("agreement_to_countersign"), signature, recently=True),
    *verb("agreement-end", APPROVER, on("agreement"), why),
    Endpoint("POST", "authority:agreement-send-code", OFFICER, on("agreement_to_countersign"), sees=EVERY_OFFICER),

    reads("agreement", of_partnership("partnership"), query="?"),
    reads("agreement-history", of_partnership("partnership"), query="?"),
    *verb("agreement-countersign", OFFICER, of_partnership("partnership_to_countersign"), partner_signature,
          recently=True, query="?"),
    *verb("agreement-require-anew", OFFICER, of_partnership("partnership"), why),
    *verb("agreement-dissolve", OFFICER, of_partnership("partnership"), why),

    reads("schools"),
    reads("schools-export"),
    Endpoint("GET", "authority:schools-import", OFFICER, here),
    Endpoint("POST", "authority:schools-import", OFFICER, here, papers, sees=EVERY_OFFICER),
    Endpoint("GET", "authority:school-remind", AUTHORITY, to_remind),
    Endpoint("POST", "authority:school-remind", AUTHORITY, to_remind),
    reads("teams"),
    *verb("team-found", ADMIN | OFFICER, here,
          lambda world: {"name": "Virtual school", "email": world.newcomer.email, "role": "commissioner"},
          recently=True),

    *fixtures_accounts.doors("authority", lambda world: world.authority, seers=ADMIN | OFFICER, managers=ADMIN,
                          sees=EVERY_OFFICER - ADMIN - OFFICER, colleague=Role.EVALUATOR),
    Endpoint("GET", "authority:api-keys", ADMIN, here),
    *verb("api-key-make",     ADMIN, here, fixtures_keys.new_key, recently=True, shows=True),
    *verb("api-key-revoke",   ADMIN, on("authority_key", "pk"), lambda world: {}),
    *verb("details-amend",    ADMIN, here, lambda world: {"address": "1 High Street", "telephone": "", "website": ""}),
    *verb("person-appoint", ADMIN, here, lambda world: {}),
    *verb("people-invite", ADMIN, here, lambda world: {"email": world.newcomer.email, "roles": ["evaluator"]},
          recently=True),
    *verb("people-invite-many", ADMIN, here, fixtures_people.evaluator_table, recently=True),
    *verb("people-invitations-confirm", ADMIN, here, fixtures_people.chosen("authority"), recently=True),
    *verb("people-batch-confirm", ADMIN, fixtures_people.batch_of("authority"), lambda world: {}, recently=True),
    *verb("people-batch-withdraw", ADMIN | OFFICER, fixtures_people.batch_of("authority"), lambda world: {},
          recently=True),
    *verb("first-people-invite", ADMIN | OFFICER, here, fixtures_people.first_table, recently=True),
    *verb("people-invitation-confirm", ADMIN, on("authority_invitation_to_confirm", "pk"), lambda world: {},
          recently=True),
    *verb("people-invitation-resend", ADMIN | OFFICER, on("authority_invitation", "pk"), lambda world: {},
          recently=True),
    *verb("people-invitation-withdraw", ADMIN | OFFICER, on("authority_invitation", "pk"), lambda world: {},
          recently=True),
    *verb("first-person-invite", ADMIN | OFFICER, on("loaded", "pk"), lambda world: {"email": "first@example.org"},
          recently=True),
    *verb("school-first-person-invite", ADMIN | OFFICER, on("another_school", "urn"),
          lambda world: {"email": "first@example.org", "role": "head"}, recently=True),
    *verb("person-end",       ADMIN, on("officer_role", "pk"), lambda world: {}, recently=True),
    *verb("person-reapprove", ADMIN | OFFICER, on("suspended_officer_role", "pk"), lambda world: {}, recently=True),
    *PLACING,
    *OF_AUTHORITY,
    reads("needs"),
    reads("needs", query="?state=family&need=SEMH&from=1+2+2026"),
    reads("needs-export", lambda world: (world.authority.slug, "csv"), query="?need=SEMH"),
    reads("needs-export", lambda world: (world.authority.slug, "xlsx")),
    reads("nominations"),
    reads("nominations", query="?state=new"),
    reads("nomination", on("nomination", "pk")),
    reads("nomination-history", on("nomination_set_aside", "pk")),
    *verb("nomination-invite", OFFICER, on("nomination", "pk"),
          lambda world: {"market": world.market.code, "address": "farm@example.org"}),
    *verb("nomination-invite", OFFICER, on("nomination_set_aside", "pk"),
          lambda world: {"market": world.market.code, "address": "studio@example.org"}),
    *verb("nomination-set-aside", OFFICER, on("nomination", "pk"), lambda world: {"reason": "It is one of ours."}),
]
# fmt: on
