"""Tests for the status of a membership: stored statuses come first, then derived ones, in a fixed order."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.agreements.states import AgreementStatus
from calloff.kernel.clock import local_day
from calloff.markets.states import MarketStatus
from calloff.members.membership_status import (
    MemberStanding,
    filter_by_standing,
    standing_of,
    why_no_new_placements,
    with_standing,
)
from calloff.members.models import Member, MembershipCondition, Suspension
from calloff.members.states import ConditionStatus, MemberStatus
from tests.factories import NOW, born_with_status
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import TERM_ENDS, AgreementFactory, MemberFactory, set_status

pytestmark = pytest.mark.django_db

TODAY = local_day(NOW)


def condition_of(member, status=ConditionStatus.OUTSTANDING):
    with born_with_status(MembershipCondition, status):
        return MembershipCondition.objects.create(
            authority=member.authority, provider=member.provider, member=member, text="Send it.", due_on=TODAY,
            status=status,
        )  # fmt: skip


def standing(member, on=TODAY):
    return standing_of(with_standing(Member.objects.filter(pk=member.pk), on=on).get(), on=on)


def with_agreement(**given):
    agreement = AgreementFactory(**given)
    return MemberFactory(agreement=agreement, provider=agreement.provider, market__authority=agreement.authority)


def test_a_member_without_problems_is_current():
    assert standing(MemberFactory()) == MemberStanding.LIVE


@pytest.mark.parametrize("status", [AgreementStatus.TO_SIGN, AgreementStatus.TO_COUNTERSIGN])
def test_a_members_status_is_unsigned_until_both_sides_have_signed(status):
    member = with_agreement(status=status)
    assert standing(member) == MemberStanding.UNSIGNED
    assert not Member.objects.listed(NOW).exists()


def test_a_membership_expires_on_the_day_after_its_agreement_ends():
    member = with_agreement(ends_on=TODAY)
    assert standing(member) == MemberStanding.LIVE
    assert standing(member, TODAY + timedelta(days=1)) == MemberStanding.EXPIRED
    assert Member.objects.listed(NOW).exists()
    assert not Member.objects.listed(NOW + timedelta(days=1)).exists()


def test_a_member_is_conditional_until_every_condition_is_met():
    member = MemberFactory()
    condition_of(member, ConditionStatus.MET)
    assert standing(member) == MemberStanding.LIVE
    condition = condition_of(member)
    assert standing(member) == MemberStanding.CONDITIONAL
    set_status(condition, ConditionStatus.ANSWERED)
    assert standing(member) == MemberStanding.CONDITIONAL


def test_expired_evidence_prevents_new_placements_from_the_next_day_until_it_is_renewed():
    member = MemberFactory(required_evidence=["public_liability"])
    assert standing(member) == MemberStanding.NO_NEW
    EvidenceFactory(provider=member.provider, issued_on=date(2025, 1, 1), expires_on=TODAY)
    assert standing(member) == MemberStanding.LIVE
    tomorrow = TODAY + timedelta(days=1)
    assert standing(member, tomorrow) == MemberStanding.NO_NEW
    assert Member.objects.listed(NOW + timedelta(days=1)).exists(), "it stays listed, with that tag"
    EvidenceFactory(provider=member.provider, issued_on=TODAY, expires_on=date(2027, 1, 1))
    assert standing(member, tomorrow) == MemberStanding.LIVE


def test_withdrawn_evidence_or_evidence_of_another_kind_or_provider_does_not_count():
    member = MemberFactory(required_evidence=["public_liability"])
    EvidenceFactory(provider=member.provider, kind="employers_liability")
    EvidenceFactory()
    EvidenceFactory(provider=member.provider, withdrawn=True)
    assert standing(member) == MemberStanding.NO_NEW


CASES = st.fixed_dictionaries(
    {
        "status": st.sampled_from(
            [MemberStatus.ACTIVE, MemberStatus.SUSPENDED, MemberStatus.REMOVED, MemberStatus.ENDED]
        ),
        "agreement": st.sampled_from(["signed", "unsigned", "expired"]),
        "conditional": st.booleans(),
        "lapsed": st.booleans(),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=CASES)
def test_the_order_of_precedence_of_statuses_is_the_same_as_in_the_directory(case):
    agreement = AgreementFactory(
        status=AgreementStatus.TO_SIGN if case["agreement"] == "unsigned" else AgreementStatus.IN_FORCE,
        ends_on=TODAY - timedelta(days=1) if case["agreement"] == "expired" else TERM_ENDS,
    )
    suspension = Suspension.objects.create(
        authority=agreement.authority, provider=agreement.provider, clause="2", reason="A.", review_route="B.",
        made_at=NOW,
    )  # fmt: skip
    member = MemberFactory(
        agreement=agreement, provider=agreement.provider, market__authority=agreement.authority,
        required_evidence=["never_held"] if case["lapsed"] else [], suspension=suspension,
    )  # fmt: skip
    if case["conditional"]:
        condition_of(member)
    if case["status"] != MemberStatus.ACTIVE:
        set_status(member, case["status"])
    told = [
        (case["status"] == MemberStatus.SUSPENDED, MemberStanding.SUSPENDED),
        (case["status"] == MemberStatus.REMOVED, MemberStanding.REMOVED),
        (case["status"] == MemberStatus.ENDED, MemberStanding.ENDED),
        (case["agreement"] == "unsigned", MemberStanding.UNSIGNED),
        (case["agreement"] == "expired", MemberStanding.EXPIRED),
        # A conditional member can have new placements, but a member with this status cannot.
        (case["lapsed"], MemberStanding.NO_NEW),
        (case["conditional"], MemberStanding.CONDITIONAL),
        (True, MemberStanding.LIVE),
    ]
    expected = next(word for holds, word in told if holds)
    assert standing(member) == expected
    listed = expected in {MemberStanding.CONDITIONAL, MemberStanding.NO_NEW, MemberStanding.LIVE}
    assert Member.objects.listed(NOW).filter(pk=member.pk).exists() == listed


def test_no_member_is_listed_in_an_ended_market():
    member = MemberFactory()
    assert Member.objects.listed(NOW).exists()
    after = NOW.replace(year=TERM_ENDS.year, month=TERM_ENDS.month, day=TERM_ENDS.day)
    assert Member.objects.listed(after).exists()
    assert not Member.objects.listed(after + timedelta(days=1)).exists()
    set_status(member.market, MarketStatus.ENDED)
    assert not Member.objects.listed(NOW).exists()


WEEK = st.integers(min_value=-40, max_value=40)
CLOCKS = st.fixed_dictionaries(
    {
        "term": WEEK,
        "agreement": st.one_of(st.none(), WEEK),
        "documents": st.lists(
            st.tuples(
                WEEK, st.integers(min_value=0, max_value=30), st.sampled_from(["100.00", "5000.00", None]),
                st.sampled_from(["held", "withdrawn", "superseded"]),
            ),
            max_size=3,
        ),
        "least": st.sampled_from([None, "5000"]),
        "conditional": st.booleans(),
        "days": st.lists(WEEK, min_size=1, max_size=4),
    }
)  # fmt: skip


def oracle(case, day):
    """Return the status that a member should have on a date, from the facts alone."""
    if day > case["term"]:
        return MemberStanding.ENDED
    if case["agreement"] is not None and day > case["agreement"]:
        return MemberStanding.EXPIRED
    enough = [
        begins <= day <= begins + lasts and status == "held"
        and (case["least"] is None or float(cover or 0) >= float(case["least"]))
        for begins, lasts, cover, status in case["documents"]
    ]  # fmt: skip
    if not any(enough):
        return MemberStanding.NO_NEW
    return MemberStanding.CONDITIONAL if case["conditional"] else MemberStanding.LIVE


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=CLOCKS)
def test_a_status_changes_with_the_date_and_all_queries_give_the_same_status(case):
    """No job runs between one day and the next.

    The status, the lists and the invitations must all agree with the expected status.
    """

    def on(week):
        return TODAY + timedelta(days=week)

    agreement = AgreementFactory(ends_on=None if case["agreement"] is None else on(case["agreement"]))
    member = MemberFactory(
        agreement=agreement, provider=agreement.provider, market__authority=agreement.authority,
        market__term_ends_on=on(case["term"]), required_evidence=["public_liability"],
        least_cover={} if case["least"] is None else {"public_liability": case["least"]},
    )  # fmt: skip
    for begins, lasts, cover, status in case["documents"]:
        EvidenceFactory(
            provider=member.provider, issued_on=on(begins), expires_on=on(begins + lasts), status=status,
            details={} if cover is None else {"cover": cover},
        )  # fmt: skip
    if case["conditional"]:
        condition_of(member)
    for day in case["days"]:
        expected = oracle(case, day)
        assert standing(member, on(day)) == expected
        told = with_standing(Member.objects.filter(pk=member.pk), on=on(day))
        assert [word for word in MemberStanding if filter_by_standing(told, word, on=on(day)).exists()] == [expected]
        reasons = why_no_new_placements([member], on=on(day))[member.pk]
        assert bool(reasons) == (not any_enough(case, day))


def any_enough(case, day):
    return oracle({**case, "term": day, "agreement": None}, day) != MemberStanding.NO_NEW
