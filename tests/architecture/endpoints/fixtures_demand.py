"""Test data for endpoints: a report of a gap, suggestions with each status, a shortlist and saved searches."""

from calloff.demand import commands
from calloff.demand.commands import Reporter
from calloff.demand.models import ReporterRole
from calloff.directory.search_criteria import SearchCriteria
from tests.factories import NOW
from tests.factories_markets import PriceFactory, ServiceFactory

FAMILY = Reporter(ReporterRole.FAMILY)


def make(world):
    """Report a gap, suggest providers to the council, and give a shortlist and saved searches to an AP lead."""
    world.gap = _gap(world)
    world.nomination = _nominated(world, "Bridge Farm")
    world.nomination_set_aside = _nominated(world, "Nightingale Studio")
    commands.set_aside(world.nomination_set_aside, reason="It is one of ours.", by=world.olivia, at=NOW)
    for slug, withdrawn in (("compared-one", False), ("compared-two", False), ("compared-gone", True)):
        one = ServiceFactory(member=world.member, site=world.site, slug=slug, name=slug, withdrawn=withdrawn)
        PriceFactory(service=one)
    world.to_shortlist = ServiceFactory(member=world.member, site=world.site)
    world.entry = commands.shortlist(world.service, buyer=world.school, by=world.ruth, at=NOW, note="Seen in June.")
    world.saved_search = _saved(world, "Farms")
    world.quiet_search = commands.stop_emails(_saved(world, "Woods"), by=world.ruth, at=NOW)


def more(world):
    """Add one row to each list of these records."""
    _gap(world)
    _nominated(world, "Another farm")
    service = ServiceFactory(member=world.member, site=world.site)
    PriceFactory(service=service)
    commands.shortlist(service, buyer=world.school, by=world.ruth, at=NOW)


def _gap(world):
    return commands.report_gap(
        world.authority, search=SearchCriteria(words="zebras", need="SEMH"), searched=["“zebras”"], teller=FAMILY,
        at=NOW,
        said="Something with animals.", near="BN11 1LG",
    )  # fmt: skip


def _nominated(world, name):
    return commands.nominate(
        world.authority, name=name, offers="Days on a farm.", email="farm@example.org", teller=FAMILY, at=NOW
    )


def _saved(world, name):
    return commands.save_search(
        world.authority, name=name, search=SearchCriteria(words="farm"), query="?words=farm", searched=["“farm”"],
        buyer=world.school, by=world.ruth, at=NOW,
    )  # fmt: skip
