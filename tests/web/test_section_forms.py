import re
from datetime import date
from html import unescape

import pytest
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.answers import possible_questions, with_changes
from calloff.questions.schema import QuestionSet
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.forms_ui.section_forms import OfferedDocument, SectionForm
from tests.questions.example_questions import (
    ABOUT_SECTION,
    ANSWERS,
    LOTS,
    NO_DEADLINE,
    OFFER_SECTION,
    SCHEDULE,
    answers_without,
)

HELD = {"public-liability": [OfferedDocument("EV-7K3QX", "Public liability 2026", date(2026, 11, 27))]}
TODAY = date(2026, 3, 2)
TYPED = {
    "ages": ["ks3", "ks4"],
    "method@1": "In small steps",
    "method@4": "By video",
    "tutors": "1,200",
    "turnover": "1250.5",
    "founded-day": "27",
    "founded-month": "11",
    "founded-year": "2009",
    "checks-on-day": "27",
    "checks-on-month": "2",
    "checks-on-year": "2026",
    "checks-count": "12",
    "checks-text": "All of them",
    "insurance": "EV-7K3QX",
    "prices-hour-amount": "45",
    "prices-hour-vat": "exempt",
    "prices-group-amount": "120.50",
    "prices-group-vat": "standard",
}


def form(section=OFFER_SECTION, answers=ANSWERS, *, sent=None, **kwargs):
    kwargs = {"lots": LOTS, "evidence_choices": HELD, "schedule": SCHEDULE, "today": TODAY, **kwargs}
    request = RequestFactory().get("/") if sent is None else RequestFactory().post("/", sent)
    return SectionForm.of(request, section=section, answers=answers, **kwargs)


def hidden(page):
    """Return the hidden fields of a page, as a browser would submit them."""
    boxes = re.findall(r'<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?', str(page))
    return {name: unescape(value) for name, value in boxes}


def send(page, typed, **kwargs):
    return form(page.section, page.answers, sent={**hidden(page), **typed}, **kwargs)


def test_typed_text_is_converted_into_answers():
    sent = send(form(answers={}), TYPED)
    assert sent.is_valid(), sent.errors
    assert with_changes({}, sent.cleaned_answers) == {key: ANSWERS[key] for key in ANSWERS if key in sent.fields}
    assert sent.cleaned_answers["online_safety"] is None


@pytest.mark.parametrize(
    "part",
    [
        "Which key stages do you teach?",
        'name="ages" type="checkbox" value="ks3" checked',
        "Early help: How will you teach?",
        "Online tutoring: How will you teach?",
        'data-maxwords="10"',
        "You can enter up to 10 words",
        "How do you keep children safe online? (optional)",
        'name="tutors" type="text" value="1200"',
        'name="turnover" type="text" value="1250.50"',
        'name="founded-day" type="text" value="27"',
        'name="founded-month" type="text" value="11"',
        'name="checks-on-month" type="text" value="2"',
        "Number of staff checked",
        'name="insurance" type="radio" value="EV-7K3QX" checked',
        "Expires on Friday 27 November 2026",
        'name="prices-hour-amount" type="text" value="45.00"',
        '<option value="standard" selected>',
        "each session",
    ],
)
def test_every_kind_of_question_is_shown_with_its_answer(part):
    assert part in str(form())


def test_a_page_of_questions_works_without_javascript():
    assert "conditional" not in str(form(ABOUT_SECTION))
    assert "<script" not in str(form())


WRONG = {
    "tutors": "<b>many</b>",
    "turnover": "1,25",
    "founded-day": "31",
    "founded-month": "feb",
    "founded-year": "26",
    "checks-on-day": "",
    "checks-count": "x",
    "checks-text": "Kept",
    "prices-hour-amount": "cheap",
    "prices-hour-vat": "zero",
    "method@1": "word " * 11,
}


@pytest.mark.parametrize("typed", [value for value in WRONG.values() if value])
def test_invalid_input_is_shown_again_exactly_as_it_was_typed(typed):
    sent = send(form(answers={}), WRONG)
    assert not sent.is_valid()
    assert typed in unescape(str(sent))
    assert "<b>many" not in str(sent)


def test_the_error_summary_links_each_error_to_its_field():
    sent = send(form(answers={}), WRONG)
    summary = sent.error_summary()
    links = re.findall('href="#([^"]*)"', summary)
    assert {"id_ages", "id_method@1", "id_founded-day", "id_checks-on-day", "id_checks-count", "id_insurance",
            "id_prices-hour-amount"} <= set(links)  # fmt: skip
    page = str(sent)
    assert all(f'id="{link}"' in page for link in links)
    assert "Number of staff checked must be a whole number, like 12" in summary
    assert "There is a problem" in summary


def test_each_field_shows_its_own_error_only_once():
    page = str(send(form(answers={}), WRONG))
    assert page.count("Number of staff checked must be a whole number") == 1
    assert 'id="id_checks-count-error"' in page
    assert 'id="id_prices-hour-amount-error"' in page


def test_a_conditional_question_appears_once_its_condition_is_met():
    assert "charity number" not in str(form(ABOUT_SECTION, {}))
    assert "charity number" in str(form(ABOUT_SECTION, {"charity": "yes"}))


def test_saving_an_answer_that_reveals_another_question_returns_to_the_page():
    answers = answers_without("charity", "charity_number")
    sent = send(form(ABOUT_SECTION, answers), {"trading_name": "Windmill Hill", "charity": "yes", "convicted": "no"})
    assert sent.is_valid()
    assert [one.key for one in sent.revealed] == ["charity_number"]
    again = str(form(ABOUT_SECTION, with_changes(answers, sent.cleaned_answers), ask_too=True))
    assert "You still need to answer" in again
    assert 'href="#id_charity_number"' in again


def test_a_page_with_errors_also_shows_the_questions_that_are_now_needed():
    sent = send(form(ABOUT_SECTION, {}), {"trading_name": "", "charity": "yes"})
    assert not sent.is_valid()
    assert "charity number" in str(sent)
    assert "charity_number" not in sent.errors


def test_answers_to_questions_that_are_now_hidden_are_kept():
    first = send(form(ABOUT_SECTION), {"trading_name": "", "charity": "no", "charity_number": "7", "convicted": "no"})
    assert not first.is_valid()
    assert "What is your charity number?" not in str(first)
    assert hidden(first)["charity_number"] == "7"
    second = form(
        ABOUT_SECTION,
        sent={**hidden(first), "trading_name": "Brook End", "charity": "no", "convicted": "no", "dispute": "open"},
    )
    assert second.is_valid(), second.errors
    assert second.cleaned_answers["charity_number"] == "7"


def test_a_person_can_leave_questions_for_later():
    sent = send(form(answers={}), {"tutors": "3", "section-save": "later"})
    assert sent.is_valid(), sent.errors
    assert with_changes({}, sent.cleaned_answers) == {"tutors": 3}


def test_an_optional_radio_button_can_be_cleared_without_javascript():
    page = form(ABOUT_SECTION)
    assert "No answer" in str(page)
    sent = send(page, {**{key: ANSWERS[key] for key in page.fields}, "dispute": ""})
    assert sent.is_valid()
    assert sent.cleaned_answers["dispute"] is None


def test_selecting_a_document_that_was_not_offered_is_refused():
    sent = send(form(), {**TYPED, "insurance": "EV-ZZZZZ"})
    assert sent.errors["insurance"] == ["Select one of the documents listed"]


def test_a_withdrawn_document_is_still_shown_as_the_answer():
    assert "EV-7K3QX (no longer in your evidence)" in str(form(evidence_choices={}))


def test_if_there_is_no_document_the_page_has_the_boxes_to_upload_one():
    page = str(form(answers={}, evidence_choices={}, uploads={"insurance": ConfirmForm()}))
    assert "You have not uploaded a document of this kind yet" in page
    assert 'value="upload:insurance"' in page


def test_uploading_a_document_shows_no_errors_about_other_answers():
    sent = send(form(answers={}), {"method@1": "In small steps", "section-save": "upload:insurance"})
    assert sent.is_valid()
    assert sent.uploads_for == "insurance"
    assert sent.cleaned_answers["method@1"] == "In small steps"


def test_an_expired_document_is_marked_as_expired():
    assert "Expired on Friday 27 November 2026" in str(form(today=date(2026, 11, 28)))


def test_text_written_by_officers_is_escaped():
    evil = "<script>alert(1)</script>"
    questions = [
        {"key": kind, "kind": kind, "text": evil, "hint": evil, "per_lot": kind == "text", **more}
        for kind, more in {
            "text": {},
            "long_text": {},
            "yes_no": {},
            "choice": {"options": [{"value": "a", "label": evil, "hint": evil}]},
            "choices": {"options": [{"value": "a", "label": evil, "hint": evil}]},
            "number": {},
            "money": {},
            "date": {},
            "declaration": {"counts": evil},
            "evidence": {"evidence": "policy"},
            "prices": {},
        }.items()
    ]
    section = {"key": "one", "title": evil, "questions": questions}
    whole = QuestionSet.model_validate(
        {"key": "evil", "version": 1, "title": evil, "source": evil, "sections": [section]}
    )
    lines = [line._replace(label=evil, unit=evil) for line in SCHEDULE]
    held = {"policy": [OfferedDocument("EV-1", evil)]}
    for page in (
        form(whole.sections[0], {}, lots={1: evil}, schedule=lines, evidence_choices=held, ask_too=True),
        form(
            whole.sections[0], {}, lots={1: evil}, schedule=lines, evidence_choices={}, sent={"section-shown": "text@1"}
        ),
    ):
        assert "&lt;script&gt;" in str(page)
        assert "<script" not in str(page) + page.error_summary()


@pytest.mark.parametrize(("sent", "seen"), [("3", 3), ("", -1), ("-2", -1), ("x", -1), ("9" * 40, -1), ("\u0663", -1)])
def test_the_form_submits_the_version_that_the_person_saw(sent, seen):
    assert form(version=4).seen_version == 4
    assert form(sent={"section-version": sent}).seen_version == seen


def test_errors_from_the_command_are_shown_next_to_the_answers():
    def command(*, answers, version):
        assert version == 2
        raise Refused.because(
            [Problem("That is taken", "trading_name"), Problem("Number, too", "tutors"), Problem("Closed")]
        )

    sent = send(form(ABOUT_SECTION, version=2), {key: ANSWERS[key] for key in form(ABOUT_SECTION).fields}, version=2)
    assert not sent.attempt(command)
    assert sent.errors["trading_name"] == ["That is taken"]
    assert 'href="#id_trading_name"' in sent.error_summary()
    assert "Closed" in sent.error_summary()
    assert "Number, too" in sent.error_summary()


def about(**changes):
    kept = {key: ANSWERS[key] for key in form(ABOUT_SECTION).fields}
    return {**kept, **changes}


def stale(mine, theirs):
    """Return the form of a person who saw ANSWERS and submits `mine`, after someone else has saved `theirs`."""
    page = form(ABOUT_SECTION, ANSWERS, version=1)
    sent = form(ABOUT_SECTION, {**ANSWERS, **theirs}, sent={**hidden(page), **about(**mine)}, version=2)
    assert sent.is_valid(), sent.errors
    assert sent.seen_version == 1
    return sent, sent.conflict_form() if sent.conflicts else None


def choose(page, chosen, theirs):
    """Submit the page that asks which answers to keep, after `theirs` was saved, with a choice for each question."""
    sent = {**hidden(page), **{f"meanwhile-choice-{key}": choice for key, choice in chosen.items()}}
    return form(ABOUT_SECTION, {**ANSWERS, **theirs}, sent=sent, version=2)


def test_changes_by_two_people_to_different_answers_are_both_saved_automatically():
    sent, page = stale({"trading_name": "Mine"}, {"dispute": "none"})
    assert page is None
    assert sent.cleaned_data == {"answers": {"trading_name": "Mine"}, "version": 2}


def test_a_conflicting_save_shows_both_answers_and_asks_which_to_keep():
    _, page = stale({"trading_name": "Mine <b>"}, {"trading_name": "Theirs"})
    drawn = str(page)
    assert "Mine &lt;b&gt;" in drawn
    assert "Theirs" in drawn
    assert "Join both" in drawn
    assert "govuk-radios" in drawn


@pytest.mark.parametrize(
    ("choice", "answer"),
    [("mine", {"trading_name": "Mine"}), ("theirs", {}), ("both", {"trading_name": "Theirs; Mine"})],
)
def test_the_chosen_answer_is_saved(choice, answer):
    theirs = {"trading_name": "Theirs"}
    _, page = stale({"trading_name": "Mine", "dispute": "none"}, theirs)
    sent = choose(page, {"trading_name": choice}, theirs)
    assert sent.is_valid(), sent.errors
    assert sent.conflicts == ()
    assert sent.cleaned_answers == {**answer, "dispute": "none"}


def test_a_person_who_makes_no_choice_is_asked_again_and_nothing_is_lost():
    theirs = {"trading_name": "Theirs"}
    _, page = stale({"trading_name": "Mine"}, theirs)
    sent = choose(page, {}, theirs)
    assert sent.is_valid()
    again = sent.conflict_form()
    assert "Choose one answer or join both: What name do you trade under?" in again.error_summary()
    assert hidden(again) == hidden(page)
    assert hidden(again)["trading_name"] == "Mine"


def test_a_further_save_while_the_person_is_choosing_is_shown_as_well():
    theirs = {"trading_name": "Theirs"}
    _, page = stale({"trading_name": "Mine", "dispute": "none"}, theirs)
    sent = choose(page, {"trading_name": "mine"}, {**theirs, "dispute": ""})
    assert sent.is_valid()
    assert [one.name for one in sent.conflicts] == ["dispute"]


def test_the_person_must_choose_again_if_the_other_answer_has_changed():
    _, page = stale({"trading_name": "Mine"}, {"trading_name": "Theirs"})
    sent = choose(page, {"trading_name": "mine"}, {"trading_name": "Saved since"})
    assert sent.is_valid()
    assert [(one.mine, one.theirs) for one in sent.conflicts] == [("Mine", "Saved since")]
    assert "trading_name" not in sent.cleaned_answers


KEYS = [one.key for one in possible_questions(OFFER_SECTION, LOTS)]
NAMES = [*KEYS, *TYPED, "section-shown", "meanwhile-base", "meanwhile-asked"]


@NO_DEADLINE
@given(st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=9), min_size=1, max_size=2)))
def test_a_page_can_be_shown_whatever_data_is_submitted(typed):
    data = MultiValueDict({"section-shown": [" ".join(KEYS)], **typed})
    page = SectionForm(
        data=data, section=OFFER_SECTION, answers=ANSWERS, lots=LOTS, schedule=SCHEDULE, evidence_choices=HELD
    )
    page.is_valid()
    assert str(page)
    page.error_summary()
    assert str(page.conflict_form())
