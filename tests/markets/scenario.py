"""Markets at each stage, which commands make, and the officer who runs the markets."""

from calloff.markets import commands
from calloff.markets.packs.schema import PackPromise
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, UserFactory, person
from tests.factories_markets import pack


def olivia(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


def staffed(authority):
    """Give an authority the evaluator, the approver and the countersigning officer that it needs to open a market."""
    for role in (Role.CONTRACTS_OFFICER, Role.EVALUATOR, Role.APPROVER):
        person(role, at=authority)
    return authority


def caseworker(authority, name="Lena"):
    """Return a person who can get a role in one market, because their own role gives no access to markets."""
    somebody = UserFactory(name=name)
    RoleGrantFactory(person=somebody, organisation=authority, role=Role.SEN_OFFICER)
    return somebody


def load(made=None, *, authority=None, by=None, at=NOW, **changes):
    authority = authority or AuthorityFactory()
    if by is None:
        staffed(authority)
    return commands.load(made or pack(**changes), authority=authority, by=by or olivia(authority), at=at)


def decided_in_time(made):
    """Return a pack that states how long a decision takes, because a market cannot open without this."""
    if "decide_within" in made.promises:
        return made
    own = PackPromise(value=20, citation="Invented for tests")
    return made.model_copy(update={"promises": made.promises | {"decide_within": own}})


def draft(**changes):
    return load(**changes)[0]


def opened(at=NOW, justification="", **changes):
    market = draft(**changes)
    return commands.open(
        market, seen=market.terms.fingerprint, by=olivia(market.authority), at=at, justification=justification
    )


def term(opens_on="2021-09-01", closes_on="2026-04-30", starts_on="2021-09-01", ends_on="2028-08-31"):
    days = {"opens_on": opens_on, "closes_on": closes_on, "starts_on": starts_on, "ends_on": ends_on}
    return {"demonstration_term": {**days, "note": "Invented for tests."}}


DYNAMIC_MARKET = {
    "tool": "dynamic_market", "ruleset": "pa-2023-dynamic-market",
    "promises": {"decide_within": {"value": 10, "citation": "This market's own rule"}},
}  # fmt: skip
FRAMEWORK = {**DYNAMIC_MARKET, "tool": "framework", "ruleset": "pcr-2015-framework"}
DPS = {"tool": "dps", "ruleset": "pcr-2015-dps", "promises": {}}
