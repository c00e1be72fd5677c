"""Tests that every URL listed on the open data page responds."""

import re

import pytest
from django.urls import reverse

from tests.factories import AuthorityFactory

pytestmark = pytest.mark.django_db


def test_every_url_listed_on_the_open_data_page_responds(client):
    here = AuthorityFactory()
    page = client.get(reverse("public:open-data", args=[here.slug])).content.decode()
    named = set(re.findall(r'href="http://[^/"]+(/(?:oruk|api)[^"]*)"', page))
    assert {"/oruk/v3", "/oruk/v3/services", f"/api/v1/services?authority={here.slug}"} <= named
    for address in named:
        assert client.get(address).status_code == 200
    assert "Open Government Licence" in page
    assert here.name in page


def test_the_directory_links_to_the_open_data_page(client):
    here = AuthorityFactory()
    address = reverse("public:open-data", args=[here.slug])
    assert f'href="{address}"' in client.get(reverse("public:directory", args=[here.slug])).content.decode()
