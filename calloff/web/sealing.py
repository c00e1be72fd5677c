"""Boxes that only this installation opens: one key for each purpose, from SECRET_KEY."""

import base64

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def box(purpose: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=f"calloff {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(key.derive(settings.SECRET_KEY.encode())))
