"""Tests that a document can be made from any accepted text, and shows the text as typed."""

import json
import random
import time
import typing
import unicodedata
from pathlib import Path

import msgspec
import pytest
import typst
from fontTools.ttLib import TTFont

from calloff.documents import glyphs, markdown, pdf_rendering
from calloff.documents.inspection import pdf as pdf_inspection
from calloff.documents.pdf_content import CONTENT_BY_TEMPLATE
from tests.documents.sample_texts import FOREIGN_NAMES, JOINED_TEXT, SIGN_TEXTS, UNPRINTABLE_TEXTS, read_pdf_text
from tests.documents.test_papers import LETTER
from tests.factories import NOW

DOCS = Path(__file__).resolve().parents[2] / "docs"


def filled(kind, text):
    """Return a document's data, with every string replaced by the given one."""
    return _value(kind, text)


def _value(kind, text):
    if kind is str:
        return text
    if kind is bool:
        return True
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {
            one.encode_name: markdown.parse_blocks(f"# {text}\n\n1. **{text}**\n2. *{text}*\n\n- {text}\n\n{text}")
            if one.encode_name == "blocks"
            else _value(one.type, text)
            for one in msgspec.structs.fields(kind)
        }
    inner = [one for one in kind.__args__ if one is not type(None)]
    return [_value(inner[0], text)] * 2 if typing.get_origin(kind) is list else _value(inner[0], text)


@pytest.fixture
def _no_second_try(monkeypatch):
    """Fail unless the text can be typeset at the first attempt.

    The second attempt uses only the main font, and is meant only for unexpected cases.
    """
    monkeypatch.setattr(pdf_rendering, "_log", None)


@pytest.mark.usefixtures("_no_second_try")
@pytest.mark.parametrize("kind", CONTENT_BY_TEMPLATE)
@pytest.mark.parametrize("text", [JOINED_TEXT, *UNPRINTABLE_TEXTS], ids=lambda text: ascii(text)[:30])
def test_every_text_field_of_every_document_accepts_any_text(kind, text):
    made = pdf_rendering.render_pdf(kind, filled(CONTENT_BY_TEMPLATE[kind], text), at=NOW)
    pdf_inspection.check_pdf(made)


@pytest.mark.usefixtures("_no_second_try")
@pytest.mark.parametrize("name", FOREIGN_NAMES.values(), ids=FOREIGN_NAMES)
def test_a_name_in_every_script_is_printed_in_full(name):
    shown = glyphs.GlyphSubstitution()
    assert shown.text(name) == unicodedata.normalize("NFC", name)
    assert not shown.boxes
    said = read_pdf_text(
        pdf_rendering.render_pdf("letter", LETTER | {"decision": [name], "title": name, "signatory": [name]}, at=NOW)
    )
    for letter in glyphs._clusters(unicodedata.normalize("NFC", name)):
        assert letter in said


@pytest.mark.usefixtures("_no_second_try")
def test_if_a_font_lacks_an_accent_an_unsupported_letter_is_not_changed():
    plain, marked = (
        read_pdf_text(pdf_rendering.render_pdf("letter", LETTER | {"decision": [f"<{text}>"]}, at=NOW))
        for text in ("o\u0323", "ọ\u0300")
    )
    assert "<ọ>" in plain
    assert "ọ̀" in marked


def test_symbols_pasted_from_elsewhere_are_printed():
    for text in SIGN_TEXTS:
        shown = glyphs.GlyphSubstitution()
        shown.text(text)
        assert not shown.boxes
    assert glyphs.GlyphSubstitution().text("A quiet hour of music 🎵 ❤️") == "A quiet hour of music 🎵 ❤"


BOXED = {
    "Chinese": "李", "Japanese": "さ", "Korean": "김", "Sinhala": "ස", "Burmese": "အ", "Khmer": "ស",
    "Tibetan": "བ", "Thaana": "އ",
}  # fmt: skip


def test_the_decision_record_lists_each_script_whose_letters_are_replaced_by_boxes():
    costs = (DOCS / "adr" / "0041-render-every-accepted-text-in-a-document.md").read_text().partition("## Costs")[2]
    for script, letter in BOXED.items():
        assert glyphs.GlyphSubstitution().text(letter) == glyphs.MISSING_GLYPH_BOX, script
        assert script in costs


def test_a_letter_that_no_font_has_becomes_a_box_and_is_explained_at_the_end():
    said = read_pdf_text(
        pdf_rendering.render_pdf("letter", LETTER | {"to": ["中文 School"], "signatory": ["\ue000"]}, at=NOW)
    )
    assert "□□ School" in said
    assert said.replace("\n", " ").count("order, are: U+4E2D, U+6587, U+E000.") == 1
    assert "Unicode" not in read_pdf_text(pdf_rendering.render_pdf("letter", LETTER, at=NOW))


def test_the_list_of_letters_replaced_by_boxes_has_a_maximum_length():
    shown = glyphs.GlyphSubstitution()
    shown.text("中" * 500)
    [told] = shown.told()
    assert told.endswith("U+4E2D, and 300 more.")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("\u202eevil\u202c", "evil"),
        ("a\x00\x07\ufeff\u2066b", "ab"),
        ("a\r\nb\u2028c\td", "a\nb\nc d"),
        ("e\u0301", "é"),
        ("\ud800", "□"),
        ("soft\u00adhyphen", "soft\u00adhyphen"),
        ("\u0301", "◌\u0301"),
        ("中\u0301", "□\u25a1"),
    ],
)
def test_typed_text_is_printed_as_written(typed, printed):
    assert glyphs.GlyphSubstitution().text(typed) == printed


@pytest.mark.parametrize(
    ("typed", "kept", "boxes"),
    [
        ("q" + "\u0303" * 100_000, "q" + "\u0303" * 29, 99_971),  # more than 29 accents on one letter would add nothing
        ("q" + "\u200d" * 100_000, "q" + "\u200d" * 29, 0),
        ("\u200d" * 100_000 + "q", "q", 0),
        ("\u0488" * 100_000, None, None),
    ],
    ids=["marks", "joiners", "joiners first", "marks alone"],
)
def test_a_hundred_thousand_accents_on_one_letter_are_rendered_quickly(typed, kept, boxes):
    shown, began = glyphs.GlyphSubstitution(), time.process_time()
    text = shown.text(typed)
    assert time.process_time() - began < 2
    if kept is not None:
        assert (text, len(shown.boxes)) == (kept + glyphs.MISSING_GLYPH_BOX * boxes, boxes)


def test_a_letter_is_printed_in_a_font_that_has_all_its_accents():
    """Fonts are excluded one accent at a time, and the first font that remains is used."""
    for text in ("o\u0323\u0300", "\u0915\u093f\u0902", "\u05d0\u05b8\u05bc", "ა\u0301", "x\u0483\u0301"):
        shown = glyphs.GlyphSubstitution()
        printed = shown.text(text).rstrip(glyphs.MISSING_GLYPH_BOX)
        needed = {ord(one) for one in printed}
        [first, *_] = [name for name, has in shown.families.items() if needed <= has]
        assert set(shown._elsewhere) <= {first}


@pytest.mark.usefixtures("_no_second_try")
def test_every_unicode_character_is_printed_or_replaced_by_a_box():
    every = [chr(one) for one in range(0x20000) if not 0x3400 <= one <= 0xD7A3 and not 0x17000 <= one <= 0x1B2FF]
    # These are Chinese and Korean letters, each of which is shown as a box.
    known = [one for one in every if unicodedata.category(one) not in {"Cn", "Co"}]
    paragraphs = ["".join(known[start : start + 100]) for start in range(0, len(known), 100)]
    assert pdf_rendering.render_pdf("letter", LETTER | {"decision": paragraphs}, at=NOW)


@pytest.mark.usefixtures("_no_second_try")
def test_any_mixture_of_letters_and_accents_can_be_printed():
    dice = random.Random(1)
    marks = [chr(one) for one in range(0x20000) if unicodedata.category(chr(one))[0] == "M"]
    letters = [*"aoxЖωא", "ا", "ب", "ਗ", "क", "র", "த", "ก", "ሰ", "→", "🎵", "中", " ", "\u200d", "\u200c"]
    texts = ["".join(dice.choice(letters if dice.random() < 0.5 else marks) for _ in range(60)) for _ in range(150)]
    assert pdf_rendering.render_pdf("letter", LETTER | {"decision": texts, "title": texts[0]}, at=NOW)


def test_text_refused_by_the_typesetter_is_printed_in_the_house_font(monkeypatch, caplog):
    whole, tries = pdf_rendering._typeset, []

    def refuses_first(template, words, shown, at):
        tries.append(shown)
        if len(tries) == 1:
            raise typst.TypstError("no", "error: no")
        return whole(template, words, shown, at)

    monkeypatch.setattr(pdf_rendering, "_typeset", refuses_first)
    said = read_pdf_text(pdf_rendering.render_pdf("letter", LETTER | {"decision": ["Secret Їжак"]}, at=NOW))
    assert "Secret □□□□" in said
    assert "1 characters could not be printed" in caplog.text
    assert "Secret" not in caplog.text


def test_the_table_of_font_coverage_is_correct():
    for one in json.loads((pdf_rendering.TYPST_FONTS_FOLDER / "coverage.json").read_text()):
        [file] = [
            path for path in pdf_rendering.TYPST_FONTS_FOLDER.glob("*.ttf")
            if (font := TTFont(path))["name"].getBestFamilyName() == one["family"]
            and font["OS/2"].usWeightClass == 400 and "Italic" not in path.name
        ]  # fmt: skip
        assert set(glyphs._families()[one["family"]]) <= set(TTFont(file).getBestCmap())


def test_bold_and_italic_fonts_cover_the_same_letters_as_the_upright_fonts():
    for path in pdf_rendering.TYPST_FONTS_FOLDER.glob("*.ttf"):
        family = TTFont(path)["name"].getBestFamilyName()
        assert set(glyphs._families()[family]) <= set(TTFont(path).getBestCmap()), path.name
