"""Tests for the idle timeout. A form that is submitted too late is saved only for its sender, who must confirm it."""

import time
from datetime import timedelta

import msgspec
import pytest
from allauth.account.models import EmailAddress
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.test import Client, override_settings
from django.urls import get_resolver, include, path, reverse

from calloff.kernel import clock
from calloff.people.models import User
from calloff.people.permissions import Role
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widgets import CodeInput
from calloff.web.models import LateSubmission
from calloff.web.permissions import public, signed_in, step_up
from calloff.web.session import saved_submissions
from tests.factories import NOW, ProviderFactory, UserFactory, person
from tests.web.account.people import age_proofs

pytestmark = pytest.mark.django_db

SENT = []


class IdleTimeoutForm(PageForm):
    name = forms.CharField(label="Name", error_messages={"required": "Enter the name"})
    password = forms.CharField(label="Password", required=False, widget=forms.PasswordInput)
    file = forms.FileField(label="Policy", required=False)


@signed_in
def story(request, number=0):
    form = IdleTimeoutForm.of(request)
    if form.attempt(lambda **answers: SENT.append(answers)):
        return redirect("account:home")
    return HttpResponse(f"{form.error_summary()}{form}")


@public
def anybody(request):
    return HttpResponse("public")


urlpatterns = [
    path("story", story),
    path("story/<int:number>", story),
    path("signed", step_up(story)),
    path("anybody", anybody),
    path("", include("calloff.project.urls")),
]


@pytest.fixture(autouse=True)
def _routes():
    SENT.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada():
    return with_password(UserFactory(email="ada@example.org", name="Ada"))


@pytest.fixture
def late(monkeypatch):
    """Move the clock forward."""

    def move(**how):
        monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(**how))

    return move


def with_password(user):
    user.set_password("three words apart")
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, user, to=""):
    return client.post(f"{reverse('account:sign-in')}{to}", {"login": user.email, "password": "three words apart"})


def test_a_session_ends_after_half_an_hour_without_activity(client, ada, late):
    client.force_login(ada)
    assert client.get("/account/").status_code == 200
    late(minutes=30)
    assert client.get("/account/").status_code == 200
    late(minutes=60, seconds=1)
    response = client.get("/account/", follow=True)
    assert "You were signed out after 30 minutes without activity." in response.content.decode()


def test_the_idle_time_starts_at_sign_in_even_if_no_page_is_opened(client, ada, late):
    sign_in(client, ada)
    late(minutes=30, seconds=1)
    response = client.get("/account/", follow=True)
    assert "You were signed out after 30 minutes without activity." in response.content.decode()


def test_the_idle_time_starts_again_when_the_first_page_is_opened(client, ada, late):
    client.force_login(ada)
    late(minutes=10)
    client.get("/account/")
    late(minutes=40, seconds=1)
    response = client.get("/account/", follow=True)
    assert "You were signed out after 30 minutes without activity." in response.content.decode()


def test_using_the_service_keeps_a_person_signed_in(client, ada, late):
    client.force_login(ada)
    for minutes in (0, 20, 40, 60):
        late(minutes=minutes)
        assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(("minutes", "hours"), [(120, 2), (480, 8)])
def test_a_person_can_choose_a_longer_idle_time(client, ada, late, minutes, hours):
    client.force_login(ada)
    client.post(reverse("account:time-out"), {"minutes": minutes})
    late(hours=hours)
    assert client.get("/account/").status_code == 200
    late(hours=2 * hours, minutes=1)
    assert client.get("/account/").status_code == 302


def test_the_idle_time_chosen_by_one_person_does_not_apply_to_others(client, ada, late):
    client.force_login(ada)
    client.post(reverse("account:time-out"), {"minutes": 480})
    client.force_login(UserFactory())
    client.get("/account/")
    late(minutes=31)
    assert client.get("/account/").status_code == 302


def test_an_idle_time_that_is_not_in_the_list_is_refused(client, ada):
    client.force_login(ada)
    response = client.post(reverse("account:time-out"), {"minutes": 100000})
    assert response.status_code == 200
    assert "There is a problem" in response.content.decode()


def post_late(client, user, late, where="/story", **extra):
    client.force_login(user)
    client.get("/story")
    late(minutes=31)
    file = SimpleUploadedFile("policy.pdf", b"%PDF-1.7 ours", "application/pdf")
    return client.post(where, {"name": "Long <ago>", "password": "hush hush hush", "file": file, **extra})


def test_a_form_submitted_after_the_session_ended_is_not_processed(client, ada, late):
    response = post_late(client, ada, late)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account:sign-in"))
    assert SENT == []
    assert "Nothing has been sent" in client.get(response.url).content.decode()


def test_after_signing_in_the_person_sees_the_form_as_typed_and_must_submit_it_again(client, ada, late):
    back = post_late(client, ada, late).url.partition("?")[2]
    response = sign_in(client, ada, f"?{back}")
    assert response.url.startswith("/story?kept=")
    page = client.get(response.url).content.decode()
    assert 'value="Long &lt;ago&gt;"' in page
    assert "policy.pdf has been uploaded" in page
    assert "There is a problem" not in page
    assert SENT == []

    done = client.post(response.url, {"name": "Long ago"})

    assert done.status_code == 302
    (sent,) = SENT
    assert sent["name"] == "Long ago"
    assert sent["file"].name == "policy.pdf"
    assert sent["file"].read() == b"%PDF-1.7 ours"
    assert not LateSubmission.objects.exists()


def test_uploading_another_file_replaces_the_saved_file(client, ada, late):
    back = post_late(client, ada, late).url.partition("?")[2]
    where = sign_in(client, ada, f"?{back}").url
    client.post(where, {"name": "x", "file": SimpleUploadedFile("new.pdf", b"new")})
    assert SENT[0]["file"].name == "new.pdf"


def test_submitting_an_invalid_answer_again_keeps_the_saved_answers(client, ada, late):
    back = post_late(client, ada, late).url.partition("?")[2]
    where = sign_in(client, ada, f"?{back}").url
    assert "Enter the name" in client.post(where, {"name": ""}).content.decode()
    assert LateSubmission.objects.count() == 1


def test_passwords_and_codes_are_never_saved_with_the_answers(client, ada, late):
    post_late(client, ada, late, code="123456", **{"sign-code": "99", "postcode": "PO19 1RQ"})
    row = LateSubmission.objects.get()
    content = msgspec.msgpack.decode(
        saved_submissions.cipher_for(f"kept post {ada.pk}").decrypt(bytes(row.sealed)),
        type=saved_submissions.SealedSubmission,
    )
    assert content.answers.keys() == {"name", "postcode"}


def test_forms_on_account_pages_are_never_saved(client, ada, late):
    response = post_late(client, ada, late, where=reverse("account:password"))
    assert response.url.startswith(reverse("account:sign-in"))
    assert not LateSubmission.objects.exists()


def test_saved_answers_in_the_database_cannot_be_read(client, ada, late):
    post_late(client, ada, late)
    sealed = bytes(LateSubmission.objects.get().sealed)
    assert b"ago" not in sealed
    assert b"PDF" not in sealed


def test_saved_answers_are_restored_only_to_the_person_who_typed_them(client, ada, late):
    back = post_late(client, ada, late).url.partition("?")[2]
    other = with_password(UserFactory(email="ben@example.org"))
    page = client.get(sign_in(client, other, f"?{back}").url).content.decode()
    assert "ago" not in page
    assert "policy.pdf" not in page


def test_saved_answers_are_deleted_after_a_day(client, ada, late):
    back = post_late(client, ada, late).url.partition("?")[2]
    late(minutes=31, hours=24)
    page = client.get(sign_in(client, ada, f"?{back}").url).content.decode()
    assert "ago" not in page
    assert saved_submissions.delete_expired_submissions(clock.now()) == 1


def test_only_the_last_late_form_from_each_page_is_saved(client, ada, late):
    post_late(client, ada, late)
    late(minutes=0)
    post_late(client, ada, late, name="Newer")
    assert LateSubmission.objects.count() == 1


def test_answers_are_saved_even_if_the_session_no_longer_exists(ada, late):
    client = Client()
    client.force_login(ada)
    client.get("/story")
    client.cookies.pop("sessionid")
    response = client.post("/story", {"name": "Long ago"})
    assert "kept" in response.url
    assert SENT == []


def test_a_form_for_signing_out_is_not_saved(client, ada):
    client.force_login(ada)
    client.get("/story")
    client.post(reverse("account:sign-out"))
    client.post("/story", {"name": "Long ago"})
    assert not LateSubmission.objects.exists()


def test_a_forged_form_is_not_saved(ada, late):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    client.get("/story")
    late(minutes=31)
    response = client.post("/story", {"name": "Forged"})
    assert response.status_code == 403
    assert "This page was open for too long" in response.content.decode()
    assert not LateSubmission.objects.exists()


def put_in_a_while_ago(client, ada):
    client.force_login(ada)
    age_proofs(client, 3600)


def test_confirming_the_password_saves_the_typed_answers_but_submits_nothing(client, ada):
    put_in_a_while_ago(client, ada)
    response = client.post("/signed", {"name": "Long ago"})
    assert response.url.startswith(reverse("account:again"))
    back = client.post(response.url, {"password": "three words apart"})
    assert back.url.startswith("/signed?kept=")
    assert 'value="Long ago"' in client.get(back.url).content.decode()
    assert SENT == []
    client.post(back.url, {"name": "Long ago"})
    assert len(SENT) == 1


def test_restored_answers_are_saved_again_if_the_password_must_be_confirmed_again(client, ada):
    """The form stays open for longer than a proof of identity is valid.

    When it is submitted again, it must not be lost.
    """
    put_in_a_while_ago(client, ada)
    response = client.post("/signed", {"name": "Long ago"})
    back = client.post(response.url, {"password": "three words apart"})
    age_proofs(client, 3600)
    again = client.post(back.url, {"name": "Longer ago"})
    assert again.url.startswith(reverse("account:again"))
    returned = client.post(again.url, {"password": "three words apart"})
    assert 'value="Longer ago"' in client.get(returned.url).content.decode()
    assert SENT == []


def test_the_password_must_be_confirmed_again_after_a_while(client, ada, monkeypatch):
    put_in_a_while_ago(client, ada)
    client.post(f"{reverse('account:again')}?next=/signed", {"password": "three words apart"})
    assert client.get("/signed").status_code == 200
    later = time.time() + 15 * 60 + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get("/signed").status_code == 302


def test_confirming_the_password_never_leads_to_another_site(client, ada):
    client.force_login(ada)
    response = client.post(f"{reverse('account:again')}?next=https://evil.example/", {"password": "three words apart"})
    assert response.url == reverse("account:home")


def test_a_public_page_can_be_opened_without_signing_in(client, ada, late):
    client.force_login(ada)
    client.get("/story")
    late(minutes=31)
    assert client.post("/anybody").content == b"public"


def test_pages_for_signed_in_people_are_never_cached(client, ada):
    client.force_login(ada)
    assert "no-store" in client.get("/story").headers["Cache-Control"]
    assert User.objects.filter(pk=ada.pk).exists()


def every_form(kind):
    for one in kind.__subclasses__():
        yield one
        yield from every_form(one)


def test_no_password_or_code_field_has_a_name_that_would_be_saved():
    get_resolver("calloff.project.urls").url_patterns  # noqa: B018  (this imports every form)
    for form in {*every_form(forms.Form)}:
        if form.__module__.startswith("calloff."):
            for name, field in form.base_fields.items():
                secret = isinstance(field.widget, forms.PasswordInput | CodeInput)
                assert not secret or saved_submissions.SECRET_FIELD.search(name), f"{form}.{name}"


def late_client(person):
    """Let the idle timeout sign a person out of the browser that they have used."""
    client = Client()
    client.force_login(person)
    client.get(reverse("account:home"))
    del client.cookies["sessionid"]
    return client


def test_the_saved_forms_of_one_person_have_a_total_size_limit(settings):
    settings.KEPT_POSTS_A_PERSON, settings.KEPT_POSTS_BYTES_A_PERSON = 5, 40_000
    somebody = UserFactory()
    client = late_client(somebody)
    for number in range(100):
        upload = SimpleUploadedFile("policy.pdf", b"x" * (9_000 if number % 2 else 2_000), "application/pdf")
        client.post(f"/story/{number}", {"name": f"Ada {number}", "file": upload})
    rows = list(LateSubmission.objects.filter(person=somebody).order_by("pk"))
    assert 1 <= len(rows) <= 5
    assert sum(len(bytes(row.sealed)) for row in rows) <= 40_000
    assert rows[-1].path == "/story/99", "the newest is kept"


def test_a_form_over_the_size_limit_is_not_saved(settings):
    settings.KEPT_POSTS_BYTES_A_PERSON = 1_000
    answer = late_client(UserFactory()).post("/story", {"name": "x" * 2_000})
    assert not LateSubmission.objects.exists()
    assert "kept" not in answer.url


def test_the_overall_size_limit_does_not_delete_forms_saved_by_other_people(settings):
    settings.KEPT_POSTS_BYTES_IN_ALL = 3_000
    for _ in range(6):
        late_client(UserFactory()).post("/story", {"name": "x" * 600})
    rows = LateSubmission.objects.order_by("pk")
    assert 1 <= len(rows) < 6
    assert sum(len(bytes(row.sealed)) for row in rows) <= 3_000


def test_nothing_is_saved_for_a_page_that_the_person_cannot_see():
    provider, other = ProviderFactory(slug="windmill"), ProviderFactory(slug="harbour")
    client = late_client(person(Role.PROVIDER_LEAD, at=provider))
    client.post(reverse("provider:site-add", args=[other.slug]), {"name": "The farm"})
    assert not LateSubmission.objects.exists()
    client.post(reverse("provider:site-add", args=[provider.slug]), {"name": "The farm"})
    assert LateSubmission.objects.count() == 1


def test_nothing_is_saved_for_an_anonymous_visitor():
    Client().post("/story", {"name": "Ada"})
    assert not LateSubmission.objects.exists()
