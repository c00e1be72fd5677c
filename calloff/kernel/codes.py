"""Parse official identifiers and codes that people type.

Each function returns the code in its standard form, or None if the text does not have the right format. The
caller writes the error message, because it knows the field's name. A code can have the right format even if
it was never issued.
"""

import re
from typing import NamedTuple

from django.db.models import TextChoices
from stdnum.gb import upn


class NeedType(TextChoices):
    """A type of special educational need, with its code in the school census."""

    SPLD = "SPLD", "Specific learning difficulty"
    MLD = "MLD", "Moderate learning difficulty"
    SLD = "SLD", "Severe learning difficulty"
    PMLD = "PMLD", "Profound and multiple learning difficulty"
    SEMH = "SEMH", "Social, emotional and mental health"
    SLCN = "SLCN", "Speech, language and communication needs"
    HI = "HI", "Hearing impairment"
    VI = "VI", "Vision impairment"
    MSI = "MSI", "Multi-sensory impairment"
    PD = "PD", "Physical disability"
    ASD = "ASD", "Autistic spectrum disorder"
    OTH = "OTH", "Other difficulty or disability"
    NSA = "NSA", "SEN support, type of need not yet assessed"
    DS = "DS", "Down syndrome"


class SenProvision(TextChoices):
    """The special educational needs provision for a child, with its code in the school census."""

    EHC_PLAN = "E", "Education, health and care plan"
    SUPPORT = "K", "SEN support"
    NONE = "N", "No special educational needs"


# An empty code means that no one has answered. It is counted separately from “No special educational
# needs”.
SEN_NOT_RECORDED = "Not recorded"


# the choices for a form in which the answer can be left empty, with the same text as `format_sen_provision`
SEN_CHOICES = [*SenProvision.choices, ("", SEN_NOT_RECORDED)]


def format_sen_provision(code: str) -> str:
    """Return a child's SEN provision as text, or “Not recorded” if the code is empty."""
    return str(SenProvision(code).label) if code else SEN_NOT_RECORDED


class IdentifierScheme(TextChoices):
    """The schemes that identify organisations in open data (org-id.guide)."""

    PPON = "GB-PPON", "Public procurement organisation number"
    COMPANIES_HOUSE = "GB-COH", "Companies House"
    CHARITY_ENGLAND_AND_WALES = "GB-CHC", "Charity Commission for England and Wales"
    CHARITY_SCOTLAND = "GB-SC", "Scottish Charity Register"
    CHARITY_NORTHERN_IRELAND = "GB-NIC", "Charity Commission for Northern Ireland"
    UKPRN = "GB-UKPRN", "UK Register of Learning Providers"
    NHS = "GB-NHS", "NHS organisation code"
    LOCAL_AUTHORITY = "GB-LAE", "Local authority register for England"


UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # the letters I, O and S are not used
COMPANY_NUMBER_LENGTH = 8

_URN = re.compile(r"[1-9][0-9]{5}")
_UKPRN = re.compile(r"1[0-9]{7}")
_LAESTAB = re.compile(r"([0-9]{3})/?([0-9]{4})")
_UPRN = re.compile(r"[0-9]{1,12}")
_COMPANY = re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}|[A-Z]{2}[0-9]{5}[A-Z]|R[0-9]{7}")
_CHARITY = (
    (IdentifierScheme.CHARITY_ENGLAND_AND_WALES, re.compile(r"[1-9][0-9]{5,6}(-[1-9][0-9]{0,3})?")),
    (IdentifierScheme.CHARITY_SCOTLAND, re.compile(r"SC[0-9]{6}")),
    (IdentifierScheme.CHARITY_NORTHERN_IRELAND, re.compile(r"NIC1[0-9]{5}")),
)
_OFSTED = re.compile(r"[1-9][0-9]{5,6}|(EY|SC|VC|CA|RP)[0-9]{6}")
_CQC = re.compile(r"1-[0-9]{5,12}|[A-Z0-9]{5}")
_UPN = re.compile(rf"([{UPN_LETTERS}])([0-9]{{11}}[0-9{UPN_LETTERS}])")
_OUTCODE = r"GIR|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPS-UW]|[A-HK-Y][0-9][ABEHMNPRV-Y])"
_INCODE = r"[0-9][ABD-HJLNP-UW-Z]{2}"
_POSTCODE = re.compile(rf"({_OUTCODE})({_INCODE})")
_OUTCODE_ALONE = re.compile(_OUTCODE)
_AREA = re.compile(r"[A-Z]{1,2}(?=[0-9])|GIR")


def parse_urn(text: str) -> int | None:
    """Parse a school's unique reference number: six digits."""
    code = _plain(text)
    return int(code) if _URN.fullmatch(code) else None


def parse_ukprn(text: str) -> str | None:
    """Parse a UK provider reference number: eight digits, starting with 1."""
    return _whole(_UKPRN, _plain(text))


def parse_laestab(text: str) -> str | None:
    """Parse a DfE establishment number, for example 938/4001.

    It has three digits for the local authority and four for the establishment.
    """
    found = _LAESTAB.fullmatch(_plain(text))
    return "/".join(found.groups()) if found else None


def parse_uprn(text: str) -> str | None:
    """Parse a unique property reference number: up to 12 digits, without leading zeros."""
    code = _whole(_UPRN, _plain(text))
    return code.lstrip("0") or None if code else None


def parse_company_number(text: str) -> str | None:
    """Parse a Companies House number: eight characters.

    Leading zeros that a spreadsheet removed are restored.
    """
    code = _plain(text)
    if code.isdecimal() and code.isascii():
        code = code.zfill(COMPANY_NUMBER_LENGTH)
    return code if _COMPANY.fullmatch(code) and code.strip("0") else None


class CharityNumber(NamedTuple):
    """A charity number and the register it is in. A number is unique only within its register."""

    number: str
    scheme: IdentifierScheme


def parse_charity(text: str) -> CharityNumber | None:
    """Parse a charity number from the register of its nation.

    Examples are 1123456 or 1123456-1 (England and Wales), SC012345 (Scotland) and NIC100123 (Northern Ireland).
    """
    code = _plain(text)
    return next((CharityNumber(code, scheme) for scheme, form in _CHARITY if form.fullmatch(code)), None)


def parse_charity_number(text: str) -> str | None:
    """Parse a charity number from any of the three registers."""
    found = parse_charity(text)
    return found.number if found else None


def parse_ofsted_urn(text: str) -> str | None:
    """Parse an Ofsted reference: six or seven digits, or a prefix such as EY or SC followed by six digits."""
    return _whole(_OFSTED, _plain(text))


def parse_cqc_id(text: str) -> str | None:
    """Parse a Care Quality Commission id for a provider or location, such as 1-123456789."""
    return _whole(_CQC, _plain(text))


def parse_upn(text: str) -> str | None:
    """Parse a permanent or temporary unique pupil number (UPN), and verify its check letter.

    A temporary number ends in a letter. The local authority number in a UPN is not checked, because the
    list of local authorities in python-stdnum dates from 2011.
    """
    found = _UPN.fullmatch(_plain(text))
    if not found:
        return None
    check, rest = found.groups()
    return check + rest if upn_check_letter(rest) == check else None


def upn_check_letter(rest: str) -> str:
    """Compute the check letter of a unique pupil number, which is its first letter, from its other twelve
    characters.
    """
    return upn.calc_check_digit(rest)


def parse_postcode(text: str) -> str | None:
    """Parse a postcode in any case and with any spacing, and return it in the form BN1 1LG."""
    found = _POSTCODE.fullmatch(_plain(text))
    return " ".join(found.groups()) if found else None


def parse_outcode(text: str) -> str | None:
    """Parse the outcode of a postcode, given alone or as part of a postcode, for example BN1 from BN1 1LG."""
    code = _plain(text)
    found = _POSTCODE.fullmatch(code)
    return found.group(1) if found else _whole(_OUTCODE_ALONE, code)


def postcode_area(code: str) -> str:
    """Return the letters at the start of a postcode (its postcode area), for example BN from BN1 1LG."""
    found = _AREA.match(code)
    return found.group() if found else ""


def _plain(text: str) -> str:
    """Return the text without spaces and in capitals."""
    return "".join(text.split()).upper()


def _whole(form: re.Pattern[str], code: str) -> str | None:
    return code if form.fullmatch(code) else None
