from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from calloff.agreements import commands
from calloff.agreements.models import Signature, SigningCode
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.agreements.scenario import SIAN, code_for, olivia, sian, sign, signed
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory
from tests.factories_markets import AgreementFactory
from tests.unauthorised_users import assert_denied, database_rows, everybody_but

QUARTER = timedelta(minutes=15)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def agreement(db):
    return AgreementFactory(unsigned=True)


@pytest.mark.django_db
def test_a_signature_records_the_signer_with_their_role_and_authority_and_the_text(agreement):
    olivia(agreement)
    assert sign(agreement, name=" Sian Bevan ").status == "to_countersign"
    signature = Signature.objects.get()
    assert (signature.side, signature.person, signature.signed_at) == ("provider", sian(agreement), NOW)
    assert {key: getattr(signature, key) for key in SIAN} == SIAN
    assert signature.text_sha256 == agreement.text.sha256
    assert Message.objects.filter(
        address=olivia(agreement).email, subject__startswith="An agreement needs your countersignature"
    ).exists()
    assert Event.objects.get(verb="sign").acting_for == str(agreement.provider)


@pytest.mark.django_db
def test_only_a_signatory_of_the_provider_can_sign_an_agreement(agreement):
    code = code_for(agreement, sian(agreement))
    others = everybody_but(Role.PROVIDER_SIGNATORY, provider=agreement.provider, authority=agreement.authority)
    assert_denied(lambda by: sign(agreement, by=by, code=code), others)


@pytest.mark.django_db
def test_a_signing_code_works_for_15_minutes(agreement):
    code = code_for(agreement, sian(agreement))
    with pytest.raises(Refused, match="has expired"):
        sign(agreement, code=code, at=NOW + QUARTER)
    assert SigningCode.objects.get().attempts == 0
    assert sign(agreement, code=code, at=NOW + QUARTER - MOMENT).status == "to_countersign"


@pytest.mark.django_db
def test_after_five_wrong_codes_the_correct_code_is_refused(agreement):
    code = code_for(agreement, sian(agreement))
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for attempt in range(1, 6):
        with pytest.raises(Refused, match="code is wrong") as refusal:
            sign(agreement, code=wrong)
        assert SigningCode.objects.get().attempts == attempt
    assert refusal.value.problems[0].where == "code"
    with pytest.raises(Refused, match="has expired"):
        sign(agreement, code=code)
    assert not Signature.objects.exists()
    assert sign(agreement).status == "to_countersign"  # A new code works.


@pytest.mark.django_db
def test_a_correct_code_with_a_space_in_it_is_accepted(agreement):
    code = code_for(agreement, sian(agreement))
    assert sign(agreement, code=f" {code[:3]} {code[3:]} ")


@pytest.mark.django_db
def test_a_code_for_one_agreement_does_not_work_for_another(agreement):
    other = AgreementFactory(unsigned=True, authority=agreement.authority, provider=agreement.provider)
    code = code_for(agreement, sian(agreement))
    with pytest.raises(Refused, match="has expired"):
        sign(other, code=code)
    SigningCode.objects.update(agreement=other)  # The code is still wrong after someone has changed the row.
    with pytest.raises(Refused, match="code is wrong"):
        sign(other, code=code)


@pytest.mark.django_db
def test_a_code_sent_to_a_colleague_does_not_work(agreement):
    code = code_for(agreement, sian(agreement))
    other = RoleGrantFactory(organisation=agreement.provider, role=Role.PROVIDER_SIGNATORY).person
    with pytest.raises(Refused, match="has expired"):
        sign(agreement, by=other, code=code)


@pytest.mark.django_db
def test_a_code_can_be_used_for_only_one_signature(agreement):
    code = code_for(agreement, sian(agreement))
    sign(agreement, code=code)
    assert SigningCode.objects.get().used_at == NOW
    with pytest.raises(Refused, match="Awaiting countersignature"):
        sign(agreement, code=code)


@pytest.mark.django_db
def test_errors_for_missing_and_overlong_fields_do_not_use_up_an_attempt(agreement):
    code = code_for(agreement, sian(agreement))
    with pytest.raises(Refused) as refusal:
        sign(agreement, code=code, name=" ", role="", authority="A" * 301)
    assert [problem.where for problem in refusal.value.problems] == ["name", "role", "authority"]
    assert SigningCode.objects.get().attempts == 0


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.CONTRACTS_OFFICER, Role.EVALUATOR])
def test_a_person_who_acts_for_the_authority_cannot_sign_for_the_provider(agreement, role):
    RoleGrantFactory(organisation=agreement.authority, person=sian(agreement), role=role)
    before = database_rows()
    for attempt in (code_for, sign):
        with pytest.raises(Refused, match="someone else must sign"):
            attempt(agreement, sian(agreement)) if attempt is code_for else sign(agreement, code="123456")
    assert database_rows() == before


@pytest.mark.django_db
def test_the_database_refuses_changes_to_signatures_and_to_signed_texts():
    agreement = signed()
    signature = Signature.objects.get()
    attempts = [
        lambda: Signature.objects.update(name="Someone else"),
        signature.delete,
        lambda: type(agreement.text).objects.update(body="Other words"),
        lambda: type(agreement).objects.update(lots=[{"number": 9, "title": "More"}]),
        lambda: type(agreement).objects.update(prices=[{"amount": "1.00"}]),
        lambda: type(agreement).objects.update(starts_on=None),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
            attempt()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_signatures_is_stored():
    agreement = AgreementFactory(unsigned=True)
    by = sian(agreement)
    code = code_for(agreement, by)
    results = all_at_once(lambda: commands.sign(agreement, by=by, at=NOW, code=code, **SIAN), times=4)
    assert (results.count("done"), Signature.objects.count()) == (1, 1)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_signatories_who_sign_at_the_same_moment_succeeds():
    agreement = AgreementFactory(unsigned=True)
    people = [sian(agreement), RoleGrantFactory(organisation=agreement.provider, role=Role.PROVIDER_SIGNATORY).person]
    turns = iter([(one, code_for(agreement, one)) for one in people])

    def take_a_turn():
        by, code = next(turns)
        commands.sign(agreement, by=by, at=NOW, code=code, **SIAN)

    assert all_at_once(take_a_turn, times=2).count("done") == 1
    assert SigningCode.objects.filter(used_at=None).count() == 1
