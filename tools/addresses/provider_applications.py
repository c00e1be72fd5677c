"""The endpoints with which a provider applies to markets."""

from calloff.people.permissions import Role
from tests.factories_markets import ELIGIBLE
from tools.addresses import DOCUMENT, SPREADSHEET, Address, Photo
from tools.addresses.provider_arguments import IN_WORDS, asks, at, reads
from tools.screenshots import sample_records as demo


def section(world):
    return (world.provider.slug, world.draft.reference, "about")


def first_version(world):
    return (world.provider.slug, world.submitted.reference, 1)


def written(world):
    """Return answers to the first section, as submitted by a person who has seen the saved answers."""
    kept = world.draft.sections.get(key="about")
    answers = {"contact": "Ada", "barred": "no", "notice": "no"}
    return {"section-version": kept.saves, "section-shown": "contact barred notice", "meanwhile-base": "", **answers}


NAMED = {"name": "Ada Okafor", "role": "Director"}
CAN_APPLY = {**ELIGIBLE, "section-shown": " ".join(ELIGIBLE)}

ADDRESSES: list[Address] = [
    reads("markets", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    *asks(
        "market-apply",
        at("market", "code"),
        sends=lambda world: {"lots": ["2"]},
        photos=[Photo(Role.PROVIDER_LEAD, demo.a_market_to_apply_to)],
    ),
    *asks(
        "market-eligibility",
        at("market", "code"),
        sends=lambda world: CAN_APPLY,
        query="?lots=2",
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.a_market_to_apply_to, query={"lots": "1"}),
            Photo(Role.PROVIDER_LEAD, demo.a_market_to_apply_to, query={"lots": "1"}, press="Start application"),
        ],
    ),
    reads("applications", photos=[Photo(Role.PROVIDER_LEAD, demo.a_busy_provider)]),
    reads("applications-export", no_photo=SPREADSHEET),
    reads(
        "application",
        at("draft"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("draft"), "reference"), like="draft"),
            Photo(
                Role.PROVIDER_LEAD,
                demo.provider(demo.application("submitted", amending=True), "reference"),
                like="changing",
            ),
            Photo(
                Role.PROVIDER_LEAD,
                demo.provider(demo.application("submitted", amending=False), "reference"),
                like="sent",
            ),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("clarifying"), "reference"), like="clarifying"),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("decided"), "reference"), like="decided"),
        ],
    ),
    reads(
        "application-check",
        at("draft"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("draft"), "reference"), like="draft"),
            Photo(
                Role.PROVIDER_LEAD,
                demo.provider(demo.application("submitted", amending=False), "reference"),
                like="sent",
            ),
        ],
    ),
    *asks(
        "application-choose-lots",
        at("draft"),
        sends=lambda world: {"lots": ["1"]},
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("draft"), "reference"))],
    ),
    *asks(
        "application-eligibility",
        at("draft"),
        sends=lambda world: CAN_APPLY,
        query="?lots=1",
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("draft"), "reference"))],
    ),
    *asks("application-prefill", at("draft"), photos=[Photo(Role.PROVIDER_LEAD, demo.a_second_application)]),
    *asks(
        "application-section",
        section,
        sends=written,
        photos=[
            *(Photo(Role.PROVIDER_LEAD, demo.section(number), like=f"{number}") for number in range(1, 8)),
            Photo(Role.PROVIDER_LEAD, demo.section(1), press="Save and continue"),
        ],
    ),
    *asks(
        "application-submit",
        at("draft"),
        sends=lambda world: NAMED,
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("submitted", amending=True), "reference")),
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("draft"), "reference"), like="draft"),
        ],
    ),
    reads(
        "application-submit-done",
        at("submitted"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("submitted", amending=False), "reference")),
        ],
    ),
    *asks(
        "application-amend",
        at("submitted"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("submitted", amending=False), "reference")),
        ],
    ),
    *asks(
        "application-discard",
        at("amending"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("submitted", amending=True), "reference")),
        ],
    ),
    *asks(
        "application-withdraw",
        at("submitted"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("submitted", amending=False), "reference")),
        ],
    ),
    *asks(
        "application-clarify",
        at("clarifying"),
        sends=lambda world: IN_WORDS,
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("clarifying"), "reference"))],
    ),
    reads(
        "application-versions",
        at("submitted"),
        photos=[
            Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("submitted", amending=False), "reference")),
        ],
    ),
    reads(
        "application-compare",
        at("sent_twice"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.two_versions("provider"))],
    ),
    reads("application-copy", first_version, no_photo=DOCUMENT),
    reads(
        "application-decision",
        at("decided"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("decided"), "reference"))],
    ),
    reads("application-letter", at("decided"), no_photo=DOCUMENT),
    reads(
        "application-history",
        at("submitted"),
        photos=[Photo(Role.PROVIDER_LEAD, demo.provider(demo.application("decided"), "reference"))],
    ),
]
