"""The endpoints for doing the same action on several records of a list, and for importing files."""

from calloff.people.permissions import Role
from tests.documents.sample_files import upload
from tests.web.sample_archives import zip_of_pack
from tools.addresses import AUTHORITY, PROVIDER, Address, Photo
from tools.addresses.authority_arguments import ADMIN, EVERY_OFFICER, OFFICER, here, verb
from tools.screenshots import people as demo_people
from tools.screenshots import referrals as demo_referrals
from tools.screenshots import sample_records as demo

ADA = frozenset({"ada"})


def signature(world):
    agreement = world.agreement_to_countersign
    code = world.code(agreement, "olivia")
    entry = {"name": "Olivia", "role": "Contracts officer", "authority": "Delegated", "code": code}
    return entry | {"chosen": [agreement.reference]}


def to_countersign(world):
    return {"chosen": [world.agreement_to_countersign.reference]}


def to_remind(world):
    return {"chosen": [str(world.school.urn)], "market": world.market_to_sign.code}


def to_invite(world):
    urn = world.another_school.urn
    return {"chosen": [str(urn)], f"email-{urn}": "first@example.org", "role": "head"}


def to_decline(world):
    return {"chosen": [world.invitation.reference], "reason": "full", "note": ""}


def at_provider(world):
    return (world.provider.slug,)


def term_table(world):
    table = "la_code,urn,name,starts_on,ends_on,closed_days\r\n938,,Autumn 2027,2027-09-06,2027-10-22,\r\n"
    return {"file": upload("terms.csv", table.encode()), "do": "import"}


def market_pack(world):
    return {"file": upload("pack.zip", zip_of_pack(world.authority.slug)), "do": "load"}


ADDRESSES: list[Address] = [
    *verb("market-load", OFFICER, here, market_pack, photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    *verb("term-dates", OFFICER, here, term_table, photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    *verb(
        "agreements-countersign",
        OFFICER,
        here,
        signature,
        recently=True,
        shows=True,
        photos=[
            Photo(
                Role.CONTRACTS_OFFICER,
                demo.a_busy_authority,
                query=demo.chosen(demo.agreement("to_countersign"), demo.partnership("to_countersign")),
            )
        ],
    ),
    Address("POST", "authority:agreements-send-code", OFFICER, here, to_countersign, sees=EVERY_OFFICER),
    Address(
        "GET",
        "authority:agreements-remind",
        AUTHORITY,
        here,
        photos=[
            Photo(
                Role.CONTRACTS_OFFICER,
                demo.a_busy_authority,
                query=demo.chosen(demo.agreement("to_sign"), demo.partnership("to_sign")),
            )
        ],
    ),
    Address(
        "POST",
        "authority:agreements-remind",
        AUTHORITY,
        here,
        lambda world: {"chosen": [world.agreement_to_sign.reference]},
        shows=True,
    ),
    Address(
        "GET",
        "authority:schools-remind",
        AUTHORITY,
        here,
        photos=[
            Photo(
                Role.CONTRACTS_OFFICER,
                demo.a_busy_authority,
                query=demo.schools_to_remind,
            )
        ],
    ),
    Address("POST", "authority:schools-remind", AUTHORITY, here, to_remind, shows=True),
    *verb(
        "schools-invite",
        ADMIN | OFFICER,
        here,
        to_invite,
        recently=True,
        shows=True,
        photos=[
            Photo(
                Role.CONTRACTS_OFFICER,
                demo.a_busy_authority,
                query=demo.chosen(demo_people.schools_that_have_not_joined, key="urn"),
            )
        ],
    ),
    Address(
        "GET",
        "provider:invitations-decline",
        ADA,
        at_provider,
        sees=PROVIDER - ADA,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo_referrals.a_provider_that_is_asked, query=demo_referrals.chosen_invitations)
        ],
    ),
    Address("POST", "provider:invitations-decline", ADA, at_provider, to_decline, sees=PROVIDER - ADA, shows=True),
]
