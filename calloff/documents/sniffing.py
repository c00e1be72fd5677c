"""What a file is, told by its content; its name must agree. The sentences are for the person who uploads it."""

import re
import unicodedata
from io import BytesIO
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from calloff.documents import office, pictures, portable
from calloff.documents.models import Kind
from calloff.kernel.states import Refused

LARGEST = 10 * 1024 * 1024  # bytes
LONGEST_NAME = 100
FIELD = "file"

NAMED = {
    "pdf": Kind.PDF,
    "docx": Kind.DOCX,
    "xlsx": Kind.XLSX,
    "csv": Kind.CSV,
    "png": Kind.PNG,
    "jpg": Kind.JPEG,
    "jpeg": Kind.JPEG,
    "txt": Kind.TXT,
}
AS_SEEN = {
    Kind.PDF: "a PDF",
    Kind.DOCX: "a Word document",
    Kind.XLSX: "a spreadsheet",
    Kind.CSV: "plain text",
    Kind.TXT: "plain text",
    Kind.PNG: "a PNG image",
    Kind.JPEG: "a JPEG image",
}
WANTED = AS_SEEN | {Kind.CSV: "a CSV file", Kind.TXT: "a text file"}
ALLOWED = (
    "Upload a PDF, a Word document (.docx), a spreadsheet (.xlsx or .csv), a picture (PNG or JPEG) or a text file."
)
TEXTS = (Kind.CSV, Kind.TXT)
MARKUP = re.compile(  # possessive: what it skips is never tried a second way
    r"(?:\s++|<\?xml\b.*?\?>|<!--.*?-->)*+<(!doctype\s+(?:html|svg)|html|head|body|script|iframe|svg)\b", re.I | re.S
)
FOREIGN = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or locked Office file. Save it as .docx or .xlsx with no password"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a sound, a film or a WebP image"),
    (b"{\\rtf", "a rich text file. Save it as a PDF or .docx"),
    (b"PK\x03\x04", "a zip archive"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
)  # fmt: skip


class Inspected(NamedTuple):
    kind: Kind
    name: str
    data: bytes  # as it will be kept: an image is drawn anew


def inspect(name: str, data: bytes) -> Inspected:
    """Find out what somebody uploads, and take away what need not be kept.

    Raises Refused for an empty, too large, foreign, misnamed or dangerous file.
    """
    if not data:
        raise Refused("This file is empty. Check it, and upload it again.", FIELD)
    if len(data) > LARGEST:
        raise Refused(f"This file is larger than {LARGEST // 1024**2} MB. Upload a smaller one.", FIELD)
    cleaned = clean_name(name)
    stem, dot, ending = cleaned.rpartition(".")
    named = NAMED.get(ending.lower()) if dot else None
    seen = _seen(data)
    if not isinstance(seen, Kind):
        sentence = f"This file is named .{ending} but is {seen}." if named else f"This file is {seen}."
        raise Refused(f"{sentence} {f'Upload {WANTED[named]}.' if named else ALLOWED}", FIELD)
    if named is None and dot and re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,4}", ending):
        raise Refused(f"Files named .{ending.lower()} cannot be uploaded. {ALLOWED}", FIELD)
    if named is None:
        stem, ending = cleaned, str(seen)
    elif named in TEXTS and seen in TEXTS:
        seen = named
    elif named != seen:
        raise Refused(f"This file is named .{ending} but is {AS_SEEN[seen]}. Upload {WANTED[named]}.", FIELD)
    return Inspected(seen, f"{stem}.{ending.lower()}", _checked(seen, data))


def clean_name(name: str) -> str:
    """Reduce what a browser calls a file to a plain name: no folders, no control or direction characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")
    plain = re.sub(r"\s+", " ", re.sub(r'[<>:"|?*]', "-", plain)).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:LONGEST_NAME]}.{ending[:10]}" if dot and stem else plain[:LONGEST_NAME]


def _seen(data: bytes) -> Kind | str:
    """Tell the kind, or, of what is not on the list, what it looks like in words."""
    if data.startswith(b"%PDF-"):
        return Kind.PDF
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if data.startswith(b"PK\x03\x04"):
        return _seen_in_zip(data)
    for start, words in FOREIGN:
        if data.startswith(start):
            return words
    return _seen_in_text(data)


def _seen_in_zip(data: bytes) -> Kind | str:
    try:
        with ZipFile(BytesIO(data)) as parts:
            names = set(parts.namelist())
    except (BadZipFile, ValueError, NotImplementedError, OSError):
        return "damaged"
    if "[Content_Types].xml" in names and "word/document.xml" in names:
        return Kind.DOCX
    if "[Content_Types].xml" in names and "xl/workbook.xml" in names:
        return Kind.XLSX
    return "a zip archive"


def _seen_in_text(data: bytes) -> Kind | str:
    text = decoded(data)
    if text is None:
        return "not of a kind that we know"
    markup = MARKUP.match(text[:10_000])
    if markup:
        return "an SVG drawing" if "svg" in markup[1].lower() else "a web page"
    return Kind.TXT


def decoded(data: bytes) -> str | None:
    """Read bytes as text, in UTF-8 or in what Windows writes; nothing, if they are not text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0b\x0e-\x1f]", text) else text
    return None


def _checked(kind: Kind, data: bytes) -> bytes:
    if kind == Kind.PDF:
        portable.check(data)
    elif kind in (Kind.DOCX, Kind.XLSX):
        office.check(data)
    elif kind in (Kind.PNG, Kind.JPEG):
        return pictures.redrawn(data)
    return data
