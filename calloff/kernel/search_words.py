"""Convert names and typed words to the plain form that every search compares.

Letters lose their accents and become lower case. Words are split at `/`, `.`, `-` and apostrophes, so
“self-esteem” and “self esteem” are the same. The text being searched also contains these words in one piece
(“selfesteem”, “martins”). The SQL function `fold_search_text`, from a migration of `registers`, does the
same.
"""

import re
import unicodedata
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.lookups import Contains

# the maximum number of characters that a search uses. The rest of a longer text is ignored
MAX_SEARCH_TEXT_LENGTH = 200
MAX_SEARCH_WORDS = 12  # the maximum number of words that a search for a name uses
PLAIN_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ı": "i",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ʼ": "'",
    }
)  # letters with a mark that no Unicode normal form can separate from the letter
APOSTROPHES = "'’‘`´"
_MARKS = re.compile("[\u0300-\u036f]")
_APOSTROPHE_IN_WORD = re.compile(f"(?<=[^\\W_])[{APOSTROPHES}](?=[^\\W_])")
_JOINED = re.compile(f"[^\\W_]+(?:[{APOSTROPHES}./‐‑–-][^\\W_]+)+")
_WORD = re.compile(r"[^\W_]+")


def fold_word(text: str) -> str:
    """Return the text in lower case, without accents: “José Łukasz” gives “jose lukasz”."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return plain.lower().translate(PLAIN_LETTERS)


def typed_words(text: str) -> list[str]:
    """Return the words that a person typed in a search. “Self-Esteem” gives “self” and “esteem”."""
    cut = text.encode(errors="replace").decode()[:MAX_SEARCH_TEXT_LENGTH]
    return _WORD.findall(_APOSTROPHE_IN_WORD.sub("", fold_word(cut)))


def words_in(text: str) -> list[str]:
    """Return the words of a text to be searched, both split and in one piece: “self”, “esteem” and
    “selfesteem”.
    """
    folded = fold_word(text)
    joined = ("".join(_WORD.findall(word)) for word in _JOINED.findall(folded))
    return [*_WORD.findall(folded), *joined]


def has_typed_words(typed: str, text: str) -> bool:
    """Return whether each typed word is the start of a word in the text. Return False if no word was typed."""
    wanted, words = typed_words(typed), words_in(text)
    return bool(wanted) and all(any(word.startswith(start) for word in words) for start in wanted)


class FoldedText(Func):
    """The words of a column in plain form, with a space before each, so that a search for ` word` finds the
    start of a word.
    """

    function = "fold_search_text"
    output_field = TextField()


def name_has_words(column: str, typed: str) -> Any:
    """Return a condition for rows in which each typed word is the start of a word in the name, in any
    order.
    """
    condition: Any = Q()
    folded = FoldedText(F(column))
    for word in typed_words(typed)[:MAX_SEARCH_WORDS]:
        condition &= Q(Contains(folded, Value(f" {word}")))
    return condition or Q(pk__in=())
