"""The endpoints for people at an authority.

All people at the authority can read all pages, but each action is limited to one role.
"""

from calloff.applications.models import SubmittedCopy
from calloff.applications.states import AssignmentStatus
from calloff.markets.models import MarketGrant
from calloff.people.permissions import Role
from tests.documents.sample_files import upload
from tests.factories import NOW, RoleGrantFactory, UserFactory
from tools.addresses import AUTHORITY, CASEWORK, DOCUMENT, FILE, SPREADSHEET, Address, Photo
from tools.addresses.authority_arguments import (
    ADMIN,
    APPROVER,
    EVALUATOR,
    EVERY_OFFICER,
    OFFICER,
    QUALITY,
    day,
    here,
    on,
    reads,
    verb,
    why,
)
from tools.addresses.authority_people import ADDRESSES as PEOPLE
from tools.addresses.authority_placements import ADDRESSES as PLACING
from tools.addresses.buyer_pupils import OF_AUTHORITY
from tools.screenshots import demand as demo_demand
from tools.screenshots import marks as demo_marks
from tools.screenshots import sample_records as demo
from tools.screenshots import service_pages as demo_services


def of_member(name):
    return lambda world: (world.authority.slug, getattr(world, name).member.reference)


def of_condition(world):
    return (world.authority.slug, world.condition.member.reference, world.condition.pk)


def of_copied(world):
    """Return the URL arguments of an application that has a PDF copy."""
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


def of_a_proposed_role(world):
    giver, colleague = world.colleagues["authority"], UserFactory()
    for person, role in ((giver, Role.CONTRACTS_OFFICER), (colleague, Role.SEN_OFFICER)):
        if not person.grants.filter(organisation=world.authority, role=role).exists():
            RoleGrantFactory(person=person, organisation=world.authority, role=role)
    grant = MarketGrant.objects.create(
        authority=world.authority, market=world.market, person=colleague, role="approver", given_by=giver, given_at=NOW
    )
    return (world.authority.slug, world.market.slug, grant.pk)


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
ADDRESSES = [
    Address("GET", "authority:home", AUTHORITY | CASEWORK, here,
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority),
                 Photo(Role.APPROVER, demo.a_busy_authority, like="of-an-approver"),
                 Photo(Role.ADMINISTRATOR, demo.a_busy_authority, like="of-an-administrator"),
             ]),
    reads("markets", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    reads("applications", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    reads("applications", query="?status=undecided&mine=on"),
    reads("applications-export", recently=True, no_photo=SPREADSHEET),
    reads("providers", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    reads("members", photos=[Photo(Role.QUALITY_OFFICER, demo.a_busy_authority)]),
    reads("members", query="?standing=Live"),
    reads("members-export", no_photo=SPREADSHEET),
    reads("agreements", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    reads("people", photos=[Photo(Role.ADMINISTRATOR, demo.a_busy_authority)]),
    reads("people-history", photos=[Photo(Role.ADMINISTRATOR, demo.a_busy_authority)]),

    reads("market", on("market", "slug"), photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    reads("market-rules", on("market", "slug"), photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    reads("market-questions", on("market", "slug"), photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    reads("market-agreement", on("market", "slug"), photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    reads("market-history", on("market", "slug"), photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    Address("GET", "authority:market-export", OFFICER, on("market", "slug"), no_photo="a pack, to keep"),
    *verb("market-open",    OFFICER, on("draft_market", "slug"),
          lambda world: {"seen": world.draft_market.terms.fingerprint},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_draft_market("slug"))]),
    *verb("market-extend",  OFFICER, on("market", "slug"), longer,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    *verb("market-modify",  OFFICER, on("market", "slug"), same_days,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    *verb("market-end",     OFFICER, on("market", "slug"), why,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    *verb("market-end-role", OFFICER, of_a_role_in_a_market, lambda world: {}, recently=True,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_role_in_a_market)]),
    *verb("market-confirm-role", ADMIN, of_a_proposed_role, lambda world: {}, recently=True,
             photos=[Photo(Role.ADMINISTRATOR, demo.a_proposed_role_in_a_market)]),
    *verb("market-withdraw-role", ADMIN | OFFICER, of_a_proposed_role, lambda world: {}, recently=True,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_proposed_role_in_a_market)]),
    *verb("market-appoint", OFFICER, on("market", "slug"),
          lambda world: {"email": world.nina.email, "role": "evaluator"}, recently=True,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),

    reads("application", on("submitted"),
             photos=[
                 Photo(Role.CONTRACTS_OFFICER,
                         demo.authority(demo.application("submitted", amending=False), "reference"), like="sent"),
                 Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.decisions, "application__reference"),
                         like="decided"),
                 Photo(demo_marks.evaluator(AssignmentStatus.MARKING),
                         demo_marks.part_place(AssignmentStatus.MARKING), like="to-its-evaluator"),
             ]),
    reads("application-submitted", on("submitted"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.application("to_decide"), "reference"))]),
    reads("application-versions", on("submitted"),
             photos=[
                 Photo(Role.CONTRACTS_OFFICER,
                         demo.authority(demo.application("submitted", amending=True), "reference")),
             ]),
    reads("application-marks", on("submitted"),
             photos=[Photo(Role.APPROVER, demo.authority(demo.application("to_decide"), "reference"))]),
    reads("application-history", on("submitted"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.decisions, "application__reference"))]),
    reads("application-copy", of_copied, no_photo=DOCUMENT),
    reads("application-decision", on("decided"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.decisions, "application__reference"))]),
    reads("application-decide-done", on("decided"),
             photos=[Photo(Role.APPROVER, demo.authority(demo.decisions, "application__reference"))]),
    reads("application-letter", on("decided"), no_photo=DOCUMENT),
    *verb("application-assign",             OFFICER,   on("submitted"),  lambda world: {"person": world.esme.pk},
             photos=[
                 Photo(Role.CONTRACTS_OFFICER,
                         demo.authority(demo.application("submitted", amending=False), "reference")),
             ]),
    *verb("application-take-back",          OFFICER,   of_a_part,        why,
             photos=[
                 Photo(Role.CONTRACTS_OFFICER,
                         demo.authority(demo_marks.a_part(AssignmentStatus.MARKING), "application__reference", "pk")),
             ]),
    *verb("application-give-more-time",     OFFICER,   on("submitted"),  why,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.application("assessing"), "reference"))]),
    *verb("application-declare-interest",   EVALUATOR, on("allocated_application"), lambda world: {"what": "nothing"},
             photos=[
                 Photo(demo_marks.evaluator(AssignmentStatus.ALLOCATED),
                         demo_marks.part_place(AssignmentStatus.ALLOCATED)),
             ]),
    Address("GET", "authority:application-assess", EVALUATOR, on("assessing"),
             photos=[
                 Photo(demo_marks.evaluator(AssignmentStatus.MARKING),
                         demo_marks.part_place(AssignmentStatus.MARKING)),
             ]),
    *verb("application-mark",               EVALUATOR, of_marking,       lambda world: {"passed": "yes", **why(world)},
             photos=[Photo(demo_marks.evaluator(AssignmentStatus.MARKING), demo_marks.answer_to_mark)]),
    *verb("application-finish-marking",     EVALUATOR, on("assessing"),  lambda world: {},
             photos=[
                 Photo(demo_marks.evaluator(AssignmentStatus.MARKING),
                         demo_marks.part_place(AssignmentStatus.MARKING)),
             ]),
    *verb("application-clarify",            EVALUATOR, on("assessing"),  lambda world: {"question": "Who is it?"},
             photos=[
                 Photo(demo_marks.evaluator(AssignmentStatus.MARKING),
                         demo_marks.part_place(AssignmentStatus.MARKING)),
             ]),
    *verb("application-moderate",           EVALUATOR, on("differing"),  agreed,
             photos=[Photo(demo_marks.moderator, demo_marks.to_moderate)]),
    *verb("application-return-for-marking", APPROVER,  on("to_decide"),  why,
             photos=[Photo(Role.APPROVER, demo.authority(demo.application("to_decide"), "reference"))]),
    *verb("application-decide",             APPROVER,  on("to_decide"),  decision, recently=True,
             photos=[Photo(Role.APPROVER, demo.authority(demo.application("to_decide"), "reference"))]),

    reads("provider", on("provider", "slug"),
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo.admitted_provider),
                 Photo(Role.CONTRACTS_OFFICER, demo.printed_provider, like="on-paper"),
             ]),
    reads("provider-history", on("provider", "slug"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.admitted_provider)]),
    reads("evidence", on("evidence"), no_photo=DOCUMENT),

    reads("member", on("member"),
             photos=[
                 Photo(Role.QUALITY_OFFICER, demo.authority(demo.member(), "reference")),
                 Photo(Role.QUALITY_OFFICER, demo.authority(demo.member("suspended"), "reference"), like="suspended"),
             ]),
    reads("member-history", on("member"),
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo.member("suspended"), "reference"))]),
    reads("changes", photos=[Photo(Role.QUALITY_OFFICER, demo.a_busy_authority)]),
    reads("change", on("change", "pk"),
             photos=[
                 Photo(Role.QUALITY_OFFICER, demo.authority(demo_services.changes(), "pk")),
                 Photo(Role.QUALITY_OFFICER, demo.authority(demo_services.changes("refused"), "pk"), like="refused"),
             ]),
    reads("change-history", on("change", "pk"),
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo_services.changes("approved"), "pk"))]),
    *verb("change-approve",         QUALITY,  on("change", "pk"),  lambda world: {},
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo_services.changes(), "pk"))]),
    *verb("change-refuse",          QUALITY,  on("change", "pk"),  why,
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo_services.changes(), "pk"))]),
    reads("service", on("service", "pk"),
          photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo_services.changes("approved"), "service__pk"))]),
    reads("picture-image", on("picture", "pk"), no_photo="a picture, on authority:service"),
    *verb("picture-take-down",      QUALITY,  on("picture", "pk"),  lambda world: {"fault": "child"},
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo_services.pictures, "pk"))]),
    reads("synonyms", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    *verb("synonym-add",            OFFICER,  here, lambda world: {"phrases": "EOTAS", "finds": "tuition"},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    reads("synonym-history", on("synonym", "pk"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo_services.synonyms(), "pk"))]),
    *verb("synonym-amend",          OFFICER,  on("synonym", "pk"),
          lambda world: {"phrases": "EOTAS\nEducation otherwise than at school", "finds": ""},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo_services.synonyms(), "pk"))]),
    *verb("synonym-remove",         OFFICER,  on("synonym", "pk"),  lambda world: {},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo_services.synonyms(), "pk"))]),
    reads("uplifts", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    reads("uplift", on("uplift", "pk"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo_services.uplifts(), "pk"))]),
    reads("uplift-history", on("uplift", "pk"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo_services.uplifts("approved"), "pk"))]),
    *verb("uplift-approve",         OFFICER,  on("uplift", "pk"),  lambda world: {},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo_services.uplifts(), "pk"))]),
    *verb("uplift-refuse",          OFFICER,  on("uplift", "pk"),  why,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo_services.uplifts(), "pk"))]),
    *verb("market-modify-prices",   OFFICER,  on("market", "slug"),
          lambda world: {"new": "everybody", "reason": "The council publishes what it pays."},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_market("slug"))]),
    *verb("member-suspend",         QUALITY,  on("member"),        suspension, recently=True,
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo.member(), "reference"))]),
    *verb("member-reinstate",       QUALITY,  on("suspended"),     why, recently=True,
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo.member("suspended"), "reference"))]),
    *verb("member-review-suspension", QUALITY, on("suspended"),    review,
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo.member("suspended"), "reference"))]),
    *verb("member-record-check",    QUALITY,  on("member"),
          lambda world: {"how": "visit", "found": "All in order.", "checked_on-day": 2, "checked_on-month": 2,
                         "checked_on-year": 2026},
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo.member(), "reference"))]),
    *verb("member-meet-condition",  QUALITY,  of_condition,        why,
             photos=[Photo(Role.QUALITY_OFFICER, demo.authority(demo.conditions, "member__reference", "pk"))]),
    *verb("member-propose-removal", APPROVER, on("member"),        why,
             photos=[Photo(Role.APPROVER, demo.authority(demo.member(), "reference"))]),
    *verb("member-remove",          APPROVER, of_member("answered_removal"), why, recently=True,
             photos=[Photo(Role.APPROVER, demo.authority(demo.removals_to_close, "member__reference"))]),
    *verb("member-drop-removal",    APPROVER, of_member("removal"), why,
             photos=[Photo(Role.APPROVER, demo.authority(demo.removals_to_answer, "member__reference"))]),

    reads("agreement", on("agreement"),
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.agreement("to_countersign"), "reference"),
                         like="to-countersign"),
                 Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.agreement("in_force"), "reference"),
                         like="in-force"),
                 Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.partnership("to_countersign"), "reference"),
                         like="of-a-school"),
             ]),
    reads("agreement-history", on("agreement"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.agreement("in_force"), "reference"))]),
    reads("agreement-paper", on("agreement"), no_photo=DOCUMENT),
    *verb("agreement-countersign", OFFICER, on("agreement_to_countersign"), signature, recently=True,
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.agreement("to_countersign"), "reference")),
                 Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.partnership("to_countersign"), "reference"),
                         like="of-a-school"),
             ]),
    *verb("agreement-end", APPROVER, on("agreement"), why,
             photos=[Photo(Role.APPROVER, demo.authority(demo.agreement("in_force"), "reference"))]),
    Address("POST", "authority:agreement-send-code", OFFICER, on("agreement_to_countersign"), sees=EVERY_OFFICER),

    reads("agreement", of_partnership("partnership"), query="?"),
    reads("agreement-history", of_partnership("partnership"), query="?"),
    *verb("agreement-countersign", OFFICER, of_partnership("partnership_to_countersign"), partner_signature,
          recently=True, query="?"),
    *verb("agreement-require-anew", OFFICER, of_partnership("partnership"), why,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.partnership("in_force"), "reference"))]),
    *verb("agreement-dissolve", OFFICER, of_partnership("partnership"), why,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.authority(demo.partnership("in_force"), "reference"))]),

    reads("schools",
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority),
                 Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority, query={"standing": "not_joined"},
                         like="not-joined"),
             ]),
    reads("schools-export", no_photo=SPREADSHEET),
    Address("GET", "authority:schools-import", OFFICER, here,
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority),
                 Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority, press="Import agreements"),
             ]),
    Address("POST", "authority:schools-import", OFFICER, here, papers, sees=EVERY_OFFICER),
    Address("GET", "authority:school-remind", AUTHORITY, to_remind,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_school_to_remind)]),
    Address("POST", "authority:school-remind", AUTHORITY, to_remind),
    reads("teams", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    *verb("team-found", ADMIN | OFFICER, here,
          lambda world: {"name": "Virtual school", "email": world.newcomer.email, "role": "commissioner"},
          recently=True, photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),

    *PEOPLE,
    *PLACING,
    *OF_AUTHORITY,
    reads("needs",
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority),
                 Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority, query={"state": "family", "need": "ASD"},
                         like="filtered"),
             ]),
    reads("needs", query="?state=family&need=SEMH&from=1+2+2026"),
    reads("needs-export", lambda world: (world.authority.slug, "csv"), query="?need=SEMH", no_photo=FILE),
    reads("needs-export", lambda world: (world.authority.slug, "xlsx")),
    reads("nominations", photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    reads("nominations", query="?state=new"),
    reads("nomination", on("nomination", "pk"),
             photos=[
                 Photo(Role.CONTRACTS_OFFICER, demo_demand.nomination(answers=None)),
                 Photo(Role.CONTRACTS_OFFICER, demo_demand.nomination(answers__status="set_aside"), like="put-aside"),
             ]),
    reads("nomination-history", on("nomination_set_aside", "pk"),
             photos=[Photo(Role.CONTRACTS_OFFICER, demo_demand.nomination(answers__status="set_aside"))]),
    *verb("nomination-invite", OFFICER, on("nomination", "pk"),
          lambda world: {"market": world.market.code, "address": "farm@example.org"},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo_demand.nomination(answers=None))]),
    *verb("nomination-invite", OFFICER, on("nomination_set_aside", "pk"),
          lambda world: {"market": world.market.code, "address": "studio@example.org"}),
    *verb("nomination-set-aside", OFFICER, on("nomination", "pk"), lambda world: {"reason": "It is one of ours."},
             photos=[Photo(Role.CONTRACTS_OFFICER, demo_demand.nomination(answers=None))]),
]
# fmt: on
