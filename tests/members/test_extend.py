from datetime import date

import pytest

from calloff.agreements.models import Agreement
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.members import commands
from calloff.members.models import Member
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import TERM_ENDS, AgreementFactory, MemberFactory

pytestmark = pytest.mark.django_db

LATER = date(2029, 8, 31)


def extend(member, **changes):
    olivia = person(Role.CONTRACTS_OFFICER, at=member.authority)
    dates = {"closes_on": member.market.last_day, "term_ends_on": LATER, "reason": "The successor is late."}
    return commands.extend(member.market, **dates | changes, by=olivia, at=NOW)


def test_extending_a_market_moves_the_end_dates_of_its_agreements_in_one_event():
    member = MemberFactory()
    unsigned = MemberFactory(market=member.market, unsigned=True)

    extend(member)

    assert set(Agreement.objects.values_list("ends_on", flat=True)) == {LATER}
    event = Event.objects.get()
    assert (event.verb, event.subjects.count()) == ("extend", 3)
    assert event.changes[f"{member.agreement.reference} ends"] == [str(TERM_ENDS), str(LATER)]
    assert f"{unsigned.agreement.reference} ends" in event.changes


def test_a_member_stays_listed_after_the_old_end_date():
    member = MemberFactory()
    after = NOW.replace(year=2029)
    assert not Member.objects.listed(after).exists()

    extend(member)

    assert Member.objects.listed(after).get() == member


def test_agreements_with_another_end_date_or_in_another_market_do_not_change():
    member, elsewhere = MemberFactory(agreement__ends_on=date(2027, 1, 31)), AgreementFactory()

    extend(member)

    member.agreement.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (member.agreement.ends_on, elsewhere.ends_on) == (date(2027, 1, 31), TERM_ENDS)


def test_a_refused_extension_does_not_change_any_agreement():
    member = MemberFactory()

    with pytest.raises(Refused):
        extend(member, reason=" ")

    member.agreement.refresh_from_db()
    assert member.agreement.ends_on == TERM_ENDS
    assert not Event.objects.exists()


def test_extending_only_the_application_period_does_not_change_agreements():
    member = MemberFactory()

    extend(member, closes_on=date(2026, 9, 30), term_ends_on=TERM_ENDS)

    member.agreement.refresh_from_db()
    assert member.agreement.ends_on == TERM_ENDS
