"""Names of people, organisations, services, sites, groups and markets: what may stand in one, and what one looks like.

A name is printed in letters, sent as the subject of an email, exported to spreadsheets and compared with other names.
So it is one line of letters, marks, digits and the punctuation that names have, in whichever script; nothing in it is
invisible, changes the direction of what follows, starts a formula, or mixes scripts that look alike within one word.
"""

import re
import unicodedata

from confusable_homoglyphs import categories, confusables
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from calloff.kernel.lifecycles import Refused
from calloff.kernel.references import organisation_name_key

MAX_NAME_LENGTH = 200  # characters, of an organisation and of what it offers
MAX_PERSON_NAME_LENGTH = 100
QUOTE = '"'
GOOGLE = ("gmail.com", "googlemail.com")  # two names of one mail service
RESERVED_EMAIL_DOMAIN = ".invalid"  # RFC 2606: it never is anyone's
LINE_BREAKS = r"[\r\n\v\f\u0085\u2028\u2029]"
FORMULA_STARTS = ("=", "+", "-", "@")  # how a spreadsheet tells a formula
FORBIDDEN_NAME_CHARACTERS = set("<>{}[]|\\^~`=_*")
ALLOWED_NAME_SYMBOLS = set("+£€®™©°")  # the symbols that names of organisations have
LOOKALIKE_SCRIPTS = {
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "ARMENIAN",
    "CHEROKEE",
}  # scripts whose letters are taken for each other


def clean_name(text: str, *, noun: str = "Name", longest: int = MAX_NAME_LENGTH, field: str = "name") -> str:
    """Return a name in its one form: composed (NFC), without spaces around it, with single spaces in it.

    `noun` is how the sentence starts that says what is wrong, `field` where it is shown. Raises Refused.
    """
    composed = unicodedata.normalize("NFC", text)
    problem = find_name_problem(composed, noun=noun, longest=longest)
    if problem:
        raise Refused(problem, field)
    return collapse_spaces(composed)


def collapse_spaces(text: str) -> str:
    """Collapse the spaces of a name, of whatever kind."""
    return re.sub(r"\s+", " ", text).strip()


def find_name_problem(text: str, *, noun: str = "Name", longest: int = MAX_NAME_LENGTH) -> str:
    """Say in a sentence why a text is no name; nothing if it is one. An empty text is the form's to refuse."""
    line = text.strip()
    wrong = next((character for character in line if not _belongs(character)), "")
    faults = (
        (not line, "must not be empty"),
        (re.search(LINE_BREAKS, line), "must be on one line"),
        (has_invisible_characters(line), "must not include invisible characters. Type it again instead of pasting it"),
        (line[:1] in FORMULA_STARTS, f"must not start with {line[:1]}"),
        (wrong, f"must not include {wrong}"),
        (not any(map(str.isalnum, line)), "must include a letter or a digit"),
        (any(map(_mixes_scripts, line.split())), "must not mix letters of different alphabets in one word"),
        (len(collapse_spaces(line)) > longest, f"must be {longest} characters or fewer"),
    )
    return next((f"{noun} {what}" for is_wrong, what in faults if is_wrong), "")


def lookalike_key(name: str) -> str:
    """Reduce a name to what a reader takes it for: letters of other alphabets become the Latin ones they look like.

    Two names with one result cannot be told apart: “West Sussex County Council” and the same with a Cyrillic letter.
    """
    composed = unicodedata.normalize("NFKC", name)
    return organisation_name_key("".join(_latin(character) for character in composed))


MAX_EMAIL_LENGTH = 254  # characters, as RFC 5321 has it and every column of one


def clean_email(text: str, *, field: str = "email") -> str:
    """Return an email address in small letters, without spaces around it.

    Raises Refused if it is none, if its local part is quoted, which is a second spelling of one mailbox, and if its
    domain is one that no one can have: accounts that were closed are kept under it.
    """
    address = text.strip().lower()
    try:
        if any(unicodedata.category(character)[0] in "CZ" for character in address):
            raise ValidationError("invisible")
        validate_email(address)
        if len(address) > MAX_EMAIL_LENGTH:
            raise ValidationError("longer than the database column")
        if QUOTE in address or f".{_in_ascii(address.rpartition('@')[2])}".endswith(RESERVED_EMAIL_DOMAIN):
            raise ValidationError("another spelling of a mailbox, or an address no one has")
    except ValidationError as wrong:
        raise Refused("Enter an email address in the correct format, like name@example.com", field) from wrong
    return address


def is_same_mailbox(one: str, other: str) -> bool:
    """Say whether two addresses are plainly one person's: the same, or the same but for what follows a plus sign.

    Quotation marks do not count, and domains are compared as the network has them (IDNA). At Google, dots before the
    @ do not count either (support.google.com/mail/answer/7436150): anywhere else they may be another person's.
    """
    return normalise_mailbox(one) == normalise_mailbox(other)


def normalise_mailbox(address: str) -> str:
    """Return the one spelling of a mailbox by which two addresses are compared: see `is_same_mailbox`."""
    local, _, domain = address.strip().lower().rpartition("@")
    local, domain = local.strip(QUOTE).partition("+")[0], _in_ascii(domain)
    if domain in GOOGLE:
        local, domain = local.replace(".", ""), GOOGLE[0]
    return f"{local}@{domain}"


def _in_ascii(domain: str) -> str:
    """Return a domain as the network has it: “müller.example” is “xn--mller-kva.example”."""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:  # no domain at all
        return domain


def has_invisible_characters(text: str) -> bool:
    """Say whether a text has a character that no one sees: a control, a mark of direction, one of no width."""
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
