"""Addresses that count against a limit: the table of them, and what who asks too often is told."""

import pytest
from django.contrib.sessions.models import Session

from calloff.kernel.geography import Point
from calloff.rate_limits.limits import LIMITS
from calloff.registers.models import Postcode
from calloff.web.request_limits import OPENED, SEARCHES, SENT
from tests.architecture.doors.walk import routes
from tests.factories import AuthorityFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_every_route_of_the_table_is_there_and_every_limit_has_its_row():
    there = set().union(*routes().values())
    assert {*SENT, *OPENED, *SEARCHES} <= there
    assert {limit for several in SENT.values() for limit, _ in several} <= set(LIMITS)


def test_who_searches_too_often_from_one_address_waits_and_others_do_not(client, settings):
    settings.RATE_LIMITS = {"search": (2,)}
    page = f"/{AuthorityFactory().slug}/directory"
    answers = [client.get(page, {"words": "farm"}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert "Too many tries" in answers[-1].content.decode()
    assert client.get(page).status_code == 200  # the page itself is no search
    assert client.get(page, {"words": "farm"}, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_who_is_signed_in_is_counted_as_one_person_wherever_they_are(client, settings):
    settings.RATE_LIMITS = {"search": (0,), "search-of-person": (2,)}
    page = f"/{AuthorityFactory().slug}/directory"
    client.force_login(UserFactory())
    answers = [client.get(page, {"words": "farm"}, REMOTE_ADDR=f"192.0.2.{last}").status_code for last in (7, 8, 9)]
    assert answers == [200, 200, 429]


def test_a_visitor_s_place_is_a_cookie_that_only_we_can_read_and_no_session(client):
    Postcode.objects.create(postcode="BN11 1LG", position=Point(514_500, 102_600))
    page = f"/{AuthorityFactory().slug}/directory"
    for _ in range(3):
        assert client.post(f"{page}/place", {"postcode": "BN11 1LG"}).status_code in {302, 303}
    assert not Session.objects.exists()
    cookie = client.cookies["calloff_place"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")  # gone with the browser
    assert "BN11" not in cookie.value
    assert "BN11 1LG" in client.get(page).content.decode()
    client.post(f"{page}/forget-place")
    assert "BN11 1LG" not in client.get(page).content.decode()
    assert not Session.objects.exists()


def test_the_feed_has_a_limit_and_tells_of_it(client, settings):
    settings.RATE_LIMITS = {"feed": (2,)}
    answers = [client.get("/oruk/v3/") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert [one["RateLimit"] for one in answers] == ['"feed";r=1;t=60', '"feed";r=0;t=60', '"feed";r=0;t=60']
    assert answers[2]["Retry-After"] == "60"
    assert "60 seconds" in answers[2].json()["problem"]
    assert answers[2]["Access-Control-Allow-Origin"] == "*"
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(
        answers[0]["Access-Control-Expose-Headers"].split(", ")
    )
