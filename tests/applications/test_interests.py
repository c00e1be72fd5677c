"""Tests for interest in a market: register it, withdraw it, stop emails through a link, news about dates, and
retention.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.applications import commands, interest_news, queries, retention
from calloff.applications.models import MarketInterest
from calloff.applications.states import MarketInterestStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.members import commands as members
from calloff.outbox.digest_links import unsubscribe_headers
from calloff.outbox.models import Message
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, UserFactory, person, rewrite
from tests.factories_markets import MARKET_CLOSES, MarketFactory

SOON = NOW + timedelta(days=10)  # when the market opens for applications


@pytest.fixture
def market(db):
    return MarketFactory(authority=AuthorityFactory(), code="TST", opens_at=SOON)


def register(market, by=None, at=NOW, **given):
    return commands.register_interest(market, by=by or UserFactory(), at=at, **given)


def news(at):
    interest_news.send_interest_news(at)
    return list(Message.objects.order_by("pk"))


@pytest.mark.django_db
def test_people_are_emailed_once_when_applications_open(market):
    zed = UserFactory()
    register(market, by=zed)
    assert news(SOON - timedelta(seconds=1)) == []
    [message] = news(SOON)
    assert (message.address, message.link.partition("=")[0]) == (zed.email, "/account/interest?key")
    assert message.subject == "You can now apply before noon on Thursday 30 April 2026 (TST)"
    assert news(SOON + timedelta(days=1)) == [message]


@pytest.mark.django_db
def test_everyone_who_applies_for_a_provider_is_emailed(market):
    provider = ProviderFactory()
    lead, other = person(Role.PROVIDER_LEAD, at=provider), UserFactory(email="second@example.org")
    RoleGrantFactory(person=other, organisation=provider, role=Role.PROVIDER_LEAD)
    person(Role.PROVIDER_STAFF, at=provider)
    register(market, by=lead, provider=provider)
    assert {message.address for message in news(SOON)} == {lead.email, other.email}


@pytest.mark.django_db
def test_people_are_emailed_again_only_when_the_last_day_to_apply_changes():
    market = MarketFactory(authority=AuthorityFactory(), code="TST")
    register(market)
    assert news(NOW) == []  # Applications were already open, and the page showed the last day.
    officer = person(Role.CONTRACTS_OFFICER, at=market.authority)
    later = MARKET_CLOSES.date() + timedelta(days=60)
    members.extend(market, closes_on=later, term_ends_on=market.term_ends_on, reason="More time.", by=officer, at=NOW)
    told = [message.subject for message in news(NOW) if message.key.startswith("interest:")]
    assert told == ["New last day to apply: by the end of Monday 29 June 2026 (TST)"]
    assert len([message for message in news(NOW) if message.key.startswith("interest:")]) == 1


@pytest.mark.django_db
def test_a_person_who_withdrew_gets_no_email_and_can_register_again(market):
    zed = UserFactory()
    withdrawn = commands.withdraw_interest(register(market, by=zed), by=zed, at=NOW)
    assert (withdrawn.status, withdrawn.withdrawn_at) == (MarketInterestStatus.WITHDRAWN, NOW)
    assert news(SOON) == []
    register(market, by=zed)
    assert len(news(SOON)) == 1


@pytest.mark.django_db
def test_interest_is_registered_once_for_a_provider_and_once_for_a_person(market):
    provider, zed = ProviderFactory(), UserFactory()
    lead = person(Role.PROVIDER_LEAD, at=provider)
    register(market, by=lead, provider=provider)
    register(market, by=lead)
    register(market, by=zed)
    with pytest.raises(Refused, match="Your provider has already registered interest"):
        register(market, by=lead, provider=provider)
    with pytest.raises(Refused, match="You have already registered interest"):
        register(market, by=zed)
    assert queries.count_interest(market) == {"providers": 1, "people": 2}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_interest_that_is_registered_twice_at_the_same_time_is_registered_once():
    market, zed = MarketFactory(authority=AuthorityFactory(), code="TST"), UserFactory()
    results = all_at_once(lambda: register(market, by=zed), times=2)
    assert MarketInterest.objects.count() == 1
    assert results == ["You have already registered interest in this market.", "done"]


@pytest.mark.django_db
def test_only_people_who_apply_for_the_provider_can_register_or_withdraw_its_interest(market):
    provider = ProviderFactory()
    lead = person(Role.PROVIDER_LEAD, at=provider)
    with pytest.raises(Refused, match="You cannot apply for"):
        register(market, provider=provider)
    interest = register(market, by=lead, provider=provider)
    for other in (UserFactory(), person(Role.PROVIDER_STAFF, at=provider)):
        with pytest.raises(PermissionDenied):
            commands.withdraw_interest(interest, by=other, at=NOW)
    with pytest.raises(PermissionDenied):
        commands.withdraw_interest(register(market), by=lead, at=NOW)


@pytest.mark.django_db
def test_no_one_can_register_interest_in_a_market_that_has_ended(market):
    with pytest.raises(Refused, match="it has ended"):
        register(MarketFactory(authority=market.authority, status="ended"))


@pytest.mark.django_db
def test_the_link_in_an_email_stops_the_emails_without_signing_in(client, market):
    zed = UserFactory()
    interest = register(market, by=zed)
    [message] = news(SOON)
    assert message.link in unsubscribe_headers(message)["List-Unsubscribe"]
    assert "Stop these emails" in client.get(message.link).content.decode()
    interest.refresh_from_db()
    assert interest.status == MarketInterestStatus.REGISTERED
    assert "We no longer email you" in client.post(message.link).content.decode()
    interest.refresh_from_db()
    assert interest.status == MarketInterestStatus.WITHDRAWN
    assert (Event.objects.latest("pk").verb, Event.objects.latest("pk").by) == ("stop_interest", zed)
    assert client.post(message.link).status_code == 200
    assert client.get("/account/interest?key=forged").status_code == 404


@pytest.fixture
def shared(market):
    """Return the interest of a provider at which two people can apply, with these people."""
    provider = ProviderFactory(name="Windmill Hill")
    lead, other = person(Role.PROVIDER_LEAD, at=provider), UserFactory()
    RoleGrantFactory(person=other, organisation=provider, role=Role.PROVIDER_LEAD)
    return register(market, by=lead, provider=provider), lead, other


@pytest.mark.django_db
def test_a_link_stops_the_emails_of_one_person_and_not_of_their_colleagues(client, market, shared):
    interest, lead, other = shared
    links = {message.to: message.link for message in news(SOON)}
    assert len(set(links.values())) == 2
    page = client.get(links[other]).content.decode()
    assert "Windmill Hill is still registered as interested" in page
    for _ in range(2):
        assert "We no longer email you" in client.post(links[other]).content.decode()
    interest.refresh_from_db()
    assert (interest.status, interest.stopped_by) == (MarketInterestStatus.REGISTERED, [other.pk])
    assert Event.objects.get(verb="stop_interest_emails").by == other
    assert "Stop these emails" in client.get(links[lead]).content.decode()
    assert queries.interest_recipients(interest, SOON) == [lead]
    again = register(market, by=other, provider=interest.provider, at=SOON)
    assert (again, again.stopped_by) == (interest, [])
    with pytest.raises(Refused, match="already registered"):
        register(market, by=other, provider=interest.provider, at=SOON)


@pytest.mark.django_db
def test_the_link_of_a_person_who_has_left_the_provider_stops_nothing(client, market, shared):
    interest, _, other = shared
    [link] = [message.link for message in news(SOON) if message.to == other]
    rewrite(RoleGrant.objects.filter(person=other), ends_at=NOW)
    for page in (client.get(link), client.post(link)):
        assert "We no longer email you" in page.content.decode()
        assert "Windmill Hill" not in page.content.decode()
    with pytest.raises(PermissionDenied):
        commands.stop_interest_emails(interest, by=other, at=SOON)
    with pytest.raises(PermissionDenied):
        commands.stop_interest(interest, by=other, at=SOON)
    interest.refresh_from_db()
    assert (interest.status, interest.stopped_by) == (MarketInterestStatus.REGISTERED, [])


@pytest.mark.django_db
def test_no_news_is_sent_and_the_pages_say_so_once_a_market_has_closed(client, market):
    zed = UserFactory()
    interest = register(market, by=zed)
    [message] = news(SOON)
    rewrite(Market.objects.filter(pk=market.pk), closes_at=SOON + timedelta(days=1))
    interest_news.send_interest_news(SOON + timedelta(days=2))
    assert Message.objects.count() == 1
    rewrite(Market.objects.filter(pk=market.pk), opens_at=NOW - timedelta(days=2), closes_at=NOW - timedelta(days=1))
    assert "Applications to this market have closed." in client.get(message.link).content.decode()
    client.force_login(UserFactory())
    page = client.get(f"/account/interests/{market.authority.slug}/{market.slug}/register").content.decode()
    assert "We will email you only if the council sets a later last day to apply." in page
    assert commands.withdraw_interest(interest, by=zed, at=NOW).status == MarketInterestStatus.WITHDRAWN


@pytest.mark.django_db
def test_people_are_forgotten_a_year_after_they_withdrew_or_the_market_closed(market):
    zed = UserFactory()
    withdrawn = commands.withdraw_interest(register(market, by=zed), by=zed, at=NOW)
    waiting = register(market)
    retention.forget_askers(NOW + timedelta(days=365))
    withdrawn.refresh_from_db()
    waiting.refresh_from_db()
    assert withdrawn.person is None
    assert waiting.person is not None
    retention.forget_askers(MARKET_CLOSES + timedelta(days=366))
    waiting.refresh_from_db()
    assert waiting.person is None
