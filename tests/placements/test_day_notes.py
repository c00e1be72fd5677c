"""Tests that both sides can record where a child is, whatever the placement's status."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.history.models import Event
from calloff.history.transitions import create
from calloff.kernel.lifecycles import Refused
from calloff.members import commands as members
from calloff.members.models import Suspension
from calloff.outbox.models import Message
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from calloff.placements import access, commands, messages, off_site, queries, whereabouts
from calloff.placements.models import DayNote, Placement
from calloff.placements.whereabouts import whereabouts_of
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, SchoolOrganisationFactory, UserFactory, person
from tests.factories_markets import SiteFactory
from tests.placements import scenario
from tests.placements.test_any_order import ACTS, WHOLE, PlacementMachine
from tests.timetables import week

pytestmark = pytest.mark.django_db
NINE = time(9)  # a time that is not after NOW
MOVED = {
    "kind": "elsewhere", "place_kind": "site", "place": "Yard Farm, 01903 111222",
    "decided_by": "Our safeguarding lead", "told": "The mother, at 9:50am", "text": "The boiler failed.",
}  # fmt: skip


def happened(**changes):
    kind = changes.pop("kind", "here")
    return commands.DayNoteEntry(**{"day": NOW.date(), "time": NINE, "kinds": (kind,), **changes})


def moved(**changes):
    return happened(**{**MOVED, **changes})


def provider_records(placement, what=None, *, by=None, at=NOW):
    several = commands.provider_record_note(
        placement, happened=what or moved(), by=by or scenario.ben(placement), at=at
    )
    return several[0]


def where(placement):
    return whereabouts_of([placement]).get(placement.pk)


def test_a_daily_note_can_be_recorded_before_any_check_has_been_made():
    placement = scenario.confirmed()
    note = provider_records(placement)
    assert (note.side, note.kind, note.status, note.recorded_by) == (
        "provider",
        "elsewhere",
        "recorded",
        scenario.ben(note),
    )
    assert where(placement).in_words == ("Somewhere else: Yard Farm, 01903 111222, since 9am on Monday 2 March 2026")
    assert where(placement).for_council == (
        "Somewhere else (another site of the provider) since 9am on Monday 2 March 2026"
    )
    gaps = whereabouts.find_gaps(placement, note)
    assert gaps[0].startswith("These checks were not complete: visit recorded")
    assert gaps[1] == "The placement agreement had not been signed by both sides"
    placement.refresh_from_db()
    assert (placement.status, placement.started_on) == ("checks", None)


@pytest.mark.postgres15
def test_a_note_notifies_the_buyer_without_a_name_and_a_move_also_notifies_the_council():
    placement = scenario.running()
    saul, olivia = scenario.saul(placement), scenario.olivia(placement)
    provider_records(placement)
    assert f"A pupil is somewhere else: answer today ({placement.reference})" in scenario.subjects_to(saul)
    assert f"A pupil is somewhere else ({placement.reference})" in scenario.subjects_to(olivia)
    words = " ".join(one.subject + one.body + one.link for one in Message.objects.all())
    for secret in (placement.pupil.given_name, placement.pupil.family_name, "Yard Farm", "boiler"):
        assert secret not in words


def test_the_council_is_not_notified_if_it_has_nothing_to_do():
    placement = scenario.running()
    olivia = scenario.olivia(placement)
    provider_records(placement, happened(day=date(2026, 3, 9)), at=scenario.on(9))
    assert not [one for one in scenario.subjects_to(olivia) if "pupil is with" in one]


def test_a_providers_note_is_a_task_for_the_buyer_until_it_is_answered():
    placement = scenario.running()
    saul = scenario.saul(placement)
    note = provider_records(placement)
    assert list(whereabouts.notes_to_answer(placement.buyer, person=saul, at=NOW)) == [note]
    olivia = scenario.olivia(placement)
    assert list(whereabouts.notes_to_chase(placement.authority, person=olivia, at=NOW)) == [note]
    with pytest.raises(Refused, match="Enter what you have decided or done"):
        commands.answer_note(note, answer=" ", by=saul, at=NOW)
    done = commands.answer_note(note, answer="Agreed for today.", by=saul, at=scenario.on(2, 15))
    assert (done.status, done.answered_by, done.answer) == ("answered", saul, "Agreed for today.")
    assert f"{placement.buyer} has answered your note ({placement.reference})" in scenario.subjects_to(
        scenario.ben(placement)
    )
    assert not whereabouts.notes_to_answer(placement.buyer, person=saul, at=NOW).exists()
    assert not whereabouts.notes_to_chase(placement.authority, person=olivia, at=NOW).exists()


def test_a_note_that_the_child_is_at_the_provider_needs_no_answer():
    placement = scenario.running()
    saul = scenario.saul(placement)
    provider_records(placement, happened())
    assert not whereabouts.notes_to_answer(placement.buyer, person=saul, at=NOW).exists()
    assert f"A pupil is with the provider ({placement.reference})" in scenario.subjects_to(saul)


def test_a_note_from_the_buyer_needs_no_answer():
    placement = scenario.running()
    [note] = commands.record_note(placement, happened=moved(), by=scenario.ruth(placement), at=NOW)
    assert not whereabouts.notes_to_answer(placement.buyer, person=scenario.ruth(placement), at=NOW).exists()
    assert f"A pupil is somewhere else ({placement.reference})" in scenario.subjects_to(scenario.ben(placement))
    with pytest.raises(Refused, match="nothing to answer"):
        commands.answer_note(note, answer="Yes.", by=scenario.saul(placement), at=NOW)


def test_a_note_lists_the_documents_that_were_missing_on_that_day():
    placement = scenario.confirmed()
    early = provider_records(placement, happened(kind="early", time=time(8)))
    before = whereabouts.find_gaps(placement, early)
    assert [words.split(":")[0] for words in before] == [
        "These checks were not complete", "The placement agreement had not been signed by both sides",
    ]  # fmt: skip
    running = scenario.agree(scenario.signed(scenario.drawn(scenario.make_checks(placement))))
    scenario.mark(running)
    placement = Placement.objects.get(pk=placement.pk)
    assert whereabouts.find_gaps(placement, early) == before
    on_time = provider_records(placement, happened(day=scenario.FIRST), at=scenario.on(9))
    assert whereabouts.find_gaps(placement, on_time) == []
    scenario.suspend(placement.member)
    suspended = f"{placement.provider} was suspended and not taking placements"
    assert suspended in whereabouts.find_gaps(placement, on_time)  # the membership was suspended on 2 March
    members.reinstate(
        Suspension.objects.get(), reason="Put right.", at=scenario.on(5),
        by=person(Role.QUALITY_OFFICER, at=placement.authority),
    )  # fmt: skip
    assert whereabouts.find_gaps(placement, on_time) == []
    while_out = provider_records(placement, happened(day=date(2026, 3, 4)), at=scenario.on(9))
    assert suspended in whereabouts.find_gaps(placement, while_out)


def test_a_later_extension_does_not_change_which_documents_were_missing():
    placement = scenario.running()
    stayed = provider_records(placement, happened(kind="stayed", day=date(2026, 3, 30)), at=scenario.on(30, 12))
    over = ["The agreed last day was 27 Mar 2026"]
    assert whereabouts.find_gaps(placement, stayed) == over
    change = commands.propose_change(
        placement, side="buyer", values={"ends_on": date(2026, 4, 10)}, from_on=date(2026, 3, 30), reason="Longer.",
        by=scenario.helen(placement), at=scenario.on(30, 13),
    )  # fmt: skip
    commands.agree_change(change, by=scenario.ada(placement), at=scenario.on(30, 14))
    placement = Placement.objects.get(pk=placement.pk)
    assert whereabouts.find_gaps(placement, stayed) == over
    later = provider_records(placement, happened(day=date(2026, 3, 31)), at=scenario.on(31, 12))
    assert whereabouts.find_gaps(placement, later) == []


def test_a_provider_can_read_notes_from_the_day_the_child_first_attended():
    placement = scenario.confirmed()
    provider_records(placement, happened(kind="early"))
    scenario.suspend(placement.member)
    placement = Placement.objects.get(pk=placement.pk)
    assert placement.started_on is None
    assert access.provider_reads_notes(placement, NOW)
    never = scenario.confirmed()
    scenario.suspend(never.member)
    assert not access.provider_reads_notes(Placement.objects.get(pk=never.pk), NOW)


def test_the_latest_note_applies_unless_it_was_corrected():
    placement = scenario.running()
    first = provider_records(placement)
    back = provider_records(placement, happened(time=time(14)), at=scenario.on(2, 14))
    assert where(placement).note == back
    commands.provider_correct_note(
        back, happened=happened(time=time(8)), by=scenario.ada(placement), at=scenario.on(2, 15)
    )
    assert where(placement).note == first  # the child returned before the move
    back.refresh_from_db()
    assert (back.status, back.correction.time) == ("corrected", time(8))
    assert Event.objects.latest("pk").subjects.count() == 2


def test_only_the_side_that_wrote_a_note_can_correct_it_and_the_correction_needs_a_new_answer():
    placement = scenario.running()
    note = provider_records(placement)
    commands.answer_note(note, answer="Agreed.", by=scenario.saul(placement), at=NOW)
    with pytest.raises(Refused, match="status is “Answer given”"):
        commands.correct_note(note, happened=moved(), by=scenario.ruth(placement), at=NOW)
    unanswered = provider_records(placement)
    with pytest.raises(Refused, match="can correct it"):
        commands.correct_note(unanswered, happened=moved(), by=scenario.ruth(placement), at=NOW)
    again = commands.provider_correct_note(note, happened=moved(place="Mill Lane"), by=scenario.ben(placement), at=NOW)
    assert again.needs_answer


@pytest.mark.parametrize(
    ("wrong", "sentence", "field"),
    [
        ({"kind": "asleep"}, "Select what happened", "kind"),
        ({"kinds": ()}, "Select what happened", "kind"),
        ({"day": None}, "Enter the day", "day"),
        ({"day": date(2026, 3, 3)}, "Day must be today or in the past", "day"),
        ({"day": date(1, 1, 1)}, "Day must be within the last year", "day"),
        ({"time": None}, "Enter roughly what time it happened", "time"),
        ({"time": time(9, 1)}, "Time must be now or earlier today", "time"),
        ({"place": " "}, "Enter where the child is or was", "place"),
        ({"place_kind": ""}, "Select the kind of place", "place_kind"),
        ({"decided_by": ""}, "Enter the role of the person who decided", "decided_by"),
        ({"told": ""}, "Enter the roles of the people you told", "told"),
        ({"kind": "hurt", "text": ""}, "Enter what happened and what was done", "text"),
        ({"text": "x" * 4001}, "What happened must be 4,000 characters or fewer", "text"),
    ],
)
def test_an_incomplete_note_shows_errors_next_to_its_fields(wrong, sentence, field):
    with pytest.raises(Refused) as refusal:
        provider_records(scenario.confirmed(), moved(**wrong))
    assert (sentence, field) in [tuple(one) for one in refusal.value.problems]
    assert not DayNote.objects.exists()


def extra_and_hurt(**changes):
    given = {"kinds": ("hurt", "extra_day"), "told": "The mother, at 9am", "text": "A cut knee."}
    return happened(**given | changes)


def test_several_facts_recorded_together_become_separate_notes_with_their_own_messages():
    placement = scenario.running()
    saul, ben = scenario.saul(placement), scenario.ben(placement)
    notes = commands.provider_record_note(placement, happened=extra_and_hurt(), by=ben, at=NOW)
    assert [(one.kind, one.day, one.time, one.text, one.needs_answer) for one in notes] == [
        (kind, NOW.date(), NINE, "A cut knee.", True) for kind in ("hurt", "extra_day")
    ]  # fmt: skip
    event = Event.objects.latest("pk")
    assert set(event.subjects.values_list("record_id", flat=True)) == {one.pk for one in notes}
    assert saul.pk in event.told
    told = scenario.subjects_to(saul)
    assert f"A pupil was hurt: answer now ({placement.reference})" in told
    assert f"A pupil came on an extra day: answer today ({placement.reference})" in told
    hurt, extra = notes
    commands.answer_note(hurt, answer="We called her mother.", by=saul, at=NOW)
    assert not whereabouts.notes_to_answer(placement.buyer, person=saul, at=NOW).exists(), "one answer for one event"
    commands.provider_correct_note(extra, happened=happened(), by=ben, at=NOW)
    assert set(placement.day_notes.values_list("kind", "status")) == {
        ("hurt", "answered"), ("extra_day", "corrected"), ("here", "recorded"),
    }  # fmt: skip


def test_several_facts_recorded_together_are_all_saved_or_all_refused(monkeypatch):
    placement = scenario.running()
    before = Event.objects.count(), Message.objects.count()
    with pytest.raises(Refused, match="Enter the roles of the people you told"):
        provider_records(placement, extra_and_hurt(told=""))
    written = messages.note_to_answer

    def fails_at_the_second(note, later):
        if note.kind == "extra_day":
            raise LookupError
        return written(note, later)

    monkeypatch.setattr(messages, "note_to_answer", fails_at_the_second)
    with pytest.raises(LookupError):
        provider_records(placement, extra_and_hurt())
    assert not DayNote.objects.exists()
    assert (Event.objects.count(), Message.objects.count()) == before


def test_a_child_who_arrived_and_then_went_missing_counts_as_missing():
    placement = scenario.running()
    provider_records(placement, happened(kinds=("not_known", "extra_day"), told="The mother"))
    assert where(placement).is_missing
    other = scenario.running()
    notes = commands.provider_record_note(
        other, happened=moved(kinds=("elsewhere", "hurt")), by=scenario.ben(other), at=NOW
    )
    assert {one.kind: (one.place, one.place_kind, one.decided_by, one.told) for one in notes} == {
        "elsewhere": ("Yard Farm, 01903 111222", "site", "Our safeguarding lead", "The mother, at 9:50am"),
        "hurt": ("", "", "", "The mother, at 9:50am"),
    }


@pytest.mark.parametrize(
    "kinds", [("here", "not_known"), ("elsewhere", "not_known"), ("here", "early"), ("early", "not_known"),
              ("stayed", "elsewhere"), ("early", "stayed")]
)  # fmt: skip
def test_a_child_can_be_in_only_one_place_at_a_time(kinds):
    with pytest.raises(Refused, match="Select only one: with the provider, somewhere else"):
        provider_records(scenario.running(), moved(kinds=kinds))


def test_a_correction_contains_only_one_fact():
    placement = scenario.running()
    note = provider_records(placement)
    with pytest.raises(Refused, match="Select one thing"):
        commands.provider_correct_note(note, happened=extra_and_hurt(), by=scenario.ben(placement), at=NOW)


def test_only_people_at_the_buyer_or_the_provider_can_record_or_answer_a_note():
    placement = scenario.running()
    note = provider_records(placement)
    strangers = [
        person(Role.PROVIDER_STAFF, at=ProviderFactory()), person(Role.AP_LEAD, at=SchoolOrganisationFactory()),
        person(Role.FINANCE, at=placement.buyer), scenario.sian(placement), scenario.olivia(placement), UserFactory(),
    ]  # fmt: skip
    for somebody in strangers:
        for act in (
            lambda by: provider_records(placement, by=by),
            lambda by: commands.record_note(placement, happened=moved(), by=by, at=NOW),
            lambda by: commands.answer_note(note, answer="Yes.", by=by, at=NOW),
            lambda by: commands.provider_correct_note(note, happened=moved(), by=by, at=NOW),
        ):
            with pytest.raises(PermissionDenied):
                act(somebody)


def test_the_database_refuses_changes_to_a_recorded_note():
    note = provider_records(scenario.running())
    with pytest.raises(ProgrammingError, match="stays as it was recorded"), transaction.atomic():
        DayNote.objects.filter(pk=note.pk).update(place="Elsewhere")


@pytest.mark.parametrize(
    ("lacks", "sentence"),
    [
        ("place", "Enter where the child is or was"),
        ("decided_by", "Enter the role of the person who decided"),
        ("told", "Enter the roles of the people you told"),
    ],
)
def test_the_database_requires_all_fields_of_a_note_about_a_move(lacks, sentence):
    placement = scenario.running()
    note = DayNote(
        placement=placement, authority=placement.authority, buyer=placement.buyer, provider=placement.provider,
        side="provider", recorded_by=scenario.ben(placement), recorded_at=NOW, day=NOW.date(), time=NINE,
        **{**MOVED, lacks: ""},
    )  # fmt: skip
    with pytest.raises(Refused, match=sentence), transaction.atomic():
        create(note, "provider_record_note", by=scenario.ben(placement), at=NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_corrections_of_a_note_is_stored():
    placement = scenario.running()
    note, ben = provider_records(placement), scenario.ben(placement)
    results = all_at_once(lambda: commands.provider_correct_note(note, happened=moved(), by=ben, at=NOW), times=3)
    assert results.count("done") == 1
    assert DayNote.objects.count() == 2


def off_site_now(placement, at):
    saul, clock = scenario.saul(placement), timezone.localtime(at).time()
    return off_site.pupils_off_site(placement.buyer, person=saul, at=at, now=clock)


def test_a_child_who_has_moved_is_on_the_off_site_list_until_they_return(terms):
    placement = scenario.confirmed()
    assert off_site_now(placement, NOW) == []
    provider_records(placement)
    [row] = off_site_now(placement, NOW + timedelta(minutes=1))
    assert (row.is_now, row.word(NINE), row.where.note.place) == (True, "Somewhere else", "Yard Farm, 01903 111222")
    assert len(off_site_now(placement, NOW + timedelta(days=1))) == 1
    provider_records(placement, happened(day=date(2026, 3, 3)), at=scenario.on(3))
    [row] = off_site_now(placement, scenario.on(3))
    assert row.word(NINE) == "With the provider"
    assert off_site_now(placement, scenario.on(4)) == []


def test_todays_injury_is_in_the_childs_row_and_missing_children_are_listed_first(terms):
    first = scenario.running()
    second = scenario.confirmed(scenario.offered(child_of=first))
    at = scenario.on(9, 11)
    today = {"day": at.date(), "time": time(10, 30)}
    knee = happened(kind="hurt", told="The mother", text="A cut knee.", **today)
    [hurt] = commands.record_note(first, happened=knee, by=scenario.ruth(first), at=at)
    earlier = happened(kind="hurt", told="The mother", text="Old.", day=date(2026, 3, 6))
    commands.record_note(first, happened=earlier, by=scenario.ruth(first), at=at)
    [row] = off_site_now(first, at)
    assert row.injuries == (hurt,)
    thumb = happened(kind="hurt", told="The mother", text="A cut thumb.", **today)
    again = commands.correct_note(hurt, happened=thumb, by=scenario.ruth(first), at=at)
    assert off_site_now(first, at)[0].injuries == (again,)
    provider_records(second, happened(kind="not_known", told="The school", **today), at=at)
    rows = off_site_now(first, at)
    assert [(row.placement, row.is_missing) for row in rows] == [(second, True), (first, False)]


class Noted(PlacementMachine):
    """A placement during which the provider can be suspended and the market can end."""

    def suspend(self, name):
        scenario.suspend(type(self.offer.interest.member).objects.get(pk=self.offer.interest.member_id))

    def term_ends(self, name):
        self.at += timedelta(days=3650)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*ACTS, "suspend", "term_ends"]), max_size=12), st.integers(1, len(WHOLE)))
def test_both_sides_can_record_where_the_child_is_in_every_placement_status(acts, prologue):
    with transaction.atomic():
        life, seen = Noted(), set()
        for act in [*WHOLE[:prologue], *acts]:
            try:
                with transaction.atomic():
                    getattr(life, act)("rightful")
            except (Refused, PermissionDenied, LookupError):
                pass
            placement = life.placement
            state = placement.status, scenario.is_suspended(placement), life.at.date()
            if state in seen:
                continue
            seen.add(state)
            today = {"day": timezone.localdate(life.at), "time": timezone.localtime(life.at).time()}
            people = (
                scenario.ben(placement),
                scenario.ruth(placement),
                scenario.saul(placement),
                scenario.olivia(placement),
            )
            ben, ruth, saul, olivia = people
            before = DayNote.objects.count()
            theirs = provider_records(placement, moved(**today), by=ben, at=life.at)
            commands.record_note(placement, happened=moved(**today, place="Here, we think"), by=ruth, at=life.at)
            assert DayNote.objects.count() == before + 2
            assert where(placement).note.place == "Here, we think"
            assert theirs in whereabouts.notes_to_answer(placement.buyer, person=saul, at=life.at)
            assert theirs in whereabouts.notes_to_chase(placement.authority, person=olivia, at=life.at)
            rows = off_site.pupils_off_site(placement.buyer, person=saul, at=life.at, now=today["time"])
            assert [row.word(NINE) for row in rows if row.placement == placement] == ["Somewhere else"]
            assert not Placement.objects.visible_to(life.people["elsewhere"], life.at).exists()
        transaction.set_rollback(True)


def test_the_off_site_list_and_the_register_show_where_the_session_takes_place(terms):
    shed = SiteFactory(name="Boat shed", provider=(offer := scenario.offered()).provider)
    morning, afternoon = week("mon")
    checked = scenario.make_checks(scenario.confirmed(offer))
    placement = scenario.agree(
        scenario.signed(scenario.drawn(checked, timetable=[morning._replace(site_id=shed.pk), afternoon]))
    )
    usual = str(placement.site)
    at_ten, at_one = scenario.on(9, 10), scenario.on(9, 13)
    assert [row.site for at in (at_ten, at_one) for row in off_site_now(placement, at)] == [str(shed), usual]
    ben = scenario.ben(placement)
    there = queries.day_sessions(placement.provider, scenario.FIRST, person=ben, at=at_ten)
    rows = queries.register_rows(there, {}).values()
    assert [row.site for several in rows for row in several] == [str(shed), usual]


def _never_came(placement):
    commands.withdraw_place(placement, reason="Our teacher is leaving.", by=scenario.ada(placement), at=NOW)


def _fell_through(placement):
    commands.fall_through(placement, reason="The family moved.", by=scenario.ruth(placement), at=NOW)


def _suspended(placement):
    scenario.suspend(placement.member)


@pytest.mark.parametrize("lose", [_never_came, _fell_through, _suspended])
def test_a_provider_where_the_child_never_attended_can_record_notes_but_not_read_them(lose):
    placement = scenario.confirmed()
    ben = scenario.ben(placement)
    commands.record_note(placement, happened=moved(), by=scenario.saul(placement), at=NOW)
    assert len(scenario.subjects_to(ben)) == 1
    lose(placement)
    placement = Placement.objects.get(pk=placement.pk)
    before = len(scenario.subjects_to(ben))
    commands.record_note(placement, happened=moved(), by=scenario.saul(placement), at=NOW)
    note = provider_records(placement)
    commands.answer_note(note, answer="Thank you.", by=scenario.saul(placement), at=NOW)
    assert len(scenario.subjects_to(ben)) == before


def test_a_suspended_provider_can_read_where_its_children_are_until_the_last_day():
    placement = scenario.running()
    scenario.suspend(placement.member)
    placement = Placement.objects.get(pk=placement.pk)
    assert access.provider_reads_notes(placement, scenario.on(27))
    assert not access.provider_reads_notes(placement, scenario.on(28))


def test_a_provider_can_read_notes_until_14_days_after_the_last_day():
    placement = scenario.running()  # the placement ends on 27 March, and the 14 days of grace end on 10 April
    last = scenario.on(27) + timedelta(days=14)
    assert access.provider_reads_notes(placement, last)
    assert not access.provider_reads_notes(placement, last + timedelta(days=1))


def missing_at_nine(placement):
    return provider_records(placement, happened(kind="not_known", told="The office"))


def corrects(note, what, at=NOW):
    commands.provider_correct_note(note, happened=what, by=scenario.ben(note.placement), at=at)


@pytest.mark.parametrize("kind", ["not_known", "hurt"])
def test_a_correction_to_a_note_about_danger_must_say_where_the_child_is(kind):
    placement = scenario.running()
    note = provider_records(placement, moved(kind=kind))
    wrong = "slept" if kind == "hurt" else "hurt"
    with pytest.raises(Refused, match="Select where the child is") as refusal:
        corrects(note, moved(kind=wrong))
    assert [one.where for one in refusal.value.problems] == ["kind"]
    assert DayNote.objects.get().status == "recorded"
    corrects(note, happened())
    assert not where(placement).is_missing


def test_a_correction_about_an_earlier_day_does_not_mark_a_missing_child_as_found():
    placement = scenario.running()
    note = missing_at_nine(placement)
    with pytest.raises(Refused, match="Day must be Monday 2 March 2026 or later"):
        corrects(note, happened(day=date(2025, 6, 1)))
    assert where(placement).is_missing
    corrects(note, happened(kind="not_known", told="The office", day=date(2026, 3, 1)))
    assert where(placement).is_missing, "since another day"


def not_known(**changes):
    return happened(kind="not_known", told="The office", **changes)


@pytest.mark.parametrize(("changes", "field", "sentence"), [
    ({"time": time(8, 30)}, "time", "Time must be 8:40am or later"),
    ({"day": date(2025, 6, 3)}, "day", "Day must be Monday 2 March 2026 or later"),
])  # fmt: skip
@pytest.mark.parametrize("side", ["provider", "buyer"])
def test_correcting_a_note_to_say_the_child_is_missing_never_marks_the_child_as_found(side, changes, field, sentence):
    placement = scenario.running()
    provider_records(placement, happened(time=time(8, 40)))
    record, correct, by = commands.record_note, commands.correct_note, scenario.ruth(placement)
    if side == "provider":
        record, correct, by = commands.provider_record_note, commands.provider_correct_note, scenario.ben(placement)
    [note] = record(placement, happened=not_known(), by=by, at=NOW)
    with pytest.raises(Refused, match=sentence) as refusal:
        correct(note, happened=not_known(**changes), by=by, at=NOW)
    assert [one.where for one in refusal.value.problems] == [field]
    correct(note, happened=not_known(time=time(8, 40)), by=by, at=NOW)
    assert where(placement).is_missing
    assert len(whereabouts.dangers_of(placement)) == 1


def test_the_time_of_a_missing_child_note_can_be_corrected_after_the_child_is_found():
    placement = scenario.running()
    note = provider_records(placement, not_known(time=time(8, 30)))
    provider_records(placement, happened())
    corrects(note, not_known(time=time(8)))
    assert not where(placement).is_missing


def test_a_correction_to_an_earlier_time_does_not_mark_a_missing_child_as_found():
    placement = scenario.running()
    note = missing_at_nine(placement)
    with pytest.raises(Refused, match=r"Time must be 9am or later\. Enter where the child has been since then"):
        corrects(note, happened(time=time(8)))
    assert where(placement).is_missing
    corrects(note, happened())
    assert not where(placement).is_missing


@pytest.mark.parametrize("kind", ["here", "early", "slept", "hurt"])
def test_correcting_an_injury_in_the_same_note_does_not_mark_a_missing_child_as_found(kind):
    placement = scenario.running()
    both = happened(kinds=("not_known", "hurt"), told="The office", text="A knee.")
    notes = commands.provider_record_note(placement, happened=both, by=scenario.ben(placement), at=NOW)
    corrects(next(one for one in notes if one.kind == "hurt"), moved(kind=kind))
    assert where(placement).is_missing
    assert "not_known" in {one.kind for one in whereabouts.dangers_of(placement)}


def test_only_a_new_note_can_record_that_a_child_was_found():
    placement = scenario.running()
    here = provider_records(placement, happened(time=time(8, 40)))
    missing_at_nine(placement)
    for wrong in (happened(time=time(9, 1)), moved()):
        with pytest.raises(Refused, match="missing since 9am on Monday 2 March 2026") as refusal:
            corrects(here, wrong, at=NOW + timedelta(minutes=5))
        assert [one.where for one in refusal.value.problems] == ["time"]
    corrects(here, happened(time=time(8, 50)))
    assert where(placement).is_missing
    provider_records(placement, happened())
    assert not where(placement).is_missing, "a new note of the same minute"


def test_the_time_or_place_in_a_note_about_finding_a_child_can_be_corrected():
    placement = scenario.running()
    missing_at_nine(placement)
    at = NOW + timedelta(minutes=20)
    found = provider_records(placement, happened(time=time(9, 10)), at=at)
    corrects(found, moved(time=time(9, 15)), at=at)
    assert where(placement).note.kind == "elsewhere"


def test_people_notified_that_a_child_is_missing_are_also_notified_of_a_correction():
    placement = scenario.running()
    saul, olivia = scenario.saul(placement), scenario.olivia(placement)
    corrects(missing_at_nine(placement), happened())
    subject = f"Correction: a pupil is with the provider ({placement.reference})"
    for somebody in (saul, olivia):
        assert scenario.subjects_to(somebody)[-1] == subject
        body = Message.objects.filter(to=somebody).order_by("pk").last().body
        assert "This corrects an earlier note: “A pupil’s whereabouts are not known”." in body


def test_the_council_is_notified_if_a_correction_reverses_a_finding_or_a_move():
    placement = scenario.running()
    olivia = scenario.olivia(placement)
    missing_at_nine(placement)
    at = NOW + timedelta(minutes=5)
    back = provider_records(placement, happened(time=timezone.localtime(at).time()), at=at)
    assert scenario.subjects_to(olivia)[-1] == f"A pupil is with the provider ({placement.reference})"
    corrects(back, happened(kind="hurt", told="The mother", text="A knee."), at=at)
    assert where(placement).is_missing
    assert len(scenario.subjects_to(olivia)) == 3
    other = scenario.running()
    corrects(provider_records(other), happened())
    assert (
        scenario.subjects_to(scenario.olivia(other))[-1]
        == f"Correction: a pupil is with the provider ({other.reference})"
    )


def test_the_council_is_notified_if_there_is_no_one_at_the_school_to_notify():
    placement = scenario.running()
    olivia, ben = scenario.olivia(placement), scenario.ben(placement)
    later = NOW + timedelta(minutes=1)
    RoleGrant.objects.filter(organisation=placement.buyer).update(ends_at=later)
    commands.provider_record_note(
        placement, happened=happened(kind="hurt", told="The mother", text="A knee."), by=ben, at=later
    )
    message = Message.objects.filter(to=olivia).order_by("pk").last()
    assert message.subject.startswith(f"Pass this message to {placement.buyer}: A pupil was hurt")
    assert f"Call {placement.buyer} and tell them now" in message.body
    assert placement.pupil.given_name not in message.body
