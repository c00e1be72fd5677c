"""Forms for assessing and deciding an application."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from calloff.applications.models import LotRequest
from calloff.members.lot_decision import LotDecision
from calloff.questions.answers import AskedQuestion
from calloff.web.authority.forms import READ_BY_PROVIDER_HINT
from calloff.web.forms_ui.field_errors import choice_errors, date_errors, text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput, HintedRadios

CONDITION_ROWS = 3  # fields for conditions in each category, because a page without JavaScript cannot add more


SCORE_MEANINGS = {
    0: "No answer, or nothing relevant",
    1: "Poor: most of what the question asks for is missing",
    2: "Weak: covers some of the question, with important gaps",
    3: "Sound: covers what the question asks for",
    4: "Good: covers more than the question asks for, with examples",
    5: "Excellent: complete, convincing and proven to work",
}


class DeclareInterestForm(UnmarkedForm):
    what = forms.ChoiceField(
        label="Do you have an interest in this provider?",
        choices=[("nothing", "I have nothing to declare"), ("stand_down", "I have an interest and will withdraw")],
        widget=HintedRadios(
            hints={
                "nothing": "You have no role, shares, family or friends at the provider, and no other reason to "
                "favour or oppose the provider",
                "stand_down": "The council will allocate someone else",
            }
        ),
        error_messages=choice_errors("Select whether you have an interest"),
    )
    interest = textarea_field(
        "What is your interest?",
        "Answer this only if you are withdrawing. Contracts officers will read your answer.",
        rows=3,
        errors=text_errors("Description of your interest"),
    )

    @property
    def stands_down(self) -> bool:
        return self.is_bound and self.data.get("what") == "stand_down"

    def clean(self) -> dict[str, Any]:
        return {"interest": self.cleaned_data.get("interest", "")} if self.stands_down else {}


class GiveMarkForm(UnmarkedForm):
    """Pass or fail, or a score from 0 to 5, always with a reason."""

    passed = forms.TypedChoiceField(
        label="Does this answer pass?",
        choices=[("yes", "Yes, it passes"), ("no", "No, it does not pass")],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
        error_messages=choice_errors("Select whether the answer passes"),
    )
    score = forms.TypedChoiceField(
        label="Score",
        choices=[(str(score), f"{score}") for score in SCORE_MEANINGS],
        coerce=int,
        empty_value=None,
        widget=HintedRadios(hints={str(score): words for score, words in SCORE_MEANINGS.items()}),
        required=False,
        error_messages=choice_errors("Select a score from 0 to 5"),
    )
    reason = textarea_field(
        "Reason",
        "Explain what in the answer led to your score. The provider will read this.",
        errors=text_errors("Reason"),
    )

    def __init__(self, *args: Any, asked: AskedQuestion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # the guidance says what each score means for this question, so we leave out our general meanings
        if asked.question.guidance:
            self.fields["score"].widget = forms.RadioSelect(
                choices=[(str(score), str(score)) for score in SCORE_MEANINGS]
            )
        del self.fields["passed" if asked.question.assessed == "score" else "score"]


class AgreeMarksForm(UnmarkedForm):
    """The agreed value and reason for each mark on which evaluators differ."""

    def __init__(self, *args: Any, differing: Mapping[str, AskedQuestion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hrefs = {key: f"#id_value-{key}" for key in differing}
        self.differing = differing
        for key, asked in differing.items():
            scored = asked.question.assessed == "score"
            choices = (
                [(str(score), str(score)) for score in SCORE_MEANINGS] if scored else [("1", "Pass"), ("0", "Fail")]
            )
            self.fields[f"value-{key}"] = forms.TypedChoiceField(
                label="Agreed mark", choices=choices, coerce=int, empty_value=None, required=False,
                widget=forms.RadioSelect,
                error_messages=choice_errors("Select the agreed score" if scored else "Select pass or fail"),
            )  # fmt: skip
            self.fields[f"reason-{key}"] = textarea_field(
                "Why", READ_BY_PROVIDER_HINT, rows=3, errors=text_errors("Reason for the agreed mark")
            )

    def clean(self) -> dict[str, Any]:
        return {
            "agreed": {
                key: (self.cleaned_data.get(f"value-{key}"), self.cleaned_data.get(f"reason-{key}", ""))
                for key in self.differing
            }
        }


class DecideApplicationForm(UnmarkedForm):
    """A decision on each category: admit or refuse, the reason, and any conditions with their deadlines."""

    def __init__(self, *args: Any, requests: Sequence[LotRequest], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = [request.lot.number for request in requests]
        for number in self.numbers:
            self.fields[f"lot-{number}"] = forms.ChoiceField(
                label="Decision", choices=[("admit", "Admit"), ("refuse", "Do not admit")], required=False,
                widget=forms.RadioSelect, error_messages=choice_errors("Select whether to admit the provider"),
            )  # fmt: skip
            self.fields[f"reason-{number}"] = textarea_field(
                "Reason", READ_BY_PROVIDER_HINT, errors=text_errors("Reason")
            )
            for row in range(1, CONDITION_ROWS + 1):
                self.fields[f"condition-{number}-{row}"] = forms.CharField(
                    label=f"Condition {row}", required=False, max_length=1000,
                    widget=forms.Textarea(attrs={"rows": 2}), error_messages=text_errors(f"Condition {row}"),
                )  # fmt: skip
                self.fields[f"last-day-{number}-{row}"] = forms.DateField(
                    label=f"Last day to meet condition {row}", required=False, widget=DatePartsInput,
                    error_messages=date_errors(f"Last day to meet condition {row}"),
                )  # fmt: skip

    @property
    def only_previews(self) -> bool:
        return self.is_bound and "preview" in self.data

    def clean(self) -> dict[str, Any]:
        given = [self._of(number) for number in self.numbers]
        return {"outcomes": [outcome for outcome in given if outcome]}

    def shown(self, number: int) -> list[Any]:
        """Return one category's fields, as the page shows them."""
        return [self[f"lot-{number}"], self[f"reason-{number}"]]

    def rows(self, number: int) -> list[tuple[Any, Any]]:
        numbers = range(1, CONDITION_ROWS + 1)
        return [(self[f"condition-{number}-{row}"], self[f"last-day-{number}-{row}"]) for row in numbers]

    def has_conditions(self, number: int) -> bool:
        return any(text.value() or text.errors or day.errors for text, day in self.rows(number))

    def _of(self, number: int) -> LotDecision | None:
        conditions = self._conditions(number)
        chosen = self.cleaned_data.get(f"lot-{number}")
        if not chosen:
            return None
        if chosen == "refuse" and conditions:
            self.add_error(
                f"lot-{number}",
                "You can only set conditions if you admit the provider. Admit the provider or remove the conditions.",
            )
        return LotDecision(number, chosen == "admit", self.cleaned_data.get(f"reason-{number}", ""), conditions)

    def _conditions(self, number: int) -> list[tuple[str, date]]:
        conditions = []
        for row in range(1, CONDITION_ROWS + 1):
            text = (self.cleaned_data.get(f"condition-{number}-{row}") or "").strip()
            last = self.cleaned_data.get(f"last-day-{number}-{row}")
            wrong = f"last-day-{number}-{row}" in self.errors
            if text and last:
                conditions.append((text if text.endswith(".") else f"{text}.", last))
            elif text and not wrong:
                self.add_error(f"last-day-{number}-{row}", f"Enter the last day to meet condition {row}")
            elif last:
                self.add_error(f"condition-{number}-{row}", f"Enter condition {row}, or clear its last day")
        return conditions
