"""Make the fallback fonts for our PDFs, with characters that the main font does not have, in scripts that people here
use.

python3 tools/subset_fonts.py NOTO_FOLDER EMOJI_FONT

NOTO_FOLDER is `usr/share/fonts/truetype/noto` in Debian's package fonts-noto-core (from: apt-get download
fonts-noto-core, dpkg-deb -x). EMOJI_FONT is `files/noto-emoji-emoji-400-normal.woff` in the npm package
@fontsource/noto-emoji (from: npm pack, tar -xf). Needs fonttools. Writes calloff/documents/fonts/Noto*.ttf, and
coverage.json in the same folder. coverage.json lists the characters in each family, in the order in which the families
are tried.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS_FOLDER = Path(__file__).resolve().parents[1] / "calloff" / "documents" / "fonts"
HOUSE_FONT = "AtkinsonHyperlegibleNext_400Regular.ttf"

# Letters with diacritics, punctuation, currency signs, numbers and arrows, for Latin (including Vietnamese and
# Yoruba), Greek and Cyrillic.
LATIN_RANGES = [(0x20, 0x58F), (0x1AB0, 0x1AFF), (0x1C80, 0x1C8F), (0x1D00, 0x1FFF), (0x2000, 0x218F), (0x2C60, 0x2C7F)]
LATIN_RANGES += [
    (0x2DE0, 0x2E7F),
    (0xA640, 0xA69F),
    (0xA700, 0xA7FF),
    (0xAB30, 0xAB6F),
    (0xFB00, 0xFB06),
    (0xFE20, 0xFE2F),
]
ALL_RANGES = [(0x20, 0x10FFFF)]
SIGN_RANGES = [(0x2000, 0x2BFF), (0x1F100, 0x1F2FF), (0x1F780, 0x1F8FF)]

# The family, the characters that are included, and whether a bold font is also made. Each font also includes its own
# space and its dotted circle.
NOTO_FONTS: list[tuple[str, list[tuple[int, int]], bool]] = [
    ("NotoSans", LATIN_RANGES, True),
    ("NotoSansArabic", [(0x20, 0x7F), (0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFEFF)], False),
    ("NotoSansHebrew", ALL_RANGES, True),
    ("NotoSansGurmukhi", ALL_RANGES, True),
    ("NotoSansDevanagari", ALL_RANGES, False),
    ("NotoSansBengali", ALL_RANGES, False),
    ("NotoSansGujarati", ALL_RANGES, False),
    ("NotoSansTamil", ALL_RANGES, False),
    ("NotoSansTelugu", ALL_RANGES, False),
    ("NotoSansKannada", ALL_RANGES, False),
    ("NotoSansMalayalam", ALL_RANGES, False),
    ("NotoSansEthiopic", [(0x20, 0x7F), (0x1200, 0x139F)], False),
    ("NotoSansGeorgian", ALL_RANGES, False),
    ("NotoSansArmenian", ALL_RANGES, False),
    ("NotoSansThai", ALL_RANGES, False),
    ("NotoSansSymbols", SIGN_RANGES, False),
    ("NotoSansSymbols2", SIGN_RANGES, False),
    ("NotoSansMath", SIGN_RANGES, False),
]


def main(noto: Path, emoji: Path) -> None:
    """Write every font, and a list of the characters in each family."""
    for old in FONTS_FOLDER.glob("Noto*.ttf"):
        old.unlink()
    covered = [_covers(FONTS_FOLDER / HOUSE_FONT)]
    for family, ranges, bold in NOTO_FONTS:
        for weight in ("Regular", "Bold") if bold else ("Regular",):
            _cut(noto / f"{family}-{weight}.ttf", _within(ranges), FONTS_FOLDER / f"{family}-{weight}.ttf")
        covered.append(_covers(FONTS_FOLDER / f"{family}-Regular.ttf"))
    _cut(emoji, _within(ALL_RANGES), FONTS_FOLDER / "NotoEmoji-Regular.ttf", shaped=False)
    covered.append(_covers(FONTS_FOLDER / "NotoEmoji-Regular.ttf"))
    (FONTS_FOLDER / "coverage.json").write_text(json.dumps(covered, ensure_ascii=True, indent=None) + "\n")


def _within(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {character for first, last in ranges for character in range(first, last + 1)} | {
        0x20,
        0xA0,
        0x25CC,
        0x200C,
        0x200D,
    }


def _cut(source: Path, kept: set[int], target: Path, *, shaped: bool = True) -> None:
    options = Options()
    options.layout_features = (
        [feature for feature in _features(source) if feature not in DROPPED_FEATURES] if shaped else []
    )
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    options.drop_tables += ["STAT", "gasp", "vhea", "vmtx"] if not shaped else ["gasp"]
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    cut = Subsetter(options)
    cut.populate(unicodes=kept)
    cut.subset(font)
    font.save(target)


def _covers(file: Path) -> dict[str, object]:
    font = TTFont(file)
    has = sorted(font.getBestCmap())
    runs: list[list[int]] = []
    for character in has:
        if runs and character == runs[-1][1] + 1:
            runs[-1][1] = character
        else:
            runs.append([character, character])
    return {
        "family": font["name"].getBestFamilyName(),
        "has": [f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in runs],
    }


DROPPED_FEATURES = {
    "smcp",
    "c2sc",
    "onum",
    "pnum",
    "tnum",
    "lnum",
    "sups",
    "subs",
    "sinf",
    "dnom",
    "numr",
    "frac",
    "ordn",
    "case",
}
DROPPED_FEATURES |= (
    {f"ss{n:02}" for n in range(1, 21)} | {f"cv{n:02}" for n in range(1, 100)} | {"salt", "aalt", "zero", "titl"}
)


def _features(source: Path) -> list[str]:
    font = TTFont(source, lazy=True)
    tables = [font[name].table for name in ("GSUB", "GPOS") if name in font]
    return sorted({feature.FeatureTag for table in tables for feature in table.FeatureList.FeatureRecord})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
