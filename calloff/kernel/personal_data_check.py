"""Refuse text that could identify a child, whoever wrote the text, so that it is never stored.

Only identifiers with a fixed format can be found. Names cannot be found, so pages ask people not to enter
any.
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


def require_no_personal_data(text: str, field: str, *, allows_dates: bool = False) -> None:
    """Refuse text that contains an identifier of a child: a UPN, a postcode, a date with a year or an NHS
    number.

    Dates are allowed in text that must give deadlines, such as an officer's answer. Raises Refused for the
    form's `field`, and lists what must be removed.
    """
    identifiers = list(dict.fromkeys(_identifiers_in(text, allows_dates=allows_dates)))
    if identifiers:
        raise Refused(
            f"Remove {format_list(identifiers)}, because it could identify a child. Describe what is needed instead.",
            field,
        )


def _identifiers_in(text: str, *, allows_dates: bool) -> Iterator[str]:
    if _UPN.search(text):
        yield "the unique pupil number"
    if any(codes.parse_postcode(match.group()) for match in _POSTCODE.finditer(text)):
        yield "the postcode"
    if not allows_dates and _A_DAY.search(text):
        yield "the date"
    if _TEN_DIGITS.search(text):
        yield "the 10-digit number"
