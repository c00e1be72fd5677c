"""Clean an upload's name, and read the kind of file from its ending."""

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
# Endings of kinds that are not accepted. Any other word after a dot is part of the name, and no ending.
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
    """A cleaned name in two parts. Without an ending, the dots in it are the person's own: “Policy J.Smith”."""

    stem: str
    ending: str

    @property
    def says(self) -> FileKind | None:
        """Return the accepted kind of file that the ending names."""
        return KINDS_BY_ENDING.get(self.ending.lower())


def parse_file_name(name: str) -> FileName:
    """Return an upload's cleaned name, with its ending split off if that names a kind of file."""
    cleaned = clean_file_name(name)
    stem, dot, ending = cleaned.rpartition(".")
    known = dot and stem and ending.lower() in KINDS_BY_ENDING.keys() | UNACCEPTED_ENDINGS
    return FileName(stem, ending) if known else FileName(cleaned, "")


def clean_file_name(name: str) -> str:
    """Reduce what a browser calls a file to a plain name: no folders, no control or direction characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "-", plain)).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    return (
        f"{stem[:MAX_FILE_NAME_LENGTH]}.{ending[:MAX_ENDING_LENGTH]}" if dot and stem else plain[:MAX_FILE_NAME_LENGTH]
    )
