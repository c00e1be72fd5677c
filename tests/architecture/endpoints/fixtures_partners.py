"""Test data for endpoints: the schools, and Partnership Agreements with each status that pages show."""

from calloff.agreements.models import Signature
from calloff.documents.commands import save_made_pdf
from calloff.partners.school_lookup import slug_of
from calloff.people import commands as people
from calloff.people.permissions import Role
from calloff.registers.models import School
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, SchoolOrganisationFactory, UserFactory
from tests.factories_markets import MarketFactory
from tests.factories_placements import PartnershipFactory

A_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def schools(world):
    """Add schools to the register: two that use Calloff, and one at which no one uses it."""
    world.school = _here(138001, "Felpersham School", world.authority)
    world.other_school = _here(138101, "Lakeside School", world.authority)
    world.another_school = _registered(138201, "Felpersham Primary")


def make(world):
    """Make the agreements of the school: one in force in the first market, and one with each other status."""
    paper = save_made_pdf(A_PDF, "partnership.pdf", at=NOW)
    world.partnership = PartnershipFactory(buyer=world.school, market=world.market, agreement__paper=paper)
    PartnershipFactory(buyer=world.other_school, market=world.market)
    world.market_to_sign = MarketFactory(authority=world.authority)
    world.partnership_to_sign = _of_another_market(world, unsigned=True)
    world.partnership_to_countersign = _of_another_market(world, to_countersign=True)
    agreement = world.partnership_to_countersign.agreement
    Signature.objects.create(
        agreement=agreement, side=Signature.Side.BUYER, person=world.helen, name="Helen", role="Head",
        authority="The governors", text_sha256=agreement.text.sha256, signed_at=NOW,
    )  # fmt: skip
    world.ended_partnership = _of_another_market(world, expired=True)
    world.buyer_role = RoleGrantFactory(person=UserFactory(name="Fern"), organisation=world.school, role=Role.FINANCE)
    world.school_request = people.ask_to_join(
        world.other_school, by=UserFactory(name="Glen"), at=NOW, said="I am new.", role=Role.AP_LEAD
    )


def more(world):
    """Add one row to each list about partners."""
    one = School.objects.count()
    school = _here(139000 + one, f"Ambridge {one} School", world.authority)
    PartnershipFactory(buyer=school, market=world.market)
    PartnershipFactory(buyer=_here(149000 + one, f"Loxley {one}", AuthorityFactory()))
    _registered(159000 + one, f"Hollerton {one} School")
    _of_another_market(world)
    RoleGrantFactory(person=UserFactory(), organisation=world.school, role=Role.FINANCE)
    people.ask_to_join(world.school, by=UserFactory(), at=NOW, said="I am new.", role=Role.FINANCE)


def _of_another_market(world, **given):
    return PartnershipFactory(buyer=world.school, market=MarketFactory(authority=world.authority), **given)


def _here(urn, name, host):
    slug = slug_of(_registered(urn, name))
    return SchoolOrganisationFactory(name=name, slug=slug, urn=urn, host=host)


def _registered(urn, name):
    return School.objects.create(
        urn=urn, name=name, la_code="938", la_name="Borsetshire", kind="Community school", standing="Open",
        group="Local authority maintained schools", telephone="01632960010",
    )  # fmt: skip
