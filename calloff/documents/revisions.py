"""Add to a typeset PDF: row headers and a seal.

In a module of its own: the library of PDFs takes half a second to import.
"""

import hashlib
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


class PdfRevision(IncrementalPdfFileWriter):
    """A revision of a paper: it says of itself what the paper said, and is the same for the same additions.

    The library would write the computer's clock and its own name into the file, beside the instant of the act.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._lastobj_id = int(self.prev.trailer["/Size"]) - 1  # the library would leave a number out

    def _update_meta(self) -> None:
        """Leave title, author and instant as they were set."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        """Return the paper's own number, and one that is made of it for the revision."""
        first, last = (
            bytes(one.original_bytes if hasattr(one, "original_bytes") else one) for one in prev.trailer["/ID"]
        )
        return ArrayObject([ByteStringObject(first), ByteStringObject(hashlib.sha256(first + last).digest()[:16])])
