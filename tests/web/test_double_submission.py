"""Tests that a form that is submitted twice is processed once, and gets the same response both times."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path, reverse
from psycopg.errors import DeadlockDetected

from calloff.directory.commands import add_site
from calloff.directory.models import Site
from calloff.evidence.models import Evidence
from calloff.history import once_keys
from calloff.history.models import Event, OnceKey
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation, User
from calloff.people.permissions import Role
from calloff.web import command_views
from calloff.web.models import LateSubmission
from calloff.web.permissions import signed_in
from calloff.web.session import double_submission
from tests.documents.sample_files import pdf, upload
from tests.factories import NOW, ProviderFactory, UserFactory, person
from tools.addresses.provider import document

SITE = {"name": "The farm", "address": "Mill Lane", "town": "Felpersham", "postcode": "BN11 1LG", "access": ""}
KEY = {"once_key": "a-key-drawn-with-the-page"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def provider():
    return ProviderFactory(slug="windmill", name="Windmill Hill Learning")


@pytest.fixture
def where(provider):
    return reverse("provider:site-add", args=[provider.slug])


@pytest.fixture
def ada(client, provider):
    ada = person(Role.PROVIDER_LEAD, at=provider)
    client.force_login(ada)
    return ada


def notices(client, answer):
    return client.get(answer.url).content.decode()


def test_a_form_submitted_twice_is_processed_once_and_gets_the_same_response(client, ada, where):
    first, second = (client.post(where, SITE | KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.url == second.url
    assert Site.objects.count() == Event.objects.count() == 1
    assert double_submission.ALREADY_SENT_MESSAGE in notices(client, second)


def test_a_form_without_a_key_is_processed_each_time_it_is_submitted(client, ada, where):
    for name in ("The farm", "The barn"):
        client.post(where, SITE | {"name": name, "once_key": "short"})
    assert Site.objects.count() == 2
    assert not OnceKey.objects.exists()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_a_form_submitted_twice_at_the_same_moment_is_processed_once(provider, where):
    ada = person(Role.PROVIDER_LEAD, at=provider)
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(ada)

    def send(client):
        try:
            return client.post(where, SITE | KEY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, clients))
    assert [(one.status_code, one.url) for one in answers] == [(303, answers[0].url)] * 4
    assert Site.objects.count() == Event.objects.count() == 1


def test_a_refused_form_can_be_submitted_again_with_the_same_key(client, ada, where):
    assert client.post(where, SITE | KEY | {"postcode": "the farm"}).status_code == 200
    assert not OnceKey.objects.exists()
    assert client.post(where, SITE | KEY).status_code == 303
    assert Site.objects.count() == 1


def test_a_form_key_works_for_only_one_person_on_one_page(client, ada, where, provider):
    client.post(where, SITE | KEY)
    ben = person(Role.PROVIDER_STAFF, at=provider)
    other = Client()
    other.force_login(ben)
    assert other.post(where, SITE | KEY | {"name": "The barn"}).status_code == 303
    site = Site.objects.get(name="The farm")
    client.post(reverse("provider:site-amend", args=[provider.slug, site.pk]), SITE | KEY | {"town": "Ambridge"})
    site.refresh_from_db()
    assert (Site.objects.count(), site.town) == (2, "Ambridge")


def test_different_answers_with_the_same_key_are_shown_again_to_be_submitted(client, ada, where):
    client.post(where, SITE | KEY)
    answer = client.post(where, SITE | KEY | {"name": "The barn"})
    assert Site.objects.count() == 1
    page = notices(client, answer)
    assert double_submission.SENT_DIFFERENTLY_MESSAGE in page
    assert 'value="The barn"' in page
    fresh = re.search(r'name="once_key" value="([^"]+)"', page)[1]
    assert client.post(answer.url, SITE | {"name": "The barn", "once_key": fresh}).status_code == 303
    assert set(Site.objects.values_list("name", flat=True)) == {"The farm", "The barn"}
    assert not LateSubmission.objects.exists()


def test_a_file_uploaded_twice_is_stored_once_and_a_different_file_is_kept(client, ada, provider, settings, tmp_path):
    settings.FILES = tmp_path / "files"
    page = reverse("provider:evidence-new", args=[provider.slug]) + "?kind=public_liability"

    def send(content):
        return client.post(page, document(None) | KEY | {"file": upload("cover.pdf", content)})

    content = pdf()
    first = send(content)
    assert first.status_code == 303
    assert send(content).url == first.url
    assert "kept=" in send(content + b"\n").url
    assert Evidence.objects.count() == 1


def test_each_form_on_each_page_has_a_different_key(client, ada, where):
    pages = [client.get(where).content.decode() for _ in range(2)]
    keys = [key for page in pages for key in re.findall(r'name="once_key" value="([^"]+)"', page)]
    assert len(keys) >= 4  # Each page has a key for the form and a key for signing out.
    assert len(set(keys)) == len(keys)
    assert all(double_submission.ONCE_KEY_PATTERN.fullmatch(key) for key in keys)


def test_form_keys_are_deleted_after_a_week(client, ada, where):
    client.post(where, SITE | KEY)
    assert once_keys.delete_old_once_keys(NOW + timedelta(days=7) - timedelta(seconds=1)) == 0
    assert once_keys.delete_old_once_keys(NOW + timedelta(days=7)) == 1


@signed_in
def breaks(request):
    UserFactory(name="Written before it broke")
    raise LookupError("broken")


@signed_in
def undoes(request):
    try:
        with transaction.atomic():
            add_site(Organisation.objects.get(slug="windmill"), **SITE, by=request.user, at=request.now)
            raise Refused("Not after all.")
    except Refused:
        return HttpResponse("refused")


@signed_in
def counts_patience(request):
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return HttpResponse(cursor.fetchone()[0])


@signed_in
def chooses(request):
    request.session["colour"] = request.POST["colour"]
    return command_views.SeeOther("/")


@signed_in
@command_views.command_view
def refuses(request):
    raise Refused("Not today.")


@signed_in
def counts(request):
    return HttpResponse("counted")


tried = []


@signed_in
def finds_a_deadlock(request):
    """Cancel the first attempt, as the database does because of a deadlock. With `always`, cancel every attempt."""
    tried.append(request.FILES["file"].read())
    UserFactory(email=f"try{len(tried)}@example.org")
    if len(tried) == 1 or "always" in request.GET:
        raise OperationalError("deadlock detected") from DeadlockDetected()
    return HttpResponse("done")


urlpatterns = [
    path("breaks", breaks),
    path("deadlock", finds_a_deadlock),
    path("chooses", chooses),
    path("refuses", refuses),
    path("counts", counts),
    path("undoes", undoes),
    path("counts-patience", counts_patience),
    path("", include("calloff.project.urls")),
]


@pytest.mark.parametrize(("page", "status"), [("/breaks", 500), ("/refuses", 409), ("/counts", 200), ("/undoes", 200)])
def test_a_request_that_fails_or_saves_nothing_releases_its_form_key(client, ada, page, status):
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        for _ in range(2):
            assert client.post(page, KEY).status_code == status
    assert not OnceKey.objects.exists()


def test_changes_saved_before_an_error_are_kept_as_they_would_be_without_a_key(client, ada):
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        client.post("/breaks", KEY)
    assert type(ada).objects.filter(name="Written before it broke").exists()


def test_changes_to_the_session_are_made_at_each_submission(client, ada):
    with override_settings(ROOT_URLCONF=__name__):
        for colour in ("green", "blue"):
            assert client.post("/chooses", KEY | {"colour": colour}).url == "/"
    assert client.session["colour"] == "blue"


def test_a_form_key_does_not_shorten_the_lock_timeout(client, ada):
    with override_settings(ROOT_URLCONF=__name__):
        with_key, without = (client.post("/counts-patience", sent).content for sent in (KEY, {}))
    assert with_key == without == b"0"


@pytest.mark.django_db(transaction=True)
def test_submitting_a_form_again_while_the_first_is_being_processed_shows_a_message(monkeypatch, provider, where):
    """A thread must not wait for an unlimited time, because it cannot serve anyone else.

    A few repeated clicks once blocked all threads.
    """
    monkeypatch.setattr(double_submission, "MAX_LOCK_WAIT_SECONDS", 1)
    ada = person(Role.PROVIDER_LEAD, at=provider)
    impatient, inner, responds = Client(), [], double_submission._respond
    impatient.force_login(ada)

    def again():
        try:
            return impatient.post(where, SITE | KEY)
        finally:
            connection.close()

    def slow(*args):
        with ThreadPoolExecutor(1) as thread:
            inner.append(thread.submit(again).result())
        return responds(*args)

    monkeypatch.setattr(double_submission, "_respond", slow)
    client = Client()
    client.force_login(ada)
    assert client.post(where, SITE | KEY).status_code == 303
    assert (inner[0].status_code, inner[0]["Retry-After"]) == (409, "10")
    page = inner[0].content.decode()
    assert "We are still working on this form" in page
    assert "Nothing has been changed" not in page
    assert Site.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("always", "status"), [("", 200), ("?always", 409)])
def test_after_a_deadlock_the_request_is_retried_once_and_then_shows_an_explanation(client, always, status):
    tried.clear()
    client.force_login(UserFactory())
    with override_settings(ROOT_URLCONF=__name__):
        answer = client.post(f"/deadlock{always}", KEY | {"file": upload("a.pdf", pdf())})
    assert answer.status_code == status
    assert tried[0] == tried[1] != b""
    assert len(tried) == 2
    kept = [] if always else ["try2@example.org"]
    assert [*User.objects.filter(email__startswith="try").values_list("email", flat=True)] == kept
    if always:
        assert "Someone else was changing the same record" in answer.content.decode()
        assert answer["Retry-After"] == "5"
