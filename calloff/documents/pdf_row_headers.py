"""Mark the cells in the first column of tables of facts as row headers.

The typesetter marks only column headers. Without row headers, a screen reader reads a table cell by cell, with no
context (PDF/UA-1 7.5). This is a separate module because importing the PDF library takes half a second.
"""

from collections.abc import Iterator
from io import BytesIO

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject, PdfObject

from calloff.documents.revisions import PdfRevision


def mark_row_headers(pdf: bytes) -> bytes:
    """Return the PDF with row headers in tables that had none. The same PDF always gives the same result."""
    revision = PdfRevision(BytesIO(pdf))
    tree = revision.root["/StructTreeRoot"]
    changed = False
    for table in _all(tree, "/Table"):
        if next(_all(table, "/TH"), None) is not None:
            continue
        for row in _all(table, "/TR"):
            first = next(iter(_kids(row)))
            _make_header(first)
            revision.update_container(first)
            changed = True
    if not changed:
        return pdf
    out = BytesIO()
    revision.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _make_header(cell: DictionaryObject) -> None:
    cell[NameObject("/S")] = NameObject("/TH")
    attributes = cell["/A"]
    for attribute in attributes if isinstance(attributes, ArrayObject) else [attributes]:
        if attribute.get_object()["/O"] == "/Table":
            attribute.get_object()[NameObject("/Scope")] = NameObject("/Row")
            return
    raise ValueError("A cell of a table says nothing of its table.")


def _all(element: PdfObject | None, kind: str) -> Iterator[DictionaryObject]:
    for kid in _kids(element):
        if kid["/S"] == kind:
            yield kid
        else:
            yield from _all(kid, kind)


def _kids(element: PdfObject | None) -> Iterator[DictionaryObject]:
    kids = element["/K"] if isinstance(element, DictionaryObject) and "/K" in element else ArrayObject()
    for kid in kids if isinstance(kids, ArrayObject) else [kids]:
        element_object = kid.get_object()
        if isinstance(element_object, DictionaryObject) and "/S" in element_object:
            yield element_object
