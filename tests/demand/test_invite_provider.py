"""Tests for inviting a provider that someone suggested.

Each invitation sends one email with the name of the market.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.demand.commands import Reporter, invite_provider, nominate, set_aside
from calloff.demand.models import NominationResponse
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import MARKET_CLOSES, MarketFactory


@pytest.fixture
def nomination(authority):
    return nominate(
        authority, name="Bridge Farm", offers="Farm days.", email="farm@example.org", teller=Reporter("family"), at=NOW
    )


def invited(nomination, market, by, **given):
    given = {"address": "farm@example.org", "at": NOW} | given
    return invite_provider(nomination, market=market, by=by, **given)


def test_the_invitation_email_does_not_say_who_suggested_the_provider(nomination, market, olivia):
    answer = invited(nomination, market, olivia)
    assert (answer.status, answer.market, answer.answered_by) == ("invited", market, olivia)
    message = Message.objects.get()
    assert message.address == "farm@example.org"
    assert message.link == f"/borchester/markets/{market.slug}"
    assert market.title in message.subject
    assert "Bridge Farm" in message.body
    assert "12 noon" in message.body or "April" in message.body
    assert Event.objects.get(verb="invite_provider").by_id == olivia.pk


def test_a_dismissed_suggestion_can_be_invited_once(nomination, market, olivia):
    set_aside(nomination, reason="Later.", by=olivia, at=NOW)
    assert invited(nomination, market, olivia).status == "invited"
    with pytest.raises(Refused):
        invited(nomination, market, olivia)
    assert Message.objects.count() == 1
    assert NominationResponse.objects.count() == 1


@pytest.mark.parametrize("at", [MARKET_CLOSES, MARKET_CLOSES + timedelta(days=3)])
def test_inviting_a_provider_to_a_closed_market_is_refused(nomination, market, olivia, at):
    with pytest.raises(Refused, match="is not open for applications"):
        invited(nomination, market, olivia, at=at)


def test_inviting_a_provider_to_another_councils_market_or_without_an_address_is_refused(nomination, market, olivia):
    with pytest.raises(Refused, match="your council’s markets"):
        invited(nomination, MarketFactory(), olivia)
    with pytest.raises(Refused, match="email address"):
        invited(nomination, market, olivia, address="")
    assert not Message.objects.exists()


def test_only_market_managers_can_invite_a_suggested_provider(nomination, market, authority):
    with pytest.raises(PermissionDenied):
        invited(nomination, market, person(Role.QUALITY_OFFICER, at=authority))
    assert not Message.objects.exists()
    assert not NominationResponse.objects.exists()
