"""Tests for the rules that an organisation sets for how its people sign in."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calloff.accounts import commands, queries
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import end
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


def test_a_people_administrator_decides_whether_emailed_codes_are_allowed(client):
    school = SchoolOrganisationFactory()
    helen = person(Role.HEAD, at=school)
    client.force_login(helen)
    client.post(reverse("buyer:sign-in-set", args=[school.slug]), {"email_codes": "no"})
    assert not queries.allows_email_codes(school)
    assert not queries.may_use_email_codes(helen, NOW)
    event = Event.objects.get()
    assert (event.verb, event.changes) == ("set_sign_in", {"codes by email": [True, False]})
    client.post(reverse("buyer:sign-in-set", args=[school.slug]), {"email_codes": "yes"})
    assert queries.allows_email_codes(school)


@pytest.fixture
def school():
    made = SchoolOrganisationFactory()
    helen = person(Role.HEAD, at=made)
    commands.set_sign_in(made, email_codes=False, by=helen, at=NOW)
    return made


def test_a_new_sole_administrator_must_wait_a_week_before_allowing_emailed_codes(school):
    """A person who has ended a colleague's role cannot make the sign-in rules weaker on the same day.

    The same rule applies when a person gives a role that needs two people.
    """
    ann = person(Role.BUYER_ADMINISTRATOR, at=school)
    end(RoleGrant.objects.get(role=Role.HEAD), by=ann, at=NOW)
    with pytest.raises(Refused, match="You can do this alone from 9am on Monday 9 March 2026"):
        commands.set_sign_in(school, email_codes=True, by=ann, at=NOW)
    assert not queries.allows_email_codes(school)
    commands.set_sign_in(school, email_codes=False, by=ann, at=NOW)  # Stricter rules are always allowed.
    commands.set_sign_in(school, email_codes=True, by=ann, at=NOW + timedelta(days=7))
    assert queries.allows_email_codes(school)


def test_other_administrators_get_an_email_when_sign_in_rules_become_weaker(school):
    helen, ann = RoleGrant.objects.get(role=Role.HEAD).person, person(Role.BUYER_ADMINISTRATOR, at=school)
    commands.set_sign_in(school, email_codes=True, by=ann, at=NOW)
    message = Message.objects.get()
    assert (message.to, message.subject) == (helen, f"People at {school} can now sign in with codes sent by email")
    commands.set_sign_in(school, email_codes=True, by=ann, at=NOW)
    commands.set_sign_in(school, email_codes=False, by=ann, at=NOW)
    assert Message.objects.count() == 1


def test_only_people_administrators_can_change_the_sign_in_rules():
    school = SchoolOrganisationFactory()
    others = everybody_but(Role.HEAD, Role.BUYER_ADMINISTRATOR, buyer=school)
    assert_denied(lambda somebody: commands.set_sign_in(school, email_codes=False, by=somebody, at=NOW), others)
