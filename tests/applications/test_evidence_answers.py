"""Tests for evidence in answers: insurance cover, expiry, and promises if they are allowed."""

from datetime import date

import pytest

from calloff.applications.evidence_answers import find_named_evidence
from calloff.applications.models import SectionAnswers
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from tests.applications.scenario import submit
from tests.factories import NOW
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import TERM_ENDS, ApplicationFactory, MarketFactory

pytestmark = pytest.mark.django_db
TODAY = local_day(NOW)
LIABILITY = {
    "key": "public_liability",
    "title": "Public liability insurance",
    "minimum_cover": 5_000_000,
    "expires": True,
}
PROMISED = {**LIABILITY, "commitment_allowed": True}
ACT = {
    "tool": "dynamic_market", "ruleset": "pa-2023-dynamic-market",
    "promises": {"decide_within": {"value": 10, "citation": "This market's own rule"}},
}  # fmt: skip


def answered(answer, kind=LIABILITY, **changes):
    market = MarketFactory(changes={"evidence": [kind], **changes})
    draft = ApplicationFactory(market=market)
    value = EvidenceFactory(provider=draft.provider, **answer["item"]).reference if "item" in answer else answer
    section = SectionAnswers.objects.get(application=draft, key="safeguarding")
    section.answers = {**section.answers, "insurance": value}
    section.save()
    return draft


def refusal(draft):
    with pytest.raises(Refused) as refused:
        submit(draft)
    return [(problem.where, problem.sentence) for problem in refused.value.problems]


def covering(amount, **given):
    return {"item": {"details": {"cover": amount}, **given}}


def test_insurance_cover_of_100_000_does_not_meet_a_minimum_of_5_000_000():
    [(where, sentence)] = refusal(answered(covering("100000.00")))
    assert where == "insurance"
    assert "covers £100,000 for any one claim, and £5,000,000 or more is required. Select another." in sentence


@pytest.mark.parametrize(("amount", "passes"), [("4999999.99", False), ("5000000.00", True)])
def test_insurance_cover_exactly_equal_to_the_minimum_is_enough(amount, passes):
    draft = answered(covering(amount))
    if passes:
        assert submit(draft).version is not None
    else:
        assert refusal(draft)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"expires_on": date(2026, 3, 1)}, "expired on Sunday 1 March 2026. Select a current document."),
        ({"issued_on": date(2026, 3, 3)}, "starts on Tuesday 3 March 2026. Select a document that is valid today."),
        ({"details": {}}, "does not state the cover, and £5,000,000 or more is required."),
        ({"withdrawn": True}, "Select one of your documents"),
        ({"kind": "motor"}, "Select one of your documents"),
    ],
)
def test_a_document_that_is_not_valid_today_or_gives_no_cover_fails_the_question(given, words):
    [(_, sentence)] = refusal(answered(covering("5000000.00", **given) if "details" not in given else {"item": given}))
    assert words in sentence


def test_a_document_that_expires_tomorrow_passes_today():
    assert submit(answered(covering("5000000.00", expires_on=date(2026, 3, 3)))).version is not None


def test_a_kind_of_document_that_has_no_minimum_cover_needs_no_amount():
    policy = {"key": "public_liability", "title": "A policy", "expires": True}
    assert submit(answered({"item": {"details": {}}}, policy)).version is not None


def test_a_promise_is_refused_if_neither_the_market_nor_the_law_allows_it():
    [(where, sentence)] = refusal(answered({"by": "2026-05-01", "cover": "5000000.00"}))
    assert (where, sentence) == (
        "insurance", "A promise is not enough for this document. Select one of your documents.",
    )  # fmt: skip


def test_a_promise_of_insurance_is_enough_where_the_law_forbids_requiring_insurance():
    """See section 36 of the Procurement Act 2023."""
    assert submit(answered({"by": "2026-05-01", "cover": "5000000.00"}, **ACT)).version is not None


@pytest.mark.parametrize(
    ("promise", "where", "sentence"),
    [
        ({"by": "2026-05-01"}, "insurance-cover", "Enter the amount of cover you promise"),
        (
            {"by": "2026-05-01", "cover": "4999999.99"},
            "insurance-cover",
            "The cover you promise must be £5,000,000 or more",
        ),
        (
            {"by": "2026-03-02", "cover": "5000000.00"},
            "insurance-by",
            "The date you will have the document by must be in the future",
        ),
        (
            {"by": "2028-09-01", "cover": "5000000.00"},
            "insurance-by",
            "The date you will have the document by must be Thursday 31 August 2028 or earlier",
        ),
    ],
)
def test_a_promise_needs_an_amount_and_a_date(promise, where, sentence):
    assert refusal(answered(promise, PROMISED)) == [(where, sentence)]


@pytest.mark.parametrize("by", ["2026-03-03", TERM_ENDS.isoformat()])
def test_a_promise_can_have_a_due_date_from_tomorrow_to_the_markets_last_day(by):
    assert submit(answered({"by": by, "cover": "5000000.00"}, PROMISED)).version is not None


def test_every_command_finds_the_same_evidence_problems():
    draft = answered(covering("100000.00"))
    answers = {"insurance": SectionAnswers.objects.get(application=draft, key="safeguarding").answers["insurance"]}
    items, problems = find_named_evidence(draft.market, answers, {1: "Tutoring"}, draft.provider, on=TODAY)
    assert len(items) == len(problems) == 1
