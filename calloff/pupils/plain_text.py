"""Convert text to plain lower case, with the original position of each letter, to find disguised names and numbers.

Accents, letters with strokes, lookalike letters from other scripts, other digits, dashes, spaces and invisible marks
are replaced by what they look like. The original positions are needed to mark the matches in the text as typed.
"""

import unicodedata
from functools import cache

from confusable_homoglyphs.confusables import confusables_data

# Letters that no Unicode normal form separates from their marks. ß is not here, because casefold turns it into ss.
PLAIN_LETTERS = str.maketrans({
    "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "ħ": "h", "Ħ": "h", "ŧ": "t",
    "Ŧ": "t", "ŋ": "ng", "Ŋ": "ng", "ı": "i", "ȷ": "j", "ĸ": "k", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe",
    "þ": "th", "Þ": "th", "ə": "e", "Ə": "e", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ƒ": "f",
    "ʻ": "'", "ʼ": "'", "’": "'", "‘": "'", "`": "'", "´": "'", "ˈ": "'", "′": "'",
})  # fmt: skip
LETTER_EXPANSIONS = (
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("å", "aa"),
    ("ø", "oe"),
)  # what people write instead of the letter with its mark
_SLASHES = "⁄∕╱⧸"
_SPACES, _DASHES, _INVISIBLE, _MARKS = {"Zs", "Zl", "Zp"}, {"Pd"}, {"Cf"}, {"Mn", "Me"}


def fold_text(text: str) -> tuple[str, list[int]]:
    """Return the text in plain lower case, with the original position of each character."""
    marks: list[str] = []
    places: list[int] = []
    for place, mark in enumerate(text):
        plain = _plain(mark)
        marks.append(plain)
        places.extend([place] * len(plain))
    return "".join(marks), places


def spellings_of(name: str) -> list[str]:
    """Yield a name as it is written, and with its umlauts written as two letters (Jörg, Joerg)."""
    expanded = unicodedata.normalize("NFC", name).lower()
    for mark, letters in LETTER_EXPANSIONS:
        expanded = expanded.replace(mark, letters)
    return [name] if fold_text(expanded)[0] == fold_text(name)[0] else [name, expanded]


@cache
def _plain(mark: str) -> str:
    category = unicodedata.category(mark)
    if category in _INVISIBLE:
        return ""
    if category in _SPACES:
        return " "
    if category in _DASHES or mark == "\u2212":
        return "-"
    digit = unicodedata.decimal(mark, None)
    return _plain_letter(mark) if digit is None else str(digit)


def _plain_letter(mark: str) -> str:
    parts = unicodedata.normalize("NFKD", mark.translate(PLAIN_LETTERS))
    plain = "".join(_look_alike(one) for one in parts if unicodedata.category(one) not in _MARKS)
    return plain.translate(PLAIN_LETTERS).casefold()


def _look_alike(letter: str) -> str:
    """Return the Latin letter that a letter from another script looks like."""
    if letter.isascii() or not letter.isalpha():
        return "/" if letter in _SLASHES else letter
    # Try lower case first, because a capital in another script might look like the capital of a different letter.
    for known in (*confusables_data.get(letter.lower(), ()), *confusables_data.get(letter, ())):
        if len(known["c"]) == 1 and known["c"].isascii() and known["c"].isalpha():
            return str(known["c"])
    return letter
