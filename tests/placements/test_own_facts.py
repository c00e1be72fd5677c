"""Tests that a provider can never reopen or extend its access to a child by recording something."""

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calloff.kernel.lifecycles import Refused
from calloff.members import commands as members
from calloff.members.models import Member, Suspension
from calloff.people.permissions import Role
from calloff.placements import access, commands
from calloff.placements.models import DayNote, Placement
from calloff.pupils.models import DisclosureGrant
from tests.factories import NOW, person
from tests.placements import scenario
from tests.placements.test_access import pack, sees
from tests.placements.test_any_order import ACTS, WHOLE, PlacementMachine

pytestmark = pytest.mark.django_db

LATER = (0, 15, 400)  # days from today


def note_of(kind, at, **changes):
    usual = {"kinds": (kind,), "day": timezone.localdate(at), "time": timezone.localtime(at).time(), "text": "A knee.",
             "told": "The mother", "decided_by": "The lead", "place_kind": "site", "place": "Yard Farm"}  # fmt: skip
    return commands.DayNoteEntry(**usual | changes)


def provider_notes(placement, kind, at, **changes):
    found = Placement.objects.get(pk=placement.pk)
    by = scenario.ben(found)
    return commands.provider_record_note(found, happened=note_of(kind, at, **changes), by=by, at=at)[0]


def buyer_notes(placement, kind, at, **changes):
    found = Placement.objects.get(pk=placement.pk)
    return commands.record_note(found, happened=note_of(kind, at, **changes), by=scenario.ruth(found), at=at)[0]


def reads(placement, at):
    return access.provider_reads_notes(Placement.objects.get(pk=placement.pk), at)


@pytest.mark.parametrize("stage", ["confirmed", "drawn", "agreed"])
@pytest.mark.parametrize("kind", ["here", "hurt", "early", "extra_day", "stayed", "elsewhere"])
def test_a_providers_own_note_does_not_reopen_closed_access(stage, kind):
    placement = getattr(scenario, stage)()
    ends = set(DisclosureGrant.objects.filter(source=placement.reference).values_list("ends_at", flat=True))
    for days in (200, 400, 730):
        at = NOW + timedelta(days=days)
        assert not sees(placement, at)
        provider_notes(placement, kind, at)
        assert not sees(placement, at)
        assert not reads(placement, at)
    given = DisclosureGrant.objects.filter(source=placement.reference)
    assert set(given.values_list("ends_at", flat=True)) == ends


@pytest.mark.parametrize("kind", ["here", "early", "extra_day"])
def test_a_note_by_a_suspended_provider_gives_it_no_access_to_a_new_child(kind):
    placement = scenario.checked()
    scenario.suspend(placement.member)
    at = NOW + timedelta(days=1)
    note = provider_notes(placement, kind, at)
    assert not sees(placement, at + timedelta(minutes=1))
    assert not reads(placement, at + timedelta(minutes=1))
    commands.provider_correct_note(
        note, happened=note_of("early", NOW, time=time(8)), by=scenario.ben(placement), at=at + timedelta(minutes=2)
    )
    assert not sees(placement, at + timedelta(minutes=3))
    buyer_notes(placement, "early", at + timedelta(minutes=4))
    assert sees(placement, at + timedelta(minutes=5)), "the buyer says that the child is there"


def test_a_note_about_a_cancelled_place_gives_no_access_to_other_notes():
    placement = scenario.confirmed()
    commands.fall_through(placement, reason="The family moved.", by=scenario.ruth(placement), at=NOW)
    at = NOW + timedelta(minutes=1)
    assert not reads(placement, at)
    provider_notes(placement, "here", at)
    assert not reads(placement, at + timedelta(minutes=1))


def test_a_correction_to_a_note_from_before_a_suspension_also_counts_as_from_before_it():
    placement = scenario.confirmed()
    note = provider_notes(placement, "early", NOW)
    scenario.suspend(placement.member)
    at = NOW + timedelta(days=1)
    again = note_of("early", NOW, time=time(8))
    note = commands.provider_correct_note(note, happened=again, by=scenario.ben(placement), at=at)
    assert sees(placement, at)
    commands.provider_correct_note(note, happened=note_of("elsewhere", at), by=scenario.ben(placement), at=at)
    assert not sees(placement, at)


def test_a_note_by_the_buyer_that_the_child_is_there_gives_access_for_14_days():
    placement = scenario.confirmed()
    at = NOW + timedelta(days=400)
    buyer_notes(placement, "here", at)
    assert sees(placement, at)
    assert sees(placement, at + timedelta(days=13))
    provider_notes(placement, "here", at + timedelta(days=13))
    assert not sees(placement, at + timedelta(days=15))


def test_marking_a_child_late_for_the_first_time_does_not_reopen_closed_access():
    placement = scenario.agreed()
    before = set(DisclosureGrant.objects.values_list("pk", "ends_at", "starts_at"))
    scenario.mark(placement, at=NOW + timedelta(days=300))
    assert Placement.objects.get(pk=placement.pk).started_on == scenario.FIRST
    assert set(DisclosureGrant.objects.values_list("pk", "ends_at", "starts_at")) == before


OWN = ("note_here", "note_hurt", "note_early", "note_extra_day", "note_stayed", "note_not_known", "note_elsewhere",
       "correct", "mark", "propose_own", "provider_notice")  # fmt: skip
OTHERS = ("suspend", "lift", "remove", "buyer_note", "year")


class Recorded(PlacementMachine):
    """A placement in which both sides write and correct notes, and the provider is suspended and reinstated."""

    def __init__(self):
        super().__init__()
        self.member = self.offer.interest.member

    def __getattr__(self, act):
        if not act.startswith("note_"):
            raise AttributeError(act)
        return lambda name: provider_notes(self.placement, act.removeprefix("note_"), self.at)

    def correct(self, name):
        note = DayNote.objects.filter(side="provider").exclude(status="corrected").order_by("-pk").first()
        if note:
            again = note_of("early", self.at - timedelta(days=1))
            commands.provider_correct_note(note, happened=again, by=scenario.ben(self.placement), at=self.at)

    def propose_own(self, name):
        self.propose("ada")

    def provider_notice(self, name):
        last = self.at.date() + timedelta(days=11)
        commands.provider_notice(self.placement, last_on=last, reason="No.", by=self.people["ada"], at=self.at)

    def buyer_note(self, name):
        buyer_notes(self.placement, "here", self.at)

    def suspend(self, name):
        officer = person(Role.QUALITY_OFFICER, at=self.member.authority)
        members.suspend(
            self.member.provider, authority=self.member.authority, members=[Member.objects.get(pk=self.member.pk)],
            clause="2", reason="A concern.", review_route="Write to us.", by=officer, at=self.at,
        )  # fmt: skip

    def lift(self, name):
        suspension = Suspension.objects.order_by("pk").last()
        if suspension is None:
            return
        officer = person(Role.QUALITY_OFFICER, at=self.member.authority)
        members.reinstate(suspension, reason="Put right.", by=officer, at=self.at)

    def remove(self, name):
        if Member.objects.filter(pk=self.member.pk, status="removed").exists():
            return  # a removed member cannot be removed again on a later date
        scenario.removed(self.member)
        Member.objects.filter(pk=self.member.pk).update(changed_at=self.at)

    def year(self, name):
        self.at += timedelta(days=365)

    def seen(self):
        """Return the labels of the details that the provider can see about the child, for each number of days in
        LATER.
        """
        found = {}
        for days in LATER:
            at = self.at + timedelta(days=days)
            shown = pack(self.placement, self.people["ada"], at)
            labels = {label for section in shown.sections for label, _ in section.rows} if shown else set()
            found[days] = labels | ({"notes"} if reads(self.placement, at) else set())
        return found


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*OWN, *OWN, *OTHERS, *ACTS]), min_size=1, max_size=12), st.integers(1, len(WHOLE)))
def test_a_provider_never_gains_access_through_notes_that_it_records(acts, prologue):
    with transaction.atomic():
        life = Recorded()
        for act in [*WHOLE[:prologue], *acts]:
            life.at += timedelta(minutes=1)
            before = life.seen() if act in OWN else {}
            try:
                with transaction.atomic():
                    getattr(life, act)("rightful")
            except (Refused, PermissionDenied, LookupError):
                pass
            for somebody in life.people.values():
                somebody.forget_roles()
            after = life.seen() if before else {}
            assert all(after[days] <= labels for days, labels in before.items()), act
        transaction.set_rollback(True)
