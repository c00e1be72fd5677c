"""The endpoints for people at a provider."""

from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import Role
from tests.architecture.endpoints import fixtures_keys, fixtures_people
from tests.documents.sample_files import pdf, upload
from tools.addresses import (
    DOCUMENT,
    LEADS_ON,
    PROVIDER,
    SPREADSHEET,
    Address,
    Photo,
    provider_invitations,
    sign_in,
)
from tools.addresses.provider_applications import ADDRESSES as APPLICATIONS
from tools.addresses.provider_arguments import ADA, IN_WORDS, KEEPERS, SIAN, asks, at, reads
from tools.addresses.provider_orders import ADDRESSES as BUYING
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
    reads("home", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *APPLICATIONS,
    reads("evidence", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads("evidence-export", no_photo=SPREADSHEET),
    *asks(
        "evidence-new",
        who=KEEPERS,
        query="?kind=public_liability",
        sends=document,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.a_busy_provider),
            Photo(Role.PROVIDER_LEAD, demo.a_busy_provider, press="Continue"),
        ],
    ),
    reads(
        "evidence-item",
        at("evidence"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.evidence, "reference"))],
    ),
    reads("evidence-file", at("evidence"), no_photo=DOCUMENT),
    *asks(
        "evidence-renew",
        at("evidence"),
        KEEPERS,
        document,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.evidence, "reference"))],
    ),
    *asks(
        "evidence-withdraw",
        at("evidence"),
        KEEPERS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.evidence, "reference"))],
    ),
    reads("agreements", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads(
        "agreement",
        at("agreement_to_sign"),
        photos=[
            Photo(Role.PROVIDER_SIGNATORY, demo.provider(demo.agreement("to_sign"), "reference"), like="to-sign"),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.agreement("in_force"), "reference"), like="in-force"),
        ],
    ),
    reads(
        "agreement-history",
        at("agreement_to_sign"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.agreement("in_force"), "reference"))],
    ),
    Address("POST", "provider:agreement-send-code", SIAN, at("agreement_to_sign"), sees=PROVIDER - SIAN),
    *asks(
        "agreement-sign",
        at("agreement_to_sign"),
        SIAN,
        signature,
        recently=True,
        photos=[
            Photo(Role.PROVIDER_SIGNATORY, demo.provider(demo.agreement("to_sign"), "reference")),
            Photo(
                Role.PROVIDER_SIGNATORY,
                demo.provider(demo.agreement("to_sign"), "reference"),
                {"code": "sent"},
                "with-code",
            ),
        ],
    ),
    reads("agreement-paper", at("agreement"), no_photo=DOCUMENT),
    reads(
        "agreement-sign-done",
        at("agreement_to_countersign"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.agreement("to_countersign"), "reference")),
            Photo(
                Role.PROVIDER_LEAD,
                demo.provider(demo_placements.placement("agreed", "running"), "agreement__reference"),
                like="of-a-placement",
            ),
        ],
    ),
    reads("members", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads("members-export", no_photo=SPREADSHEET),
    reads(
        "member",
        at("member"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.member(), "reference")),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.member("suspended"), "reference"), like="suspended"),
            Photo(
                Role.PROVIDER_LEAD,
                demo.provider(demo.member(conditions__isnull=False), "reference"),
                like="conditional",
            ),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.member(promises__isnull=False), "reference"), like="promised"),
        ],
    ),
    reads(
        "member-history",
        at("member"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.member("suspended"), "reference"))],
    ),
    *asks(
        "condition-answer",
        at("condition", "pk"),
        sends=lambda world: IN_WORDS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.conditions, "pk"))],
    ),
    *asks(
        "promise-fulfil",
        at("promise", "pk"),
        KEEPERS,
        lambda world: {"item": world.promised_document.pk},
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.promises, "pk"))],
    ),
    *asks(
        "removal-answer",
        at("removal", "pk"),
        sends=lambda world: IN_WORDS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.removals_to_answer, "pk"))],
    ),
    *SERVICES,
    reads("details", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks(
        "details-amend",
        sends=lambda world: {"address": "Mill Lane", "telephone": "", "website": ""},
        photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)],
    ),
    reads("people", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *sign_in.addresses(
        "provider",
        lambda world: world.provider,
        seers=ADA,
        managers=ADA,
        sees=PROVIDER - ADA,
        colleague=Role.PROVIDER_STAFF,
        photo=Photo(Role.PROVIDER_LEAD, demo.a_busy_provider),
    ),
    reads("api-keys", who=ADA, photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks(
        "api-key-make",
        sends=fixtures_keys.new_key,
        recently=True,
        shows=True,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.a_busy_provider),
            Photo(Role.PROVIDER_LEAD, demo.a_busy_provider, press="Create key"),
        ],
    ),
    *asks(
        "api-key-revoke",
        at("key", "pk"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.address_of("organisation", demo_people.keys_of("provider"), "pk")),
        ],
    ),
    *asks("people-add", no_photo=LEADS_ON),
    *asks(
        "people-invite",
        sends=colleague,
        recently=True,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.a_busy_provider),
            Photo(Role.PROVIDER_LEAD, demo.a_busy_provider, press="Send invitation"),
        ],
    ),
    *asks(
        "people-invite-many",
        sends=fixtures_people.table,
        recently=True,
        photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)],
    ),
    *asks(
        "people-invitations-confirm",
        sends=fixtures_people.chosen("provider"),
        recently=True,
        no_photo="as buyer:people-invitations-confirm is",
    ),
    *asks(
        "people-batch-confirm",
        fixtures_people.batch_of("provider"),
        recently=True,
        no_photo="as buyer:people-batch-withdraw is, for the second person",
    ),
    *asks(
        "people-batch-withdraw",
        fixtures_people.batch_of("provider"),
        recently=True,
        no_photo="as buyer:people-batch-withdraw is",
    ),
    *asks(
        "people-invitation-confirm",
        at("provider_invitation_to_confirm", "pk"),
        recently=True,
        no_photo="as buyer:people-invitation-confirm is",
    ),
    *asks(
        "people-invitation-resend",
        at("provider_invitation", "pk"),
        recently=True,
        photos=[Photo(Role.PROVIDER_LEAD, demo_people.an_invitation(Organisation.Kind.PROVIDER, "sent"))],
    ),
    *asks(
        "people-invitation-withdraw",
        at("provider_invitation", "pk"),
        recently=True,
        photos=[Photo(Role.PROVIDER_LEAD, demo_people.an_invitation(Organisation.Kind.PROVIDER, "sent"))],
    ),
    *asks(
        "role-end",
        staff_role,
        recently=True,
        photos=[Photo(Role.PROVIDER_LEAD, demo.address_of("organisation", demo_people.colleagues, "pk"))],
    ),
    *provider_invitations.ADDRESSES,
    *PLACEMENTS,
    *BUYING,
]
