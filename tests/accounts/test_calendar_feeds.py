"""Tests for the secret URL of a person's calendar, and for everything that ends it."""

from datetime import timedelta

import pytest

from calloff.accounts import commands, queries, retention
from calloff.accounts.models import CalendarFeed
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, UserFactory, person, rewrite

DAY = timedelta(days=1)


@pytest.fixture
def ada():
    return person(Role.PROVIDER_LEAD, at=ProviderFactory())


def made(somebody, at=NOW):
    return commands.make_calendar_feed(somebody, at=at)


def works(token, at=NOW):
    return queries.calendar_of_token(token, at) is not None


@pytest.mark.django_db
def test_only_a_digest_of_the_address_is_stored_and_the_person_is_notified(ada):
    token = made(ada).token
    assert works(token)
    assert token not in str(CalendarFeed.objects.values().get())
    message = Message.objects.get(to=ada)
    assert message.subject == "A calendar address was created for your Calloff account"
    assert token not in message.body + message.link


@pytest.mark.django_db
def test_a_new_address_replaces_the_earlier_one(ada):
    first, second = made(ada).token, made(ada).token
    assert (works(first), works(second)) == (False, True)
    assert CalendarFeed.objects.count() == 1


@pytest.mark.django_db
def test_a_person_without_a_role_cannot_create_an_address():
    with pytest.raises(Refused, match="when you have a role"):
        made(UserFactory())


@pytest.mark.django_db
def test_an_address_ends_after_a_year_or_when_unread_for_60_days(ada):
    new = made(ada)
    assert works(new.token, NOW + 60 * DAY)
    assert not works(new.token, NOW + 61 * DAY)
    for days in range(0, 400, 50):
        if feed := queries.calendar_of_token(new.token, NOW + days * DAY):
            commands.record_calendar_read(feed, at=NOW + days * DAY)
    assert works(new.token, NOW + 365 * DAY)
    assert not works(new.token, NOW + 366 * DAY)
    assert retention.forget_old_calendars(NOW + 365 * DAY) == 0
    assert retention.forget_old_calendars(NOW + 366 * DAY) == 1


@pytest.mark.django_db
def test_a_read_is_recorded_once_a_day(ada, django_assert_num_queries):
    feed = made(ada).feed
    commands.record_calendar_read(feed, at=NOW)
    feed.refresh_from_db()
    with django_assert_num_queries(0):
        commands.record_calendar_read(feed, at=NOW + timedelta(hours=3))


@pytest.mark.django_db
def test_an_address_ends_with_the_role_and_a_later_role_does_not_restore_it(ada):
    token, organisation = made(ada).token, ada.grants.get().organisation
    rewrite(ada.grants.all(), ends_at=NOW + DAY)
    assert works(token, NOW)
    assert not works(token, NOW + DAY)
    RoleGrantFactory(person=ada, organisation=organisation, role=Role.PROVIDER_STAFF, starts_at=NOW + DAY)
    assert not works(token, NOW + 2 * DAY)


@pytest.mark.django_db
def test_a_suspended_role_and_a_closed_account_end_the_address(ada):
    token = made(ada).token
    rewrite(ada.grants.all(), status="suspended")
    assert not works(token)
    rewrite(ada.grants.all(), status="active")
    assert works(token)
    rewrite(type(ada).objects.filter(pk=ada.pk), is_active=False)
    assert not works(token)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "end",
    [
        lambda one: commands.record_password_reset(one, at=NOW),
        lambda one: commands.record_password_change(one, session_key="this"),
        commands.stop_calendar_feed,
    ],
    ids=["reset", "change", "stop"],
)
def test_a_new_password_and_stopping_delete_the_address(ada, end):
    token = made(ada).token
    end(ada)
    assert not works(token)
    assert not CalendarFeed.objects.exists()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_addresses_created_in_the_same_second_leave_one_that_works():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    tokens = []
    all_at_once(lambda: tokens.append(made(ada).token), times=4)
    assert CalendarFeed.objects.filter(person=ada).count() == 1
    assert len([token for token in tokens if works(token)]) == 1
