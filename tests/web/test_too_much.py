"""Tests that a request that is too large gets a page with the limit and with advice."""

from pathlib import Path

import pytest
from django.urls import reverse

from tests.documents.sample_files import upload
from tests.factories import AuthorityFactory
from tests.partners.scenario import market, olivia

pytestmark = pytest.mark.django_db


def sent(client, **answers):
    return client.post(reverse("account:sign-in"), answers)


def test_submitting_twenty_one_files_is_refused_and_the_limit_is_shown(client):
    response = sent(client, pdfs=[upload(f"{n}.pdf", b"x") for n in range(21)])
    assert response.status_code == 400
    page = response.content.decode()
    assert "<h1" in page
    assert "You selected too many files" in page
    assert "You can send up to 20 files at a time. Go back and select fewer." in page
    assert "Nothing has been saved." in page


def test_submitting_too_much_text_is_refused_with_advice(client):
    response = sent(client, login="x" * (1024 * 1024 + 1))
    assert response.status_code == 400
    assert "The answers on one page can be up to 1 MB in all." in response.content.decode()


def test_submitting_too_many_answers_is_refused_with_advice(client):
    response = sent(client, **{f"a{n}": "x" for n in range(1001)})
    assert response.status_code == 400
    assert "You sent too many answers" in response.content.decode()


def test_a_malformed_form_request_is_refused(client):
    response = client.generic("POST", reverse("account:sign-in"), b"nonsense", "multipart/form-data; boundary=")
    assert response.status_code == 400
    assert "We could not read what you sent" in response.content.decode()


def test_the_import_page_accepts_more_than_one_file(client, settings):
    settings.DEMONSTRATION = True  # In a demonstration, no second step is needed.
    ours = AuthorityFactory(la_code="938")
    market(ours)
    client.force_login(olivia(ours))
    page = client.get(f"/authorities/{ours.slug}/schools/import").content.decode()
    field = next(part for part in page.split("<input") if 'name="pdfs"' in part)
    assert "multiple" in field.partition(">")[0]
    assert "up to 20 files at once, 25 MB in total" in page


def test_the_proxy_has_its_own_page_for_requests_that_are_too_large():
    deploy = Path(__file__).resolve().parents[2] / "deploy"
    proxy = (deploy / "nginx.conf").read_text()
    assert "error_page 413 /too-large.html;" in proxy
    assert "client_max_body_size 25m;" in proxy
    assert "up to 25 MB at a time" in (deploy / "too-large.html").read_text()
