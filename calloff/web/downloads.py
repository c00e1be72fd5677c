"""Handing out a private file. Anyone who calls has found the record that points to it through `visible_to`."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from calloff.documents import queries
from calloff.documents.models import FileKind, StoredFile

CONTENT_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv",
    FileKind.TXT: "text/plain",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}
PICTURE_KINDS = (FileKind.PNG, FileKind.JPEG)


def as_picture(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """Answer with a picture to show. Its digest is its tag, so that the person who holds it is told so and no more.

    It is asked for again each time: what was withdrawn is shown to no one from a copy that someone kept. Raises Http404
    for a file that is no picture or has not been found clean.
    """
    if file.kind not in PICTURE_KINDS or not file.is_served:
        raise Http404("We cannot show this file.")
    tag = quote_etag(file.sha256)
    response: HttpResponseBase | None = get_conditional_response(request, tag)
    if response is None:
        response = FileResponse(queries.open_clean_file(file), content_type=CONTENT_TYPES[FileKind(file.kind)])
        response["Content-Disposition"] = "inline"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    return response


def as_attachment(file: StoredFile) -> FileResponse:
    """Answer with a file to save, never to show: the browser may neither guess its kind nor run or keep anything of it.

    Raises Http404 for a file that has not been found clean.
    """
    try:
        stream = queries.open_clean_file(file)
    except queries.FileNotServed as refused:
        raise Http404(str(refused)) from refused
    response = FileResponse(
        stream, as_attachment=True, filename=file.name, content_type=CONTENT_TYPES[FileKind(file.kind)]
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
