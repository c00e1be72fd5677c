"""Convert accepted text to text that our fonts can print in a PDF.

An accessible PDF for long-term storage must not contain characters that have no glyph (PDF/UA-1 7.21, PDF/A-2 6.2.11),
and typesetting such characters would fail. So invisible characters are removed, and a character that no font has
becomes an empty box. The end of the document lists the replaced characters.
"""

import json
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

FONTS_FOLDER = Path(__file__).resolve().parent / "fonts"
HOUSE_FONT = "Atkinson Hyperlegible Next"
MISSING_GLYPH_BOX = "□"  # WHITE SQUARE, which is in our symbol fonts
# The maximum number of marks on one letter, which is far more than any language uses. There is a limit because the
# typesetter treats a letter and its marks as one cluster.
MAX_CHARACTERS_TOGETHER = 30
# The maximum number of boxes listed at the end of the document. If there are more, only their number is given.
MAX_BOXED_CHARACTERS = 200
LINE_BREAK_TABLE = str.maketrans(dict.fromkeys("\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n") | {"\t": " "})
JOINER_CHARACTERS = "\u200c\u200d\u00ad"  # invisible characters that affect the shape of a word
# These characters are in the same Unicode category as controls, but they are visible.
ARABIC_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2"
BLANK_CODE_POINTS = {
    0x34F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    *range(0x180B, 0x1810),
    0x3164,
    0xFFA0,
}  # characters that are blank, although their category is mark or letter
# Variation selectors choose a variant of the letter before them.
BLANK_CODE_POINTS |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


class GlyphSubstitution:
    """A converter of text to what a PDF can show, which records in order which characters became boxes.

    It also records which letters need a font other than our usual one. Otherwise the typesetter would choose a font for
    a letter and its mark by the mark alone, and print only the mark if that font lacks the letter.
    """

    def __init__(self, *, house_only: bool = False) -> None:
        self.families = dict(list(_families().items())[: 1 if house_only else None])
        self.boxes: list[str] = []
        self._elsewhere: dict[str, set[str]] = {}

    def all(self, data: Any) -> Any:
        """Convert every string in nested data, for example lists and dictionaries.

        The structure and the numbers in the data stay the same.
        """
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, dict):
            return {key: self.all(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.all(item) for item in data]
        return data

    def text(self, text: str) -> str:
        """Convert one string: normalise it, remove invisible characters, and replace unprintable ones with boxes."""
        if text.isascii() and text.isprintable():
            return text
        visible = "".join(
            character
            for character in unicodedata.normalize("NFC", _line_breaks(text))
            if character == "\n" or not _invisible(character)
        )
        return "".join(self._cluster(cluster) for cluster in _clusters(visible))

    def told(self) -> list[str]:
        """Return the paragraphs for the end of the document that list the characters shown as boxes."""
        if not self.boxes:
            return []
        points = ", ".join(f"U+{ord(character):04X}" for character in self.boxes[:MAX_BOXED_CHARACTERS])
        more = len(self.boxes) - MAX_BOXED_CHARACTERS
        and_more = f", and {more} more" if more > 0 else ""
        return [
            "We could not print some characters in this document, so each is shown as a box. "
            f"Their Unicode numbers, in the same order, are: {points}{and_more}."
        ]

    def patterns(self) -> list[dict[str, str]]:
        """Return a regular expression for each extra font, so that typst uses that font for the right letters."""
        return [
            {"font": family, "pattern": f"(?:{'|'.join(map(_escaped, sorted(letters, key=len, reverse=True)))})+"}
            for family, letters in sorted(self._elsewhere.items())
        ]

    def _cluster(self, cluster: str) -> str:
        """Return a letter with its marks if one font has all of them, or otherwise the part that can be printed."""
        if cluster in ("\n", " "):
            return cluster
        cluster = cluster.lstrip(JOINER_CHARACTERS)
        if not cluster:
            return ""
        if unicodedata.category(cluster[0])[0] == "M":  # a mark without a letter gets a dotted circle
            cluster = "\u25cc" + cluster
        # The last value contains the fonts that have all the characters so far.
        printable, boxes, usable_fonts = "", "", list(self.families)
        for place, character in enumerate(cluster):
            if character in JOINER_CHARACTERS:
                printable += character if len(printable) < MAX_CHARACTERS_TOGETHER else ""
                continue
            fonts_left = [name for name in usable_fonts if ord(character) in self.families[name]]
            if fonts_left and (printable or place == 0) and len(printable) < MAX_CHARACTERS_TOGETHER:
                printable, usable_fonts = printable + character, fonts_left
            else:
                boxes += self._box(character)
        family = usable_fonts[0] if printable.strip(JOINER_CHARACTERS) else None
        if family and family != HOUSE_FONT:
            self._elsewhere.setdefault(family, set()).add(printable)
        return (printable if family else "") + boxes

    def _box(self, character: str) -> str:
        self.boxes.append(character)
        return MISSING_GLYPH_BOX


def font_families() -> list[str]:
    """Return the names of the fonts in the order in which they are tried, starting with our usual font."""
    return list(_families())


def _escaped(letters: str) -> str:
    return "".join(f"\\u{{{ord(letter):X}}}" for letter in letters)


def _line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(LINE_BREAK_TABLE)


def _clusters(text: str) -> list[str]:
    """Split text into letters, each with the combining marks that follow it."""
    starts = [
        place
        for place, character in enumerate(text)
        if place == 0
        or text[place - 1] == "\n"
        or not (character in JOINER_CHARACTERS or unicodedata.category(character)[0] == "M")
    ]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _invisible(character: str) -> bool:
    """Return whether a character is invisible: a control, a direction mark, a variation selector or a tag.

    Joiners do not count, because they affect the shape of words. Direction marks do count, because they could reverse
    the text after them in a document that someone signs. The letters of each script are still printed in the direction
    of that script.
    """
    category = unicodedata.category(character)
    if category == "Cc":
        return True
    if category == "Cf":
        return character not in JOINER_CHARACTERS + ARABIC_SIGNS
    return ord(character) in BLANK_CODE_POINTS


@cache
def _families() -> dict[str, frozenset[int]]:
    coverage: list[dict[str, Any]] = json.loads((FONTS_FOLDER / "coverage.json").read_text())
    return {font["family"]: _characters(font["has"]) for font in coverage}


def _characters(runs: list[str]) -> frozenset[int]:
    code_points: set[int] = set()
    for run in runs:
        first, _, last = run.partition("-")
        code_points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(
        code_point for code_point in code_points if unicodedata.category(chr(code_point)) not in {"Cc", "Co", "Cn"}
    )
