"""Registering a provider, founding an authority, recording a printed name: a name is used once, in any spelling."""

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


def test_whoever_registers_leads_and_signs(zed):
    provider = registered(zed)
    assert provider.status == OrganisationStatus.REGISTERED
    assert zed.roles_at(provider, NOW) == {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}
    assert zed.can(Can.APPLY, organisation=provider, at=NOW)
    assert Event.objects.count() == 3


@pytest.mark.parametrize(
    "spelling",
    ["ASH BARN LEARNING LIMITED", "The Ash Barn Learning", "Ash-Barn Learning CIO"],
)
def test_a_name_in_another_spelling_is_refused_and_leaves_nothing(zed, spelling):
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
def test_a_number_is_used_once(zed, given, words):
    registered(zed, **given)
    with pytest.raises(Refused, match=words):
        registered(UserFactory(), "Quite Another", **given)


@pytest.mark.parametrize(("form", "words"), [("company", "company number"), ("charity", "charity number")])
def test_a_company_gives_its_number_and_so_does_a_charity(zed, form, words):
    with pytest.raises(Refused, match=words):
        registered(zed, form=form)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_of_many_registrations_at_once_one_gets_the_name():
    zed = UserFactory()
    told = all_at_once(lambda: registered(zed), times=4)
    assert told.count("done") == 1
    assert Organisation.objects.count() == OrganisationName.objects.count() == 1


def test_two_providers_with_like_names_have_addresses_of_their_own(zed):
    first = registered(zed, "Ash Barn")
    second = registered(zed, "Ash  Barn!! North")
    third = registered(zed, "Ash Barn & Co")
    assert len({first.slug, second.slug, third.slug}) == 3
    fourth = registered(UserFactory(), "学び")
    assert fourth.slug


def test_one_person_registers_only_so_many_in_an_hour(zed):
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
def test_two_spellings_have_one_key(one, other):
    assert organisation_name_key(one) == organisation_name_key(other)


@pytest.mark.parametrize("name", ["Limited", "The", "The Limited", "Ltd"])
def test_a_name_of_nothing_but_endings_keeps_them(name):
    assert organisation_name_key(name)


def test_recording_a_printed_name_gives_nobody_a_log_in():
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


def test_recording_is_for_who_runs_the_host_s_markets():
    host = AuthorityFactory()
    for somebody in (person(Role.APPROVER, at=host), person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())):
        with pytest.raises(PermissionDenied):
            record(name="Brook Studio", host=host, by=somebody, at=NOW)
    assert not OrganisationName.objects.exists()


def test_an_authority_is_founded_with_its_first_officer():
    maud = UserFactory()
    authority = found(kind="authority", name="Ambridge", slug="ambridge", by=maud, at=NOW, roles=AUTHORITY_ROLES)
    assert maud.roles_at(authority, NOW) == set(AUTHORITY_ROLES)


def test_the_lead_keeps_the_details_and_staff_do_not():
    provider = ProviderFactory()
    words = {"address": "Mill Lane", "telephone": "01903 000000", "website": "https://example.org"}
    with pytest.raises(PermissionDenied):
        amend_details(provider, by=person(Role.PROVIDER_STAFF, at=provider), at=NOW, **words)
    amend_details(provider, by=person(Role.PROVIDER_LEAD, at=provider), at=NOW, **words)
    provider.refresh_from_db()
    assert provider.website == "https://example.org"
