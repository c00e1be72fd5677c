"""Keeping files: what people upload, once it has been looked through, and what we make."""

from datetime import datetime

from django.db import transaction

from calloff.documents import jobs, refusals, storage, virus_scan
from calloff.documents.file_names import clean_name
from calloff.documents.models import File, Kind, Scan
from calloff.documents.uploads import Inspected, Upload, inspected, inspected_picture, inspected_together
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User

__all__ = [
    "Inspected",
    "Upload",
    "inspected",
    "inspected_picture",
    "inspected_together",
    "keep",
    "keep_inspected",
    "keep_made",
]


def keep(upload: Upload, *, by: User, at: datetime) -> File:
    """Keep what a person uploads, if it is what its name says and carries nothing dangerous.

    The bytes are on disk before the row is committed. Where the scanner does not answer, the file waits: it is not
    served until a job has had it scanned. The record that will point to the file decides who sees it; a file that
    nothing points to after a day is tidied away. Raises Refused.
    """
    return keep_inspected(inspected(upload, by=by, at=at), by=by, at=at)


def keep_inspected(found: Inspected, *, by: User, at: datetime) -> File:
    """Save an upload that has been inspected. A command that locks a record inspects first, then locks.

    Raises Refused for a virus.
    """
    scan = virus_scan.scan(found.data)
    if scan == Scan.INFECTED:
        raise Refused(refusals.VIRUS, refusals.FIELD)
    return _keep(found, scan=scan, by=by, at=at)


def keep_made(content: bytes, name: str, *, at: datetime) -> File:
    """Keep a PDF that we made ourselves, such as a letter: it needs no scanner."""
    if not content.startswith(b"%PDF-"):
        raise ValueError("Only PDFs are made here.")
    made = Inspected(Kind.PDF, clean_name(name), content)
    return _keep(made, scan=Scan.CLEAN, by=None, at=at)


@transaction.atomic
def _keep(found: Inspected, *, scan: Scan, by: User | None, at: datetime) -> File:
    storage.hold(storage.digest(found.data))
    file = File.objects.create(
        name=found.name,
        kind=found.kind,
        size=len(found.data),
        sha256=storage.write(found.data),
        uploaded_by=by,
        uploaded_at=at,
        scan=scan,
        scanned_at=None if scan == Scan.WAITING else at,
    )
    if scan == Scan.WAITING:
        jobs.scan.defer(file_pk=file.pk)
    return file
