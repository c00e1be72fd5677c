"""Tests for the cache of directory results, which are valid until something in the directory changes."""

import os
from datetime import timedelta

import psycopg
import pytest
from django.core.cache import caches
from django.db import connection, transaction

from calloff.directory import result_cache
from calloff.directory.models import DirectoryChange
from calloff.directory.result_cache import WATCHED_TABLES, cached_until_change
from calloff.documents.models import ScanResult, StoredFile
from tests.factories import NOW, AuthorityFactory
from tests.factories_evidence import StoredFileFactory
from tests.factories_markets import ServiceFactory

pytestmark = pytest.mark.postgres15


class Teller:
    """A function that counts how often it is called."""

    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return self.times

    def again(self, at=NOW):
        return cached_until_change("a search", at, self)


@pytest.fixture
def teller():
    caches["told"].clear()
    yield Teller()
    caches["told"].clear()


@pytest.mark.django_db(transaction=True)
def test_a_cached_result_is_used_until_the_directory_changes(teller):
    service = ServiceFactory()
    assert [teller.again(), teller.again(), cached_until_change("another", NOW, lambda: "x")] == [1, 1, "x"]
    service.places = 2
    service.save()
    assert [teller.again(), teller.again()] == [2, 2]
    service.member.authority.name = "Elsewhere"
    service.member.authority.save()
    assert teller.again() == 3
    assert [teller.again(NOW + timedelta(days=1)), teller.again()] == [4, 3]


@pytest.mark.django_db(transaction=True)
def test_a_change_outside_the_directory_does_not_clear_the_cache(teller):
    assert teller.again() == 1
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM web_keptpost")
        cursor.execute("DELETE FROM django_session")
    assert teller.again() == 1


@pytest.mark.django_db(transaction=True)
def test_an_uncommitted_change_affects_results_only_once_it_is_committed(teller):
    ServiceFactory()
    with psycopg.connect(**_where()) as other:
        other.execute("UPDATE directory_service SET places = 3")
        assert [teller.again(), teller.again()] == [1, 1]  # no one else can see this change yet
        other.commit()
    assert [teller.again(), teller.again()] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_the_cache_is_correct_if_two_changes_are_committed_in_the_opposite_order(teller):
    ServiceFactory()
    AuthorityFactory()
    with psycopg.connect(**_where()) as first, psycopg.connect(**_where()) as second:
        first.execute("UPDATE directory_service SET places = 3")
        second.execute("UPDATE people_organisation SET name = name WHERE kind = 'authority'")
        second.commit()
        assert [teller.again(), teller.again()] == [1, 1]
        first.commit()
    assert teller.again() == 2


@pytest.mark.django_db(transaction=True)
def test_a_result_that_includes_a_rolled_back_change_is_never_cached(teller):
    service = ServiceFactory()
    assert teller.again() == 1
    with transaction.atomic():
        service.name = "Never"
        service.save()
        # The result is computed each time, and only for this transaction.
        assert [teller.again(), teller.again()] == [2, 3]
        transaction.set_rollback(True)
    assert teller.again() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", sorted({*WATCHED_TABLES} - {"documents_file"}))
def test_any_change_of_a_watched_table_invalidates_the_cache(teller, table):
    assert teller.again() == 1
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE false")
    assert [teller.again(), teller.again()] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_an_infected_file_invalidates_the_cache_but_a_clean_file_does_not(teller):
    file = StoredFileFactory(scan=ScanResult.WAITING, scanned_at=None)
    assert teller.again() == 1
    StoredFile.objects.filter(pk=file.pk).update(scan=ScanResult.CLEAN, scanned_at=NOW)
    assert teller.again() == 1
    StoredFile.objects.filter(pk=file.pk).update(scan=ScanResult.INFECTED)
    assert [teller.again(), teller.again()] == [2, 2]


@pytest.mark.django_db
def test_every_watched_table_has_a_trigger_for_every_operation():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s",
            ["directory_is_touched"],
        )
        found = dict(cursor.fetchall())
    assert sorted(found) == sorted(WATCHED_TABLES)
    of_a_file = found.pop("documents_file")  # an upload becomes visible once evidence refers to it
    assert "AFTER UPDATE OF scan ON" in of_a_file
    assert "'infected'" in of_a_file
    for definition in found.values():
        assert "AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE" in definition
        assert "FOR EACH STATEMENT" in definition


@pytest.mark.django_db(transaction=True)
def test_change_records_that_are_old_or_from_another_server_are_deleted(teller, monkeypatch):
    for _ in range(5):
        AuthorityFactory()
    monkeypatch.setattr(result_cache, "MAX_TRANSACTIONS_REMEMBERED", 3)
    last = list(DirectoryChange.objects.order_by("-transaction").values_list("pk", flat=True)[:3])
    # This has the same effect as a restore from a server that has had more transactions.
    DirectoryChange.objects.create(transaction=2**50)
    assert [teller.again(), teller.again()] == [1, 2]  # nothing in the cache is valid
    assert result_cache.delete_old_changes() >= 3
    assert list(DirectoryChange.objects.order_by("-transaction").values_list("pk", flat=True)) == last
    assert [teller.again(), teller.again()] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_results_cached_on_another_server_or_before_a_restore_are_not_used(teller):
    assert teller.again() == 1
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE another (LIKE directory_touch INCLUDING ALL)")
        cursor.execute("ALTER TABLE directory_touch RENAME TO first")
        cursor.execute("ALTER TABLE another RENAME TO directory_touch")
    try:
        assert teller.again() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE directory_touch")
            cursor.execute("ALTER TABLE first RENAME TO directory_touch")


@pytest.mark.django_db(transaction=True)
def test_a_large_page_is_stored_compressed():
    page, told = b"<li>A farm</li>" * 40_000, []
    for _ in range(2):
        assert cached_until_change("page", NOW, lambda: told.append(1) or page) == page
    assert len(told) == 1


@pytest.mark.django_db(transaction=True)
def test_results_that_are_large_even_if_compressed_are_not_stored():
    for size, times in ((result_cache.MAX_RESULT_BYTES // 2, 1), (result_cache.MAX_RESULT_BYTES * 2, 2)):
        told, noise = [], os.urandom(size)
        for _ in range(2):
            cached_until_change(f"of {size}", NOW, lambda told=told, noise=noise: told.append(1) or noise)
        assert len(told) == times


def _where():
    keys = ("host", "port", "dbname", "user", "password")
    return {key: value for key, value in connection.connection.info.get_parameters().items() if key in keys}
