"""Tests for reminding the people who must sign, which is possible once a day for each school."""

from datetime import timedelta

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.partners.commands import remind
from calloff.partners.models import SigningReminder
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, person
from tests.partners.scenario import binding, helen, market, olivia, school, signed, taken_up
from tests.unauthorised_users import assert_denied, everybody_but

pytestmark = pytest.mark.django_db


def test_an_officer_can_remind_the_schools_signatory():
    buyer, one = school(), market()
    helen(buyer)
    remind(buyer, one, by=olivia(one.authority), at=NOW)
    message = Message.objects.get()
    assert (message.to, message.link) == (helen(buyer), f"/buyers/{buyer.slug}/agreements")
    assert one.code in message.subject


def test_a_colleague_can_also_remind_the_signatory():
    buyer, one = school(), market()
    taken_up(buyer, one)
    remind(buyer, one, by=person(Role.AP_LEAD, at=buyer), at=NOW)
    assert Message.objects.get().to == helen(buyer)


def test_a_school_gets_only_one_reminder_a_day_whoever_sends_it():
    buyer, one = school(), market()
    helen(buyer)
    remind(buyer, one, by=olivia(one.authority), at=NOW)
    with pytest.raises(Refused, match="already been reminded today"):
        remind(buyer, one, by=person(Role.AP_LEAD, at=buyer), at=NOW + timedelta(hours=5))
    remind(buyer, one, by=olivia(one.authority), at=NOW + timedelta(days=1))
    assert Message.objects.count() == 2


def test_after_the_school_has_signed_its_people_can_remind_the_council():
    buyer, one = school(), market()
    made = signed(buyer, one)
    with pytest.raises(Refused, match=r"must now countersign"):
        remind(buyer, one, by=olivia(one.authority), at=NOW)
    Message.objects.all().delete()
    remind(buyer, one, by=helen(buyer), at=NOW)
    assert Message.objects.get().subject == f"An agreement needs your countersignature ({made.agreement.reference})"


def test_no_reminder_is_sent_after_signing_or_without_a_signatory():
    buyer, one = school(), market()
    with pytest.raises(Refused, match="No one at Felpersham School has the signatory role"):
        remind(buyer, one, by=olivia(one.authority), at=NOW)
    binding(buyer, one)
    with pytest.raises(Refused, match="has already signed"):
        remind(buyer, one, by=olivia(one.authority), at=NOW)
    assert not SigningReminder.objects.exists()


def test_people_at_other_organisations_cannot_remind_the_signatory():
    buyer, one = school(), market()
    helen(buyer)
    overseers = [Role.CONTRACTS_OFFICER, Role.EVALUATOR, Role.APPROVER, Role.QUALITY_OFFICER, Role.ADMINISTRATOR]
    others = everybody_but(*overseers, authority=one.authority)
    assert_denied(lambda by: remind(buyer, one, by=by, at=NOW), others)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_reminders_is_sent():
    buyer, one = school(), market()
    helen(buyer)
    by = olivia(one.authority)
    results = all_at_once(lambda: remind(buyer, one, by=by, at=NOW), times=5)
    assert results.count("done") == 1
    assert Message.objects.count() == 1


def test_an_agreement_that_ends_soon_gets_a_renewal_reminder():
    buyer, one = school(), market()
    ends_on = binding(buyer, one).agreement.ends_on
    remind(buyer, one, by=olivia(one.authority), at=NOW + (ends_on - NOW.date()) - timedelta(30))
    renew = Message.objects.filter(subject__startswith="Renew ").get()
    assert renew.to == helen(buyer)
    assert "ends on Thursday 1 March 2029" in renew.body
