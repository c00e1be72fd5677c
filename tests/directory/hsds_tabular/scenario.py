"""A directory with one record of each kind, and the files exported from it. Every organisation is invented."""

import csv
from datetime import date, time
from decimal import Decimal

from calloff.directory import search_text
from calloff.directory.opening_hours import OpenPeriod, week_rows
from calloff.kernel.geography import Point
from calloff.members.models import Member
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, person
from tests.factories_markets import MarketFactory, MemberFactory, PriceFactory, ServiceFactory, SiteFactory, lot


def two_providers():
    """Create a farm with several sites and a published price, and a tutor without a fixed place.

    Both are in Borchester.
    """
    Postcode.objects.create(postcode="BN11 1LG", position=Point(514_000, 102_500))
    ours = AuthorityFactory(name="Borchester Council", slug="borchester")
    market = MarketFactory(authority=ours, code="TST", prices_public=True)
    farm = ProviderFactory(name="Windmill Farm", slug="windmill", company_number="09876543")
    tutors = ProviderFactory(name="Tideway Tutors", slug="tideway", company_number="", charity_number="1123456")
    one = MemberFactory(market=market, provider=farm)
    two = MemberFactory(market=market, provider=tutors, lot=lot(market, 2))
    barn = SiteFactory(provider=farm, name="The barn", address="Windmill Lane\nUpper Green", access="Level, no steps.")
    far = SiteFactory(
        provider=farm,
        name="The far field",
        run_by="Hollow Ltd",
        town="Penny Hassett",
        postcode="BN11 9ZZ",
        position=None,
    )
    mornings = ServiceFactory(
        member=one, site=barn, name="Farm mornings", slug="farm-mornings", main_needs=["SEMH"], gender="girls",
        team="Two teachers.", qualifications=["gcse"], reach=12,
        area="Borchester and Felpersham", registration="school", registration_number="100001", a_day="Feeding first.",
        asking="=Telephone us", transport="arranged",
        description="- Animals\n- “Growing” food, and a café", places_at=NOW,
    )  # fmt: skip
    at(mornings, barn, far)
    mornings.week = week_rows([
        *(OpenPeriod(day, time(9, 30), time(12)) for day in ("mon", "tue")),
        *(OpenPeriod(day, time(12, 30), time(14, 30)) for day in ("mon", "tue")),
        OpenPeriod("thu", time(10), time(13), far.pk, date(2026, 4, 13), date(2026, 7, 17)),
    ])  # fmt: skip
    mornings.save(update_fields=["week"])
    PriceFactory(service=mornings, lasts=Decimal(5), includes="lunch", ends_on=date(2030, 1, 1))
    at(ServiceFactory(
        member=two, site=None, mode="online", name="Maths online", slug="maths-online", places=0, places_at=NOW,
        week=[], hours="By arrangement",
    ))  # fmt: skip
    return ours


def at(service, *sites):
    """Add sites to a service made by a factory, as the commands do."""
    search_text.set_sites(service, sites)
    search_text.update_search_text(service, sites)
    service.save(update_fields=["around"])


def sister(ours, *, code="SIS", providers=None):
    """Create another authority with a market like the first authority's, and with the same providers or others."""
    theirs = AuthorityFactory(name="Felpersham Council", slug="felpersham")
    market = MarketFactory(authority=theirs, code=code, prices_public=True)
    for member in Member.objects.filter(authority=ours).order_by("pk"):
        provider = (providers or {}).get(member.provider.slug, member.provider)
        MemberFactory(market=market, provider=provider, lot=lot(market, member.lot.number))
    return theirs


def keeper(*providers):
    """Return one person who manages the services of several providers."""
    first, *others = providers
    ada = person(Role.PROVIDER_LEAD, at=first)
    for other in others:
        if not ada.roles_at(other, NOW):
            RoleGrantFactory(person=ada, organisation=other, role=Role.PROVIDER_LEAD)
    ada.forget_roles()
    return ada


def table(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def rewrite(folder, name, change):
    """Apply a function to the rows of a CSV file, and write the result back to the file."""
    rows = table(folder, name)
    header = list(rows[0])
    changed = change(rows)
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows if changed is None else changed)
