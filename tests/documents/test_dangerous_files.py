"""What hides within a PDF or an Office file."""

import re
import zlib
from zipfile import ZIP_STORED

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from calloff.documents import office, portable
from calloff.kernel.states import Refused
from tests.documents import files


def attached():
    names = generic.ArrayObject([])
    return generic.DictionaryObject({pdf_name("/EmbeddedFiles"): generic.DictionaryObject({pdf_name("/Names"): names})})


@pytest.mark.parametrize("compressed", [True, False])
def test_refuses_a_pdf_with_a_program(compressed):
    with pytest.raises(Refused, match="holds a program"):
        portable.check(files.pdf(say={"/OpenAction": files.action()}, compressed=compressed))


def test_refuses_a_pdf_whose_program_is_spelt_with_escapes():
    hidden = files.pdf(say={"/OpenAction": files.action()})
    hidden = hidden.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/#4aS")
    with pytest.raises(Refused, match="holds a program"):
        portable.check(hidden)


def test_refuses_a_pdf_with_a_program_in_a_compressed_list_of_objects():
    body = b"7 0 << /S /JavaScript /JS (app.alert) >>"
    packed = zlib.compress(body)
    listed = (
        b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
        + packed
        + b"\nendstream\nendobj\n"
    )
    with pytest.raises(Refused, match="holds a program"):
        portable.check(files.pdf().replace(b"xref", listed + b"xref", 1))


def test_refuses_a_pdf_whose_list_of_objects_unpacks_without_end(monkeypatch):
    monkeypatch.setattr(portable, "MOST_UNPACKED", 10_000)
    packed = zlib.compress(b" " * 1_000_000)
    listed = (
        b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
        + packed
        + b"\nendstream\nendobj\n"
    )
    with pytest.raises(Refused, match="cannot be read"):
        portable.check(files.pdf().replace(b"xref", listed + b"xref", 1))


def test_refuses_a_pdf_with_files_attached():
    with pytest.raises(Refused, match="other files attached"):
        portable.check(files.pdf(say={"/Names": attached()}))


def test_refuses_a_locked_pdf():
    with pytest.raises(Refused, match="locked with a password"):
        portable.check(files.pdf(password="letmein"))


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnonsense", b"%PDF-1.7\n", files.pdf()[:200]])
def test_refuses_a_pdf_that_cannot_be_read(data):
    with pytest.raises(Refused, match="cannot be read"):
        portable.check(data)


def test_a_word_in_a_content_stream_is_no_program():
    portable.check(files.pdf(content=b"/JS /JavaScript /EmbeddedFile"))


@pytest.mark.parametrize(
    "more",
    [
        {"word/vbaProject.bin": b"x"},
        {"word/VBAPROJECT.BIN": b"x"},
        {"xl/macrosheets/sheet1.xml": "x"},
        {"word/activeX/activeX1.bin": "x"},
        {files.TYPES: '<Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'},
    ],
)
def test_refuses_macros(more):
    with pytest.raises(Refused, match="holds macros"):
        office.check(files.docx(**more))


def test_refuses_a_template_fetched_from_elsewhere():
    rels = '<Relationship Type=".../attachedTemplate" Target="https://x.example/t.dotm" TargetMode="External"/>'
    with pytest.raises(Refused, match="fetches a template"):
        office.check(files.docx(**{"word/_rels/settings.xml.rels": rels}))


def test_refuses_too_many_entries():
    with pytest.raises(Refused, match="unpacks to far more"):
        office.check(files.docx(**{f"word/media/{n}.png": b"" for n in range(office.MOST_ENTRIES)}))


def test_refuses_what_unpacks_to_too_much_or_from_too_little():
    with pytest.raises(Refused, match="unpacks to far more"):
        office.check(files.docx(**{"word/x.xml": b"\0" * (office.FREE_BYTES + 1)}))


def test_keeps_a_large_document_that_packs_little():
    office.check(files.zipped({files.TYPES: "<Types/>", "word/x.png": bytes(11 * 1024**2)}, ZIP_STORED))


@pytest.mark.parametrize("name", ["../../escape.xml", "/etc/passwd", "word\\..\\..\\x"])
def test_refuses_an_entry_that_would_land_elsewhere(name):
    with pytest.raises(Refused, match="damaged"):
        office.check(files.docx(**{name: "x"}))


def test_refuses_a_locked_or_damaged_archive():
    whole = files.docx()
    locked = re.sub(rb"(PK\x01\x02.{4})(.)\x00", lambda m: m[1] + b"\x01\x00", whole, flags=re.S)
    with pytest.raises(Refused, match="locked with a password"):
        office.check(locked)
    with pytest.raises(Refused, match="damaged"):
        office.check(whole[: len(whole) // 2])
