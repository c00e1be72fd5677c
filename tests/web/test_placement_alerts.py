"""Tests for the notices at the top of a placement, which are about a suspension and about promises that can be
fulfilled.
"""

from html import unescape

import pytest

from calloff.people.permissions import Role
from tests.factories import person
from tests.factories_markets import MemberFactory, lot
from tests.monitoring.test_suspend import suspended
from tests.placements import scenario

pytestmark = pytest.mark.django_db
SUSPENDED = "is suspended and is not taking placements."
FOR_OTHERS = "is suspended, but this does not affect this placement."
CANNOT = "You cannot record checks, sign or start the placement"
CAN = "You can still record checks, sign and start this placement."


def pages_of(client, placement):
    """Return the page of a placement as its buyer, its provider and its authority see it."""
    reference = placement.reference
    for reader, root in (
        (scenario.ruth(placement), f"/buyers/{placement.buyer.slug}"),
        (scenario.ada(placement), f"/providers/{placement.provider.slug}"),
        (person(Role.CONTRACTS_OFFICER, at=placement.authority), f"/authorities/{placement.authority.slug}"),
    ):
        client.force_login(reader)
        yield unescape(client.get(f"{root}/placements/{reference}").content.decode())


def other_membership(placement):
    own = placement.member
    return MemberFactory(market=own.market, lot=lot(own.market, 2), provider=own.provider)


def test_a_provider_suspended_only_for_other_placements_can_still_promise_a_start_date(client):
    placement = scenario.confirmed()
    suspended(other_membership(placement), left_out_reason="It is another site.")
    for page in pages_of(client, placement):
        assert f"{placement.provider} {FOR_OTHERS}" in page
        assert CAN in page
        assert SUSPENDED not in page
        assert CANNOT not in page
    scenario.CHECKS["visit"](placement)  # The command succeeds, so the page is right.


def test_a_provider_suspended_for_this_placement_cannot_promise_a_start_date(client):
    placement = scenario.confirmed()
    other_membership(placement)
    suspended(placement.member, left_out_reason="It is another site.")
    for page in pages_of(client, placement):
        assert f"{placement.provider} {SUSPENDED}" in page
        assert f"{CANNOT} until the suspension is lifted." in page
        assert FOR_OTHERS not in page


def test_the_page_says_that_a_removed_provider_cannot_promise_a_start_date(client):
    placement = scenario.confirmed()
    for page in pages_of(client, placement):
        assert CANNOT not in page
    scenario.removed(placement.member)
    for page in pages_of(client, placement):
        assert f"{placement.provider} is not taking placements." in page
        assert f"{CANNOT}. You can always record where a child is." in page


def test_once_the_child_attends_the_page_no_longer_mentions_a_start_date(client):
    placement = scenario.running()
    suspended(other_membership(placement), left_out_reason="It is another site.")
    for page in pages_of(client, placement):
        assert f"{placement.provider} {FOR_OTHERS}" in page
        assert CAN not in page
