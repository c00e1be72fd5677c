"""Describe the boxes of a question as GOV.UK components. The web app renders them, so there is no HTML here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from calloff.questions.kinds.question import PriceScheduleLine, Question, is_empty

ComponentParams: TypeAlias = dict[str, Any]

DATE_PART_NAMES = ("day", "month", "year")
POUNDS_PARAMS: ComponentParams = {"prefix": {"text": "£"}, "inputmode": "decimal", "classes": "govuk-input--width-10"}
WHOLE_NUMBER_PARAMS: ComponentParams = {"inputmode": "numeric", "classes": "govuk-input--width-5"}
SMALL_LEGEND_CLASS = "govuk-fieldset__legend--s"


class Component(NamedTuple):
    """A GOV.UK component: its name, and the parameters of its macro."""

    name: str
    params: ComponentParams


class Group(NamedTuple):
    """Several boxes for one question: a fieldset with the question's hint and error."""

    params: ComponentParams
    parts: "Sequence[Part]"


class Columns(NamedTuple):
    """Two parts that are shown next to each other."""

    left: Component
    right: Component


class Inset(NamedTuple):
    """Boxes that are indented below the answers to which they belong."""

    words: str
    parts: "Sequence[Part]"


class Paragraph(NamedTuple):
    """A sentence in place of boxes. Errors link to it by its id."""

    words: str
    id: str


Part: TypeAlias = Component | Group | Columns | Inset | Paragraph


class OfferedDocument(NamedTuple):
    """A document of the provider that can be selected as an answer."""

    reference: str
    label: str
    expires: date | None = None
    # a warning that is shown before the person selects the document: its cover is too low, or it expires soon
    note: str = ""
    href: str = ""  # the URL of the file


class PromiseTerms(NamedTuple):
    """What a person must enter to promise a document: a date and, for an insurance policy, the cover."""

    least_cover: int | None = None  # in pounds, or None if no cover is required


@dataclass(frozen=True)
class AnswerBoxes:
    """A question on a page, with everything that is needed to show its boxes."""

    question: Question
    value: Any  # an answer that has been parsed, or what the person entered
    params: ComponentParams  # the parameters for the whole question: id, idPrefix, name, label, hint, errorMessage
    errors: Mapping[str, str]  # the errors, by the key of the answer or box
    lines: Sequence[PriceScheduleLine] = ()
    documents: Sequence[OfferedDocument] = ()
    promise: PromiseTerms | None = None  # what a promise must contain, or None if promises are not allowed
    today: date | None = None

    @property
    def name(self) -> str:
        return str(self.params["name"])

    @property
    def typed(self) -> Mapping[str, Any]:
        """Return what each box shows, for an answer with several boxes."""
        return self.value if isinstance(self.value, Mapping) else {}

    def error(self, where: str) -> ComponentParams | None:
        """Return the error about an answer or box as a component parameter, or None if there is no error."""
        return {"text": self.errors[where]} if self.errors.get(where) else None

    def box(self, part: str, **params: Any) -> ComponentParams:
        """Return the parameters for one of several boxes."""
        where = f"{self.name}-{part}"
        return {"id": f"id_{where}", "name": where, "errorMessage": self.error(where), **params}


def legend_of(params: ComponentParams) -> ComponentParams:
    """Return the parameters for a fieldset that has the question's label as its legend."""
    return {"legend": {"text": params["label"]["text"], "classes": SMALL_LEGEND_CLASS}}


def shown(value: Any) -> str:
    """Return a value as a box shows it."""
    return "" if value is None else str(value)


def date_input(value: Any, params: ComponentParams, fieldset: ComponentParams) -> Component:
    """Return the three boxes of a date. `value` is an ISO date, or what the person entered in each box."""
    if isinstance(value, str):
        value = dict(zip(("year", "month", "day"), (part.lstrip("0") for part in value.split("-")), strict=False))
    typed = value if isinstance(value, Mapping) else {}
    error_class = " govuk-input--error" if params["errorMessage"] else ""
    items = [
        {
            "name": part,
            "id": f"{params['id']}-{part}",
            "label": part.title(),
            "value": shown(typed.get(part)),
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}{error_class}",
        }
        for part in DATE_PART_NAMES
    ]
    boxes = {"namePrefix": params["name"], "fieldset": fieldset | {"role": "group"}, "items": items}
    return Component("date-input", params | boxes)


def radios(boxes: AnswerBoxes, value: Any, items: Sequence[ComponentParams]) -> Component:
    """Return the options as radio buttons. `value` is the selected option."""
    selected, required = "" if is_empty(value) else value, boxes.question.required
    if not required:
        # Without JavaScript, people cannot clear a radio button that they have selected.
        items = [*items, {"value": "", "text": "No answer"}]
    none_selected = is_empty(value) and required
    items = [item | {"checked": not none_selected and item["value"] == selected} for item in items]
    return Component("radios", boxes.params | {"fieldset": legend_of(boxes.params), "items": items})
