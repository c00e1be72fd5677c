"""Clean an upload's name, and read the kind of file from its ending."""

import re
import unicodedata
from typing import NamedTuple

from calloff.documents.models import Kind

MAX_NAME = 100
MAX_ENDING = 10
NAMED = {
    "pdf": Kind.PDF,
    "docx": Kind.DOCX,
    "xlsx": Kind.XLSX,
    "csv": Kind.CSV,
    "png": Kind.PNG,
    "jpg": Kind.JPEG,
    "jpeg": Kind.JPEG,
    "jpe": Kind.JPEG,
    "jfif": Kind.JPEG,
    "txt": Kind.TXT,
}
USUAL_ENDINGS = {Kind.JPEG: "jpg"} | {kind: kind.value for kind in Kind if kind != Kind.JPEG}
# Endings of kinds that are not accepted. Any other word after a dot is part of the name, and no ending.
FOREIGN = frozenset(
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


class Name(NamedTuple):
    """A cleaned name in two parts. Without an ending, the dots in it are the person's own: “Policy J.Smith”."""

    stem: str
    ending: str

    @property
    def says(self) -> Kind | None:
        """Return the accepted kind of file that the ending names."""
        return NAMED.get(self.ending.lower())


def parsed(name: str) -> Name:
    """Return an upload's cleaned name, with its ending split off if that names a kind of file."""
    cleaned = clean_name(name)
    stem, dot, ending = cleaned.rpartition(".")
    known = dot and stem and ending.lower() in NAMED.keys() | FOREIGN
    return Name(stem, ending) if known else Name(cleaned, "")


def clean_name(name: str) -> str:
    """Reduce what a browser calls a file to a plain name: no folders, no control or direction characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "-", plain)).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:MAX_NAME]}.{ending[:MAX_ENDING]}" if dot and stem else plain[:MAX_NAME]
