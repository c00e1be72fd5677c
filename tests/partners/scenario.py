"""Schools in the register, and Partnership Agreements at each stage, made with the commands. All are invented."""

from calloff.agreements import commands as agreements
from calloff.outbox.models import Message
from calloff.partners import commands
from calloff.partners.models import Partnership
from calloff.partners.school_lookup import host_of, slug_of
from calloff.people.permissions import Role
from calloff.registers.models import School, SchoolLink
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MarketFactory

HELEN = {"name": "Helen Marsh", "role": "Headteacher", "authority": "Governors’ resolution of 3 February"}
OLIVIA = {"name": "Olivia Marsh", "role": "Head of contracts", "authority": "Scheme of delegation 4.2"}
GOVERNORS = {"entity": Partnership.Entity.GOVERNING_BODY, "entity_name": "The governing body of Felpersham School"}
TRUST = {"entity": Partnership.Entity.TRUST, "entity_name": "The Am Vale Trust", "entity_number": "01234567"}


def registered(urn=138001, name="Felpersham School", **facts):
    """Add a school to the register of schools."""
    usual = {
        "la_code": "938", "la_name": "Borsetshire", "kind": "Community school", "phase": "Secondary",
        "group": "Local authority maintained schools", "standing": "Open", "street": "Church Lane",
        "town": "Felpersham", "postcode": "BN11 1LG", "website": "www.felpersham.example", "telephone": "01632960010",
    }  # fmt: skip
    return School.objects.create(urn=urn, name=name, **{**usual, **facts})


def closed(urn, name, *, after, **facts):
    """Add a closed school to the register, together with its successor."""
    school = registered(urn, name, standing="Closed", **facts)
    SchoolLink.objects.create(urn=urn, linked_urn=after, kind="Successor - amalgamated")
    return school


def school(urn=138001, *, host=None, **facts):
    """Return a school in the register that uses Calloff and has users."""
    one = registered(urn, **facts)
    host = host or host_of(one) or AuthorityFactory(la_code=one.la_code)
    return SchoolOrganisationFactory(urn=urn, name=one.name, slug=slug_of(one), host=host)


def market(authority=None):
    return MarketFactory(**({"authority": authority} if authority else {}))


def helen(buyer):
    return person(Role.HEAD, at=buyer)


def olivia(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


def taken_up(buyer, market, **given):
    return commands.take_up(buyer, market, by=helen(buyer), at=given.pop("at", NOW), **{**GOVERNORS, **given})


def code_for(agreement, somebody, at=NOW):
    agreements.send_code(agreement, by=somebody, at=at)
    return Message.objects.filter(address=somebody.email, secret=True).order_by("pk").last().body.split()[1]


def signed(buyer, market, *, at=NOW, **given):
    made = taken_up(buyer, market, at=at, **given)
    code = code_for(made.agreement, helen(buyer), at)
    made.agreement = agreements.sign(made.agreement, by=helen(buyer), at=at, code=code, **HELEN)
    return made


def countersign(made, *, by=None, at=NOW, **given):
    by = by or olivia(made.authority)
    code = given.pop("code", None) or code_for(made.agreement, by, at)
    return commands.countersign(made, by=by, at=at, code=code, **{**OLIVIA, **given})


def binding(buyer, market, *, at=NOW, **given):
    return countersign(signed(buyer, market, at=at, **given), at=at)
