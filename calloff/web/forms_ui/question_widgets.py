"""How each kind of question is drawn with GOV.UK components. All officer-written words go through as text: escaped."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from calloff.kernel.formatting import format_date
from calloff.questions.answers import VAT_TREATMENTS, AskedQuestion, PriceScheduleLine, is_empty
from calloff.questions.answers.eligibility import YES_NO_LABELS
from calloff.web.components import component
from calloff.web.forms_ui.widget_rendering import draw_widget

ComponentParams = dict[str, Any]
DATE_PART_NAMES = ("day", "month", "year")
SMALL_LEGEND_CLASS = "govuk-fieldset__legend--s"

SAVE_BUTTON_NAME = "section-save"  # the name of the buttons that save
PROMISE_CHOICE = "promise"  # the value of the choice to promise a document, in place of a reference
ADD_EVIDENCE_PREFIX = "evidence:"  # and the value, before a kind, of the one that saves and goes to add a document


class OfferedDocument(NamedTuple):
    """A document that the provider holds, as a question offers it."""

    reference: str
    label: str
    expires: date | None = None
    note: str = ""  # what the provider should know before choosing it: that it covers too little, or ends soon


class PromiseTerms(NamedTuple):
    """What a promise of a document has to say: by when it will be there and, of an insurance, with how much cover."""

    least_cover: int | None = None  # pounds; nothing: no cover is asked


class AnswerWidget(forms.Widget):
    """The boxes of one question."""

    def __init__(
        self,
        one: AskedQuestion,
        lines: Sequence[PriceScheduleLine],
        held: Sequence[OfferedDocument],
        link: str,
        today: date | None,
        *,
        promise: PromiseTerms | None = None,
    ) -> None:
        super().__init__()
        self.one, self.lines, self.held, self.link, self.today = one, lines, held, link, today
        self.promise = promise  # the terms on which a promise is enough; nothing: it is not
        self.wrong: dict[str, list[str]] = {}  # sentences, by box
        self.unseen = False  # not asked any more: what was typed goes along, so that it is not lost

    @property
    def kind(self) -> str:
        return self.one.question.kind

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return what was typed, exactly."""
        match self.kind:
            case "choices":
                return data.getlist(name) if isinstance(data, MultiValueDict) else data.get(name, [])
            case "date":
                return _typed_day(data, name)
            case "declaration":
                boxes = {part: data.get(f"{name}-{part}", "") for part in ("count", "text")}
                return {"on": _typed_day(data, f"{name}-on"), **boxes}
            case "evidence" if data.get(name) == PROMISE_CHOICE:
                return {"by": _typed_day(data, f"{name}-by"), "cover": data.get(f"{name}-cover", "")}
            case "prices":
                cells = {line.key: f"{name}-{line.key}" for line in self.lines}
                return {
                    key: {part: data.get(f"{cell}-{part}", "") for part in ("amount", "vat")}
                    for key, cell in cells.items()
                }
        return data.get(name)

    def box_id(self, where: str) -> str:
        """Return the id of the box to mend, where a problem names an answer or one of its boxes."""
        whole = where == self.one.key
        if self.kind == "date" or where.endswith(("-on", "-by")):
            return f"id_{where}-day"
        if self.kind == "declaration" and whole:
            return f"id_{where}-on-day"
        if self.kind == "prices" and whole and self.lines:
            return f"id_{where}-{self.lines[0].key}-amount"
        return f"id_{where}"


@draw_widget.register
def _(widget: AnswerWidget, field: forms.BoundField, params: ComponentParams) -> SafeString:
    if widget.unseen:
        return _carried_along(widget, field)
    params["errorMessage"] = _error(widget, widget.one.key)
    params["label"] |= {"isPageHeading": False, "classes": "govuk-label--s"}
    return _DRAW[widget.kind](widget, field.value(), params)


def _text(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    return component("input", params | {"value": _shown(value)})


def _long_text(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    area = params | {"value": _shown(value), "rows": 8}
    limit = widget.one.question.max_words
    return component("character-count", area | {"maxwords": limit}) if limit else component("textarea", area)


def _number(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    return component(
        "input", params | {"value": _shown(value), "inputmode": "numeric", "classes": "govuk-input--width-5"}
    )


def _money(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    return component("input", params | _POUNDS | {"value": _shown(value)})


def _yes_no(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    worded = {option.value: option for option in widget.one.question.options}
    items = [
        {"value": key, "text": worded[key].label if key in worded else text, "hint": _hint(worded, key)}
        for key, text in YES_NO_LABELS.items()
    ]
    return _radios(widget, value, params, items)


def _choice(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    return _radios(widget, value, params, _options(widget))


def _choices(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    chosen = value if isinstance(value, list) else [value]
    items = [item | {"checked": item["value"] in chosen} for item in _options(widget)]
    return component("checkboxes", params | {"fieldset": _fieldset(params), "items": items})


def _date(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    return _date_boxes(value, params, bool(params["errorMessage"]), _fieldset(params))


def _evidence(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    held = {document.reference: document for document in widget.held}
    items = [
        {"value": key, "text": f"{document.label} ({key})", "hint": _expiry(widget, document)}
        for key, document in held.items()
    ]
    if isinstance(value, str) and value and value not in held:
        items.append({"value": value, "text": f"{value} (no longer in your evidence)", "hint": None})
    if widget.promise is not None:
        chosen = PROMISE_CHOICE if isinstance(value, Mapping) else value
        boxes = value if isinstance(value, Mapping) else {}
        items.append(PROMISE_RADIO_ITEM)
        radios = _radios(widget, chosen, params, items) + _promise_boxes(widget, boxes, params["name"])
        return SafeString(radios + _link(widget, "Add another document" if held else "Upload a document"))
    if items:
        return SafeString(_radios(widget, value, params, items) + _link(widget, "Add another document"))
    nothing = '<p class="govuk-body" id="{}" tabindex="-1">You have not uploaded a document of this kind yet.</p>{}'
    return _group(params, format_html(nothing, params["id"], _link(widget, "Add it to your evidence")))


PROMISE_RADIO_ITEM: ComponentParams = {
    "value": PROMISE_CHOICE,
    "text": "I do not have this document yet, but I promise to have it before the first placement",
    "hint": {"text": "No placement can start with you until you have uploaded it"},
}


def _promise_boxes(widget: AnswerWidget, boxes: Mapping[str, Any], place: str) -> SafeString:
    """Render a promise's questions below the choices: the cover and the day.

    Always in sight: radios that reveal it would carry attributes that no radio may have (WCAG 4.1.2).
    """
    terms = widget.promise or PromiseTerms()
    by = {"id": f"id_{place}-by", "name": f"{place}-by", "errorMessage": _error(widget, f"{place}-by")}
    legend = {"legend": {"text": "Date you will have it by"}, "role": "group"}
    asked = ""
    if terms.least_cover is not None:
        cover = _POUNDS | {
            "id": f"id_{place}-cover",
            "name": f"{place}-cover",
            "label": {"text": "Cover for any one claim"},
            "hint": {"text": f"£{terms.least_cover:,} or more"},
            "value": _shown(boxes.get("cover")).removesuffix(".00"),
            "errorMessage": _error(widget, f"{place}-cover"),
        }
        asked = component("input", cover)
    asked += _date_boxes(boxes.get("by"), by, bool(by["errorMessage"]), legend)
    return format_html(
        '<div class="govuk-inset-text"><p class="govuk-body">Answer these only if you are promising this document</p>'
        "{}</div>",
        SafeString(asked),
    )


def _declaration(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    boxes = value if isinstance(value, Mapping) else {}
    place, question = params["name"], widget.one.question
    on = {"id": f"id_{place}-on", "name": f"{place}-on", "errorMessage": _error(widget, f"{place}-on")}
    legend = {"legend": {"text": "Date"}, "role": "group"}
    count = {
        "id": f"id_{place}-count",
        "name": f"{place}-count",
        "label": {"text": question.counts or "Number"},
        "value": _shown(boxes.get("count")),
        "inputmode": "numeric",
        "classes": "govuk-input--width-5",
        "errorMessage": _error(widget, f"{place}-count"),
    }
    text = {
        "id": f"id_{place}-text",
        "name": f"{place}-text",
        "label": {"text": "Anything to add (optional)"},
        "value": _shown(boxes.get("text")),
        "rows": 3,
        "errorMessage": _error(widget, f"{place}-text"),
    }
    drawn = _date_boxes(boxes.get("on"), on, bool(on["errorMessage"]), legend)
    return _group(params, SafeString(drawn + component("input", count) + component("textarea", text)))


def _prices(widget: AnswerWidget, value: Any, params: ComponentParams) -> SafeString:
    cells = value if isinstance(value, Mapping) else {}
    if not widget.lines:
        nothing = '<p class="govuk-body" id="{}" tabindex="-1">The price schedule asks for no price here.</p>'
        return _group(params, format_html(nothing, params["id"]))
    return _group(
        params, SafeString("".join(_price(widget, line, cells.get(line.key), params) for line in widget.lines))
    )


def _price(widget: AnswerWidget, line: PriceScheduleLine, cell: Any, params: ComponentParams) -> SafeString:
    typed = cell if isinstance(cell, Mapping) else {}
    place = f"{params['name']}-{line.key}"
    may_be_left = widget.one.question.required and not line.required
    amount = _POUNDS | {
        "id": f"id_{place}-amount",
        "name": f"{place}-amount",
        "label": {"text": f"{line.label} (optional)" if may_be_left else line.label},
        "hint": {"text": line.unit},
        "value": _shown(typed.get("amount")),
        "errorMessage": _error(widget, f"{place}-amount"),
    }
    vat = {
        "id": f"id_{place}-vat",
        "name": f"{place}-vat",
        "label": {"text": f"VAT on {line.label}"},
        "items": [
            {"value": key, "text": text, "selected": typed.get("vat") == key}
            for key, text in {"": "Select how VAT applies", **VAT_TREATMENTS}.items()
        ],
        "errorMessage": _error(widget, f"{place}-vat"),
    }
    column = '<div class="govuk-grid-column-one-half">{}</div>'
    columns = format_html(column * 2, component("input", amount | _SPACED), component("select", vat | _SPACED))
    return format_html('<div class="govuk-grid-row">{}</div>', columns)


def _radios(widget: AnswerWidget, value: Any, params: ComponentParams, items: list[ComponentParams]) -> SafeString:
    if not widget.one.question.required:
        items = [*items, {"value": "", "text": "No answer"}]  # without a script, a radio cannot be unselected
    chosen = "" if is_empty(value) else value
    none_chosen = is_empty(value) and widget.one.question.required
    items = [item | {"checked": not none_chosen and item["value"] == chosen} for item in items]
    return component("radios", params | {"fieldset": _fieldset(params), "items": items})


def _date_boxes(value: Any, params: ComponentParams, wrong: bool, fieldset: ComponentParams) -> SafeString:
    if isinstance(value, str):
        value = dict(zip(("year", "month", "day"), (part.lstrip("0") for part in value.split("-")), strict=False))
    typed = value if isinstance(value, Mapping) else {}
    items = [
        {
            "name": part,
            "id": f"{params['id']}-{part}",
            "label": part.title(),
            "value": _shown(typed.get(part)),
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}{' govuk-input--error' if wrong else ''}",
        }
        for part in DATE_PART_NAMES
    ]
    boxes = {"namePrefix": params["name"], "fieldset": fieldset | {"role": "group"}, "items": items}
    return component("date-input", params | boxes)


def _group(params: ComponentParams, inner: SafeString) -> SafeString:
    """Draw several boxes as one question."""
    hint, error = params.get("hint"), params["errorMessage"]
    ids = [f"{params['id']}-{name}" for name, there in (("hint", hint), ("error", error)) if there]
    above = component("hint", {"id": f"{params['id']}-hint", **hint}) if hint else ""
    above += component("error-message", {"id": f"{params['id']}-error", **error}) if error else ""
    whole = _fieldset(params) | {"html": SafeString(above + inner), "describedBy": " ".join(ids)}
    classes = "govuk-form-group govuk-form-group--error" if error else "govuk-form-group"
    return format_html('<div class="{}">{}</div>', classes, component("fieldset", whole))


def _fieldset(params: ComponentParams) -> ComponentParams:
    return {"legend": {"text": params["label"]["text"], "classes": SMALL_LEGEND_CLASS}}


def _options(widget: AnswerWidget) -> list[ComponentParams]:
    worded = {option.value: option for option in widget.one.question.options}
    return [{"value": key, "text": option.label, "hint": _hint(worded, key)} for key, option in worded.items()]


def _hint(worded: Mapping[str, Any], key: str) -> ComponentParams | None:
    return {"text": worded[key].hint} if key in worded and worded[key].hint else None


def _expiry(widget: AnswerWidget, document: OfferedDocument) -> ComponentParams | None:
    told = [document.note] if document.note else []
    if document.expires is not None:
        over = widget.today is not None and document.expires < widget.today
        told.insert(0, f"{'Expired' if over else 'Expires'} on {format_date(document.expires)}")
    return {"text": ". ".join(told)} if told else None


def _link(widget: AnswerWidget, words: str) -> SafeString:
    """Draw the way to add a document: a button, for what is typed on the page is saved before one leaves it."""
    if not widget.link:
        return SafeString()
    leave = {
        "name": SAVE_BUTTON_NAME,
        "value": f"{ADD_EVIDENCE_PREFIX}{widget.one.question.evidence}",
        "classes": "govuk-button--secondary",
    }
    return component("button", leave | {"text": words})


def _error(widget: AnswerWidget, where: str) -> ComponentParams | None:
    return {"text": " ".join(widget.wrong[where])} if widget.wrong.get(where) else None


def _carried_along(widget: AnswerWidget, field: forms.BoundField) -> SafeString:
    data, key = field.form.data, widget.one.key
    names = [name for name in data if name == key or name.startswith(f"{key}-")]
    boxes = [
        forms.HiddenInput().render(name, value)
        for name in names
        for value in (data.getlist(name) if isinstance(data, MultiValueDict) else [data[name]])
    ]
    return SafeString("".join(boxes))


def _typed_day(data: Mapping[str, Any], name: str) -> dict[str, str]:
    return {part: data.get(f"{name}-{part}", "") for part in DATE_PART_NAMES}


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


_POUNDS: ComponentParams = {"prefix": {"text": "£"}, "inputmode": "decimal", "classes": "govuk-input--width-10"}
_SPACED: ComponentParams = {"formGroup": {"classes": "govuk-!-margin-bottom-4"}}  # groups inside a group have no margin
_DRAW: dict[str, Callable[[AnswerWidget, Any, ComponentParams], SafeString]] = {
    "text": _text,
    "long_text": _long_text,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "money": _money,
    "date": _date,
    "declaration": _declaration,
    "evidence": _evidence,
    "prices": _prices,
}
