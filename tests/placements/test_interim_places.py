"""Tests for interim places: what the child needs, the next step, who must take it, and by when."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import commands, interim_places
from calloff.placements.models import InterimPlace, InterimStep
from calloff.web.authority import work_due as council_work
from calloff.web.buyer import work_due as school_due
from tests.concurrency import all_at_once
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_placements import ReferralFactory
from tests.placements import scenario
from tests.placements.scenario import TODAY, on

pytestmark = pytest.mark.django_db
SINCE, FRIDAY = date(2026, 1, 26), date(2026, 3, 6)  # five weeks before today


def sought(**changes):
    usual = {
        "kind": "special", "setting": "Oak Bank School", "consultation": "sent", "what": "Chase the reply",
        "who": "SEN officer", "by_on": FRIDAY,
    }  # fmt: skip
    return commands.LastingPlaceStep(**{**usual, **changes})


def recorded(referral=None, *, by=None, at=NOW, since=SINCE, **changes):
    referral = referral or ReferralFactory()
    by = by or scenario.ruth(referral)
    return commands.record_interim(referral, waiting_since=since, sought=sought(**changes), by=by, at=at)


def of(referral, at=TODAY):
    return interim_places.of_referral(referral, at)


def test_the_referral_and_the_placement_show_the_time_in_an_interim_place_and_the_next_step():
    placement = scenario.running()
    recorded(placement.referral)
    found = of(placement.referral)
    assert (found.weeks, found.get_kind_display(), found.setting) == (5, "A special school", "Oak Bank School")
    assert (found.step_what, found.step_who, found.step_by) == ("Chase the reply", "SEN officer", FRIDAY)
    assert Event.objects.filter(verb="record_interim").count() == 1
    assert of(ReferralFactory()) is None


def test_a_later_step_replaces_the_earlier_one_which_is_kept_on_record():
    made = recorded()
    later = sought(
        consultation="no", setting="Oak Bank School", what="Consult the next school", by_on=date(2026, 3, 20)
    )
    commands.update_interim(made, sought=later, by=scenario.ruth(made), at=on(6))
    found = of(made.referral)
    assert (found.consultation, found.step_what, found.step_by) == ("no", "Consult the next school", date(2026, 3, 20))
    assert [one.what for one in InterimStep.objects.order_by("number")] == [
        "Chase the reply",
        "Consult the next school",
    ]
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        InterimStep.objects.update(what="Other")


def test_the_buyer_and_the_council_see_a_step_as_due_on_its_date_and_then_as_overdue():
    made = recorded()
    ruth, olivia = scenario.ruth(made), scenario.olivia(made)

    def at_school(at):
        found = [one for one in school_due.buyer_work_for(made.buyer, ruth, at) if "Interim place" in one.what]
        return [(one.what, one.by <= at) for one in found]

    def at_council(at):
        return [one.what for one in council_work.work_at_authority(made.authority, olivia, at) if "interim" in one.what]

    words = "Interim place, pupil waiting 5 weeks for a long-term place. Next step: Chase the reply (SEN officer)"
    assert at_school(on(6)) == [(words, False)]
    assert at_council(on(6)) == []
    assert at_school(on(7)) == [(words, True)]
    assert at_council(on(7)) == ["Follow up the next step for 1 interim place"]
    commands.end_interim(made, ended_on=date(2026, 3, 7), outcome="Starts at Oak Bank.", by=ruth, at=on(7))
    assert at_school(on(7)) == at_council(on(7)) == []


def test_weeks_are_counted_until_the_place_is_no_longer_interim():
    made = recorded()
    commands.end_interim(made, ended_on=date(2026, 2, 23), outcome="Starts there.", by=scenario.ruth(made), at=on(9))
    assert of(made.referral, date(2026, 6, 1)).weeks == 4
    with pytest.raises(Refused, match="status is “Ended”"):
        commands.update_interim(made, sought=sought(by_on=date(2026, 3, 20)), by=scenario.ruth(made), at=on(9))


@pytest.mark.parametrize(
    ("wrong", "sentence", "field"),
    [
        ({"kind": "castle"}, "Select the kind of place you are looking for", "kind"),
        ({"consultation": ""}, "Select whether there is an EHC consultation", "consultation"),
        ({"setting": " "}, "Enter the setting you consulted", "setting"),
        ({"what": " "}, "Enter the next step", "what"),
        ({"who": ""}, "Enter the role of the person who will take the next step", "who"),
        ({"what": "x" * 201}, "Next step must be 200 characters or fewer", "what"),
        ({"by_on": date(2026, 3, 1)}, "Date of the next step must be within the next 12 months", "by_on"),
        (
            {"since": date(2026, 3, 3)},
            "Date the pupil started waiting must be within the past 6 years",
            "waiting_since",
        ),
    ],
)
def test_missing_details_of_an_interim_place_are_reported_next_to_their_fields(wrong, sentence, field):
    with pytest.raises(Refused) as refusal:
        recorded(**wrong)
    assert (sentence, field) in [tuple(one) for one in refusal.value.problems]
    assert not InterimPlace.objects.exists()


def test_text_that_names_the_child_is_refused_because_the_council_can_read_it():
    referral = ReferralFactory()
    with pytest.raises(Refused) as refusal:
        recorded(referral, what=f"Ask about {referral.pupil.family_name}")
    assert [one.where for one in refusal.value.problems] == ["what"]


@pytest.mark.parametrize(
    ("ended_on", "outcome", "field"),
    [(date(2026, 1, 1), "There.", "ended_on"), (date(2026, 3, 3), "There.", "ended_on"), (TODAY, " ", "outcome")],
)
def test_an_interim_place_is_ended_on_a_past_date_with_an_outcome(ended_on, outcome, field):
    made = recorded()
    with pytest.raises(Refused) as refusal:
        commands.end_interim(made, ended_on=ended_on, outcome=outcome, by=scenario.ruth(made), at=NOW)
    assert [one.where for one in refusal.value.problems] == [field]


def test_only_people_at_the_buyer_can_record_an_interim_place():
    made = recorded()
    other = SchoolOrganisationFactory()
    for somebody in (scenario.helen(made), scenario.olivia(made), person(Role.AP_LEAD, at=other)):
        with pytest.raises(PermissionDenied):
            commands.update_interim(made, sought=sought(), by=somebody, at=NOW)
    stranger = person(Role.AP_LEAD, at=other)
    assert not InterimPlace.objects.visible_to(stranger, NOW).exists()
    assert InterimPlace.objects.visible_to(scenario.olivia(made), NOW).get() == made


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_interim_places_is_stored():
    referral = ReferralFactory()
    ruth = scenario.ruth(referral)
    assert all_at_once(lambda: recorded(referral, by=ruth), times=3).count("done") == 1
    assert InterimPlace.objects.count() == 1


def test_the_councils_list_takes_a_constant_number_of_queries_for_any_number_of_interim_places():
    made = recorded()
    olivia = scenario.olivia(made)

    def rows():
        found = interim_places.of_authority(made.authority, person=olivia, at=NOW)
        return [(one.buyer.name, one.referral.lot, one.step_what) for one in found]

    rows()
    with CaptureQueriesContext(connection) as few:
        assert len(rows()) == 1
    for _ in range(3):
        recorded(ReferralFactory(market=made.referral.market))
    with CaptureQueriesContext(connection) as many:
        assert len(rows()) == 4
    assert len(many) == len(few)


def test_the_longest_time_in_an_interim_place_is_counted_in_whole_weeks():
    made = recorded(since=TODAY - timedelta(days=6))
    assert of(made.referral).weeks == 0
    assert of(made.referral, TODAY + timedelta(days=1)).weeks == 1
