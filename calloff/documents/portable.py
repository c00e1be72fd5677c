"""Look into an uploaded PDF: no password, no program, no file within the file, and pages that can be read.

Names are searched for in what a PDF says outside its content streams, and in its compressed lists of objects, which
are unpacked under a limit before the reader, which has none, may see them.
"""

import re
import zlib
from collections.abc import Iterator
from io import BytesIO

from calloff.kernel.states import Refused

MOST_UNPACKED = 50 * 1024 * 1024  # bytes of lists of objects, all together
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
PROGRAM = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|XFA)(?![A-Za-z0-9])")
ATTACHED = re.compile(rb"/(EmbeddedFiles?|EF)(?![A-Za-z0-9])")
STREAM = re.compile(rb"stream\r?\n")
FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[A-Za-z0-9]+)")

LOCKED = "This PDF is locked with a password. Save it without one and upload it again."
WITH_PROGRAM = "This PDF holds a program (JavaScript or an active form). Print it to a new PDF and upload that."
WITH_FILES = "This PDF has other files attached within it. Upload them one by one."
UNREADABLE = "This PDF cannot be read. Print it to a new PDF and upload that."


def check(data: bytes) -> None:
    """Raise Refused, with what to do, for anything but plain pages."""
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415  (slow to import: only uploads need it)

    said = b"\n".join(_said(data))
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", said):
        raise Refused(LOCKED, "file")
    if PROGRAM.search(said):
        raise Refused(WITH_PROGRAM, "file")
    if ATTACHED.search(said):
        raise Refused(WITH_FILES, "file")
    try:
        reader = PdfFileReader(BytesIO(data), strict=False)
        locked = reader.encrypted
        pages = 0 if locked else int(reader.root["/Pages"]["/Count"])
    except Exception as unreadable:  # a reader that meets nonsense may raise anything
        raise Refused(UNREADABLE, "file") from unreadable
    if locked:
        raise Refused(LOCKED, "file")
    if pages < 1:
        raise Refused(UNREADABLE, "file")


def _said(data: bytes) -> Iterator[bytes]:
    """Yield what the file says outside its streams, names spelt plainly, and what its lists of objects hold."""
    place, room = 0, MOST_UNPACKED
    while found := STREAM.search(data, place):
        before = _plainly(data[place : found.start()])
        yield before
        end = data.find(b"endstream", found.end())
        if end < 0:
            return
        words = before[before.rfind(b" obj") + 1 :]
        if re.search(rb"/(ObjStm|XRef)(?![A-Za-z0-9])", words):
            unpacked = _unpacked(words, data[found.end() : end], room)
            room -= len(unpacked)
            yield _plainly(unpacked)
        place = end + len(b"endstream")
    yield _plainly(data[place:])


def _unpacked(words: bytes, packed: bytes, room: int) -> bytes:
    filtered = FILTER.search(words)
    names = re.findall(rb"/([A-Za-z0-9]+)", filtered[1]) if filtered else []
    if not names:
        return packed
    if names != [b"FlateDecode"]:
        raise Refused(UNREADABLE, "file")
    inflate = zlib.decompressobj()
    try:
        unpacked = inflate.decompress(packed, room)
    except zlib.error as damaged:
        raise Refused(UNREADABLE, "file") from damaged
    if inflate.unconsumed_tail or len(unpacked) >= room:
        raise Refused(UNREADABLE, "file")
    return unpacked


def _plainly(said: bytes) -> bytes:
    return ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), said)
