"""Tests for adding a site to a provider."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.directory.commands import add_site
from calloff.directory.models import Site
from calloff.directory.queries import sites_of
from calloff.directory.states import SiteStatus
from calloff.history.models import Event
from calloff.history.queries import history_of
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.registers.models import Postcode
from tests.concurrency import all_at_once
from tests.directory.unauthorised_users import STRANGERS, stranger
from tests.factories import NOW, ProviderFactory, person
from tests.factories_markets import SiteFactory

WORTHING = Point(514_000, 102_500)


@pytest.fixture
def provider(db):
    return ProviderFactory()


@pytest.fixture
def ada(provider):
    return person(Role.PROVIDER_LEAD, at=provider)


def place(**changes):
    said = {"name": "Windmill Farm", "address": "Windmill Lane", "town": "Felpersham", "postcode": "bn111lg"}
    return said | {"access": "Step-free from the yard."} | changes


def add(provider, by, **changes):
    return add_site(provider, by=by, at=NOW, **place(**changes))


def test_a_new_site_is_open_and_has_the_details_entered(provider, ada):
    site = add(provider, ada)
    site.refresh_from_db()
    assert (site.provider, site.status) == (provider, SiteStatus.OPEN)
    assert (site.name, site.address, site.town) == ("Windmill Farm", "Windmill Lane", "Felpersham")
    assert site.access == "Step-free from the yard."


def test_the_postcode_of_a_site_is_formatted_and_gives_its_position(provider, ada):
    Postcode.objects.create(postcode="BN11 1LG", position=WORTHING)
    site = add(provider, ada)
    site.refresh_from_db()
    assert (site.postcode, site.position) == ("BN11 1LG", WORTHING)


def test_a_site_with_an_unknown_postcode_has_no_position(provider, ada):
    assert add(provider, ada).position is None


@pytest.mark.parametrize("typed", ["", "BN11", "Worthing", "BN11 1L", "99999", "BN11 1LG!"])
def test_an_invalid_postcode_is_refused_with_an_error_next_to_its_field(provider, ada, typed):
    with pytest.raises(Refused, match="Enter a full UK postcode") as refused:
        add(provider, ada, postcode=typed)
    assert [problem.where for problem in refused.value.problems] == ["postcode"]
    assert not Site.objects.exists()


@pytest.mark.parametrize("empty", ["name", "address", "town"])
def test_empty_required_fields_in_the_form_for_a_site_are_reported(provider, ada, empty):
    with pytest.raises(Refused, match="Enter") as refused:
        add(provider, ada, **{empty: " "})
    assert [problem.where for problem in refused.value.problems] == [empty]
    assert not Site.objects.exists()


def test_a_provider_cannot_have_two_open_sites_with_the_same_name(provider, ada):
    SiteFactory(provider=provider, name="Windmill Farm")
    with pytest.raises(Refused, match="You already have a site with this name"):
        add(provider, ada)
    assert not Event.objects.exists()


def test_names_of_closed_sites_or_of_other_providers_sites_can_be_reused(provider, ada):
    SiteFactory(name="Windmill Farm")
    SiteFactory(provider=provider, name="Windmill Farm", status=SiteStatus.CLOSED)
    assert add(provider, ada).name == "Windmill Farm"


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_sites_with_the_same_name_is_created():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    results = all_at_once(lambda: add(provider, ada), times=4)
    assert results == ["You already have a site with this name."] * 3 + ["done"]
    assert Site.objects.count() == 1


def test_provider_staff_can_add_a_site(provider):
    site = add(provider, person(Role.PROVIDER_STAFF, at=provider))
    assert site.status == SiteStatus.OPEN


@pytest.mark.parametrize("who", STRANGERS)
def test_people_at_other_organisations_cannot_add_a_site(provider, who):
    with pytest.raises(PermissionDenied):
        add(provider, stranger(who, provider))
    assert not Site.objects.exists()


def test_the_history_begins_with_who_added_the_site_and_when(provider, ada):
    [born] = history_of(add(provider, ada))
    assert (born.verb, born.event.by, born.event.at, born.event.acting_for) == ("add_site", ada, NOW, str(provider))


def test_only_people_at_the_provider_can_see_its_site(provider, ada):
    site = add(provider, ada)
    assert list(sites_of(provider, person=ada, at=NOW)) == [site]
    for who in STRANGERS:
        seen = sites_of(provider, person=stranger(who, provider), at=NOW)
        assert list(seen) == ([site] if who == "signatory" else []), who
