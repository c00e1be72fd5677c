"""References that people read out, and codes that no one can count. Form: `pages.md` §1 of the design."""

import re
import secrets
import unicodedata

UNAMBIGUOUS_CHARACTERS = (
    "23456789BCDFGHJKLMNPQRSTVWXZ"  # no vowels, 0, 1 or Y: no words by accident, nothing read wrongly
)
MAX_NAME_KEY_LENGTH = 200  # characters of a key that are kept
LEGAL_ENDINGS = {"ltd", "limited", "plc", "llp", "cic", "cio", "inc"}


def format_reference(code: str, kind: str, number: int) -> str:
    """Write the reference of a numbered record of a market: IAP-A-0042."""
    return f"{code}-{kind}-{number:04}"


def make_random_reference(prefix: str, length: int = 5) -> str:
    """Make a reference that tells nothing about how many there are: EV-7K3QX."""
    return f"{prefix}-{random_code(length)}"


def random_code(length: int) -> str:
    """Make a text that can be read out and not be guessed: 7K3QX."""
    return "".join(secrets.choice(UNAMBIGUOUS_CHARACTERS) for _ in range(length))


def organisation_name_key(name: str) -> str:
    """Reduce an organisation's name to what two spellings of it share: “BrightTeach Ltd” and “Brightteach Limited”."""
    apart = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    plain = "".join(character for character in apart if not unicodedata.category(character).startswith("M"))
    words = re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", ""))
    kept = [word for word in words if word not in LEGAL_ENDINGS and word != "the"]
    return "".join(kept or words)[:MAX_NAME_KEY_LENGTH]
