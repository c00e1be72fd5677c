"""A page with one section of a question set, on which the kinds of the questions render them.

The page works without JavaScript. A conditional question is shown once the question on which it depends has been
answered. If the answers lead to more questions, these are in `revealed`. Save the answers, then show the section again
with `ask_too`. If someone else has saved since then (`seen_version` is old) and changed the same answers, the form has
`conflicts`. In that case, save nothing and show `edit_conflicts.render_conflict`.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.answers import (
    AskedQuestion,
    PriceScheduleLine,
    asked_questions,
    format_answer,
    is_empty,
    possible_questions,
    read_section_page,
)
from calloff.questions.kinds import kind_of
from calloff.questions.kinds.components import OfferedDocument, PromiseTerms
from calloff.questions.kinds.price_schedule import price_lines_of
from calloff.questions.schema import QuestionDefinition, SectionDefinition
from calloff.web.components import component
from calloff.web.forms_ui.edit_comparison import CONFLICT_BASE_FIELD, FieldConflict, digest
from calloff.web.forms_ui.edit_conflicts import ConflictAwareForm, ConflictWords
from calloff.web.forms_ui.question_widgets import (
    SAVE_BUTTON_NAME,
    UPLOAD_PREFIX,
    AnswerWidget,
)
from calloff.web.forms_ui.widget_rendering import first_id

__all__ = [
    "AUTOSAVE_VALUE",
    "COME_BACK_LATER_VALUE",
    "SAVE_BUTTON_NAME",
    "OfferedDocument",
    "PromiseTerms",
    "SectionForm",
    "upload_pressed",
]

# a function that returns the problems with an answer, in addition to those that the kind of the question finds
FindProblems = Callable[[QuestionDefinition, Any, str], list[Problem]]

# The keys of questions contain no hyphens, so these names can never be those of answers.
SECTION_VERSION_FIELD, SECTION_SHOWN_FIELD = "section-version", "section-shown"
COME_BACK_LATER_VALUE = "later"  # the value of the button “Save and come back later”
AUTOSAVE_VALUE = "auto"  # the value that autosave.js submits instead of the value of a button
MAX_VERSION_DIGITS = 9


class AnswerField(forms.Field):
    """One question. The rules for questions get the answer exactly as the person typed it."""

    def clean(self, value: Any) -> Any:
        return value


class SectionForm(ConflictAwareForm):
    """The questions of a section that must now be asked. Make it with `SectionForm.of(request, section=…, …)`.

    `lots` contains the names of categories by number. `version` counts how often the section has been saved, and the
    page submits it again as `seen_version`. It is None if no one else can save the page. `evidence_choices` (the
    provider's documents) and `promises` (what a promise must contain) are by kind of evidence. `uploads` are the forms
    that upload a document, by question key. `problems_of` finds problems with the document that was selected. `today`
    is the date in London. If `ask_too` is given, the page says which of its questions are new.
    """

    def __init__(
        self,
        *args: Any,
        section: SectionDefinition,
        answers: Mapping[str, Any],
        lots: Mapping[int, str],
        version: int | None = 0,
        evidence_choices: Mapping[str, Sequence[OfferedDocument]] | None = None,
        uploads: Mapping[str, forms.Form] | None = None,
        promises: Mapping[str, PromiseTerms] | None = None,
        problems_of: FindProblems | None = None,
        schedule: Collection[PriceScheduleLine] = (),
        today: date | None = None,
        ask_too: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.section, self.answers, self.lots = section, answers, lots
        self.version, self.schedule, self.today, self.ask_too = version, schedule, today, ask_too
        self.problems: list[Problem] = []
        # the answers that will replace the stored ones. None removes an answer
        self.cleaned_answers: dict[str, Any] = {}
        self.revealed: list[AskedQuestion] = []
        self.partly_saved = False  # whether some answers were saved although others have errors
        self._joined: set[str] = set()  # the keys of answers that the person has joined with those of someone else
        self.shown_again: dict[str, str] = {}  # hidden fields that replace those that were submitted
        self.widgets: dict[str, AnswerWidget] = {}
        held, promises, uploads = evidence_choices or {}, promises or {}, uploads or {}
        self.problems_of = problems_of
        for asked in possible_questions(section, lots):
            question, kind = asked.question, asked.question.evidence
            lines = price_lines_of(schedule, asked.lot, lots)
            widget = AnswerWidget(
                asked, lines, held.get(kind, ()), today, promise=promises.get(kind), upload=uploads.get(asked.key)
            )
            field = AnswerField(
                required=question.required,
                widget=widget,
                label=_label(asked, lots),
                help_text=question.hint,
                initial=answers.get(asked.key),
            )
            self.fields[asked.key] = field
            self.widgets[asked.key] = field.widget  # Each field has its own copy of the widget.
        self._leave_out_what_is_not_asked()

    @property
    def seen_version(self) -> int:
        """Return the version of the section that the person saw.

        Data that does not come from our pages counts as older than every version.
        """
        sent = str(self.data.get(SECTION_VERSION_FIELD, "")) if self.is_bound else str(self.version)
        return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) <= MAX_VERSION_DIGITS else -1

    @property
    def comes_back_later(self) -> bool:
        """Return whether the person wants to come back later, so that missing answers are not errors."""
        pressed = self.data.get(SAVE_BUTTON_NAME)
        return self.is_bound and (pressed in {COME_BACK_LATER_VALUE, AUTOSAVE_VALUE} or bool(self.uploads_for))

    @property
    def uploads_for(self) -> str:
        """Return the key of the question for which the person is uploading a document, or ""."""
        return upload_pressed(self.data) if self.is_bound else ""

    def clean(self) -> dict[str, Any]:
        """Check the answers by the rules of this section only.

        `attempt` passes `answers` to the command, with the `version` of the section to which they apply.

        If someone else has saved since the page was loaded, `answers` contains only what this person has changed.
        """
        reading = read_section_page(
            self.section,
            {key: value for key, value in self.cleaned_data.items() if key in self._on_page()},
            self.answers,
            self.lots,
            schedule=self.schedule,
            today=self.today,
            later=self.comes_back_later,
        )
        self.cleaned_answers, self.revealed = reading.answers, reading.revealed
        for problem in [*reading.problems, *self._not_held(reading.answers)]:
            self.refuse(problem)
        if not self.comes_back_later:
            self._refuse_unfit(reading.answers)
        version = self.seen_version
        if self.version is not None and version != self.version:
            version, self.cleaned_answers = self.version, self._changed(reading.answers)
        return {"answers": self.cleaned_answers, "version": version}

    def _changed(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers to save as well as those that someone else has saved since. This sets `conflicts`."""
        joined_by = {key: kind_of(self.widgets[key].one.question).joined_by for key in answers}
        separators = {key: separator for key, separator in joined_by.items() if separator}
        merged = self._compare(answers, separators).merged
        self._joined = {
            key
            for key, answer in merged.items()
            if digest(answer) not in {digest(answers[key]), digest(self.answers.get(key))}
        }
        return {key: answer for key, answer in merged.items() if digest(answer) != digest(self.answers.get(key))}

    def answers_to_save(self) -> dict[str, Any]:
        """Return the answers that can now be saved: all of them, or those that were changed and have no errors."""
        if self.is_valid():
            return self.cleaned_answers
        wrong = {problem.where.partition("-")[0] for problem in self.problems}
        return {
            key: answer
            for key, answer in self.cleaned_answers.items()
            if key not in wrong and digest(answer) != digest(self.answers.get(key))
        }

    def show_saved(self, saves: int) -> None:
        """Compare later changes with the answers that have just been saved.

        `saves` is how often the section has been saved. If an answer was merged with that of a colleague, the page
        shows the merged answer. Otherwise, the next save would remove the colleague's part.
        """
        saved = self.answers_to_save()
        self.partly_saved = not self.is_valid()
        shown = QueryDict(mutable=True)
        shown.update(self.data)
        for key in self._joined & saved.keys():
            shown[key] = saved[key]
        self.data = shown
        base = self._base() | {key: digest(answer) for key, answer in saved.items()}
        self.shown_again = {CONFLICT_BASE_FIELD: json.dumps(base)}
        if self.seen_version == self.version:
            self.shown_again[SECTION_VERSION_FIELD] = str(saves)

    def show(self, refusal: Refused) -> None:
        for problem in refusal.problems:
            self.refuse(problem)

    def refuse(self, problem: Problem) -> None:
        """Show a problem next to its field or, if it has no field, at the top of the page."""
        key = problem.where.partition("-")[0]
        if key not in self.fields:
            self.add_error(None, problem.sentence)
            return
        self.problems.append(problem)
        self.widgets[key].wrong.setdefault(problem.where, []).append(problem.sentence)
        self.add_error(key, problem.sentence)

    def error_summary(self) -> SafeString:
        """Render the error summary, with a link from each problem to the field where it can be corrected."""
        if not self.errors:
            return SafeString()
        errors: list[dict[str, Any]] = [{"text": error} for error in self.non_field_errors()]
        errors += [{"text": problem.sentence, "href": self._link(problem.where)} for problem in self.problems]
        return component("error-summary", {"titleText": "There is a problem", "errorList": errors})

    def show_refused_upload(self, key: str, upload: forms.Form) -> None:
        """Show the errors of an upload that was refused, next to its boxes and in the summary."""
        for sentence in upload.non_field_errors():
            self.refuse(Problem(str(sentence), key))
        for field in upload:
            for sentence in field.errors:
                self.refuse(Problem(str(sentence), first_id(field).removeprefix("id_")))

    def saved_answers(self) -> Mapping[str, Any]:
        return {asked.key: self.answers.get(asked.key) for asked in possible_questions(self.section, self.lots)}

    def conflict_words(self, conflict: FieldConflict) -> ConflictWords:
        asked = self.widgets[conflict.name].one
        mine, theirs = (
            format_answer(asked.question, answer, schedule=self.schedule) for answer in (conflict.mine, conflict.theirs)
        )
        return ConflictWords(_label(asked, self.lots), mine, theirs)

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return SafeString(self._asked_too() + super().render(*args, **kwargs))

    __str__ = render
    __html__ = render

    def hidden(self) -> dict[str, str]:
        version = str(self.data.get(SECTION_VERSION_FIELD, "")) if self.is_bound else str(self.version)
        own = {SECTION_VERSION_FIELD: version, SECTION_SHOWN_FIELD: " ".join(self.fields)}
        return super().hidden() | own | self.shown_again

    def _leave_out_what_is_not_asked(self) -> None:
        """Remove the fields of questions that are not asked now.

        Answers to questions that are now hidden stay in hidden fields, so that no answer is lost.
        """
        now, on_page = dict(self.answers), self._on_page()
        now |= {key: self[key].data for key in self.fields if key in on_page}
        shown = {asked.key for asked in asked_questions(self.section, now, self.lots)}
        for key in self.fields.keys() - shown:
            if key in on_page:
                self.widgets[key].unseen = True
            else:
                del self.fields[key]

    def _on_page(self) -> set[str]:
        """Return the keys of the questions that were on the page.

        Browsers do not submit checkboxes that are not selected, so the page contains a list of its questions.
        """
        return set(str(self.data.get(SECTION_SHOWN_FIELD, "")).split()) if self.is_bound else set()

    def _not_held(self, answers: Mapping[str, Any]) -> list[Problem]:
        """Return a problem for each document that the person selected although the page did not offer it."""
        return [
            Problem("Select one of the documents listed", key)
            for key, value in answers.items()
            if self.widgets[key].kind == "evidence" and isinstance(value, str)
            if value not in {document.reference for document in self.widgets[key].held} | {self.answers.get(key)}
        ]

    def _refuse_unfit(self, answers: Mapping[str, Any]) -> None:
        """Refuse documents and promises that are not sufficient, unless the question already has an error."""
        refused = {problem.where for problem in self.problems}
        for key, value in answers.items():
            widget = self.widgets[key]
            if self.problems_of is None or widget.kind != "evidence" or value is None or key in refused:
                continue
            for problem in self.problems_of(widget.one.question, value, key):
                self.refuse(problem)

    def _link(self, where: str) -> str:
        return f"#{self.widgets[where.partition('-')[0]].box_id(where)}"

    def _asked_too(self) -> SafeString:
        new = [key for key in self.fields if self.ask_too and not self.is_bound and is_empty(self.answers.get(key))]
        if not new:
            return SafeString()
        item = '<li><a class="govuk-notification-banner__link" href="{}">{}</a></li>'
        links = format_html_join("", item, ((self._link(key), self.fields[key].label) for key in new))
        heading = '<p class="govuk-notification-banner__heading">Your answers are saved. You still need to answer:</p>'
        html = format_html(heading + '<ul class="govuk-list">{}</ul>', links)
        return component("notification-banner", {"titleText": "Saved", "html": html})


def upload_pressed(data: Mapping[str, Any]) -> str:
    """Return the key of the question whose upload button was selected, or ""."""
    pressed = str(data.get(SAVE_BUTTON_NAME, ""))
    return pressed.removeprefix(UPLOAD_PREFIX) if pressed.startswith(UPLOAD_PREFIX) else ""


def _label(asked: AskedQuestion, lots: Mapping[int, str]) -> str:
    return asked.question.text if asked.lot is None else f"{lots.get(asked.lot, asked.lot)}: {asked.question.text}"
