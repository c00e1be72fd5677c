"""Tests for the cache that all processes share. It stores values for a limited time, and no executable code."""

import time
from itertools import count

import pytest
from django.core.cache import cache, caches
from django.db import connection

from calloff.web.jobs import forget_cached
from calloff.web.session.shared_cache import SharedCache
from tests.concurrency import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_values_of_other_tests():
    """Empty the cache, because a test that committed might have left a value in it."""
    cache.clear()


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM web_cache")
        return cursor.fetchone()[0]


def test_counts_for_one_ip_address_are_kept_despite_a_thousand_others():
    assert isinstance(caches["default"], SharedCache)
    cache.set("attempts-of-one", [1.5, 2.5], 900)
    for number in range(1_000):
        cache.set(f"attempts-of-another-{number}", [1.5], 900)
    assert cache.get("attempts-of-one") == [1.5, 2.5]
    assert rows() == 1_001


def test_a_cached_value_is_kept_until_it_expires_and_is_then_deleted():
    cache.set("soon-over", 1, 0.05)
    cache.set("for-long", {"a": [1, "é"]}, None)
    time.sleep(0.1)
    assert cache.get("soon-over", "gone") == "gone"
    assert cache.get("for-long") == {"a": [1, "é"]}
    assert rows() == 2
    forget_cached(0)
    assert rows() == 1


def test_adding_to_the_cache_writes_only_if_no_value_exists_yet():
    assert cache.add("lock", True, 60)
    assert not cache.add("lock", False, 60)
    assert cache.get("lock") is True
    assert cache.delete("lock")
    assert not cache.delete("lock")
    assert cache.add("lock", True, 0.01)
    time.sleep(0.05)
    assert cache.add("lock", True, 60)
    assert cache.touch("lock", 3600)
    assert not cache.touch("nothing", 3600)


def test_a_cached_value_that_is_not_json_is_ignored():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO web_cache VALUES (':1:old', 'gASVBAAAAAAAAABLAS4=', now() + interval '1 hour')")
    assert cache.get("old") is None
    with pytest.raises(TypeError):
        cache.set("a-program", object())


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_additions_to_the_cache_succeeds():
    turns, won = count(), []

    def add():
        if cache.add("lock", next(turns), 60):
            won.append(1)

    assert all_at_once(add, times=6) == ["done"] * 6
    assert len(won) == 1
    cache.clear()
