"""Tests for who can change a child's record, and who can change child protection information."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.pupils.commands import (
    amend,
    come_back,
    hold,
    keep_protection,
    leave,
    lift_hold,
    note_views,
)
from calloff.pupils.models import ProtectionInformation, Pupil
from tests.factories import NOW
from tests.unauthorised_users import assert_denied, everybody_but

TODAY = NOW.date()
LATER = NOW + timedelta(hours=1)
PROTECTION = {"social_care": "cp", "concerns": "Neglect.", "plan": "Tell the social worker.", "social_worker": "Kim"}


def test_amending_one_part_of_a_record_does_not_change_the_other_parts(cast, pupil):
    changed = amend(pupil, risks="Calms outdoors.", by=cast.ruth, at=LATER)
    assert (changed.risks, changed.given_name, changed.changed_at) == ("Calms outdoors.", "Jasmine", LATER)
    assert Event.objects.get(verb="amend").changes == {}


def test_a_change_is_checked_against_the_whole_record(cast, pupil):
    with pytest.raises(Refused, match="usually in year 5"):
        amend(pupil, born_on=date(2016, 5, 14), by=cast.ruth, at=NOW)
    pupil.refresh_from_db()
    assert pupil.born_on == date(2012, 5, 14)


def test_the_childs_views_can_be_recorded(cast, pupil):
    assert note_views(pupil, child_views=" Likes dogs. ", by=cast.ruth, at=LATER).child_views == "Likes dogs."


def test_the_views_of_an_unnamed_parent_can_be_cleared_but_not_entered(cast, pupil):
    Pupil.objects.filter(pk=pupil.pk).update(parent_views="Wants a small group.", parent_told_on=TODAY)
    said = {"child_views": "", "by": cast.ruth, "at": LATER}
    with pytest.raises(Refused, match="with that parent’s contact details"):
        note_views(pupil, parent_views="Wants a large group.", **said)
    kept = note_views(pupil, parent_views="Wants a small group.", **said)
    assert (kept.parent_views, kept.parent_told_on) == ("Wants a small group.", TODAY)
    emptied = note_views(pupil, parent_views="", **said)
    assert (emptied.parent_views, emptied.parent_told_on) == ("", None)


def test_the_safeguarding_lead_can_edit_child_protection_information(cast, pupil):
    keep_protection(pupil, **PROTECTION, by=cast.saul, at=NOW)
    keep_protection(pupil, **PROTECTION | {"concerns": "Neglect; improving."}, by=cast.saul, at=LATER)
    kept = ProtectionInformation.objects.get()
    assert (kept.pupil, kept.concerns, kept.kept_at) == (pupil, "Neglect; improving.", LATER)


def test_only_the_safeguarding_lead_can_edit_child_protection_information(cast, pupil):
    others = [*everybody_but(provider=cast.provider, authority=cast.authority), cast.ruth, cast.helen, cast.bea]
    assert_denied(lambda one: keep_protection(pupil, **PROTECTION, by=one, at=NOW), others)


def test_a_record_cannot_be_changed_after_the_child_leaves_until_the_child_returns(cast, pupil):
    left = leave(pupil, left_on=TODAY, by=cast.ruth, at=NOW)
    assert (left.status, left.left_on) == ("left", TODAY)
    for change in (
        lambda: amend(pupil, risks="", by=cast.ruth, at=LATER),
        lambda: keep_protection(pupil, **PROTECTION, by=cast.saul, at=LATER),
        lambda: leave(pupil, left_on=TODAY, by=cast.ruth, at=LATER),
    ):
        with pytest.raises(Refused, match="Left"):
            change()
    back = come_back(pupil, by=cast.ruth, at=LATER)
    assert (back.status, back.left_on) == ("on_roll", None)


@pytest.mark.parametrize(
    ("day", "words"), [(TODAY + timedelta(days=1), "today or in the past"), (date(2012, 5, 14), "birth")]
)
def test_the_date_on_which_a_child_leaves_must_be_possible(cast, pupil, day, words):
    with pytest.raises(Refused, match=words):
        leave(pupil, left_on=day, by=cast.ruth, at=NOW)
    assert Pupil.objects.get().status == "on_roll"


def test_a_legal_hold_needs_a_reason_and_can_be_lifted_once(cast, pupil):
    with pytest.raises(Refused, match="Enter why"):
        hold(pupil, reason=" ", by=cast.ruth, at=NOW)
    assert hold(pupil, reason="A claim is open.", by=cast.ruth, at=NOW).hold == "A claim is open."
    assert lift_hold(pupil, by=cast.ruth, at=NOW).hold == ""
    with pytest.raises(Refused, match="not on legal hold"):
        lift_hold(pupil, by=cast.ruth, at=NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda pupil, one: amend(pupil, risks="", by=one, at=NOW),
        lambda pupil, one: note_views(pupil, child_views="", by=one, at=NOW),
        lambda pupil, one: leave(pupil, left_on=TODAY, by=one, at=NOW),
        lambda pupil, one: hold(pupil, reason="Because", by=one, at=NOW),
    ],
    ids=["amend", "note_views", "leave", "hold"],
)
def test_only_authorised_people_at_the_buyer_can_change_a_record(cast, pupil, change):
    others = [*everybody_but(provider=cast.provider, authority=cast.authority), cast.helen, cast.saul, cast.fay]
    assert_denied(lambda one: change(pupil, one), others)


def test_only_authorised_people_at_the_buyer_can_record_a_return_or_lift_a_hold(cast, pupil):
    hold(pupil, reason="A claim is open.", by=cast.ruth, at=NOW)
    leave(pupil, left_on=TODAY, by=cast.ruth, at=NOW)
    for change in (come_back, lift_hold):
        with pytest.raises(PermissionDenied):
            change(pupil, by=cast.saul, at=NOW)
