"""The eligibility questions of a market on one page, with the answers in the URL or in an application."""

from collections.abc import Mapping
from typing import Any, Self

from django.http import HttpRequest

from calloff.questions.schema import QuestionSet, SectionDefinition
from calloff.web.forms_ui.section_forms import SECTION_SHOWN_FIELD, SectionForm


class EligibilityForm(SectionForm):
    """The eligibility questions for some categories. `attempt` passes the answers to the command as `eligibility`."""

    @classmethod
    def in_address(cls, request: HttpRequest, questions: QuestionSet, lots: Mapping[int, str]) -> Self:
        """Make the form for the public. Its answers are only in the query string, and are never stored."""
        sent = request.GET if SECTION_SHOWN_FIELD in request.GET else None
        return cls(data=sent, section=_page(questions), answers={}, lots=lots, version=None)

    @classmethod
    def to_apply(
        cls, request: HttpRequest, questions: QuestionSet, lots: Mapping[int, str], known: Mapping[str, Any]
    ) -> Self:
        """Make the form for a provider that applies, filled with known answers and with those in the query string."""
        from_address = cls.in_address(request, questions, lots)
        filled = {**known, **(from_address.answered() if from_address.is_bound else {})}
        return cls.of(request, section=_page(questions), answers=filled, lots=lots, version=None)

    def clean(self) -> dict[str, Any]:
        super().clean()
        return {"eligibility": {key: value for key, value in self.cleaned_answers.items() if value is not None}}

    def hidden(self) -> dict[str, str]:
        return {SECTION_SHOWN_FIELD: " ".join(self.fields)}

    def answered(self) -> dict[str, Any]:
        """Return the answers that have no errors."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_answers.items() if value is not None}

    @property
    def asks_more(self) -> bool:
        """Return whether the answers lead to questions that were not on the page."""
        return self.is_bound and self.is_valid() and bool(self.revealed)


def _page(questions: QuestionSet) -> SectionDefinition:
    return SectionDefinition(key="eligibility", title=questions.title, questions=list(questions.questions()))
