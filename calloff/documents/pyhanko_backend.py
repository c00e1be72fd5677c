"""The part of sealing that needs the PDF library.

This is a separate module because importing the library takes half a second. `pdf_seals` imports the module only when
something is sealed or verified.
"""

import logging
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession, _ensure_esic_ext
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from calloff.documents.revisions import PdfRevision
from calloff.documents.seals import CERTIFICATE_FILE, KEY_FILE, ROOT_CERTIFICATE_FILE, SealVerification

SEAL_FIELD_NAME = "Seal"
SIGNATURE_BYTES_BESIDES_STAMP = (
    3072  # the size in bytes of a seal without its certificates, enough for an 8,192-bit RSA signature
)
TIMESTAMP_BYTES = 16384  # bytes reserved for a time stamp and the certificates of the time-stamp server
TIMESTAMP_TIMEOUT_SECONDS = 5  # seconds to wait for the time-stamp server
INVISIBLE_SIGNATURE = InvisSigSettings(box_out_of_bounds=True)  # both PDF/A-2 and PDF/UA-1 allow this
_log = logging.getLogger(__name__)


def sign_pdf(pdf: bytes, place: Path, *, reason: str, at: datetime) -> bytes:
    """Return the PDF with the seal from a folder, and with a time stamp if CALLOFF_TIMESTAMP is set.

    If the time-stamp server does not respond, the document is sealed without a time stamp and this is logged.
    """
    stamper: TimeStamper | None = None
    if settings.TIMESTAMP:
        stamper = HTTPTimeStamper(settings.TIMESTAMP, timeout=TIMESTAMP_TIMEOUT_SECONDS)  # type: ignore[no-untyped-call]
    try:
        return _signed(pdf, place, stamper, reason=reason, at=at)
    except (TimestampRequestError, OSError) as problem:
        if stamper is None:
            raise
        _log.error(
            "Could not get a timestamp from %s (%s), so the document was sealed without one.",
            settings.TIMESTAMP,
            type(problem).__name__,
        )
        return _signed(pdf, place, None, reason=reason, at=at)


def _signed(pdf: bytes, place: Path, stamper: TimeStamper | None, *, reason: str, at: datetime) -> bytes:
    revision = PdfRevision(BytesIO(pdf))
    metadata = PdfSignatureMetadata(
        field_name=SEAL_FIELD_NAME,
        md_algorithm="sha256",
        reason=reason,
        location=settings.ADDRESS,
        subfilter=SigSeedSubFilter.PADES,
    )
    field = SigFieldSpec(SEAL_FIELD_NAME, invis_sig_settings=INVISIBLE_SIGNATURE, readable_field_name=SEAL_FIELD_NAME)
    signer = _Signer(metadata, signer=_signer(place), timestamper=stamper, new_field_spec=field, at=at)
    reserved = _reserved_size(place) + (2 * TIMESTAMP_BYTES if stamper else 0)
    sealed: BytesIO = signer.sign_pdf(revision, bytes_reserved=reserved)
    return sealed.getvalue()


def verify_pdf(pdf: bytes, place: Path) -> SealVerification:
    """Verify that a PDF has the seal in a folder and has not been changed since."""
    try:
        signatures = list(PdfFileReader(BytesIO(pdf)).embedded_signatures)
    except Exception:  # for malformed files, the library can raise any error
        return SealVerification(sound=False, problem="This file is not a PDF we can read.")
    if len(signatures) != 1:
        return SealVerification(
            sound=False,
            problem="The file has no digital seal." if not signatures else "The file has more than one digital seal.",
        )
    try:
        trust = ValidationContext(trust_roots=_roots(place), allow_fetching=False)
        status = validate_pdf_signature(signatures[0], signer_validation_context=trust)
    except Exception:
        return SealVerification(sound=False, problem="The file’s digital seal cannot be read.")
    facts: dict[str, Any] = {
        "by": status.signing_cert.subject.native.get("common_name", ""),
        "at": status.signer_reported_dt,
        "reason": str(signatures[0].sig_object.get("/Reason", "")),
    }
    stamped = status.timestamp_validity
    if stamped is not None and stamped.intact and stamped.valid:
        facts["stamped"] = stamped.timestamp
    if not (status.intact and status.valid) or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        return SealVerification(sound=False, problem="The file was changed after it was sealed.", **facts)
    if not status.trusted:
        return SealVerification(sound=False, problem="The file’s digital seal was not made by this service.", **facts)
    return SealVerification(sound=True, **facts)


class _Signer(PdfSigner):
    """A signer whose clock shows the time of the action, and which keeps the file's PDF version."""

    def __init__(
        self,
        metadata: PdfSignatureMetadata,
        *,
        signer: SimpleSigner,
        timestamper: TimeStamper | None,
        new_field_spec: SigFieldSpec,
        at: datetime,
    ) -> None:
        super().__init__(metadata, signer=signer, timestamper=timestamper, new_field_spec=new_field_spec)
        self.at = at

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:
        """Declare the PAdES extension, but not PDF 2.0, which the library would declare for an ECDSA key.

        PDF/A-2 and PDF/UA-1 are based on PDF 1.7, in which PAdES seals use these keys (ETSI EN 319 142-1).
        """
        _ensure_esic_ext(pdf_out)

    def init_signing_session(self, *args: object, **kwargs: object) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)  # type: ignore[arg-type]
        session.system_time = self.at
        return session


@cache
def _signer(place: Path) -> SimpleSigner:
    signer: SimpleSigner | None = SimpleSigner.load(  # type: ignore[no-untyped-call]
        str(place / KEY_FILE), str(place / CERTIFICATE_FILE), ca_chain_files=[str(place / ROOT_CERTIFICATE_FILE)]
    )
    if signer is None:
        raise ImproperlyConfigured(f"The seal in {place} cannot be read.")
    return signer


@cache
def _reserved_size(place: Path) -> int:
    """Return how much space a seal needs in the file, in hexadecimal digits.

    The seal is measured only once for each folder. Otherwise each document would have to be sealed twice, the first
    time only to measure the seal.
    """
    signer = _signer(place)
    certificates = [signer.signing_cert, *signer.cert_registry]
    return 2 * (sum(len(certificate.dump()) for certificate in certificates) + SIGNATURE_BYTES_BESIDES_STAMP)


def _roots(place: Path) -> list[Any]:
    return list(load_certs_from_pemder([str(place / ROOT_CERTIFICATE_FILE)]))  # type: ignore[no-untyped-call]
