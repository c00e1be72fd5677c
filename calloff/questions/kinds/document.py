"""A document from the provider's evidence, or a promise to provide a document."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Problem, Refused
from calloff.questions.kinds.box_parsing import (
    collect,
    parse_day,
    parse_pounds,
    parse_text,
    refuse,
    write_day,
    write_pounds,
)
from calloff.questions.kinds.components import (
    POUNDS_PARAMS,
    AnswerBoxes,
    Component,
    ComponentParams,
    Group,
    Inset,
    OfferedDocument,
    Paragraph,
    Part,
    PromiseTerms,
    date_input,
    radios,
    shown,
)
from calloff.questions.kinds.day import read_day_boxes
from calloff.questions.kinds.question import PriceScheduleLine, Question, format_subject
from calloff.questions.kinds.question_kind import AnswerNames, AnswerRules, QuestionKind

MAX_REFERENCE_LENGTH = 50  # characters
# the value of the radio button that promises a document. The other buttons have a document's reference
PROMISE_CHOICE = "promise"
PROMISE_RADIO_ITEM: ComponentParams = {
    "value": PROMISE_CHOICE,
    "text": "I do not have this document yet, but I promise to have it before the first placement",
    "hint": {"text": "No placement can start with you until you have uploaded it"},
}


class DocumentKind(QuestionKind):
    """The reference of a document, or a promise: {"by": ISO date, "cover": pounds}.

    `evidence` is the kind of the document. The market decides whether a promise is allowed, and how much cover is
    enough.
    """

    key = "evidence"

    def parse(
        self, question: Question, raw: Any, place: str, schedule: Collection[PriceScheduleLine] = ()
    ) -> str | dict[str, str] | None:
        if isinstance(raw, Mapping):
            return _promise(question, raw, place)
        reference = parse_text(question, raw, place)
        if len(reference) > MAX_REFERENCE_LENGTH:
            refuse(f"{format_subject(question)} must be a document reference, like EV-7K3QX", place)
        return reference or None

    def validate(self, question: Question, answer: Any, name: str, rules: AnswerRules) -> Iterator[str]:
        yield from ()  # The app that has the form checks the document (see applications.evidence_answers).

    def missing(self, question: Question) -> str:
        return question.empty or f"Select {question.name or f'a document: {question.text}'}"

    def display(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[str]:
        if isinstance(answer, str):
            yield f"{names.documents[answer]} ({answer})" if answer in names.documents else answer
        elif isinstance(answer, dict):
            cover = f"cover of {write_pounds(str(answer['cover']))} for any one claim, " if answer.get("cover") else ""
            yield f"Promised: {cover}by {write_day(str(answer.get('by', '')))}"
        else:
            yield str(answer)

    def draw(self, boxes: AnswerBoxes) -> list[Part]:
        value, offered = boxes.value, {document.reference: document for document in boxes.documents}
        items = [
            {"value": key, "text": f"{document.label} ({key})", "hint": _expiry(boxes, document)}
            for key, document in offered.items()
        ]
        if isinstance(value, str) and value and value not in offered:
            items.append({"value": value, "text": f"{value} (no longer in your evidence)", "hint": None})
        if boxes.promise is not None:
            selected = PROMISE_CHOICE if isinstance(value, Mapping) else value
            return [radios(boxes, selected, [*items, PROMISE_RADIO_ITEM]), _promise_boxes(boxes, boxes.promise)]
        if items:
            return [radios(boxes, value, items)]
        paragraph = Paragraph("You have not uploaded a document of this kind yet.", boxes.params["id"])
        return [Group(boxes.params, (paragraph,))]

    def preview(self, question: Question, documents: Mapping[str, str]) -> str:
        return f"A document: {documents.get(question.evidence, question.evidence.replace('_', ' '))}"

    def export(self, question: Question, answer: Any, names: AnswerNames) -> Iterator[tuple[str, str]]:
        if isinstance(answer, dict):
            yield from ((str(part), str(value)) for part, value in answer.items())
        else:
            yield "", "\n".join(self.display(question, answer, names))

    def check_definition(self, question: Question) -> None:
        super().check_definition(question)
        if not question.evidence:
            raise ValueError("an evidence question names the kind of evidence")

    def read_boxes(self, data: Mapping[str, Any], name: str, lines: Sequence[PriceScheduleLine]) -> Any:
        if data.get(name) == PROMISE_CHOICE:
            return {"by": read_day_boxes(data, f"{name}-by"), "cover": data.get(f"{name}-cover", "")}
        return data.get(name)

    def box_id(self, where: str, key: str, lines: Sequence[PriceScheduleLine]) -> str:
        return f"id_{where}-day" if where.endswith("-by") else f"id_{where}"


def _promise(question: Question, boxes: Mapping[Any, Any], place: str) -> dict[str, str]:
    problems: list[Problem] = []
    by = collect(
        problems, lambda: parse_day(question, boxes.get("by"), f"{place}-by", "The date you will have the document by")
    )
    if by is None and not problems:
        problems.append(Problem("Enter the date you will have the document by", f"{place}-by"))
    typed = collect(problems, lambda: parse_text(question, boxes.get("cover"), f"{place}-cover")) or ""
    amount = parse_pounds(typed)
    if typed and (amount is None or amount <= 0):
        problems.append(Problem("The cover you promise must be an amount in pounds, like 5,000,000", f"{place}-cover"))
    if problems:
        raise Refused.because(problems)
    return {"by": by} | ({"cover": f"{amount:.2f}"} if typed else {})


def _promise_boxes(boxes: AnswerBoxes, terms: PromiseTerms) -> Inset:
    """Return the boxes for a promise, which are shown below the choices: the cover and the date.

    They are always visible. If a radio button revealed them, it would have ARIA attributes that radio buttons must not
    have (WCAG 4.1.2).
    """
    typed = boxes.typed
    parts: list[Part] = []
    if terms.least_cover is not None:
        cover = boxes.box(
            "cover",
            label={"text": "Cover for any one claim"},
            hint={"text": f"£{terms.least_cover:,} or more"},
            value=shown(typed.get("cover")).removesuffix(".00"),
        )
        parts.append(Component("input", POUNDS_PARAMS | cover))
    legend = {"legend": {"text": "Date you will have the document by"}, "role": "group"}
    parts.append(date_input(typed.get("by"), boxes.box("by"), legend))
    return Inset("Answer these only if you are promising this document", parts)


def _expiry(boxes: AnswerBoxes, document: OfferedDocument) -> ComponentParams | None:
    notes = [document.note] if document.note else []
    if document.expires is not None:
        has_expired = boxes.today is not None and document.expires < boxes.today
        notes.insert(0, f"{'Expired' if has_expired else 'Expires'} on {format_date(document.expires)}")
    return {"text": ". ".join(notes)} if notes else None
