"""Tests for the responses of a real nginx with the configuration that we ship, if nginx is installed."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from calloff.cli.processes import free_port, is_taken

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CURL = shutil.which("curl")
OPENSSL = shutil.which("openssl")
HAS_HTTP2 = bool(CURL) and b"HTTP2" in subprocess.run([CURL, "--version"], capture_output=True, check=False).stdout
pytestmark = [
    pytest.mark.skipif(not (NGINX and OPENSSL and HAS_HTTP2), reason="no nginx, openssl or curl with HTTP/2"),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """Run the site as we ship it, except for its ports, paths and certificate.

    There is no server behind this proxy.
    """
    home = tmp_path_factory.mktemp("nginx")
    plain, secure = free_port(), free_port()
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", home / "k.pem", "-out", home / "c.pem",
         "-days", "2", "-subj", "/CN=calloff.example"], check=True, capture_output=True,
    )  # fmt: skip
    (home / "snippets").mkdir()
    shutil.copy(DEPLOY / "nginx-snippet.conf", home / "snippets" / "calloff.conf")
    site = (DEPLOY / "nginx.conf").read_text()
    for ours, here in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{secure} ssl http2;",
        "listen [::]:80;": "",
        "listen [::]:443 ssl http2;": "",
        "/etc/letsencrypt/live/calloff.example/fullchain.pem": str(home / "c.pem"),
        "/etc/letsencrypt/live/calloff.example/privkey.pem": str(home / "k.pem"),
        "/var/log/nginx/": f"{home}/",
        "/opt/calloff/deploy": str(DEPLOY),
        "127.0.0.1:8000": "127.0.0.1:1",
    }.items():
        assert ours in site, ours
        site = site.replace(ours, here)
    (home / "site.conf").write_text(site)
    temporary = "".join(
        f"{name}_temp_path {home}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off; pid {home}/pid; error_log {home}/main.log; events {{}} http {{ {temporary} include site.conf; }}"
    )
    (home / "nginx.conf").write_text(("user root; " if os.geteuid() == 0 else "") + whole)
    server = subprocess.Popen([NGINX, "-p", home, "-c", home / "nginx.conf"], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not is_taken(secure):
        assert server.poll() is None, (home / "main.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield secure
    server.terminate()
    server.wait()


def request_page(port, *words, host="calloff.example"):
    done = subprocess.run(
        [CURL, "--silent", "--insecure", "--resolve", f"{host}:{port}:127.0.0.1", "--write-out", "\n%{http_code}",
         f"https://{host}:{port}/", *words], capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_a_form_that_is_too_large_gets_our_error_page_over_http_1_and_http_2(proxy, tmp_path, version):
    (tmp_path / "large").write_bytes(b"0" * 30 * 1024 * 1024)
    told = request_page(proxy, version, "--header", "Expect:", "--form", f"file=@{tmp_path / 'large'}")
    assert told.endswith("413")
    assert "up to 25 MB at a time" in told


def test_a_request_for_another_host_name_is_not_passed_on(proxy):
    assert request_page(proxy, host="stranger.example").endswith("421")
    # A request for our own host name is passed on, but no server responds to it.
    assert request_page(proxy).endswith("503")
