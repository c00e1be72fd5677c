"""Keeping files: what people upload, once it has been looked through, and what we make."""

from datetime import datetime

from django.db import transaction

from calloff.documents import jobs, refusals, storage, virus_scan
from calloff.documents.file_names import clean_file_name
from calloff.documents.models import FileKind, ScanResult, StoredFile
from calloff.documents.uploads import InspectedUpload, Upload, inspect_picture, inspect_upload, inspect_uploads
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User

__all__ = [
    "InspectedUpload",
    "Upload",
    "inspect_picture",
    "inspect_upload",
    "inspect_uploads",
    "save_inspected",
    "save_made_pdf",
    "save_upload",
]


def save_upload(upload: Upload, *, by: User, at: datetime) -> StoredFile:
    """Keep what a person uploads, if it is what its name says and carries nothing dangerous.

    The bytes are on disk before the row is committed. Where the scanner does not answer, the file waits: it is not
    served until a job has had it scanned. The record that will point to the file decides who sees it; a file that
    nothing points to after a day is tidied away. Raises Refused.
    """
    return save_inspected(inspect_upload(upload, by=by, at=at), by=by, at=at)


def save_inspected(found: InspectedUpload, *, by: User, at: datetime) -> StoredFile:
    """Save an upload that has been inspected. A command that locks a record inspects first, then locks.

    Raises Refused for a virus.
    """
    scan = virus_scan.scan_for_viruses(found.data)
    if scan == ScanResult.INFECTED:
        raise Refused(refusals.VIRUS_REFUSAL, refusals.FILE_FIELD)
    return _keep(found, scan=scan, by=by, at=at)


def save_made_pdf(content: bytes, name: str, *, at: datetime) -> StoredFile:
    """Keep a PDF that we made ourselves, such as a letter: it needs no scanner."""
    if not content.startswith(b"%PDF-"):
        raise ValueError("Only PDFs are made here.")
    made = InspectedUpload(FileKind.PDF, clean_file_name(name), content)
    return _keep(made, scan=ScanResult.CLEAN, by=None, at=at)


@transaction.atomic
def _keep(found: InspectedUpload, *, scan: ScanResult, by: User | None, at: datetime) -> StoredFile:
    storage.lock_digest(storage.digest_bytes(found.data))
    file = StoredFile.objects.create(
        name=found.name,
        kind=found.kind,
        size=len(found.data),
        sha256=storage.write_bytes(found.data),
        uploaded_by=by,
        uploaded_at=at,
        scan=scan,
        scanned_at=None if scan == ScanResult.WAITING else at,
    )
    if scan == ScanResult.WAITING:
        jobs.scan.defer(file_pk=file.pk)
    return file
