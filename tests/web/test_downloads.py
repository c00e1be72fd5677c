import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from calloff.documents import commands
from calloff.documents.models import ScanResult
from calloff.web.downloads import as_attachment
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db


def test_hands_a_file_out_to_be_saved_and_never_shown_or_kept():
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
def test_what_was_not_found_clean_is_not_there(said):
    file = commands.save_upload(SimpleUploadedFile("a.txt", b"hello"), by=UserFactory(), at=NOW)
    file.scan = said
    with pytest.raises(Http404):
        as_attachment(file)
