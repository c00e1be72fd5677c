"""What only this installation can read: one key for each purpose, derived from CALLOFF_SECRET_KEY.

A key is changed by naming the old one in CALLOFF_SECRET_KEY_FALLBACKS: what was written under it is still read, and
everything new is written under the new one. `rotate-key` writes the old again; then the fallback can go.
"""

import base64
import hmac
from hashlib import sha256

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FINGERPRINT_LENGTH = 16  # hexadecimal digits: enough to tell two keys apart, and of no use for guessing one


def secret_keys() -> list[str]:
    """Return the key of this installation, then those that came before it and may still be read."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def cipher_for(purpose: str) -> MultiFernet:
    """Return what encrypts for one purpose under the current key, and decrypts what earlier keys wrote too.

    Raises `cryptography.fernet.InvalidToken` on decrypting what no key here has written.
    """
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, purpose))) for key in secret_keys()])


def keyed_digest(purpose: str, text: str) -> str:
    """Return a digest that no one can compute without the key: for codes too short to be safe under a plain hash."""
    return _digest(settings.SECRET_KEY, purpose, text)


def matches_digest(purpose: str, text: str, digest: str) -> bool:
    """Say, in constant time, whether a text has a keyed digest under the current key or an earlier one."""
    return any([hmac.compare_digest(_digest(key, purpose, text), digest) for key in secret_keys()])


def key_fingerprint(key: str | None = None) -> str:
    """Return the mark by which two installations, or a backup and a server, tell whether they share their key."""
    return _derived(settings.SECRET_KEY if key is None else key, "fingerprint").hex()[:FINGERPRINT_LENGTH]


def _derived(key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"calloff {purpose}".encode()).derive(key.encode())


def _digest(key: str, purpose: str, text: str) -> str:
    return hmac.new(_derived(key, f"digest {purpose}"), text.encode(), sha256).hexdigest()
