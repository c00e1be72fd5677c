"""Turn any accepted text into text our fonts can print in a PDF.

A paper that is accessible and kept for long may hold no character without a letter of its font (PDF/UA-1 7.21,
PDF/A-2 6.2.11), and setting it would fail. So before it is set, what cannot be seen goes, and what no font has becomes
an empty box; which character each box is for is told at the end of the paper.
"""

import json
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

FONTS_FOLDER = Path(__file__).resolve().parent / "fonts"
HOUSE_FONT = "Atkinson Hyperlegible Next"
MISSING_GLYPH_BOX = "□"  # WHITE SQUARE, which the fonts of signs have
MAX_CHARACTERS_TOGETHER = (
    30  # a letter and its marks: no language writes a third of it, and the typesetter takes each for one
)
MAX_BOXED_CHARACTERS = 200  # boxes; beyond that the number of the others is told
LINE_BREAK_TABLE = str.maketrans(dict.fromkeys("\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\n") | {"\t": " "})
JOINER_CHARACTERS = "\u200c\u200d\u00ad"  # invisible, and shape the word that they stand in
ARABIC_SIGNS = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u08e2"  # of the same category as controls, and seen
BLANK_CODE_POINTS = {
    0x34F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    *range(0x180B, 0x1810),
    0x3164,
    0xFFA0,
}  # marks and letters by name
BLANK_CODE_POINTS |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}  # which variant of the letter before


class GlyphSubstitution:
    """Turns texts into what a paper can show, and keeps which characters became a box, in their order.

    It keeps as well which letters are set in which other font. Left to itself, the typesetter takes the font of a mark
    for its letter: of a letter that the house font lacks, under a mark that it has, nothing but the mark is printed.
    """

    def __init__(self, *, house_only: bool = False) -> None:
        self.families = dict(list(_families().items())[: 1 if house_only else None])
        self.boxes: list[str] = []
        self._elsewhere: dict[str, set[str]] = {}

    def all(self, data: Any) -> Any:
        """Convert every text of a document. Lists, dictionaries and numbers keep their structure."""
        if isinstance(data, str):
            return self.text(data)
        if isinstance(data, dict):
            return {key: self.all(value) for key, value in data.items()}
        if isinstance(data, list | tuple):
            return [self.all(one) for one in data]
        return data

    def text(self, text: str) -> str:
        """Convert one text: normalise it, drop invisible characters, and use a box where no font has a character."""
        if text.isascii() and text.isprintable():
            return text
        visible = "".join(
            one for one in unicodedata.normalize("NFC", _line_breaks(text)) if one == "\n" or not _invisible(one)
        )
        return "".join(self._cluster(one) for one in _clusters(visible))

    def told(self) -> list[str]:
        """Return the last paragraphs of the document, which list the characters shown as boxes."""
        if not self.boxes:
            return []
        points = ", ".join(f"U+{ord(one):04X}" for one in self.boxes[:MAX_BOXED_CHARACTERS])
        more = len(self.boxes) - MAX_BOXED_CHARACTERS
        rest = f", and {more} more" if more > 0 else ""
        return [
            "We could not print some characters in this document, so each is shown as a box. "
            f"Their Unicode numbers, in the same order, are: {points}{rest}."
        ]

    def patterns(self) -> list[dict[str, str]]:
        """Return, for each other font, a regular expression of the typesetter's for the runs of letters set in it."""
        return [
            {"font": family, "pattern": f"(?:{'|'.join(map(_escaped, sorted(letters, key=len, reverse=True)))})+"}
            for family, letters in sorted(self._elsewhere.items())
        ]

    def _cluster(self, cluster: str) -> str:
        """Return a letter with its marks where one font has all of it, else what can be shown of it."""
        if cluster in ("\n", " "):
            return cluster
        cluster = cluster.lstrip(JOINER_CHARACTERS)
        if not cluster:
            return ""
        if unicodedata.category(cluster[0])[0] == "M":  # with nothing before it to stand on
            cluster = "\u25cc" + cluster
        kept, boxes, fitting = "", "", list(self.families)  # the fonts that have all of what is kept
        for place, one in enumerate(cluster):
            if one in JOINER_CHARACTERS:
                kept += one if len(kept) < MAX_CHARACTERS_TOGETHER else ""
                continue
            narrower = [name for name in fitting if ord(one) in self.families[name]]
            if narrower and (kept or place == 0) and len(kept) < MAX_CHARACTERS_TOGETHER:
                kept, fitting = kept + one, narrower
            else:
                boxes += self._box(one)
        family = fitting[0] if kept.strip(JOINER_CHARACTERS) else None
        if family and family != HOUSE_FONT:
            self._elsewhere.setdefault(family, set()).add(kept)
        return (kept if family else "") + boxes

    def _box(self, one: str) -> str:
        self.boxes.append(one)
        return MISSING_GLYPH_BOX


def font_families() -> list[str]:
    """Return the font names in the order they are tried, with the house font first."""
    return list(_families())


def _escaped(letters: str) -> str:
    return "".join(f"\\u{{{ord(one):X}}}" for one in letters)


def _line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(LINE_BREAK_TABLE)


def _clusters(text: str) -> list[str]:
    """Split a text into letters, each with its combining marks."""
    starts = [
        place
        for place, one in enumerate(text)
        if place == 0
        or text[place - 1] == "\n"
        or not (one in JOINER_CHARACTERS or unicodedata.category(one)[0] == "M")
    ]
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _invisible(one: str) -> bool:
    """Return whether a character is invisible: a control, a direction mark, a variation selector or a tag.

    Joiners stay.

    Marks of direction go because they could turn round what follows them on a paper that someone signs; letters of each
    script still run as they should.
    """
    category = unicodedata.category(one)
    if category == "Cc":
        return True
    if category == "Cf":
        return one not in JOINER_CHARACTERS + ARABIC_SIGNS
    return ord(one) in BLANK_CODE_POINTS


@cache
def _families() -> dict[str, frozenset[int]]:
    told: list[dict[str, Any]] = json.loads((FONTS_FOLDER / "coverage.json").read_text())
    return {one["family"]: _characters(one["has"]) for one in told}


def _characters(runs: list[str]) -> frozenset[int]:
    found: set[int] = set()
    for run in runs:
        first, _, last = run.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(one for one in found if unicodedata.category(chr(one)) not in {"Cc", "Co", "Cn"})
