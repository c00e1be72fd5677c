"""Markets brought to each stage by the commands themselves, and the officer who runs them."""

from calloff.markets import commands
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, person
from tests.factories_markets import pack


def olivia(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


def load(made=None, *, authority=None, by=None, at=NOW, **changes):
    authority = authority or AuthorityFactory()
    return commands.load(made or pack(**changes), authority=authority, by=by or olivia(authority), at=at)


def draft(**changes):
    return load(**changes)[0]


def opened(at=NOW, justification="", **changes):
    market = draft(**changes)
    return commands.open(market, by=olivia(market.authority), at=at, justification=justification)


def term(opens_on="2021-09-01", closes_on="2026-04-30", starts_on="2021-09-01", ends_on="2028-08-31"):
    days = {"opens_on": opens_on, "closes_on": closes_on, "starts_on": starts_on, "ends_on": ends_on}
    return {"demonstration_term": {**days, "note": "Invented for tests."}}


DPS = {"tool": "dps", "ruleset": "pcr-2015-dps", "promises": {}}
