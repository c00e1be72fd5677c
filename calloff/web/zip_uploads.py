"""Pages on which people check and then import an uploaded .zip file of a few small text files."""

import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django import forms

from calloff.kernel.lifecycles import Problem, Refused
from calloff.web.forms_ui.forms import UnmarkedForm

MAX_ZIP_BYTES = 2_000_000
MAX_UNPACKED_BYTES = 10_000_000  # of all files together
MAX_FILES = 80
MAX_PARTS = 2  # a file in a folder
MAX_SHOWN_FAULTS = 25
PART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z]+)?")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can need much memory for a small file
IGNORED = re.compile(r"(?:__MACOSX/.*|(?:.*/)?\.DS_Store|.*/)", re.DOTALL)  # what computers add, and folders
T = TypeVar("T")


class ZipForm(UnmarkedForm):
    """A .zip file, to check or to import. Each form declares its field `file`."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_ZIP_BYTES or not str(file.name).lower().endswith(".zip"):
            raise forms.ValidationError("Upload a .zip file of 2 MB or less")
        return file


def run_on_unpacked_files(file: Any, command: Callable[[Path], T]) -> T:
    """Unpack an uploaded .zip file into a folder, and run a command on the folder.

    Raises Refused, at the form's file, if the file cannot be unpacked or the command refuses. Only the first problems
    of a file that has many are kept.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "upload"
        root.mkdir()
        try:
            _unpack(file, root)
            return command(root)
        except Refused as refusal:
            raise Refused.because(
                Problem(problem.sentence, "file") for problem in refusal.problems[:MAX_SHOWN_FAULTS]
            ) from None


def _unpack(file: Any, root: Path) -> None:
    """Write an archive's files, in no more than one level of folders, to a new folder.

    Raises Refused for an archive that is damaged, has a password, is too large, or has names with other characters.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not IGNORED.fullmatch(entry.filename)]
            if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise Refused(f"Upload {MAX_FILES} files or fewer, with 10 MB or less in total when unpacked")
            if any(entry.compress_type not in METHODS for entry in entries):
                raise Refused("Make the .zip file again with the usual compression, and upload it")
            for entry in entries:
                parts = entry.filename.split("/")
                if len(parts) > MAX_PARTS or not all(PART_NAME.fullmatch(part) for part in parts):
                    raise Refused(
                        "Put the files at the top of the .zip file or in one folder. Use only letters, numbers, - and "
                        "_ in their names."
                    )
                path = root.joinpath(*parts)
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(archive.read(entry))  # zipfile never reads more than the size that the entry states
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError):
        raise Refused("We cannot open this .zip file. Make it again, without a password, and upload it.") from None
