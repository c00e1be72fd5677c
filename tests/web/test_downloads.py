import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from calloff.documents import commands
from calloff.documents.models import ScanResult
from calloff.web.downloads import as_attachment
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


def test_a_file_is_downloaded_as_an_attachment_and_never_cached():
    file = commands.save_upload(SimpleUploadedFile("naïve “plan”.txt", b"hello"), by=UserFactory(), at=NOW)
    response = as_attachment(file)
    assert b"".join(response.streaming_content) == b"hello"
    response.close()
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Content-Type"] == "text/plain"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("said", [ScanResult.WAITING, ScanResult.INFECTED])
def test_a_file_is_served_only_if_it_has_been_found_clean(said):
    file = commands.save_upload(SimpleUploadedFile("a.txt", b"hello"), by=UserFactory(), at=NOW)
    file.scan = said
    with pytest.raises(Http404):
        as_attachment(file)
