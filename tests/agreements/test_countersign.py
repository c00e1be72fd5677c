from datetime import date

import pytest

from calloff.agreements import sealed_copy
from calloff.agreements.models import Agreement, Signature
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.agreements.scenario import code_for, countersign, olivia, sian, sign, signed
from tests.concurrency import all_at_once
from tests.documents.sample_texts import ACCEPTED, text_of_file
from tests.factories import NOW, RoleGrantFactory
from tests.factories_evidence import StoredFileFactory
from tests.factories_markets import AgreementFactory
from tests.unauthorised_users import assert_denied, everybody_but


@pytest.fixture
def _quick_papers(monkeypatch):
    monkeypatch.setattr(sealed_copy, "make_sealed_copy", lambda agreement, at: StoredFileFactory())


@pytest.mark.django_db
def test_countersigning_puts_the_agreement_in_force_and_stores_its_sealed_copy():
    agreement = countersign(signed())
    assert agreement.status == "in_force"
    assert agreement.paper.name == f"{agreement.reference}.pdf"
    assert set(Signature.objects.values_list("side", "person")) == {
        ("provider", sian(agreement).pk),
        ("authority", olivia(agreement).pk),
    }
    assert Event.objects.get(verb="countersign").changes == {"in force from": [None, "2026-03-02"]}
    assert Message.objects.filter(
        subject__startswith="Your agreement is in force", address=sian(agreement).email
    ).exists()
    assert Agreement.objects.in_force(date(2026, 3, 2)).get() == agreement


@pytest.mark.django_db
def test_a_signatory_can_have_any_name_and_the_sealed_copy_shows_the_full_fingerprint():
    agreement = AgreementFactory(unsigned=True)
    agreement = sign(agreement, name="Nguyễn Thị Hằng", role="→ ✓ ● 🎵 中", authority=ACCEPTED[:200])
    agreement = countersign(agreement, name="ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", role="Ọlúwaṣeun", authority="1‑1")
    said = text_of_file(agreement.paper)
    assert "Nguyễn Thị Hằng" in said
    assert agreement.text.sha256 in "".join(said.split())


@pytest.mark.django_db
def test_the_sealed_copy_uses_the_markets_own_word_for_lots():
    lots = [{"number": 1, "title": "Tutoring", "word": "lot"}, {"number": 2, "title": "Online", "word": "lot"}]
    agreement = countersign(sign(AgreementFactory(unsigned=True, lots=lots)))
    assert "The lots" in text_of_file(agreement.paper)
    assert "categor" not in text_of_file(agreement.paper).lower()
    older = countersign(sign(AgreementFactory(unsigned=True, lots=[{"number": 1, "title": "Tutoring"}])))
    assert "The category" in text_of_file(older.paper)


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_countersign_an_agreement():
    agreement = signed()
    code = code_for(agreement, olivia(agreement))
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=agreement.provider, authority=agreement.authority)
    assert_denied(lambda by: countersign(agreement, by=by, code=code), others)


@pytest.mark.django_db
def test_an_agreement_cannot_be_countersigned_before_the_provider_has_signed():
    agreement = AgreementFactory(unsigned=True)
    assert not Agreement.objects.in_force(date(2026, 3, 2)).exists()
    with pytest.raises(Refused, match="Awaiting signature"):
        countersign(agreement, code="123456")


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PROVIDER_LEAD, Role.PROVIDER_STAFF, Role.PROVIDER_SIGNATORY])
def test_a_person_with_a_role_at_the_provider_cannot_countersign_an_agreement(role):
    agreement = signed()
    both = RoleGrantFactory(organisation=agreement.provider, role=role, person=olivia(agreement)).person
    both.forget_roles()
    with pytest.raises(Refused, match="someone else must countersign"):
        countersign(agreement, by=both, code="123456")


@pytest.mark.django_db
def test_a_person_who_signed_for_the_provider_cannot_countersign_after_changing_jobs():
    agreement = signed()
    moved = sian(agreement)
    moved.grants.update(ends_at=NOW)
    RoleGrantFactory(organisation=agreement.authority, role=Role.CONTRACTS_OFFICER, person=moved)
    moved.forget_roles()
    with pytest.raises(Refused, match="You signed for Windmill Hill Learning"):
        countersign(agreement, by=moved)


@pytest.mark.django_db
def test_a_code_sent_to_the_provider_cannot_be_used_to_countersign_and_wrong_codes_are_counted():
    agreement = signed()
    code = code_for(agreement, olivia(agreement))
    with pytest.raises(Refused, match="code is wrong"):
        countersign(agreement, code=f"{(int(code) + 1) % 1_000_000:06}")
    assert not Signature.objects.filter(side="authority").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_quick_papers")
def test_an_agreement_can_be_countersigned_only_once():
    agreement = countersign(signed())
    with pytest.raises(Refused, match="In force"):
        countersign(agreement, code="123456")


@pytest.mark.django_db
def test_nothing_changes_if_the_sealed_copy_cannot_be_made(monkeypatch):
    agreement = signed()

    def broken(*args, **how):
        raise RuntimeError("the press has stopped")

    monkeypatch.setattr(sealed_copy, "make_sealed_copy", broken)
    with pytest.raises(RuntimeError):
        countersign(agreement)
    assert Agreement.objects.get(pk=agreement.pk).status == "to_countersign"
    assert Signature.objects.count() == 1


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_quick_papers")
def test_only_one_of_many_simultaneous_countersignatures_is_stored():
    agreement = signed()
    by = olivia(agreement)
    code = code_for(agreement, by)
    results = all_at_once(lambda: countersign(agreement, by=by, code=code), times=4)
    assert (results.count("done"), Signature.objects.filter(side="authority").count()) == (1, 1)
