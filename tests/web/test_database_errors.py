"""Tests that a refusal by the database is explained in words, and never causes an error page."""

import psycopg
import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.urls import include, path
from psycopg.errors import AdminShutdown, CannotConnectNow, CrashShutdown, QueryCanceled

from calloff.directory.commands import services
from calloff.directory.models import Service
from calloff.people.models import OrganisationName, User
from calloff.people.permissions import Role
from calloff.web.forms_ui.forms import PageForm
from tests.concurrency import all_at_once
from tests.factories import NOW, UserFactory, person
from tests.factories_markets import MemberFactory, SiteFactory

EMAIL = "ada@brightteach.example"


@login_not_required
def away(request):
    raise OperationalError("could not connect") from psycopg.OperationalError("connection refused")


STOPPED = []


@login_not_required
def stopped(request):
    raise OperationalError("the session was ended") from STOPPED[0]("by the administrator")


@login_not_required
def ended(request):
    """Write something, then lose the session before the commit, as if PostgreSQL had just been stopped."""
    with transaction.atomic():
        UserFactory(email=EMAIL)
        connection.cursor().execute("SELECT pg_terminate_backend(pg_backend_pid())")


def make_twice():
    with transaction.atomic():
        User.objects.create_user(EMAIL, name="Ada")


def break_what_has_no_sentence():
    with transaction.atomic():
        OrganisationName.objects.create(name="A name of no organisation", key="name")


def enter_too_much():
    with transaction.atomic():
        User.objects.create_user(EMAIL, name="A" * 200)


def page_of(command):
    @login_not_required
    def view(request):
        command()

    return view


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("where", "status", "words", "logged"),
    [
        ("twice", 409, "Sign in, or use another address", False),
        ("without", 409, "A colleague changed this at the same time as you", True),
        ("long", 400, "One of your answers is too long", True),
    ],
)
def test_the_page_shows_why_the_database_refused_a_change(where, status, words, logged, caplog):
    UserFactory(email="ADA@brightteach.example" if where == "twice" else "ben@brightteach.example")
    answer = Client().get(f"/{where}")
    assert answer.status_code == status
    page = answer.content.decode()
    assert words in page
    assert "Nothing has been changed" in page
    assert ("The database refused" in caplog.text) == logged


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_unavailable_database_gives_a_503_page_with_a_time_to_retry():
    answer = Client(raise_request_exception=False).get("/away")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    page = answer.content.decode()
    assert "Calloff is not available at the moment" in page
    assert "we cannot tell whether we saved your answers. Check before you submit it again" in page
    assert "Nothing was saved" not in page
    assert "If a child is missing or hurt, do not wait for Calloff. Call 999" in page


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize("why", [AdminShutdown, CrashShutdown, CannotConnectNow])
def test_a_page_returns_503_if_the_database_stops_while_it_is_being_made(why, monkeypatch):
    monkeypatch.setattr(f"{__name__}.STOPPED", [why])
    answer = Client(raise_request_exception=False).get("/stopped")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


@pytest.fixture
def afterwards():
    """Let the next request use a new connection, as in the service."""
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_losing_the_connection_inside_a_transaction_returns_503_and_saves_nothing(afterwards):
    answer = Client(raise_request_exception=False).get("/ended")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "Calloff is not available at the moment" in answer.content.decode()
    connection.close()
    assert not User.objects.filter(email=EMAIL).exists()
    assert Client().get("/health").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_losing_the_connection_between_pages_returns_503_on_the_next_request(afterwards):
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(email=EMAIL))
    assert client.get("/account/").status_code == 200
    pid = connection.connection.info.backend_pid
    with connection.copy().cursor() as another:
        another.execute("SELECT pg_terminate_backend(%s)", [pid])
        another.connection.close()
    answer = client.get("/account/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    connection.close()
    assert client.get("/account/").status_code == 200


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_cancelling_a_statement_does_not_count_as_an_unavailable_database(monkeypatch):
    monkeypatch.setattr(f"{__name__}.STOPPED", [QueryCanceled])
    assert Client(raise_request_exception=False).get("/stopped").status_code == 500


@pytest.mark.django_db
def test_the_form_shows_the_error_message_of_the_constraint_and_keeps_typed_answers():
    UserFactory(email=EMAIL)
    form = PageForm(data={})
    assert not form.attempt(make_twice)
    assert form.non_field_errors() == [User.CONSTRAINT_ERRORS["email"]]
    with pytest.raises(IntegrityError):
        PageForm(data={}).attempt(break_what_has_no_sentence)
    with pytest.raises(DataError):
        PageForm(data={}).attempt(enter_too_much)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_services_with_the_same_name_are_added_simultaneously_every_request_gets_a_response():
    """Two people add a service with the same name. Either only one service is added, or each gets its own URL."""
    members = [MemberFactory()]
    members.append(MemberFactory(market=members[0].market))
    sites = [SiteFactory(provider=one.provider) for one in members]
    people = [person(Role.PROVIDER_LEAD, at=one.provider) for one in members]
    turns = iter(range(8))

    def add():
        which = next(turns) % 2
        services.add(
            members[which], by=User.objects.get(pk=people[which].pk), at=NOW, name="Farm mornings", summary="Animals.",
            description="Caring for animals.", mode="group", age_from=8, age_to=14, needs=["SEMH"], week=[],
            hours="", staff=1, children=4, site=sites[which],
        )  # fmt: skip

    told = all_at_once(add, times=8)
    assert len(told) == 8
    assert told.count("done") == Service.objects.count() >= 1
    assert all("service" in words for words in told if words != "done")


urlpatterns = [
    path("twice", page_of(make_twice)),
    path("without", page_of(break_what_has_no_sentence)),
    path("long", page_of(enter_too_much)),
    path("away", away),
    path("stopped", stopped),
    path("ended", ended),
    path("", include("calloff.project.urls")),
]
handler500 = "calloff.web.errors.server_error"
