"""An organisation's rules for how its people sign in."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calloff.accounts import commands, queries
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.commands import end
from calloff.people.models import Grant
from calloff.people.permissions import Role
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


def test_who_manages_people_says_whether_codes_by_email_count(client):
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


def test_who_has_just_become_the_only_manager_waits_a_week(school):
    """As for roles that need two people: anyone who ended a colleague's role does not take a guard away the same
    day.
    """
    ann = person(Role.BUYER_ADMINISTRATOR, at=school)
    end(Grant.objects.get(role=Role.HEAD), by=ann, at=NOW)
    with pytest.raises(Refused, match="You can do this alone from 9am on Monday 9 March 2026"):
        commands.set_sign_in(school, email_codes=True, by=ann, at=NOW)
    assert not queries.allows_email_codes(school)
    commands.set_sign_in(school, email_codes=False, by=ann, at=NOW)  # to ask for more is always right
    commands.set_sign_in(school, email_codes=True, by=ann, at=NOW + timedelta(days=7))
    assert queries.allows_email_codes(school)


def test_the_others_who_manage_people_are_told_that_it_is_easier_now(school):
    helen, ann = Grant.objects.get(role=Role.HEAD).person, person(Role.BUYER_ADMINISTRATOR, at=school)
    commands.set_sign_in(school, email_codes=True, by=ann, at=NOW)
    message = Message.objects.get()
    assert (message.to, message.subject) == (helen, f"People at {school} can now sign in with codes sent by email")
    commands.set_sign_in(school, email_codes=True, by=ann, at=NOW)
    commands.set_sign_in(school, email_codes=False, by=ann, at=NOW)
    assert Message.objects.count() == 1


def test_nobody_else_does():
    school = SchoolOrganisationFactory()
    others = everybody_but(Role.HEAD, Role.BUYER_ADMINISTRATOR, buyer=school)
    assert_denied(lambda somebody: commands.set_sign_in(school, email_codes=False, by=somebody, at=NOW), others)
