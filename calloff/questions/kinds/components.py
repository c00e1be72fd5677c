"""How the boxes of a question are described: as GOV.UK components, which the web draws. No HTML is written here."""

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
    """Several boxes as one question: a fieldset with the question's own hint and error."""

    params: ComponentParams
    parts: "Sequence[Part]"


class Columns(NamedTuple):
    """Two parts beside each other."""

    left: Component
    right: Component


class Inset(NamedTuple):
    """Boxes that are set apart from the answers above them."""

    words: str
    parts: "Sequence[Part]"


class Paragraph(NamedTuple):
    """A sentence in place of boxes. Errors link to it by its id."""

    words: str
    id: str


class AddDocumentButton(NamedTuple):
    """The way to add a document of a kind: what is typed on the page is saved before one leaves it."""

    words: str
    evidence: str  # the kind


Part: TypeAlias = Component | Group | Columns | Inset | Paragraph | AddDocumentButton


class OfferedDocument(NamedTuple):
    """A document that the provider holds, as a question offers it."""

    reference: str
    label: str
    expires: date | None = None
    note: str = ""  # what the provider should know before choosing it: that it covers too little, or ends soon


class PromiseTerms(NamedTuple):
    """What a promise of a document has to say: by when it will be there and, of an insurance, with how much cover."""

    least_cover: int | None = None  # pounds; nothing: no cover is asked


@dataclass(frozen=True)
class AnswerBoxes:
    """A question on a page, with all that its boxes show."""

    question: Question
    value: Any  # an answer, or what was typed
    params: ComponentParams  # of the whole question: id, idPrefix, name, label, hint, errorMessage
    errors: Mapping[str, str]  # by answer or box
    lines: Sequence[PriceScheduleLine] = ()
    documents: Sequence[OfferedDocument] = ()
    promise: PromiseTerms | None = None  # the terms on which a promise is enough; nothing: it is not
    can_add_document: bool = False
    today: date | None = None

    @property
    def name(self) -> str:
        return str(self.params["name"])

    @property
    def typed(self) -> Mapping[str, Any]:
        """What the boxes show, where the answer has several."""
        return self.value if isinstance(self.value, Mapping) else {}

    def error(self, where: str) -> ComponentParams | None:
        return {"text": self.errors[where]} if self.errors.get(where) else None

    def box(self, part: str, **params: Any) -> ComponentParams:
        """Return the parameters of one of several boxes."""
        where = f"{self.name}-{part}"
        return {"id": f"id_{where}", "name": where, "errorMessage": self.error(where), **params}


def legend_of(params: ComponentParams) -> ComponentParams:
    """Return the fieldset whose legend is the label of a question."""
    return {"legend": {"text": params["label"]["text"], "classes": SMALL_LEGEND_CLASS}}


def shown(value: Any) -> str:
    """Write a value as a box shows it."""
    return "" if value is None else str(value)


def date_input(value: Any, params: ComponentParams, fieldset: ComponentParams) -> Component:
    """Describe the three boxes of a date. `value` is an ISO date, or what was typed by part."""
    if isinstance(value, str):
        value = dict(zip(("year", "month", "day"), (part.lstrip("0") for part in value.split("-")), strict=False))
    typed = value if isinstance(value, Mapping) else {}
    wrong = " govuk-input--error" if params["errorMessage"] else ""
    items = [
        {
            "name": part,
            "id": f"{params['id']}-{part}",
            "label": part.title(),
            "value": shown(typed.get(part)),
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}{wrong}",
        }
        for part in DATE_PART_NAMES
    ]
    boxes = {"namePrefix": params["name"], "fieldset": fieldset | {"role": "group"}, "items": items}
    return Component("date-input", params | boxes)


def radios(boxes: AnswerBoxes, value: Any, items: Sequence[ComponentParams]) -> Component:
    """Describe the answers to choose one from. `value` is the one that is chosen."""
    chosen, required = "" if is_empty(value) else value, boxes.question.required
    if not required:
        items = [*items, {"value": "", "text": "No answer"}]  # without a script, a radio cannot be unselected
    none_chosen = is_empty(value) and required
    items = [item | {"checked": not none_chosen and item["value"] == chosen} for item in items]
    return Component("radios", boxes.params | {"fieldset": legend_of(boxes.params), "items": items})
