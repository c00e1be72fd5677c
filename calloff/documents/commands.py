"""Commands that save files: uploads that have passed inspection, and PDFs that we make."""

from datetime import datetime

from django.db import transaction

from calloff.documents import jobs, refusals, storage, virus_scan
from calloff.documents.file_names import clean_file_name
from calloff.documents.models import FileKind, ScanResult, StoredFile
from calloff.documents.uploads import (
    InspectedUpload,
    Upload,
    inspect_picture,
    inspect_upload,
    inspect_uploads,
    shrink_picture,
)
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
    "shrink_picture",
]


def save_upload(upload: Upload, *, by: User, at: datetime) -> StoredFile:
    """Inspect an upload, and save it if its content matches its name and contains nothing dangerous.

    The bytes are written to disk before the row is committed. If the virus scanner does not respond, no one can open
    the file until a job has scanned it. The record that will refer to the file determines who can see the file. A file
    that no record refers to is deleted after a day. Raises Refused.
    """
    return save_inspected(inspect_upload(upload, by=by, at=at), by=by, at=at)


def save_inspected(inspected: InspectedUpload, *, by: User, at: datetime) -> StoredFile:
    """Scan an inspected upload for viruses, and save it. Raises Refused if the scan finds a virus.

    A command that locks a record should inspect the upload before it locks the record.
    """
    scan = virus_scan.scan_for_viruses(inspected.data)
    if scan == ScanResult.INFECTED:
        raise Refused(refusals.VIRUS_REFUSAL, refusals.FILE_FIELD)
    return _store(inspected, scan=scan, by=by, at=at)


def save_made_pdf(content: bytes, name: str, *, at: datetime) -> StoredFile:
    """Save a PDF that we made ourselves, for example a letter, without a virus scan.

    Raises ValueError if the file is not a PDF.
    """
    if not content.startswith(b"%PDF-"):
        raise ValueError("Only PDFs are made here.")
    inspected = InspectedUpload(FileKind.PDF, clean_file_name(name), content)
    return _store(inspected, scan=ScanResult.CLEAN, by=None, at=at)


@transaction.atomic
def _store(inspected: InspectedUpload, *, scan: ScanResult, by: User | None, at: datetime) -> StoredFile:
    storage.lock_digest(storage.digest_bytes(inspected.data))
    file = StoredFile.objects.create(
        name=inspected.name,
        kind=inspected.kind,
        size=len(inspected.data),
        sha256=storage.write_bytes(inspected.data),
        uploaded_by=by,
        uploaded_at=at,
        scan=scan,
        scanned_at=None if scan == ScanResult.WAITING else at,
    )
    if scan == ScanResult.WAITING:
        jobs.scan.defer(file_pk=file.pk)
    return file
