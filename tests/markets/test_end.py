import pytest

from calloff.applications import commands as applications
from calloff.applications.states import ApplicationStatus
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands
from calloff.markets.models import Market
from calloff.people.permissions import Role
from tests.applications.scenario import ada, begun, fresh, submitted, to_decide
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import ApplicationFactory
from tests.markets.scenario import draft, olivia, opened
from tests.unauthorised_users import assert_denied, everybody_but


def end(market, *, by=None, reason="Its successor has begun."):
    return commands.end(market, reason=reason, by=by or olivia(market.authority), at=NOW)


@pytest.mark.django_db
def test_an_ended_market_accepts_no_applications_and_is_no_longer_current():
    market = end(opened())
    assert (market.status, market.ended_because, market.window(NOW)) == ("ended", "Its successor has begun.", "Ended")
    assert not market.is_open_at(NOW)
    assert not market.runs_on(NOW.date())
    assert not Market.objects.taking_applications(NOW).exists()


@pytest.mark.django_db
def test_ending_a_market_needs_a_reason():
    with pytest.raises(Refused, match="Enter a reason"):
        end(opened(), reason="")


@pytest.mark.django_db
def test_only_an_open_market_can_be_ended_and_only_once():
    with pytest.raises(Refused, match="Draft"):
        end(draft())
    market = end(opened(code="TSX", slug="other"))
    for again in (
        end,
        lambda ended: commands.extend(
            ended,
            closes_on=ended.last_day,
            term_ends_on=ended.term_ends_on,
            reason="No",
            by=olivia(ended.authority),
            at=NOW,
        ),
    ):
        with pytest.raises(Refused, match="Ended"):
            again(market)


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_end_a_market():
    market = opened()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=ProviderFactory(), authority=market.authority)
    assert_denied(lambda by: end(market, by=by), others)


@pytest.mark.django_db
def test_after_a_market_ends_drafts_cannot_be_submitted_but_applications_can_be_withdrawn():
    for application in (ApplicationFactory(), submitted(), begun().application, to_decide()):
        end(application.market)
        assert (
            applications.withdraw(fresh(application), by=ada(application), at=NOW).status == ApplicationStatus.WITHDRAWN
        )
    sent = submitted()
    end(sent.market)
    with pytest.raises(Refused, match="has ended"):
        applications.amend(sent, by=ada(sent), at=NOW)
