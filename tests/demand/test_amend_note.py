"""Tests for the note about a service on a shortlist, even if two people edit it at the same time."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.demand.commands import amend_note, shortlist
from calloff.demand.models import ShortlistEntry
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.people.permissions import Role
from tests.factories import NOW, person


@pytest.fixture
def entry(service, buyer, ruth):
    return shortlist(service, buyer=buyer, by=ruth, at=NOW, note="Seen.")


def test_a_colleague_can_change_or_remove_a_note(entry, helen):
    assert amend_note(entry, note="They have a minibus.", by=helen, at=NOW).noted_by == helen
    assert amend_note(entry, note=" ", by=helen, at=NOW).note == ""


def test_saving_over_a_colleagues_note_is_refused_unless_the_person_has_seen_it(entry, ruth, helen):
    seen = ShortlistEntry.objects.get(pk=entry.pk)
    amend_note(entry, note="They have a minibus.", by=helen, at=NOW)
    with pytest.raises(EditConflict):
        amend_note(entry, note="Ring first.", by=ruth, at=NOW, seen=seen)
    assert ShortlistEntry.objects.get(pk=entry.pk).note == "They have a minibus."


def test_only_buyers_who_can_see_prices_can_write_a_note_and_a_note_cannot_name_a_child(entry, ruth, buyer):
    with pytest.raises(Refused, match="could identify a child"):
        amend_note(entry, note="UPN A823432109123", by=ruth, at=NOW)
    with pytest.raises(PermissionDenied):
        amend_note(entry, note="Mine.", by=person(Role.SAFEGUARDING_LEAD, at=buyer), at=NOW)
