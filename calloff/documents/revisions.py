"""Write additions to a typeset PDF as an incremental revision: row headers and a seal.

This is a module of its own because the PDF library takes half a second to import.
"""

import hashlib
from typing import Any

from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader


class PdfRevision(IncrementalPdfFileWriter):
    """A revision of a PDF that keeps its metadata and is reproducible.

    By itself, the library would write the current time and its own name into the file.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lastobj_id = int(self.prev.trailer["/Size"]) - 1  # the library would skip a number

    def _update_meta(self) -> None:
        """Keep title, author and time as they are."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> ArrayObject:
        """Return the file's own identifier, and one derived from it for the revision."""
        first, last = (
            bytes(identifier.original_bytes if hasattr(identifier, "original_bytes") else identifier)
            for identifier in prev.trailer["/ID"]
        )
        return ArrayObject([ByteStringObject(first), ByteStringObject(hashlib.sha256(first + last).digest()[:16])])
