"""Tests that old URLs redirect, and that the page says so if a submission was not saved."""

import pytest
from django.urls import reverse

from calloff.people.permissions import Role
from calloff.web.old_addresses import PAGE_CHANGED_MESSAGE
from tests.factories import AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_placements import PupilFactory

pytestmark = pytest.mark.django_db


def a_provider():
    ours = ProviderFactory()
    path = f"/providers/{ours.slug}/people"
    return person(Role.PROVIDER_LEAD, at=ours), f"{path}/add", f"{path}/invite"


def a_school():
    ours = SchoolOrganisationFactory()
    path = f"/buyers/{ours.slug}/people"
    return person(Role.HEAD, at=ours), f"{path}/add", f"{path}/invite"


def an_authority():
    ours = AuthorityFactory()
    path = f"/authorities/{ours.slug}/people"
    return person(Role.ADMINISTRATOR, at=ours), f"{path}/appoint", f"{path}/invite"


def a_pupil():
    pupil = PupilFactory()
    path = reverse("buyer:pupil", args=[pupil.buyer.slug, pupil.reference])
    return person(Role.AP_LEAD, at=pupil.buyer), f"{path}/keep-contacts", path


@pytest.mark.parametrize("made", [a_provider, a_school, an_authority, a_pupil])
def test_an_old_url_redirects_to_its_new_url(client, made):
    who, old, new = made()
    client.force_login(who)
    assert client.get(old)["Location"] == new
    sent = client.post(old, {"name": "Jonty"}, follow=True)
    assert sent.redirect_chain[0][0] == new
    assert PAGE_CHANGED_MESSAGE in sent.content.decode()
    assert PAGE_CHANGED_MESSAGE not in client.get(new).content.decode()
