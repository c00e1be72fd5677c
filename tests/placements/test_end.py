"""Tests for ending a placement: before it starts, with notice, as planned, early or by transfer, and what happens
next.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from calloff.buying.models import Budget
from calloff.directory.models import Service
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import FollowUp, Placement, PlacementChange, PlacementEnding, PlacementReview
from calloff.pupils.models import DisclosureGrant
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.placements import scenario
from tests.placements.scenario import FIRST, LAST, on

pytestmark = pytest.mark.django_db


def in_force(placement):
    return DisclosureGrant.objects.filter(source=placement.reference, ends_at__gt=on(LAST.day) + timedelta(days=1))


@pytest.mark.parametrize("stage", [scenario.confirmed, scenario.drawn, scenario.agreed])
def test_a_placement_that_never_starts_releases_its_money_and_reopens_the_referral(stage):
    placement = stage()
    left = Service.objects.get(pk=placement.service_id).places
    ruth = scenario.ruth(placement)
    commands.fall_through(placement, reason="The family moves away.", by=ruth, at=NOW)
    placement = Placement.objects.select_related("referral", "interest", "agreement").get(pk=placement.pk)
    assert (placement.status, placement.referral.status, placement.interest.status) == (
        "ended_early", "asking", "withdrawn",
    )  # fmt: skip
    assert Service.objects.get(pk=placement.service_id).places == left + 1
    assert placement.agreement is None or placement.agreement.status == "ended"
    assert {one.committed for one in Budget.objects.all()} <= {Decimal(0)}
    assert not in_force(placement).exists()
    assert PlacementEnding.objects.get().how == "before"
    with pytest.raises(Refused, match="never started"):
        commands.report_exit(placement, report="Nothing.", by=scenario.ada(placement), at=NOW)


def test_a_return_to_school_sooner_than_planned_is_an_end_and_not_an_early_end(terms):
    placement = scenario.running()
    ended = commands.EndingEntry(on(20).date(), "She is ready.", "ap", scenario.MET)
    placement = commands.return_to_school(placement, ended=ended, by=scenario.ruth(placement), at=on(20, 16))
    ending = PlacementEnding.objects.get()
    assert (placement.status, ending.how, ending.destination) == ("ended", "returned", "school")
    assert placement.ended_on == on(20).date()
    assert not in_force(placement).exists()


def test_a_planned_end_releases_money_closes_access_and_plans_checks_in_one_event(terms):
    placement = scenario.running()
    left, events, ada = Service.objects.get().places, Event.objects.count(), scenario.ada(placement)
    placement = scenario.ended(placement)
    assert (placement.status, placement.ended_on) == ("ended", LAST)
    assert Event.objects.count() == events + 1
    assert Service.objects.get().places == left + 1
    assert Budget.objects.get().committed == placement.total
    assert not in_force(placement).exists()
    assert [(one.weeks, one.due_on) for one in FollowUp.objects.order_by("weeks")] == [
        (6, LAST + timedelta(weeks=6)), (12, LAST + timedelta(weeks=12)),
    ]  # fmt: skip
    ending = PlacementEnding.objects.get()
    assert (ending.how, ending.report_due_on) == ("planned", LAST + timedelta(days=10))
    assert placement.reference in scenario.subjects_to(ada)[-1]


def test_an_early_end_releases_the_unused_money_to_the_penny(terms):
    placement = scenario.running()
    placement = scenario.ended(placement, verb="end_early", last=FIRST + timedelta(days=1), at=on(10))
    assert placement.status == "ended_early"
    assert Budget.objects.get().committed == 2 * 45


def test_a_placement_ended_by_a_transfer_has_the_status_transferred(terms):
    assert scenario.ended(scenario.running(), verb="transfer", destination="ap").status == "transferred"


def test_the_date_of_an_early_end_must_be_before_the_last_day(terms):
    with pytest.raises(Refused, match="end it early"):
        scenario.ended(scenario.running(), last=FIRST, at=on(9))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last": date(2026, 3, 28), "at": on(27)}, "today or an earlier date"),
        ({"last": FIRST - timedelta(days=1)}, "first attended on"),
        ({"reason": " "}, "Enter a reason"),
        ({"destination": "the moon"}, "where the pupil is going"),
        ({"outcomes": {}}, "Select whether this outcome is met: Attends every day"),
    ],
)
def test_ending_a_placement_with_invalid_details_is_refused(terms, changes, words):
    placement = scenario.running()
    with pytest.raises(Refused, match=words):
        scenario.ended(placement, verb="end_early", **changes)
    placement.refresh_from_db()
    assert placement.status == "running"


def test_an_end_date_before_a_day_that_the_child_attended_is_refused(terms):
    placement = scenario.running()
    scenario.mark(placement, day=FIRST + timedelta(days=1))
    with pytest.raises(Refused, match="present after this date"):
        scenario.ended(placement, verb="end_early", last=FIRST, at=on(10, 16))


def test_ending_a_placement_removes_pending_changes_and_future_reviews(terms):
    placement = scenario.running()
    commands.propose_change(
        placement, side="provider", values={"ratio": "1 to 3"}, from_on=FIRST + timedelta(days=7), reason="Staff.",
        by=scenario.ada(placement), at=on(9),
    )  # fmt: skip
    scenario.ended(placement)
    assert PlacementChange.objects.get().status == "withdrawn"
    assert set(PlacementReview.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.parametrize(("verb", "who"), [("give_notice", scenario.ruth), ("provider_notice", scenario.ada)])
def test_giving_notice_sets_the_last_day_after_the_agreed_notice_period(terms, verb, who):
    placement = scenario.running()
    other = scenario.ada(placement) if who is scenario.ruth else scenario.ruth(placement)
    give = getattr(commands, verb)
    with pytest.raises(Refused, match="notice period is 10 days"):
        give(placement, last_on=date(2026, 3, 18), reason="It does not fit.", by=who(placement), at=on(9))
    with pytest.raises(Refused, match="already ends on"):
        give(placement, last_on=LAST, reason="It does not fit.", by=who(placement), at=on(9))
    found = give(placement, last_on=date(2026, 3, 19), reason="It does not fit.", by=who(placement), at=on(9))
    assert (found.status, found.closes_on) == ("notice", date(2026, 3, 19))
    assert "the last day is Thursday 19 March 2026" in scenario.subjects_to(other)[-1]
    with pytest.raises(Refused, match="does not have that session"):
        scenario.mark(found, day=date(2026, 3, 23))
    assert scenario.ended(found, last=date(2026, 3, 19)).status == "ended"


def test_the_provider_can_write_only_one_exit_report(terms):
    placement = scenario.ended(scenario.running())
    ruth = scenario.ruth(placement)
    with pytest.raises(PermissionDenied):
        commands.report_exit(placement, report="Well.", by=ruth, at=on(28))
    with pytest.raises(Refused, match="Enter the exit report"):
        commands.report_exit(placement, report=" ", by=scenario.ada(placement), at=on(28))
    commands.report_exit(placement, report="She did well.", by=scenario.ada(placement), at=on(28))
    assert f"The exit report has arrived ({placement.reference})" in scenario.subjects_to(ruth)
    with pytest.raises(Refused, match="already sent"):
        commands.report_exit(placement, report="Again.", by=scenario.ada(placement), at=on(28))


def test_a_check_after_the_end_can_be_recorded_once_it_is_due(terms):
    placement = scenario.ended(scenario.running())
    check, ruth = FollowUp.objects.get(weeks=6), scenario.ruth(placement)
    given = {"destination": "school", "sustained": True, "found": "Settled in class.", "by": ruth}
    with pytest.raises(Refused, match="Date of the check must be between"):
        commands.follow_up(check, done_on=LAST, at=on(28), **given)
    later = NOW + timedelta(weeks=11)
    with pytest.raises(Refused, match="how the pupil is doing"):
        commands.follow_up(check, done_on=check.due_on, at=later, **{**given, "found": ""})
    done = commands.follow_up(check, done_on=check.due_on, at=later, **given)
    assert (done.status, done.sustained) == ("done", True)


def test_a_review_is_recorded_with_each_outcome_and_with_the_childs_own_words(terms):
    placement = scenario.running()
    review, ada = PlacementReview.objects.get(), scenario.ada(placement)
    given = {
        "held_on": FIRST, "present": "AP lead, provider lead, mother", "found": "A good start.",
        "child_views": "I like the goats.", "outcomes": {"0": "partly"}, "decision": "go_on",
        "by": scenario.ruth(placement), "at": on(9, 15),
    }  # fmt: skip
    for name, words in (("child_views", "the child’s views"), ("found", "Enter the findings"), ("decision", "decided")):
        with pytest.raises(Refused, match=words):
            commands.hold_review(review, **{**given, name: ""})
    with pytest.raises(Refused, match="Select whether this outcome is met"):
        commands.hold_review(review, **{**given, "outcomes": {}})
    held = commands.hold_review(review, **given)
    assert (held.status, held.outcomes) == ("held", [{"outcome": "Attends every day", "met": "partly"}])
    assert f"A review has been recorded ({placement.reference})" in scenario.subjects_to(ada)


def test_a_review_can_be_planned_in_addition_to_the_agreed_reviews(terms):
    placement = scenario.running()
    assert commands.plan_review(placement, due_on=date(2026, 3, 20), by=scenario.ruth(placement), at=on(9)).pk
    with pytest.raises(Refused, match="already"):
        commands.plan_review(placement, due_on=date(2026, 3, 20), by=scenario.ruth(placement), at=on(9))
    with pytest.raises(Refused, match="last day of the placement"):
        commands.plan_review(placement, due_on=date(2026, 4, 20), by=scenario.ruth(placement), at=on(9))


def test_another_school_cannot_end_a_placement(terms):
    placement = scenario.running()
    stranger = person(Role.AP_LEAD, at=SchoolOrganisationFactory())
    how = commands.EndingEntry(last_day=LAST, reason="Done.", destination="school", outcomes=scenario.MET)
    for command in (commands.end, commands.end_early, commands.transfer):
        with pytest.raises(PermissionDenied):
            command(placement, ended=how, by=stranger, at=on(27))
    with pytest.raises(PermissionDenied):
        commands.give_notice(placement, last_on=date(2026, 3, 19), reason="No.", by=stranger, at=on(9))


def test_a_check_after_the_end_is_planned_for_a_school_day(terms):
    placement = scenario.running()
    scenario.ended(placement, last=date(2026, 3, 23), verb="end_early", at=on(23, 16))
    first, second = FollowUp.objects.order_by("weeks").values_list("due_on", flat=True)
    assert first == date(2026, 5, 5)  # six weeks after the end is the early May bank holiday
    assert second == date(2026, 6, 15)


def test_without_term_dates_a_check_after_the_end_is_planned_for_a_working_day():
    placement = scenario.running()
    scenario.ended(placement, last=date(2026, 3, 21), verb="end_early", at=on(23, 16))
    # Six weeks after Saturday 21 March is Saturday 2 May, and the next Monday is a bank holiday.
    assert FollowUp.objects.order_by("weeks").values_list("due_on", flat=True)[0] == date(2026, 5, 5)
