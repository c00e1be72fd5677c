"""Tests that files are kept for as long as any record refers to them as evidence."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError

from calloff.documents import jobs, queries
from calloff.documents.models import StoredFile
from tests.factories import NOW
from tests.factories_evidence import EvidenceFactory, StoredFileFactory

pytestmark = pytest.mark.django_db


def test_files_that_are_used_as_evidence_are_never_deleted_as_unused():
    old = {"file__uploaded_at": NOW - timedelta(days=400)}
    kept = [EvidenceFactory(**old), EvidenceFactory(withdrawn=True, **old), EvidenceFactory(superseded=True, **old)]
    StoredFileFactory(uploaded_at=NOW - timedelta(days=400))
    jobs.tidy()
    assert set(StoredFile.objects.all()) == {item.file for item in kept}


@pytest.mark.parametrize("error", [IntegrityError("in use"), None])
def test_a_file_that_is_used_while_it_would_be_deleted_is_skipped_and_the_others_are_deleted(monkeypatch, error):
    old = NOW - timedelta(days=400)
    used, unused = StoredFileFactory(uploaded_at=old), StoredFileFactory(uploaded_at=old)
    found = list(queries.unreferenced_files(NOW))
    EvidenceFactory(file=used)

    class Stale(list):
        def filter(self, pk):
            files = StoredFile.objects.filter(pk=pk)
            if error and pk == used.pk:
                files.delete = mock.Mock(side_effect=error)
            return files

    monkeypatch.setattr(queries, "unreferenced_files", lambda _: Stale(found))
    jobs.tidy()
    assert StoredFile.objects.filter(pk=used.pk).exists()
    assert not StoredFile.objects.filter(pk=unused.pk).exists()
