"""Which key encrypted this database, and how to encrypt everything again under a new key.

What is encrypted for long is the secret of each authenticator app and of each set of recovery codes. Forms kept for a
day, and places kept for a visit, are left: by then the old key is still a fallback.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from calloff.accounts.models import EncryptionKey
from calloff.kernel.encryption import cipher_for, key_fingerprint

SECOND_FACTOR_PURPOSE = "second factor"  # the purpose under which allauth's secrets are encrypted
SECRET_FIELDS = ("secret", "seed")  # the names under which allauth keeps them
SECRET_LIST_FIELDS = ("migrated_codes",)


def record_key_fingerprint(at: datetime) -> None:
    """Record the fingerprint of the key in use, if none is recorded yet.

    Never replaces one: see `compare_key_in_use`.
    """
    if not EncryptionKey.objects.exists():
        EncryptionKey.objects.get_or_create(fingerprint=key_fingerprint(), defaults={"first_used_at": at})


def compare_key_in_use() -> str:
    """Return how the key in use relates to the database: "this", "a fallback", "another" or "none"."""
    newest = EncryptionKey.objects.order_by("-first_used_at", "-pk").first()
    if newest is None:
        return "none"
    if newest.fingerprint == key_fingerprint():
        return "this"
    earlier = {key_fingerprint(key) for key in settings.SECRET_KEY_FALLBACKS}
    return "a fallback" if newest.fingerprint in earlier else "another"


@transaction.atomic
def re_encrypt_secrets(at: datetime) -> tuple[int, int]:
    """Encrypt every long-lived secret again under the key in use, then record its fingerprint.

    Returns how many were written, and how many no key here can read: their people need a new second step.
    """
    written = lost = 0
    for factor in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        try:
            factor.data |= {name: _again(factor.data[name]) for name in SECRET_FIELDS if factor.data.get(name)}
            factor.data |= {
                name: [_again(one) for one in factor.data[name]] for name in SECRET_LIST_FIELDS if factor.data.get(name)
            }
        except InvalidToken:
            lost += 1
            continue
        factor.save(update_fields=["data"])
        written += 1
    EncryptionKey.objects.update_or_create(fingerprint=key_fingerprint(), defaults={"first_used_at": at})
    return written, lost


def _again(token: str) -> str:
    return cipher_for(SECOND_FACTOR_PURPOSE).rotate(token.encode()).decode()
