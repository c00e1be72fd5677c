import re
import zlib

import msgspec
import pytest

from calloff.documents import markdown, pdf_rendering
from calloff.documents.inspection import pdf as pdf_inspection
from tests.factories import NOW

LETTER = {
    "title": "Decision on your application",
    "reference": "IAP-A-0042",
    "authority": "Borchester Council",
    "authority_address": ["County Hall", "Borchester"],
    "to": ["Windmill Hill Learning", "1 Mill Lane"],
    "date": "Thursday 3 December 2026",
    "decision": ["You are admitted to category 1."],
    "outcomes": [{"lot": "Category 1", "decision": "Admitted with conditions", "conditions": ["Train your staff"]}],
    "reasons": [{"criterion": "Safeguarding", "result": "Met", "text": "A named lead and deputy."}],
    "next": ["Sign the agreement."],
    "challenge": ["Ask for a review before 5pm on Friday 18 December 2026."],
    "signatory": ["Anwar", "Approver"],
    "certificate": [{"label": "Approved by", "value": "Anwar"}],
    "invented": True,
}
COPY = {
    "title": "Copy of your application",
    "reference": "IAP-A-0042",
    "authority": "Borchester Council",
    "facts": [{"label": "Market", "value": "Alternative provision"}],
    "sections": [{"title": "About you", "answers": [{"question": "Your name?", "answer": []}]}],
    "declaration": ["It is true."],
    "declared_by": [{"label": "Name", "value": "Ada"}],
}
TEXT = "## Duties\n\nBoth **must** act.\n\n1. First\n   1. Inner\n2. Second\n\n- a\n- *b*\n"
AGREEMENT = {
    "title": "Provider agreement",
    "reference": "IAP-G-0001",
    "version": "1.0",
    "authority": "Borchester Council",
    "parties": [{"side": "The provider", "name": "Windmill Hill Learning", "number": "Company 01234567"}],
    "blocks": markdown.parse_blocks(TEXT),
    "lots": [{"lot": "Category 1", "conditions": ["Train your staff"]}],
    "prices": {"columns": ["Unit", "Price"], "rows": [["Hour", "£45"], ["Day", "£200"]], "note": "No VAT"},
    "signatures": [{"side": "Provider", "name": "Sian", "role": "Head", "authority": "Director", "at": "noon"}],
}
PAPERS = [("letter", LETTER), ("copy", COPY), ("agreement", AGREEMENT)]


def spoken(made):
    """Return the uncompressed content of a PDF, without its pictures."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", made, re.S)
    return made + b"".join(zlib.decompress(one) for one in streams if one[:1] == b"\x78")


@pytest.mark.parametrize(("template", "data"), PAPERS)
def test_a_pdf_is_tagged_and_accessible_and_passes_our_checks(template, data):
    made = pdf_rendering.render_pdf(template, data, at=NOW)
    said = spoken(made)
    assert b"pdfuaid:part" in said
    assert b"/StructTreeRoot" in said
    assert b"AtkinsonHyperlegibleNext" in said
    assert data["reference"].encode() in said
    pdf_inspection.check_pdf(made)


@pytest.mark.parametrize(("template", "data"), PAPERS)
def test_the_same_data_always_produces_the_same_bytes(template, data):
    assert pdf_rendering.render_pdf(template, data, at=NOW) == pdf_rendering.render_pdf(template, data, at=NOW)


@pytest.mark.parametrize(("template", "data"), PAPERS)
def test_times_that_differ_by_less_than_a_second_give_the_same_pdf(template, data):
    assert pdf_rendering.render_pdf(template, data, at=NOW.replace(microsecond=123456)) == pdf_rendering.render_pdf(
        template, data, at=NOW
    )


def test_typed_text_is_never_run_as_a_typesetting_command():
    nasty = '#panic("x") $x$ *b* [l] <a> @ref \\ #read("base.typ") `c` = h'
    letter = LETTER | {"decision": [nasty], "title": nasty, "to": [nasty], "signatory": [nasty], "next": [nasty]}
    assert pdf_rendering.render_pdf("letter", letter, at=NOW)
    assert pdf_rendering.render_pdf("agreement", AGREEMENT | {"blocks": markdown.parse_blocks(nasty)}, at=NOW)


def test_a_long_letter_continues_on_several_pages():
    long = LETTER | {"reasons": [{"criterion": f"Criterion {n}", "text": "word " * 200} for n in range(12)]}
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", spoken(pdf_rendering.render_pdf("letter", long, at=NOW)))) >= 4


def test_an_unknown_template_variable_is_an_error():
    with pytest.raises(msgspec.ValidationError):
        pdf_rendering.render_pdf("letter", LETTER | {"colour": "red"}, at=NOW)
    with pytest.raises(LookupError):
        pdf_rendering.render_pdf("leaflet", {}, at=NOW)
