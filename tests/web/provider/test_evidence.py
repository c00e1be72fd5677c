"""Tests for the pages on which evidence is added, renewed and withdrawn.

After an error, they still show what was typed.
"""

import re
from datetime import date

import pytest
from django.urls import reverse

from calloff.documents.commands import save_upload
from calloff.documents.models import StoredFile
from calloff.evidence.models import Evidence
from calloff.evidence.states import EvidenceStatus
from tests.documents.sample_files import pdf, upload
from tests.factories import NOW
from tests.factories_evidence import EvidenceFactory

pytestmark = pytest.mark.django_db


def facts(**changes):
    return {
        "title": "Policy 2026",
        "issued_on-day": "1", "issued_on-month": "3", "issued_on-year": "2026",
        "expires_on-day": "28", "expires_on-month": "2", "expires_on-year": "2027",
        "insurer": "Felpersham Mutual", "policy": "A 1", "cover": "£5,000,000",
        **changes,
    }  # fmt: skip


@pytest.fixture
def new(to):
    return to("evidence-new") + "?kind=public_liability"


def test_a_document_kind_is_chosen_first_and_then_its_questions_are_asked(signed_in, to):
    answer = signed_in.post(to("evidence-new"), {"kind": "public_liability"})
    assert answer.url == to("evidence-new") + "?kind=public_liability"
    page = signed_in.get(answer.url).content.decode()
    assert "Cover for any one claim" in page


def test_staff_checks_are_not_a_kind_of_document_and_have_no_page(signed_in, to):
    page = signed_in.get(to("evidence-new")).content.decode()
    assert 'value="staff_checks"' not in page
    assert "Do not upload DBS certificates" in page
    assert signed_in.get(to("evidence-new") + "?kind=staff_checks").status_code == 404


def test_a_new_document_can_be_added(signed_in, to, new, provider):
    answer = signed_in.post(new, facts(file=upload("policy.pdf", pdf())))
    assert answer.url == to("evidence")
    item = Evidence.objects.get()
    assert (item.provider, item.expires_on, item.details["cover"]) == (provider, date(2027, 2, 28), "5000000.00")
    assert "£5,000,000" in signed_in.get(to("evidence-item", item.reference)).content.decode()
    saved = signed_in.get(to("evidence-file", item.reference))
    assert saved["Content-Disposition"] == 'attachment; filename="policy.pdf"'
    saved.close()


def test_a_file_with_a_wrong_extension_is_refused_and_other_answers_are_kept(signed_in, new):
    page = signed_in.post(new, facts(file=upload("policy.pdf", b"PK\x03\x04 not a pdf"))).content.decode()
    assert "There is a problem" in page
    assert 'href="#id_file"' in page
    assert 'value="Policy 2026"' in page
    assert 'value="Felpersham Mutual"' in page
    assert not Evidence.objects.exists()


def test_the_file_is_kept_while_other_errors_are_being_corrected(signed_in, new):
    page = signed_in.post(new, facts(file=upload("policy.pdf", pdf()), insurer="")).content.decode()
    assert "Enter the insurer" in page
    assert "policy.pdf has been uploaded" in page
    key = re.search(r'name="file_key" value="([^"]+)"', page).group(1)
    assert signed_in.post(new, facts(file_key=key)).status_code == 303
    assert Evidence.objects.get().file.name == "policy.pdf"


def test_a_file_uploaded_by_another_person_cannot_be_used_through_its_key(signed_in, new, ben):
    file = save_upload(upload("policy.pdf", pdf()), by=ben, at=NOW)
    page = signed_in.post(new, facts(file_key=str(file.key))).content.decode()
    assert "Upload the document" in page
    assert not Evidence.objects.exists()


def test_a_missing_file_is_reported_and_other_answers_are_kept(signed_in, new):
    page = signed_in.post(new, facts()).content.decode()
    assert "Upload the document" in page
    assert not StoredFile.objects.exists()


def test_an_expiry_date_years_ahead_needs_confirmation(signed_in, new):
    far = facts(**{"expires_on-year": "2034"})
    page = signed_in.post(new, far | {"file": upload("policy.pdf", pdf())}).content.decode()
    assert "confirm that it is right" in page
    key = re.search(r'name="file_key" value="([^"]+)"', page).group(1)
    assert 'name="sure"' in page
    assert signed_in.post(new, far | {"file_key": key, "sure": "on"}).status_code == 303


def test_after_adding_a_document_the_person_returns_to_the_section(signed_in, to, new, draft):
    section = to("application-section", draft.reference, "safeguarding")
    assert signed_in.post(f"{new}&back={section}", facts(file=upload("policy.pdf", pdf()))).url == section


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/account/", "/providers/other/"])
def test_the_return_link_never_leads_to_another_site(signed_in, to, new, back):
    answer = signed_in.post(f"{new}&back={back}", facts(file=upload("policy.pdf", pdf())))
    assert answer.url == to("evidence")


def test_the_document_being_renewed_is_shown_beside_the_form(signed_in, to, provider):
    old = EvidenceFactory(provider=provider)
    address = to("evidence-renew", old.reference)
    assert f"Document to renew: {old.reference}" in signed_in.get(address).content.decode()
    signed_in.post(address, facts(file=upload("policy.pdf", pdf())))
    old.refresh_from_db()
    assert old.status == EvidenceStatus.SUPERSEDED
    assert Evidence.objects.get(supersedes=old).status == EvidenceStatus.HELD
    assert signed_in.get(address).status_code == 409


def test_the_provider_can_withdraw_a_document(signed_in, to, provider):
    item = EvidenceFactory(provider=provider)
    assert signed_in.post(to("evidence-withdraw", item.reference)).url == to("evidence")
    item.refresh_from_db()
    assert item.status == EvidenceStatus.WITHDRAWN


def test_an_export_of_documents_contains_no_formulas(signed_in, to, provider):
    EvidenceFactory(provider=provider, title='=HYPERLINK("x")')
    assert "'=HYPERLINK" in signed_in.get(to("evidence-export")).content.decode()


def test_a_signatory_can_read_documents_but_not_add_them(client, sian, to, new):
    client.force_login(sian)
    assert client.get(to("evidence")).status_code == 200
    assert client.get(new).status_code == 403


def test_another_providers_document_returns_404(signed_in, to):
    foreign = EvidenceFactory()
    for route in ("evidence-item", "evidence-file", "evidence-renew", "evidence-withdraw"):
        assert signed_in.get(to(route, foreign.reference)).status_code == 404
    assert (
        signed_in.get(reverse("provider:evidence-item", args=[foreign.provider.slug, foreign.reference])).status_code
        == 404
    )
