"""Tests for what the service does with answers, for every kind of question."""

from html.parser import HTMLParser
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django.utils.datastructures import MultiValueDict

from calloff.questions import kinds
from calloff.questions.answers import possible_questions
from calloff.questions.kinds import KINDS
from calloff.questions.kinds.components import AnswerBoxes, OfferedDocument, PromiseTerms
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, QuestionKind
from calloff.web.forms_ui.question_widgets import render_part
from tests.questions.example_questions import ANSWERS, LOTS, QUESTION_SET, SCHEDULE

EXAMPLES = {one.question.kind: one for one in possible_questions(QUESTION_SET, LOTS) if one.key in ANSWERS}
NAMES = AnswerNames(SCHEDULE, {"EV-7K3QX": "Public liability insurance"})
DOCUMENTS = [OfferedDocument("EV-7K3QX", "Public liability insurance")]

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


class Boxes(HTMLParser):
    """What a browser submits from a page, and the ids of the elements to which links can lead."""

    def __init__(self, html):
        super().__init__()
        self.sent, self.ids, self.area, self.list = MultiValueDict(), set(), None, None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        one = dict(attributes)
        self.ids.add(one.get("id"))
        if tag == "input" and (one.get("type") not in {"radio", "checkbox"} or "checked" in one):
            self.sent.appendlist(one["name"], one.get("value", ""))
        elif tag == "textarea":
            self.area = one["name"]
            self.sent.setdefault(self.area, "")
        elif tag == "select":
            self.list = one["name"]
        elif tag == "option" and "selected" in one:
            self.sent[self.list] = one["value"]

    def handle_data(self, data):
        if self.area:
            self.sent[self.area] = data

    def handle_endtag(self, tag):
        self.area = None if tag == "textarea" else self.area


def example_of(kind):
    """Return a question of one kind, with an answer."""
    asked = EXAMPLES.get(kind.key)
    assert asked, f"give tests/questions/example_questions.py a question of the kind {kind.key}, with an answer"
    return asked


def drawn(asked, value, **more):
    """Return a question on a page, as a browser shows it."""
    key = asked.key
    params = {
        "id": f"id_{key}", "idPrefix": f"id_{key}", "name": key, "label": {"text": asked.question.text},
        "errorMessage": None,
    }  # fmt: skip
    boxes = AnswerBoxes(asked.question, value, params, {}, lines=SCHEDULE, documents=DOCUMENTS, **more)
    return Boxes("".join(render_part(part) for part in KINDS[asked.question.kind].draw(boxes)))


def test_every_kind_in_the_code_is_in_the_registry():
    for module in iter_modules(kinds.__path__, f"{kinds.__name__}."):
        import_module(module.name)
    waiting, written = [QuestionKind], set()
    while waiting:
        waiting += (more := waiting.pop().__subclasses__())
        written |= {kind for kind in more if kind.__module__.startswith("calloff.")}
    left_out = sorted(kind.__name__ for kind in written - {type(kind) for kind in KINDS.values()})
    assert not left_out, f"Add to KINDS in calloff/questions/kinds/__init__.py: {', '.join(left_out)}"


@pytest.mark.parametrize("lacking", ["parse", "validate", "missing", "display", "draw", "preview", "export"])
def test_an_incomplete_kind_of_question_cannot_be_created_and_what_is_missing_is_reported(lacking):
    half = {name: lambda *_: None for name in QuestionKind.__abstractmethods__ - {lacking}}
    with pytest.raises(TypeError, match=f"abstract method '?{lacking}'?"):
        type("HalfKind", (QuestionKind,), half)()
    assert len(half) == 6, "the list above names all that a kind must do"


@each_kind
def test_a_valid_answer_is_not_changed_and_has_no_errors(kind):
    asked = example_of(kind)
    answer = kind.parse(asked.question, ANSWERS[asked.key], asked.key, SCHEDULE)
    assert answer == ANSWERS[asked.key]
    assert list(kind.validate(asked.question, answer, "It", AnswerRules(SCHEDULE, SCHEDULE))) == []
    assert not kind.is_missing(answer, AnswerRules(SCHEDULE, SCHEDULE))


@each_kind
def test_submitting_the_fields_as_they_are_shown_gives_the_same_answer(kind):
    asked = example_of(kind)
    answer = ANSWERS[asked.key]
    typed = kind.read_boxes(drawn(asked, answer).sent, asked.key, SCHEDULE)
    assert kind.parse(asked.question, typed, asked.key, SCHEDULE) == answer


@each_kind
def test_empty_fields_do_not_count_as_an_answer(kind):
    asked = example_of(kind)
    typed = kind.read_boxes(drawn(asked, None).sent, asked.key, SCHEDULE)
    assert kind.parse(asked.question, typed, asked.key, SCHEDULE) is None
    assert kind.is_missing(None, AnswerRules(SCHEDULE, SCHEDULE))


@each_kind
def test_an_error_links_to_a_field_that_exists(kind):
    asked = example_of(kind)
    assert kind.box_id(asked.key, asked.key, SCHEDULE) in drawn(asked, None).ids


def test_submitting_the_fields_of_a_promise_as_they_are_shown_does_not_change_it():
    asked, promise = example_of(KINDS["evidence"]), {"by": "2026-09-01", "cover": "5000000.00"}
    page = drawn(asked, promise, promise=PromiseTerms(5_000_000))
    typed = KINDS["evidence"].read_boxes(page.sent, asked.key, ())
    assert KINDS["evidence"].parse(asked.question, typed, asked.key) == promise


@each_kind
def test_the_error_for_a_missing_answer_is_an_instruction(kind):
    question = example_of(kind).question
    assert kind.missing(question).startswith(("Enter ", "Select "))
    own = question.model_copy(update={"empty": "Enter what we need to know"})
    assert kind.missing(own) == "Enter what we need to know"


WORDS = {  # the text of the example's answers, and the errors about missing answers
    "text": (["0000000"], "One line"),
    "long_text": (["By video"], "In your own words, 10 words or fewer"),
    "yes_no": (["No"], "Yes or no"),
    "choice": (["An open dispute"], "One of these"),
    "choices": (["Key stage 3", "Key stage 4"], "Any of these"),
    "number": (["1,200"], "A whole number, from 1 to 5,000"),
    "money": (["£1,250.50"], "An amount in pounds, at least £0"),
    "date": (["Friday 27 November 2009"], "A date"),
    "declaration": (
        ["Date: Friday 27 February 2026", "Number of staff checked: 12", "All of them"],
        "A date, and a number: number of staff checked",
    ),
    "evidence": (["Public liability insurance (EV-7K3QX)"], "A document: Cover for the public"),
    "prices": (
        [
            "One to one, each hour: £45 (Exempt from VAT)",
            "A group of four, each session: £120.50 (Standard rated, plus VAT)",
        ],
        "Your price for each item. The price schedule is at the end of this page.",
    ),
}  # fmt: skip


@each_kind
def test_answers_and_questions_are_shown_in_plain_words(kind):
    asked = example_of(kind)
    answer, titles = ANSWERS[asked.key], {"public-liability": "Cover for the public"}
    read = (list(kind.display(asked.question, answer, NAMES)), kind.preview(asked.question, titles))
    assert read == WORDS.get(kind.key), f"write down in WORDS how a {kind.key} is read"


CELLS = {
    "text": [("", "0000000")],
    "long_text": [("", "By video")],
    "yes_no": [("", "No")],
    "choice": [("", "An open dispute")],
    "choices": [("", "Key stage 3\nKey stage 4")],
    "number": [("", "1200")],
    "money": [("", "1250.50")],
    "date": [("", "2009-11-27")],
    "declaration": [("on", "2026-02-27"), ("count", "12"), ("text", "All of them")],
    "evidence": [("", "Public liability insurance (EV-7K3QX)")],
    "prices": [
        ("hour amount", "45.00"), ("hour vat", "exempt"), ("group amount", "120.50"), ("group vat", "standard"),
    ],
}  # fmt: skip


@each_kind
def test_an_answer_is_exported_as_a_value_that_a_spreadsheet_can_calculate_with(kind):
    asked = example_of(kind)
    assert list(kind.export(asked.question, ANSWERS[asked.key], NAMES)) == CELLS.get(kind.key), (
        f"write down in CELLS how a {kind.key} is exported"
    )


@each_kind
def test_an_answer_with_the_wrong_structure_is_still_shown(kind):
    question = example_of(kind).question
    assert list(kind.display(question, 4.5, NAMES)) == ["4.5"]
    assert list(kind.export(question, 4.5, NAMES)) == [("", "4.5")]
