"""Whether two addresses, as people type them, are of the same place.

Case, accents, spaces, punctuation and line breaks do not count; nor does the town that one of them leaves out. Where in
doubt they are the same: the answer decides whether an address is withheld (contact_rules.py).
"""

import re
from typing import NamedTuple

from calloff.kernel import codes
from calloff.pupils.plain_text import fold

POSTCODE = re.compile(r"\b[a-z]{1,2}[0-9][0-9a-z]? *[0-9][a-z]{2}\b")
WORD = re.compile(r"[^\W_]+")
APOSTROPHE = re.compile(r"['’]")
SHORT = {
    "rd": "road", "st": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close", "dr": "drive",
    "ct": "court", "cres": "crescent", "pl": "place", "sq": "square", "gdns": "gardens", "terr": "terrace",
}  # fmt: skip


class Address(NamedTuple):
    """An address as it is compared: its words in order, and its postcode, either of which may be nothing."""

    words: tuple[str, ...]
    postcode: str


def address(text: str, postcode: str = "") -> Address:
    """Read an address, with a postcode of its own or one in its text."""
    plain = APOSTROPHE.sub("", fold(text)[0])
    inside = [code for hit in POSTCODE.finditer(plain) if (code := codes.postcode(hit.group()))]
    words = tuple(SHORT.get(word, word) for word in WORD.findall(POSTCODE.sub(" ", plain)))
    return Address(words, codes.postcode(postcode) or (inside[-1] if inside else ""))


def is_same(one: Address, other: Address) -> bool:
    """Say whether two addresses may be of the same place: never where both have a postcode, and not the same one."""
    if one.postcode and other.postcode and one.postcode != other.postcode:
        return False
    if not one.words or not other.words:
        return bool(one.postcode and one.postcode == other.postcode)
    short, long = sorted((" ".join(one.words), " ".join(other.words)), key=len)
    return f" {short} " in f" {long} " or short.replace(" ", "") == long.replace(" ", "")
