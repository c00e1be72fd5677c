"""Seal a PDF, so that anyone can check that we made it and that it has not been changed since.

If `settings.SEAL` is not set, an installation makes its own certificate authority and seal, in a private folder, when a
seal is first needed. This seal proves that the installation made the document, but not which council it belongs to. A
council with a certificate from a recognised authority sets CALLOFF_SEAL to the folder with the certificate. The file
root.pem in this folder can contain several certificate authorities. If it includes the authorities of earlier seals,
older documents can still be verified. CALLOFF_TIMESTAMP is the URL of a time-stamp server (RFC 3161). The time stamp
proves when the document was sealed, even after the certificate has expired.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from calloff.documents.seals import CERTIFICATE_FILE, KEY_FILE, ROOT_CERTIFICATE_FILE, SealVerification
from calloff.kernel.file_owner import give_to_owner_of

CERTIFICATE_VALID_FROM, CERTIFICATE_VALID_UNTIL = (
    datetime(2020, 1, 1, tzinfo=UTC),
    datetime(2060, 1, 1, tzinfo=UTC),
)  # how long a certificate that we make ourselves is valid
# The end date is far in the future, because letters must be verifiable for as long as the files are stored.


def seal_pdf(pdf: bytes, *, reason: str, at: datetime) -> bytes:
    """Return the PDF with our seal, which contains the reason and the time."""
    from calloff.documents import pyhanko_backend  # noqa: PLC0415  (slow to import, and not every command needs it)

    return pyhanko_backend.sign_pdf(pdf, seal_folder(), reason=reason, at=at)


def verify_seal(pdf: bytes) -> SealVerification:
    """Verify that a PDF has our seal and has not been changed since.

    If the check fails, the result says what is wrong, and no error is raised.
    """
    from calloff.documents import pyhanko_backend  # noqa: PLC0415  (this import is slow)

    return pyhanko_backend.verify_pdf(pdf, seal_folder())


def seal_folder() -> Path:
    """Return the folder that contains the seal. Our own seal is made when it is first needed.

    Raises ImproperlyConfigured if a file is missing from the folder in CALLOFF_SEAL, because we never make a seal
    there.
    """
    if settings.SEAL:
        configured = Path(settings.SEAL)
        missing = [
            name for name in (KEY_FILE, CERTIFICATE_FILE, ROOT_CERTIFICATE_FILE) if not (configured / name).is_file()
        ]
        if missing:
            raise ImproperlyConfigured(f"CALLOFF_SEAL names {configured}, which lacks {' and '.join(missing)}.")
        return configured
    own = Path(settings.HOME) / "seal"
    if not (own / KEY_FILE).exists():
        _make_seal_once(own)
    return own


def _make_seal_once(place: Path) -> None:
    """Make a certificate authority, and the only seal that it issues.

    If several processes call this at the same time, one makes the seal and the others use it.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    give_to_owner_of(place.parent, place)
    lock = os.open(place / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    give_to_owner_of(place.parent, place / "lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / KEY_FILE).exists():
            _write_all(place, _new_seal_files())
    finally:
        os.close(lock)


def _new_seal_files() -> Iterable[tuple[str, bytes]]:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("Calloff installation"), _name("Calloff seal")
    root = _certificate(root_name, root_name, root_key, root_key, authority=True)
    leaf = _certificate(name, root_name, key, root_key, authority=False)
    yield ROOT_CERTIFICATE_FILE, root.public_bytes(serialization.Encoding.PEM)
    yield CERTIFICATE_FILE, leaf.public_bytes(serialization.Encoding.PEM)
    yield (
        # This file is written last, so if it exists, the others exist too. The private key of the certificate authority
        # is not stored, so the authority can never issue another seal.
        KEY_FILE,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signing: ec.EllipticCurvePrivateKey,
    *,
    authority: bool,
) -> x509.Certificate:
    usage = dict.fromkeys(
        ("data_encipherment", "key_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(CERTIFICATE_VALID_FROM)
        .not_valid_after(CERTIFICATE_VALID_UNTIL)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=not authority,
                key_cert_sign=authority,
                crl_sign=authority,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _write_all(place: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for name, content in files:
        descriptor, temporary = tempfile.mkstemp(dir=place)  # 0600
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        give_to_owner_of(place, Path(temporary))
        Path(temporary).replace(place / name)
