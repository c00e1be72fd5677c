"""Numbers of companies and charities: their form, as the registers of the United Kingdom give them out.

Their form alone: whether a number is in the register, nothing here knows.
"""

import re

from calloff.kernel.states import Refused

# Companies House: eight digits, or two letters and six digits; a few old ones with one letter in front or behind.
COMPANY = re.compile(r"(?:[0-9]{8}|[A-Z]{2}[0-9]{6}|R[0-9]{7}|[A-Z]{2}[0-9]{5}[A-Z])")
# Charity Commission: six or seven digits, with the number of a subsidiary; OSCR: SC and six; CCNI: NIC and six.
CHARITY = re.compile(r"(?:[0-9]{6,7}(?:-[0-9]{1,4})?|SC[0-9]{6}|NIC[0-9]{6})")
COMPANY_WRONG = "Company number must be 8 characters, like 01234567 or SC123456"
CHARITY_WRONG = "Charity number must be 6 or 7 digits, like 1234567, or start with SC or NIC"


def clean_company_number(text: str, *, field: str = "company_number") -> str:
    """Return a company number as Companies House writes it: in capitals, with the zeros in front. Raises Refused."""
    plain = re.sub(r"[\s.-]+", "", text).upper()
    number = plain.zfill(8) if plain.isascii() and plain.isdigit() else plain
    if not COMPANY.fullmatch(number) or number == "0" * 8:
        raise Refused(COMPANY_WRONG, field)
    return number


def clean_charity_number(text: str, *, field: str = "charity_number") -> str:
    """Return a charity number as its register writes it. Raises Refused."""
    number = re.sub(r"[\s.]+", "", text).upper()
    if not CHARITY.fullmatch(number):
        raise Refused(CHARITY_WRONG, field)
    return number
