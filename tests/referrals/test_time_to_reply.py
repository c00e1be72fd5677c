"""Tests for scenario 54: the time to reply in each type of market, with the same deadline for all providers."""

from datetime import datetime, timedelta

import pytest
from django.db.models import DateTimeField

from calloff.kernel.lifecycles import Refused
from calloff.referrals import commands
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.sections import InvitationChoice
from tests.factories import LONDON, NOW
from tests.markets.scenario import DPS, term
from tests.referrals.scenario import DRAFT_WANTED, REPLY_BY, ReferralScenario

pytestmark = pytest.mark.django_db
NO_BUDGET = DRAFT_WANTED._replace(weekly_budget=None)  # a dynamic market refuses a small budget
STANDARD, LIGHT = "pa-2023-dynamic-market", "pa-2023-light-touch-dynamic-market"


def market(ruleset):
    promises = {"decide_within": {"value": 10, "citation": "This market's own rule"}}
    return {
        "tool": "dynamic_market", "ruleset": ruleset, "promises": promises, "true_dates": {},
        **term(opens_on="2025-09-01", starts_on="2025-09-01"),
    }  # fmt: skip


def closing(days):
    """Return noon on a day, counted from the day after the invitation."""
    return datetime.combine(NOW.date() + timedelta(days=days), datetime.min.time(), LONDON).replace(hour=12)


@pytest.mark.parametrize("changes", [market(STANDARD), DPS], ids=["dynamic market", "DPS"])
def test_a_deadline_on_the_9th_day_is_refused_and_one_on_the_10th_is_accepted(changes):
    scene = ReferralScenario(changes=changes, providers=1)
    with pytest.raises(Refused, match="at least 10 days") as refusal:
        scene.asked(wanted=NO_BUDGET, who=InvitationChoice(closing(9)))
    assert [problem.where for problem in refusal.value.problems] == ["reply_by"]
    draft = commands.amend(Referral.objects.get(), who=InvitationChoice(closing(10)), by=scene.ruth, at=NOW)
    assert commands.ask(draft, by=scene.ruth, at=NOW).status == "asking"


@pytest.mark.parametrize("changes", [market(LIGHT), {}], ids=["light-touch dynamic market", "light touch"])
def test_a_light_touch_contract_has_no_minimum_time_to_reply(changes):
    scene = ReferralScenario(changes=changes, providers=1)
    assert scene.asked(wanted=NO_BUDGET, who=InvitationChoice(NOW + timedelta(hours=1))).status == "asking"


def test_a_provider_asked_later_also_gets_the_full_time_to_reply():
    scene = ReferralScenario(changes=market(STANDARD), providers=2)
    asked = scene.asked(
        wanted=NO_BUDGET, who=InvitationChoice(closing(10), [scene.members[0].pk], "It is the nearest.")
    )
    later = NOW + timedelta(days=1)
    with pytest.raises(Refused, match="at least 10 days"):
        commands.ask_more(asked, members=[scene.members[1]], by=scene.ruth, at=later)
    commands.ask_more(asked, members=[scene.members[1]], reply_by=closing(11), by=scene.ruth, at=later)
    assert asked.interests.count() == 2


def test_two_providers_cannot_have_different_deadlines_for_their_replies():
    """The deadline is a column of the referral, and not of the invitation, so it is the same for all providers."""
    scene = ReferralScenario(providers=2)
    asked = scene.asked()
    assert {one.referral.reply_by for one in asked.interests.select_related("referral")} == {REPLY_BY}
    times = {field.name for field in ExpressionOfInterest._meta.get_fields() if isinstance(field, DateTimeField)}
    assert times == {"asked_at", "seen_at", "answered_at"}
