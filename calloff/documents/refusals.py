"""Error messages for a refused upload: what is wrong with the file, and what to do."""

from typing import NamedTuple

from calloff.documents.file_names import Name
from calloff.documents.inspection.verdicts import MAX_FILE, MAX_PIXELS, MAX_SIDE, Problem, Seen
from calloff.documents.models import Kind
from calloff.kernel.lifecycles import Refused

FIELD = "file"
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
TOO_MANY = "You have uploaded too many files in a short time."
NO_TIME = "We did not have time to check this file. Upload up to {most} files at once, or fewer if they are large."
EMPTY = "This file is empty. Check it, and upload it again."
TOO_LARGE = f"This file is larger than {MAX_FILE // 1024**2} MB. Upload a smaller one."
PICTURE_TOO_LARGE = f"This picture is larger than {MAX_FILE // 1024**2} MB. Upload a smaller one."
VIRUS = "This file contains a virus, so we did not save it. Check your computer and upload a file without a virus."
AS_PDF = "Print it to a new PDF and upload that."


class Foreign(NamedTuple):
    """A kind that is not accepted: what it is, and how to make of it what is; nothing, if that cannot be done."""

    words: str
    remedy: str = ""


FOREIGN = {
    Seen.AUDIO_OR_FILM: Foreign("an audio or video file"),
    Seen.ARCHIVE: Foreign("an archive", "Extract the files and upload them one by one."),
    Seen.AVIF: Foreign("an AVIF image", "Save it as a JPEG and upload that."),
    Seen.BINARY_WORKBOOK: Foreign("a binary workbook (.xlsb)", "Save it as .xlsx and upload that."),
    Seen.BMP: Foreign("a bitmap image", "Save it as a PNG and upload that."),
    Seen.DAMAGED_ZIP: Foreign("damaged", "Open it, save it again and upload the new copy, or upload a PDF."),
    Seen.GIF: Foreign("a GIF image", "Save it as a PNG and upload that."),
    Seen.HEIC: Foreign(
        "a HEIC photo",
        "Save it as a JPEG and upload that. On an iPhone, open the photo and select Share, Options, “Most Compatible”.",
    ),
    Seen.LOCKED_OFFICE: Foreign("locked with a password", "Remove the password, save it and upload it again."),
    Seen.OLD_EXCEL: Foreign("an old Excel workbook (.xls)", "Save it as .xlsx and upload that."),
    Seen.OLD_OFFICE: Foreign("an old or locked Office file", "Save it as .docx or .xlsx with no password."),
    Seen.OLD_WORD: Foreign("an old Word document (.doc)", "Save it as .docx or as a PDF and upload that."),
    Seen.OPENDOCUMENT: Foreign("an OpenDocument file", "Save it as .docx, .xlsx or a PDF and upload that."),
    Seen.OUTLOOK: Foreign("an Outlook message", "Save it as a PDF and upload that."),
    Seen.POWERPOINT: Foreign("a PowerPoint presentation", "Save it as a PDF and upload that."),
    Seen.PROGRAM: Foreign("a program"),
    Seen.RTF: Foreign("a rich text file", "Save it as a PDF or .docx and upload that."),
    Seen.SVG: Foreign("an SVG drawing"),
    Seen.TIFF: Foreign("a TIFF image", "Save it as a PDF or a JPEG and upload that."),
    Seen.UNKNOWN: Foreign("of a type that we do not recognise"),
    Seen.UTF16: Foreign("text in UTF-16", "Save it again as “CSV UTF-8” or as text in UTF-8, and upload that."),
    Seen.WEB_PAGE: Foreign("a web page"),
    Seen.WEBP: Foreign("a WebP image", "Save it as a PNG or a JPEG and upload that."),
    Seen.ZIP: Foreign("a zip archive"),
}
OF_PDF = {
    Problem.ATTACHED: "This PDF has other files attached to it. Remove them, then upload each file separately.",
    Problem.DAMAGED: f"This PDF is damaged and cannot be read. {AS_PDF}",
    Problem.LOCKED: "This PDF is locked with a password. Remove the password, save it and upload it again.",
    Problem.MEDIA: f"This PDF contains a video, a sound or a 3D model. {AS_PDF}",
    Problem.OPENS_BY_ITSELF: f"This PDF opens a web page by itself. {AS_PDF}",
    Problem.OTHER_FILES: f"This PDF opens or reads other files. {AS_PDF}",
    Problem.PROGRAM: f"This PDF contains JavaScript or runs a command. {AS_PDF}",
    Problem.SENDS_ANSWERS: f"This PDF has a button that sends what people enter to another address. {AS_PDF}",
    Problem.TOO_LONG: f"This PDF takes too long to check. {AS_PDF}",
    Problem.XFA: f"This PDF is an XFA form, which contains a program. {AS_PDF}",
}
OR_A_PDF = "or upload a PDF."
OF_OFFICE = {
    Problem.DAMAGED: f"This file is damaged. Open it, save it again and upload the new copy, {OR_A_PDF}",
    Problem.DDE: f"This file has a field or a formula that starts another program (DDE). Remove it, {OR_A_PDF}",
    Problem.EMBEDDED: f"This file has another file embedded in it. Remove it, {OR_A_PDF}",
    Problem.EXTERNAL_LINKS: "This spreadsheet gets data from other files or from the web. In Excel, select Data, then "
    f"Edit Links or Queries & Connections, and remove them, {OR_A_PDF}",
    Problem.LOCKED: "This file is locked with a password. Remove the password, save it and upload it again.",
    Problem.MACROS: f"This file has macros or controls in it. Save it without them (as .docx or .xlsx), {OR_A_PDF}",
    Problem.REMOTE: "This file fetches a template, a picture or another file from elsewhere when it is opened. Save it "
    "as a PDF and upload that.",
    Problem.TOO_LONG: f"This file takes too long to check. Make it smaller, {OR_A_PDF}",
    Problem.UNPACKS_TOO_MUCH: f"The contents of this file are much larger than we allow. Save it again, {OR_A_PDF}",
}
TOO_MANY_PIXELS = (
    f"This picture has more than {MAX_PIXELS // 10**6} megapixels, or a side of more than {MAX_SIDE:,} pixels. "
    "Make it smaller and upload it again."
)
OF_PICTURES = {
    Problem.DAMAGED: "This picture is damaged. Save it again and upload the new copy.",
    Problem.TOO_LONG: "This picture takes too long to check. Make it smaller and upload it again.",
    Problem.TOO_MANY_PIXELS: TOO_MANY_PIXELS,
    Problem.TRUNCATED: "Part of this picture is missing. Copy it again from the camera or phone, then upload the "
    "new copy.",
}
OF_TEXT = {
    Problem.DAMAGED: "This file cannot be read. Save it again and upload the new copy.",
    Problem.FORMULA: f"This file has a formula that starts another program. Remove it, {OR_A_PDF}",
    Problem.TOO_LONG: f"This file takes too long to check. Make it smaller, {OR_A_PDF}",
}
OF_KIND = {
    Kind.PDF: OF_PDF,
    Kind.DOCX: OF_OFFICE,
    Kind.XLSX: OF_OFFICE,
    Kind.PNG: OF_PICTURES,
    Kind.JPEG: OF_PICTURES,
    Kind.CSV: OF_TEXT,
    Kind.TXT: OF_TEXT,
}


def accepted_kind(name: Name, seen: Seen) -> Kind:
    """Return the kind a file is accepted as. Raises Refused for another than its name says, or a foreign one."""
    named = name.says
    if seen in FOREIGN:
        words, remedy = FOREIGN[seen]
        what = f"This file is named .{name.ending} but is {words}." if named else f"This file is {words}."
        raise _refused(f"{what} {remedy or (f'Upload {WANTED[named]}.' if named else ALLOWED)}")
    kind = Kind(seen.value)
    if named is None and name.ending:
        if kind in (Kind.PDF, Kind.PNG, Kind.JPEG):
            ending = "jpg" if kind == Kind.JPEG else kind.value
            raise _refused(
                f"This file is named .{name.ending.lower()} but is {AS_SEEN[kind]}. "
                f"Rename it so that it ends in .{ending}, and upload it again."
            )
        raise _refused(f"Files named .{name.ending.lower()} cannot be uploaded. {ALLOWED}")
    if named in (Kind.CSV, Kind.TXT) and kind == Kind.TXT:
        return named
    if named not in (None, kind):
        raise _refused(f"This file is named .{name.ending} but is {AS_SEEN[kind]}. Upload {WANTED[named]}.")
    return kind


def refuse(kind: Kind, problem: Problem) -> Refused:
    """Return the error message for a problem in a file of an accepted kind."""
    return _refused(OF_KIND[kind].get(problem) or OF_KIND[kind][Problem.DAMAGED])


def _refused(sentence: str) -> Refused:
    return Refused(sentence, FIELD)
