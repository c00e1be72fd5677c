import pytest

from calloff.people.permissions import Role
from tests.factories import ProviderFactory, person


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"


@pytest.fixture
def provider():
    return ProviderFactory()


@pytest.fixture
def ada(provider):
    return person(Role.PROVIDER_LEAD, at=provider)
