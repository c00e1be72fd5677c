"""Mark the first column of fact tables as row headers.

The typesetter marks headers of columns alone. A table without them is read cell by cell, as if nothing named anything
(PDF/UA-1 7.5). In a module of its own: the library of PDFs takes half a second to import.
"""

from collections.abc import Iterator
from io import BytesIO

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NameObject, PdfObject

from calloff.documents.revisions import PdfRevision


def mark_row_headers(pdf: bytes) -> bytes:
    """Return the PDF with row headers added to tables that have none. The result is reproducible."""
    written = PdfRevision(BytesIO(pdf))
    tree = written.root["/StructTreeRoot"]
    changed = False
    for table in _all(tree, "/Table"):
        if next(_all(table, "/TH"), None) is not None:
            continue
        for row in _all(table, "/TR"):
            first = next(iter(_kids(row)))
            _make_header(first)
            written.update_container(first)
            changed = True
    if not changed:
        return pdf
    done = BytesIO()
    written.write(done)  # type: ignore[no-untyped-call]
    return done.getvalue()


def _make_header(cell: DictionaryObject) -> None:
    cell[NameObject("/S")] = NameObject("/TH")
    attributes = cell["/A"]
    for one in attributes if isinstance(attributes, ArrayObject) else [attributes]:
        if one.get_object()["/O"] == "/Table":
            one.get_object()[NameObject("/Scope")] = NameObject("/Row")
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
        one = kid.get_object()
        if isinstance(one, DictionaryObject) and "/S" in one:
            yield one
