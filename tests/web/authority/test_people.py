"""Tests for the page that lists an authority's people."""

import re

import pytest
from django.urls import reverse

from calloff.people.permissions import AUTHORITY_ROLES, Role
from tests.factories import AuthorityFactory, person

pytestmark = pytest.mark.django_db


def test_the_people_page_explains_every_role_that_an_authority_can_give(client):
    authority = AuthorityFactory()
    client.force_login(person(Role.CONTRACTS_OFFICER, at=authority))
    page = client.get(reverse("authority:people", args=[authority.slug])).content.decode()
    explained = page[page.index("What each role can do") :]
    named = re.findall(r'<th scope="row"[^>]*>([^<]+)</th>', explained)
    assert named == [str(role.label) for role in AUTHORITY_ROLES]
    assert "see who a child is" in explained
