"""Tests for counting attempts. Each attempt counts once in every window, and no attempt above the limit is allowed."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection

from calloff.rate_limits.counts import (
    PENDING_LASTS,
    clear_attempts,
    count_attempt,
    delete_old_counts,
    hold,
    release,
    settle,
)
from calloff.rate_limits.headers import rate_limit_headers
from calloff.rate_limits.limits import LIMITS, limit_windows
from calloff.rate_limits.models import AttemptCount
from tests.concurrency import all_at_once
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _small(settings):
    settings.RATE_LIMITS = {"api": (3,), "wrong-password": (2, 3, 4)}


def tries(number, *, at=NOW, who="somebody", name="api"):
    return [count_attempt(name, who, at=at).allowed for _ in range(number)]


def test_attempts_up_to_the_limit_are_allowed_within_each_window():
    assert tries(5) == [True, True, True, False, False]
    assert tries(1, at=NOW + timedelta(seconds=59)) == [False]
    assert tries(4, at=NOW + timedelta(seconds=60)) == [True, True, True, False]


def test_a_window_starts_with_the_first_attempt():
    assert count_attempt("api", "somebody", at=NOW + 45 * SECOND).resets_in == 60
    taken = count_attempt("api", "somebody", at=NOW + 60 * SECOND)
    assert (taken.remaining, taken.resets_in) == (1, 45)


def test_each_caller_and_each_limit_has_its_own_count():
    assert tries(3) == [True] * 3
    assert tries(1, who="somebody else") == [True]
    assert tries(1, name="feed") == [True]


def test_if_a_limit_has_several_windows_all_of_them_apply():
    assert tries(3, name="wrong-password") == [True, True, False]
    later = NOW + timedelta(minutes=6)
    assert tries(2, name="wrong-password", at=later) == [True, False]  # This is the third attempt within the hour.
    refused = count_attempt("wrong-password", "somebody", at=later)
    assert (refused.window.lasts, refused.resets_in) == (timedelta(hours=1), 54 * 60)
    # This is the fourth attempt on that day.
    assert tries(2, name="wrong-password", at=NOW + timedelta(hours=2)) == [True, False]


def test_a_refused_attempt_is_not_counted_in_any_window():
    tries(50, name="wrong-password")
    assert tries(1, name="wrong-password", at=NOW + timedelta(minutes=6)) == [True]


def held(number, *, at=NOW, name="api"):
    return [hold(name, "somebody", at=at).allowed for _ in range(number)]


def test_the_count_for_a_caller_can_be_cleared():
    tries(3)
    clear_attempts("api", "somebody")
    assert tries(3) == [True] * 3


def test_a_reserved_attempt_counts_until_it_is_settled_or_released():
    assert held(4) == [True, True, True, False]
    release("api", "somebody")
    assert held(2) == [True, False]
    for _ in range(3):
        settle("api", "somebody")
    assert held(1) == [False]
    assert AttemptCount.objects.get().times == 3


def test_an_abandoned_reservation_expires_after_a_minute():
    """The process was killed, so this attempt does not count towards the limit of 3 wrong passwords an hour."""
    assert held(2, name="wrong-password") == [True, True]
    assert held(1, name="wrong-password", at=NOW + PENDING_LASTS - SECOND) == [False]
    assert held(3, name="wrong-password", at=NOW + PENDING_LASTS) == [True, True, False]
    assert set(AttemptCount.objects.values_list("times", flat=True)) == {0}


def test_a_wrong_attempt_counts_in_every_window_until_that_window_ends():
    for _ in range(2):
        hold("wrong-password", "somebody", at=NOW)
        settle("wrong-password", "somebody")
    assert held(1, name="wrong-password", at=NOW + timedelta(minutes=2)) == [False]
    # This is the third attempt within the hour.
    assert held(2, name="wrong-password", at=NOW + timedelta(minutes=6)) == [True, False]


def test_releasing_more_than_was_reserved_has_no_effect():
    hold("api", "somebody", at=NOW)
    for _ in range(3):
        release("api", "somebody")
    assert held(4) == [True, True, True, False]


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_simultaneous_reservations_never_exceed_the_limit():
    allowed = []
    all_at_once(lambda: allowed.append(hold("api", "somebody", at=NOW).allowed), times=6)
    assert sorted(allowed) == [False] * 3 + [True] * 3


def test_stored_counts_do_not_identify_anyone():
    count_attempt("api", "192.0.2.7", at=NOW)
    count_attempt("reset-account", "ada@example.org", at=NOW)
    for kept in AttemptCount.objects.values_list("key", flat=True):
        assert "192.0.2.7" not in kept
        assert "ada@" not in kept


def test_counting_writes_nothing_to_the_write_ahead_log_and_deletes_windows_that_have_ended():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'rate_limits_count'")
        assert cursor.fetchone() == ("u",)
    count_attempt("api", "somebody", at=NOW)
    delete_old_counts(NOW + 59 * SECOND)
    assert AttemptCount.objects.count() == 1
    delete_old_counts(NOW + 60 * SECOND)
    assert AttemptCount.objects.count() == 0


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_simultaneous_attempts_never_exceed_the_limit():
    allowed = []
    assert all_at_once(lambda: allowed.append(count_attempt("api", "somebody", at=NOW).allowed)) == ["done"] * 8
    assert allowed.count(True) == 3


def test_the_caller_is_told_how_many_attempts_remain_and_when_to_retry():
    assert rate_limit_headers(count_attempt("api", "somebody", at=NOW)) == {
        "RateLimit-Policy": '"api";q=3;w=60',
        "RateLimit": '"api";r=2;t=60',
    }
    tries(2)
    refused = rate_limit_headers(count_attempt("api", "somebody", at=NOW + 30 * SECOND))
    assert refused["RateLimit"] == '"api";r=0;t=30'
    assert refused["Retry-After"] == "30"


@pytest.mark.parametrize("limit", LIMITS.values(), ids=lambda limit: limit.name)
def test_longer_windows_allow_fewer_attempts_per_minute(limit):
    """If a longer window allowed the same rate as a shorter one, it would never be reached."""
    windows = limit_windows(limit.name) if limit.name not in {"api", "wrong-password"} else limit.windows
    for shorter, longer in pairwise(windows):
        assert shorter.lasts < longer.lasts
        assert shorter.times < longer.times < shorter.times * (longer.lasts / shorter.lasts)
