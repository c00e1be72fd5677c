"""Tests for the file format of documents before and after sealing, which must be PDF/UA-1 and PDF/A-2a.

Other libraries (pikepdf and pypdf) read the files. The checks cover what a program can test of ISO 14289-1 clauses 7.1
to 7.21 and ISO 19005-2 clauses 6.1 to 6.8.
"""

import io
import itertools
import re
import struct

import pikepdf
import pypdf
import pytest
from django.test import override_settings
from pikepdf import Name

from calloff.documents import pdf_rendering, pdf_seals
from calloff.documents.pdf_content import CONTENT_BY_TEMPLATE
from tests.documents.test_any_text import filled
from tests.factories import NOW

HEADINGS = ("/H1", "/H2", "/H3")
TEXT_SHOWING = {"Tj", "TJ", "'", '"'}
PAINTING = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do"} | TEXT_SHOWING


@pytest.fixture(
    scope="module", params=[(kind, sealed) for kind in CONTENT_BY_TEMPLATE for sealed in (False, True)], ids=str
)
def paper(request, tmp_path_factory):
    """Return one document of each kind, before and after sealing.

    The text is in several scripts and is longer than a page.
    """
    kind, sealed = request.param
    made = pdf_rendering.render_pdf(
        kind, filled(CONTENT_BY_TEMPLATE[kind], "Nguyễn Їжак محمد 🎵 " + "word " * 60), at=NOW
    )
    with override_settings(HOME=tmp_path_factory.mktemp("home")):
        return pdf_seals.seal_pdf(made, reason="Decision", at=NOW) if sealed else made


@pytest.fixture(scope="module")
def file(paper):
    return pikepdf.open(io.BytesIO(paper))


def elements(node):
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def tree(file):
    return list(elements(file.Root.StructTreeRoot))


def test_the_pdf_has_version_1_7_and_valid_syntax(paper, file):
    assert paper.startswith(b"%PDF-1.7")
    assert file.pdf_version == "1.7"
    assert file.Root.get("/Version", Name("/1.7")) == Name("/1.7")
    assert file.check_pdf_syntax() == []
    assert not pypdf.PdfReader(io.BytesIO(paper), strict=True).is_encrypted
    assert "/ID" in file.trailer


def test_the_pdf_declares_conformance_with_both_standards(file):
    with file.open_metadata() as told:
        assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == ("2", "A", "1")
        assert told["dc:title"]
        assert (told.pdfa_status, str(file.docinfo["/Title"])) == ("2A", told["dc:title"])


def test_the_pdf_states_its_language_and_shows_its_title(file):
    assert str(file.Root.Lang).lower() == "en-gb"
    assert file.Root.ViewerPreferences.DisplayDocTitle is True
    assert file.Root.MarkInfo.Marked is True


def test_the_pdf_uses_a_named_colour_space(file):
    [intent] = file.Root.OutputIntents
    assert intent.S == Name.GTS_PDFA1
    assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"


def test_headings_start_at_level_one_and_no_level_is_skipped(file):
    levels = [HEADINGS.index(str(one.S)) + 1 for one in tree(file) if str(one.S) in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_table_has_header_cells_with_a_scope(file):
    for table in (one for one in tree(file) if str(one.S) == "/Table"):
        cells = [one for one in elements(table) if one.S in (Name.TH, Name.TD)]
        scopes = [_scope(one) for one in cells if one.S == Name.TH]
        assert scopes
        assert set(scopes) in ({"/Row"}, {"/Column"})
        rows = [one for one in elements(table) if one.S == Name.TR]
        if set(scopes) == {"/Row"}:
            assert all([str(cell.S) for cell in row.K] == ["/TH", "/TD"] for row in rows)
        else:
            assert all(cell.S == Name.TH for cell in rows[0].K)


def _scope(cell):
    [scope] = [str(one.Scope) for one in cell.A if "/Scope" in one]
    return scope


def test_all_content_is_either_in_the_structure_tree_or_marked_as_an_artifact(file):
    """All content on a page is marked, either in the structure tree or as an artifact (7.1)."""
    for page in file.pages:
        depth, known = 0, set()
        for operands, operator in pikepdf.parse_content_stream(page):
            said = str(operator)
            if said in ("BDC", "BMC"):
                depth += 1
                if said == "BDC" and isinstance(operands[1], pikepdf.Dictionary) and "/MCID" in operands[1]:
                    known.add(int(operands[1].MCID))
            elif said == "EMC":
                depth -= 1
            assert depth > 0 or said not in PAINTING
        parents = _parents(file, int(page.StructParents)) if known else []
        assert known == set(range(len(parents)))
        assert page.Tabs == Name.S


def _parents(file, key):
    numbers = file.Root.StructTreeRoot.ParentTree.Nums
    return next(numbers[at + 1] for at in range(0, len(numbers), 2) if numbers[at] == key)


def test_every_font_is_embedded_and_has_a_character_map(file):
    fonts = {font.objgen: font for page in file.pages for font in page.resources.get("/Font", {}).values()}
    assert len(fonts) > 3  # the main font and its fallbacks
    for font in fonts.values():
        assert "/ToUnicode" in font
        [inner] = font.DescendantFonts
        assert {"/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys())
        assert re.fullmatch(r"/[A-Z]{6}\+.*", str(font.BaseFont))


def test_no_letter_is_missing_from_its_font(file):
    """The first glyph of a font replaces any missing character, and must never be shown (7.21.8)."""
    for page in file.pages:
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) in TEXT_SHOWING:
                for part in operands[0] if str(operator) == "TJ" else operands:
                    if isinstance(part, pikepdf.String):
                        shown = bytes(part)
                        assert 0 not in struct.unpack(f">{len(shown) // 2}H", shown)


def test_the_pdf_has_no_actions_and_no_hidden_content(file):
    assert not {"/OpenAction", "/AA", "/OCProperties"} & set(file.Root.keys())
    assert set(file.Root.get("/Names", {}).keys()) <= {"/Dests"}  # the PDF has no scripts and no embedded files
    for page in file.pages:
        for note in page.get("/Annots", []):
            assert note.F & 4  # the annotation appears in print
            assert not note.F & (1 | 2 | 32)  # the text is neither invisible nor hidden
            low, *_ = note.Rect
            assert note.Subtype == Name.Widget
            # The annotation is outside the page. The seal is invisible, and screen readers do not need to read it.
            assert low < 0


def test_a_seal_does_not_change_the_pdfs_metadata(settings, tmp_path):
    settings.HOME = tmp_path
    made = pdf_rendering.render_pdf("letter", filled(CONTENT_BY_TEMPLATE["letter"], "words"), at=NOW)
    sealed = pdf_seals.seal_pdf(made, reason="Decision", at=NOW)
    before, after = (pikepdf.open(io.BytesIO(one)) for one in (made, sealed))
    assert dict(before.docinfo) == dict(after.docinfo)
    assert before.Root.Metadata.read_bytes() == after.Root.Metadata.read_bytes()
    assert str(after.Root.AcroForm.Fields[0].V.SubFilter) == "/ETSI.CAdES.detached"
    assert sealed.startswith(made)
