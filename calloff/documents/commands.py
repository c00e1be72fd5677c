"""Keeping files: what people upload, once it has been looked through, and what we make."""

from datetime import datetime
from typing import Protocol

from django.db import transaction

from calloff.documents import jobs, pictures, scanning, sniffing, storage
from calloff.documents.models import File, Kind, Scan
from calloff.kernel.states import Refused
from calloff.people.models import User


class Upload(Protocol):
    """What a form hands over: Django's UploadedFile is one."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self, num_bytes: int = ..., /) -> bytes: ...


def keep(upload: Upload, *, by: User, at: datetime) -> File:
    """Keep what a person uploads, if it is what its name says and carries nothing dangerous.

    The bytes are on disk before the row is committed. Where the scanner does not answer, the file waits: it is not
    served until a job has had it scanned. The record that will point to the file decides who sees it; a file that
    nothing points to after a day is tidied away. Raises Refused.
    """
    if (upload.size or 0) > sniffing.LARGEST:
        raise Refused(
            f"This file is larger than {sniffing.LARGEST // 1024**2} MB. Upload a smaller one.", sniffing.FIELD
        )
    found = sniffing.inspect(upload.name or "", upload.read(sniffing.LARGEST + 1))
    scan = scanning.scan(found.data)
    if scan == Scan.INFECTED:
        raise Refused(
            "This file carries a virus and was not kept. Check your computer, and upload a clean one.", "file"
        )
    return _keep(found, scan=scan, by=by, at=at)


def keep_picture(upload: Upload, *, longest: int, by: User, at: datetime) -> File:
    """Keep a picture that is shown to others: as `keep` does, and drawn so small that no side has more than `longest`.

    Raises Refused for whatever is no PNG or JPEG image.
    """
    if (upload.size or 0) > sniffing.LARGEST:
        raise Refused(
            f"This picture is larger than {sniffing.LARGEST // 1024**2} MB. Upload a smaller one.", sniffing.FIELD
        )
    found = sniffing.inspect(upload.name or "", upload.read(sniffing.LARGEST + 1))
    if found.kind not in {Kind.PNG, Kind.JPEG}:
        raise Refused(f"This file is {sniffing.AS_SEEN[found.kind]}. Upload a picture: PNG or JPEG.", sniffing.FIELD)
    drawn = found._replace(data=pictures.within(found.data, longest))
    scan = scanning.scan(drawn.data)
    if scan == Scan.INFECTED:
        raise Refused("This file carries a virus and was not kept. Check your computer.", sniffing.FIELD)
    return _keep(drawn, scan=scan, by=by, at=at)


def keep_made(content: bytes, name: str, *, at: datetime) -> File:
    """Keep a PDF that we made ourselves, such as a letter: it needs no scanner."""
    if not content.startswith(b"%PDF-"):
        raise ValueError("Only PDFs are made here.")
    made = sniffing.Inspected(Kind.PDF, sniffing.clean_name(name), content)
    return _keep(made, scan=Scan.CLEAN, by=None, at=at)


@transaction.atomic
def _keep(found: sniffing.Inspected, *, scan: Scan, by: User | None, at: datetime) -> File:
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
