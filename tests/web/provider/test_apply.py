"""Tests for the pages for applying, from choosing categories to changing a submitted application."""

import re

import pytest

from calloff.applications import jobs
from calloff.applications.commands import save_section
from calloff.applications.models import Application, LotRequest, SubmittedVersion
from calloff.applications.states import ApplicationStatus, LotRequestStatus
from calloff.evidence.models import Evidence
from calloff.kernel import clock
from calloff.people.permissions import Role
from tests.documents.sample_files import pdf, upload
from tests.factories import NOW, person
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import (
    ANSWERS,
    ELIGIBLE,
    MARKET_CLOSES,
    ApplicationFactory,
    MarketFactory,
    MemberFactory,
    lot,
)

pytestmark = pytest.mark.django_db


def page_of(client, address):
    return client.get(address).content.decode()


def hidden(html):
    found = re.findall(r'<input type="hidden" name="((?!csrf|once)[^"]+)" value="([^"]*)"', html)
    return {name: value.replace("&quot;", '"') for name, value in found}


def section_sent(client, address, answers, **more):
    return client.post(address, {**hidden(page_of(client, address)), **answers, **more})


def started(client, to, market, lots=("1",)):
    """Start an application as a person would: choose categories, then answer the eligibility questions."""
    asked = client.post(to("market-apply", market.code), {"lots": lots}).url
    return client.post(asked, {**hidden(page_of(client, asked)), **ELIGIBLE})


def test_an_application_can_be_started_from_the_page_of_a_market(signed_in, to, market):
    page = page_of(signed_in, to("market-apply", market.code))
    assert "Tutoring" in page
    assert re.search(r"up to \d+ questions in 3 sections. Allow about 1 hour", page)
    answer = started(signed_in, to, market, ["1", "2"])
    started_now = Application.objects.get()
    assert answer.url == to("application", started_now.reference)
    assert started_now.lots == [1, 2]
    assert "0 of 3 sections completed" in page_of(signed_in, answer.url)


def test_the_public_page_of_a_market_has_a_link_for_applying(signed_in, to, market):
    assert signed_in.get(f"{to('markets')}?market={market.code}").url == to("market-apply", market.code)


def test_choosing_no_category_shows_an_error_next_to_the_checkboxes(signed_in, to, market):
    page = signed_in.post(to("market-apply", market.code), {}).content.decode()
    assert "Select at least one category" in page
    assert "There is a problem" in page
    assert not Application.objects.exists()


def test_a_category_already_applied_for_cannot_be_selected_and_the_page_shows_why(signed_in, to, provider, draft):
    market = draft.market
    MemberFactory(provider=provider, market=market, lot=lot(market, 2))
    page = page_of(signed_in, to("market-apply", market.code))
    assert f"You have already applied: {draft.reference}" in page
    assert "You are already a member" in page
    assert 'type="checkbox"' not in page
    refused = signed_in.post(to("market-apply", market.code), {"lots": ["1"]})
    assert "Select categories from the list" in refused.content.decode()


def test_applying_to_a_closed_market_is_refused_with_an_explanation(signed_in, to):
    closed = MarketFactory(closes_at=NOW)
    page = signed_in.post(to("market-apply", closed.code), {"lots": ["1"]}).content.decode()
    assert "Applications closed" in page
    assert not Application.objects.exists()


def test_a_draft_market_returns_404(signed_in, to):
    assert signed_in.get(to("market-apply", MarketFactory(draft=True).code)).status_code == 404


def test_a_saved_section_is_shown_as_saved_in_the_task_list(signed_in, to, market):
    started(signed_in, to, market)
    application = Application.objects.get()
    address = to("application-section", application.reference, "about")
    next_section = to("application-section", application.reference, "safeguarding")
    assert section_sent(signed_in, address, ANSWERS["about"]).url == next_section
    assert application.sections.get().answers == ANSWERS["about"]
    beside = page_of(signed_in, next_section)
    assert ", completed</span></span></a>" in beside
    assert f'href="{next_section}" aria-current="step"' in beside
    assert "Section 2 of 4" in beside
    assert "1 of 3 sections completed" in page_of(signed_in, to("application", application.reference))


def test_missing_answers_are_reported_and_typed_answers_are_kept(signed_in, to, market):
    started(signed_in, to, market)
    address = to("application-section", Application.objects.get().reference, "about")
    page = section_sent(signed_in, address, {"contact": "Ada <b>", "barred": "no"}).content.decode()
    assert "There is a problem" in page
    assert 'href="#id_notice"' in page
    assert 'value="Ada &lt;b&gt;"' in page


def test_a_section_can_be_saved_when_it_is_only_half_complete(signed_in, to, market):
    started(signed_in, to, market)
    application = Application.objects.get()
    address = to("application-section", application.reference, "about")
    answer = section_sent(signed_in, address, {"contact": "Ada"}, **{"section-save": "later"})
    assert answer.status_code == 303
    assert application.sections.get().answers["contact"] == "Ada"
    assert "In progress" in page_of(signed_in, answer.url)


def test_an_invalid_answer_does_not_lose_the_valid_ones(signed_in, to, market):
    started(signed_in, to, market)
    application = Application.objects.get()
    address = to("application-section", application.reference, "about")
    page = section_sent(signed_in, address, {"contact": "Ada", "barred": "perhaps"}).content.decode()
    assert "We have saved your other answers" in page
    assert 'href="#id_barred"' in page
    assert 'href="#id_notice"' in page
    assert application.sections.get().answers == {"contact": "Ada"}
    corrected = signed_in.post(address, {**hidden(page), **ANSWERS["about"], "contact": "Ada Bell"})
    assert corrected.url == to("application-section", application.reference, "safeguarding")
    assert application.sections.get().answers == {**ANSWERS["about"], "contact": "Ada Bell"}


def test_after_a_partial_save_a_colleagues_later_change_is_still_noticed(signed_in, to, provider, draft):
    address = to("application-section", draft.reference, "about")
    page = section_sent(signed_in, address, {**ANSWERS["about"], "contact": "Cai", "barred": "?"}).content.decode()
    assert draft.sections.get(key="about").answers["contact"] == "Cai"
    bea = person(Role.PROVIDER_LEAD, at=provider)
    save_section(draft, key="about", answers={"contact": "Bea"}, seen=2, by=bea, at=NOW)
    answers = {**ANSWERS["about"], "contact": "Dai"}
    assert "saved this page" in signed_in.post(address, {**hidden(page), **answers}).content.decode()
    assert draft.sections.get(key="about").answers["contact"] == "Bea"


def test_answers_are_saved_automatically_and_the_page_can_still_be_saved(signed_in, to, provider, draft):
    address = to("application-section", draft.reference, "about")
    seen = hidden(page_of(signed_in, address))
    auto = {"section-save": "auto"}
    reply = signed_in.post(address, {**seen, **ANSWERS["about"], "contact": "Cai", "barred": "?"} | auto).json()
    assert re.fullmatch(r"Saved at [0-9:]+[ap]m, without the answers that have errors", reply["words"])
    assert draft.sections.get(key="about").answers["contact"] == "Cai"
    again = signed_in.post(address, {**seen, **reply["hidden"], **ANSWERS["about"], "contact": "Dai"} | auto).json()
    assert re.fullmatch(r"Saved at [0-9:]+[ap]m", again["words"])
    bea = person(Role.PROVIDER_LEAD, at=provider)
    save_section(draft, key="about", answers={"contact": "Bea"}, seen=3, by=bea, at=NOW)
    late = signed_in.post(address, {**seen, **again["hidden"], **ANSWERS["about"], "contact": "Eve"} | auto).json()
    assert late["stopped"]
    assert draft.sections.get(key="about").answers["contact"] == "Bea"


@pytest.mark.parametrize(
    ("status", "current", "words"),
    [
        (ApplicationStatus.SUBMITTED, None, "The council has not started yet"),
        (ApplicationStatus.TO_DECIDE, "Decision", "Due by Monday 16 March 2026"),
        (ApplicationStatus.DECIDED, None, "Read the decision letter"),
    ],
)
def test_a_submitted_application_shows_how_far_it_has_come(  # noqa: PLR0917 (three of them are one case)
    signed_in, to, provider, status, current, words
):
    sent = ApplicationFactory(provider=provider, status=status)
    page = page_of(signed_in, to("application", sent.reference))
    assert "Received" in page
    assert words in page
    assert re.findall(r'aria-current="step">.*?title">([A-Za-z ]+)<', page, re.DOTALL) == ([current] if current else [])


def test_a_withdrawn_application_has_no_steps(signed_in, to, provider):
    withdrawn = ApplicationFactory(provider=provider, status=ApplicationStatus.WITHDRAWN)
    assert "calloff-tracker" not in page_of(signed_in, to("application", withdrawn.reference))


def uploaded(**changes):
    boxes = {
        "issued_on-day": "1", "issued_on-month": "1", "issued_on-year": "2026", "expires_on-day": "31",
        "expires_on-month": "12", "expires_on-year": "2026", "insurer": "Example Mutual", "policy": "EM/1",
        "cover": "£10,000,000", "file": upload("policy.pdf", pdf()),
    }  # fmt: skip
    return {f"insurance-new-{name}": value for name, value in (boxes | changes).items()}


def test_a_document_uploaded_inside_a_question_is_selected_at_once(signed_in, to, market):
    started(signed_in, to, market)
    application = Application.objects.get()
    address = to("application-section", application.reference, "safeguarding")
    assert 'enctype="multipart/form-data"' in page_of(signed_in, address)
    pressed = {"section-save": "upload:insurance"}
    answer = section_sent(signed_in, address, {"lead": "Ada leads."} | uploaded(), **pressed)
    assert answer.url == f"{address}#id_insurance"
    document = Evidence.objects.get()
    assert application.sections.get().answers == {"lead": "Ada leads.", "insurance": document.reference}
    page = page_of(signed_in, address)
    assert f'value="{document.reference}" checked' in page
    assert f'href="{to("evidence-file", document.reference)}"' in page
    assert "Expires before the market ends" in page


def test_a_refused_upload_saves_the_other_answers_and_keeps_the_file(signed_in, to, market):
    started(signed_in, to, market)
    application = Application.objects.get()
    address = to("application-section", application.reference, "safeguarding")
    wrong = {"lead": "Ada leads."} | uploaded(cover="lots")
    page = section_sent(signed_in, address, wrong, **{"section-save": "upload:insurance"}).content.decode()
    assert 'href="#id_insurance-new-cover"' in page
    assert "policy.pdf has been uploaded" in page
    assert "We have saved your other answers" in page
    assert not Evidence.objects.exists()
    assert application.sections.get().answers["lead"] == "Ada leads."
    corrected = signed_in.post(address, {**hidden(page), "lead": "Ada leads."} | uploaded(file=""))
    assert corrected.url.startswith(to("application-section", application.reference, "technical"))
    assert application.sections.get().answers["insurance"] == Evidence.objects.get().reference


def test_a_per_category_question_is_asked_once_for_each_chosen_category(signed_in, to, provider, market):
    both = ApplicationFactory(provider=provider, market=market, lots=[1, 2])
    page = page_of(signed_in, to("application-section", both.reference, "technical"))
    assert "Tutoring: How would you teach?" in page
    assert "Online: How would you teach?" in page


def test_saving_after_a_colleague_shows_both_answers_and_the_colleagues_name(signed_in, to, provider, draft):
    address = to("application-section", draft.reference, "about")
    seen = hidden(page_of(signed_in, address))
    bea = person(Role.PROVIDER_LEAD, at=provider)
    save_section(draft, key="about", answers={"contact": "Bea"}, seen=1, by=bea, at=NOW)
    page = signed_in.post(address, {**seen, **ANSWERS["about"], "contact": "Cai"}).content.decode()
    assert "saved this page" in page
    assert "Bea" in page
    assert "Cai" in page
    assert draft.sections.get(key="about").answers["contact"] == "Bea"
    joined = signed_in.post(address, {**hidden(page), "meanwhile-choice-contact": "both"})
    assert joined.url == to("application-check", draft.reference)
    assert draft.sections.get(key="about").answers["contact"] == "Bea; Cai"


def test_joined_answers_stay_joined_although_another_answer_has_an_error(signed_in, to, provider, draft):
    address = to("application-section", draft.reference, "about")
    seen = hidden(page_of(signed_in, address))
    bea = person(Role.PROVIDER_LEAD, at=provider)
    save_section(draft, key="about", answers={"contact": "Bea"}, seen=1, by=bea, at=NOW)
    sent = {**ANSWERS["about"], "contact": "Cai"}
    page = signed_in.post(address, {**seen, **sent}).content.decode()
    wrong = {**hidden(page), "meanwhile-choice-contact": "both", "barred": "perhaps"}
    page = signed_in.post(address, wrong).content.decode()
    assert draft.sections.get(key="about").answers["contact"] == "Bea; Cai"
    shown = re.search(r'id="id_contact"[^>]* value="([^"]*)"', page).group(1)
    signed_in.post(address, {**hidden(page), **ANSWERS["about"], "contact": shown})
    assert draft.sections.get(key="about").answers["contact"] == "Bea; Cai"


def test_a_colleagues_change_to_a_different_answer_is_kept_automatically(signed_in, to, ada, draft):
    address = to("application-section", draft.reference, "about")
    seen = hidden(page_of(signed_in, address))
    save_section(draft, key="about", answers={"notice": "yes"}, seen=1, by=ada, at=NOW)
    assert signed_in.post(address, {**seen, **ANSWERS["about"], "contact": "Cai"}).status_code == 303
    kept = draft.sections.get(key="about").answers
    assert (kept["contact"], kept["notice"]) == ("Cai", "yes")


def test_valid_documents_are_offered_and_more_can_be_added(signed_in, to, provider, draft):
    item = EvidenceFactory(provider=provider)
    old = EvidenceFactory(provider=provider, expired=True)
    page = page_of(signed_in, to("application-section", draft.reference, "safeguarding"))
    assert item.reference in page
    assert old.reference not in page
    assert 'value="upload:insurance"' in page


def test_another_providers_document_cannot_be_chosen(signed_in, to, draft):
    foreign = EvidenceFactory()
    address = to("application-section", draft.reference, "safeguarding")
    page = section_sent(signed_in, address, {"lead": "Ada", "insurance": foreign.reference}).content.decode()
    assert "Select one of the documents listed" in page


def test_the_page_for_checking_an_application_links_to_everything_missing(signed_in, to, draft):
    draft.sections.filter(key="safeguarding").delete()
    page = page_of(signed_in, to("application-check", draft.reference))
    assert "You cannot submit yet, because an answer is missing" in page
    assert f"{to('application-section', draft.reference, 'safeguarding')}#id_lead" in page
    assert "Continue to the declaration" not in page


def test_submitting_an_incomplete_application_links_to_the_missing_answers(signed_in, to, draft):
    draft.sections.filter(key="safeguarding").delete()
    page = signed_in.post(to("application-submit", draft.reference), {"name": "Ada", "role": "Head"}).content.decode()
    assert f'href="{to("application-section", draft.reference, "safeguarding")}#id_lead"' in page
    assert not SubmittedVersion.objects.exists()


def test_submitting_gives_a_reference_and_a_decision_date_with_its_citation(signed_in, to, draft):
    answer = signed_in.post(to("application-submit", draft.reference), {"name": "Ada Okafor", "role": "Director"})
    assert answer.url == to("application-submit-done", draft.reference)
    page = page_of(signed_in, answer.url)
    assert draft.reference in page
    assert "Monday 16 March 2026" in page
    assert "This market’s own rule" in page or "This market&#39;s own rule" in page


def test_the_declaration_needs_the_name_and_role_of_the_signer(signed_in, to, draft):
    page = signed_in.post(to("application-submit", draft.reference), {"name": "", "role": ""}).content.decode()
    assert 'href="#id_role"' in page
    assert not SubmittedVersion.objects.exists()


def test_the_copy_is_made_by_a_job_and_downloads_as_an_attachment(signed_in, to, provider):
    sent = ApplicationFactory(provider=provider, status=ApplicationStatus.SUBMITTED)
    address = to("application-copy", sent.reference, 1)
    assert "We are preparing your copy" in page_of(signed_in, address)
    jobs.make_copy(version_pk=sent.version.pk)
    made = signed_in.get(address)
    assert made["Content-Disposition"] == f'attachment; filename="{sent.reference}-version-1.pdf"'
    assert b"".join(made.streaming_content).startswith(b"%PDF-")
    made.close()


def test_the_submitted_version_applies_until_changes_to_it_are_submitted(signed_in, to, provider):
    sent = ApplicationFactory(provider=provider, status=ApplicationStatus.SUBMITTED)
    record = to("application", sent.reference)
    assert "If you change it, the council’s time to decide starts again" in page_of(signed_in, record)
    assert signed_in.post(to("application-amend", sent.reference)).url == record
    words = "You are changing version 1. It is still your current application until you submit version 2."
    assert words in page_of(signed_in, record)
    address = to("application-section", sent.reference, "about")
    section_sent(signed_in, address, {**ANSWERS["about"], "contact": "Cai"})
    sent.refresh_from_db()
    assert sent.version.answers["contact"] == "Ada"
    signed_in.post(to("application-submit", sent.reference), {"name": "Ada", "role": "Director"})
    sent.refresh_from_db()
    assert (sent.version.number, sent.version.answers["contact"]) == (2, "Cai")
    page = page_of(signed_in, to("application-compare", sent.reference))
    assert "Ada" in page
    assert "Cai" in page
    versions = page_of(signed_in, to("application-versions", sent.reference))
    assert "Version 1" in versions
    assert "Version 2" in versions


def test_changes_to_a_submitted_application_can_be_cancelled(signed_in, to, provider):
    sent = ApplicationFactory(provider=provider, status=ApplicationStatus.SUBMITTED)
    signed_in.post(to("application-amend", sent.reference))
    assert signed_in.post(to("application-discard", sent.reference)).url == to("application", sent.reference)
    assert "You are changing" not in page_of(signed_in, to("application", sent.reference))


def test_an_attempt_to_amend_an_application_during_assessment_is_refused_with_advice(signed_in, to, provider):
    begun = ApplicationFactory(provider=provider, status=ApplicationStatus.ASSESSING, assessment_began_at=NOW)
    page = signed_in.post(to("application-amend", begun.reference)).content.decode()
    assert "Assessment has started" in page
    assert "quote" in page


def test_withdrawing_an_application_releases_its_categories(signed_in, to, draft):
    assert signed_in.post(to("application-withdraw", draft.reference)).url == to("application", draft.reference)
    assert LotRequest.objects.get().status == LotRequestStatus.WITHDRAWN
    assert 'type="checkbox"' in page_of(signed_in, to("market-apply", draft.market.code))


def test_a_draft_is_kept_in_full_when_its_market_closes(signed_in, to, draft, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MARKET_CLOSES)
    page = page_of(signed_in, to("application", draft.reference))
    assert "Not submitted" in page
    assert "3 of 3 sections completed" in page
    refused = signed_in.post(to("application-submit", draft.reference), {"name": "Ada", "role": "Head"})
    assert "Applications closed" in refused.content.decode()


def test_earlier_answers_are_offered_for_review_but_not_saved_automatically(signed_in, to, provider, market):
    earlier = ApplicationFactory(provider=provider, status=ApplicationStatus.SUBMITTED)
    started(signed_in, to, market)
    new = Application.objects.get(market=market)
    assert earlier.reference in page_of(signed_in, to("application", new.reference))
    assert "Ada leads, and Ben stands in for her." in page_of(signed_in, to("application-prefill", new.reference))
    address = to("application-section", new.reference, "safeguarding")
    assert "Ada leads" not in page_of(signed_in, address)
    assert "Ada leads" in page_of(signed_in, f"{address}?earlier=1")
    assert not new.sections.exists()


def test_all_earlier_answers_can_be_used_at_once(signed_in, to, provider, market):
    earlier = ApplicationFactory(provider=provider, market=market, status=ApplicationStatus.DECIDED)
    new = ApplicationFactory(provider=provider, market=market, lots=[2])
    new.sections.all().delete()
    address = to("application-prefill", new.reference)
    assert "Use all these answers" in page_of(signed_in, address)
    assert signed_in.post(address).url == to("application-check", new.reference)
    assert new.sections.get(key="about").answers == earlier.sections.get(key="about").answers
    again = signed_in.post(address)
    assert again.status_code in {200, 303}
    assert "There are no answers to copy" in page_of(signed_in, address) + again.content.decode()


def test_earlier_answers_never_overwrite_saved_answers(signed_in, to, provider, draft):
    ApplicationFactory(provider=provider, status=ApplicationStatus.SUBMITTED)
    draft.sections.filter(key="safeguarding").update(answers={"lead": "Cai leads."})
    page = page_of(signed_in, to("application-section", draft.reference, "safeguarding") + "?earlier=1")
    assert "Cai leads." in page
    assert "Ada leads" not in page


def test_staff_can_read_the_application_but_not_change_it(client, ben, to, draft):
    client.force_login(ben)
    assert "A provider lead" in page_of(client, to("application", draft.reference))
    assert client.get(to("application-check", draft.reference)).status_code == 200
    for page in (
        to("application-section", draft.reference, "about"),
        to("application-submit", draft.reference),
        to("market-apply", draft.market.code),
    ):
        refused = client.get(page)
        assert refused.status_code == 403
        assert "Provider lead" in refused.content.decode()


def test_another_providers_application_returns_404(signed_in, to):
    foreign = ApplicationFactory(status=ApplicationStatus.SUBMITTED)
    for route in (
        "application",
        "application-check",
        "application-versions",
        "application-history",
        "application-amend",
    ):
        assert signed_in.get(to(route, foreign.reference)).status_code == 404
