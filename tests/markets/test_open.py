from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from calloff.agreements.models import AgreementText
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands
from calloff.markets.models import Lot, Market, MarketTerms
from calloff.people.permissions import Role
from calloff.questions.models import QuestionSetVersion
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory
from tests.factories_markets import QUESTIONS, pack
from tests.markets.scenario import DPS, DYNAMIC_MARKET, FRAMEWORK, draft, load, olivia, opened, term
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def open_(market, *, by=None, at=NOW, justification=""):
    return commands.open(
        market, seen=market.terms.fingerprint, by=by or olivia(market.authority), at=at, justification=justification
    )


def weighted():
    """Return the invented questions, with a weight on one of them."""
    technical = QUESTIONS["sections"][2]
    question = {**technical["questions"][0], "weight": 60}
    sections = [*QUESTIONS["sections"][:2], {**technical, "questions": [question]}]
    return {**QUESTIONS, "key": "weighted-questions", "sections": sections}


@pytest.mark.django_db
def test_opening_a_market_pins_its_ruleset_and_freezes_the_market():
    market = open_(draft())
    assert market.status == "open"
    assert Event.objects.get(verb="open").changes == {"ruleset": [None, "pcr-2015-light-touch"]}
    assert market.window(NOW) == "Open"


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_open_a_market():
    market = draft()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=ProviderFactory(), authority=market.authority)
    assert_denied(lambda by: open_(market, by=by), others)


@pytest.mark.django_db
@pytest.mark.parametrize(("closes_on", "taken"), [("2021-09-29", False), ("2021-09-30", True)])
def test_the_minimum_time_for_applications_is_exact_to_the_day(closes_on, taken):
    market = draft(**DPS, **term(closes_on=closes_on, ends_on="2026-08-31"))
    at = market.opens_at - timedelta(days=1)
    if taken:
        assert open_(market, at=at).status == "open"
        return
    before = database_rows()
    with pytest.raises(Refused, match="at least 30 days"):
        open_(market, at=at)
    assert database_rows() == before


@pytest.mark.django_db
@pytest.mark.parametrize(("ends_on", "taken"), [("2025-08-31", True), ("2025-09-01", False)])
def test_the_longest_term_is_exact_to_the_day(ends_on, taken):
    market = draft(**FRAMEWORK, **term(closes_on="2025-01-31", ends_on=ends_on))
    at = market.opens_at
    if taken:
        assert open_(market, at=at).status == "open"
        return
    with pytest.raises(Refused, match="up to 48 months"):
        open_(market, at=at)
    longer = open_(market, at=at, justification="The buildings take six years to pay for.")
    assert (longer.status, longer.justification) == ("open", "The buildings take six years to pay for.")


@pytest.mark.django_db
def test_a_market_under_the_2015_regulations_that_starts_too_late_is_refused():
    late = draft(**DPS, true_dates={}, **term(opens_on="2026-04-01", closes_on="2026-08-31", starts_on="2026-04-01"))
    with pytest.raises(Refused, match="24 February 2025"):
        open_(late)
    began = draft(**DPS, code="TSX", slug="other", **term())
    assert open_(began).began_on == date(2021, 9, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [DPS, DYNAMIC_MARKET])
def test_a_weight_or_price_as_a_condition_of_entry_is_refused_by_the_ruleset(changes):
    later = {"true_dates": {}} if changes is not DPS else {}
    days = term(opens_on="2025-09-01", starts_on="2025-09-01") if later else term()
    with pytest.raises(Refused, match="pass or fail and minimum scores"):
        open_(draft(**changes, **later, **days, questions=weighted()))
    with pytest.raises(Refused, match="makes price part of the decision"):
        open_(load(pack("TSX", priced=True, **changes, **later, **days))[0])


@pytest.mark.django_db
def test_opening_a_market_without_a_lot_or_after_the_closing_date_is_refused():
    market = draft()
    with pytest.raises(Refused, match="close before they open"):
        open_(market, at=market.closes_at)
    assert open_(draft(code="TSX", slug="other"), at=market.closes_at - timedelta(microseconds=1))
    Lot.objects.filter(market=market).delete()
    with pytest.raises(Refused, match="You cannot open this market yet because it has no category"):
        open_(market)


@pytest.mark.django_db
def test_a_market_can_be_opened_only_once():
    with pytest.raises(Refused, match="Open"):
        open_(opened())


FIXED = [
    "authority_id = authority_id + 1",
    "code = 'XYZ'",
    "slug = 'other'",
    "title = 'Other'",
    "tool = 'framework'",
    "ruleset = 'unknown'",
    "ruleset_digest = 'x'",
    "began_on = '2020-01-01'",
    "opens_at = opens_at - interval '1 day'",
    "term_starts_on = term_starts_on - 1",
    "loaded_as = 'x'",
    "questions_id = eligibility_id",
    "eligibility_id = NULL",
    "agreement_id = agreement_id + 1",
    "closes_at = closes_at + interval '1 day'",
    "term_ends_on = term_ends_on + 1",
    "summary = 'Other'",
    "terms_id = terms_id + 1",
    "prices_public = NOT prices_public",
    "status = 'draft'",
]


@pytest.mark.django_db
@pytest.mark.parametrize("change", FIXED)
def test_the_database_refuses_changes_to_a_frozen_market(change):
    market = opened()
    for verb in ("", "reload"):
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('calloff.verb', %s, true)", [verb])
            cursor.execute(f"UPDATE markets_market SET {change} WHERE id = %s", [market.pk])


@pytest.mark.django_db
def test_the_database_protects_the_lots_terms_questions_and_texts_of_an_open_market():
    market = opened()
    one = market.lots.get(number=1)
    attempts = [
        lambda: Lot.objects.update(title="Other"),
        lambda: Lot.objects.update(number=7),
        lambda: Lot.objects.update(description="Other"),
        one.delete,
        lambda: Lot.objects.create(authority=market.authority, market=market, number=3, title="More"),
        lambda: MarketTerms.objects.update(content={}),
        lambda: MarketTerms.objects.filter(pk=market.terms_id)._raw_delete("default"),
        lambda: QuestionSetVersion.objects.update(content={}),
        lambda: AgreementText.objects.update(body="Other"),
        lambda: Market.objects.filter(pk=market.pk)._raw_delete("default"),
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="pgtrigger"), transaction.atomic():
            attempt()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_attempts_to_open_a_market_succeeds():
    market = draft()
    by = olivia(market.authority)
    by.roles_at(market.authority, NOW)
    results = all_at_once(lambda: open_(market, by=by), times=4)
    assert results.count("done") == Event.objects.filter(verb="open").count() == 1


@pytest.mark.django_db
def test_a_market_cannot_be_opened_if_its_pack_was_loaded_again_since_the_officer_read_the_page():
    market = draft()
    read = market.terms.fingerprint
    commands.load(
        pack(summary="Other terms than were read"), authority=market.authority, by=olivia(market.authority), at=NOW
    )
    before = database_rows()
    for seen in (read, ""):
        with pytest.raises(Refused, match=r"has changed since you opened this page\. Read it again"):
            commands.open(Market.objects.get(), seen=seen, by=olivia(market.authority), at=NOW)
    assert database_rows() == before
    market = Market.objects.get()
    assert open_(market).status == "open"
