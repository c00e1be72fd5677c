"""Tests for changing the details of a provider's site."""

from itertools import count

import pytest
from django.core.exceptions import PermissionDenied

from calloff.directory.commands import amend as amend_service
from calloff.directory.commands import amend_site, approve_change
from calloff.directory.models import ServiceChange
from calloff.directory.states import SiteStatus
from calloff.history.models import Event
from calloff.history.queries import history_of
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tests.concurrency import all_at_once
from tests.directory.unauthorised_users import STRANGERS, stranger
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory, ServiceFactory, SiteFactory

BRIGHTON = Point(531_000, 104_000)


@pytest.fixture
def site(db):
    return SiteFactory(name="Windmill Farm")


@pytest.fixture
def ada(site):
    return person(Role.PROVIDER_LEAD, at=site.provider)


def amend(site, by, **changes):
    said = {name: getattr(site, name) for name in ("name", "address", "town", "postcode", "access")}
    return amend_site(site, by=by, at=NOW, **said | changes)


def test_an_amended_site_has_the_new_details(site, ada):
    amend(site, ada, name="Windmill Hill", access="A ramp at the back.")
    site.refresh_from_db()
    assert (site.name, site.access, site.status) == ("Windmill Hill", "A ramp at the back.", SiteStatus.OPEN)


def test_a_new_postcode_changes_the_position_of_the_site(site, ada):
    Postcode.objects.create(postcode="BN1 1AA", position=BRIGHTON)
    amend(site, ada, postcode="bn1 1aa", town="Brighton")
    site.refresh_from_db()
    assert (site.postcode, site.position) == ("BN1 1AA", BRIGHTON)
    amend(site, ada, postcode="BN1 1ZZ")
    site.refresh_from_db()
    assert site.position is None  # the new position is unknown, and it would be wrong to keep the old position


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"postcode": "Brighton"}, "Enter a full UK postcode"),
        ({"name": ""}, "Enter the name of the site"),
        ({"address": "  "}, "Enter the address of the site"),
        ({"town": ""}, "Enter the town the site is in"),
    ],
)
def test_invalid_details_of_a_site_are_reported_and_nothing_changes(site, ada, wrong, words):
    with pytest.raises(Refused, match=words) as refused:
        amend(site, ada, access="New words", **wrong)
    assert [problem.where for problem in refused.value.problems] == list(wrong)
    site.refresh_from_db()
    assert (site.name, site.access) == ("Windmill Farm", "")
    assert not Event.objects.exists()


def test_changing_a_name_to_that_of_another_open_site_is_refused(site, ada):
    SiteFactory(provider=site.provider, name="The Barn")
    with pytest.raises(Refused, match="You already have a site with this name"):
        amend(site, ada, name="The Barn")
    site.refresh_from_db()
    assert site.name == "Windmill Farm"


def test_a_closed_site_cannot_be_amended(db):
    site = SiteFactory(status=SiteStatus.CLOSED)
    with pytest.raises(Refused, match="the status is “Closed”"):
        amend(site, person(Role.PROVIDER_LEAD, at=site.provider), name="Elsewhere")


def test_provider_staff_can_amend_a_site(site):
    assert amend(site, person(Role.PROVIDER_STAFF, at=site.provider), town="Ambridge").town == "Ambridge"


@pytest.mark.parametrize("who", STRANGERS)
def test_people_at_other_organisations_cannot_amend_a_site(site, who):
    with pytest.raises(PermissionDenied):
        amend(site, stranger(who, site.provider), town="Elsewhere")
    site.refresh_from_db()
    assert site.town == "Felpersham"


def test_the_history_shows_who_changed_the_site_and_when(site, ada):
    amend(site, ada, town="Ambridge")
    [told] = history_of(site)
    assert (told.verb, told.event.by, told.event.at) == ("amend_site", ada, NOW)


def test_a_service_that_moves_leaves_its_old_site_and_keeps_its_other_sites(ada, site):
    satellite, new = SiteFactory(provider=site.provider), SiteFactory(provider=site.provider)
    service = ServiceFactory(member=MemberFactory(provider=site.provider), site=site, more_sites=[satellite])
    amend_service(service, by=ada, at=NOW, site=new)
    officer = person(Role.QUALITY_OFFICER, at=service.authority)
    moved = approve_change(ServiceChange.objects.get(), by=officer, at=NOW).service
    assert set(moved.at_sites.values_list("site", flat=True)) == {new.pk, satellite.pk}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_a_site_and_its_service_can_be_changed_at_the_same_moment():
    site = SiteFactory(town="Felpersham")
    service = ServiceFactory(member=MemberFactory(provider=site.provider), site=site)
    ada = person(Role.PROVIDER_LEAD, at=site.provider)
    turn = count()

    def one_of_them():
        if next(turn) % 2:
            amend_service(service, by=ada, at=NOW, hours="Late on Fridays")
        else:
            amend(site, ada, town="Ambridge")

    assert all_at_once(one_of_them) == ["done"] * 8  # a deadlock here would raise an error
    service.refresh_from_db()
    assert ("Ambridge" in service.around, "Felpersham" in service.around) == (True, False)
