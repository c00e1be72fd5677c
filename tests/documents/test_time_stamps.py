"""Tests for sealing with a time-stamp server (RFC 3161), as a council can configure it.

The tests use a local server.
"""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO

import pytest
from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from calloff.documents import pdf_rendering, pdf_seals, pyhanko_backend
from tests.documents.test_papers import LETTER
from tests.factories import NOW

STAMPED = NOW + timedelta(seconds=2)


@pytest.fixture(autouse=True)
def _own_seal(settings, tmp_path):
    settings.HOME = tmp_path


@pytest.fixture(scope="module")
def authority():
    """Run a time-stamp server whose clock is two seconds ahead of ours."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Invented time stamps")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2060, 1, 1, tzinfo=UTC))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))
    stamper = DummyTimeStamper(certificate, keys.PrivateKeyInfo.load(private), fixed_dt=STAMPED)
    asked = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(request["message_imprint"]["hash_algorithm"]["algorithm"].native)
            answer = stamper.request_tsa_response(request).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *said):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", certificate, asked
    server.shutdown()
    server.server_close()


def sealed():
    return pdf_seals.seal_pdf(pdf_rendering.render_pdf("letter", LETTER, at=NOW), reason="Decision", at=NOW)


def test_a_seal_has_a_time_stamp_from_the_configured_server(settings, authority):
    settings.TIMESTAMP, certificate, asked = authority
    made = sealed()
    found = pdf_seals.verify_seal(made)
    assert (found.sound, found.at, found.stamped) == (True, NOW, STAMPED)
    assert asked[-1] == "sha256"
    [signature] = PdfFileReader(BytesIO(made)).embedded_signatures
    status = validate_pdf_signature(
        signature,
        signer_validation_context=ValidationContext(
            trust_roots=pyhanko_backend._roots(pdf_seals.seal_folder()), allow_fetching=False
        ),
        ts_validation_context=ValidationContext(trust_roots=[certificate], allow_fetching=False),
    )
    assert status.bottom_line
    assert status.timestamp_validity.trusted


def test_no_time_stamp_is_requested_if_no_server_is_configured(settings, authority):
    *_, asked = authority
    before = len(asked)
    found = pdf_seals.verify_seal(sealed())
    assert (found.sound, found.stamped, len(asked)) == (True, None, before)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://not-there.invalid/"])
def test_if_the_time_stamp_server_fails_the_document_is_sealed_without_one_and_this_is_logged(
    settings, caplog, address
):
    settings.TIMESTAMP = address
    found = pdf_seals.verify_seal(sealed())
    assert (found.sound, found.stamped) == (True, None)
    assert f"Could not get a timestamp from {address}" in caplog.text


def test_a_time_stamp_made_for_other_data_does_not_count(settings, authority):
    settings.TIMESTAMP, *_ = authority
    made = sealed()
    place = made.index(b"/MediaBox") + 11
    assert not pdf_seals.verify_seal(made[:place] + b"9" + made[place + 1 :]).sound
