"""Tests for changing an email address. For a week, the change can be stopped or undone from the old address."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from calloff.accounts import retention
from calloff.accounts.commands import (
    ask_email_change,
    end_email_change,
    find_email_change,
    make_email_change,
    note_session,
    undo_email_change,
)
from calloff.accounts.models import EmailChange, SignInSession
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.models import RoleGrant, User
from calloff.people.permissions import Role
from calloff.people.states import RoleGrantStatus
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, UserFactory, person

pytestmark = pytest.mark.django_db

OLD, NEW, THIRD = "ada@old.example", "ada@new.example", "ada@third.example"
WEEK = timedelta(days=7)


@pytest.fixture
def ada():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    ada.email = OLD
    ada.set_password("a long enough password")
    ada.save()
    EmailAddress.objects.create(user=ada, email=OLD, verified=True, primary=True)
    return ada


def token_to(address=OLD):
    return Message.objects.filter(address=address, secret=True).latest("pk").link.partition("?key=")[2]


def request_change(ada, new=NEW, at=NOW):
    return ask_email_change(ada, new=new, by=ada, at=at)


def made(ada, new=NEW, at=NOW):
    change = make_email_change(request_change(ada, new, at), by=ada, at=at)
    ada.refresh_from_db()
    return change


def test_the_old_address_gets_one_email_about_each_new_address_before_anything_changes(ada):
    request_change(ada)
    request_change(ada, f" {NEW.upper()} ")
    assert Message.objects.filter(address=OLD).count() == 1
    assert "link to stop the change" in Message.objects.get(address=OLD).body
    request_change(ada, THIRD)
    assert Message.objects.filter(address=OLD).count() == 2
    assert list(EmailChange.objects.order_by("pk").values_list("status", flat=True)) == ["replaced", "asked"]


def test_a_stopped_email_change_cannot_be_confirmed_and_ends_all_sessions(ada):
    note_session(ada, "k" * 32, device="Firefox", at=NOW)
    change = request_change(ada)
    end_email_change(token_to(), at=NOW)
    with pytest.raises(Refused, match="Stopped"):
        make_email_change(change, by=ada, at=NOW)
    ada.refresh_from_db()
    assert (ada.email, ada.has_usable_password(), SignInSession.objects.count()) == (OLD, False, 0)
    assert RoleGrant.objects.get().status == RoleGrantStatus.ACTIVE


def test_both_addresses_get_an_email_when_the_change_is_confirmed(ada):
    made(ada)
    assert ada.email == NEW
    assert RoleGrant.objects.get().status == RoleGrantStatus.SUSPENDED
    assert Message.objects.get(address=NEW).subject == "Your Calloff account now uses this email address"
    assert Message.objects.filter(address=OLD).latest("pk").subject == "Your Calloff email address was changed"


@pytest.mark.parametrize("link", ["first", "second"])
def test_either_link_undoes_the_change_within_a_week_and_restores_the_old_address(ada, link):
    request_change(ada)
    first = token_to()
    made(ada)
    note_session(ada, "k" * 32, device="Firefox", at=NOW)
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    end_email_change(first if link == "first" else token_to(), at=NOW + timedelta(days=6))
    ada.refresh_from_db()
    assert (ada.email, ada.has_usable_password(), SignInSession.objects.count()) == (OLD, False, 0)
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [(OLD, True, True)]
    assert not Authenticator.objects.exists()
    assert RoleGrant.objects.get().status == RoleGrantStatus.SUSPENDED


def test_undoing_a_change_keeps_the_sign_in_methods_from_before_the_change(ada):
    app = Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.update(created_at=NOW - WEEK)
    made(ada)
    end_email_change(token_to(), at=NOW)
    assert list(Authenticator.objects.all()) == [app]


def test_a_change_of_email_address_cannot_be_undone_after_a_week(ada):
    change, token = made(ada), token_to()
    assert find_email_change(token, at=NOW + WEEK - timedelta(microseconds=1)) == change
    assert find_email_change(token, at=NOW + WEEK) is None
    with pytest.raises(Refused, match="does not work"):
        end_email_change(token, at=NOW + WEEK)
    with pytest.raises(Refused, match="too late"):
        undo_email_change(change, by=ada, at=NOW + WEEK)
    ada.refresh_from_db()
    assert ada.email == NEW


def test_after_a_second_change_of_address_the_first_address_can_still_be_restored(ada):
    made(ada)
    token = token_to()
    made(ada, THIRD)
    request_change(ada, "ada@fourth.example")
    end_email_change(token, at=NOW)
    ada.refresh_from_db()
    assert ada.email == OLD
    assert list(EmailChange.objects.order_by("pk").values_list("status", flat=True)) == ["undone", "undone", "stopped"]


def test_undoing_a_change_does_not_take_an_address_that_another_account_now_uses(ada):
    made(ada)
    UserFactory(email=OLD)
    with pytest.raises(Refused, match="Another account now uses this email address"):
        end_email_change(token_to(), at=NOW)
    ada.refresh_from_db()
    assert ada.email == NEW


def test_a_link_works_once_and_only_opening_it_changes_nothing(ada):
    request_change(ada)
    token = token_to()
    for _ in range(3):
        assert find_email_change(token, at=NOW) is not None
    end_email_change(token, at=NOW)
    assert find_email_change(token, at=NOW) is None
    with pytest.raises(Refused, match="does not work"):
        end_email_change(token, at=NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_stopping_and_confirming_a_change_at_the_same_moment_leaves_the_data_consistent():
    zed = UserFactory(email="zed@old.example")
    change = ask_email_change(zed, new="zed@new.example", by=zed, at=NOW)
    token = token_to("zed@old.example")
    turns = iter([lambda: end_email_change(token, at=NOW), lambda: make_email_change(change, by=zed, at=NOW)])
    all_at_once(lambda: do(turns), times=2)
    change.refresh_from_db()
    assert change.status in {"stopped", "undone", "made"}
    assert User.objects.get(pk=zed.pk).email == ("zed@new.example" if change.status == "made" else "zed@old.example")


def do(turns):
    return next(turns)()


def test_old_records_of_email_address_changes_are_deleted(ada):
    made(ada)
    request_change(ada, THIRD)
    assert retention.forget_old_email_changes(NOW + timedelta(days=399)) == 0
    assert retention.forget_old_email_changes(NOW + timedelta(days=401)) == 1
    assert EmailChange.objects.get().new == THIRD


def test_the_number_of_email_changes_in_an_hour_is_limited(ada):
    for number in range(3):
        request_change(ada, f"ada{number}@new.example")
    with pytest.raises(Refused, match=r"change your email address too many times. Wait 60 minutes"):
        request_change(ada, "ada4@new.example")
    assert Message.objects.filter(address=OLD).count() == 3
    assert EmailChange.objects.get(status="asked").new == "ada2@new.example"
    assert request_change(ada, "ada4@new.example", NOW + timedelta(hours=1)).status == "asked"
