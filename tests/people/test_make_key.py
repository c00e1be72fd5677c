"""Tests for making API keys. A key can do no more than the person who made it, and is shown only once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.lifecycles import Refused
from calloff.people import api_keys
from calloff.people.commands import make_key, revoke_key
from calloff.people.commands.api_keys import MAX_KEYS_PER_ORGANISATION
from calloff.people.models import ApiKey, Scope
from calloff.people.permissions import Can, Role, roles_with
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person

pytestmark = pytest.mark.django_db
SOON = (NOW + timedelta(days=30)).date()


def make(at, role, scopes=(), name="Website", expires_on=SOON):
    return make_key(at, name=name, scopes=scopes, expires_on=expires_on, by=person(role, at=at), at=NOW)


def test_an_api_key_is_shown_once_and_only_its_digest_is_stored():
    made = make(ProviderFactory(), Role.PROVIDER_LEAD, [Scope.PRICES, Scope.PRICES])
    assert api_keys.API_TOKEN_PATTERN.fullmatch(made.token)
    kept = ApiKey.objects.get()
    assert kept.scopes == ["directory:prices"]
    assert made.token not in str(vars(kept))
    assert kept.digest == api_keys.digest_api_token(made.token)
    assert api_keys.authenticate_token(made.token, NOW) == kept


def test_no_two_api_keys_are_the_same():
    assert len({api_keys.make_api_token()[1] for _ in range(200)}) == 200


@pytest.mark.parametrize("role", sorted(set(Role) - set(roles_with(Can.MANAGE_PEOPLE))))
def test_only_people_administrators_can_create_an_api_key(role):
    kind = AuthorityFactory if role in {Role.CONTRACTS_OFFICER, Role.EVALUATOR} else ProviderFactory
    with pytest.raises(PermissionDenied):
        make(kind(), role)


@pytest.mark.parametrize(
    ("place", "role", "scope"),
    [
        (SchoolOrganisationFactory, Role.HEAD, Scope.PLACES), (AuthorityFactory, Role.ADMINISTRATOR, Scope.PLACES),
        (ProviderFactory, Role.PROVIDER_LEAD, "everything"),
        (SchoolOrganisationFactory, Role.BUYER_ADMINISTRATOR, Scope.PRICES),
    ],
)  # fmt: skip
def test_an_api_key_can_do_only_what_both_its_organisation_and_its_creator_can_do(place, role, scope):
    with pytest.raises(Refused) as refused:
        make(place(), role, [scope])
    assert refused.value.problems[0].where == "scopes"


@pytest.mark.parametrize("days", [-1, 367])
def test_an_api_key_lasts_no_more_than_a_year(days):
    with pytest.raises(Refused, match="Last day must be"):
        make(ProviderFactory(), Role.PROVIDER_LEAD, expires_on=(NOW + timedelta(days=days)).date())


def test_an_api_key_has_a_unique_name_until_it_is_revoked():
    provider = ProviderFactory()
    made = make(provider, Role.PROVIDER_LEAD)
    with pytest.raises(Refused, match="already a key with this name"):
        make(provider, Role.PROVIDER_LEAD)
    with pytest.raises(Refused, match="Enter the name"):
        make(provider, Role.PROVIDER_LEAD, name="  ")
    revoke_key(made.key, by=made.key.made_by, at=NOW)
    make(provider, Role.PROVIDER_LEAD)


def test_an_organisation_can_have_up_to_20_api_keys():
    provider = ProviderFactory()
    for number in range(MAX_KEYS_PER_ORGANISATION):
        make(provider, Role.PROVIDER_LEAD, name=f"System {number}")
    with pytest.raises(Refused, match="20 keys in use"):
        make(provider, Role.PROVIDER_LEAD, name="One more")


def test_only_people_administrators_can_see_their_organisations_api_keys():
    made = make(ProviderFactory(), Role.PROVIDER_LEAD)
    ours, elsewhere = made.key.organisation, ProviderFactory()
    assert list(ApiKey.objects.visible_to(made.key.made_by, NOW)) == [made.key]
    for stranger in (person(Role.PROVIDER_LEAD, at=elsewhere), person(Role.PROVIDER_STAFF, at=ours)):
        assert not ApiKey.objects.visible_to(stranger, NOW).exists()
