"""Pages on which people check and then import an uploaded .zip file of a few small text files."""

import re
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from django import forms

from calloff.documents.uploads import unpack_upload
from calloff.kernel.lifecycles import Problem, Refused
from calloff.people.models import User
from calloff.web.forms_ui.forms import UnmarkedForm

MAX_ZIP_BYTES = 2_000_000
MAX_PARTS = 2  # a file in a folder
MAX_SHOWN_FAULTS = 25
PART_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z]+)?")
T = TypeVar("T")


class ZipForm(UnmarkedForm):
    """A .zip file, to check or to import. Each form declares its field `file`."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_ZIP_BYTES or not str(file.name).lower().endswith(".zip"):
            raise forms.ValidationError("Upload a .zip file of 2 MB or less")
        return file


def run_on_unpacked_files(file: Any, command: Callable[[Path], T], *, by: User, at: datetime) -> T:
    """Unpack an uploaded .zip file into a folder, and run a command on the folder.

    Raises Refused, at the form's file, if the file cannot be unpacked or the command refuses. Only the first problems
    of a file that has many are kept.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "upload"
        root.mkdir()
        try:
            _write_files(unpack_upload(file, by=by, at=at), root)
            return command(root)
        except Refused as refusal:
            raise Refused.because(
                Problem(problem.sentence, "file") for problem in refusal.problems[:MAX_SHOWN_FAULTS]
            ) from None


def _write_files(files: Mapping[str, bytes], root: Path) -> None:
    """Write an archive's files, in no more than one level of folders, to a new folder.

    Raises Refused, and writes nothing, if a name has other characters or another folder.
    """
    paths = {name: name.split("/") for name in files}
    if not all(len(parts) <= MAX_PARTS and all(map(PART_NAME.fullmatch, parts)) for parts in paths.values()):
        raise Refused(
            "Put the files at the top of the .zip file or in one folder. Use only letters, numbers, - and _ in their "
            "names."
        )
    for name, content in files.items():
        path = root.joinpath(*paths[name])
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        except OSError:  # a file and a folder have the same name
            raise Refused("Give each file and folder in the .zip file a different name") from None
