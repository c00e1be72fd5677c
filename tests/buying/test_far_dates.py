"""Tests that a mistyped year such as 2062 or 9999 is refused in requests, offers and orders."""

from datetime import date

import pytest

from calloff.kernel.lifecycles import Refused
from tests.buying.scenario import ordered, ready
from tests.referrals.scenario import DRAFT_WANTED, ReferralScenario

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        (DRAFT_WANTED._replace(starts_on=date(2062, 3, 9), ends_on=date(2062, 7, 17)), "starts_on"),
        (DRAFT_WANTED._replace(ends_on=date(2062, 7, 17)), "ends_on"),
        (DRAFT_WANTED._replace(ends_on=date(9999, 12, 31)), "ends_on"),
    ],
)
def test_a_referral_with_a_start_date_in_the_distant_future_is_refused(wanted, where):
    with pytest.raises(Refused) as refusal:
        ReferralScenario(providers=1).asked(wanted=wanted)
    assert where in [problem.where for problem in refusal.value.problems]


@pytest.mark.parametrize("year", [2062, 9999])
def test_a_reply_with_a_start_date_in_the_distant_future_is_refused(year):
    scene = ReferralScenario(providers=1)
    with pytest.raises(Refused) as refusal:
        scene.reply(scene.asked(), start_on=date(year, 3, 10))
    assert "start_on" in [problem.where for problem in refusal.value.problems]


@pytest.mark.parametrize("year", [2062, 9999])
def test_an_order_with_a_last_day_in_the_distant_future_is_refused(school, year):
    with pytest.raises(Refused) as refusal:
        ordered(ready(school), school, ends_on=date(year, 3, 27))
    assert [problem.where for problem in refusal.value.problems] == ["ends_on"]
