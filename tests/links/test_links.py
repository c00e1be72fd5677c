"""Tests for links that work without an account: making them, finding them, using them and revoking them."""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from calloff.kernel.lifecycles import Refused
from calloff.links.commands import LINK_REFUSAL, make_link, revoke_links, use_link
from calloff.links.models import Link
from calloff.links.queries import find_link
from tests.concurrency import all_at_once
from tests.factories import NOW, UserFactory, rewrite

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=7)
PURPOSE = "people.invitation"


def made(**given):
    return make_link(UserFactory(), **{"purpose": PURPOSE, "expires_at": LATER, "at": NOW} | given)


def used(token, *, purpose=PURPOSE, at=NOW):
    return use_link(token, purpose=purpose, at=at)


def test_only_a_digest_of_a_links_token_is_stored():
    link, token = made()
    assert link.digest == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(list(Link.objects.values()))


def test_looking_up_a_link_changes_nothing():
    link, token = made()
    for _ in range(10):
        assert find_link(token, purpose=PURPOSE, at=NOW) == link
    link.refresh_from_db()
    assert (link.uses, link.last_used_at) == (0, None)


def test_a_link_can_be_used_only_as_many_times_as_it_allows():
    _, token = made(max_uses=2)
    assert [used(token).uses, used(token).uses] == [1, 2]
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(token)


def test_a_link_works_until_it_expires():
    _, token = made(max_uses=5)
    assert used(token, at=LATER - timedelta(microseconds=1))
    for at in (LATER, LATER + timedelta(days=1), NOW - timedelta(microseconds=1)):
        with pytest.raises(Refused, match=LINK_REFUSAL):
            used(token, at=at)


def test_a_revoked_link_does_not_work():
    link, token = made()
    record = type(UserFactory())(pk=link.record_id)
    assert revoke_links(record, purpose="another", at=NOW) == 0
    assert revoke_links(record, purpose=PURPOSE, at=NOW) == 1
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(token)
    assert find_link(token, purpose=PURPOSE, at=NOW) is None


def test_a_link_for_one_purpose_does_not_work_for_another():
    _, token = made()
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(token, purpose="parents.answer")


@pytest.mark.parametrize("guess", ["", "x", "A" * 43, "A" * 44, "\x00" * 43, "é" * 43, "A" * 100_000])
def test_a_guessed_link_gets_the_same_response_as_any_invalid_link(guess):
    made()
    assert find_link(guess, purpose=PURPOSE, at=NOW) is None
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(guess)


@pytest.mark.parametrize(
    "wrong", [{"uses": 2, "last_used_at": NOW}, {"uses": 1}, {"expires_at": NOW}, {"max_uses": 0}], ids=str
)
def test_the_database_limits_the_uses_of_a_link_and_how_long_it_lasts(wrong):
    link, _ = made()
    with pytest.raises(IntegrityError), transaction.atomic():
        rewrite(Link.objects.filter(pk=link.pk), **wrong)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_uses_of_a_link_succeeds():
    _, token = made()
    assert all_at_once(lambda: used(token), times=4).count("done") == 1
