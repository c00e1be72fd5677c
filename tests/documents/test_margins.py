"""Tests that no printed text is too wide for the page, so that every digit of a fingerprint can be read."""

import io
from hashlib import sha256

import pikepdf
import pytest
import typst
from pikepdf import Matrix

from calloff.documents import pdf_rendering
from calloff.documents.pdf_content import CONTENT_BY_TEMPLATE
from tests.documents.test_any_text import filled
from tests.factories import NOW

FINGERPRINT = sha256(b"the words that were signed").hexdigest()
UNBROKEN = ["x" * 300, FINGERPRINT, "https://example.org/" + "a-long-path/" * 20, "Їжак" * 60]


def glyph_widths(font):
    """Return the glyph widths of a font in thousandths of the font size, and the default width."""
    [inner] = font.DescendantFonts
    found, listed = {}, list(inner.get("/W", []))
    while listed:
        first, second = int(listed.pop(0)), listed.pop(0)
        if isinstance(second, pikepdf.Array):
            found |= {first + at: float(width) for at, width in enumerate(second)}
        else:
            width = float(listed.pop(0))
            found |= dict.fromkeys(range(first, int(second) + 1), width)
    return found, float(inner.get("/DW", 1000))


def runs(page):
    """Yield each run of letters on a page, as its left end, its right end and its height, in points."""
    fonts = {name: glyph_widths(font) for name, font in page.resources.Font.items()}
    place, kept, line, font, size = Matrix(), [], Matrix(), None, 0.0
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                kept.append(place)
            case "Q":
                place = kept.pop()
            case "cm":
                place = Matrix(*(float(one) for one in operands)) @ place
            case "Tf":
                font, size = fonts[str(operands[0])], float(operands[1])
            case "BT":
                line = Matrix()
            case "Tm":
                line = Matrix(*(float(one) for one in operands))
            case "Td":
                line = Matrix(1, 0, 0, 1, *(float(one) for one in operands)) @ line
            case "Tj" | "TJ":
                along = 0.0
                for part in operands[0] if str(operator) == "TJ" else operands:
                    if isinstance(part, pikepdf.String):
                        shown = bytes(part)
                        codes = [int.from_bytes(shown[at : at + 2]) for at in range(0, len(shown), 2)]
                        along += sum(font[0].get(code, font[1]) for code in codes) * size / 1000
                    else:
                        along -= float(part) * size / 1000
                whole = line @ place
                (left, low), (right, _) = whole.transform((0, 0)), whole.transform((along, 0))
                yield left, right, low


@pytest.mark.parametrize("kind", CONTENT_BY_TEMPLATE)
@pytest.mark.parametrize("text", UNBROKEN, ids=lambda text: text[:12].encode("ascii", "ignore").decode() or "Cyrillic")
def test_no_word_is_wider_than_the_page(kind, text):
    content = filled(CONTENT_BY_TEMPLATE[kind], text) | {"reference": "IAP-A-0042"}
    made = pikepdf.open(io.BytesIO(pdf_rendering.render_pdf(kind, content, at=NOW)))
    for page in made.pages:
        _, _, width, height = (float(one) for one in page.mediabox)
        found = list(runs(page))
        assert found
        for left, right, low in found:
            assert 36 < left < right < width - 36, "half an inch is left free on both sides"
            assert 0 < low < height


def test_text_that_is_wider_than_the_page_is_reported():
    for length, is_inside in ((10, True), (300, False)):
        source = f"#set page(width: 10cm)\n#set text(hyphenate: false)\n{'x' * length}"
        made = pikepdf.open(io.BytesIO(typst.compile(source.encode(), format="pdf")))
        [page] = made.pages
        assert (max(right for _, right, _ in runs(page)) < float(page.mediabox[2])) == is_inside
