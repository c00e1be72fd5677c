"""Unpack a ZIP archive of a few small files, for example a market pack or a directory in CSV files.

The caller checks the names and contents of the files. Folders, and files that operating systems add to an archive, are
left out.
"""

import base64
import json
import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from calloff.documents.inspection.verdicts import (
    MAX_ARCHIVE_FILES,
    MAX_UNPACKED_BYTES,
    InspectionProblem,
    ProblemFound,
)

IGNORED_NAME_PATTERN = re.compile(r"(?:__MACOSX/.*|(?:.*/)?\.DS_Store|.*/)", re.DOTALL)
METHODS = (ZIP_STORED, ZIP_DEFLATED)  # other methods can need much memory for a small file
ENCRYPTED_FLAG = 1  # a bit in the flags of a ZIP entry


def prepare() -> None:
    """Import modules that load on first use, while the process can still open files."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as small:
        small.writestr("a.txt", "a")
    unpack_archive(out.getvalue())


def unpack_archive(data: bytes) -> bytes:
    """Return an archive's files as a JSON list of pairs: the name of a file, and its content in base64.

    Raises ProblemFound if the archive is locked or damaged, has too many or too large files, or is compressed with a
    method other than the usual ones.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not IGNORED_NAME_PATTERN.fullmatch(entry.filename)]
            if len(entries) > MAX_ARCHIVE_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise ProblemFound(InspectionProblem.UNPACKS_TOO_MUCH)
            if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
                raise ProblemFound(InspectionProblem.LOCKED)
            if any(entry.compress_type not in METHODS for entry in entries):
                raise ProblemFound(InspectionProblem.COMPRESSION)
            # zipfile stops reading at the size that the entry states.
            files = [(entry.filename, base64.b64encode(archive.read(entry)).decode()) for entry in entries]
    except ProblemFound:
        raise
    except Exception as unreadable:  # for example BadZipFile, zlib.error, NotImplementedError or struct.error
        raise ProblemFound(InspectionProblem.DAMAGED) from unreadable
    return json.dumps(files).encode()
