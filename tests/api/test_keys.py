"""Tests for API keys: what they give access to, whose prices each of them can see, and how many requests are
allowed.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from calloff.history.models import Event
from calloff.kernel import clock
from calloff.people.commands import end, make_key, revoke_key
from calloff.people.models import ApiKey, RoleGrant, Scope
from calloff.people.permissions import PROVIDER_ROLES, Role
from calloff.rate_limits.models import AttemptCount
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MarketFactory, MemberFactory, PriceFactory, ServiceFactory, lot

pytestmark = pytest.mark.django_db
A_YEAR = (NOW + timedelta(days=300)).date()
HERE = "/api/v1/services"
BOTH = [Scope.PRICES, Scope.PLACES]


def key_of(organisation, role, scopes=(Scope.PRICES,), name="System"):
    by = person(role, at=organisation)
    return make_key(organisation, name=name, scopes=list(scopes), expires_on=A_YEAR, by=by, at=NOW)


def bearer(made):
    return {"Authorization": f"Bearer {getattr(made, 'token', made)}"}


@pytest.fixture
def service():
    found = ServiceFactory(name="Farm mornings")
    PriceFactory(service=found, amount=Decimal(120))
    return found


@pytest.fixture
def own(service):
    return key_of(service.provider, Role.PROVIDER_LEAD, BOTH)


@pytest.fixture
def rival(service):
    market = service.member.market
    theirs = ServiceFactory(member=MemberFactory(market=market, lot=lot(market)), authority=service.authority)
    PriceFactory(service=theirs, amount=Decimal(90))
    return key_of(theirs.provider, Role.PROVIDER_LEAD, BOTH)


def prices_of(client, service, headers=None, **query):
    rows = client.get(HERE, query, headers=headers).json()["services"]
    listed = [row["prices"] for row in rows if row["uuid"] == str(service.uuid)]
    single = client.get(f"{HERE}/{service.uuid}", headers=headers).json()["prices"]
    assert listed in ([single], [])
    return single


@pytest.mark.parametrize(
    ("place", "role"), [(SchoolOrganisationFactory, Role.HEAD), (AuthorityFactory, Role.ADMINISTRATOR)]
)
def test_keys_for_buyers_and_for_the_authority_can_see_prices(client, service, place, role):
    organisation = service.authority if place is AuthorityFactory else place()
    made = key_of(organisation, role)
    assert prices_of(client, service) is None
    seen = prices_of(client, service, bearer(made), authority=service.authority.slug)
    assert [one["amount"] for one in seen] == ["120.00"]


def test_an_authoritys_key_cannot_see_prices_at_another_authority(client, service):
    made = key_of(AuthorityFactory(), Role.ADMINISTRATOR)
    assert prices_of(client, service, bearer(made), authority=service.authority.slug) is None


def test_a_providers_key_can_see_its_own_prices(client, service, own):
    assert [one["amount"] for one in prices_of(client, service, bearer(own))] == ["120.00"]


def test_a_rivals_key_cannot_see_or_filter_by_price(client, service, rival):
    assert prices_of(client, service, bearer(rival)) is None
    for at_most in ("500", "119", "120"):
        rows = client.get(HERE, {"at_most": at_most, "unit": "day"}, headers=bearer(rival)).json()["services"]
        assert str(service.uuid) not in {row["uuid"] for row in rows}
    assert b"120.00" not in client.get(HERE, headers=bearer(rival)).content
    assert client.get(HERE, {"order": "price"}, headers=bearer(rival)).status_code == 400


def test_a_key_without_the_required_scope_sees_only_public_data(client, service):
    made = key_of(SchoolOrganisationFactory(), Role.HEAD, scopes=())
    assert prices_of(client, service, bearer(made)) is None


def test_a_buyer_who_also_has_a_role_at_a_provider_counts_as_a_rival(client, service):
    made = key_of(SchoolOrganisationFactory(), Role.HEAD)
    assert prices_of(client, service, bearer(made)) is not None
    RoleGrantFactory(person=made.key.made_by, organisation=ProviderFactory(), role=PROVIDER_ROLES[0])
    assert prices_of(client, service, bearer(made)) is None


def test_a_response_for_one_key_is_never_reused_for_another_key(client, service, own, rival):
    address = f"{HERE}/{service.uuid}"
    mine = client.get(address, headers=bearer(own))
    assert "private" in mine["Cache-Control"]
    assert "Authorization" in mine["Vary"]
    for headers in ({}, bearer(rival)):
        known = headers | {"If-None-Match": mine["ETag"]}
        assert client.get(address, headers=known).json()["prices"] is None
    assert client.get(address, headers=bearer(own) | {"If-None-Match": mine["ETag"]}).status_code == 304


def test_everyone_sees_published_prices(client, rival):
    market = MarketFactory(prices_public=True)
    published = ServiceFactory(member=MemberFactory(market=market, lot=lot(market)))
    PriceFactory(service=published)
    assert prices_of(client, published, bearer(rival)) == prices_of(client, published) != []


def test_a_providers_system_can_update_its_own_places_available(client, service, own):
    sent = {"places": 4, "places_from": "2026-04-01"}
    answer = client.put(f"{HERE}/{service.uuid}/places", sent, "application/json", headers=bearer(own))
    assert answer.status_code == 200, answer.content
    service.refresh_from_db()
    assert (service.places, str(service.places_from)) == (4, "2026-04-01")
    event = Event.objects.latest("pk")
    assert (event.verb, event.by_id, event.acting_for) == ("set_places", own.key.made_by_id, service.provider.name)
    assert event.changes["key"] == [None, own.key.prefix]


@pytest.mark.parametrize(
    "sent",
    [
        '{"places": -1}', '{"places": "4"}', "{}", "[]", "x", "", '{"places": 4, "price": 1}',
        '{"places": 0, "places_from": "2026-04-01"}', '{"places": 1}' + " " * 20_000, b"\xed\xa0\x80", b"\x00",
    ],
)  # fmt: skip
def test_an_impossible_number_of_places_is_refused(client, service, own, sent):
    answer = client.put(f"{HERE}/{service.uuid}/places", sent, "application/json", headers=bearer(own))
    assert answer.status_code == 400, answer.content
    assert type(service).objects.get(pk=service.pk).places == service.places


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ("{}", "Send `places` as a whole number from 0 to 1000."),
        ('{"places": "4"}', "Send `places` as a whole number from 0 to 1000."),
        ('{"places": 1001}', "Send `places` as a whole number from 0 to 1000."),
        ('{"places": 1, "places_from": "1 May"}', "Send `places_from` as a date, like 2026-09-01."),
        ('{"places": null, "places_from": 3}', "Send `places` as a whole number from 0 to 1000. "
                                               "Send `places_from` as a date, like 2026-09-01."),
        (
            '{"places": 4, "price": 1}',
            "This request has no field called “price”. Use one of these: places, places_from.",
        ),
        ("[]", "The request body must be a JSON object."),
    ],
)  # fmt: skip
def test_each_field_in_a_request_body_has_its_own_error_message(client, service, own, sent, problem):
    answer = client.put(f"{HERE}/{service.uuid}/places", sent, "application/json", headers=bearer(own))
    assert (answer.status_code, answer.json()["problem"]) == (400, problem)


def test_a_key_cannot_update_another_providers_places(client, service, rival):
    before = service.places
    school = key_of(SchoolOrganisationFactory(), Role.HEAD)
    for headers, status in (({}, 401), (bearer(rival), 403), (bearer(school), 403)):
        answer = client.put(f"{HERE}/{service.uuid}/places", {"places": 9}, "application/json", headers=headers)
        assert answer.status_code == status
    service.refresh_from_db()
    assert service.places == before


def test_an_unlisted_service_returns_404_to_other_providers(client, rival):
    hidden = ServiceFactory(withdrawn=True)
    answer = client.put(f"{HERE}/{hidden.uuid}/places", {"places": 9}, "application/json", headers=bearer(rival))
    assert answer.status_code == 404


def test_updating_a_withdrawn_service_tells_its_own_provider_why_the_update_failed(client, service, own):
    gone = ServiceFactory(member=service.member, withdrawn=True)
    answer = client.put(f"{HERE}/{gone.uuid}/places", {"places": 9}, "application/json", headers=bearer(own))
    assert answer.status_code == 400
    assert "Withdrawn" in answer.json()["problem"]


@pytest.mark.parametrize(
    "sent",
    [
        "Bearer calloff_abcdefgh_" + "a" * 40, "Bearer x", "Bearer", "Basic YWRhOmFkYQ==", "Bearer \x00", "calloff_abc",
    ],
)  # fmt: skip
def test_a_request_with_an_invalid_key_is_refused_and_not_treated_as_anonymous(client, service, sent):
    answer = client.get(HERE, headers={"Authorization": sent})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert sent.removeprefix("Bearer ").encode() not in answer.content or len(sent) < 9


def test_part_of_a_key_does_not_authenticate(client, own):
    for wrong in (own.token[:-1], own.token[:-1] + "!", own.token[:17] + "x" * 40, own.token.upper()):
        assert client.get(HERE, headers=bearer(wrong)).status_code == 401


def test_a_revoked_key_stops_working_immediately(client, own):
    assert client.get(f"{HERE}", headers=bearer(own)).status_code == 200
    revoke_key(own.key, by=own.key.made_by, at=NOW)
    answer = client.get(HERE, headers=bearer(own))
    assert answer.status_code == 401
    assert "revoked" in answer.json()["problem"]


def test_a_key_stops_working_after_its_expiry_date(client, own, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=300))
    assert client.get(HERE, headers=bearer(own)).status_code == 200
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=301))
    assert client.get(HERE, headers=bearer(own)).status_code == 401


def test_a_key_stops_working_when_its_creators_role_ends(client, service, own):
    RoleGrantFactory(organisation=service.provider, role=Role.PROVIDER_LEAD)  # There is then still one administrator.
    grant = RoleGrant.objects.get(person=own.key.made_by, organisation=service.provider)
    end(grant, by=own.key.made_by, at=NOW - timedelta(minutes=1))
    answer = client.get(HERE, headers=bearer(own))
    assert answer.status_code == 401
    assert "is no longer a people administrator at" in answer.json()["problem"]


def test_a_key_stays_invalid_when_its_creator_is_given_a_role_again(client, service, own):
    RoleGrantFactory(organisation=service.provider, role=Role.PROVIDER_LEAD)
    grant = RoleGrant.objects.get(person=own.key.made_by, organisation=service.provider)
    end(grant, by=own.key.made_by, at=NOW - timedelta(minutes=2))
    starts_at = own.key.made_at + timedelta(seconds=1)
    RoleGrantFactory(
        person=own.key.made_by, organisation=service.provider, role=Role.PROVIDER_LEAD, starts_at=starts_at
    )
    assert client.get(HERE, headers=bearer(own)).status_code == 401


def test_a_key_created_by_an_officer_with_a_provider_role_is_treated_as_a_rivals_key(client, service):
    made = key_of(service.authority, Role.ADMINISTRATOR)
    RoleGrantFactory(person=made.key.made_by, organisation=ProviderFactory(), role=PROVIDER_ROLES[0])
    assert prices_of(client, service, bearer(made)) is None


def test_a_system_can_read_the_details_of_its_own_key(client, service, own):
    data = client.get("/api/v1/key", headers=bearer(own)).json()
    assert data["organisation"] == service.provider.name
    assert data["may"] == ["directory:prices", "services:places"]
    assert client.get("/api/v1/key").status_code == 401


def test_the_date_of_a_keys_last_use_is_stored(client, own, monkeypatch):
    client.get(HERE, headers=bearer(own))
    assert ApiKey.objects.get().last_used_on == NOW.date()
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=1))
    client.get(HERE, headers=bearer(own))
    assert ApiKey.objects.get().last_used_on == (NOW + timedelta(days=1)).date()


def test_after_too_many_requests_in_a_minute_the_response_says_when_to_try_again(client, settings, monkeypatch):
    settings.RATE_LIMITS = {"api": (2,), "api-of-key": (5,)}
    at = NOW + timedelta(seconds=45)
    monkeypatch.setattr(clock, "now", lambda: at)
    assert [client.get(HERE).status_code for _ in range(4)] == [200, 200, 429, 429]
    answer = client.get(HERE)
    assert (answer["Retry-After"], answer["RateLimit"]) == ("60", '"api";r=0;t=60')
    assert answer["RateLimit-Policy"] == '"api";q=2;w=60'
    assert "60 seconds" in answer.json()["problem"]
    assert client.get(HERE, REMOTE_ADDR="192.0.2.7").status_code == 200  # This is another caller.
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(seconds=60))
    assert client.get(HERE).status_code == 200


def test_each_key_has_its_own_limit_and_invalid_keys_count_against_the_ip_address(client, settings, own):
    settings.RATE_LIMITS = {"api": (1,), "api-of-key": (5,)}
    assert client.get(HERE).status_code == 200
    assert [client.get(HERE, headers=bearer(own)).status_code for _ in range(3)] == [200, 200, 200]
    assert client.get(HERE, headers=bearer("calloff_x")).status_code == 429


def test_requests_from_ipv6_addresses_are_counted_by_network(client, settings):
    settings.RATE_LIMITS = {"api": (1,), "api-of-key": (5,)}
    assert client.get(HERE, REMOTE_ADDR="2001:db8:1:2::3").status_code == 200
    assert client.get(HERE, REMOTE_ADDR="2001:db8:1:2::4").status_code == 429
    assert client.get(HERE, REMOTE_ADDR="2001:db8:1:3::4").status_code == 200


def test_no_ip_address_is_stored_in_plain_text(client):
    client.get(HERE, REMOTE_ADDR="192.0.2.7")
    assert "192.0.2.7" not in AttemptCount.objects.get().key


def test_a_session_in_a_signed_in_browser_gives_no_access_to_the_api(client, service):
    client.force_login(person(Role.PROVIDER_LEAD, at=service.provider))
    assert client.get(f"{HERE}/{service.uuid}").json()["prices"] is None
    assert client.put(f"{HERE}/{service.uuid}/places", {"places": 9}, "application/json").status_code == 401
