"""What an organisation allows its people for signing in."""

import pytest
from django.urls import reverse

from calloff.accounts import commands, queries
from calloff.history.models import Event
from calloff.people.permissions import Role
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.strangers import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


def test_who_manages_people_says_whether_codes_by_email_count(client):
    school = SchoolOrganisationFactory()
    helen = person(Role.HEAD, at=school)
    client.force_login(helen)
    client.post(reverse("buyer:sign-in-set", args=[school.slug]), {"email_codes": "no"})
    assert not queries.email_codes_at(school)
    assert not queries.email_codes_allowed(helen, NOW)
    event = Event.objects.get()
    assert (event.verb, event.changes) == ("set_sign_in", {"codes by email": [True, False]})
    client.post(reverse("buyer:sign-in-set", args=[school.slug]), {"email_codes": "yes"})
    assert queries.email_codes_at(school)


def test_nobody_else_does():
    school = SchoolOrganisationFactory()
    others = everybody_but(Role.HEAD, Role.BUYER_ADMINISTRATOR, buyer=school)
    assert_denied(lambda somebody: commands.set_sign_in(school, email_codes=False, by=somebody, at=NOW), others)
