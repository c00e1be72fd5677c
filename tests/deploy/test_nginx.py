"""Tests for the nginx configuration that we ship."""

import getpass
import http.client
import re
import shutil
import ssl
import subprocess
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calloff.cli.processes import free_port, is_taken

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SESSION = "__Host-sessionid"  # This is the cookie's name in the settings if TLS is on.
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
pytestmark = [pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine"), pytest.mark.slow]


@pytest.fixture(scope="module")
def upstream():
    """Run a server behind the proxy which responds to every request."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path == "/stopped":  # This is as if the service stopped while it was handling the request.
                self.close_connection = True
                return
            said = (
                f"{self.headers['Host']} {self.headers['X-Forwarded-Proto']} {self.headers['X-Forwarded-For']}".encode()
            )
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.send_header("X-Request-ID", "K7QX-2M9D")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def proxy(upstream, tmp_path_factory):
    """Run nginx with the configuration that we ship, changed only in the ports and paths."""
    place = tmp_path_factory.mktemp("nginx")
    place.chmod(0o755)
    certify(place)
    for page in DEPLOY.glob("*.html"):
        shutil.copy(page, place)
    plain = free_port()
    ours = (DEPLOY / "nginx.conf").read_text()
    for was, now in (
        ("/var/log/nginx/", f"{place}/"),
        ("/etc/letsencrypt/live/calloff.example/", f"{place}/"),
        ("snippets/calloff.conf", str(DEPLOY / "nginx-snippet.conf")),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("/opt/calloff/deploy", str(place)),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{(tls := free_port())} ssl http2;"),
    ):
        assert was in ours
        ours = ours.replace(was, now)
    ours = re.sub(r" *listen \[::\].*\n", "", ours)  # Some machines have no IPv6.
    main = place / "nginx.conf"
    # Otherwise, if root runs nginx, its workers could not read the pages of a test.
    us = f"user {getpass.getuser()};"
    main.write_text(f"{us} pid {place}/pid; error_log {place}/main.log; events {{}}\nhttp {{\n{ours}}}\n")
    tried = subprocess.run([NGINX, "-t", "-c", main], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    running = subprocess.Popen([NGINX, "-c", main, "-g", "daemon off;"])
    while not is_taken(tls):
        time.sleep(0.05)
    yield place, plain, tls
    running.terminate()
    running.wait()


def certify(place):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "calloff.example")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2060, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (place / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    words = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (place / "privkey.pem").write_bytes(key.private_bytes(*words))


def ask(port, path, *, tls=True, **headers):
    trusting = {"context": ssl._create_unverified_context()} if tls else {}
    asked = (http.client.HTTPSConnection if tls else http.client.HTTPConnection)("127.0.0.1", port, **trusting)
    asked.request("GET", path, headers={"Host": "calloff.example", **headers})
    answer = asked.getresponse()
    text = answer.read().decode()
    asked.close()
    return answer, text


def test_nginx_on_debian_12_accepts_the_configuration(proxy):
    version = subprocess.run([NGINX, "-v"], capture_output=True, text=True, check=True).stderr
    assert re.search(r"nginx/1\.\d+", version)
    # Versions of nginx before 1.25.1 do not support this.
    assert "http2 on" not in re.sub("#.*", "", (DEPLOY / "nginx.conf").read_text())


def test_plain_http_redirects_to_the_configured_host_name_instead_of_the_requested_one(proxy):
    _, plain, _ = proxy
    answer, _ = ask(plain, "/x?y=1", tls=False, Host="evil.example")
    assert (answer.status, answer.headers["Location"]) == (301, "https://calloff.example/x?y=1")


def test_nginx_sets_the_client_headers_and_ignores_forged_ones(proxy):
    _, _, tls = proxy
    forged = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http"}
    assert ask(tls, "/", **forged)[1] == "calloff.example https 127.0.0.1"


def test_query_strings_are_not_logged(proxy):
    place, plain, tls = proxy
    ask(tls, "/borchester/directory?postcode=BN11+1LG")
    ask(plain, "/borchester/directory?postcode=BN11+1LG", tls=False)
    deadline = time.monotonic() + 5
    while (place / "calloff.log").read_text().count("/borchester/directory") < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    logs = "".join(path.read_text() for path in place.glob("*.log"))
    assert logs.count("/borchester/directory") == 2
    assert "BN11" not in logs


def test_each_log_line_has_a_reference_made_by_calloff_and_not_one_from_the_request(proxy):
    place, _, tls = proxy
    ask(tls, "/referenced", **{"X-Request-ID": "forged"})
    deadline = time.monotonic() + 5
    while "/referenced" not in (place / "calloff.log").read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    [line] = [line for line in (place / "calloff.log").read_text().splitlines() if "/referenced" in line]
    assert line.endswith(" K7QX-2M9D")
    assert "forged" not in line


def test_printing_is_limited_for_each_person_and_not_for_each_ip_address(proxy):
    *_, tls = proxy
    of_many = [ask(tls, "/b/services/x/service.pdf", Cookie=f"a=b; {SESSION}=p{n}")[0].status for n in range(40)]
    assert of_many == [200] * 40
    of_one = [ask(tls, "/b/services/x/service.pdf", Cookie=f"{SESSION}=one")[0].status for n in range(40)]
    assert of_one[:20] == [200] * 20
    assert 429 in of_one
    unknown = [ask(tls, "/b/services/x/service.pdf", Cookie=f"{SESSION}=made-up-{n}")[0].status for n in range(80)]
    assert 429 in unknown  # A person who makes up session cookies is counted by IP address.


def test_visitors_see_what_to_do_while_the_service_is_stopped(proxy):
    *_, tls = proxy
    answer, page = ask(tls, "/stopped")
    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "120", "no-store")
    assert "<h1>Calloff is not available at the moment</h1>" in page
    assert "Call 999 if anyone is in immediate danger" in page


def test_visitors_over_the_request_limit_see_how_long_to_wait(proxy):
    *_, tls = proxy
    answers = [ask(tls, "/b/services/x/service.pdf", Cookie=f"{SESSION}=often") for n in range(40)]
    answer, page = next(said for said in answers if said[0].status == 429)
    assert answer.headers["Retry-After"] == "60"
    assert "Wait a minute, then try again." in page
