"""Check the registration numbers of organisations, and write the errors about these numbers.

`codes` defines the format of each number. We check only the format, not whether the number is in the
register.
"""

from collections.abc import Callable

from calloff.kernel import codes
from calloff.kernel.lifecycles import Refused

COMPANY_NUMBER_ERROR = "Company number must be 8 characters, like 01234567 or SC123456"
CHARITY_NUMBER_ERROR = "Charity number must be 6 or 7 digits, like 1234567, or start with SC or NIC"
UKPRN_ERROR = "UKPRN must be 8 digits and start with 1, like 10012345"
URN_ERROR = "URN must be 6 digits, like 138001"
URN_OR_UKPRN_ERROR = "College number must be a 6-digit URN or an 8-digit UKPRN, like 130843 or 10001234"
OFSTED_URN_ERROR = "Ofsted URN must be 6 or 7 digits, like 2512345, or start with two letters, like EY123456"
CQC_ID_ERROR = "Care Quality Commission number must be like 1-123456789"
COMPANY_NUMBER_OR_UKPRN_ERROR = "Company number or UKPRN must be 8 characters, like 01234567 or 10012345"


def clean_company_number(text: str, *, field: str = "company_number") -> str:
    """Return a company number as Companies House writes it, with capitals and leading zeros.

    Raises Refused if the text is not a company number.
    """
    return _found(codes.parse_company_number, text, COMPANY_NUMBER_ERROR, field)


def clean_charity_number(text: str, *, field: str = "charity_number") -> str:
    """Return a charity number as its register writes it.

    Raises Refused if the text is not a charity number.
    """
    return _found(codes.parse_charity_number, text, CHARITY_NUMBER_ERROR, field)


def clean_ukprn(text: str, *, field: str = "ukprn") -> str:
    """Return a number from the UK Register of Learning Providers.

    Raises Refused if the text is not such a number.
    """
    return _found(codes.parse_ukprn, text, UKPRN_ERROR, field)


def clean_urn(text: str, *, field: str = "urn") -> str:
    """Return, as text, a school's number in the national register.

    Raises Refused if the text is not such a number.
    """
    return _found(lambda typed: str(codes.parse_urn(typed) or ""), text, URN_ERROR, field)


def clean_company_number_or_ukprn(text: str, *, field: str) -> str:
    """Return a trust's or college's number, which is a company number or a UKPRN.

    Raises Refused for any other text.
    """
    return _found(
        lambda typed: codes.parse_ukprn(typed) or codes.parse_company_number(typed),
        text,
        COMPANY_NUMBER_OR_UKPRN_ERROR,
        field,
    )


def clean_urn_or_ukprn(text: str, *, field: str) -> str:
    """Return a further education college's number, which is a URN or a UKPRN.

    Raises Refused for any other text.
    """
    return _found(
        lambda typed: codes.parse_ukprn(typed) or str(codes.parse_urn(typed) or ""), text, URN_OR_UKPRN_ERROR, field
    )


def clean_ofsted_urn(text: str, *, field: str = "urn") -> str:
    """Return the Ofsted reference of a childcare provider or children's home.

    Raises Refused for any other text.
    """
    return _found(codes.parse_ofsted_urn, text, OFSTED_URN_ERROR, field)


def clean_cqc_id(text: str, *, field: str = "cqc_id") -> str:
    """Return the Care Quality Commission's number for a provider or location.

    Raises Refused for any other text.
    """
    return _found(codes.parse_cqc_id, text, CQC_ID_ERROR, field)


CLEAN_BY_REGISTRY: dict[str, Callable[..., str]] = {  # The keys are the possible values of Question.registry.
    "company": clean_company_number,
    "charity": clean_charity_number,
    "ukprn": clean_ukprn,
    "urn": clean_urn,
}


def _found(read: Callable[[str], str | None], text: str, wrong: str, field: str) -> str:
    number = read(text)
    if not number:
        raise Refused(wrong, field)
    return number
