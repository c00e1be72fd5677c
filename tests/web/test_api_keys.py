"""Tests for the pages about API keys, which are shown once, listed for people administrators, and revoked
permanently.
"""

import re
from datetime import timedelta

import pytest

from calloff.people.commands import make_key
from calloff.people.models import ApiKey
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, TeamFactory, person
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
LAST = (NOW + timedelta(days=90)).date()
SENT = {"name": "Website", "expires_on-day": LAST.day, "expires_on-month": LAST.month, "expires_on-year": LAST.year}
HOUSES = [
    ("providers", ProviderFactory, Role.PROVIDER_LEAD, ["directory:prices", "services:places"]),
    ("buyers", SchoolOrganisationFactory, Role.HEAD, ["directory:prices"]),
    ("buyers", TeamFactory, Role.HEAD, ["directory:prices"]),
    ("authorities", AuthorityFactory, Role.ADMINISTRATOR, ["directory:prices"]),
]


@pytest.fixture(autouse=True)
def _without_a_second_step(settings):
    settings.DEMONSTRATION = True


@pytest.mark.parametrize(("root", "place", "role", "scopes"), HOUSES)
def test_a_new_api_key_is_shown_once_and_works(root, place, role, scopes):
    organisation = place()
    client = browser(person(role, at=organisation))
    here = f"/{root}/{organisation.slug}/api-keys"
    page = client.post(f"{here}/make", SENT | {"scopes": scopes})
    (token,) = re.findall(r"calloff_[a-z0-9]{8}_[A-Za-z0-9]{40}", page.content.decode())
    assert "no-store" in page["Cache-Control"]
    listed = client.get(here).content.decode()
    assert token not in listed
    assert "Website" in listed
    assert "Not yet" in listed
    client.logout()
    data = client.get("/api/v1/key", headers={"Authorization": f"Bearer {token}"}).json()
    assert (data["organisation"], data["may"]) == (organisation.name, scopes)


def test_clicking_twice_shows_that_the_key_exists_and_links_to_revoking_it():
    provider = ProviderFactory()
    client = browser(person(Role.PROVIDER_LEAD, at=provider))
    here = f"/providers/{provider.slug}/api-keys"
    sent = SENT | {"once_key": "a-key-drawn-with-the-page"}
    token = re.search(r"calloff_[a-z0-9]{8}_[A-Za-z0-9]{40}", client.post(f"{here}/make", sent).content.decode())[0]
    second = client.post(f"{here}/make", sent)
    assert (second.status_code, second.url) == (303, here)
    page = client.get(second.url).content.decode()
    assert "The key for Website has been created and cannot be shown again." in page
    assert f"{here}/{ApiKey.objects.get().pk}/revoke" in page
    assert token not in page


def test_people_who_can_create_an_api_key_see_a_link_on_the_organisation_page():
    provider = ProviderFactory()
    for role, linked in ((Role.PROVIDER_LEAD, True), (Role.PROVIDER_STAFF, False)):
        client = browser(person(role, at=provider))
        page = client.get(f"/providers/{provider.slug}/details").content.decode()
        assert ("Keys for other systems" in page) is linked


def test_if_there_are_errors_they_are_shown_and_no_api_key_is_created():
    provider = ProviderFactory()
    client = browser(person(Role.PROVIDER_LEAD, at=provider))
    page = client.post(f"/providers/{provider.slug}/api-keys/make", SENT | {"expires_on-year": LAST.year + 2})
    assert page.status_code == 200
    assert "Last day must be between today and" in page.content.decode()
    assert not ApiKey.objects.exists()


def test_a_revoked_api_key_stays_in_the_list():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    key = make_key(provider, name="Website", scopes=[], expires_on=LAST, by=ada, at=NOW).key
    client = browser(ada)
    here = f"/providers/{provider.slug}/api-keys"
    assert client.post(f"{here}/{key.pk}/revoke").status_code == 303
    assert "Revoked" in client.get(here).content.decode()
    assert client.get(f"{here}/{key.pk}/revoke").status_code == 409  # The page warns that this cannot be undone.


def test_an_expired_api_key_is_marked_as_expired(monkeypatch):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    make_key(provider, name="Website", scopes=[], expires_on=NOW.date(), by=ada, at=NOW - timedelta(days=1))
    monkeypatch.setattr("calloff.kernel.clock.now", lambda: NOW + timedelta(days=1))
    client = browser(ada)
    assert "Expired" in client.get(f"/providers/{provider.slug}/api-keys").content.decode()


def test_another_organisations_api_key_returns_404():
    theirs = ProviderFactory()
    key = make_key(
        theirs, name="Website", scopes=[], expires_on=LAST, by=person(Role.PROVIDER_LEAD, at=theirs), at=NOW
    ).key
    ours = ProviderFactory()
    client = browser(person(Role.PROVIDER_LEAD, at=ours))
    assert client.get(f"/providers/{ours.slug}/api-keys/{key.pk}/revoke").status_code == 404
    assert client.get(f"/providers/{theirs.slug}/api-keys").status_code == 404


def test_the_api_page_is_generated_from_the_api_document(client):
    page = client.get("/api-docs").content.decode()
    for words in (
        "/api/v1/services/{uuid}/places",
        "services:places",
        "main_needs",
        "Retry-After",
        "120 requests a minute",
    ):
        assert words in page
