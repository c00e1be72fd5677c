from datetime import date

import pytest

from calloff.agreements import commands
from calloff.agreements.models import Agreement
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, RoleGrantFactory, person
from tests.factories_markets import AgreementFactory
from tests.unauthorised_users import assert_denied, everybody_but

WHY = "The provider has closed."


def end(agreement, *, by=None, reason=WHY):
    return commands.end(agreement, reason=reason, by=by or person(Role.APPROVER, at=agreement.authority), at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["to_sign", "to_countersign", "in_force"])
def test_an_agreement_can_be_ended_today_whether_or_not_it_has_been_signed(status):
    agreement = end(AgreementFactory(status=status))
    assert (agreement.status, agreement.ends_on) == ("ended", date(2026, 3, 2))
    assert Event.objects.get(verb="end").changes == {"ends on": ["2028-08-31", "2026-03-02"]}
    assert not Agreement.objects.in_force(date(2026, 3, 2)).exists()


@pytest.mark.django_db
def test_the_provider_is_notified_and_can_read_the_reason_after_signing_in():
    agreement = AgreementFactory()
    lead = person(Role.PROVIDER_LEAD, at=agreement.provider)
    assert end(agreement).ended_because == WHY
    message = Message.objects.get(subject__startswith="Your agreement has ended")
    assert message.address == lead.email
    assert "closed" not in message.body
    assert Event.objects.get(verb="end").reason_id == agreement.pk


@pytest.mark.django_db
def test_ending_an_agreement_needs_a_reason():
    with pytest.raises(Refused, match="Enter a reason"):
        end(AgreementFactory(), reason=" ")


@pytest.mark.django_db
def test_a_person_who_also_acts_for_the_provider_cannot_end_the_agreement():
    agreement = AgreementFactory()
    anwar = person(Role.APPROVER, at=agreement.authority)
    RoleGrantFactory(person=anwar, organisation=agreement.provider, role=Role.PROVIDER_STAFF)
    anwar.forget_roles()
    with pytest.raises(Refused, match="someone else must end"):
        end(agreement, by=anwar)


@pytest.mark.django_db
def test_ending_an_expired_agreement_does_not_change_its_end_date():
    assert end(AgreementFactory(ends_on=date(2026, 1, 31))).ends_on == date(2026, 1, 31)


@pytest.mark.django_db
def test_an_agreement_ended_before_it_starts_ends_on_its_first_day():
    assert end(AgreementFactory(starts_on=date(2026, 4, 1))).ends_on == date(2026, 4, 1)


@pytest.mark.django_db
def test_ending_an_agreement_that_has_no_end_date_sets_one():
    assert end(AgreementFactory(ends_on=None)).ends_on == date(2026, 3, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["superseded", "ended"])
def test_an_ended_agreement_cannot_be_ended_again(status):
    with pytest.raises(Refused, match="You cannot do this now"):
        end(AgreementFactory(status=status))


@pytest.mark.django_db
def test_only_an_approver_of_the_authority_can_end_an_agreement():
    agreement = AgreementFactory()
    others = everybody_but(Role.APPROVER, provider=agreement.provider, authority=agreement.authority)
    assert_denied(lambda by: end(agreement, by=by), others)
