"""Ask a ClamAV daemon whether bytes contain a virus, using its INSTREAM protocol."""

import socket
import struct
from pathlib import Path

from django.conf import settings

from calloff.documents.models import ScanResult

SCANNER_TIMEOUT_SECONDS = 30  # seconds
CHUNK_BYTES = 64 * 1024
# This part of the test signature is written separately, so that virus scanners do not report this module.
EICAR_MARK = b"EICAR-STANDARD-ANTIVIRUS-TEST-" + b"FILE!"


def scan_for_viruses(data: bytes) -> ScanResult:
    """Scan bytes for viruses, and return the result.

    WAITING means that there is no scanner, or that it did not respond or gave no result.
    """
    if settings.CLAMD:
        try:
            reply = _instream(data)
        except OSError:
            return ScanResult.WAITING
        if reply.endswith(b"FOUND"):
            return ScanResult.INFECTED
        return ScanResult.CLEAN if reply.endswith(b": OK") else ScanResult.WAITING
    if settings.SCAN_STAND_IN:
        return ScanResult.INFECTED if EICAR_MARK in data else ScanResult.CLEAN
    return ScanResult.WAITING


def _instream(data: bytes) -> bytes:
    with _connected(settings.CLAMD) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), CHUNK_BYTES):
            chunk = data[start : start + CHUNK_BYTES]
            clamd.sendall(struct.pack("!I", len(chunk)) + chunk)
        clamd.sendall(struct.pack("!I", 0))
        reply = b""
        while received := clamd.recv(CHUNK_BYTES):
            reply += received
    return reply.rstrip(b"\0\n")


def _connected(place: str) -> socket.socket:
    host, colon, port = place.rpartition(":")
    if colon and port.isdigit() and not Path(place).is_absolute():
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SCANNER_TIMEOUT_SECONDS)
    local = socket.socket(socket.AF_UNIX)
    local.settimeout(SCANNER_TIMEOUT_SECONDS)
    try:
        local.connect(place)
    except OSError:
        local.close()
        raise
    return local
