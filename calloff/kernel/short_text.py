"""Check short texts about people and organisations, such as telephone numbers, roles and addresses.

The module names.py checks names. Short texts are read out, dialled, printed and exported to spreadsheets.
So a short text must not start a formula, contain invisible characters or change the direction of the text
(“U+202E 0163” is displayed backwards). Each function returns an error as a sentence, or an empty string if
there is no problem.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from calloff.kernel.names import FORMULA_STARTS, LINE_BREAKS, has_invisible_characters

TELEPHONE_PATTERN = re.compile(r"\+?[0-9(][0-9 ().-]*(?:,? ?(?:ext\.?|extension|x) ?[0-9]{1,6})?", re.IGNORECASE)
MAX_WEBSITE_LENGTH = 200
MAX_TELEPHONE_LENGTH = 30  # the maximum number of characters in each of these columns
# how many digits a number can have, including the extension. The shortest numbers are local ones
TELEPHONE_DIGITS = range(5, 22)
# A line of a longer text can start with a dash or a plus sign, because people write lists.
PARAGRAPH_FORMULA_STARTS = ("=", "@")
TELEPHONE_EXAMPLE = "for example, 01632 960001 or +44 1632 960001"


def find_telephone_problem(text: str, *, noun: str = "Telephone number") -> str:
    """Return why a string is not a telephone number, or an empty string if it is a telephone number.

    A number consists of digits, spaces, +, ( ), - and an extension. Empty text is valid.
    """
    number = text.strip()
    if not number:
        return ""
    digits = sum(character.isdigit() for character in number)
    if (
        not number.isascii()
        or not TELEPHONE_PATTERN.fullmatch(number)
        or digits not in TELEPHONE_DIGITS
        or len(number) > MAX_TELEPHONE_LENGTH
    ):
        return f"{noun} must be digits and spaces, {TELEPHONE_EXAMPLE}"
    return ""


def find_line_problem(text: str, *, noun: str) -> str:
    """Return why a string is not valid as a single line of text. Empty text is valid."""
    line = text.strip()
    faults = (
        (re.search(LINE_BREAKS, line), "must be on one line"),
        (has_invisible_characters(line), "must not include invisible characters. Type it again instead of pasting it."),
        (line[:1] in FORMULA_STARTS, f"must not start with {line[:1]}"),
    )
    return next((f"{noun} {what}" for is_wrong, what in faults if line and is_wrong), "")


def find_lines_problem(text: str, *, noun: str) -> str:
    """Return why a string, such as an address, is not valid as text with several lines.

    Empty text is valid.
    """
    lines = [line.strip() for line in re.split(LINE_BREAKS, text.replace("\t", " "))]
    if any(map(has_invisible_characters, lines)):
        return f"{noun} must not include invisible characters. Type it again instead of pasting it."
    start = next((line[0] for line in lines if line[:1] in PARAGRAPH_FORMULA_STARTS and line), "")
    return f"{noun} must not have a line that starts with {start}" if start else ""


def find_website_problem(text: str, *, noun: str = "Website") -> str:
    """Return why a string is not a website's URL that a page can link to. Empty text is valid."""
    address = text.strip()
    if not address:
        return ""
    try:
        URLValidator(schemes=["http", "https"])(unicodedata.normalize("NFC", address))
    except ValidationError:
        return f"{noun} must be a web address, like https://example.com"
    if len(address) > MAX_WEBSITE_LENGTH:
        return f"{noun} must be {MAX_WEBSITE_LENGTH} characters or fewer"
    return find_line_problem(address, noun=noun)
