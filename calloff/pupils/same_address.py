"""Compare two addresses as people typed them, to decide whether an address must be withheld.

- If both have the same postcode, they match, unless both have a house number and they share no number. Letters after
  a number, flats, house names, towns and spelling are ignored. A postcode covers about 15 homes, so unclear cases
  match.
- If a postcode is missing, or differs by one or two letters, they match if a number and the street after it match.
- If there is no number, they match if they start with the same house or street. A town alone or a number alone does
  not count as an address, because it does not identify a place.

Two addresses whose postcodes differ by more than two letters never match. Case, accents, spaces and punctuation are
ignored. Numbers match however they are typed: 012, 1 2 and l2 are all 12 (with the letters l, I and O for 1 and 0). If
a number can be read in two ways, such as 12l or “1 2”, addresses match if either reading matches.

Some matches are missed: a letter typed for a digit, other than those above (S for 5, B for 8, Z for 2), digits that are
swapped or missing, two house numbers typed as one, a street or house that was renamed, a name with more than one wrong
letter in five, and an address in other words (“behind the church”). Without a postcode, streets with the same name in
two towns count as one street.
"""

import re
from difflib import get_close_matches
from itertools import product, zip_longest
from typing import NamedTuple

from calloff.kernel import codes
from calloff.pupils.plain_text import fold_text

POSTCODE = re.compile(r"\b[a-z]{1,2}[0-9][0-9a-z]? *[0-9][a-z]{2}\b")
PART_OF_POSTCODE = re.compile(r"\b(?!no)[a-z]{2}[0-9]{1,2}[a-z]?(?: *[0-9][a-z]{0,2})?\b")
TELEPHONE = re.compile(r"(?:\+44|\b0)[0-9 ()-]{8,14}[0-9]\b")
YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")  # for example, in “since 2019”
RANGE = re.compile(r"\b([0-9]{1,4})[a-z]? ?- ?([0-9]{1,4})[a-z]?\b")
MAX_HOUSE_RANGE = 20  # the largest possible difference between the highest and lowest number of a building
LIKE_DIGITS = str.maketrans("lio", "110")
NUMBER_WITH_LETTERS = re.compile(r"(?<![^\W_])([0-9lio]*[0-9])([lio]*)(?![^\W_])")
ONLY_LETTERS = re.compile(r"(?:^|[,;\n])\s*([li][lio]{0,3})(?=\s+[^\W\d_])")  # for example, in “l Gorse Lane”
DIGITS_APART = re.compile(r"(?<![^\W_])[0-9]+(?: +[0-9]+)+(?![^\W_])")
LONGEST_NUMBER = 4  # the maximum number of digits in a house number
TOKEN = re.compile(r"[0-9]+|[^\W\d_]+")
APOSTROPHE = re.compile(r"['’]")
CARE_OF = re.compile(r"\bc ?/ ?o\b|\bcare of\b")
STREET_ABBREVIATIONS = {
    "rd": "road", "st": "street", "saint": "street", "ave": "avenue", "av": "avenue", "ln": "lane", "lne": "lane",
    "cl": "close", "dr": "drive", "ct": "court", "cres": "crescent", "pl": "place", "sq": "square", "gdns": "gardens",
    "terr": "terrace", "cott": "cottage", "hse": "house",
}  # fmt: skip
FLAT_WORDS = {
    "flat",
    "flats",
    "flt",
    "apartment",
    "apt",
    "appt",
    "unit",
    "room",
    "rm",
    "studio",
    "floor",
    "suite",
    "bedsit",
}
# These can follow digits without a space, as in 1st, 2nd and 3rd floor.
ORDINAL_ENDINGS = {"nd", "rd", "road", "th", "street", "st"}
HOUSE_WORDS = {
    "house", "cottage", "farm", "farmhouse", "court", "lodge", "hall", "villa", "barn", "manor", "mill", "vicarage",
    "rectory", "grange", "refuge", "mansions", "bungalow", "hostel", "hotel", "towers", "priory", "parsonage",
}  # fmt: skip
UNITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
NUMBER_WORDS = UNITS | TEENS | TENS
# “St” is read as “street”. As a first word it is skipped (“St Annes Road”)
WORDS_BEFORE_A_NAME = {"the", "street", "no", "number"}
# The minimum number of words in the name of a house or street. One word alone might be a town.
NAME_WORD_COUNT = 2
MAX_LETTERS_APART = 2
MIN_STREET_LENGTH = 4  # the minimum number of letters in a name that is searched for within joined words
# How similar two names must be to match, where 1 means equal. One wrong letter in five or two swapped letters still
# match.
MIN_SPELLING_SIMILARITY = 0.8


class ComparableAddress(NamedTuple):
    """An address in a form that can be compared."""

    words: tuple[str, ...]  # all words in order, including numbers
    postcodes: frozenset[str]
    houses: frozenset[str]  # the numbers that might be house numbers, in digits
    # all numbers of houses and flats, including numbers written in words if there are no digits
    numbers: frozenset[str]
    streets: frozenset[str]  # the first word of each name that comes after a number


def parse_address(text: str, postcode: str = "") -> ComparableAddress:
    """Parse an address whose postcode is given separately or within the text."""
    plain = CARE_OF.sub(" ", APOSTROPHE.sub("", fold_text(text)[0]))
    inside = {code for hit in POSTCODE.finditer(plain) if (code := codes.parse_postcode(hit.group()))}
    for noise in (POSTCODE, TELEPHONE, PART_OF_POSTCODE, YEAR):
        plain = noise.sub(" ", plain)
    plain, readings, unsure = _digits_for_letters(plain)
    hits = list(TOKEN.finditer(plain))
    joined = {one.start() for one, before in zip(hits[1:], hits, strict=False) if one.start() == before.end()}
    words = tuple(STREET_ABBREVIATIONS.get(one.group(), _without_zeros(one.group())) for one in hits)
    flats = {
        at
        for at, word in enumerate(words)
        if word.isdigit()
        and (
            (at > 0 and words[at - 1] in FLAT_WORDS)
            or (at + 1 < len(words) and words[at + 1] in ORDINAL_ENDINGS and hits[at + 1].start() in joined)
        )
    }
    houses = {one for at, one in enumerate(words) if one.isdigit() and at not in flats} | _between(plain)
    houses |= (readings | _joined(plain)) if houses else set()
    counted = words if any(map(str.isdigit, words)) else _in_digits(words)
    numbers = houses | {one for one in counted if one.isdigit()} | unsure
    return ComparableAddress(
        words=words,
        postcodes=frozenset(filter(None, {codes.parse_postcode(postcode), *inside})),
        houses=frozenset(houses),
        numbers=frozenset(numbers),
        streets=_streets(counted, flats if houses else set()),
    )


def may_be_same_address(one: ComparableAddress, other: ComparableAddress) -> bool:
    """Return whether two addresses might be the same place."""
    if one.postcodes & other.postcodes:
        return not (one.houses and other.houses) or bool(one.numbers & other.numbers)
    apart = [_letters_apart(*pair) for pair in product(one.postcodes, other.postcodes)]
    if apart and min(apart) > MAX_LETTERS_APART:
        return False
    return _has_same_number_and_street(one, other) or _begins_the_same(one, other) or _begins_the_same(other, one)


def _has_same_number_and_street(one: ComparableAddress, other: ComparableAddress) -> bool:
    return bool(one.numbers & other.numbers) and (_is_in(one.streets, other) or _is_in(other.streets, one))


def _is_in(streets: frozenset[str], where: ComparableAddress) -> bool:
    """Return whether an address contains a street, even if the street is misspelt or joined to the next word."""
    words = [word for word in where.words if not word.isdigit()]
    joined = "".join(words)
    return any(
        get_close_matches(street, words, n=1, cutoff=MIN_SPELLING_SIMILARITY)
        or (len(street) >= MIN_STREET_LENGTH and street in joined)
        for street in streets
    )


def _begins_the_same(short: ComparableAddress, long: ComparableAddress) -> bool:
    """Return whether an address without a number names the same house or street as the start of the other address.

    A house name can also come later, as in “Flat 2, Rose Court”.
    """
    if any(map(str.isdigit, short.words)):
        return False
    own, others = (tuple(word for word in one.words if word != "the") for one in (short, long))
    named_alone = short.words[:1] == ("the",) and bool(HOUSE_WORDS & set(own[:1]))  # for example, “The Rectory”
    head = own[:1] if named_alone else own[:NAME_WORD_COUNT]
    if len(head) < NAME_WORD_COUNT and not named_alone:
        return False
    if others[: len(head)] == head:
        return True
    return len(head) > 1 and bool(HOUSE_WORDS & set(head)) and f" {' '.join(head)} " in f" {' '.join(others)} "


def _digits_for_letters(plain: str) -> tuple[str, set[str], set[str]]:
    """Replace l, i and o in a number with 1 and 0, so that l2 becomes 12.

    The function also returns other possible readings: of a number whose last letters might be digits (12l), and of
    letters that might be a number (“l Gorse Lane”). Such letters might also be a name, so they do not count as a house
    number.
    """
    ends = [hit for hit in NUMBER_WITH_LETTERS.finditer(plain) if hit[2]]
    readings = {_without_zeros(hit.group().translate(LIKE_DIGITS)) for hit in ends}
    unsure = {hit[1].translate(LIKE_DIGITS) for hit in ONLY_LETTERS.finditer(plain)}
    written = NUMBER_WITH_LETTERS.sub(lambda hit: hit[1].translate(LIKE_DIGITS) + hit[2], plain)
    return written, readings, unsure


def _joined(plain: str) -> set[str]:
    """Return the numbers that result if the digits of one number were typed with spaces between them.

    “1 2” might be 12, but not in “Flat 1 2 Gorse Lane”.
    """
    found = set()
    for hit in DIGITS_APART.finditer(plain):
        before = TOKEN.findall(plain[: hit.start()])
        number = hit.group().replace(" ", "")
        if len(number) <= LONGEST_NUMBER and not (before and before[-1] in FLAT_WORDS):
            found.add(_without_zeros(number))
    return found


def _without_zeros(word: str) -> str:
    return (word.lstrip("0") or "0") if word.isdigit() else word


def _streets(words: tuple[str, ...], flats: set[int]) -> frozenset[str]:
    """Return the first word of each name that follows a number, apart from flat numbers.

    If there is none, return the first word of the address.
    """
    found, numbers = set(), [at for at, word in enumerate(words) if word.isdigit() and at not in flats]
    name = ""
    for at in reversed(range(len(words))):
        if _is_name(words[at]):
            name = words[at]
        elif name and words[at].isdigit() and at not in flats:
            found.add(name)
    if not found and numbers:  # for example, in “Gorse Lane 12”
        found = set([one for one in words if _is_name(one)][:1])
    return frozenset(found)


def _is_name(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and word not in FLAT_WORDS | WORDS_BEFORE_A_NAME


def _between(text: str) -> set[str]:
    """Return all numbers of a building that has several, for example 77 to 81 for 77-81."""
    found: set[str] = set()
    for hit in RANGE.finditer(text):
        first, last = map(int, hit.groups())
        if first < last <= first + MAX_HOUSE_RANGE:
            found |= {str(number) for number in range(first, last + 1)}
    return found


def _in_digits(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the text with number words replaced by digits: seventy seven becomes 77."""
    found: list[str] = []
    before = ""
    for word in words:
        if before in TENS and word in UNITS:
            found[-1] = str(TENS[before] + UNITS[word])
        else:
            found.append(str(NUMBER_WORDS.get(word, word)))
        before = word
    return tuple(found)


def _letters_apart(one: str, other: str) -> int:
    """Count the characters that differ between two postcodes, comparing the two halves separately."""
    halves = zip(one.split(), other.split(), strict=True)
    return sum(mine != theirs for pair in halves for mine, theirs in zip_longest(*pair))
