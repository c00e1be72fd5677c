"""Check and compare the names of people, organisations, services, sites, groups and markets.

Names are printed, used in the subjects of emails, exported to spreadsheets and compared. So a name is one
line of letters, marks, digits and common punctuation, in any script. It must not contain invisible
characters, change the direction of the text, start a formula, or mix scripts that look alike in one word.
"""

import re
import unicodedata

from confusable_homoglyphs import categories, confusables
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from calloff.kernel.lifecycles import Refused
from calloff.kernel.references import organisation_name_key

MAX_NAME_LENGTH = 200  # the maximum length of an organisation's or service's name, in characters
MAX_PERSON_NAME_LENGTH = 100
QUOTE = '"'
GOOGLE = ("gmail.com", "googlemail.com")  # the two domain names of Google's mail service
RESERVED_EMAIL_DOMAIN = ".invalid"  # RFC 2606 reserves this top-level domain, so no real address has it.
LINE_BREAKS = r"[\r\n\v\f\u0085\u2028\u2029]"
FORMULA_STARTS = ("=", "+", "-", "@")  # characters that start a formula in a spreadsheet
FORBIDDEN_NAME_CHARACTERS = set("<>{}[]|\\^~`=_*")
ALLOWED_NAME_SYMBOLS = set("+£€®™©°")  # symbols that occur in organisations' names
LOOKALIKE_SCRIPTS = {
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "ARMENIAN",
    "CHEROKEE",
}  # scripts with letters that look alike


def clean_name(text: str, *, noun: str = "Name", longest: int = MAX_NAME_LENGTH, field: str = "name") -> str:
    """Return a name in its standard form: composed (NFC), without double spaces or spaces at the start or
    end.

    Raises Refused if the name is not valid. The error starts with `noun`, and belongs to `field`.
    """
    composed = unicodedata.normalize("NFC", text)
    problem = find_name_problem(composed, noun=noun, longest=longest)
    if problem:
        raise Refused(problem, field)
    return collapse_spaces(composed)


def collapse_spaces(text: str) -> str:
    """Replace each run of spaces in a name with a single space, and remove spaces at the start and end."""
    return re.sub(r"\s+", " ", text).strip()


def find_name_problem(text: str, *, noun: str = "Name", longest: int = MAX_NAME_LENGTH) -> str:
    """Return why a string is not a valid name, or an empty string if it is valid.

    This accepts empty text, because forms refuse it themselves.
    """
    line = text.strip()
    wrong = next((character for character in line if not _belongs(character)), "")
    faults = (
        (not line, "must not be empty"),
        (re.search(LINE_BREAKS, line), "must be on one line"),
        (has_invisible_characters(line), "must not include invisible characters. Type it again instead of pasting it."),
        (line[:1] in FORMULA_STARTS, f"must not start with {line[:1]}"),
        (wrong, f"must not include {wrong}"),
        (not any(map(str.isalnum, line)), "must include a letter or a digit"),
        (any(map(_mixes_scripts, line.split())), "must not mix letters of different alphabets in one word"),
        (len(collapse_spaces(line)) > longest, f"must be {longest} characters or fewer"),
    )
    return next((f"{noun} {what}" for is_wrong, what in faults if is_wrong), "")


def lookalike_key(name: str) -> str:
    """Return a name with Latin letters in place of letters from other alphabets that look the same.

    Two names with the same key look the same, for example “West Sussex County Council” with and without a
    Cyrillic letter.
    """
    composed = unicodedata.normalize("NFKC", name)
    return organisation_name_key("".join(_latin(character) for character in composed))


MAX_EMAIL_LENGTH = 254  # the maximum number of characters, in RFC 5321 and in every column for an email address


def clean_email(text: str, *, field: str = "email") -> str:
    """Return an email address in lower case, without spaces around it.

    Raises Refused if the address is invalid or belongs to the domain that is reserved for closed accounts.
    It also refuses an address if the part before the @ is in quotation marks, because that is a second
    spelling of the same mailbox, or if it contains a letter that has the same capital as another letter.
    """
    address = text.strip().lower()
    try:
        if any(unicodedata.category(character)[0] in "CZ" for character in address):
            raise ValidationError("invisible")
        if any(map(_has_anothers_capital, address)):
            raise ValidationError("the same as another address, apart from capital letters")
        validate_email(address)
        if len(address) > MAX_EMAIL_LENGTH:
            raise ValidationError("longer than the database column")
        if QUOTE in address or f".{_in_ascii(address.rpartition('@')[2])}".endswith(RESERVED_EMAIL_DOMAIN):
            raise ValidationError("another way to write the same address, or an address that cannot exist")
    except ValidationError as wrong:
        raise Refused("Enter an email address in the correct format, like name@example.com", field) from wrong
    return address


def _has_anothers_capital(character: str) -> bool:
    """Return whether any letter becomes another letter when it is changed to a capital and back.

    For example, an i without a dot becomes i, and a long s becomes s. A database that ignores case compares
    capitals, so it would treat two addresses that differ only in such a letter as the same.
    """
    capital = character.upper()
    return len(capital) == 1 and capital.lower() != character


def is_same_mailbox(one: str, other: str) -> bool:
    """Return whether two addresses clearly belong to the same mailbox.

    For example, they might differ only in a plus sign and the text after it. Quotation marks are ignored,
    and domains are compared in IDNA form. In Google's addresses, dots before the @ are also ignored
    (support.google.com/mail/answer/7436150). With other providers, the address with a dot might belong to
    another person.
    """
    return normalise_mailbox(one) == normalise_mailbox(other)


def normalise_mailbox(address: str) -> str:
    """Return the standard spelling of a mailbox (see `is_same_mailbox`)."""
    local, _, domain = address.strip().lower().rpartition("@")
    local, domain = local.strip(QUOTE).partition("+")[0], _in_ascii(domain)
    if domain in GOOGLE:
        local, domain = local.replace(".", ""), GOOGLE[0]
    return f"{local}@{domain}"


def _in_ascii(domain: str) -> str:
    """Return a domain in IDNA form, for example “xn--mller-kva.example” for “müller.example”."""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:  # the domain is invalid
        return domain


def has_invisible_characters(text: str) -> bool:
    """Return whether a string contains control, direction, zero-width or other invisible characters."""
    return any(unicodedata.category(character).startswith("C") for character in text)


def _belongs(character: str) -> bool:
    if character in FORBIDDEN_NAME_CHARACTERS:
        return False
    return unicodedata.category(character)[0] in "LMNPZ" or character in ALLOWED_NAME_SYMBOLS


def _mixes_scripts(word: str) -> bool:
    return len(LOOKALIKE_SCRIPTS & set(categories.unique_aliases(word))) > 1


def _latin(character: str) -> str:
    if character.isascii() or categories.alias(character) not in LOOKALIKE_SCRIPTS - {"LATIN"}:
        return character
    alike = confusables.is_confusable(character, preferred_aliases=["latin"], greedy=False)
    return str(alike[0]["homoglyphs"][0]["c"]) if alike else character
