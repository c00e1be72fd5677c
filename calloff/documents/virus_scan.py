"""Ask a ClamAV daemon, by its INSTREAM protocol, whether bytes carry a virus."""

import socket
import struct
from pathlib import Path

from django.conf import settings

from calloff.documents.models import Scan

TIMEOUT = 30  # seconds
CHUNK = 64 * 1024
TEST_FILE = b"EICAR-STANDARD-ANTIVIRUS-TEST-" + b"FILE!"  # in two pieces: or a scanner would take this module for one


def scan(data: bytes) -> Scan:
    """Say what the scanner says. WAITING: there is none, or it did not answer, or it could not tell."""
    if settings.CLAMD:
        try:
            reply = _instream(data)
        except OSError:
            return Scan.WAITING
        if reply.endswith(b"FOUND"):
            return Scan.INFECTED
        return Scan.CLEAN if reply.endswith(b": OK") else Scan.WAITING
    if settings.SCAN_STAND_IN:
        return Scan.INFECTED if TEST_FILE in data else Scan.CLEAN
    return Scan.WAITING


def _instream(data: bytes) -> bytes:
    with _connected(settings.CLAMD) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK):
            chunk = data[start : start + CHUNK]
            clamd.sendall(struct.pack("!I", len(chunk)) + chunk)
        clamd.sendall(struct.pack("!I", 0))
        reply = b""
        while received := clamd.recv(CHUNK):
            reply += received
    return reply.rstrip(b"\0\n")


def _connected(place: str) -> socket.socket:
    host, colon, port = place.rpartition(":")
    if colon and port.isdigit() and not Path(place).is_absolute():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=TIMEOUT)
    local = socket.socket(socket.AF_UNIX)
    local.settimeout(TIMEOUT)
    try:
        local.connect(place)
    except OSError:
        local.close()
        raise
    return local
