"""Inspect uploads in a child process, one after another, before they are saved."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from django.conf import settings

from calloff.documents import refusals
from calloff.documents.file_names import USUAL_ENDINGS, FileName, parse_file_name
from calloff.documents.inspection import process, slots
from calloff.documents.inspection.verdicts import MAX_FILE_BYTES, DetectedType, InspectionProblem, ProblemFound
from calloff.documents.models import FileKind
from calloff.kernel.formatting import format_wait
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName

PICTURE_KINDS = (FileKind.PNG, FileKind.JPEG)
REQUEST_INSPECTION_SECONDS = 15  # after this many seconds, no further file in the same request is inspected


class Upload(Protocol):
    """An uploaded file, with the attributes that a form's file has. Django's UploadedFile has these attributes."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self, num_bytes: int = ..., /) -> bytes: ...


class InspectedUpload(NamedTuple):
    """An upload that has passed inspection, in the form in which it will be saved. A picture has been redrawn."""

    kind: FileKind
    name: str
    data: bytes


def inspect_upload(upload: Upload, *, by: User, at: datetime) -> InspectedUpload:
    """Inspect an upload, and return it without the parts that are not needed.

    Raises Refused if the file is empty, too large, unsupported, misnamed, damaged or dangerous, if inspecting the
    person's other files takes too long, or if the person has uploaded too many files in an hour.
    """
    return _inspect(upload, by=by, at=at, too_large=refusals.FILE_TOO_LARGE_REFUSAL)


def inspect_picture(upload: Upload, *, longest: int, by: User, at: datetime) -> InspectedUpload:
    """Inspect an upload that must be a picture, and shrink it so that no side exceeds `longest` pixels.

    Raises Refused in the same cases as `inspect_upload`, and if the file is not a picture.
    """
    inspected = _inspect(upload, by=by, at=at, longest=longest, too_large=refusals.PICTURE_TOO_LARGE_REFUSAL)
    if inspected.kind not in PICTURE_KINDS:
        raise Refused(
            f"This file is {refusals.KIND_NAMES_AS_DETECTED[inspected.kind]}. Upload a PNG or JPEG picture.",
            refusals.FILE_FIELD,
        )
    return inspected


def shrink_picture(inspected: InspectedUpload, *, longest: int, by: User) -> InspectedUpload:
    """Return a smaller copy of a picture that has passed inspection. A child process makes this copy too.

    Raises Refused if inspecting the same person's other files takes too long.
    """
    with slots.wait_for_slot(by.pk, patience=slots.SLOT_WAIT_SECONDS):
        finding = process.inspect_in_child(inspected.data, longest_side=longest)
    return judge_upload(parse_file_name(inspected.name), inspected.data, finding.seen, finding.problem, finding.drawn)


def inspect_uploads(
    uploads: Mapping[str, Upload], *, by: User, at: datetime, seconds: float | None = REQUEST_INSPECTION_SECONDS
) -> dict[str, InspectedUpload | Refused]:
    """Inspect the files in a request one after another, and return an upload or a refusal for each.

    After `seconds`, no further file is inspected. The remaining files are refused, and the error says how many files to
    send at a time. If `seconds` is None, there is no time limit. The command line uses this, because its files can wait
    for their turn. `DATA_UPLOAD_MAX_NUMBER_FILES` limits the number of files in a request.
    """
    deadline = None if seconds is None else time.monotonic() + seconds
    results: dict[str, InspectedUpload | Refused] = {}
    for name, upload in uploads.items():
        try:
            if deadline is not None and time.monotonic() >= deadline:
                words = refusals.NO_TIME_REFUSAL.format(most=settings.DATA_UPLOAD_MAX_NUMBER_FILES)
                raise Refused(words, refusals.FILE_FIELD)
            patience = None if deadline is None else slots.SLOT_WAIT_SECONDS
            results[name] = _inspect(upload, by=by, at=at, too_large=refusals.FILE_TOO_LARGE_REFUSAL, patience=patience)
        except Refused as refusal:
            results[name] = refusal
    return results


def unpack_upload(upload: Upload, *, by: User, at: datetime) -> dict[str, bytes]:
    """Return the files in an uploaded ZIP archive by name. Check the names and the contents before you use them.

    Raises Refused if the archive is empty, too large, locked or damaged, if inspecting the person's other files takes
    too long, or if the person has uploaded too many files in an hour.
    """
    data = _read_within_limits(upload, by=by, at=at, too_large=refusals.FILE_TOO_LARGE_REFUSAL)
    try:
        with slots.wait_for_slot(by.pk):
            return process.unpack_in_child(data)
    except ProblemFound as found:
        raise refusals.archive_refusal_for(found.problem) from None


def _inspect(
    upload: Upload, *, by: User, at: datetime, too_large: str, longest: int = 0,
    patience: float | None = slots.SLOT_WAIT_SECONDS,
) -> InspectedUpload:  # fmt: skip
    name = parse_file_name(upload.name or "")
    data = _read_within_limits(upload, by=by, at=at, too_large=too_large)
    with slots.wait_for_slot(by.pk, patience=patience):
        finding = process.inspect_in_child(data, longest_side=longest)
    return judge_upload(name, data, finding.seen, finding.problem, finding.drawn)


def _read_within_limits(upload: Upload, *, by: User, at: datetime, too_large: str) -> bytes:
    """Read an upload and count it. Raises Refused if it is empty or too large, or if the person has sent too many."""
    data = b"" if (upload.size or 0) > MAX_FILE_BYTES else upload.read(MAX_FILE_BYTES + 1)
    # The size that the browser reports might be wrong.
    if (upload.size or 0) > MAX_FILE_BYTES or len(data) > MAX_FILE_BYTES:
        raise Refused(too_large, refusals.FILE_FIELD)
    if not data:
        raise Refused(refusals.EMPTY_FILE_REFUSAL, refusals.FILE_FIELD)
    attempt = count_attempt(LimitName.UPLOAD, by.pk, at=at)
    if not attempt.allowed:
        raise Refused(
            f"{refusals.TOO_MANY_FILES_REFUSAL} Wait {format_wait(attempt.resets_in)}, then try again.",
            refusals.FILE_FIELD,
        )
    return data


def judge_upload(
    name: FileName, data: bytes, seen: DetectedType | None, problem: InspectionProblem | None, drawn: bytes
) -> InspectedUpload:
    """Return the upload if the child's verdict and the name of the file show that we accept it.

    Raises Refused, with what is wrong and what to do. `drawn` is the redrawn picture.
    """
    if seen is None:
        raise refusals.refusal_for(name.says or FileKind.TXT, problem or InspectionProblem.DAMAGED)
    kind = refusals.accepted_kind(name, seen)
    if problem and not (
        problem == InspectionProblem.FORMULA and kind != FileKind.CSV
    ):  # spreadsheet programs open only CSV files
        raise refusals.refusal_for(kind, problem)
    ending = name.ending.lower() or USUAL_ENDINGS[kind]
    return InspectedUpload(kind, f"{name.stem}.{ending}", drawn if kind in PICTURE_KINDS else data)
