"""Tests that the pages ask for prices only in the categories of the application."""

import pytest

from tests.applications.scenario import submit
from tests.factories_markets import QUESTIONS, ApplicationFactory, MarketFactory
from tests.web.provider.test_apply import hidden, page_of

pytestmark = pytest.mark.django_db

MONEY = {
    "key": "money",
    "title": "Prices",
    "questions": [{"key": "prices", "kind": "prices", "text": "What do you ask?"}],
}
PRICED = {**QUESTIONS, "key": "priced-questions", "sections": [*QUESTIONS["sections"], MONEY]}
TUTORING = {"prices-tutoring_hour-amount": "45", "prices-tutoring_hour-vat": "exempt"}
MENTORING = {"prices-mentoring_day-amount": "120", "prices-mentoring_day-vat": "exempt"}


def priced(provider, lots):
    return ApplicationFactory(
        provider=provider, market=MarketFactory(priced=True, changes={"questions": PRICED}), lots=lots
    )


def test_only_price_lines_in_the_chosen_category_are_requested_and_submitted(signed_in, to, provider):
    draft = priced(provider, [1])
    address = to("application-section", draft.reference, "money")
    page = page_of(signed_in, address)
    assert "prices-tutoring_hour-amount" in page
    assert "mentoring_day" not in page
    assert signed_in.post(address, {**hidden(page), **TUTORING}).status_code == 303
    assert "You cannot submit yet" not in page_of(signed_in, to("application-check", draft.reference))
    assert set(submit(draft).version.answers["prices"]) == {"tutoring_hour"}


def test_a_price_for_a_removed_category_is_not_submitted(signed_in, to, provider):
    draft = priced(provider, [1, 2])
    address = to("application-section", draft.reference, "money")
    page = page_of(signed_in, address)
    assert "prices-mentoring_day-amount" in page
    signed_in.post(address, {**hidden(page), **TUTORING, **MENTORING})
    signed_in.post(to("application-choose-lots", draft.reference), {"lots": ["1"]})
    draft.refresh_from_db()
    assert draft.lots == [1]
    assert set(submit(draft).version.answers["prices"]) == {"tutoring_hour"}
