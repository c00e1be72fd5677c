"""The last code sent to a mailbox, kept while it is valid, so that strangers cannot lock anyone out.

The shared cache stores the code encrypted, so that no one can get into an account with a copy of the cache's table.
"""

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.cache import cache

from calloff.kernel.encryption import cipher_for, keyed_digest
from calloff.kernel.names import normalise_mailbox

ENCRYPTION_PURPOSE = "codes sent to a mailbox"
CONFIRMATION_PURPOSE, RESET_PURPOSE = "confirmation", "reset"  # what a code can be used for
# session key: the account whose email address was typed before its mailbox was confirmed
UNPROVED_NAME_SESSION_KEY = "unproved_name"


def counted_mailbox(address: str) -> str:
    """Return the key under which we count emails sent to an address.

    We count these emails because strangers can trigger them. A mailbox's plain spelling has its own count,
    and all other spellings share one. So people cannot get more emails sent by using other spellings, or
    use up the count for the plain spelling.
    """
    written, mailbox = address.strip().lower(), normalise_mailbox(address)
    return mailbox if written == mailbox else f"other spellings of {mailbox}"


def remember_code(purpose: str, address: str, code: str) -> None:
    """Store the last code sent to an address for a purpose, for as long as the code is valid."""
    kept = cipher_for(ENCRYPTION_PURPOSE).encrypt(code.encode()).decode()
    cache.set(_key(purpose, address), kept, settings.ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT)


def last_sent_code(purpose: str, address: str) -> str:
    """Return the last code sent to an address, or "" if it has expired or another key encrypted it."""
    kept = cache.get(_key(purpose, address))
    try:
        return cipher_for(ENCRYPTION_PURPOSE).decrypt(str(kept).encode()).decode() if kept else ""
    except InvalidToken:
        return ""


def forget_code(purpose: str, address: str) -> None:
    cache.delete(_key(purpose, address))


def _key(purpose: str, address: str) -> str:
    return f"code-{purpose}-{keyed_digest(ENCRYPTION_PURPOSE, address.strip().lower())}"
