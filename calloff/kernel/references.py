"""Make references that people read out, and codes that no one can guess."""

import re
import secrets
import unicodedata

UNAMBIGUOUS_CHARACTERS = (
    # There are no vowels, so that codes do not form words, and no 0, 1 or Y, so that codes are easy to
    # read.
    "23456789BCDFGHJKLMNPQRSTVWXZ"
)
MAX_NAME_KEY_LENGTH = 200  # the maximum length of a stored name key, in characters
LEGAL_ENDINGS = {"ltd", "limited", "plc", "llp", "cic", "cio", "inc"}


def format_reference(code: str, kind: str, number: int) -> str:
    """Return the reference for a numbered record in a market, for example IAP-A-0042."""
    return f"{code}-{kind}-{number:04}"


def make_random_reference(prefix: str, length: int = 5) -> str:
    """Return a random reference, for example EV-7K3QX.

    Random references do not reveal how many records there are.
    """
    return f"{prefix}-{random_code(length)}"


def random_code(length: int) -> str:
    """Return a random code that is easy to read out, for example 7K3QX."""
    return "".join(secrets.choice(UNAMBIGUOUS_CHARACTERS) for _ in range(length))


def organisation_name_key(name: str) -> str:
    """Return a key that is the same for different spellings of an organisation's name.

    For example, “BrightTeach Ltd” and “Brightteach Limited” have the same key.
    """
    apart = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(character for character in apart if not unicodedata.category(character).startswith("M"))
    words = re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", ""))
    kept = [word for word in words if word not in LEGAL_ENDINGS and word != "the"]
    return "".join(kept or words)[:MAX_NAME_KEY_LENGTH]
