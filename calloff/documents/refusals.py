"""Errors for refused uploads, which say what is wrong with the file and what to do."""

from typing import NamedTuple

from calloff.documents.file_names import FileName
from calloff.documents.inspection.verdicts import (
    MAX_ARCHIVE_FILES,
    MAX_FILE_BYTES,
    MAX_IMAGE_SIDE,
    MAX_PIXELS,
    MAX_UNPACKED_BYTES,
    DetectedType,
    InspectionProblem,
)
from calloff.documents.models import FileKind
from calloff.kernel.lifecycles import Refused

FILE_FIELD = "file"
KIND_NAMES_AS_DETECTED = {
    FileKind.PDF: "a PDF",
    FileKind.DOCX: "a Word document",
    FileKind.XLSX: "a spreadsheet",
    FileKind.CSV: "plain text",
    FileKind.TXT: "plain text",
    FileKind.PNG: "a PNG image",
    FileKind.JPEG: "a JPEG image",
}
KIND_NAMES_WANTED = KIND_NAMES_AS_DETECTED | {FileKind.CSV: "a CSV file", FileKind.TXT: "a text file"}
ALLOWED_KINDS_ADVICE = (
    "Upload a PDF, a Word document (.docx), a spreadsheet (.xlsx or .csv), a picture (PNG or JPEG) or a text file."
)
TOO_MANY_FILES_REFUSAL = "You have uploaded too many files in a short time."
NO_TIME_REFUSAL = (
    "We did not have time to check this file. Upload up to {most} files at once, or fewer if they are large."
)
EMPTY_FILE_REFUSAL = "This file is empty. Check it, and upload it again."
FILE_TOO_LARGE_REFUSAL = f"This file is larger than {MAX_FILE_BYTES // 1024**2} MB. Upload a smaller one."
PICTURE_TOO_LARGE_REFUSAL = f"This picture is larger than {MAX_FILE_BYTES // 1024**2} MB. Upload a smaller one."
VIRUS_REFUSAL = (
    "This file contains a virus, so we did not save it. Scan your computer for viruses, then upload a clean copy."
)
PRINT_TO_PDF_ADVICE = "Print it to a new PDF and upload that."


class ForeignKind(NamedTuple):
    """A kind of file that we do not accept, and how to convert it.

    `remedy` is empty if the file cannot be converted.
    """

    words: str
    remedy: str = ""


FOREIGN_KINDS = {
    DetectedType.AUDIO_OR_FILM: ForeignKind("an audio or video file"),
    DetectedType.ARCHIVE: ForeignKind("an archive", "Extract the files and upload them one by one."),
    DetectedType.AVIF: ForeignKind("an AVIF image", "Save it as a JPEG and upload that."),
    DetectedType.BINARY_WORKBOOK: ForeignKind("a binary workbook (.xlsb)", "Save it as .xlsx and upload that."),
    DetectedType.BMP: ForeignKind("a bitmap image", "Save it as a PNG and upload that."),
    DetectedType.DAMAGED_ZIP: ForeignKind(
        "damaged", "Open it, save it again and upload the new copy, or upload a PDF."
    ),
    DetectedType.GIF: ForeignKind("a GIF image", "Save it as a PNG and upload that."),
    DetectedType.HEIC: ForeignKind(
        "a HEIC photo",
        "Save it as a JPEG and upload that. On an iPhone, open the photo and select Share, Options, “Most Compatible”.",
    ),
    DetectedType.LOCKED_OFFICE: ForeignKind(
        "locked with a password", "Remove the password, save it and upload it again."
    ),
    DetectedType.OLD_EXCEL: ForeignKind("an old Excel workbook (.xls)", "Save it as .xlsx and upload that."),
    DetectedType.OLD_OFFICE: ForeignKind("an old or locked Office file", "Save it as .docx or .xlsx with no password."),
    DetectedType.OLD_WORD: ForeignKind("an old Word document (.doc)", "Save it as .docx or as a PDF and upload that."),
    DetectedType.OPENDOCUMENT: ForeignKind("an OpenDocument file", "Save it as .docx, .xlsx or a PDF and upload that."),
    DetectedType.OUTLOOK: ForeignKind("an Outlook message", "Save it as a PDF and upload that."),
    DetectedType.POWERPOINT: ForeignKind("a PowerPoint presentation", "Save it as a PDF and upload that."),
    DetectedType.PROGRAM: ForeignKind("a program"),
    DetectedType.RTF: ForeignKind("a rich text file", "Save it as a PDF or .docx and upload that."),
    DetectedType.SVG: ForeignKind("an SVG drawing"),
    DetectedType.TIFF: ForeignKind("a TIFF image", "Save it as a PDF or a JPEG and upload that."),
    DetectedType.UNKNOWN: ForeignKind("of a type that we do not recognise"),
    DetectedType.UTF16: ForeignKind(
        "text in UTF-16", "Save it again as “CSV UTF-8” or as text in UTF-8, and upload that."
    ),
    DetectedType.WEB_PAGE: ForeignKind("a web page"),
    DetectedType.WEBP: ForeignKind("a WebP image", "Save it as a PNG or a JPEG and upload that."),
    DetectedType.ZIP: ForeignKind("a zip archive"),
}
PDF_REFUSALS = {
    InspectionProblem.ATTACHED: "This PDF has other files attached to it. Remove them, then upload each file "
    "separately.",
    InspectionProblem.DAMAGED: f"This PDF is damaged and cannot be read. {PRINT_TO_PDF_ADVICE}",
    InspectionProblem.LOCKED: "This PDF is locked with a password. Remove the password, save it and upload it again.",
    InspectionProblem.MEDIA: f"This PDF contains a video, a sound or a 3D model. {PRINT_TO_PDF_ADVICE}",
    InspectionProblem.OPENS_BY_ITSELF: f"This PDF opens a web page by itself. {PRINT_TO_PDF_ADVICE}",
    InspectionProblem.OTHER_FILES: f"This PDF opens or reads other files. {PRINT_TO_PDF_ADVICE}",
    InspectionProblem.PROGRAM: f"This PDF contains JavaScript or runs a command. {PRINT_TO_PDF_ADVICE}",
    InspectionProblem.SENDS_ANSWERS: f"This PDF has a button that sends what people enter to another address. "
    f"{PRINT_TO_PDF_ADVICE}",
    InspectionProblem.TOO_LONG: f"This PDF takes too long to check. {PRINT_TO_PDF_ADVICE}",
    InspectionProblem.XFA: f"This PDF is an XFA form, which contains a program. {PRINT_TO_PDF_ADVICE}",
}
OR_UPLOAD_PDF_ADVICE = "or upload a PDF."
OFFICE_REFUSALS = {
    InspectionProblem.DAMAGED: f"This file is damaged. Open it, save it again and upload the new copy, "
    f"{OR_UPLOAD_PDF_ADVICE}",
    InspectionProblem.DDE: f"This file has a field or a formula that starts another program (DDE). Remove it, "
    f"{OR_UPLOAD_PDF_ADVICE}",
    InspectionProblem.EMBEDDED: f"This file has another file embedded in it. Remove it, {OR_UPLOAD_PDF_ADVICE}",
    InspectionProblem.EXTERNAL_LINKS: "This spreadsheet gets data from other files or from the web. In Excel, select "
    f"Data, then Edit Links or Queries & Connections, and remove them, {OR_UPLOAD_PDF_ADVICE}",
    InspectionProblem.LOCKED: "This file is locked with a password. Remove the password, save it and upload it again.",
    InspectionProblem.MACROS: f"This file has macros or controls in it. Save it without them (as .docx or .xlsx), "
    f"{OR_UPLOAD_PDF_ADVICE}",
    InspectionProblem.REMOTE: "This file gets a template, a picture or another file from somewhere else when it is "
    "opened. Save it as a PDF and upload that.",
    InspectionProblem.TOO_LONG: f"This file takes too long to check. Make it smaller, {OR_UPLOAD_PDF_ADVICE}",
    InspectionProblem.UNPACKS_TOO_MUCH: f"The contents of this file are much larger than we allow. Save it again, "
    f"{OR_UPLOAD_PDF_ADVICE}",
}
TOO_MANY_PIXELS_REFUSAL = (
    f"This picture has more than {MAX_PIXELS // 10**6} megapixels, or a side of more than {MAX_IMAGE_SIDE:,} pixels. "
    "Make it smaller and upload it again."
)
PICTURE_REFUSALS = {
    InspectionProblem.DAMAGED: "This picture is damaged. Save it again and upload the new copy.",
    InspectionProblem.TOO_LONG: "This picture takes too long to check. Make it smaller and upload it again.",
    InspectionProblem.TOO_MANY_PIXELS: TOO_MANY_PIXELS_REFUSAL,
    InspectionProblem.TRUNCATED: "Part of this picture is missing. Copy it again from the camera or phone, then "
    "upload the new copy.",
}
TEXT_REFUSALS = {
    InspectionProblem.DAMAGED: "This file cannot be read. Save it again and upload the new copy.",
    InspectionProblem.FORMULA: "This file has a formula that starts another program or gets data from the "
    f"web. Remove it, {OR_UPLOAD_PDF_ADVICE}",
    InspectionProblem.TOO_LONG: f"This file takes too long to check. Make it smaller, {OR_UPLOAD_PDF_ADVICE}",
}
ARCHIVE_REFUSALS = {
    InspectionProblem.COMPRESSION: "Make the .zip file again with the usual compression, and upload it.",
    InspectionProblem.DAMAGED: "We cannot open this .zip file. Make it again, without a password, and upload it.",
    InspectionProblem.TOO_LONG: "This .zip file takes too long to check. Make it smaller and upload it again.",
    InspectionProblem.UNPACKS_TOO_MUCH: f"Upload {MAX_ARCHIVE_FILES} files or fewer, with "
    f"{MAX_UNPACKED_BYTES // 10**6} MB or less in total when unpacked",
}
REFUSALS_BY_KIND = {
    FileKind.PDF: PDF_REFUSALS,
    FileKind.DOCX: OFFICE_REFUSALS,
    FileKind.XLSX: OFFICE_REFUSALS,
    FileKind.PNG: PICTURE_REFUSALS,
    FileKind.JPEG: PICTURE_REFUSALS,
    FileKind.CSV: TEXT_REFUSALS,
    FileKind.TXT: TEXT_REFUSALS,
}


def accepted_kind(name: FileName, seen: DetectedType) -> FileKind:
    """Return the accepted kind of file that an upload belongs to.

    Raises Refused if the content does not match the file name, or is of a kind that we do not accept.
    """
    named = name.says
    if seen in FOREIGN_KINDS:
        words, remedy = FOREIGN_KINDS[seen]
        description = (
            f"The name of this file ends in .{name.ending}, but it is {words}." if named else f"This file is {words}."
        )
        raise _refused(
            f"{description} {remedy or (f'Upload {KIND_NAMES_WANTED[named]}.' if named else ALLOWED_KINDS_ADVICE)}"
        )
    kind = FileKind(seen.value)
    if named is None and name.ending:
        if kind in (FileKind.PDF, FileKind.PNG, FileKind.JPEG):
            ending = "jpg" if kind == FileKind.JPEG else kind.value
            raise _refused(
                f"The name of this file ends in .{name.ending.lower()}, but it is {KIND_NAMES_AS_DETECTED[kind]}. "
                f"Rename it so that it ends in .{ending}, and upload it again."
            )
        raise _refused(f"You cannot upload .{name.ending.lower()} files. {ALLOWED_KINDS_ADVICE}")
    if named in (FileKind.CSV, FileKind.TXT) and kind == FileKind.TXT:
        return named
    if named not in (None, kind):
        raise _refused(
            f"The name of this file ends in .{name.ending}, but it is {KIND_NAMES_AS_DETECTED[kind]}. Upload "
            f"{KIND_NAMES_WANTED[named]}."
        )
    return kind


def refusal_for(kind: FileKind, problem: InspectionProblem) -> Refused:
    """Return the Refused error for a file that is of an accepted kind but has a problem."""
    return _refused(REFUSALS_BY_KIND[kind].get(problem) or REFUSALS_BY_KIND[kind][InspectionProblem.DAMAGED])


def archive_refusal_for(problem: InspectionProblem) -> Refused:
    """Return the Refused error for an archive that cannot be unpacked, for example because it is locked."""
    return _refused(ARCHIVE_REFUSALS.get(problem) or ARCHIVE_REFUSALS[InspectionProblem.DAMAGED])


def _refused(sentence: str) -> Refused:
    return Refused(sentence, FILE_FIELD)
