from datetime import date, datetime, timedelta

import pytest

from calloff.applications import commands
from calloff.applications.states import ApplicationStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import ada, begun, clarifying, fresh, olivia, submitted, to_decide
from tests.factories import LONDON, NOW
from tests.factories_markets import ApplicationFactory, MarketFactory, set_status
from tests.unauthorised_users import assert_denied, everybody_but

STAGES = {
    "submitted": submitted,
    "assessing": lambda: begun().application,
    "clarifying": lambda: clarifying().application,
    "to decide": to_decide,
}


def give(application, *, by=None, at=NOW, reason="Two evaluators are ill."):
    return commands.give_more_time(application, by=by or olivia(application), at=at, reason=reason)


@pytest.mark.django_db
@pytest.mark.parametrize("stage", STAGES)
def test_an_extension_with_a_reason_adds_15_working_days_at_every_stage(stage):
    later = give(fresh(STAGES[stage]()))
    assert (later.decide_by, later.more_time_reason) == (date(2026, 3, 23), "Two evaluators are ill.")
    assert Event.objects.order_by("pk").last().changes == {"decide by": ["2026-03-16", "2026-03-23"]}
    message = Message.objects.get(subject__startswith="We need more time")
    assert (message.address, "ill" in message.body) == (ada(later).email, False)


@pytest.mark.django_db
def test_an_extension_does_not_count_bank_holidays_and_weekends():
    sent = submitted(at=datetime(2026, 3, 26, 9, tzinfo=LONDON))
    assert give(sent).decide_by == date(2026, 4, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", " "])
def test_giving_more_time_needs_a_reason(reason):
    application = submitted()
    with pytest.raises(Refused, match="Enter a reason"):
        give(application, reason=reason)
    assert fresh(application).decide_by == date(2026, 3, 16)


@pytest.mark.django_db
def test_an_extension_cannot_exceed_the_limit_in_the_rules():
    application = give(submitted())
    with pytest.raises(Refused, match="Monday 23 March 2026"):
        give(application)


@pytest.mark.django_db
def test_extending_the_deadline_to_a_date_in_the_past_is_refused():
    application = submitted()
    with pytest.raises(Refused, match="Decide now"):
        give(application, at=NOW + timedelta(days=22))
    assert give(application, at=NOW + timedelta(days=21)).decide_by == date(2026, 3, 23)


@pytest.mark.django_db
def test_more_time_is_refused_if_the_ruleset_does_not_allow_it():
    unknown = MarketFactory(changes={"tool": "dps", "ruleset": "unknown", "promises": {}})
    with pytest.raises(Refused, match="has no rule"):
        give(submitted(market=unknown))


@pytest.mark.django_db
@pytest.mark.parametrize("status", [ApplicationStatus.DRAFT, ApplicationStatus.WITHDRAWN, ApplicationStatus.DECIDED])
def test_more_time_is_refused_if_no_decision_is_due(status):
    application = submitted() if status == ApplicationStatus.DECIDED else ApplicationFactory()
    with pytest.raises(Refused, match="You cannot do this now"):
        give(set_status(application, status))


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_give_more_time():
    application = submitted()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: give(application, by=by), others)
