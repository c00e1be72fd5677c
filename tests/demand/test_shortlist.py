"""Tests for the shortlist of a buyer.

Everyone at the buyer who can see prices shares the shortlist, and each service is on it only once.
"""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.demand.commands import shortlist, shortlists
from calloff.demand.models import ShortlistEntry
from calloff.directory.commands import withdraw
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.demand.conftest import listed
from tests.factories import NOW, SchoolOrganisationFactory, person


def test_colleagues_share_one_shortlist_and_others_cannot_see_it(service, buyer, ruth, helen, authority):
    entry = shortlist(service, buyer=buyer, by=ruth, at=NOW, note=" Seen in June. ")
    neighbour = person(Role.AP_LEAD, at=SchoolOrganisationFactory(host=authority))
    saul = person(Role.SAFEGUARDING_LEAD, at=buyer)
    provider = person(Role.PROVIDER_LEAD, at=service.provider)
    assert (entry.note, entry.added_by, entry.noted_by) == ("Seen in June.", ruth, ruth)
    assert list(ShortlistEntry.objects.visible_to(helen, NOW)) == [entry]
    for other in (neighbour, saul, provider):
        assert not ShortlistEntry.objects.visible_to(other, NOW).exists()
        with pytest.raises(PermissionDenied):
            shortlist(service, buyer=buyer, by=other, at=NOW)


def test_a_service_is_on_a_shortlist_only_once(service, buyer, ruth, helen):
    shortlist(service, buyer=buyer, by=ruth, at=NOW)
    with pytest.raises(Refused, match="already on your shortlist"):
        shortlist(service, buyer=buyer, by=helen, at=NOW)
    assert ShortlistEntry.objects.count() == 1


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_a_service_is_added_several_times_at_the_same_moment_it_is_stored_once(service, buyer, ruth):
    results = all_at_once(lambda: shortlist(service, buyer=buyer, by=ruth, at=NOW), 6)
    assert results == ["This service is already on your shortlist."] * 5 + ["done"]


def test_shortlisting_is_refused_for_an_unlisted_service_a_full_list_or_a_note_that_names_a_child(
    service, member, buyer, ruth, monkeypatch
):
    with pytest.raises(Refused, match="could identify a child"):
        shortlist(service, buyer=buyer, by=ruth, at=NOW, note="For the boy born 3.3.2012")
    other = listed(member, "Other")
    withdraw(other, by=person(Role.PROVIDER_LEAD, at=member.provider), at=NOW)
    with pytest.raises(Refused, match="no longer in the directory"):
        shortlist(other, buyer=buyer, by=ruth, at=NOW)
    monkeypatch.setattr(shortlists, "MAX_SHORTLIST_ENTRIES", 1)
    shortlist(service, buyer=buyer, by=ruth, at=NOW)
    with pytest.raises(Refused, match="Remove some"):
        shortlist(listed(member, "Third"), buyer=buyer, by=ruth, at=NOW)
