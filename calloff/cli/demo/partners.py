"""How schools and teams become buyers in the story: their colleagues, term dates and Partnership Agreements."""

import csv
import tempfile
from datetime import date, timedelta
from pathlib import Path

from calloff.agreements import commands as agreements
from calloff.cli.demo import cast
from calloff.cli.demo.application_decisions import signing_code_for
from calloff.cli.demo.colleagues import bring_in
from calloff.cli.demo.context import DemoContext
from calloff.partners import commands
from calloff.partners.models import Partnership
from calloff.partners.school_lookup import entity_of
from calloff.people import commands as people
from calloff.people.models import User
from calloff.people.permissions import Role
from calloff.people.queries import invitations_of
from calloff.registers import term_dates
from calloff.registers.commands import import_terms
from calloff.registers.queries import find_school

TERM_DATES = (  # invented but typical terms: name, first day and last day as (month, day)
    ("Autumn term {}, first half", (9, 2), (10, 23)),
    ("Autumn term {}, second half", (11, 2), (12, 18)),
    ("Spring term {}, first half", (1, 5), (2, 12)),
    ("Spring term {}, second half", (2, 23), (3, 27)),
    ("Summer term {}, first half", (4, 13), (5, 22)),
    ("Summer term {}, second half", (6, 1), (7, 21)),
)
SUMMER_MONTH = 8  # the month in which a new school year starts


def join_partners(stage: DemoContext) -> None:
    """Let schools and teams join and sign, so that there is one Partnership Agreement with each status."""
    _import_terms(stage)
    for colleague in cast.STAFF:
        by = next(buyer for buyer in cast.BUYERS if buyer.organisation == colleague.organisation)
        bring_in(
            stage.organisations[colleague.organisation], stage.meet(colleague), colleague.roles, by=stage.meet(by),
            at=stage.when("-12 Tue 10:00"),
        )  # fmt: skip
    olivia, hugh = stage.officer("west-sussex", "olivia"), stage.officer("dorset", "hugh")
    for first, council, officer in zip(cast.TEAMS, ("west-sussex", "dorset"), (olivia, hugh), strict=True):
        team = people.found_team(
            stage.organisations[council], name="Placements team", email=first.email, role=first.roles[0],
            by=officer, at=stage.when("-11 Mon 11:00"),
        )  # fmt: skip
        invited = invitations_of(team).get()
        people.accept_invitation(invited, by=stage.meet(first), at=stage.when("-11 Mon 15:20"))
        stage.organisations[first.organisation] = team
    shore = _signed(stage, "shore", "IAP", "-8 Mon 09:30")
    _countersigned(shore, olivia, stage, "-8 Tue 14:00")
    stour = _signed(stage, "stour", "DAP", "-8 Wed 10:00")
    _countersigned(stour, hugh, stage, "-8 Thu 09:15")
    _signed(stage, "weald", "IAP", "-1 Thu 15:30")  # This agreement is waiting for the council's signature.
    _taken_up(stage, "arun", "IAP", "-1 Fri 08:50")  # This agreement is waiting for the headteacher's signature.
    newcomer = stage.people[cast.NEWCOMERS[2].email]
    commands.ask_to_join(
        int(cast.NOT_JOINED[0].urn), by=newcomer, at=stage.when("-1 Fri 12:15"), role=Role.AP_LEAD,
        said="I am the SENCO. The school office knows me.",
    )  # fmt: skip


def _taken_up(stage: DemoContext, key: str, market: str, at: str) -> Partnership:
    buyer = stage.organisations[key]
    known = find_school(buyer.urn or 0)
    assert known is not None  # noqa: S101 (this school is in the story's copy of the register)
    entity, name = entity_of(known)
    return commands.take_up(
        buyer, stage.markets[market], by=_head(stage, key), at=stage.when(at), entity=entity,
        entity_name=name or f"The academy trust for {buyer}",
    )  # fmt: skip


def _signed(stage: DemoContext, key: str, market: str, at: str) -> Partnership:
    made, head = _taken_up(stage, key, market, at), _head(stage, key)
    when = stage.when(at) + timedelta(minutes=20)
    made.agreement = agreements.sign(
        made.agreement, by=head, at=when + timedelta(minutes=3), name=head.name, role="Headteacher",
        authority="Delegated by the governors", code=signing_code_for(made.agreement, head, when),
    )  # fmt: skip
    return made


def _countersigned(made: Partnership, officer: User, stage: DemoContext, at: str) -> Partnership:
    when = stage.when(at)
    return commands.countersign(
        made, by=officer, at=when + timedelta(minutes=3), name=officer.name, role="Contracts officer",
        authority="Under the council's scheme of delegation", code=signing_code_for(made.agreement, officer, when),
    )  # fmt: skip


def _head(stage: DemoContext, key: str) -> User:
    return stage.meet(
        next(colleague for colleague in cast.STAFF if colleague.organisation == key and Role.HEAD in colleague.roles)
    )


def _import_terms(stage: DemoContext) -> None:
    """Import both councils' term dates for this school year, the one before and the one after."""
    this = stage.anchor.year - (stage.anchor.month < SUMMER_MONTH)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invented-term-dates.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(term_dates.TERM_COLUMNS)
            for code in sorted({school.la_code for school in cast.SCHOOLS}):
                writer.writerows([code, "", *row, ""] for year in range(this - 1, this + 3) for row in _terms(year))
        import_terms(path, at=stage.when("-20 Mon 10:00"))


def _terms(year: int) -> list[tuple[str, date, date]]:
    terms = []
    for name, first, last in TERM_DATES:
        in_year = year if first[0] > SUMMER_MONTH else year + 1
        terms.append((name.format(in_year), date(in_year, *first), date(in_year, *last)))
    return terms
