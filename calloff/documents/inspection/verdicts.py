"""The verdicts that the child can give, as codes, so that a compromised child cannot send text."""

from enum import StrEnum

MAX_FILE_BYTES = 10 * 1024 * 1024  # the maximum size of an upload, in bytes
MAX_PIXELS = 40_000_000  # the maximum size of a picture, in pixels
MAX_ARCHIVE_FILES = 80  # the maximum number of files in an archive that is unpacked
MAX_UNPACKED_BYTES = 10_000_000  # the maximum size of all these files together, in bytes
MAX_IMAGE_SIDE = 30_000  # pixels. Each row needs some memory, however short it is
UNPACK_TASK = "unpack"  # the argument that tells the child to unpack an archive


class DetectedType(StrEnum):
    """The kind of a file, judged by its content.

    The first seven kinds are accepted, and are the values of `models.FileKind`.
    """

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    PNG = "png"
    JPEG = "jpeg"
    TXT = "txt"
    AUDIO_OR_FILM = "audio_or_film"
    ARCHIVE = "archive"
    AVIF = "avif"
    BINARY_WORKBOOK = "binary_workbook"
    BMP = "bmp"
    DAMAGED_ZIP = "damaged_zip"
    GIF = "gif"
    HEIC = "heic"
    LOCKED_OFFICE = "locked_office"
    OLD_EXCEL = "old_excel"
    OLD_OFFICE = "old_office"
    OLD_WORD = "old_word"
    OPENDOCUMENT = "opendocument"
    OUTLOOK = "outlook"
    POWERPOINT = "powerpoint"
    PROGRAM = "program"
    RTF = "rtf"
    SVG = "svg"
    TIFF = "tiff"
    UNKNOWN = "unknown"
    UTF16 = "utf16"
    WEB_PAGE = "web_page"
    WEBP = "webp"
    ZIP = "zip"


class InspectionProblem(StrEnum):
    """Why a file of an accepted kind is refused. `refusals` has a sentence for each value."""

    ATTACHED = "attached"
    COMPRESSION = "compression"
    DAMAGED = "damaged"
    DDE = "dde"
    EMBEDDED = "embedded"
    EXTERNAL_LINKS = "external_links"
    FORMULA = "formula"
    LOCKED = "locked"
    MACROS = "macros"
    MEDIA = "media"
    OPENS_BY_ITSELF = "opens_by_itself"
    OTHER_FILES = "other_files"
    PROGRAM = "program"
    REMOTE = "remote"
    SENDS_ANSWERS = "sends_answers"
    TOO_LONG = "too_long"
    TOO_MANY_PIXELS = "too_many_pixels"
    TRUNCATED = "truncated"
    UNPACKS_TOO_MUCH = "unpacks_too_much"
    XFA = "xfa"


class ProblemFound(Exception):
    """Raised if the inspection finds a reason to refuse the file."""

    def __init__(self, problem: InspectionProblem) -> None:
        super().__init__(problem)
        self.problem = problem
