"""Setting a paper as a tagged, accessible PDF (PDF/UA-1), the same bytes each time for the same words and instant.

The words reach typst as JSON and are never read as markup: nothing that somebody typed can become a command.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec
import typst

from calloff.documents.papers import PAPERS, Agreement, Copy, Letter, Listing

HERE = Path(__file__).resolve().parent
TEMPLATES, FONTS = HERE / "typst", HERE / "fonts"
_one_at_a_time = Lock()


def letter(template: str, data: dict[str, Any] | Letter | Copy | Agreement | Listing, *, at: datetime) -> bytes:
    """Set a paper: `letter`, `copy`, `agreement` or `listing`, whose shapes stand in `papers.py`.

    `at` is written into the file as the instant at which it was made. Raises msgspec.ValidationError for words that
    do not have the template's shape, LookupError for a template that is not there.
    """
    paper = msgspec.convert(msgspec.to_builtins(data), PAPERS[template])
    words = {"data": msgspec.json.encode(paper).decode()}
    with _one_at_a_time:  # the compiler keeps its fonts and templates between papers, for one thread at a time
        made = _compiler().compile(
            input=TEMPLATES / f"{template}.typ",
            sys_inputs=words,
            format="pdf",
            pdf_standards="ua-1",
            timestamp=at.astimezone(UTC).replace(microsecond=0),  # the compiler refuses parts of a second
        )
    if not isinstance(made, bytes):
        raise TypeError("typst made no single file")
    return made


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    return typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)
