"""Tests for changing your own name. The earlier name stays in the history, and people administrators get an email."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from calloff.accounts.commands import change_name
from calloff.accounts.models import NameChange
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, UserFactory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return ProviderFactory()


@pytest.fixture
def ben(provider):
    return person(Role.PROVIDER_STAFF, at=provider)


def changed(who, name="Ben Okafor", by=None, at=NOW):
    return change_name(who, name=name, by=by or who, at=at)


def test_extra_spaces_in_a_new_name_are_removed_and_the_earlier_name_stays_in_the_history(ben):
    earlier = ben.name
    change = changed(ben, "  Ben   Okafor ")
    ben.refresh_from_db()
    assert (ben.name, change.old, change.new, change.changed_at) == ("Ben Okafor", earlier, "Ben Okafor", NOW)
    event = Event.objects.get(verb="change_name")
    assert (event.by_id, event.subjects.get().record_id) == (ben.pk, change.pk)
    assert "Okafor" not in str(event.changes)


def test_people_administrators_at_each_of_the_persons_organisations_get_an_email_with_both_names(ben, provider):
    ada, earlier = person(Role.PROVIDER_LEAD, at=provider), ben.name
    person(Role.PROVIDER_STAFF, at=provider)  # This colleague does not manage people.
    person(Role.PROVIDER_LEAD, at=ProviderFactory())  # This is a lead at another provider.
    changed(ben)
    messages = Message.objects.filter(subject__endswith="has changed their name")
    assert {one.to_id for one in messages} == {ada.pk}
    assert f"{earlier} has changed their name on Calloff to Ben Okafor." in messages.get().body
    assert str(provider) in messages.get().subject


def test_an_impossible_name_or_an_unchanged_name_is_refused_with_a_reason(ben):
    earlier = ben.name
    for name, words in {
        "Ben\u202eOkafor": "Your name must not include invisible characters",
        "=Ben": "Your name must not start with =",
        "B" * 101: "Your name must be 100 characters or fewer",
        f" {earlier} ": "This is already your name",
    }.items():
        with pytest.raises(Refused, match=words):
            changed(ben, name)
    ben.refresh_from_db()
    assert ben.name == earlier
    assert not NameChange.objects.exists()


def test_a_person_cannot_change_another_persons_name(ben, provider):
    for other in (person(Role.PROVIDER_LEAD, at=provider), UserFactory()):
        with pytest.raises(PermissionDenied):
            changed(ben, by=other)
    assert not NameChange.objects.exists()


def test_a_fourth_name_change_within_a_day_is_refused(ben):
    for number in range(3):
        changed(ben, f"Ben Okafor {number}")
    with pytest.raises(Refused, match="You have changed your name too many times"):
        changed(ben, "Ben Okafor 3")
    changed(ben, "Ben Okafor 3", at=NOW + timedelta(days=1))
    assert NameChange.objects.count() == 4


def test_a_recorded_name_change_cannot_be_edited(ben):
    change = changed(ben)
    with pytest.raises(DatabaseError), transaction.atomic():
        NameChange.objects.filter(pk=change.pk).update(old="Somebody Else")
    with pytest.raises(DatabaseError), transaction.atomic():
        change.delete()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_a_name_change_submitted_many_times_at_the_same_moment_is_made_once(ben):
    assert all_at_once(lambda: changed(ben)).count("done") == 1
    assert NameChange.objects.count() == 1


def test_a_person_can_change_their_name_on_an_account_page(client, ben):
    client.force_login(ben)
    page = client.get(reverse("account:name")).content.decode()
    assert f'value="{ben.name}"' in page
    assert "Enter your name" in client.post(reverse("account:name"), {"name": " "}).content.decode()
    answer = client.post(reverse("account:name"), {"name": "Ben Okafor"}, follow=True)
    assert "You have changed your name to Ben Okafor." in answer.content.decode()
    ben.refresh_from_db()
    assert ben.name == "Ben Okafor"


def test_an_officers_name_change_appears_in_the_councils_history(client):
    council = AuthorityFactory()
    olivia = person(Role.CONTRACTS_OFFICER, at=council)
    esme = person(Role.EVALUATOR, at=council)
    changed(esme, "Esme Lark")
    client.force_login(olivia)
    address = reverse("authority:people-history", args=[council.slug])
    assert "Name changed" in client.get(address, follow=True).content.decode()
