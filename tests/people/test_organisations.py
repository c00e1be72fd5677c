"""Tests for registering a provider, creating an authority and recording a name from a document.

All names are unique.
"""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.kernel.references import organisation_name_key
from calloff.people.commands import amend_details, found, record, register
from calloff.people.models import Organisation, OrganisationName, RoleGrant
from calloff.people.permissions import AUTHORITY_ROLES, Can, Role
from calloff.people.queries import find_provider_by_name
from calloff.people.states import OrganisationStatus
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def zed():
    return UserFactory(name="Zed")


def registered(zed, name="Ash Barn Learning Ltd", **given):
    return register(by=zed, at=NOW, name=name, **({"form": "sole_trader"} | given))


def test_a_person_who_registers_a_provider_becomes_its_lead_and_signatory(zed):
    provider = registered(zed)
    assert provider.status == OrganisationStatus.REGISTERED
    assert zed.roles_at(provider, NOW) == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}
    assert zed.can(Can.APPLY, organisation=provider, at=NOW)
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    "spelling",
    ["ASH BARN LEARNING LIMITED", "The Ash Barn Learning", "Ash-Barn Learning CIO"],
)
def test_a_name_that_exists_in_another_spelling_is_refused_and_leaves_no_trace(zed, spelling):
    registered(zed)
    before = (Organisation.objects.count(), RoleGrant.objects.count(), Event.objects.count())
    with pytest.raises(Refused, match="with this name is already registered"):
        registered(UserFactory(), spelling)
    assert (Organisation.objects.count(), RoleGrant.objects.count(), Event.objects.count()) == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"form": "company", "company_number": "01234567"}, "company number is already registered"),
        ({"form": "charity", "charity_number": "1234567"}, "charity number is already registered"),
    ],
)
def test_a_registration_number_can_be_used_by_only_one_organisation(zed, given, words):
    registered(zed, **given)
    with pytest.raises(Refused, match=words):
        registered(UserFactory(), "Quite Another", **given)


@pytest.mark.parametrize(("form", "words"), [("company", "company number"), ("charity", "charity number")])
def test_companies_and_charities_must_enter_their_registration_number(zed, form, words):
    with pytest.raises(Refused, match=words):
        registered(zed, form=form)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_several_organisations_register_one_name_at_the_same_moment_only_one_gets_it():
    zed = UserFactory()
    results = all_at_once(lambda: registered(zed), times=4)
    assert results.count("done") == 1
    assert Organisation.objects.count() == OrganisationName.objects.count() == 1


def test_two_providers_with_similar_names_get_different_web_addresses(zed):
    first = registered(zed, "Ash Barn")
    second = registered(zed, "Ash  Barn!! North")
    third = registered(zed, "Ash Barn & Co")
    assert len({first.slug, second.slug, third.slug}) == 3
    fourth = registered(UserFactory(), "学び")
    assert fourth.slug


def test_each_person_can_make_a_limited_number_of_registrations_an_hour(zed):
    for name in ("Ash Barn", "Birch Barn", "Cedar Barn"):
        registered(zed, name)
    with pytest.raises(Refused, match="several organisations today"):
        registered(zed, "Elm Barn")
    assert registered(UserFactory(), "Elm Barn")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BrightTeach Ltd", "Brightteach Limited"),
        ("Smith & Sons", "smith and sons"),
        ("St. Mary's Farm", "St Marys Farm"),
        ("The Old Barn CIC", "Old Barn"),
        ("Café Étude", "Cafe Etude"),
    ],
)
def test_two_spellings_of_an_organisation_name_have_the_same_key(one, other):
    assert organisation_name_key(one) == organisation_name_key(other)


@pytest.mark.parametrize("name", ["Limited", "The", "The Limited", "Ltd"])
def test_a_name_made_only_of_words_such_as_limited_keeps_those_words_in_its_key(name):
    assert organisation_name_key(name)


def test_a_provider_recorded_from_a_printed_list_has_no_users():
    host = AuthorityFactory()
    officer = person(Role.CONTRACTS_OFFICER, at=host)
    provider = record(
        name="Brook Studio", aliases=("The Brook Studio Ltd", "Brookstudio North"), host=host, by=officer, at=NOW
    )
    assert (provider.status, provider.host, provider.form) == (OrganisationStatus.RECORDED, host, "")
    assert find_provider_by_name("BROOKSTUDIO NORTH") == find_provider_by_name("brook studio limited") == provider
    assert not RoleGrant.objects.filter(organisation=provider).exists()
    assert record(name="Brook Studio Ltd", host=host, by=officer, at=NOW) == provider
    assert Organisation.objects.filter(kind="provider").count() == 1


def test_only_market_managers_of_the_host_can_record_a_provider():
    host = AuthorityFactory()
    for somebody in (person(Role.APPROVER, at=host), person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())):
        with pytest.raises(PermissionDenied):
            record(name="Brook Studio", host=host, by=somebody, at=NOW)
    assert not OrganisationName.objects.exists()


def test_creating_an_authority_also_creates_its_first_officer():
    maud = UserFactory()
    authority = found(kind="authority", name="Ambridge", slug="ambridge", by=maud, at=NOW, roles=AUTHORITY_ROLES)
    assert maud.roles_at(authority, NOW) == set(AUTHORITY_ROLES)


def test_a_provider_lead_can_edit_the_details_but_staff_cannot():
    provider = ProviderFactory()
    words = {"address": "Mill Lane", "telephone": "01903 000000", "website": "https://example.org"}
    with pytest.raises(PermissionDenied):
        amend_details(provider, by=person(Role.PROVIDER_STAFF, at=provider), at=NOW, **words)
    amend_details(provider, by=person(Role.PROVIDER_LEAD, at=provider), at=NOW, **words)
    provider.refresh_from_db()
    assert provider.website == "https://example.org"
