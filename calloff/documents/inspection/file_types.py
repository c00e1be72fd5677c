"""Detect a file's type from its content."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

from calloff.documents.inspection.verdicts import Found, Problem, Seen

MAX_BEFORE_PDF = 1024  # bytes: readers look for the header of a PDF in the first kilobyte
HARMLESS_BEFORE_PDF = re.compile(rb"(?:\xef\xbb\xbf|\s|\x00|\x1b%-12345X|@PJL[^\r\n]*)*+")  # blanks, a printer's job
MARKUP = re.compile(  # possessive: what it skips is never tried a second way
    r"(?:\s++|<\?xml\b.*?\?>|<!--.*?-->)*+<(!doctype\s+(?:html|svg)|html|head|body|script|iframe|svg)\b", re.I | re.S
)
STARTS_ANOTHER_PROGRAM = re.compile(  # a formula that makes a spreadsheet talk to another program: =cmd|' /C calc'!A0
    r"""(?:^|[,;\t"'])\s*+[=+@-][^\t\r\n|]{0,80}?[\w.)'"]\|[^\r\n|]{1,300}?!\w""", re.M
)
STARTS = (
    (b"\x89PNG\r\n\x1a\n", Seen.PNG),
    (b"\xff\xd8\xff", Seen.JPEG),
    (b"PK\x05\x06", Seen.ARCHIVE),  # an empty zip
    (b"MZ", Seen.PROGRAM),
    (b"\x7fELF", Seen.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Seen.PROGRAM),
    (b"\xca\xfe\xba\xbe", Seen.PROGRAM),
    (b"#!", Seen.PROGRAM),
    (b"GIF8", Seen.GIF),
    (b"II*\0", Seen.TIFF),
    (b"MM\0*", Seen.TIFF),
    (b"{\\rtf", Seen.RTF),
    (b"Rar!", Seen.ARCHIVE),
    (b"7z\xbc\xaf", Seen.ARCHIVE),
    (b"\x1f\x8b", Seen.ARCHIVE),
    (b"ID3", Seen.AUDIO_OR_FILM),
    (b"OggS", Seen.AUDIO_OR_FILM),
    (b"\x1aE\xdf\xa3", Seen.AUDIO_OR_FILM),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_PARTS = (  # the names of what lies in an old Office file, as they are written there
    ("EncryptedPackage", Seen.LOCKED_OFFICE),
    ("WordDocument", Seen.OLD_WORD),
    ("Workbook", Seen.OLD_EXCEL),
    ("PowerPoint Document", Seen.POWERPOINT),
    ("__properties_version1.0", Seen.OUTLOOK),
)
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
MAIN_PARTS = (  # the last words of the content type of a file's main part
    ("wordprocessingml.document.main+xml", Seen.DOCX),
    ("wordprocessingml.template.main+xml", Seen.DOCX),
    ("ms-word.document.macroenabled.main+xml", Seen.DOCX),
    ("ms-word.template.macroenabledtemplate.main+xml", Seen.DOCX),
    ("spreadsheetml.sheet.main+xml", Seen.XLSX),
    ("spreadsheetml.template.main+xml", Seen.XLSX),
    ("ms-excel.sheet.macroenabled.main+xml", Seen.XLSX),
    ("ms-excel.template.macroenabled.main+xml", Seen.XLSX),
    ("ms-excel.sheet.binary.macroenabled.main", Seen.BINARY_WORKBOOK),
    ("presentationml.presentation.main+xml", Seen.POWERPOINT),
    ("presentationml.slideshow.main+xml", Seen.POWERPOINT),
)
USUAL_MAIN_PARTS = {
    "word/document.xml": Seen.DOCX,
    "xl/workbook.xml": Seen.XLSX,
    "ppt/presentation.xml": Seen.POWERPOINT,
}
CONTENT_TYPES = "[Content_Types].xml"
MAX_CONTENT_TYPES = 1024 * 1024  # bytes
LOCKED = 1  # of the flags of a part


def likely(data: bytes) -> Seen:
    """Return which reader a file needs, from its first bytes."""
    if b"%PDF-" in data[: MAX_BEFORE_PDF + 5]:
        return Seen.PDF
    if data.startswith(b"PK\x03\x04"):
        return Seen.DOCX
    return next((kind for start, kind in STARTS if data.startswith(start)), Seen.TXT)


def seen_in(data: bytes) -> Seen:
    """Return a file's type, or UNKNOWN."""
    if is_pdf(data):
        return Seen.PDF
    for start, kind in STARTS:
        if data.startswith(start):
            return kind
    for start, look in LOOKED_INTO:
        if data.startswith(start):
            return look(data)
    return _seen_in_boxes(data) if data[4:8] == b"ftyp" else _seen_in_text(data)


def is_pdf(data: bytes) -> bool:
    """Return whether a file starts with a PDF header, allowing only blanks or a printer's job data before it."""
    before = HARMLESS_BEFORE_PDF.match(data, 0, MAX_BEFORE_PDF)
    return data.startswith(b"%PDF-", before.end() if before else 0)


def decoded(data: bytes) -> str | None:
    """Read bytes as text, in UTF-8 or in what Windows writes; nothing, if they are not text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0b\x0e-\x1f]", text) else text
    return None


def check_text(data: bytes) -> None:
    """Raise Found for text that would start another program if it were opened as a spreadsheet."""
    if STARTS_ANOTHER_PROGRAM.search(decoded(data) or ""):
        raise Found(Problem.FORMULA)


def _seen_in_boxes(data: bytes) -> Seen:
    """Tell a phone photo from a video: both are box files, and the first box lists their brands."""
    end = min(max(int.from_bytes(data[:4], "big"), 12), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & {b"avif", b"avis"}:
        return Seen.AVIF
    return Seen.HEIC if brands & HEIC_BRANDS else Seen.AUDIO_OR_FILM


def _seen_in_old_office(data: bytes) -> Seen:
    return next((kind for name, kind in OLD_PARTS if name.encode("utf-16-le") in data), Seen.OLD_OFFICE)


def _seen_in_riff(data: bytes) -> Seen:
    return Seen.WEBP if data[8:12] == b"WEBP" else Seen.AUDIO_OR_FILM


def _seen_in_bitmap(data: bytes) -> Seen:
    """Tell a bitmap from text that starts with BM: a bitmap's header gives its length."""
    return Seen.BMP if int.from_bytes(data[2:6], "little") == len(data) else _seen_in_text(data)


def _seen_in_zip(data: bytes) -> Seen:
    try:
        with ZipFile(BytesIO(data)) as parts:
            names = set(parts.namelist())
            if CONTENT_TYPES in names and parts.getinfo(CONTENT_TYPES).flag_bits & LOCKED:
                return _main_part(b"", names)
            if CONTENT_TYPES in names:
                with parts.open(CONTENT_TYPES) as listed:
                    types = listed.read(MAX_CONTENT_TYPES)
                return _main_part(types, names)
            if "mimetype" in names:
                with parts.open("mimetype") as listed:
                    return Seen.OPENDOCUMENT if b"opendocument" in listed.read(200) else Seen.ZIP
    except Exception:  # of a damaged archive anything may be raised: zlib.error, LZMAError, NotImplementedError
        return Seen.DAMAGED_ZIP
    return Seen.ZIP


def _main_part(types: bytes, names: set[str]) -> Seen:
    """Tell by the list of content types: Word on the web, for one, names its main part as it likes."""
    plain = types.replace(b"\0", b"").lower().decode("latin-1")
    for ending, kind in MAIN_PARTS:
        if ending in plain:
            return kind
    return next((kind for name, kind in USUAL_MAIN_PARTS.items() if name in names), Seen.ZIP)


def _seen_in_text(data: bytes) -> Seen:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Seen.UTF16
    text = decoded(data)
    if text is None:
        return Seen.UNKNOWN
    markup = MARKUP.match(text[:10_000])
    if markup:
        return Seen.SVG if "svg" in markup[1].lower() else Seen.WEB_PAGE
    return Seen.TXT


LOOKED_INTO: tuple[tuple[bytes, Callable[[bytes], Seen]], ...] = (
    (b"PK\x03\x04", _seen_in_zip),
    (OLD_OFFICE, _seen_in_old_office),
    (b"RIFF", _seen_in_riff),
    (b"BM", _seen_in_bitmap),
)
