"""The provision that people in the story could not find.

It includes reports of gaps, suggested providers, a shortlist and saved searches.
"""

from calloff.cli.demo.context import DemoContext
from calloff.demand import commands
from calloff.demand.commands import Reporter
from calloff.demand.models import ReporterRole
from calloff.directory.models import Service
from calloff.directory.search_criteria import SearchCriteria
from calloff.people.models import User

FAMILY, PROFESSIONAL = Reporter(ReporterRole.FAMILY), Reporter(ReporterRole.PROFESSIONAL)
RUTH = "ruth"


def add_demand(stage: DemoContext) -> None:
    """Let families and schools report missing provision, and let one school make a shortlist and save searches."""
    _gaps(stage)
    _nominations(stage)
    _shortlist(stage)
    _searches(stage)


def _ruth(stage: DemoContext) -> User:
    return next(person for person in stage.people.values() if person.email.startswith(f"{RUTH}@"))


def _gaps(stage: DemoContext) -> None:
    council, school = (
        stage.organisations["west-sussex"],
        Reporter(ReporterRole.SCHOOL, _ruth(stage), stage.organisations["shore"]),
    )
    for at, teller, search, words, note, near, email in (
        ("-3 Tue 19:40", FAMILY, SearchCriteria(words="swimming", need="ASD"), ["“swimming”",
            "Autistic spectrum disorder"],
         "We would like swimming in a quiet pool, once or twice a week.", "BN11 1BY", "a.parent@calloff.example"),
        ("-2 Mon 08:15", school, SearchCriteria(need="HI", key_stage="KS3"), ["Hearing impairment", "Key stage 3"],
         "We need small groups with staff who can sign. We have been looking for a year.", "BN43 5AZ", ""),
        ("-2 Thu 16:05", FAMILY, SearchCriteria(need="ASD", age=6), ["Autistic spectrum disorder", "Age 6"], "", "",
            ""),
        ("-1 Mon 11:30", PROFESSIONAL, SearchCriteria(words="motor mechanics", key_stage="KS4"),
         ["“motor mechanics”", "Key stage 4"], "Two young people a term would use this.", "RH13 0BA", ""),
        ("-1 Fri 20:10", FAMILY, SearchCriteria(need="SEMH", mode="online", age=6),
         ["Social, emotional and mental health", "Online", "Age 6"], "Mornings only at first, to get back into "
             "learning.", "", ""),
    ):  # fmt: skip
        commands.report_gap(
            council, search=search, searched=words, teller=teller, said=note, near=near, email=email, at=stage.when(at)
        )


def _nominations(stage: DemoContext) -> None:
    council, olivia = stage.organisations["west-sussex"], stage.officer("west-sussex", "olivia")
    school = Reporter(ReporterRole.SCHOOL, _ruth(stage), stage.organisations["shore"])
    invited = commands.nominate(
        council, name="Adur Motor Project", email="hello@adur-motor.example", teller=PROFESSIONAL,
        offers="Mechanics for young people aged 14 and over, in a working garage.", at=stage.when("-2 Tue 10:00"),
    )  # fmt: skip
    commands.invite_provider(
        invited, market=stage.markets["IAP"], address=invited.email, by=olivia, at=stage.when("-2 Wed 09:20")
    )
    aside = commands.nominate(
        council, name="Harbour Lane Studio", website="https://harbour-lane.example", teller=FAMILY,
        offers="Art and woodwork by the harbour.", at=stage.when("-2 Wed 18:45"),
    )  # fmt: skip
    commands.set_aside(
        aside, reason="This provider is already in our directory.", by=olivia, at=stage.when("-2 Thu 09:05")
    )
    commands.nominate(
        council, name="Quiet Water", website="https://quiet-water.example", teller=FAMILY,
        offers="Swimming in small groups, for children who find noise hard.", at=stage.when("-1 Tue 19:15"),
    )  # fmt: skip
    commands.nominate(
        council, name="Signing Hands", email="office@signing-hands.example", teller=school,
        offers="Teaching in British Sign Language, at school or in the provider's own rooms.", at=stage.when("-1 Thu "
            "12:40"),
    )  # fmt: skip


def _shortlist(stage: DemoContext) -> None:
    ruth, school = _ruth(stage), stage.organisations["shore"]
    for name, note, at in (
        (
            "Studio mornings",
            "We visited in June. Young people can take the bus from the station, and lunch is included.",
            "-3 Mon 15:40",
        ),
        ("Forest school days", "", "-2 Fri 14:10"),
        ("Catch-up group", "Ask whether a child can come for mornings only.", "-1 Mon 16:20"),
    ):
        service = Service.objects.select_related("authority").get(name=name, authority__slug="west-sussex")
        commands.shortlist(service, buyer=school, by=ruth, at=stage.when(at), note=note)


def _searches(stage: DemoContext) -> None:
    ruth, school = _ruth(stage), stage.organisations["shore"]
    council = stage.organisations["west-sussex"]
    near = commands.save_search(
        council, name="Near us, with places available", search=SearchCriteria(need="SEMH", miles=10, free=True),
        query="?miles=10&need=SEMH&free=on", buyer=school, by=ruth, at=stage.when("-2 Mon 16:00"),
        searched=["Within 10 miles", "Social, emotional and mental health", "Only with places available"],
    )  # fmt: skip
    commands.save_search(
        council, name="Woodland", search=SearchCriteria(words="wood"), query="?words=wood", searched=["“wood”"],
        buyer=school,
        by=ruth, at=stage.when("-1 Wed 12:30"),
    )  # fmt: skip
    commands.stop_emails(near, by=ruth, at=stage.when("-1 Thu 08:10"))
