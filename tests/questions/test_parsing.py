import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calloff.kernel.lifecycles import Refused
from calloff.questions.answers import parse_answer
from tests.questions.example_questions import NO_DEADLINE, QUESTIONS, SCHEDULE

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["on", "count", "text", "day", "month", "year", "hour", "amount", "vat"]) | st.text(), inner
        )
    ),
    max_leaves=12,
)


def outcome(key, raw):
    """Return the answer, or the error about it."""
    try:
        return parse_answer(QUESTIONS[key], raw, schedule=SCHEDULE), ()
    except Refused as refusal:
        return None, refusal.problems


@NO_DEADLINE
@given(st.sampled_from(sorted(QUESTIONS)), JSON)
def test_any_input_is_cleaned_or_refused_and_valid_answers_are_not_changed(key, raw):
    value, refused = outcome(key, raw)
    assert all(problem.sentence and problem.where.startswith(key) for problem in refused)
    assert json.loads(json.dumps(value)) == value
    assert outcome(key, value) == (value, ())


@NO_DEADLINE
@given(st.sampled_from(sorted(QUESTIONS)), st.text("0123456789-/.,£ \u0660\u00b2xe+"))
def test_numbers_and_dates_are_cleaned_or_refused(key, raw):
    value, refused = outcome(key, raw)
    assert value is None or not refused


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("trading_name", "  Windmill\r\nHill ", "Windmill Hill"),
        ("trading_name", "Wind\x00mill", "Windmill"),
        ("trading_name", "  ", None),
        ("method", "One\r\n\r\nTwo", "One\n\nTwo"),
        ("charity", "yes", "yes"),
        ("charity", True, "yes"),
        ("ages", ["ks4", "ks3", "ks4"], ["ks3", "ks4"]),
        ("ages", [], None),
        ("tutors", "1,200", 1200),
        ("turnover", "£1,250.5", "1250.50"),
        ("turnover", "45", "45.00"),
        ("founded", {"day": "7", "month": "1", "year": "2009"}, "2009-01-07"),
        ("founded", {"day": "", "month": "", "year": ""}, None),
        ("checks", {"on": {"day": "1", "month": "2", "year": "2026"}, "count": "0"}, {"on": "2026-02-01", "count": 0}),
        ("insurance", " EV-7K3QX", "EV-7K3QX"),
        ("prices", {"hour": {"amount": "45", "vat": "zero"}, "van": {"amount": "", "vat": ""}},
         {"hour": {"amount": "45.00", "vat": "zero"}}),
    ],
)  # fmt: skip
def test_an_answer_is_interpreted_as_the_person_meant_it(key, raw, value):
    assert parse_answer(QUESTIONS[key], raw, schedule=SCHEDULE) == value


@pytest.mark.parametrize(
    ("key", "raw", "sentence", "where"),
    [
        ("tutors", "twelve", "The number of tutors must be a whole number, like 12", "tutors"),
        ("tutors", "1.5", "The number of tutors must be a whole number, like 12", "tutors"),
        ("turnover", "1,25", "The turnover must be an amount in pounds, like 45 or 1,250.50", "turnover"),
        ("turnover", "NaN", "The turnover must be an amount in pounds, like 45 or 1,250.50", "turnover"),
        ("turnover", "1e5", "The turnover must be an amount in pounds, like 45 or 1,250.50", "turnover"),
        ("founded", {"day": "31", "month": "2", "year": "2009"},
         "The date of foundation must be a real date, like 27 11 2026", "founded"),
        ("founded", {"day": "1", "month": "", "year": ""},
         "The date of foundation must include a month and year", "founded"),
        ("founded", {"day": "1", "month": "2", "year": "09"},
         "The date of foundation must have a 4-digit year, like 2026", "founded"),
        ("dispute", "war", "The answer to “Is there a dispute with a council?” must be one of the answers listed",
         "dispute"),
        ("checks", {"on": "2026-02-01", "count": ""}, "Enter the number for your staff checks", "checks-count"),
        ("checks", {"on": "", "count": "3"}, "Enter the date for your staff checks", "checks-on"),
        ("checks", {"on": "2026-02-01", "count": "-3"}, "Number of staff checked must be 0 or more", "checks-count"),
        ("prices", {"hour": {"amount": "", "vat": "zero"}}, "Enter the price for One to one", "prices-hour-amount"),
        ("prices", {"hour": {"amount": "4", "vat": ""}}, "Select how VAT applies to One to one", "prices-hour-vat"),
        ("prices", {"hour": {"amount": "-4", "vat": "zero"}},
         "The price for One to one must be an amount in pounds, like 45 or 45.50", "prices-hour-amount"),
        ("prices", {"boat": {"amount": "4", "vat": "zero"}},
         "The price schedule does not list this item. Remove the price.", "prices"),
    ],
)  # fmt: skip
def test_a_refusal_gives_the_error_with_its_field(key, raw, sentence, where):
    with pytest.raises(Refused) as refused:
        parse_answer(QUESTIONS[key], raw, schedule=SCHEDULE)
    assert refused.value.problems == ((sentence, where),)


@pytest.mark.postgres15
def test_errors_in_all_fields_are_reported_together():
    with pytest.raises(Refused) as refused:
        parse_answer(QUESTIONS["checks"], {"on": "never", "count": "many"}, key="checks@4")
    assert [problem.where for problem in refused.value.problems] == ["checks@4-on", "checks@4-count"]
