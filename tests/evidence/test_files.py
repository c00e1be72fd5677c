"""Tests that files used as evidence are kept as long as any record refers to them."""

from datetime import timedelta

import pytest

from calloff.documents import jobs
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
