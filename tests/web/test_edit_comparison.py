import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calloff.web.forms_ui.edit_comparison import (
    CONFLICT_ASKED_FIELD,
    CONFLICT_BASE_FIELD,
    CONFLICT_CHOICE_PREFIX,
    compare_edits,
    digest,
)
from tests.questions.example_questions import NO_DEADLINE

FIELDS = ("method", "tutors")
SEPARATORS = {"method": "\n\n"}


def compare(base, mine, theirs, choices=None):
    """Compare two people's edits to a page that was rendered with `base`.

    Pass `choices` if the page has already asked which answers to keep.
    """
    seen = dict(base) if choices is None else {**base, **theirs}
    sent = {CONFLICT_BASE_FIELD: json.dumps({name: digest(seen.get(name)) for name in FIELDS})}
    if choices is not None:
        sent[CONFLICT_ASKED_FIELD] = " ".join(FIELDS)
        sent |= {f"{CONFLICT_CHOICE_PREFIX}{name}": choice for name, choice in choices.items()}
    return compare_edits({name: mine.get(name) for name in FIELDS}, theirs, sent, separators=SEPARATORS)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "conflict"),
    [
        ({}, {"tutors": 1}, {"tutors": 2}, True),
        ({}, {"tutors": 1}, {"tutors": 1}, False),
        ({"tutors": 1}, {"tutors": 1}, {"tutors": 2}, False),
        ({"tutors": 1}, {"tutors": 2}, {"tutors": 1}, False),
        ({"tutors": 1}, {}, {"tutors": 2}, True),
        ({"tutors": 1}, {"tutors": 2}, {}, True),
    ],
)
def test_only_an_answer_that_both_people_changed_differently_is_a_conflict(base, mine, theirs, conflict):
    assert bool(compare(base, mine, theirs).conflicts) is conflict


def test_a_conflict_stays_open_until_someone_chooses_and_only_texts_can_be_joined():
    found = compare({}, {"method": "A", "tutors": 1}, {"method": "B", "tutors": 2}, {"tutors": "both"})
    assert found.undecided
    assert [(one.name, one.choices) for one in found.conflicts] == [
        ("method", ("mine", "theirs", "both")),
        ("tutors", ("mine", "theirs")),
    ]


def test_an_answer_that_only_one_person_changed_is_kept():
    base = {"method": "Slowly", "tutors": 3}
    found = compare(base, {**base, "method": "In steps"}, {**base, "tutors": 7})
    assert (found.merged, found.conflicts) == ({"method": "In steps", "tutors": 7}, ())


def test_an_answer_that_one_person_removed_is_removed_unless_the_other_person_changed_it():
    assert compare({"method": "Slowly"}, {}, {"method": "Slowly"}).merged["method"] is None


def test_a_choice_counts_only_for_the_answers_that_were_shown():
    sent = {
        CONFLICT_BASE_FIELD: json.dumps({"method": digest("Theirs")}),
        CONFLICT_ASKED_FIELD: "method",
        f"{CONFLICT_CHOICE_PREFIX}method": "mine",
    }
    assert compare_edits({"method": "Mine"}, {"method": "Theirs"}, sent).merged == {"method": "Mine"}
    third = compare_edits({"method": "Mine"}, {"method": "Saved since"}, sent)
    assert [(one.mine, one.theirs) for one in third.conflicts] == [("Mine", "Saved since")]
    assert not third.undecided


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, "", True),
        (None, "  ", True),
        (None, [], True),
        (None, 0, False),
        (None, False, False),
        ("a\r\nb ", "a\nb", True),
        (Decimal("7.50"), Decimal("7.5"), True),
        (7, Decimal(7), True),
        (date(2026, 3, 2), "2026-03-02", True),
        (["a", "b"], ["b", "a"], False),
        ({"a": {"b": Decimal("1.0")}, "c": 1}, {"c": 1, "a": {"b": Decimal(1)}}, True),
        ({"a": {"b": Decimal("1.0")}}, {"a": {"b": Decimal("1.1")}}, False),
    ],
)
def test_identical_answers_have_the_same_digest(one, other, same):
    assert (digest(one) == digest(other)) is same


TEXTS = st.dictionaries(st.just("method"), st.text("ab \n", min_size=1, max_size=6))


@NO_DEADLINE
@given(TEXTS, TEXTS, TEXTS)
def test_joining_two_texts_never_loses_any_text(base, mine, theirs):
    found = compare(base, mine, theirs)
    if not all("both" in one.choices for one in found.conflicts):
        return  # One of the two people has removed the text, so a person must decide.
    joined = found.merged | {one.name: one.resolve("both") for one in found.conflicts}
    for answers in (mine, theirs):
        written = answers.get("method", "").strip()
        if digest(written) != digest(base.get("method")):
            assert written in (joined["method"] or "")
