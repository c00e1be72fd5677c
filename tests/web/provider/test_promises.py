"""Tests for promising a document in an application and uploading it later, on the provider's pages."""

from datetime import date

import pytest

from calloff.applications.models import SectionAnswers
from calloff.members.models import DocumentPromise, Member
from calloff.members.states import PromiseStatus
from tests.factories import NOW, born_with_status
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import ApplicationFactory, MarketFactory, MemberFactory
from tests.web.provider.test_apply import page_of, section_sent

pytestmark = pytest.mark.django_db
LIABILITY = {
    "key": "public_liability", "title": "Public liability insurance", "minimum_cover": 5_000_000,
    "commitment_allowed": True, "expires": True,
}  # fmt: skip
LEAD = {"lead": "Ada leads, and Ben stands in for her."}
PROMISE = {
    "insurance": "promise", "insurance-cover": "6,000,000", "insurance-by-day": "1", "insurance-by-month": "5",
    "insurance-by-year": "2026",
}  # fmt: skip


@pytest.fixture
def insured(provider):
    """Return a draft application in a market that requires cover of £5,000,000 and accepts a promise of insurance."""
    return ApplicationFactory(provider=provider, market=MarketFactory(changes={"evidence": [LIABILITY]}))


def kept(draft):
    return SectionAnswers.objects.get(application=draft, key="safeguarding").answers.get("insurance")


def test_a_promise_needs_an_amount_and_a_date_and_is_shown_before_submitting(signed_in, to, insured):
    address = to("application-section", insured.reference, "safeguarding")
    page = page_of(signed_in, address)
    assert "I do not have this document yet, but I promise to have it before the first placement" in page
    assert "£5,000,000 or more" in page
    assert section_sent(signed_in, address, LEAD | PROMISE).status_code == 303
    assert kept(insured) == {"by": "2026-05-01", "cover": "6000000.00"}
    again = page_of(signed_in, address)
    assert 'value="6000000"' in again
    shown = page_of(signed_in, to("application-check", insured.reference))
    assert "Promised: cover of £6,000,000 for any one claim, by Friday 1 May 2026" in shown


@pytest.mark.parametrize(
    "case",
    [
        ({"insurance-cover": "100,000"}, "id_insurance-cover", "The cover you promise must be £5,000,000 or more"),
        ({"insurance-cover": ""}, "id_insurance-cover", "Enter the amount of cover you promise"),
        ({"insurance-cover": "a lot"}, "id_insurance-cover", "The cover you promise must be an amount in pounds"),
        (
            {"insurance-by-year": "2025"},
            "id_insurance-by-day",
            "The date you will have the document by must be in the future",
        ),
        ({"insurance-by-day": "31", "insurance-by-month": "2"}, "id_insurance-by-day", "must be a real date"),
    ],
)
def test_errors_in_a_promise_link_to_their_fields_and_answers_are_kept(signed_in, to, insured, case):
    change, box, sentence = case
    address = to("application-section", insured.reference, "safeguarding")
    page = section_sent(signed_in, address, LEAD | PROMISE | change).content.decode()
    assert sentence in page
    assert f'href="#{box}"' in page
    assert f'id="{box}"' in page
    assert kept(insured) is None


def test_a_document_with_too_little_cover_gives_a_warning_both_before_and_after_it_is_selected(
    signed_in, to, provider, insured
):
    item = EvidenceFactory(provider=provider, details={"cover": "100000.00"})
    address = to("application-section", insured.reference, "safeguarding")
    assert "covers £100,000 for any one claim, and £5,000,000 or more is required" in page_of(signed_in, address)
    page = section_sent(signed_in, address, LEAD | {"insurance": item.reference}).content.decode()
    assert "There is a problem" in page
    assert "Select another document, or promise to get that cover." in page
    assert kept(insured) is None


def test_a_document_that_expires_soon_causes_only_a_warning(signed_in, to, provider, insured):
    item = EvidenceFactory(provider=provider, expires_on=date(2026, 3, 3))
    address = to("application-section", insured.reference, "safeguarding")
    assert section_sent(signed_in, address, LEAD | {"insurance": item.reference}).status_code == 303
    page = page_of(signed_in, to("application-check", insured.reference))
    assert "Documents that expire soon" in page
    assert "expires on Tuesday 3 March 2026" in page
    assert "Continue to the declaration" in page


@pytest.fixture
def promise(provider):
    member = MemberFactory(provider=provider, required_evidence=["public_liability"])
    with born_with_status(DocumentPromise, PromiseStatus.PROMISED):
        return DocumentPromise.objects.create(
            authority=member.authority, provider=provider, member=member, kind="public_liability",
            title="Public liability insurance", cover=5_000_000, due_on=date(2026, 5, 1), promised_by="Ada Okafor",
            promised_at=NOW, status=PromiseStatus.PROMISED,
        )  # fmt: skip


def test_a_promise_is_shown_as_a_task_and_can_be_fulfilled_from_the_membership_page(signed_in, to, provider, promise):
    member = Member.objects.get()
    assert "Upload the public liability insurance you promised" in page_of(signed_in, to("home"))
    record = page_of(signed_in, to("member", member.reference))
    why = "No new placements can start with you, because your document “Public liability insurance” has been promised"
    assert why in record
    assert to("promise-fulfil", promise.pk) in record
    page = page_of(signed_in, to("promise-fulfil", promise.pk))
    assert "You do not have this kind of document yet. Upload one first." in page
    assert "kind=public_liability" in page
    item = EvidenceFactory(provider=provider)
    assert item.reference in page_of(signed_in, to("promise-fulfil", promise.pk))
    empty = signed_in.post(to("promise-fulfil", promise.pk), {}).content.decode()
    assert "Select the document, or upload it" in empty
    assert signed_in.post(to("promise-fulfil", promise.pk), {"item": item.pk}).status_code == 303
    promise.refresh_from_db()
    assert (promise.status, promise.evidence) == ("fulfilled", item)
    assert "Live" in page_of(signed_in, to("member", member.reference))


def test_prices_are_requested_only_for_the_requested_categories(signed_in, to, provider):
    draft = ApplicationFactory(provider=provider, market=MarketFactory(priced=True), lots=[2])
    address = to("application-section", draft.reference, "prices")
    page = page_of(signed_in, address)
    assert "Mentoring" in page
    assert "Tutoring" not in page
    sent = {"prices-mentoring_day-amount": "120", "prices-mentoring_day-vat": "exempt"}
    assert section_sent(signed_in, address, sent).status_code == 303
    assert SectionAnswers.objects.get(application=draft, key="prices").answers["prices"].keys() == {"mentoring_day"}


def test_a_price_submitted_for_a_removed_category_is_ignored(signed_in, to, provider, ada):
    draft = ApplicationFactory(provider=provider, market=MarketFactory(priced=True), lots=[2])
    stale = {"prices": {"tutoring_hour": {"amount": "45.00", "vat": "exempt"}}}
    SectionAnswers.objects.create(application=draft, key="prices", answers=stale, saves=1, saved_by=ada, saved_at=NOW)
    page = page_of(signed_in, to("application-check", draft.reference))
    assert "Enter at least one price" in page
    assert "£45" not in page
