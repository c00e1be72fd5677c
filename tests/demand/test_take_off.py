"""Tests for removing a service with its note from a shortlist, and for adding the service again."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.demand.commands import shortlist, take_off
from calloff.demand.models import ShortlistEntry
from calloff.kernel.lifecycles import Refused
from tests.factories import NOW


def test_a_service_that_was_removed_with_its_note_can_be_added_again(service, buyer, ruth, helen):
    entry = shortlist(service, buyer=buyer, by=ruth, at=NOW, note="Seen.")
    assert take_off(entry, by=helen, at=NOW).note == ""
    assert not ShortlistEntry.objects.visible_to(ruth, NOW).exists()
    with pytest.raises(Refused):
        take_off(entry, by=helen, at=NOW)
    assert shortlist(service, buyer=buyer, by=helen, at=NOW).note == ""


def test_only_people_at_the_buyer_can_remove_a_service_from_its_shortlist(service, buyer, ruth, olivia):
    entry = shortlist(service, buyer=buyer, by=ruth, at=NOW)
    with pytest.raises(PermissionDenied):
        take_off(entry, by=olivia, at=NOW)
