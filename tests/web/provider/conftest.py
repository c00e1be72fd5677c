"""A provider, its people, and an open market. Each test signs in the people that it needs."""

import pytest
from django.urls import reverse

from calloff.people.permissions import Role
from tests.factories import ProviderFactory, person
from tests.factories_markets import ApplicationFactory, MarketFactory


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"


@pytest.fixture
def provider():
    return ProviderFactory(slug="windmill", name="Windmill Hill Learning")


@pytest.fixture
def ada(provider):
    return person(Role.PROVIDER_LEAD, at=provider)


@pytest.fixture
def ben(provider):
    return person(Role.PROVIDER_STAFF, at=provider)


@pytest.fixture
def sian(provider):
    return person(Role.PROVIDER_SIGNATORY, at=provider)


@pytest.fixture
def market():
    return MarketFactory()


@pytest.fixture
def draft(provider, market):
    return ApplicationFactory(provider=provider, market=market)


@pytest.fixture
def to(provider):
    """Return a function that returns the URL of one of the provider's pages."""

    def address(route, *args):
        return reverse(f"provider:{route}", args=[provider.slug, *args])

    return address


@pytest.fixture
def signed_in(client, ada):
    client.force_login(ada)
    return client
