"""The doors of a child's record: who keeps it, who sees it, the safeguarding lead's own. Readings are written down."""

from tests.architecture.endpoints import CASEWORK, SCHOOL, Endpoint
from tests.factories_placing import contact

KEEPERS, SEERS, SAUL = frozenset({"ruth"}), frozenset({"ruth", "helen", "saul"}), frozenset({"saul"})


def school(world):
    return (world.school.slug,)


def of(name, *more):
    return lambda world: (world.school.slug, getattr(world, name).reference, *more)


def reads(route, where, who=SEERS, **more):
    return Endpoint("GET", f"buyer:{route}", who, where, sees=SCHOOL - who, writes=True, **more)


def asks(route, where, sends, who=KEEPERS, **more):
    return [
        Endpoint("GET", f"buyer:{route}", who, where, sees=SCHOOL - who, writes=True, **more),
        Endpoint("POST", f"buyer:{route}", who, where, lambda world: sends, sees=SCHOOL - who, **more),
    ]


def on(name, day):
    return {f"{name}-{part}": str(value) for part, value in zip(("day", "month", "year"), day, strict=True)}


WHO = {"given_name": "Olive", "family_name": "Marsh", "sex": "F", "year_group": "9", "address_withheld": "no"} | on(
    "born_on", (14, 5, 2012)
)


def a_contact(world):
    return (world.school.slug, world.pupil.reference, world.pupil.contacts.order_by("rank").first().pk)


def a_school_name(world):
    return (world.school.slug, world.school_name.pk)


DOORS: list[Endpoint] = [
    reads("pupils", school),
    reads("pupils-find", school),
    Endpoint(
        "POST", "buyer:pupils-find", SEERS, school, lambda world: {"words": "Jas"}, sees=SCHOOL - SEERS, shows=True
    ),
    *asks("pupil-record", school, WHO),
    reads("pupil", of("pupil")),
    *asks("pupil-amend", of("pupil", "identity"), WHO),
    *asks("pupil-note-views", of("pupil"), {"child_views": "Dogs."}),
    Endpoint("GET", "buyer:pupil-keep-contacts", SEERS, of("pupil"), sees=SCHOOL - SEERS),
    Endpoint("POST", "buyer:pupil-keep-contacts", SEERS, of("pupil"), sees=SCHOOL - SEERS),
    *asks("pupil-contact-add", of("pupil"), contact()),
    *asks("pupil-contact-change", a_contact, contact(telephone="01632 960009")),
    *asks("pupil-contact-remove", a_contact, {}, recently=True),
    reads("pupil-protection", of("pupil"), SAUL, recently=True),
    *asks("pupil-keep-protection", of("pupil"), {"concerns": "None now."}, SAUL, recently=True),
    *asks("pupil-leave", of("pupil"), on("left_on", (1, 3, 2026))),
    *asks("pupil-come-back", of("left_pupil"), {}),
    *asks("pupil-hold", of("pupil"), {"reason": "A claim is open."}),
    *asks("pupil-lift-hold", of("held_pupil"), {}, recently=True),
    *asks("school-names", school, {"name": "The Manor"}),
    *asks("school-name-remove", a_school_name, {}),
    reads("pupil-reads", of("pupil")),
    reads("pupil-held", of("pupil"), KEEPERS, recently=True),
    reads("pupil-history", of("pupil")),
    Endpoint("GET", "buyer:retention", frozenset({"helen", "bea"}), school),
]


def told(*more):
    return lambda world: (world.authority.slug, *(getattr(world, name).reference for name in more))


OF_AUTHORITY: list[Endpoint] = [
    Endpoint("GET", "authority:pupils", CASEWORK, told(), writes=True),
    Endpoint("GET", "authority:retention", frozenset({"maud"}), told()),
    Endpoint("GET", "authority:pupil", CASEWORK, told("pupil"), writes=True),
]
