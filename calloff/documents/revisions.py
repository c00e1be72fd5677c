"""Write additions to a typeset PDF (row headers and a seal) as an incremental revision.

This is a separate module because importing the PDF library takes half a second.
"""

import hashlib
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


class PdfRevision(IncrementalPdfFileWriter):
    """A reproducible revision of a PDF, which keeps the original metadata.

    Without this class, the library would write the current time and its own name into the file.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lastobj_id = int(self.prev.trailer["/Size"]) - 1  # otherwise, the library would skip one object number

    def _update_meta(self) -> None:
        """Keep the title, author and time of the PDF unchanged."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        """Use the file's own identifier, and for the revision an identifier derived from it."""
        first, last = (
            bytes(identifier.original_bytes if hasattr(identifier, "original_bytes") else identifier)
            for identifier in prev.trailer["/ID"]
        )
        return ArrayObject([ByteStringObject(first), ByteStringObject(hashlib.sha256(first + last).digest()[:16])])
