import pytest

from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, SchoolOrganisationFactory, person


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def school(authority):
    return SchoolOrganisationFactory(host=authority)


@pytest.fixture
def fay(school):
    """Return Fay, who manages the budgets of the school."""
    return person(Role.FINANCE, at=school)


@pytest.fixture
def ruth(school):
    """Return Ruth, the AP lead, who places orders."""
    return person(Role.AP_LEAD, at=school)
