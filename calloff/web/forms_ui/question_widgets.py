"""Render questions with GOV.UK components. All text that officers have written is escaped.

The kind of a question (`questions.kinds`) describes its parts as data. This module makes HTML from them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import singledispatch
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from calloff.questions.answers import AskedQuestion, PriceScheduleLine
from calloff.questions.kinds import kind_of
from calloff.questions.kinds.components import (
    AnswerBoxes,
    Columns,
    Component,
    ComponentParams,
    Group,
    Inset,
    OfferedDocument,
    Paragraph,
    Part,
    PromiseTerms,
    legend_of,
)
from calloff.web.components import component
from calloff.web.forms_ui.widget_rendering import draw_widget

SAVE_BUTTON_NAME = "section-save"  # the name of each save button
# the start of the value of a button that saves and uploads a document, which the key of the question follows
UPLOAD_PREFIX = "upload:"


class AnswerWidget(forms.Widget):
    """The fields of one question."""

    def __init__(
        self,
        one: AskedQuestion,
        lines: Sequence[PriceScheduleLine],
        held: Sequence[OfferedDocument],
        today: date | None,
        *,
        promise: PromiseTerms | None = None,
        upload: forms.Form | None = None,
    ) -> None:
        super().__init__()
        self.one, self.lines, self.held, self.today = one, lines, held, today
        self.promise = promise  # what a promise must contain, or None if a promise is not enough
        self.upload = upload  # the form that uploads a document for this question
        self.wrong: dict[str, list[str]] = {}  # the errors, by field
        # whether the question is no longer asked. Hidden fields then contain what the person typed
        self.unseen = False

    @property
    def needs_multipart_form(self) -> bool:  # type: ignore[override]
        return self.upload is not None

    @property
    def kind(self) -> str:
        return self.one.question.kind

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return exactly what the person typed."""
        return kind_of(self.one.question).read_boxes(data, name, self.lines)

    def box_id(self, where: str) -> str:
        """Return the id of the field to correct, given the `where` of a problem."""
        return kind_of(self.one.question).box_id(where, self.one.key, self.lines)

    def boxes(self, value: Any, params: ComponentParams) -> AnswerBoxes:
        """Return the question with its answer and errors, for its kind to render."""
        errors = {where: " ".join(sentences) for where, sentences in self.wrong.items()}
        return AnswerBoxes(
            self.one.question,
            value,
            params,
            errors,
            lines=self.lines,
            documents=self.held,
            promise=self.promise,
            today=self.today,
        )


@draw_widget.register
def _(widget: AnswerWidget, field: forms.BoundField, params: ComponentParams) -> SafeString:
    if widget.unseen:
        return _carried_along(widget, field)
    boxes = widget.boxes(field.value(), params)
    params["errorMessage"] = boxes.error(widget.one.key)
    params["label"] |= {"isPageHeading": False, "classes": "govuk-label--s"}
    html = _html_of(kind_of(widget.one.question).draw(boxes))
    if widget.kind != "evidence":
        return html
    return format_html('<div class="calloff-document-question">{}{}{}</div>', html, _files(widget), _upload(widget))


def _files(widget: AnswerWidget) -> SafeString:
    """Return links to the files of the documents that a question offers, so that people can check them."""
    links = [(document.href, document.label, document.reference) for document in widget.held if document.href]
    if not links:
        return SafeString()
    item = '<a class="govuk-link" href="{}">{} <span class="govuk-visually-hidden">{}</span></a>'
    return format_html('<p class="govuk-body-s">View: {}</p>', format_html_join(", ", item, links))


def _upload(widget: AnswerWidget) -> SafeString:
    """Return the boxes inside a question for uploading a document and selecting it."""
    if widget.upload is None:
        return SafeString()
    button = {"name": SAVE_BUTTON_NAME, "value": f"{UPLOAD_PREFIX}{widget.one.key}"}
    button |= {"text": "Upload and select", "classes": "govuk-button--secondary"}
    words = "Upload another document" if widget.held else "Upload a document"
    is_open = not widget.held or widget.upload.is_bound
    html = SafeString(f"{widget.upload}") + component("button", button)
    return component("details", {"summaryText": words, "html": html, "open": is_open})


def _html_of(parts: Sequence[Part]) -> SafeString:
    return SafeString("".join(render_part(part) for part in parts))


@singledispatch
def render_part(part: Part) -> SafeString:
    """Return the HTML for one part of a question. Raises TypeError for an unknown part."""
    raise TypeError(f"no way to draw {type(part).__name__}")


@render_part.register
def _(part: Component) -> SafeString:
    return component(part.name, part.params)


@render_part.register
def _(part: Group) -> SafeString:
    params = part.params
    hint, error = params.get("hint"), params["errorMessage"]
    ids = [f"{params['id']}-{name}" for name, there in (("hint", hint), ("error", error)) if there]
    above = component("hint", {"id": f"{params['id']}-hint", **hint}) if hint else ""
    above += component("error-message", {"id": f"{params['id']}-error", **error}) if error else ""
    html = SafeString(above + _html_of(part.parts))
    whole = legend_of(params) | {"html": html, "describedBy": " ".join(ids)}
    classes = "govuk-form-group govuk-form-group--error" if error else "govuk-form-group"
    return format_html('<div class="{}">{}</div>', classes, component("fieldset", whole))


@render_part.register
def _(part: Columns) -> SafeString:
    column = '<div class="govuk-grid-column-one-half">{}</div>'
    columns = format_html(column * 2, render_part(part.left), render_part(part.right))
    return format_html('<div class="govuk-grid-row">{}</div>', columns)


@render_part.register
def _(part: Inset) -> SafeString:
    html = '<div class="govuk-inset-text"><p class="govuk-body">{}</p>{}</div>'
    return format_html(html, part.words, _html_of(part.parts))


@render_part.register
def _(part: Paragraph) -> SafeString:
    return format_html('<p class="govuk-body" id="{}" tabindex="-1">{}</p>', part.id, part.words)


def _carried_along(widget: AnswerWidget, field: forms.BoundField) -> SafeString:
    data, key = field.form.data, widget.one.key
    names = [name for name in data if name == key or name.startswith(f"{key}-")]
    boxes = [
        forms.HiddenInput().render(name, value)
        for name in names
        for value in (data.getlist(name) if isinstance(data, MultiValueDict) else [data[name]])
    ]
    return SafeString("".join(boxes))
