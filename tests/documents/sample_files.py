"""Files like those that people upload. Each is created when a test needs it."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

VIRUS_TEST = "".join(["X5O!P%@AP[4", "\\PZX54(P^)7CC)7}$", "EICAR-STANDARD-ANTIVIRUS", "-TEST-FILE!$H+H*"]).encode()
TYPES = "[Content_Types].xml"


def upload(name, data):
    return SimpleUploadedFile(name, data)


def pdf(*, say=None, content=b"", compressed=False, password=None):
    """Return a one-page PDF, with `say` added to its catalogue."""
    made = writer.PdfFileWriter(stream_xrefs=compressed)
    page = writer.PageObject(
        contents=made.add_object(generic.StreamObject(stream_data=content)),
        media_box=generic.ArrayObject([0, 0, 100, 100]),
    )
    made.insert_page(page)
    for key, value in (say or {}).items():
        made.root[pdf_name(key)] = value
    if password:
        made.encrypt(password)
    out = BytesIO()
    made.write(out)
    assert password or PdfFileReader(BytesIO(out.getvalue())).root
    return out.getvalue()


def action(script="app.alert(1)"):
    return generic.DictionaryObject({pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): script_text(script)})


def script_text(script):
    return generic.TextStringObject(script)


def zipped(entries, compression=ZIP_DEFLATED):
    out = BytesIO()
    with ZipFile(out, "w", compression) as parts:
        for name, content in entries.items():
            parts.writestr(name, content)
    return out.getvalue()


def docx(**more):
    return zipped({TYPES: "<Types/>", "word/document.xml": "<document/>"} | more)


def xlsx(**more):
    return zipped({TYPES: "<Types/>", "xl/workbook.xml": "<workbook/>"} | more)


def picture(kind, size=(40, 20), **options):
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, format=kind, **options)
    return out.getvalue()
