"""A school, its people, and a market with a Partnership Agreement. Each test signs in the people that it needs."""

import pytest
from django.urls import reverse

from calloff.people.permissions import Role
from tests.factories import person
from tests.partners.scenario import market as a_market
from tests.partners.scenario import school


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"


@pytest.fixture
def buyer():
    return school(trust="The Am Vale Trust", group="Academies")


@pytest.fixture
def market(buyer):
    return a_market(buyer.host)


@pytest.fixture
def ruth(buyer):
    return person(Role.AP_LEAD, at=buyer)


@pytest.fixture
def helen(buyer):
    return person(Role.HEAD, at=buyer)


@pytest.fixture
def bea(buyer):
    return person(Role.BUYER_ADMINISTRATOR, at=buyer)


@pytest.fixture
def to(buyer):
    """Return a function that returns the URL of one of the buyer's pages."""

    def address(route, *args):
        return reverse(f"buyer:{route}", args=[buyer.slug, *args])

    return address
