"""What could say who a child is, in words that anyone may send us: refused at the door, and never kept.

A name cannot be told from any other word, so the page asks for none; what has a form of its own is found here.
"""

import re
from collections.abc import Iterator

from calloff.kernel import codes
from calloff.kernel.formatting import format_list
from calloff.kernel.lifecycles import Refused

_UPN = re.compile(r"\b[A-Z][0-9]{11}[0-9A-Z]\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}\b", re.IGNORECASE)
_TEN_DIGITS = re.compile(r"\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_A_DAY = re.compile(
    r"\b[0-3]?[0-9](?:st|nd|rd|th)?[ ]?"
    rf"(?:[-/.][ ]?[01]?[0-9][ ]?[-/.]|(?:of )?(?:{_MONTHS})[a-z]*,?[ ]?)[ ]?(?:19|20)?[0-9]{{2}}\b"
    r"|\b(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]\b",
    re.IGNORECASE,
)


def require_no_personal_data(text: str, where: str) -> None:
    """Refuse words that hold what could only be one child's: a UPN, a postcode, a date with its year, an NHS number."""
    found = list(dict.fromkeys(_found(text)))
    if found:
        raise Refused(
            f"Remove {format_list(found)}, because it could identify a child. Describe what is needed instead.", where
        )


def _found(text: str) -> Iterator[str]:
    if _UPN.search(text):
        yield "the unique pupil number"
    if any(codes.parse_postcode(hit.group()) for hit in _POSTCODE.finditer(text)):
        yield "the postcode"
    if _A_DAY.search(text):
        yield "the date"
    if _TEN_DIGITS.search(text):
        yield "the ten-digit number"
