from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from calloff.history.triggers import has_changed, never_rewritten


class FileKind(models.TextChoices):
    """The kinds of file that we accept, recognised by their content."""

    PDF = "pdf", "PDF"
    DOCX = "docx", "Word document"
    XLSX = "xlsx", "spreadsheet"
    CSV = "csv", "CSV file"
    PNG = "png", "PNG image"
    JPEG = "jpeg", "JPEG image"
    TXT = "txt", "text file"


class ScanResult(models.TextChoices):
    """The result of the virus scan. It is not a status, because no person decides it."""

    WAITING = "waiting", "Being checked for viruses"
    CLEAN = "clean", "Checked"
    INFECTED = "infected", "Contains a virus"


class StoredFile(models.Model):
    """A private file, with its kind and the person who uploaded it.

    The bytes are stored on disk under their SHA-256 digest. A file has no owner and no `visible_to`, because a record
    in another app always refers to it. Anyone who can see the record can read the file. So a page must find the record
    first, and must never find a file only by its key. A file that no record refers to is deleted after a day.
    """

    key = models.UUIDField(default=uuid4, unique=True)
    name = models.CharField(max_length=120)  # the cleaned name, with the extension for this kind of file
    kind = models.CharField(max_length=10, choices=FileKind)
    size = models.PositiveIntegerField()  # the number of bytes stored
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # None if we made the file ourselves
    uploaded_at = models.DateTimeField()
    scan = models.CharField(max_length=10, choices=ScanResult)
    scanned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "documents_file"
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_is_not_empty"),
            models.CheckConstraint(
                condition=Q(scan=ScanResult.WAITING, scanned_at=None)
                | (~Q(scan=ScanResult.WAITING) & Q(scanned_at__isnull=False)),
                name="file_scanned_at_when_scanned",
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="file_sha256_is_one"),
        ]
        indexes = [
            models.Index(fields=["sha256"], name="file_by_content"),
            models.Index(fields=["id"], condition=Q(scan=ScanResult.WAITING), name="file_waiting_for_scan"),
        ]
        triggers = [
            never_rewritten("key", "name", "kind", "size", "sha256", "uploaded_by", "uploaded_at"),
            # A later scan can find a virus that an earlier scan missed, but it never clears a file.
            pgtrigger.Protect(
                name="scan_result_is_final",
                operation=pgtrigger.Update,
                condition=has_changed("scan")
                & (pgtrigger.Q(old__scan=ScanResult.INFECTED) | pgtrigger.Q(new__scan=ScanResult.WAITING)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_served(self) -> bool:
        """Return whether people can download the file, which must have passed its virus scan."""
        return self.scan == ScanResult.CLEAN
