"""Links without an account: made, found without a trace, used by a count, revoked; one answer for all that fail."""

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


def test_only_a_digest_of_the_token_is_kept():
    link, token = made()
    assert link.digest == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(list(Link.objects.values()))


def test_finding_a_link_changes_nothing_however_often():
    link, token = made()
    for _ in range(10):
        assert find_link(token, purpose=PURPOSE, at=NOW) == link
    link.refresh_from_db()
    assert (link.uses, link.last_used_at) == (0, None)


def test_a_link_works_as_often_as_it_may_and_no_more():
    _, token = made(max_uses=2)
    assert [used(token).uses, used(token).uses] == [1, 2]
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(token)


def test_a_link_works_until_the_instant_it_expires():
    _, token = made(max_uses=5)
    assert used(token, at=LATER - timedelta(microseconds=1))
    for at in (LATER, LATER + timedelta(days=1), NOW - timedelta(microseconds=1)):
        with pytest.raises(Refused, match=LINK_REFUSAL):
            used(token, at=at)


def test_a_revoked_link_works_no_more():
    link, token = made()
    record = type(UserFactory())(pk=link.record_id)
    assert revoke_links(record, purpose="another", at=NOW) == 0
    assert revoke_links(record, purpose=PURPOSE, at=NOW) == 1
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(token)
    assert find_link(token, purpose=PURPOSE, at=NOW) is None


def test_a_link_of_one_purpose_opens_no_other():
    _, token = made()
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(token, purpose="parents.answer")


@pytest.mark.parametrize("guess", ["", "x", "A" * 43, "A" * 44, "\x00" * 43, "é" * 43, "A" * 100_000])
def test_a_guess_opens_nothing_and_is_told_nothing(guess):
    made()
    assert find_link(guess, purpose=PURPOSE, at=NOW) is None
    with pytest.raises(Refused, match=LINK_REFUSAL):
        used(guess)


@pytest.mark.parametrize(
    "wrong", [{"uses": 2, "last_used_at": NOW}, {"uses": 1}, {"expires_at": NOW}, {"max_uses": 0}], ids=str
)
def test_the_database_itself_keeps_a_link_within_its_bounds(wrong):
    link, _ = made()
    with pytest.raises(IntegrityError), transaction.atomic():
        rewrite(Link.objects.filter(pk=link.pk), **wrong)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_a_link_at_once_only_one_does():
    _, token = made()
    assert all_at_once(lambda: used(token), times=4).count("done") == 1
