"""Tests that a suspension has a review date, and that the provider can never read a withheld reason."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from calloff.kernel.lifecycles import Refused
from calloff.members.commands import reinstate, review_suspension
from calloff.members.models import Member, Suspension, SuspensionReview
from calloff.members.queries import suspensions_to_review
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory
from tests.members.test_suspend import quentin, suspended

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
WITHHELD = {"withheld_by": "The head of safeguarding", "withheld_because": "The police ask us to wait."}


@pytest.fixture
def member():
    return MemberFactory()


def again(member):
    return Member.objects.select_related("suspension", "provider", "authority").get(pk=member.pk)


def review(member, **changes):
    given = {"found": "The inquiry goes on.", "next_on": TODAY + timedelta(days=14), "at": NOW, **changes}
    return review_suspension(again(member), by=quentin(member), **given)


def test_the_review_date_is_four_weeks_ahead_unless_an_earlier_date_is_set(member):
    assert suspended(member).review_on == TODAY + timedelta(weeks=4)
    assert again(member).suspension.reviewed_next_on == TODAY + timedelta(weeks=4)


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=93), date(9999, 1, 1)])
def test_a_review_date_must_be_within_the_next_three_months(member, day):
    with pytest.raises(Refused, match="Review date must be after today and no later than") as refusal:
        suspended(member, review_on=day)
    assert refusal.value.problems[0].where == "review_on"
    suspended(member)
    with pytest.raises(Refused, match="Review date must be after today"):
        review(member, next_on=day)


def test_withholding_the_reason_records_who_decided_that_and_why(member):
    with pytest.raises(Refused, match="Enter why the reason is withheld"):
        suspended(member, withheld_by="The head of safeguarding")
    with pytest.raises(Refused, match="Enter who decided to withhold the reason"):
        suspended(member, withheld_because="The police ask us to wait.")
    assert not Suspension.objects.exists()
    with pytest.raises(IntegrityError, match="suspension_withheld_says_who_and_why"), transaction.atomic():
        Suspension.objects.create(
            authority=member.authority, provider=member.provider, clause="2", reason="A.", review_route="B.",
            withheld_by="Somebody", made_at=NOW,
        )  # fmt: skip


def test_the_provider_can_see_the_review_date_and_that_the_reason_is_withheld(member):
    ada = person(Role.PROVIDER_LEAD, at=member.provider)
    made = suspended(member, **WITHHELD, review_on=date(2026, 3, 16))
    assert made.is_withheld
    message = Message.objects.get(to=ada)
    assert (
        "A suspension is neutral and is not a finding against you. We cannot give the reason yet. By Monday "
        "16 March 2026, we will decide again whether we can give it"
    ) in message.body
    for kept_back in ("police", "concern was raised", "head of safeguarding"):
        assert kept_back not in message.subject + message.body


def test_a_review_can_disclose_the_reason_once_and_sets_the_next_review_date(member):
    ada = person(Role.PROVIDER_LEAD, at=member.provider)
    suspended(member, **WITHHELD)
    review(member)
    assert again(member).suspension.is_withheld
    assert again(member).suspension.reviewed_next_on == TODAY + timedelta(days=14)
    review(member, gives_reason=True)
    assert not again(member).suspension.is_withheld
    assert "You can now read the reason." in Message.objects.filter(to=ada).latest("pk").body
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        SuspensionReview.objects.update(gives_reason=False)


def test_a_review_is_a_task_from_a_week_before_its_date_until_it_is_recorded(member):
    suspended(member, review_on=date(2026, 3, 12))
    assert suspensions_to_review(member.authority, TODAY) == []
    assert suspensions_to_review(member.authority, date(2026, 3, 5)) == [(member, date(2026, 3, 12))]
    assert suspensions_to_review(member.authority, date(2026, 4, 5)) == [(member, date(2026, 3, 12))]
    review(member, next_on=date(2026, 3, 30))
    assert suspensions_to_review(member.authority, date(2026, 3, 12)) == []
    reinstate(again(member).suspension, reason="Not borne out.", by=quentin(member), at=NOW)
    assert suspensions_to_review(member.authority, date(2026, 4, 5)) == []


def test_only_a_quality_officer_can_review_a_suspension_and_only_for_a_suspended_member(member):
    with pytest.raises(Refused, match="You cannot do this now"):
        review(member)
    suspended(member)
    for somebody in (person(Role.APPROVER, at=member.authority), person(Role.PROVIDER_LEAD, at=member.provider)):
        with pytest.raises(PermissionDenied):
            review_suspension(again(member), found="A.", next_on=TODAY + timedelta(days=7), by=somebody, at=NOW)
    with pytest.raises(Refused, match="Enter what you found"):
        review(member, found=" ")
