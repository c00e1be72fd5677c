"""Record which key encrypts this database, and encrypt the stored secrets again when the key changes.

Only authenticator apps and recovery codes have encrypted secrets that are stored for long. Saved forms last for a day,
and searched places for one visit, so the fallback key can be used to read these until they expire.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction

from calloff.accounts.models import EncryptionKey
from calloff.kernel.encryption import cipher_for, key_fingerprint

SECOND_FACTOR_PURPOSE = "second factor"  # the purpose of the key that encrypts allauth's secrets
SECRET_FIELDS = ("secret", "seed")  # the fields in which allauth stores these secrets
SECRET_LIST_FIELDS = ("migrated_codes",)


def record_key_fingerprint(at: datetime) -> None:
    """Record the fingerprint of the current key, if no fingerprint has been recorded yet.

    This never replaces a fingerprint (see `compare_key_in_use`).
    """
    if not EncryptionKey.objects.exists():
        EncryptionKey.objects.get_or_create(fingerprint=key_fingerprint(), defaults={"first_used_at": at})


def compare_key_in_use() -> str:
    """Compare the current key with the key that encrypted the database.

    Returns "this" if they are the same, "a fallback" if the database's key is now a fallback key, "another" if it is
    not one of our keys, and "none" if no fingerprint has been recorded.
    """
    newest = EncryptionKey.objects.order_by("-first_used_at", "-pk").first()
    if newest is None:
        return "none"
    if newest.fingerprint == key_fingerprint():
        return "this"
    earlier = {key_fingerprint(key) for key in settings.SECRET_KEY_FALLBACKS}
    return "a fallback" if newest.fingerprint in earlier else "another"


@transaction.atomic
def re_encrypt_secrets(at: datetime) -> tuple[int, int]:
    """Encrypt each secret that is stored for long again with the current key, then record the fingerprint of that
    key.

    Returns how many secrets were encrypted again, and how many could not be read with any of our keys. The people with
    these secrets need a new second step.
    """
    written = lost = 0
    for factor in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN).order_by("pk"):
        try:
            factor.data |= {name: _again(factor.data[name]) for name in SECRET_FIELDS if factor.data.get(name)}
            factor.data |= {
                name: [_again(token) for token in factor.data[name]]
                for name in SECRET_LIST_FIELDS
                if factor.data.get(name)
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
