"""The endpoints of a child's record, with the people who can edit and see it, and what only the safeguarding lead
can do.

Each view is logged.
"""

from calloff.people.permissions import Role
from tests.architecture.endpoints.fixtures_pupils import an_approval, seen_list
from tests.factories_placements import contact
from tools.addresses import AUTHORITY, CASEWORK, LEADS_ON, SCHOOL, Address, Photo
from tools.screenshots import sample_records as demo

KEEPERS, SEERS, SAUL = frozenset({"ruth"}), frozenset({"ruth", "helen", "saul"}), frozenset({"saul"})


def school(world):
    return (world.school.slug,)


def of(name, *more):
    return lambda world: (world.school.slug, getattr(world, name).reference, *more)


def reads(route, where, who=SEERS, **more):
    return Address("GET", f"buyer:{route}", who, where, sees=SCHOOL - who, writes=True, **more)


def asks(route, where, sends, who=KEEPERS, **more):
    return [
        Address("GET", f"buyer:{route}", who, where, sees=SCHOOL - who, writes=True, **more),
        Address("POST", f"buyer:{route}", who, where, lambda world: sends, sees=SCHOOL - who, **more),
    ]


def on(name, day):
    return {f"{name}-{part}": str(value) for part, value in zip(("day", "month", "year"), day, strict=True)}


def disposals(audience, who, responsible, photo):
    """Return the endpoints with which the responsible people approve a deletion, and withdraw the approval."""
    organisation = "school" if audience == "buyer" else "authority"
    approval = an_approval(organisation, who)

    def at_home(world):
        return (getattr(world, organisation).slug,)

    colleagues = (SCHOOL if audience == "buyer" else AUTHORITY | CASEWORK) - responsible
    approve, withdraw, photos = (
        f"{audience}:disposal-approve",
        f"{audience}:disposal-withdraw",
        [photo],
    )
    again = "as the page that approves the deletion"
    return [
        Address("GET", approve, responsible, at_home, recently=True, writes=True, sees=colleagues, photos=photos),
        Address("POST", approve, responsible, at_home, seen_list(organisation, who), recently=True, sees=colleagues),
        Address("GET", withdraw, responsible, approval, sees=colleagues, no_photo=again),
        Address("POST", withdraw, responsible, approval, sees=colleagues),
    ]


WHO = {"given_name": "Olive", "family_name": "Marsh", "sex": "F", "year_group": "9", "address_withheld": "no"} | on(
    "born_on", (14, 5, 2012)
)


def a_contact(world):
    return (world.school.slug, world.pupil.reference, world.pupil.contacts.order_by("rank").first().pk)


def a_school_name(world):
    return (world.school.slug, world.school_name.pk)


ADDRESSES: list[Address] = [
    reads(
        "pupils",
        school,
        photos=[
            Photo(Role.AP_LEAD, demo.a_busy_buyer),
            Photo(Role.HEAD, demo.a_school_that_has_not_signed, like="none-recorded"),
        ],
    ),
    reads(
        "pupils-find",
        school,
        photos=[
            Photo(Role.AP_LEAD, demo.a_busy_buyer),
            Photo(Role.AP_LEAD, demo.a_busy_buyer, press="Find"),
        ],
    ),
    Address(
        "POST", "buyer:pupils-find", SEERS, school, lambda world: {"words": "Jas"}, sees=SCHOOL - SEERS, shows=True
    ),
    *asks(
        "pupil-record",
        school,
        WHO,
        photos=[
            Photo(Role.AP_LEAD, demo.a_busy_buyer),
            Photo(Role.AP_LEAD, demo.a_busy_buyer, press="Add pupil"),
        ],
    ),
    reads(
        "pupil",
        of("pupil"),
        photos=[
            Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference")),
            Photo(Role.AP_LEAD, demo.a_child_with_limits, like="with-limits"),
            Photo(Role.AP_LEAD, demo.buyer(demo.pupils(status="left"), "reference"), like="left"),
        ],
    ),
    *asks(
        "pupil-amend",
        of("pupil", "identity"),
        WHO,
        photos=[
            *(
                Photo(Role.AP_LEAD, demo.a_section_of_a_pupil(key), like=key)
                for key in ("identity", "needs", "care", "attendance", "risks")
            ),
        ],
    ),
    *asks(
        "pupil-note-views",
        of("pupil"),
        {"child_views": "Dogs."},
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference"))],
    ),
    Address("GET", "buyer:pupil-keep-contacts", SEERS, of("pupil"), sees=SCHOOL - SEERS, no_photo=LEADS_ON),
    Address("POST", "buyer:pupil-keep-contacts", SEERS, of("pupil"), sees=SCHOOL - SEERS),
    *asks(
        "pupil-contact-add",
        of("pupil"),
        contact(),
        photos=[
            Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference")),
            Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference"), press="Add contact"),
        ],
    ),
    *asks(
        "pupil-contact-change",
        a_contact,
        contact(telephone="01632 960009"),
        photos=[Photo(Role.AP_LEAD, demo.a_contact)],
    ),
    *asks("pupil-contact-remove", a_contact, {}, recently=True, photos=[Photo(Role.AP_LEAD, demo.a_contact)]),
    reads(
        "pupil-protection",
        of("pupil"),
        SAUL,
        recently=True,
        photos=[Photo(Role.SAFEGUARDING_LEAD, demo.buyer(demo.protected_pupils, "reference"))],
    ),
    *asks(
        "pupil-keep-protection",
        of("pupil"),
        {"concerns": "None now."},
        SAUL,
        recently=True,
        photos=[Photo(Role.SAFEGUARDING_LEAD, demo.buyer(demo.protected_pupils, "reference"))],
    ),
    *asks(
        "pupil-leave",
        of("pupil"),
        on("left_on", (1, 3, 2026)),
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference"))],
    ),
    *asks(
        "pupil-come-back",
        of("left_pupil"),
        {},
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo.pupils(status="left"), "reference"))],
    ),
    *asks(
        "pupil-hold",
        of("pupil"),
        {"reason": "A claim is open."},
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference"))],
    ),
    *asks(
        "pupil-lift-hold",
        of("held_pupil"),
        {},
        recently=True,
        photos=[Photo(Role.AP_LEAD, demo.buyer(demo.held_pupils, "reference"))],
    ),
    *asks("school-names", school, {"name": "The Manor"}, photos=[Photo(Role.AP_LEAD, demo.a_busy_buyer)]),
    *asks("school-name-remove", a_school_name, {}, photos=[Photo(Role.AP_LEAD, demo.a_school_name)]),
    reads("pupil-reads", of("pupil"), photos=[Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference"))]),
    reads(
        "pupil-held",
        of("pupil"),
        KEEPERS,
        recently=True,
        photos=[
            Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference")),
            Photo(Role.AP_LEAD, demo.a_child_with_limits, like="with-limits"),
        ],
    ),
    reads("pupil-history", of("pupil"), photos=[Photo(Role.AP_LEAD, demo.buyer(demo.pupils(), "reference"))]),
    Address(
        "GET",
        "buyer:retention",
        frozenset({"helen", "bea"}),
        school,
        photos=[Photo(Role.HEAD, demo.a_busy_buyer), Photo(Role.HEAD, demo.a_buyer_with_due_records, like="due")],
    ),
    *disposals("buyer", "helen", frozenset({"helen", "bea"}), Photo(Role.HEAD, demo.a_buyer_with_due_records)),
]


def told(*more):
    return lambda world: (world.authority.slug, *(getattr(world, name).reference for name in more))


OF_AUTHORITY: list[Address] = [
    Address(
        "GET",
        "authority:pupils",
        CASEWORK,
        told(),
        writes=True,
        photos=[Photo(demo.who_was_told, demo.where_told)],
    ),
    Address(
        "GET",
        "authority:retention",
        frozenset({"maud"}),
        told(),
        photos=[Photo(Role.ADMINISTRATOR, demo.a_busy_authority)],
    ),
    *disposals("authority", "maud", frozenset({"maud"}), Photo(Role.ADMINISTRATOR, demo.a_host_of_due_records)),
    Address(
        "GET",
        "authority:pupil",
        CASEWORK,
        told("pupil"),
        writes=True,
        photos=[Photo(demo.who_was_told, demo.a_child_told_of)],
    ),
]
