"""Typeset a document as a tagged, accessible PDF. The same content and time always give the same bytes.

The PDF meets PDF/UA-1 (accessibility) and PDF/A-2a (long-term storage). Texts are passed to typst as JSON and are never
interpreted as markup, so nothing that someone typed can become a command.
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
    """Return the PDF of a `letter`, `copy`, `agreement` or `listing`.

    The content has one of the structures in `pdf_content.py`. `at` is stored in the file as its creation time. A
    character that no font has becomes a box, which the end of the document explains (see `glyphs`), so that every
    accepted text can be printed. Raises msgspec.ValidationError for content with the wrong structure, and LookupError
    for an unknown template.
    """
    from calloff.documents import pdf_row_headers  # noqa: PLC0415  (slow to import, and not every command needs it)

    content = msgspec.to_builtins(msgspec.convert(msgspec.to_builtins(data), CONTENT_BY_TEMPLATE[template]))
    try:
        pdf = _typeset(template, content, glyphs.GlyphSubstitution(), at)
    except typst.TypstError as problem:
        # The fonts have these letters, but not in this combination. The text itself is not logged.
        count = str(problem).count("error:")
        _log.warning(
            "Document type %s used only the standard font, so %d characters could not be printed.", template, count
        )
        pdf = _typeset(template, content, glyphs.GlyphSubstitution(house_only=True), at)
    return pdf_row_headers.mark_row_headers(pdf)


def _typeset(template: str, content: Any, substitution: glyphs.GlyphSubstitution, at: datetime) -> bytes:
    document = substitution.all(content)  # this must come before the list of boxes
    # PDF/UA requires a title.
    document["title"] = document["title"].strip() or document["reference"].strip() or UNTITLED_DOCUMENT
    inputs = {
        "data": document | {"boxes": substitution.told()},
        "fonts": glyphs.font_families(),
        "elsewhere": substitution.patterns(),
    }
    with _one_at_a_time:  # the compiler keeps fonts and templates between documents, and is not thread-safe
        pdf = _compiler().compile(
            input=TEMPLATES_FOLDER / f"{template}.typ",
            sys_inputs={name: msgspec.json.encode(value).decode() for name, value in inputs.items()},
            format="pdf",
            pdf_standards=PDF_STANDARDS,
            timestamp=at.astimezone(UTC).replace(microsecond=0),  # the compiler accepts only whole seconds
        )
    if not isinstance(pdf, bytes):
        raise TypeError("typst made no single file")
    return pdf


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[TYPST_FONTS_FOLDER])
    return typst.Compiler(root=TEMPLATES_FOLDER, font_paths=fonts, ignore_system_fonts=True)
