from datetime import timedelta

import pytest

from calloff.agreements import commands
from calloff.agreements.models import SigningCode
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.agreements.scenario import code_for, olivia, sian, sign, signed
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory
from tests.factories_markets import AgreementFactory
from tests.unauthorised_users import assert_denied, everybody_but


def send(agreement, *, by, at=NOW):
    commands.send_code(agreement, by=by, at=at)


@pytest.mark.django_db
def test_the_signatory_gets_a_6_digit_code_and_only_its_digest_is_stored():
    agreement = AgreementFactory(unsigned=True)
    digits = code_for(agreement, sian(agreement))
    message, code = Message.objects.get(), SigningCode.objects.get()
    assert (len(digits), digits.isdigit(), message.secret, message.address) == (6, True, True, sian(agreement).email)
    assert digits not in (message.subject, code.digest)
    assert (code.sent_at, code.attempts, code.used_at) == (NOW, 0, None)


@pytest.mark.django_db
def test_before_the_provider_signs_only_its_signatories_can_get_a_code():
    agreement = AgreementFactory(unsigned=True)
    others = everybody_but(Role.PROVIDER_SIGNATORY, provider=agreement.provider, authority=agreement.authority)
    assert_denied(lambda by: send(agreement, by=by), others)


@pytest.mark.django_db
def test_after_the_provider_signs_only_the_authoritys_contracts_officers_can_get_a_code():
    agreement = signed()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=agreement.provider, authority=agreement.authority)
    assert_denied(lambda by: send(agreement, by=by), others)
    assert code_for(agreement, olivia(agreement))


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["in_force", "ended", "superseded"])
def test_no_code_is_sent_for_an_agreement_that_needs_no_signature(status):
    agreement = AgreementFactory(status=status)
    with pytest.raises(Refused, match="is not waiting for a signature"):
        send(agreement, by=sian(agreement))
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_new_code_replaces_the_earlier_code_and_is_valid_for_15_minutes():
    agreement = AgreementFactory(unsigned=True)
    earlier = code_for(agreement, sian(agreement))
    later = code_for(agreement, sian(agreement), NOW + timedelta(minutes=14))
    assert SigningCode.objects.filter(used_at=None).count() == 1
    at = NOW + timedelta(minutes=28)
    if earlier != later:
        with pytest.raises(Refused, match="code is wrong"):
            sign(agreement, code=earlier, at=at)
    assert sign(agreement, code=later, at=at).status == "to_countersign"


@pytest.mark.django_db
def test_two_signatories_have_separate_codes():
    agreement = AgreementFactory(unsigned=True)
    other = RoleGrantFactory(organisation=agreement.provider, role=Role.PROVIDER_SIGNATORY).person
    code_for(agreement, sian(agreement))
    code_for(agreement, other)
    assert SigningCode.objects.count() == 2


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_many_codes_are_requested_at_the_same_moment_only_one_works():
    agreement = AgreementFactory(unsigned=True)
    by = sian(agreement)
    by.roles_at(agreement.provider, NOW)
    assert set(all_at_once(lambda: send(agreement, by=by), times=4)) == {"done"}
    assert SigningCode.objects.filter(used_at=None).count() == 1


@pytest.mark.django_db
def test_requesting_a_sixth_code_within_an_hour_is_refused():
    agreement = AgreementFactory(unsigned=True)
    signatory = sian(agreement)
    for minute in range(5):
        commands.send_code(agreement, by=signatory, at=NOW + timedelta(minutes=minute))

    with pytest.raises(Refused, match="5 codes in the last hour"):
        commands.send_code(agreement, by=signatory, at=NOW + timedelta(minutes=59))

    commands.send_code(agreement, by=signatory, at=NOW + timedelta(minutes=60))
