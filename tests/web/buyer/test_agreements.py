"""Tests for the pages of a Partnership Agreement: its duties, its text, who must sign, and signing with a code."""

import re
from datetime import timedelta

import pytest

from calloff.agreements.models import Agreement
from calloff.agreements.states import AgreementStatus
from calloff.outbox.models import Message
from calloff.partners.models import Partnership
from tests.factories import NOW, TeamFactory, person, rewrite
from tests.partners.scenario import binding, countersign, registered, signed, taken_up
from tests.web.account.people import able_to_sign_in, reauthenticate, second_step, sign_in

pytestmark = pytest.mark.django_db
SIGNED = {"name": "Helen Marsh", "role": "Headteacher", "authority": "Scheme of delegation"}


def signing(client, somebody):
    """Sign in as a person who has just entered their password."""
    sign_in(client, able_to_sign_in(somebody))
    second_step(client, somebody)
    reauthenticate(client)
    return client


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_says_who_must_sign_and_can_send_a_reminder(client, ruth, helen, to, market):
    client.force_login(ruth)
    page = words(client.get(to("agreements")))
    assert (
        "You cannot ask providers yet because Helen (head or signatory) has not signed the Partnership Agreement."
        in page
    )
    assert "Remind Helen" in page
    done = client.post(to("agreement-remind", market.code), follow=True)
    assert "Reminder sent to the people who must sign next" in words(done)
    assert "Last reminded: Monday 2 March 2026." in words(done)
    assert "Remind Helen</button>" not in words(done)
    assert Message.objects.get().to == helen
    again_ = client.post(to("agreement-remind", market.code), follow=True)
    assert "already been reminded today" in words(again_)


def test_the_duties_and_the_text_of_an_agreement_are_on_separate_pages(client, ruth, to, market):
    client.force_login(ruth)
    page = words(client.get(to("agreement-duties", market.code)))
    assert "You stay responsible for each child you place." in page
    assert "Start signing" not in page
    assert "Look after the child." in words(client.get(to("agreement-text", market.code)))


def test_the_head_can_start_an_agreement_sign_it_with_a_code_and_see_what_happens_next(
    client, helen, to, market, buyer
):
    registered(138002, "Ambridge Primary", trust="The Am Vale Trust")
    signing(client, helen)
    assert "Start signing" in words(client.get(to("agreement-duties", market.code)))
    form = words(client.get(to("agreement-take-up", market.code)))
    assert 'value="The Am Vale Trust"' in form
    assert "Ambridge Primary, Felpersham (URN 138002)" in form
    asked = {"entity": "trust", "entity_name": "The Am Vale Trust", "entity_number": "01234567", "schools": ["138002"]}
    answer = client.post(to("agreement-take-up", market.code), asked)
    made = Partnership.objects.get()
    reference = made.agreement.reference
    assert (answer.status_code, answer.url) == (303, to("agreement-sign", reference))
    assert "Ambridge Primary and Felpersham School can ask providers" in words(client.get(answer.url))
    client.post(to("agreement-send-code", reference))
    code = re.search(r"\b(\d{6})\b", Message.objects.filter(secret=True).latest("pk").body).group(1)
    wrong = client.post(to("agreement-sign", reference), {**SIGNED, "authority": "", "code": code})
    assert "Enter your authority to sign" in words(wrong)
    assert "Helen Marsh" in words(wrong)
    done = client.post(to("agreement-sign", reference), {**SIGNED, "code": code}, follow=True)
    expected = f"You have signed. Your school can ask providers for places once {buyer.host} countersigns."
    assert expected.replace("'", "&#39;") in words(done)
    made.agreement.refresh_from_db()
    assert made.agreement.status == AgreementStatus.TO_COUNTERSIGN


def test_typed_answers_are_kept_when_the_legal_entity_is_refused(client, helen, to, market):
    client.force_login(helen)
    page = words(client.post(to("agreement-take-up", market.code), {"entity": "trust", "entity_name": ""}))
    assert "There is a problem" in page
    assert "Enter the full name of the legal body that will sign" in page
    assert not Partnership.objects.exists()


def test_a_colleague_can_read_the_agreement_but_not_sign_it(client, ruth, to, market, buyer):
    made = taken_up(buyer, market)
    client.force_login(ruth)
    page = words(client.get(to("agreement", made.agreement.reference)))
    assert "Helen can do this" in page
    assert "Sign this agreement" not in page
    assert client.get(to("agreement-take-up", market.code)).status_code == 403
    assert client.get(to("agreement-drop", made.agreement.reference)).status_code == 403


def test_the_head_can_cancel_an_agreement_that_contains_a_mistake(client, helen, to, market, buyer):
    made = taken_up(buyer, market)
    client.force_login(helen)
    assert "Cancel the agreement" in words(client.get(to("agreement", made.agreement.reference)))
    client.get(to("agreement-drop", made.agreement.reference))
    answer = client.post(to("agreement-drop", made.agreement.reference), follow=True)
    assert "You can start again." in words(answer)


def test_the_sealed_copy_can_be_downloaded_once_both_sides_have_signed(client, ruth, to, market, buyer):
    waiting = signed(buyer, market)
    client.force_login(ruth)
    assert client.get(to("agreement-paper", waiting.agreement.reference)).status_code == 404
    countersign(waiting)
    copy = client.get(to("agreement-paper", waiting.agreement.reference))
    assert b"".join(copy.streaming_content).startswith(b"%PDF")
    page = words(client.get(to("agreements")))
    assert "You can ask providers for places and buy them until the end of Thursday 1 March 2029" in page
    assert "Countersigned and in force" in words(client.get(to("agreement-history", waiting.agreement.reference)))


def test_another_school_in_a_trust_can_read_the_agreement_that_covers_it(client, market, buyer):
    registered(138002, "Ambridge Primary", trust="The Am Vale Trust")
    made = binding(buyer, market, entity="trust", entity_name="The Am Vale Trust", schools=[138002])
    other = made.covers.exclude(buyer=buyer).get().buyer
    client.force_login(person("ap_lead", at=other))
    assert client.get(f"/buyers/{other.slug}/agreements/{made.agreement.reference}").status_code == 200


def test_the_agreement_of_another_school_returns_404(client, ruth, to, market):
    stranger = binding(TeamFactory(), market)
    client.force_login(ruth)
    assert client.get(to("agreement", stranger.agreement.reference)).status_code == 404


def test_agreements_to_sign_or_renew_are_tasks_for_the_head(client, to, market, buyer):
    task = f"Sign the Partnership Agreement: {market}"  # The first steps of a new school do not name a market.
    helen, ruth = person("head", at=buyer), person("ap_lead", at=buyer)
    client.force_login(helen)
    page = words(client.get(to("home")))
    assert task not in page, "the first steps of a new school list it"
    assert "Sign the Partnership Agreement" in page
    assert page.count(to("agreement-duties", market.code)) == 2  # the step's text and its button
    made = binding(buyer, market)
    assert task not in words(client.get(to("home")))
    rewrite(Agreement.objects.filter(pk=made.agreement.pk), ends_on=NOW.date() + timedelta(30))
    page = words(client.get(to("home")))
    assert task in page
    assert "If you do nothing: your colleagues will not be able to ask providers for places" in page
    client.force_login(ruth)
    assert task not in words(client.get(to("home")))


def test_go_to_finds_an_agreement_by_its_reference(client, ruth, to, market, buyer):
    made = taken_up(buyer, market)
    client.force_login(ruth)
    answer = client.post("/account/go-to", {"words": made.agreement.reference.lower()})
    assert answer.url == to("agreement", made.agreement.reference)
