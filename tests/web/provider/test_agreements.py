"""Tests for signing on behalf of the provider: who can sign, with which code, and what is shown afterwards."""

import re

import pytest

from calloff.agreements.models import Signature, SigningCode
from calloff.agreements.states import AgreementStatus
from calloff.outbox.models import Message
from calloff.web.models import LateSubmission
from tests.factories_markets import AgreementFactory
from tests.web.account.people import able_to_sign_in, age_proofs, reauthenticate, second_step, sign_in

pytestmark = pytest.mark.django_db
SIGNED = {"name": "Sian Pugh", "role": "Director", "authority": "As its sole director"}


@pytest.fixture
def offered(provider):
    return AgreementFactory(
        provider=provider, unsigned=True, lots=[{"number": 1, "title": "Tutoring"}],
        prices=[{"key": "h", "lot": 1, "label": "Tutoring", "unit": "hour", "amount": "45.00", "vat": "exempt"}],
    )  # fmt: skip


@pytest.fixture
def signatory(client, sian):
    """Sign in as a person who has just entered their password."""
    sign_in(client, able_to_sign_in(sian))
    reauthenticate(client)
    return client


def code_sent():
    return re.search(r"\b(\d{6})\b", Message.objects.filter(secret=True).latest("pk").body).group(1)


def test_the_whole_agreement_can_be_read_and_the_page_shows_who_signs_next(signed_in, sian, to, offered):
    page = signed_in.get(to("agreement", offered.reference)).content.decode()
    assert "Be good." in page
    assert "£45.00" in page
    assert "Sian can do this" in page
    assert "Sign this agreement" not in page


def test_only_a_signatory_can_sign_an_agreement(signed_in, to, offered):
    age_proofs(signed_in, 3600)
    answer = signed_in.get(to("agreement-sign", offered.reference))
    assert answer.status_code == 302  # The page first asks for the password.
    assert "/account/again" in answer.url
    assert signed_in.post(to("agreement-send-code", offered.reference)).status_code == 403


def test_a_lead_who_signed_in_recently_sees_who_can_sign_the_agreement(client, ada, to, offered):
    sign_in(client, able_to_sign_in(ada))
    second_step(client, ada)
    reauthenticate(client)
    refused = client.get(to("agreement-sign", offered.reference))
    assert refused.status_code == 403
    assert "Provider signatory" in refused.content.decode()
    assert client.post(to("agreement-send-code", offered.reference)).status_code == 403


def test_signing_an_agreement_needs_an_emailed_code(signatory, to, offered):
    address = to("agreement-sign", offered.reference)
    assert "Email me a code" in signatory.get(address).content.decode()
    assert signatory.post(to("agreement-send-code", offered.reference)).url == f"{address}?code=sent"
    answer = signatory.post(address, SIGNED | {"code": code_sent()})
    assert answer.url == to("agreement-sign-done", offered.reference)
    assert "countersigns next" in signatory.get(answer.url).content.decode()
    offered.refresh_from_db()
    assert offered.status == AgreementStatus.TO_COUNTERSIGN
    assert Signature.objects.get().name == "Sian Pugh"
    assert "Sian Pugh" in signatory.get(to("agreement", offered.reference)).content.decode()


def test_a_wrong_code_is_refused_and_typed_answers_are_kept(signatory, to, offered):
    signatory.post(to("agreement-send-code", offered.reference))
    wrong = "000000" if code_sent() != "000000" else "000001"
    page = signatory.post(to("agreement-sign", offered.reference), SIGNED | {"code": wrong}).content.decode()
    assert "The code is wrong" in page
    assert 'href="#id_code"' in page
    assert 'value="As its sole director"' in page
    assert SigningCode.objects.get().attempts == 1


def test_requesting_a_new_code_keeps_typed_answers_and_clears_the_old_code(signatory, to, offered):
    signatory.post(to("agreement-send-code", offered.reference))
    again = signatory.post(to("agreement-send-code", offered.reference), SIGNED | {"code": "123456"})
    page = signatory.get(again.url).content.decode()
    for typed in SIGNED.values():
        assert f'value="{typed}"' in page
    assert "123456" not in page
    assert "There is a problem" not in page
    answer = signatory.post(again.url, SIGNED | {"code": code_sent()})
    assert answer.url == to("agreement-sign-done", offered.reference)
    assert not LateSubmission.objects.exists()


def test_every_missing_answer_about_the_signature_is_reported(signatory, to, offered):
    page = signatory.post(to("agreement-sign", offered.reference), {}).content.decode()
    for words in ("Enter your full name", "Enter your role", "Enter your authority to sign"):
        assert words in page


def test_an_agreement_is_shown_as_signed_after_signing(signatory, provider, to):
    done = AgreementFactory(provider=provider, to_countersign=True)
    refused = signatory.get(to("agreement-sign", done.reference))
    assert refused.status_code == 409
    assert "Awaiting countersignature" in refused.content.decode()
    assert f'href="{to("agreement", done.reference)}"' in refused.content.decode()
    assert signatory.post(to("agreement-send-code", AgreementFactory(provider=provider).reference)).status_code == 303
    assert not SigningCode.objects.exists()


def test_another_providers_agreement_returns_404(signed_in, to):
    foreign = AgreementFactory(unsigned=True)
    for route in ("agreement", "agreement-history", "agreement-paper", "agreement-sign-done"):
        assert signed_in.get(to(route, foreign.reference)).status_code == 404
