"""Tests for cancelled, superseded and ended agreements, under which the buyer can no longer ask."""

import pytest

from calloff.agreements.states import AgreementStatus
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.partners import commands
from calloff.partners.buying_eligibility import BuyingStandingWord, buying_standing, require_binding
from calloff.partners.models import SchoolCoverage
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory
from tests.partners.scenario import TRUST, binding, helen, market, olivia, registered, school, signed, taken_up
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


def test_a_signatory_can_cancel_an_unsigned_agreement_and_start_again():
    buyer, one = school(), market()
    made = taken_up(buyer, one)
    commands.drop(made, by=helen(buyer), at=NOW)
    made.agreement.refresh_from_db()
    assert made.agreement.status == AgreementStatus.ENDED
    taken_up(buyer, one)


def test_a_signed_agreement_cannot_be_cancelled():
    buyer, one = school(), market()
    with pytest.raises(Refused, match="Awaiting countersignature"):
        commands.drop(signed(buyer, one), by=helen(buyer), at=NOW)


def test_only_a_signatory_of_the_school_can_cancel_an_agreement():
    buyer, one = school(), market()
    made = taken_up(buyer, one)
    others = everybody_but(Role.HEAD, buyer=buyer, authority=one.authority)
    assert_denied(lambda by: commands.drop(made, by=by, at=NOW), others)


@pytest.mark.parametrize(
    ("command", "word"),
    [(commands.require_anew, BuyingStandingWord.SUPERSEDED), (commands.dissolve, BuyingStandingWord.ENDED)],
)
def test_ending_an_agreement_needs_a_reason_and_the_school_can_no_longer_ask_for_places(command, word):
    buyer, one = school(), market()
    made = binding(buyer, one)
    command(made, by=olivia(one.authority), at=NOW, reason="The terms have changed.")
    made.agreement.refresh_from_db()
    assert made.agreement.ended_because == "The terms have changed."
    assert buying_standing(buyer, one, at=NOW).word == word
    with pytest.raises(Refused, match=r"Helen \(head or signatory\) has not signed a new Partnership Agreement"):
        require_binding(buyer, one, at=NOW)
    message = Message.objects.filter(subject__startswith="Your Partnership Agreement has ended").get()
    assert message.address == helen(buyer).email
    assert "terms" not in message.body


@pytest.mark.parametrize("command", [commands.require_anew, commands.dissolve])
def test_only_a_contracts_officer_can_end_an_agreement_and_only_with_a_reason(command):
    buyer, one = school(), market()
    made = binding(buyer, one)
    others = everybody_but(Role.CONTRACTS_OFFICER, buyer=buyer, authority=one.authority)
    assert_denied(lambda by: command(made, by=by, at=NOW, reason="Because."), others)
    with pytest.raises(Refused, match="Enter a reason"):
        command(made, by=olivia(one.authority), at=NOW, reason=" ")
    require_binding(buyer, one, at=NOW)


def test_an_agreement_awaiting_countersignature_can_be_ended_but_not_superseded():
    buyer, one = school(), market()
    made = signed(buyer, one)
    with pytest.raises(Refused, match="Awaiting countersignature"):
        commands.require_anew(made, by=olivia(one.authority), at=NOW, reason="Because.")
    commands.dissolve(made, by=olivia(one.authority), at=NOW, reason="The wrong entity signed.")
    assert SchoolCoverage.objects.get().standing == SchoolCoverage.Standing.PAST


def test_ending_a_trusts_agreement_ends_it_for_all_its_schools():
    authority = AuthorityFactory(la_code="938")
    one = market(authority)
    first = school(trust="The Am Vale Trust", host=authority)
    registered(138002, "Ambridge Primary", trust="The Am Vale Trust")
    made = binding(first, one, **TRUST, schools=[138002])
    commands.dissolve(made, by=olivia(authority), at=NOW, reason="The trust is wound up.")
    assert not made.covers.exclude(standing=SchoolCoverage.Standing.PAST).exists()
