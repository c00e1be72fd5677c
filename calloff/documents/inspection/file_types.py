"""Detect the type of a file from its content."""

import re
from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

from calloff.documents.inspection.verdicts import DetectedType, InspectionProblem, ProblemFound

MAX_BEFORE_PDF = 1024  # bytes. PDF readers look for the header in the first kilobyte
# This matches white space, or the commands of a print job.
HARMLESS_BEFORE_PDF = re.compile(rb"(?:\xef\xbb\xbf|\s|\x00|\x1b%-12345X|@PJL[^\r\n]*)*+")
MARKUP_PATTERN = re.compile(  # possessive quantifiers prevent backtracking
    r"(?:\s++|<\?xml\b.*?\?>|<!--.*?-->)*+<(!doctype\s+(?:html|svg)|html|head|body|script|iframe|svg)\b", re.I | re.S
)
# This matches a formula that makes a spreadsheet start another program, for example =cmd|' /C calc'!A0.
PROGRAM_FORMULA_PATTERN = re.compile(
    r"""(?:^|[,;\t\r"'])\s*+[=+@\-\uff1d\uff0b\uff20\uff0d][^\t\r\n|]{0,80}?[\w.)'"]\|[^\r\n|]{1,300}?!\w""", re.M
)
# This matches a formula that sends the data in a sheet to a URL, for example =WEBSERVICE("…"&A1).
FETCHING_FORMULA_PATTERN = re.compile(
    r"""(?:^|[,;\t\r"'])\s*+[=+@\-\uff1d\uff0b\uff20\uff0d]
        (?:[^\t\r\n]{0,300}?\b(?:WEBSERVICE|RTD|IMPORT(?:DATA|XML|HTML|FEED|RANGE))|(?<=[=\uff1d])\s*IMAGE)\(""",
    re.M | re.I | re.VERBOSE,
)
FILE_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", DetectedType.PNG),
    (b"\xff\xd8\xff", DetectedType.JPEG),
    (b"PK\x05\x06", DetectedType.ARCHIVE),  # the first bytes of an empty ZIP archive
    (b"MZ", DetectedType.PROGRAM),
    (b"\x7fELF", DetectedType.PROGRAM),
    (b"\xcf\xfa\xed\xfe", DetectedType.PROGRAM),
    (b"\xca\xfe\xba\xbe", DetectedType.PROGRAM),
    (b"#!", DetectedType.PROGRAM),
    (b"GIF8", DetectedType.GIF),
    (b"II*\0", DetectedType.TIFF),
    (b"MM\0*", DetectedType.TIFF),
    (b"{\\rtf", DetectedType.RTF),
    (b"Rar!", DetectedType.ARCHIVE),
    (b"7z\xbc\xaf", DetectedType.ARCHIVE),
    (b"\x1f\x8b", DetectedType.ARCHIVE),
    (b"ID3", DetectedType.AUDIO_OR_FILM),
    (b"OggS", DetectedType.AUDIO_OR_FILM),
    (b"\x1aE\xdf\xa3", DetectedType.AUDIO_OR_FILM),
)
OLD_OFFICE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_OFFICE_STREAMS = (  # the names of streams in old Office files
    ("EncryptedPackage", DetectedType.LOCKED_OFFICE),
    ("WordDocument", DetectedType.OLD_WORD),
    ("Workbook", DetectedType.OLD_EXCEL),
    ("PowerPoint Document", DetectedType.POWERPOINT),
    ("__properties_version1.0", DetectedType.OUTLOOK),
)
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
MAIN_PARTS = (  # the end of the content type of the main part of an Office document
    ("wordprocessingml.document.main+xml", DetectedType.DOCX),
    ("wordprocessingml.template.main+xml", DetectedType.DOCX),
    ("ms-word.document.macroenabled.main+xml", DetectedType.DOCX),
    ("ms-word.template.macroenabledtemplate.main+xml", DetectedType.DOCX),
    ("spreadsheetml.sheet.main+xml", DetectedType.XLSX),
    ("spreadsheetml.template.main+xml", DetectedType.XLSX),
    ("ms-excel.sheet.macroenabled.main+xml", DetectedType.XLSX),
    ("ms-excel.template.macroenabled.main+xml", DetectedType.XLSX),
    ("ms-excel.sheet.binary.macroenabled.main", DetectedType.BINARY_WORKBOOK),
    ("presentationml.presentation.main+xml", DetectedType.POWERPOINT),
    ("presentationml.slideshow.main+xml", DetectedType.POWERPOINT),
)
USUAL_MAIN_PARTS = {
    "word/document.xml": DetectedType.DOCX,
    "xl/workbook.xml": DetectedType.XLSX,
    "ppt/presentation.xml": DetectedType.POWERPOINT,
}
CONTENT_TYPES = "[Content_Types].xml"
MAX_CONTENT_TYPES = 1024 * 1024  # bytes
LOCKED_FLAG = 1  # a bit in the flags of a ZIP entry


def guess_file_type(data: bytes) -> DetectedType:
    """Return the type of file whose library might be needed, judging by the first bytes."""
    if b"%PDF-" in data[: MAX_BEFORE_PDF + 5]:
        return DetectedType.PDF
    if data.startswith(b"PK\x03\x04"):
        return DetectedType.DOCX
    return next((kind for start, kind in FILE_SIGNATURES if data.startswith(start)), DetectedType.TXT)


def detect_file_type(data: bytes) -> DetectedType:
    """Return a file's type, or UNKNOWN."""
    if is_pdf(data):
        return DetectedType.PDF
    for signature, kind in FILE_SIGNATURES:
        if data.startswith(signature):
            return kind
    for signature, detect in CONTAINER_DETECTORS:
        if data.startswith(signature):
            return detect(data)
    return _detect_box_type(data) if data[4:8] == b"ftyp" else _detect_text_type(data)


def is_pdf(data: bytes) -> bool:
    """Return whether a file has a PDF header that follows only white space or print job commands, if anything."""
    before = HARMLESS_BEFORE_PDF.match(data, 0, MAX_BEFORE_PDF)
    return data.startswith(b"%PDF-", before.end() if before else 0)


def decode_text(data: bytes) -> str | None:
    """Decode bytes as UTF-8 or Windows-1252. Returns None if they are not text."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if re.search(r"[\x00-\x08\x0b\x0e-\x1f]", text) else text
    return None


def check_text(data: bytes) -> None:
    """Raise ProblemFound for text that would start a program or fetch a URL if a spreadsheet program opened it."""
    text = decode_text(data) or ""
    if PROGRAM_FORMULA_PATTERN.search(text) or FETCHING_FORMULA_PATTERN.search(text):
        raise ProblemFound(InspectionProblem.FORMULA)


def _detect_box_type(data: bytes) -> DetectedType:
    """Return whether an ISO media file is a photo, a video or neither, judging by the brands in its first box."""
    end = min(max(int.from_bytes(data[:4], "big"), 12), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & {b"avif", b"avis"}:
        return DetectedType.AVIF
    return DetectedType.HEIC if brands & HEIC_BRANDS else DetectedType.AUDIO_OR_FILM


def _detect_old_office_type(data: bytes) -> DetectedType:
    return next(
        (kind for name, kind in OLD_OFFICE_STREAMS if name.encode("utf-16-le") in data), DetectedType.OLD_OFFICE
    )


def _detect_riff_type(data: bytes) -> DetectedType:
    return DetectedType.WEBP if data[8:12] == b"WEBP" else DetectedType.AUDIO_OR_FILM


def _detect_bitmap_type(data: bytes) -> DetectedType:
    """Return whether a file that starts with “BM” is a bitmap or text.

    The header of a bitmap contains the length of the file.
    """
    return DetectedType.BMP if int.from_bytes(data[2:6], "little") == len(data) else _detect_text_type(data)


def _detect_zip_type(data: bytes) -> DetectedType:
    try:
        with ZipFile(BytesIO(data)) as parts:
            names = set(parts.namelist())
            if CONTENT_TYPES in names and parts.getinfo(CONTENT_TYPES).flag_bits & LOCKED_FLAG:
                return _main_part(b"", names)
            if CONTENT_TYPES in names:
                with parts.open(CONTENT_TYPES) as listed:
                    types = listed.read(MAX_CONTENT_TYPES)
                return _main_part(types, names)
            if "mimetype" in names:
                with parts.open("mimetype") as listed:
                    return DetectedType.OPENDOCUMENT if b"opendocument" in listed.read(200) else DetectedType.ZIP
    except Exception:  # a damaged archive can raise any error: zlib.error, LZMAError, NotImplementedError
        return DetectedType.DAMAGED_ZIP
    return DetectedType.ZIP


def _main_part(types: bytes, names: set[str]) -> DetectedType:
    """Return the type of an Office document, from its list of content types.

    The names of parts are not reliable, because programs such as Word on the web can give the main part any name.
    """
    text = types.replace(b"\0", b"").lower().decode("latin-1")
    for ending, kind in MAIN_PARTS:
        if ending in text:
            return kind
    return next((kind for name, kind in USUAL_MAIN_PARTS.items() if name in names), DetectedType.ZIP)


def _detect_text_type(data: bytes) -> DetectedType:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return DetectedType.UTF16
    text = decode_text(data)
    if text is None:
        return DetectedType.UNKNOWN
    markup = MARKUP_PATTERN.match(text[:10_000])
    if markup:
        return DetectedType.SVG if "svg" in markup[1].lower() else DetectedType.WEB_PAGE
    return DetectedType.TXT


CONTAINER_DETECTORS: tuple[tuple[bytes, Callable[[bytes], DetectedType]], ...] = (
    (b"PK\x03\x04", _detect_zip_type),
    (OLD_OFFICE_SIGNATURE, _detect_old_office_type),
    (b"RIFF", _detect_riff_type),
    (b"BM", _detect_bitmap_type),
)
