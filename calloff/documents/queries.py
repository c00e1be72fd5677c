"""Reading files, and finding those that nothing needs."""

from datetime import datetime
from typing import BinaryIO

from django.db.models import Exists, OuterRef, QuerySet

from calloff.documents import storage
from calloff.documents.models import ScanResult, StoredFile


class FileNotServed(Exception):
    """The file has not been found clean, so no one may read it."""


def open_clean_file(file: StoredFile) -> BinaryIO:
    """Open the bytes of a clean file. Anyone who calls has asked `visible_to` of its record. Raises FileNotServed."""
    if not file.is_served:
        raise FileNotServed(file.get_scan_display())
    return storage.path_of_digest(file.sha256).open("rb")


def files_to_scan() -> QuerySet[StoredFile]:
    """Find what the scanner has not yet answered for, oldest first."""
    return StoredFile.objects.filter(scan=ScanResult.WAITING).order_by("pk")


def unreferenced_files(before: datetime) -> QuerySet[StoredFile]:
    """Find files, kept before an instant, to which no record of any room points by a foreign key.

    The foreign keys are read from the tables' own description, so that this room need not know those above it.
    """
    files = StoredFile.objects.filter(uploaded_at__lt=before)
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.related_model:
            pointing = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})  # type: ignore[union-attr]
            files = files.filter(~Exists(pointing))
    return files.order_by("pk")
