"""Queries for files: open a file that has passed its scan, and find files to scan or delete."""

from datetime import datetime
from typing import BinaryIO

from django.db.models import Exists, OuterRef, QuerySet

from calloff.documents import storage
from calloff.documents.models import ScanResult, StoredFile


class FileNotServed(Exception):
    """Raised if no one can open a file because it has not passed its virus scan."""


def open_clean_file(file: StoredFile) -> BinaryIO:
    """Open a file that has passed its virus scan. Raises FileNotServed for any other file.

    The caller must already have checked `visible_to` on the record that refers to the file.
    """
    if not file.is_served:
        raise FileNotServed(file.get_scan_display())
    return storage.path_of_digest(file.sha256).open("rb")


def files_to_scan() -> QuerySet[StoredFile]:
    """Return the files that are waiting for the virus scanner, oldest first."""
    return StoredFile.objects.filter(scan=ScanResult.WAITING).order_by("pk")


def unreferenced_files(before: datetime) -> QuerySet[StoredFile]:
    """Return files that were uploaded before a given time and that no foreign key refers to.

    The foreign keys are found in Django's model metadata, so this package does not depend on the packages above it.
    """
    files = StoredFile.objects.filter(uploaded_at__lt=before)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.related_model:
            referring = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})  # type: ignore[union-attr]
            files = files.filter(~Exists(referring))
    return files.order_by("pk")
