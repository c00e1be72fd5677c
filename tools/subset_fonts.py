"""Make the fonts that papers fall back to: what the house font lacks, cut to the scripts that people here write in.

python3 tools/subset_fonts.py NOTO_FOLDER EMOJI_FONT

NOTO_FOLDER is `usr/share/fonts/truetype/noto` of Debian's package fonts-noto-core (made by: apt-get download
fonts-noto-core, dpkg-deb -x). EMOJI_FONT is `files/noto-emoji-emoji-400-normal.woff` of the npm package
@fontsource/noto-emoji (made by: npm pack, tar -xf). Needs fonttools. Writes calloff/documents/fonts/Noto*.ttf, and
coverage.json there: which characters each family has, in the order in which they are tried.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parents[1] / "calloff" / "documents" / "fonts"
HOUSE = "AtkinsonHyperlegibleNext_400Regular.ttf"

# Letters with their marks, punctuation, money, numbers, arrows: Latin (Vietnamese, Yoruba), Greek, Cyrillic.
LATIN = [(0x20, 0x58F), (0x1AB0, 0x1AFF), (0x1C80, 0x1C8F), (0x1D00, 0x1FFF), (0x2000, 0x218F), (0x2C60, 0x2C7F)]
LATIN += [(0x2DE0, 0x2E7F), (0xA640, 0xA69F), (0xA700, 0xA7FF), (0xAB30, 0xAB6F), (0xFB00, 0xFB06), (0xFE20, 0xFE2F)]
WHOLE = [(0x20, 0x10FFFF)]
SIGNS = [(0x2000, 0x2BFF), (0x1F100, 0x1F2FF), (0x1F780, 0x1F8FF)]

# family, what is kept of it, whether in bold too. Each keeps the space and the dotted circle of its own.
NOTO: list[tuple[str, list[tuple[int, int]], bool]] = [
    ("NotoSans", LATIN, True),
    ("NotoSansArabic", [(0x20, 0x7F), (0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFEFF)], False),
    ("NotoSansHebrew", WHOLE, True),
    ("NotoSansGurmukhi", WHOLE, True),
    ("NotoSansDevanagari", WHOLE, False),
    ("NotoSansBengali", WHOLE, False),
    ("NotoSansGujarati", WHOLE, False),
    ("NotoSansTamil", WHOLE, False),
    ("NotoSansTelugu", WHOLE, False),
    ("NotoSansKannada", WHOLE, False),
    ("NotoSansMalayalam", WHOLE, False),
    ("NotoSansEthiopic", [(0x20, 0x7F), (0x1200, 0x139F)], False),
    ("NotoSansGeorgian", WHOLE, False),
    ("NotoSansArmenian", WHOLE, False),
    ("NotoSansThai", WHOLE, False),
    ("NotoSansSymbols", SIGNS, False),
    ("NotoSansSymbols2", SIGNS, False),
    ("NotoSansMath", SIGNS, False),
]


def main(noto: Path, emoji: Path) -> None:
    """Write every font and the list of what they cover."""
    for old in FONTS.glob("Noto*.ttf"):
        old.unlink()
    covered = [_covers(FONTS / HOUSE)]
    for family, ranges, bold in NOTO:
        for weight in ("Regular", "Bold") if bold else ("Regular",):
            _cut(noto / f"{family}-{weight}.ttf", _within(ranges), FONTS / f"{family}-{weight}.ttf")
        covered.append(_covers(FONTS / f"{family}-Regular.ttf"))
    _cut(emoji, _within(WHOLE), FONTS / "NotoEmoji-Regular.ttf", shaped=False)
    covered.append(_covers(FONTS / "NotoEmoji-Regular.ttf"))
    (FONTS / "coverage.json").write_text(json.dumps(covered, ensure_ascii=True, indent=None) + "\n")


def _within(ranges: Iterable[tuple[int, int]]) -> set[int]:
    return {one for first, last in ranges for one in range(first, last + 1)} | {0x20, 0xA0, 0x25CC, 0x200C, 0x200D}


def _cut(source: Path, kept: set[int], target: Path, *, shaped: bool = True) -> None:
    options = Options()
    options.layout_features = [one for one in _features(source) if one not in DROPPED] if shaped else []
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
    for one in has:
        if runs and one == runs[-1][1] + 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return {
        "family": font["name"].getBestFamilyName(),
        "has": [f"{a:X}" if a == b else f"{a:X}-{b:X}" for a, b in runs],
    }


DROPPED = {
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
DROPPED |= {f"ss{n:02}" for n in range(1, 21)} | {f"cv{n:02}" for n in range(1, 100)} | {"salt", "aalt", "zero", "titl"}


def _features(source: Path) -> list[str]:
    font = TTFont(source, lazy=True)
    tables = [font[name].table for name in ("GSUB", "GPOS") if name in font]
    return sorted({one.FeatureTag for table in tables for one in table.FeatureList.FeatureRecord})


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
