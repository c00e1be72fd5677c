"""Tests for resetting a second step that protects roles at several organisations. Any of them can stop the reset."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from calloff.accounts import commands, queries
from calloff.accounts.guarded_roles import SECOND_STEP_ROLES
from calloff.accounts.models import FactorReset
from calloff.accounts.states import ResetStatus
from calloff.history.models import Event
from calloff.kernel.formatting import format_datetime
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import BUYER_ROLES, Can, Role, roles_with
from calloff.people.states import RoleGrantStatus
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    person,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


class ResetScenario:
    """Ruth has a role at a school, whose head and administrator reset her second step, and a role elsewhere."""

    def __init__(self):
        self.council = AuthorityFactory()
        self.school = SchoolOrganisationFactory(host=self.council)
        self.ruth = person(Role.AP_LEAD, at=self.school)
        self.helen, self.bea = person(Role.HEAD, at=self.school), person(Role.BUYER_ADMINISTRATOR, at=self.school)
        self.other = SchoolOrganisationFactory(host=self.council)

    def also(self, role=Role.AP_LEAD, **more):
        return RoleGrantFactory(person=self.ruth, organisation=self.other, role=role, **more)

    def ask(self):
        return commands.ask_reset(self.ruth, self.school, asking=self.school, by=self.helen, at=NOW)

    def confirm(self):
        return commands.confirm_reset(self.ask(), by=self.bea, at=NOW)


@pytest.fixture
def story():
    return ResetScenario()


def informed_people():
    """Return the people who were notified of a reset, in the order of their messages."""
    return [
        one.to for one in Message.objects.filter(subject__contains="Check that your colleague asked").order_by("pk")
    ]


@pytest.mark.parametrize("role", BUYER_ROLES)
def test_a_reset_of_a_second_step_notifies_every_other_organisation_that_the_step_protects(story, role):
    story.also(role)
    manager = person(Role.BUYER_ADMINISTRATOR, at=story.other)
    reset = story.confirm()
    if role in SECOND_STEP_ROLES:
        # There is one message about the request, and one about the confirmation.
        assert informed_people() == [manager, manager]
        last = Message.objects.filter(to=manager).latest("pk")
        assert last.link == f"/buyers/{story.other.slug}/sign-in"
        assert f"It can be used from {format_datetime(NOW + DAY)}." in last.body
    else:
        assert informed_people() == []
        with pytest.raises(PermissionDenied):
            commands.refuse_reset(reset, organisation=story.other, by=manager, at=NOW)


def test_two_people_can_reset_a_second_step_that_protects_only_one_organisation(story):
    RoleGrantFactory(person=story.ruth, organisation=story.school, role=Role.SAFEGUARDING_LEAD)
    reset = story.confirm()
    assert informed_people() == []
    stranger = person(Role.BUYER_ADMINISTRATOR, at=story.other)
    with pytest.raises(PermissionDenied):
        commands.refuse_reset(reset, organisation=story.other, by=stranger, at=NOW)
    assert commands.usable_reset(story.ruth, NOW + DAY) == reset


@pytest.mark.parametrize("made", [ProviderFactory, AuthorityFactory])
def test_providers_and_councils_are_also_notified_of_a_reset(story, made):
    other = made()
    role, manages, root = {
        ProviderFactory: (Role.PROVIDER_STAFF, Role.PROVIDER_LEAD, "providers"),
        AuthorityFactory: (Role.EVALUATOR, Role.ADMINISTRATOR, "authorities"),
    }[made]
    RoleGrantFactory(person=story.ruth, organisation=other, role=role)
    manager = person(manages, at=other)
    story.ask()
    assert informed_people() == [manager]
    assert Message.objects.get(to=manager).link == f"/{root}/{other.slug}/sign-in"


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("role", BUYER_ROLES)
def test_only_people_administrators_of_a_notified_organisation_can_stop_the_reset(story, role, confirmed):
    story.also()
    person(Role.HEAD, at=story.other)
    somebody = person(role, at=story.other)
    reset = story.confirm() if confirmed else story.ask()
    if role not in roles_with(Can.MANAGE_PEOPLE):
        with pytest.raises(PermissionDenied):
            commands.refuse_reset(reset, organisation=story.other, by=somebody, at=NOW)
        return
    stopped = commands.refuse_reset(reset, organisation=story.other, by=somebody, at=NOW + DAY - timedelta(seconds=1))
    assert stopped.status == ResetStatus.CANCELLED
    assert commands.usable_reset(story.ruth, NOW + DAY) is None
    event = Event.objects.latest("pk")
    assert (event.verb, event.by, event.acting_for) == ("refuse_reset", somebody, str(story.other))
    assert Message.objects.filter(to=story.helen, subject="The reset you requested has been stopped").exists()


def test_the_person_being_reset_can_stop_it_only_with_their_own_link(story):
    story.also(Role.HEAD)
    person(Role.HEAD, at=story.other)
    with pytest.raises(PermissionDenied):
        commands.refuse_reset(story.ask(), organisation=story.other, by=story.ruth, at=NOW)


@pytest.mark.parametrize("alone", ["nobody", "the person", "who asked"])
def test_the_host_is_notified_of_a_reset_and_can_stop_it_if_no_one_else_can(story, alone):
    story.also(Role.HEAD if alone == "the person" else Role.AP_LEAD)
    if alone == "who asked":
        RoleGrantFactory(person=story.helen, organisation=story.other, role=Role.HEAD)
    maud = person(Role.ADMINISTRATOR, at=story.council)
    reset = story.ask()
    assert informed_people() == [maud]
    assert commands.refuse_reset(reset, organisation=story.council, by=maud, at=NOW).status == ResetStatus.CANCELLED


def test_a_reset_cannot_be_requested_if_no_one_could_be_notified(story):
    story.also()
    with pytest.raises(Refused, match="which has no other people administrator"):
        story.ask()
    assert not FactorReset.objects.exists()


def test_ended_roles_send_no_notification_and_roles_awaiting_approval_do(story):
    manager = person(Role.HEAD, at=story.other)
    story.also(ends_at=NOW - DAY)
    reset = story.ask()
    assert informed_people() == []
    commands.cancel_reset(reset, by=story.helen, at=NOW)
    story.also(Role.SAFEGUARDING_LEAD, status=RoleGrantStatus.SUSPENDED)
    story.ask()
    assert informed_people() == [manager]


def test_a_role_that_starts_after_confirmation_invalidates_the_reset(story):
    reset = story.confirm()
    story.also(starts_at=NOW + timedelta(hours=1))
    story.ruth.forget_roles()
    assert commands.usable_reset(story.ruth, NOW + DAY) is None
    with pytest.raises(Refused, match="given a role at another organisation"):
        commands.use_reset(reset, by=story.ruth, at=NOW + DAY)


def test_pages_at_another_organisation_link_to_the_page_for_stopping_a_reset(story):
    story.also()
    manager, reset = person(Role.BUYER_ADMINISTRATOR, at=story.other), story.confirm()
    client, stranger = Client(), Client()
    client.force_login(manager)
    stop = reverse("buyer:reset-cancel", args=[story.other.slug, reset.pk])
    page = client.get(Message.objects.filter(to=manager).latest("pk").link).content.decode()
    assert f'href="{stop}">Stop<' in page
    assert story.ruth.name in page
    assert reverse("buyer:reset-confirm", args=[story.other.slug, reset.pk]) not in page
    assert "Stop the reset for" in client.get(stop).content.decode()
    elsewhere = SchoolOrganisationFactory()
    stranger.force_login(person(Role.HEAD, at=elsewhere))
    assert stranger.post(reverse("buyer:reset-cancel", args=[elsewhere.slug, reset.pk])).status_code == 404
    assert "Reset stopped." in client.post(stop, follow=True).content.decode()
    reset.refresh_from_db()
    assert reset.status == ResetStatus.CANCELLED


def test_people_who_can_stop_a_reset_see_it_on_their_home_page(story):
    story.also()
    manager, reset = person(Role.BUYER_ADMINISTRATOR, at=story.other), story.ask()
    here = f"{story.helen.name} at {story.school}"
    home = reverse("buyer:home", args=[story.other.slug])
    stop = reverse("buyer:reset-cancel", args=[story.other.slug, reset.pk])
    client = Client()
    client.force_login(manager)
    page = unescape(client.get(home).content.decode())
    assert f'href="{stop}">Check the reset of {story.ruth.name}’s second step, requested by {here}' in page
    assert f"the reset will take effect a day after a second person at {story.school} confirms it" in page
    commands.confirm_reset(reset, by=story.bea, at=NOW)
    page = unescape(client.get(home).content.decode())
    assert f"the reset will take effect at {format_datetime(NOW + DAY)}" in page
    assert here in unescape(client.get(reverse("account:home")).content.decode())
    for somebody, place in (
        (person(Role.AP_LEAD, at=story.other), home),  # This person does not manage people.
        (story.helen, reverse("buyer:home", args=[story.school.slug])),  # This person requested the reset.
        (story.ruth, home),
    ):
        other = Client()
        other.force_login(somebody)
        assert "Check the reset of" not in other.get(place).content.decode()
    commands.refuse_reset(reset, organisation=story.other, by=manager, at=NOW)
    assert "Check the reset of" not in client.get(home).content.decode()


def test_the_host_home_page_shows_a_reset_that_the_host_can_stop(story):
    story.also()
    maud, reset = person(Role.ADMINISTRATOR, at=story.council), story.ask()
    client = Client()
    client.force_login(maud)
    page = client.get(reverse("authority:home", args=[story.council.slug])).content.decode()
    assert reverse("authority:reset-cancel", args=[story.council.slug, reset.pk]) in page


def test_a_home_page_lists_only_resets_that_the_person_can_stop(story):
    story.also()
    manager, maud = person(Role.HEAD, at=story.other), person(Role.ADMINISTRATOR, at=story.council)
    reset = story.ask()
    for somebody in (manager, maud, story.helen, story.bea, story.ruth):
        for place in (story.other, story.school, story.council):
            shown = list(queries.resets_to_stop(somebody, place, NOW)) == [reset]
            assert shown == queries.may_refuse_reset(somebody, place, reset, NOW), (somebody, place)
