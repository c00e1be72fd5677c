"""Typeset a document as a tagged, accessible PDF. The same text and instant give the same bytes.

PDF/UA-1 (everyone can read it) and PDF/A-2a (it can be read for as long as it is kept) in one. The words reach typst as
JSON and are never read as markup: nothing that someone typed can become a command.
"""

import logging
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import typst

from calloff.documents import glyphs
from calloff.documents.pdf_content import (
    CONTENT_BY_TEMPLATE,
    AgreementContent,
    ApplicationCopyContent,
    LetterContent,
    ListingContent,
)

RENDERING_FOLDER = Path(__file__).resolve().parent
TEMPLATES_FOLDER, TYPST_FONTS_FOLDER = RENDERING_FOLDER / "typst", RENDERING_FOLDER / "fonts"
PDF_STANDARDS: list[Any] = ["a-2a", "ua-1"]
UNTITLED_DOCUMENT = "Untitled"
_one_at_a_time = Lock()
_log = logging.getLogger(__name__)


def render_pdf(
    template: str,
    data: dict[str, Any] | LetterContent | ApplicationCopyContent | AgreementContent | ListingContent,
    *,
    at: datetime,
) -> bytes:
    """Set a paper: `render_pdf`, `copy`, `agreement` or `listing`, whose shapes stand in `pdf_content.py`.

    `at` is written into the file as the instant at which it was made. A character that no font has becomes a box, told
    at the end (`glyphs`): no accepted text is refused. Raises msgspec.ValidationError for words that do not have the
    template's shape, LookupError for a template that is not there.
    """
    from calloff.documents import pdf_row_headers  # noqa: PLC0415  (slow to import: every command would wait for it)

    words = msgspec.to_builtins(msgspec.convert(msgspec.to_builtins(data), CONTENT_BY_TEMPLATE[template]))
    try:
        made = _set(template, words, glyphs.GlyphSubstitution(), at)
    except typst.TypstError as problem:
        # Letters that are in the fonts one by one, and not as they come together. The words are not logged.
        count = str(problem).count("error:")
        _log.warning(
            "Document type %s used only the standard font: %d characters could not be printed.", template, count
        )
        made = _set(template, words, glyphs.GlyphSubstitution(house_only=True), at)
    return pdf_row_headers.mark_row_headers(made)


def _set(template: str, words: Any, shown: glyphs.GlyphSubstitution, at: datetime) -> bytes:
    paper = shown.all(words)  # before what was left out is asked for
    paper["title"] = paper["title"].strip() or paper["reference"].strip() or UNTITLED_DOCUMENT  # a file must have one
    inputs = {"data": paper | {"boxes": shown.told()}, "fonts": glyphs.font_families(), "elsewhere": shown.patterns()}
    with _one_at_a_time:  # the compiler keeps its fonts and templates between papers, for one thread at a time
        made = _compiler().compile(
            input=TEMPLATES_FOLDER / f"{template}.typ",
            sys_inputs={name: msgspec.json.encode(one).decode() for name, one in inputs.items()},
            format="pdf",
            pdf_standards=PDF_STANDARDS,
            timestamp=at.astimezone(UTC).replace(microsecond=0),  # the compiler refuses parts of a second
        )
    if not isinstance(made, bytes):
        raise TypeError("typst made no single file")
    return made


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[TYPST_FONTS_FOLDER])
    return typst.Compiler(root=TEMPLATES_FOLDER, font_paths=fonts, ignore_system_fonts=True)
