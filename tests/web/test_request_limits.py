"""Tests for which URLs have a rate limit, and for the response above the limit."""

from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from calloff.kernel.geography import Point
from calloff.links.commands import make_link
from calloff.people.commands.invitation_emails import INVITATION_LINK_PURPOSE
from calloff.people.permissions import Role
from calloff.rate_limits.limits import LIMITS
from calloff.registers.models import Postcode
from calloff.web.middleware.request_limits import COUNTED_ROUTES, LINK_ROUTES
from tests.architecture.endpoints.access_matrix import routes
from tests.factories import NOW, AuthorityFactory, InvitationFactory, SchoolOrganisationFactory, UserFactory, person

pytestmark = pytest.mark.django_db


def test_every_route_and_limit_in_the_table_exists():
    there = set().union(*routes().values())
    assert set(COUNTED_ROUTES) <= there
    assert {limit for one in COUNTED_ROUTES.values() for limit, _ in one.limits} <= set(LIMITS)


@pytest.mark.parametrize("route", COUNTED_ROUTES)
def test_requests_are_counted_only_for_methods_that_the_page_accepts(client, route):
    """A row for a method that the page refuses would count nothing, and no one would notice."""
    school = SchoolOrganisationFactory()
    place = {"public": [AuthorityFactory().slug], "buyer": [school.slug], "account": []}[route.partition(":")[0]]
    place += ["csv"] if route.endswith("-export") else []
    client.force_login(person(Role.HEAD, at=school))
    if route in {"account:sign-in", "account:sign-up", "account:reset"}:
        client.logout()
    for method in COUNTED_ROUTES[route].methods:
        assert client.generic(method, reverse(route, args=place)).status_code != 405, method


def test_failed_attempts_with_invalid_links_do_not_prevent_using_valid_links(client, settings):
    settings.RATE_LIMITS = {"link": (2,)}
    invitation = InvitationFactory()
    token = make_link(invitation, purpose=INVITATION_LINK_PURPOSE, expires_at=invitation.expires_at, at=NOW).token
    rubbish = [client.get(reverse("account:invitation"), {"key": f"rubbish{number}"}) for number in range(3)]
    assert [one.status_code for one in rubbish] == [404, 404, 429]
    assert "Wait 1 minute, then try again" in rubbish[-1].content.decode()
    assert client.get(reverse("account:invitation"), {"key": token}).status_code == 200


def test_wrong_keys_are_limited_on_every_link_page_and_no_response_is_cached(client, settings):
    """A new page that anyone can open with a key must be added to the table."""
    settings.RATE_LIMITS = {"link": (2,)}
    of_links = {
        route
        for pattern in routes().values()
        for route in pattern
        if route.endswith(("-stop", ":invitation", ":calendar", ":interest"))
    }
    assert set(LINK_ROUTES) == {route for route in of_links if route.startswith("account:")}
    tries = [(route, method) for route in LINK_ROUTES for method in sorted(COUNTED_ROUTES[route].methods)]
    for number, (route, method) in enumerate(tries):
        path = f"{reverse(route)}?key={'A' * 43}"
        answers = [client.generic(method, path, REMOTE_ADDR=f"192.0.2.{number}") for _ in range(3)]
        assert [one.status_code for one in answers] == [404, 404, 429], (route, method)
        for one in answers:
            assert (one["Cache-Control"], one["Referrer-Policy"]) == ("no-store", "no-referrer"), (route, method)


@pytest.mark.parametrize("route", LINK_ROUTES)
def test_errors_on_a_link_page_are_not_cached_and_send_no_referrer(route, monkeypatch):
    path = f"{reverse(route)}?key={'A' * 43}"
    stranger, broken = Client(enforce_csrf_checks=True), Client(raise_request_exception=False)
    answers = {"CSRF": stranger.post(path), "method": broken.delete(path)}
    monkeypatch.setattr("calloff.web.account.invitations.find_link", mock.Mock(side_effect=ValueError))
    for found in ("find_reset", "find_email_change"):  # The limits are checked before the page is opened.
        monkeypatch.setattr(f"calloff.accounts.commands.{found}", mock.Mock(side_effect=[None, ValueError]))
    # Each of the two limits first looks for the calendar.
    calendars = mock.Mock(side_effect=[None, None, ValueError])
    monkeypatch.setattr("calloff.accounts.queries.calendar_of_token", calendars)
    monkeypatch.setattr("calloff.web.account.notifications.person_of_link", mock.Mock(side_effect=ValueError))
    monkeypatch.setattr("calloff.web.account.interests.interest_of_key", mock.Mock(side_effect=ValueError))
    answers["fault"] = broken.get(path)
    # A mail program that stops emails does not send a CSRF token (RFC 8058).
    of_mail = route in {"account:digest-stop", "account:interest"}
    assert [one.status_code for one in answers.values()] == [404 if of_mail else 403, 405, 500]
    for why, one in answers.items():
        assert (one["Cache-Control"], one["Referrer-Policy"]) == ("no-store", "no-referrer"), (why, one.status_code)


def test_the_page_for_a_person_signed_in_to_the_wrong_account_is_not_cached(client):
    invitation = InvitationFactory()
    token = make_link(invitation, purpose=INVITATION_LINK_PURPOSE, expires_at=invitation.expires_at, at=NOW).token
    client.force_login(UserFactory())
    refused = client.post(f"{reverse('account:invitation')}?key={token}")
    assert refused.status_code == 403
    assert (refused["Cache-Control"], refused["Referrer-Policy"]) == ("no-store", "no-referrer")


def test_searches_from_one_ip_address_are_limited_without_affecting_others(client, settings):
    settings.RATE_LIMITS = {"search": (2,)}
    page = f"/{AuthorityFactory().slug}/directory"
    answers = [client.get(page, {"words": "farm"}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert "Too many requests" in answers[-1].content.decode()
    assert client.get(page).status_code == 200  # To open the page without a query does not count as a search.
    assert client.get(page, {"words": "farm"}, REMOTE_ADDR="192.0.2.7").status_code == 200


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_entering_places_is_limited_like_searches(client, settings, is_signed_in):
    settings.RATE_LIMITS = {"search-of-person" if is_signed_in else "search": (2,)}
    if is_signed_in:
        school = SchoolOrganisationFactory(host=AuthorityFactory())
        client.force_login(person(Role.HEAD, at=school))
        page = reverse("buyer:directory-place", args=[school.slug])
    else:
        page = reverse("public:directory-place", args=[AuthorityFactory().slug])
    answers = [client.post(page, {"postcode": "Nowhere"}).status_code for _ in range(3)]
    assert answers == [200, 200, 429]
    assert client.get(page).status_code == 200


def test_a_signed_in_person_has_one_count_for_all_ip_addresses(client, settings):
    settings.RATE_LIMITS = {"search": (0,), "search-of-person": (2,)}
    page = f"/{AuthorityFactory().slug}/directory"
    client.force_login(UserFactory())
    answers = [client.get(page, {"words": "farm"}, REMOTE_ADDR=f"192.0.2.{last}").status_code for last in (7, 8, 9)]
    assert answers == [200, 200, 429]


def test_the_place_a_visitor_searched_is_stored_in_a_signed_cookie_and_not_in_a_session(client):
    Postcode.objects.create(postcode="BN11 1LG", position=Point(514_500, 102_600))
    page = f"/{AuthorityFactory().slug}/directory"
    for _ in range(3):
        assert client.post(f"{page}/place", {"postcode": "BN11 1LG"}).status_code in {302, 303}
    assert not Session.objects.exists()
    cookie = client.cookies["calloff_place"]
    # There is no session cookie.
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert "BN11" not in cookie.value
    assert "BN11 1LG" in client.get(page).content.decode()
    client.post(f"{page}/forget-place")
    assert "BN11 1LG" not in client.get(page).content.decode()
    assert not Session.objects.exists()


def test_the_feed_has_a_request_limit_and_announces_it(client, settings):
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
