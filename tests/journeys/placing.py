"""What the journeys of a placed child begin with: two approved providers, and a school that may ask."""

from datetime import date
from decimal import Decimal

from calloff.buying import commands as buying
from calloff.cli.demo import cast, partners, placements, story
from calloff.cli.demo.deciding import admit, assess, countersign, send, sign, write
from calloff.cli.demo.listing import put_in_directory
from calloff.people import commands as people
from calloff.people.permissions import Role
from calloff.registers.commands import import_postcodes
from tests.journeys.conftest import NOW

RUTH, HELEN, SAUL = (f"{name}@shore.demo.example" for name in ("ruth", "helen", "saul"))
ADA, BEN, SIAN, PETRA = (f"{name}@harbour.demo.example" for name in ("ada", "ben", "sian", "petra"))
FERN = "fern@downland.demo.example"
SCHOOL, PROVIDER = "/buyers/felpham-shore-academy-900001", "/providers/harbour-lane-studio-ltd"


def ready(stage):
    """Let two providers of vocational places be in the directory, and one school have signed and set a budget."""
    import_postcodes(at=NOW, areas=["BN"])
    story._import_schools(NOW)
    story.register(stage, ["harbour", "downland"])
    olivia, esme, tom = (stage.officer("west-sussex", name) for name in ("olivia", "esme", "tom"))
    for provider in ("harbour", "downland"):
        application = send(stage, write(stage, provider, "IAP", (1, 2), "-10 Mon 13:00"), provider, "-9 Tue 15:20")
        assess(stage, application, esme, "-9 Thu 09:30")
        agreement = admit(application, tom, stage.when("-8 Mon 11:15")).agreement
        countersign(sign(stage, agreement, provider, stage.when("-8 Wed 16:00")), olivia, stage.when("-7 Mon 10:30"))
        put_in_directory(stage, provider, "-6 Wed 09:30")
    people.appoint(
        stage.organisations["harbour"], stage.meet(placements.GUARD), role=Role.PROVIDER_SAFEGUARDING,
        by=stage.lead("harbour"), at=stage.when("-6 Mon 09:00"),
    )  # fmt: skip
    partners._import_terms(stage)
    join(stage, "shore")


def join(stage, key, *, market="IAP", officer=None):
    """Let a school's people in, let its head and the council sign, and set its budget."""
    school, host = stage.organisations[key], officer or stage.officer("west-sussex", "olivia")
    [first] = [stage.people[one.email] for one in cast.BUYERS if one.organisation == key]
    for one in (one for one in cast.STAFF if one.organisation == key):
        for role in one.roles:
            people.appoint(school, stage.meet(one), role=role, by=first, at=stage.when("-12 Tue 10:00"))
    partners._countersigned(partners._signed(stage, key, market, "-8 Mon 09:30"), host, stage, "-8 Tue 14:00")
    buying.set_budget(
        school, name="Alternative provision", starts_on=date(2026, 9, 1), ends_on=date(2027, 8, 31),
        amount=Decimal(24000), by=placements._somebody(stage, key, Role.HEAD), at=stage.when("-6 Mon 12:00"),
    )  # fmt: skip
