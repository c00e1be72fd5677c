"""Seal a PDF, so that anybody can tell that it is ours and that nothing in it was changed.

Without `settings.SEAL` an installation makes its own authority and seal on first use, in a private folder: the seal
then proves that this installation made the document, not who the council is. A council that has a certificate from a
recognised authority names its folder in CALLOFF_SEAL; root.pem there may hold several authorities one after another:
with those of earlier seals among them, what was sealed before still verifies.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

FIELD = "Seal"
BESIDES = 3072  # bytes of a seal beside its certificates: the signature, of RSA with 8,192 bits too, and what it signs
KEY, CERTIFICATE, ROOT = "key.pem", "certificate.pem", "root.pem"
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)  # what we vouch for ourselves
# does not run out: a letter of today must verify for as long as the file is kept


@dataclass(frozen=True)
class Seal:
    """What verifying a PDF told."""

    sound: bool  # it is ours, and every byte is as it was sealed
    problem: str = ""  # in words, where it is not
    by: str = ""  # whose seal it says it is
    at: datetime | None = None
    reason: str = ""


def seal(pdf: bytes, *, reason: str, at: datetime) -> bytes:
    """Return the PDF with our seal upon it, saying why and when it was sealed."""
    written = IncrementalPdfFileWriter(BytesIO(pdf))
    metadata = PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", reason=reason, location=settings.ADDRESS)
    signer = _signer(place := folder())
    sealed: BytesIO = _Signer(metadata, signer=signer, at=at).sign_pdf(written, bytes_reserved=_room(place))
    return sealed.getvalue()


def verify(pdf: bytes) -> Seal:
    """Say whether a PDF carries our seal unbroken. Never raises for a bad file: it says what is wrong."""
    try:
        signatures = list(PdfFileReader(BytesIO(pdf)).embedded_signatures)
    except Exception:  # a reader that meets nonsense may raise anything
        return Seal(sound=False, problem="This is no PDF that can be read.")
    if len(signatures) != 1:
        return Seal(sound=False, problem="It carries no seal." if not signatures else "It carries more than one seal.")
    try:
        trust = ValidationContext(trust_roots=_roots(folder()), allow_fetching=False)
        status = validate_pdf_signature(signatures[0], signer_validation_context=trust)
    except Exception:
        return Seal(sound=False, problem="Its seal cannot be read.")
    facts = {
        "by": status.signing_cert.subject.native.get("common_name", ""),
        "at": status.signer_reported_dt,
        "reason": str(signatures[0].sig_object.get("/Reason", "")),
    }
    if not (status.intact and status.valid) or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        return Seal(sound=False, problem="It was changed after it was sealed.", **facts)
    if not status.trusted:
        return Seal(sound=False, problem="Its seal is not ours.", **facts)
    return Seal(sound=True, **facts)


def folder() -> Path:
    """Return where the seal lies, making our own on first use.

    Raises ImproperlyConfigured where CALLOFF_SEAL names a folder that lacks a part: nothing is made up there.
    """
    if settings.SEAL:
        named = Path(settings.SEAL)
        missing = [name for name in (KEY, CERTIFICATE, ROOT) if not (named / name).is_file()]
        if missing:
            raise ImproperlyConfigured(f"CALLOFF_SEAL names {named}, which lacks {' and '.join(missing)}.")
        return named
    own = Path(settings.HOME) / "seal"
    if not (own / KEY).exists():
        _make_once(own)
    return own


class _Signer(PdfSigner):
    """A signer whose clock is the instant of the act."""

    def __init__(self, metadata: PdfSignatureMetadata, *, signer: SimpleSigner, at: datetime) -> None:
        super().__init__(metadata, signer=signer)
        self.at = at

    def init_signing_session(self, *args: object, **kwargs: object) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)  # type: ignore[arg-type]
        session.system_time = self.at
        return session


@cache
def _signer(place: Path) -> SimpleSigner:
    signer: SimpleSigner | None = SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(place / KEY), str(place / CERTIFICATE), ca_chain_files=[str(place / ROOT)]
    )
    if signer is None:
        raise ImproperlyConfigured(f"The seal in {place} cannot be read.")
    return signer


@cache
def _room(place: Path) -> int:
    """Return how much room a seal needs in the file, in hexadecimal digits: what never changes is measured once.

    Without it, each document would be sealed twice, the first time only to see how long its seal is.
    """
    signer = _signer(place)
    certificates = [signer.signing_cert, *signer.cert_registry]
    return 2 * (sum(len(one.dump()) for one in certificates) + BESIDES)


def _roots(place: Path) -> list[Any]:
    return list(load_certs_from_pemder([str(place / ROOT)]))  # type: ignore[no-untyped-call]


def _make_once(place: Path) -> None:
    """Make an authority and its one seal. Several processes may ask at once: the first makes it, the others find it."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(place / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / KEY).exists():
            _write_all(place, _made())
    finally:
        os.close(lock)


def _made() -> Iterable[tuple[str, bytes]]:
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = _name("Calloff installation"), _name("Calloff seal")
    root = _certificate(root_name, root_name, root_key, root_key, authority=True)
    leaf = _certificate(name, root_name, key, root_key, authority=False)
    yield ROOT, root.public_bytes(serialization.Encoding.PEM)
    yield CERTIFICATE, leaf.public_bytes(serialization.Encoding.PEM)
    yield (
        KEY,  # last: where it stands, all of it stands. The authority's key is thrown away: it never seals again
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
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
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
        Path(temporary).replace(place / name)
