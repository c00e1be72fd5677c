"""The doors of a provider's own people."""

from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import Role
from tests.architecture.endpoints import fixtures_keys, fixtures_people
from tests.documents.sample_files import pdf, upload
from tools.addresses import DOCUMENT, LEADS_ON, PROVIDER, SPREADSHEET, Address, Picture, provider_invitations, sign_in
from tools.addresses.provider_applications import ADDRESSES as APPLICATIONS
from tools.addresses.provider_arguments import ADA, IN_WORDS, KEEPERS, SIAN, asks, at, reads
from tools.addresses.provider_buying import ADDRESSES as BUYING
from tools.addresses.provider_placements import ADDRESSES as PLACEMENTS
from tools.addresses.provider_services import ADDRESSES as SERVICES
from tools.screenshots import people as demo_people
from tools.screenshots import placements as demo_placements
from tools.screenshots import sample_records as demo


def document(world):
    return {
        "file": upload("policy.pdf", pdf()), "title": "A policy",
        "issued_on-day": "1", "issued_on-month": "3", "issued_on-year": "2026",
        "expires_on-day": "28", "expires_on-month": "2", "expires_on-year": "2027",
        "insurer": "Felpersham Mutual", "policy": "A 1", "cover": "5000000",
    }  # fmt: skip


def colleague(world):
    return {"email": world.people["ruth"].email, "roles": ["provider_staff"]}


def signature(world):
    code = world.code(world.agreement_to_sign, "sian")
    return {"name": "Sian Pugh", "role": "Director", "authority": "The board", "code": code}


def staff_role(world):
    return (world.provider.slug, RoleGrant.objects.get(organisation=world.provider, person=world.ben).pk)


ADDRESSES: list[Address] = [
    reads("home", pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *APPLICATIONS,
    reads("evidence", pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads("evidence-export", no_picture=SPREADSHEET),
    *asks(
        "evidence-new",
        who=KEEPERS,
        query="?kind=public_liability",
        sends=document,
        pictures=[
            Picture(Role.PROVIDER_LEAD, demo.a_busy_provider),
            Picture(Role.PROVIDER_LEAD, demo.a_busy_provider, press="Continue"),
        ],
    ),
    reads(
        "evidence-item",
        at("evidence"),
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.evidence, "reference"))],
    ),
    reads("evidence-file", at("evidence"), no_picture=DOCUMENT),
    *asks(
        "evidence-renew",
        at("evidence"),
        KEEPERS,
        document,
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.evidence, "reference"))],
    ),
    *asks(
        "evidence-withdraw",
        at("evidence"),
        KEEPERS,
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.evidence, "reference"))],
    ),
    reads("agreements", pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads(
        "agreement",
        at("agreement_to_sign"),
        pictures=[
            Picture(Role.PROVIDER_SIGNATORY, demo.provider(demo.agreement("to_sign"), "reference"), like="to-sign"),
            Picture(Role.PROVIDER_LEAD, demo.provider(demo.agreement("in_force"), "reference"), like="in-force"),
        ],
    ),
    reads(
        "agreement-history",
        at("agreement_to_sign"),
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.agreement("in_force"), "reference"))],
    ),
    Address("POST", "provider:agreement-send-code", SIAN, at("agreement_to_sign"), sees=PROVIDER - SIAN),
    *asks(
        "agreement-sign",
        at("agreement_to_sign"),
        SIAN,
        signature,
        recently=True,
        pictures=[
            Picture(Role.PROVIDER_SIGNATORY, demo.provider(demo.agreement("to_sign"), "reference")),
            Picture(
                Role.PROVIDER_SIGNATORY,
                demo.provider(demo.agreement("to_sign"), "reference"),
                {"code": "sent"},
                "with-code",
            ),
        ],
    ),
    reads("agreement-paper", at("agreement"), no_picture=DOCUMENT),
    reads(
        "agreement-sign-done",
        at("agreement_to_countersign"),
        pictures=[
            Picture(Role.PROVIDER_LEAD, demo.provider(demo.agreement("to_countersign"), "reference")),
            Picture(
                Role.PROVIDER_LEAD,
                demo.provider(demo_placements.placement("agreed", "running"), "agreement__reference"),
                like="of-a-placement",
            ),
        ],
    ),
    reads("members", pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads("members-export", no_picture=SPREADSHEET),
    reads(
        "member",
        at("member"),
        pictures=[
            Picture(Role.PROVIDER_LEAD, demo.provider(demo.member(), "reference")),
            Picture(Role.PROVIDER_LEAD, demo.provider(demo.member("suspended"), "reference"), like="suspended"),
            Picture(
                Role.PROVIDER_LEAD,
                demo.provider(demo.member(conditions__isnull=False), "reference"),
                like="conditional",
            ),
            Picture(
                Role.PROVIDER_LEAD, demo.provider(demo.member(promises__isnull=False), "reference"), like="promised"
            ),
        ],
    ),
    reads(
        "member-history",
        at("member"),
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.member("suspended"), "reference"))],
    ),
    *asks(
        "condition-answer",
        at("condition", "pk"),
        sends=lambda world: IN_WORDS,
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.conditions, "pk"))],
    ),
    *asks(
        "promise-fulfil",
        at("promise", "pk"),
        KEEPERS,
        lambda world: {"item": world.promised_document.pk},
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.promises, "pk"))],
    ),
    *asks(
        "removal-answer",
        at("removal", "pk"),
        sends=lambda world: IN_WORDS,
        pictures=[Picture(Role.PROVIDER_LEAD, demo.provider(demo.removals_to_answer, "pk"))],
    ),
    *SERVICES,
    reads("details", pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks(
        "details-amend",
        sends=lambda world: {"address": "Mill Lane", "telephone": "", "website": ""},
        pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)],
    ),
    reads("people", pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *sign_in.addresses(
        "provider",
        lambda world: world.provider,
        seers=ADA,
        managers=ADA,
        sees=PROVIDER - ADA,
        colleague=Role.PROVIDER_STAFF,
        picture=Picture(Role.PROVIDER_LEAD, demo.a_busy_provider),
    ),
    reads("api-keys", who=ADA, pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks(
        "api-key-make",
        sends=fixtures_keys.new_key,
        recently=True,
        shows=True,
        pictures=[
            Picture(Role.PROVIDER_LEAD, demo.a_busy_provider),
            Picture(Role.PROVIDER_LEAD, demo.a_busy_provider, press="Create key"),
        ],
    ),
    *asks(
        "api-key-revoke",
        at("key", "pk"),
        pictures=[
            Picture(Role.PROVIDER_LEAD, demo.address_of("organisation", demo_people.keys_of("provider"), "pk")),
        ],
    ),
    *asks("people-add", no_picture=LEADS_ON),
    *asks(
        "people-invite",
        sends=colleague,
        recently=True,
        pictures=[
            Picture(Role.PROVIDER_LEAD, demo.a_busy_provider),
            Picture(Role.PROVIDER_LEAD, demo.a_busy_provider, press="Send invitation"),
        ],
    ),
    *asks(
        "people-invite-many",
        sends=fixtures_people.table,
        recently=True,
        pictures=[Picture(Role.PROVIDER_LEAD, demo.a_busy_provider)],
    ),
    *asks(
        "people-invitations-confirm",
        sends=fixtures_people.chosen("provider"),
        recently=True,
        no_picture="as buyer:people-invitations-confirm is",
    ),
    *asks(
        "people-batch-confirm",
        fixtures_people.batch_of("provider"),
        recently=True,
        no_picture="as buyer:people-batch-withdraw is, for the second person",
    ),
    *asks(
        "people-batch-withdraw",
        fixtures_people.batch_of("provider"),
        recently=True,
        no_picture="as buyer:people-batch-withdraw is",
    ),
    *asks(
        "people-invitation-confirm",
        at("provider_invitation_to_confirm", "pk"),
        recently=True,
        no_picture="as buyer:people-invitation-confirm is",
    ),
    *asks(
        "people-invitation-resend",
        at("provider_invitation", "pk"),
        recently=True,
        pictures=[Picture(Role.PROVIDER_LEAD, demo_people.an_invitation(Organisation.Kind.PROVIDER, "sent"))],
    ),
    *asks(
        "people-invitation-withdraw",
        at("provider_invitation", "pk"),
        recently=True,
        pictures=[Picture(Role.PROVIDER_LEAD, demo_people.an_invitation(Organisation.Kind.PROVIDER, "sent"))],
    ),
    *asks(
        "role-end",
        staff_role,
        recently=True,
        pictures=[Picture(Role.PROVIDER_LEAD, demo.address_of("organisation", demo_people.colleagues, "pk"))],
    ),
    *provider_invitations.ADDRESSES,
    *PLACEMENTS,
    *BUYING,
]
