"""Clean the names of uploads, and recognise kinds of file by their extension."""

import re
import unicodedata
from typing import NamedTuple

from calloff.documents.models import FileKind

MAX_FILE_NAME_LENGTH = 100
MAX_ENDING_LENGTH = 10
KINDS_BY_ENDING = {
    "pdf": FileKind.PDF,
    "docx": FileKind.DOCX,
    "xlsx": FileKind.XLSX,
    "csv": FileKind.CSV,
    "png": FileKind.PNG,
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
    "jpe": FileKind.JPEG,
    "jfif": FileKind.JPEG,
    "txt": FileKind.TXT,
}
USUAL_ENDINGS = {FileKind.JPEG: "jpg"} | {kind: kind.value for kind in FileKind if kind != FileKind.JPEG}
# These are extensions of kinds of file that we do not accept. Any other word after a dot is treated as part of the
# name.
UNACCEPTED_ENDINGS = frozenset(
    {
        "avif",
        "bat",
        "bmp",
        "cmd",
        "css",
        "doc",
        "docm",
        "dot",
        "dotm",
        "dotx",
        "eml",
        "exe",
        "gif",
        "heic",
        "heif",
        "htm",
    }
    | {
        "html",
        "ics",
        "js",
        "json",
        "log",
        "md",
        "mht",
        "mhtml",
        "msg",
        "odp",
        "ods",
        "odt",
        "php",
        "ppt",
        "pptm",
        "pptx",
    }
    | {
        "ps1",
        "py",
        "rtf",
        "sh",
        "svg",
        "tif",
        "tiff",
        "tsv",
        "vbs",
        "vcf",
        "webp",
        "xls",
        "xlsb",
        "xlsm",
        "xltm",
        "xltx",
    }
    | {"xml", "yaml", "zip"}
)


class FileName(NamedTuple):
    """A cleaned file name in two parts.

    If the extension is unknown, dots are part of the stem, for example in “Policy J.Smith”.
    """

    stem: str
    ending: str

    @property
    def says(self) -> FileKind | None:
        """Return the accepted kind of file with this extension, or None."""
        return KINDS_BY_ENDING.get(self.ending.lower())


def parse_file_name(name: str) -> FileName:
    """Return an upload's cleaned name, with its extension separate if we recognise it."""
    cleaned = clean_file_name(name)
    stem, dot, ending = cleaned.rpartition(".")
    is_ending = dot and stem and ending.lower() in KINDS_BY_ENDING.keys() | UNACCEPTED_ENDINGS
    return FileName(stem, ending) if is_ending else FileName(cleaned, "")


def clean_file_name(name: str) -> str:
    """Return a plain file name of limited length, without folders, control or direction characters."""
    base_name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    cleaned = "".join(letter for letter in base_name if unicodedata.category(letter)[0] != "C")
    cleaned = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "-", cleaned)).strip(" .") or "file"
    stem, dot, ending = cleaned.rpartition(".")
    return (
        f"{stem[:MAX_FILE_NAME_LENGTH]}.{ending[:MAX_ENDING_LENGTH]}"
        if dot and stem
        else cleaned[:MAX_FILE_NAME_LENGTH]
    )
