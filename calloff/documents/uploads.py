"""Inspect uploads in a child process, in turn, before they are saved."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from django.conf import settings

from calloff.documents import refusals
from calloff.documents.file_names import USUAL_ENDINGS, FileName, parse_file_name
from calloff.documents.inspection import process, slots
from calloff.documents.inspection.verdicts import MAX_FILE_BYTES, DetectedType, InspectionProblem
from calloff.documents.models import FileKind
from calloff.kernel.formatting import format_wait
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

PICTURE_KINDS = (FileKind.PNG, FileKind.JPEG)
REQUEST_INSPECTION_SECONDS = 15  # of inspecting, after which no other file of the same request is started


class Upload(Protocol):
    """What a form hands over: Django's UploadedFile is one."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self, num_bytes: int = ..., /) -> bytes: ...


class InspectedUpload(NamedTuple):
    """An upload that passed inspection, as it will be saved. A picture is redrawn."""

    kind: FileKind
    name: str
    data: bytes


def inspect_upload(upload: Upload, *, by: User, at: datetime) -> InspectedUpload:
    """Inspect an upload, and remove what need not be kept.

    Raises Refused for an empty, too large, foreign, misnamed, damaged or dangerous file, and where other files of the
    person are being inspected for too long, or too many came within the hour.
    """
    return _inspected(upload, by=by, at=at, too_large=refusals.FILE_TOO_LARGE_REFUSAL)


def inspect_picture(upload: Upload, *, longest: int, by: User, at: datetime) -> InspectedUpload:
    """As `inspect_upload`, of a picture alone, drawn so small that neither side has more pixels than `longest`."""
    found = _inspected(upload, by=by, at=at, longest=longest, too_large=refusals.PICTURE_TOO_LARGE_REFUSAL)
    if found.kind not in PICTURE_KINDS:
        raise Refused(
            f"This file is {refusals.KIND_NAMES_AS_DETECTED[found.kind]}. Upload a picture: PNG or JPEG.",
            refusals.FILE_FIELD,
        )
    return found


def inspect_uploads(
    uploads: Mapping[str, Upload], *, by: User, at: datetime, seconds: float | None = REQUEST_INSPECTION_SECONDS
) -> dict[str, InspectedUpload | Refused]:
    """Inspect a request's files one after another, and return each file's upload or refusal.

    No file is started when so many seconds are over: the rest are refused, with how many may be sent at once. None, on
    the command line, is without an end, and each file waits until it is its turn. How many a request may have at all is
    `DATA_UPLOAD_MAX_NUMBER_FILES`.
    """
    until = None if seconds is None else time.monotonic() + seconds
    found: dict[str, InspectedUpload | Refused] = {}
    for name, upload in uploads.items():
        try:
            if until is not None and time.monotonic() >= until:
                words = refusals.NO_TIME_REFUSAL.format(most=settings.DATA_UPLOAD_MAX_NUMBER_FILES)
                raise Refused(words, refusals.FILE_FIELD)
            patience = None if until is None else slots.SLOT_WAIT_SECONDS
            found[name] = _inspected(upload, by=by, at=at, too_large=refusals.FILE_TOO_LARGE_REFUSAL, patience=patience)
        except Refused as refusal:
            found[name] = refusal
    return found


def _inspected(
    upload: Upload, *, by: User, at: datetime, too_large: str, longest: int = 0,
    patience: float | None = slots.SLOT_WAIT_SECONDS,
) -> InspectedUpload:  # fmt: skip
    data = b"" if (upload.size or 0) > MAX_FILE_BYTES else upload.read(MAX_FILE_BYTES + 1)
    if (upload.size or 0) > MAX_FILE_BYTES or len(data) > MAX_FILE_BYTES:  # the size that a browser states may be a lie
        raise Refused(too_large, refusals.FILE_FIELD)
    if not data:
        raise Refused(refusals.EMPTY_FILE_REFUSAL, refusals.FILE_FIELD)
    name = parse_file_name(upload.name or "")
    taken = count_attempt(LimitName.UPLOAD, by.pk, at=at)
    if not taken.allowed:
        raise Refused(
            f"{refusals.TOO_MANY_FILES_REFUSAL} Wait {format_wait(taken.resets_in)}, then try again.",
            refusals.FILE_FIELD,
        )
    with slots.wait_for_slot(by.pk, patience=patience):
        finding = process.inspect_in_child(data, longest_side=longest)
    return judge_upload(name, data, finding.seen, finding.problem, finding.drawn)


def judge_upload(
    name: FileName, data: bytes, seen: DetectedType | None, problem: InspectionProblem | None, drawn: bytes
) -> InspectedUpload:
    """Compare the child's verdict with the file's name. Raises Refused with what is wrong and what to do."""
    if seen is None:
        raise refusals.refusal_for(name.says or FileKind.TXT, problem or InspectionProblem.DAMAGED)
    kind = refusals.accepted_kind(name, seen)
    if problem and not (
        problem == InspectionProblem.FORMULA and kind != FileKind.CSV
    ):  # a text file is not opened as a spreadsheet
        raise refusals.refusal_for(kind, problem)
    ending = name.ending.lower() or USUAL_ENDINGS[kind]
    return InspectedUpload(kind, f"{name.stem}.{ending}", drawn if kind in PICTURE_KINDS else data)
