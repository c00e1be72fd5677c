"""Seal a PDF, so that anyone can tell that it is ours and that nothing in it was changed.

Without `settings.SEAL` an installation makes its own authority and seal on first use, in a private folder: the seal
then proves that this installation made the document, not who the council is. A council that has a certificate from a
recognised authority names its folder in CALLOFF_SEAL; root.pem there may hold several authorities one after another:
with those of earlier seals among them, what was sealed before still verifies. CALLOFF_TIMESTAMP names who stamps the
time (RFC 3161): the stamp then proves when it was sealed, though the certificate has run out since.
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
)  # what we vouch for ourselves
# does not run out: a letter of today must verify for as long as the file is kept


def seal_pdf(pdf: bytes, *, reason: str, at: datetime) -> bytes:
    """Return the PDF with our seal upon it, saying why and when it was sealed."""
    from calloff.documents import pyhanko_backend  # noqa: PLC0415  (slow to import: every command would wait for it)

    return pyhanko_backend.sign_pdf(pdf, seal_folder(), reason=reason, at=at)


def verify_seal(pdf: bytes) -> SealVerification:
    """Say whether a PDF carries our seal unbroken. Never raises for a bad file: it says what is wrong."""
    from calloff.documents import pyhanko_backend  # noqa: PLC0415  (slow to import)

    return pyhanko_backend.verify_pdf(pdf, seal_folder())


def seal_folder() -> Path:
    """Return where the seal lies, making our own on first use.

    Raises ImproperlyConfigured where CALLOFF_SEAL names a folder that lacks a part: nothing is made up there.
    """
    if settings.SEAL:
        named = Path(settings.SEAL)
        missing = [name for name in (KEY_FILE, CERTIFICATE_FILE, ROOT_CERTIFICATE_FILE) if not (named / name).is_file()]
        if missing:
            raise ImproperlyConfigured(f"CALLOFF_SEAL names {named}, which lacks {' and '.join(missing)}.")
        return named
    own = Path(settings.HOME) / "seal"
    if not (own / KEY_FILE).exists():
        _make_once(own)
    return own


def _make_once(place: Path) -> None:
    """Make an authority and its one seal. Several processes may ask at once: the first makes it, the others find it."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    give_to_owner_of(place.parent, place)
    lock = os.open(place / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    give_to_owner_of(place.parent, place / "lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / KEY_FILE).exists():
            _write_all(place, _made())
    finally:
        os.close(lock)


def _made() -> Iterable[tuple[str, bytes]]:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("Calloff installation"), _name("Calloff seal")
    root = _certificate(root_name, root_name, root_key, root_key, authority=True)
    leaf = _certificate(name, root_name, key, root_key, authority=False)
    yield ROOT_CERTIFICATE_FILE, root.public_bytes(serialization.Encoding.PEM)
    yield CERTIFICATE_FILE, leaf.public_bytes(serialization.Encoding.PEM)
    yield (
        KEY_FILE,  # last: where it stands, all of it stands. The authority's key is thrown away: it never seals again
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
