"""Encrypt data that only this installation can read.

Each purpose has its own key, derived from CALLOFF_SECRET_KEY. To change the secret key, move the old one to
CALLOFF_SECRET_KEY_FALLBACKS. Old data can then still be read, and new data is encrypted with the new key.
`rotate-key` encrypts the old data again with the new key. After that, you can remove the fallback key.
"""

import base64
import hmac
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# the number of hexadecimal digits: enough to compare keys, but too few to help anyone guess a key
FINGERPRINT_LENGTH = 16


def secret_keys() -> list[str]:
    """Return this installation's secret key, followed by the earlier keys that are still accepted."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def cipher_for(purpose: str) -> MultiFernet:
    """Return a cipher for one purpose.

    The cipher encrypts with the current key, and decrypts with the current and earlier keys. It raises
    `cryptography.fernet.InvalidToken` for data that none of these keys encrypted.
    """
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, purpose))) for key in secret_keys()])


def keyed_digest(purpose: str, text: str) -> str:
    """Return a digest that cannot be computed without the key.

    Use it for codes that are too short for a plain hash.
    """
    return _digest(settings.SECRET_KEY, purpose, text)


def matches_digest(purpose: str, text: str, digest: str) -> bool:
    """Return whether a value matches a digest made with the current key or an earlier one.

    The comparison takes constant time.
    """
    return any([hmac.compare_digest(_digest(key, purpose, text), digest) for key in secret_keys()])


def key_fingerprint(key: str | None = None) -> str:
    """Return a fingerprint of the key, to compare installations and backups without revealing the key."""
    return _derived(settings.SECRET_KEY if key is None else key, "fingerprint").hex()[:FINGERPRINT_LENGTH]


def _derived(key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"calloff {purpose}".encode()).derive(key.encode())


def _digest(key: str, purpose: str, text: str) -> str:
    return hmac.new(_derived(key, f"digest {purpose}"), text.encode(), sha256).hexdigest()
