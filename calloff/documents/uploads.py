"""Inspect uploads in a child process, in turn, before they are saved."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from django.conf import settings

from calloff.documents import refusals
from calloff.documents.file_names import USUAL_ENDINGS, Name, parsed
from calloff.documents.inspection import process, slots
from calloff.documents.inspection.verdicts import MAX_FILE, Problem, Seen
from calloff.documents.models import Kind
from calloff.kernel.formatting import wait_of
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User
from calloff.rate_limits.counts import take
from calloff.rate_limits.limits import LimitName

PICTURES = (Kind.PNG, Kind.JPEG)
SECONDS_OF_A_REQUEST = 15  # of inspecting, after which no other file of the same request is begun


class Upload(Protocol):
    """What a form hands over: Django's UploadedFile is one."""

    @property
    def name(self) -> str | None: ...

    @property
    def size(self) -> int | None: ...

    def read(self, num_bytes: int = ..., /) -> bytes: ...


class Inspected(NamedTuple):
    """An upload that passed inspection, as it will be saved. A picture is redrawn."""

    kind: Kind
    name: str
    data: bytes


def inspected(upload: Upload, *, by: User, at: datetime) -> Inspected:
    """Inspect an upload, and remove what need not be kept.

    Raises Refused for an empty, too large, foreign, misnamed, damaged or dangerous file, and where other files of the
    person are being inspected for too long, or too many came within the hour.
    """
    return _inspected(upload, by=by, at=at, too_large=refusals.TOO_LARGE)


def inspected_picture(upload: Upload, *, longest: int, by: User, at: datetime) -> Inspected:
    """As `inspected`, of a picture alone, drawn so small that neither side has more pixels than `longest`."""
    found = _inspected(upload, by=by, at=at, longest=longest, too_large=refusals.PICTURE_TOO_LARGE)
    if found.kind not in PICTURES:
        raise Refused(f"This file is {refusals.AS_SEEN[found.kind]}. Upload a picture: PNG or JPEG.", refusals.FIELD)
    return found


def inspected_together(
    uploads: Mapping[str, Upload], *, by: User, at: datetime, seconds: float | None = SECONDS_OF_A_REQUEST
) -> dict[str, Inspected | Refused]:
    """Inspect a request's files one after another, and return each file's upload or refusal.

    No file is begun when so many seconds are over: the rest are refused, with how many may be sent at once. None, on
    the command line, is without an end, and each file waits until it is its turn. How many a request may have at all
    is `DATA_UPLOAD_MAX_NUMBER_FILES`.
    """
    until = None if seconds is None else time.monotonic() + seconds
    found: dict[str, Inspected | Refused] = {}
    for name, upload in uploads.items():
        try:
            if until is not None and time.monotonic() >= until:
                words = refusals.NO_TIME.format(most=settings.DATA_UPLOAD_MAX_NUMBER_FILES)
                raise Refused(words, refusals.FIELD)
            patience = None if until is None else slots.PATIENCE
            found[name] = _inspected(upload, by=by, at=at, too_large=refusals.TOO_LARGE, patience=patience)
        except Refused as refusal:
            found[name] = refusal
    return found


def _inspected(
    upload: Upload, *, by: User, at: datetime, too_large: str, longest: int = 0,
    patience: float | None = slots.PATIENCE,
) -> Inspected:  # fmt: skip
    data = b"" if (upload.size or 0) > MAX_FILE else upload.read(MAX_FILE + 1)
    if (upload.size or 0) > MAX_FILE or len(data) > MAX_FILE:  # the size that a browser states may be a lie
        raise Refused(too_large, refusals.FIELD)
    if not data:
        raise Refused(refusals.EMPTY, refusals.FIELD)
    name = parsed(upload.name or "")
    taken = take(LimitName.UPLOAD, by.pk, at=at)
    if not taken.allowed:
        raise Refused(f"{refusals.TOO_MANY} Wait {wait_of(taken.resets_in)}, then try again.", refusals.FIELD)
    with slots.wait_for_slot(by.pk, patience=patience):
        finding = process.inspect(data, longest_side=longest)
    return judged(name, data, finding.seen, finding.problem, finding.drawn)


def judged(name: Name, data: bytes, seen: Seen | None, problem: Problem | None, drawn: bytes) -> Inspected:
    """Compare the child's verdict with the file's name. Raises Refused with what is wrong and what to do."""
    if seen is None:
        raise refusals.refuse(name.says or Kind.TXT, problem or Problem.DAMAGED)
    kind = refusals.accepted_kind(name, seen)
    if problem and not (problem == Problem.FORMULA and kind != Kind.CSV):  # a text file is not opened as a spreadsheet
        raise refusals.refuse(kind, problem)
    ending = name.ending.lower() or USUAL_ENDINGS[kind]
    return Inspected(kind, f"{name.stem}.{ending}", drawn if kind in PICTURES else data)
