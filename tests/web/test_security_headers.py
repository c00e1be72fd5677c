"""Tests for the headers of every response, and for well-known URLs."""

import json
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from calloff.rate_limits import process_counts
from calloff.web.middleware import security_headers
from calloff.web.session.idle_timeout import LAST_PERSON_COOKIE
from tests.architecture.endpoints.access_matrix import REQUIRED_HEADERS, missing_headers
from tests.factories import NOW, AuthorityFactory, UserFactory

pytestmark = pytest.mark.django_db

OF_FILES = ("Permissions-Policy", "Cross-Origin-Resource-Policy", "X-Content-Type-Options")


@pytest.mark.parametrize("path", ["/nothing-here", "/borchester/nothing", "/robots.txt?%00"])
def test_responses_for_unknown_urls_have_the_security_headers_too(client, path):
    """The test of all endpoints checks the headers for every endpoint."""
    assert missing_headers("", client.get(path)) == ()


def test_static_files_have_the_security_headers_too(client):
    answer = client.get("/static/calloff/page.css")
    assert answer.status_code == 200
    answer.close()
    for name in OF_FILES:
        assert REQUIRED_HEADERS[name] in answer.headers[name], name


def test_security_txt_follows_rfc_9116(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@calloff.example"
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert lines["Contact"] == "mailto:security@calloff.example"
    assert lines["Canonical"] == f"{settings.ADDRESS}/.well-known/security.txt"
    expires = datetime.fromisoformat(lines["Expires"])
    assert NOW < expires < NOW + timedelta(days=365)
    settings.SECURITY_CONTACT = ""
    assert f"Contact: {settings.ADDRESS}/help" in client.get("/.well-known/security.txt").content.decode()


def test_the_well_known_files_for_password_managers_and_browsers_exist(client):
    assert client.get("/.well-known/change-password").url == reverse("account:password")
    assert "/calloff/icon" in client.get("/favicon.ico").url


def test_no_authority_can_use_the_web_address_for_security_reports(client):
    AuthorityFactory(slug="csp-report")
    assert client.get("/csp-report").status_code == 405


@pytest.fixture
def logged(monkeypatch):
    """Return the exact log entries about reports."""
    written = []
    monkeypatch.setattr(security_headers.LOG, "warning", lambda words, *args: written.append(words % args))
    return written


SECRET = "https://calloff.example/buyers/felpersham/pupils/P-0001?name=Jasmine"


@pytest.mark.parametrize(
    "sent",
    [
        {"csp-report": {"document-uri": SECRET, "violated-directive": "script-src 'self'", "blocked-uri": SECRET}},
        [
            {
                "type": "csp-violation",
                "body": {"documentURL": SECRET, "effectiveDirective": "script-src"},
            }
        ],
    ],
)
def test_a_policy_report_is_logged_with_its_location_but_without_content(client, logged, sent):
    answer = client.post("/csp-report", json.dumps(sent), content_type="application/csp-report")
    assert answer.status_code == 200
    assert logged == ["The browser blocked script-src on buyer:pupil"]


@pytest.mark.parametrize("body", ["", "null", "[1, {}]", '{"csp-report": 7}', "{" * 5000, "x" * 20_000])
def test_invalid_policy_reports_are_accepted_and_ignored(client, logged, body):
    assert client.post("/csp-report", body, content_type="application/json").status_code == 200
    assert logged == []


def test_a_form_post_does_not_count_as_a_policy_report(client, logged):
    assert client.post("/csp-report", {"csp-report": "x"}).status_code == 200
    assert logged == []


def test_only_a_sample_of_many_policy_reports_is_logged_and_the_database_is_not_used(
    client, logged, settings, django_assert_num_queries
):
    settings.RATE_LIMITS = {"policy-report": (2,)}
    process_counts.reset_process_counts()
    sent = {"csp-report": {"document-uri": SECRET, "violated-directive": "img-src"}}
    with django_assert_num_queries(0):  # There is no single row for which every request would have to wait.
        for _ in range(2 + 100 * 3):
            client.post("/csp-report", json.dumps(sent), content_type="application/csp-report")
    assert [words.endswith("(one of 100 such reports)") for words in logged] == [False, False, True, True]


def test_signing_out_clears_browser_data_but_leaves_cookies(client):
    client.force_login(UserFactory())
    answer = client.post(reverse("account:sign-out"))
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_no_cookie_contains_the_id_of_a_person(client):
    somebody = UserFactory(pk=987_654_321)
    client.force_login(somebody)
    client.get(reverse("account:home"))
    client.post(reverse("account:time-out"), {"minutes": "120"})
    assert LAST_PERSON_COOKIE in client.cookies
    for name, cookie in client.cookies.items():
        assert "987654321" not in cookie.value, name
