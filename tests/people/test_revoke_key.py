"""Tests for revoking an API key, which is permanent."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.kernel.lifecycles import Refused
from calloff.people import api_keys
from calloff.people.commands import make_key, revoke_key
from calloff.people.permissions import Role
from calloff.people.states import ApiKeyStatus
from tests.factories import NOW, ProviderFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    provider = ProviderFactory()
    last = (NOW + timedelta(days=30)).date()
    by = person(Role.PROVIDER_LEAD, at=provider)
    return make_key(provider, name="Website", scopes=[], expires_on=last, by=by, at=NOW)


def test_a_revoked_api_key_never_works_again(made):
    revoked = revoke_key(made.key, by=made.key.made_by, at=NOW)
    assert (revoked.status, revoked.revoked_at) == (ApiKeyStatus.REVOKED, NOW)
    with pytest.raises(Refused, match="revoked"):
        api_keys.authenticate_token(made.token, NOW)
    with pytest.raises(Refused, match="You cannot do this now"):
        revoke_key(made.key, by=made.key.made_by, at=NOW)


def test_only_people_administrators_can_revoke_an_api_key(made):
    for by in (
        person(Role.PROVIDER_STAFF, at=made.key.organisation),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
    ):
        with pytest.raises(PermissionDenied):
            revoke_key(made.key, by=by, at=NOW)
    assert api_keys.authenticate_token(made.token, NOW) == made.key
