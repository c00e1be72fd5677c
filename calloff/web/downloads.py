"""Serve private files.

The caller must have found the record that refers to the file with `visible_to`.
"""

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
    """Serve a picture for a page, with its digest as the ETag, so that an unchanged picture gives 304.

    The browser must check each time, so that it never shows a withdrawn picture from its cache. Raises Http404 if the
    file is not a picture, or if no scan has found it clean.
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
    """Serve a file for saving. The browser must not show it, run it, guess its type or cache it.

    Raises Http404 if no scan has found it clean.
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
