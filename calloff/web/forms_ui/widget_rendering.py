"""The GOV.UK component for each kind of widget."""

from functools import lru_cache, singledispatch
from typing import Any

from django import forms
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from calloff.web.components import component
from calloff.web.forms_ui.widgets import DatePartsInput, HintedCheckboxes, HintedRadios, MoneyInput

ComponentParams = dict[str, Any]
BLANK_VALUES: tuple[Any, ...] = (None, "", False, [])
TYPED_ATTRIBUTES = ("autocomplete", "inputmode", "spellcheck")


def first_id(field: forms.BoundField) -> str:
    """Return the id to which the link in the error summary leads."""
    return f"{field.auto_id}-day" if isinstance(field.field.widget, DatePartsInput) else field.auto_id


def draw_field(field: forms.BoundField) -> SafeString:
    """Render a field. If the field has a `heading`, a group of questions starts here, so the heading comes first."""
    if field.is_hidden:
        return SafeString(field.as_widget())
    heading = getattr(field.field, "heading", "")
    drawn = _draw(field)
    return format_html('<h2 class="govuk-heading-m">{}</h2>{}', heading, drawn) if heading else drawn


def _draw(field: forms.BoundField) -> SafeString:
    widget = field.field.widget
    params: ComponentParams = {
        "id": field.auto_id,
        "idPrefix": field.auto_id,
        "name": field.html_name,
        "label": _label(field),
    }
    params["classes"] = widget.attrs.get("class", "")
    if field.help_text:
        params["hint"] = {"text": field.help_text}
    if field.errors:
        params["errorMessage"] = {"text": " ".join(map(str, field.errors))}
    elif getattr(field.form, "often_blank", False) and field.value() in BLANK_VALUES:
        params["blank"] = True
    return draw_widget(widget, field, params)


@singledispatch
def draw_widget(widget: forms.Widget, field: forms.BoundField, params: ComponentParams) -> SafeString:
    """Render the component for a kind of widget. If you add a kind of widget, register it here."""
    typed = {name: widget.attrs[name] for name in TYPED_ATTRIBUTES if name in widget.attrs}
    kind = {"type": getattr(widget, "input_type", "text"), "value": _text(field)}
    return component("input", params | kind | typed)


@draw_widget.register
def _(widget: forms.NumberInput, field: forms.BoundField, params: ComponentParams) -> SafeString:
    whole = {"inputmode": "numeric", "classes": params["classes"] or "govuk-input--width-5"}
    return component("input", params | whole | {"value": _text(field)})


@draw_widget.register
def _(widget: MoneyInput, field: forms.BoundField, params: ComponentParams) -> SafeString:
    money = {"prefix": {"text": "£"}, "inputmode": "decimal", "classes": "govuk-input--width-5"}
    return component("input", params | money | {"value": _text(field)})


@draw_widget.register
def _(widget: forms.PasswordInput, field: forms.BoundField, params: ComponentParams) -> SafeString:
    autocomplete = widget.attrs.get("autocomplete", "current-password")
    return component("password-input", params | {"autocomplete": autocomplete})


@draw_widget.register
def _(widget: forms.Textarea, field: forms.BoundField, params: ComponentParams) -> SafeString:
    limit = getattr(field.field, "max_length", None)
    area = params | {"value": _text(field), "rows": widget.attrs.get("rows", 5)}
    if not limit:
        return component("textarea", area)
    # This text is shown without JavaScript. With JavaScript, the page counts the characters that are left.
    most = f"You can enter up to {limit:,} characters"
    return component("character-count", area | {"maxlength": limit, "textareaDescriptionText": most})


@draw_widget.register
def _(widget: forms.Select, field: forms.BoundField, params: ComponentParams) -> SafeString:
    if field.errors:
        return component("select", params | {"items": _items(field, "selected")})
    label = params["label"]
    shell = _select(
        params["id"], params["name"], params["classes"], label["text"], label["classes"], "isPageHeading" in label,
        field.help_text,
    )  # fmt: skip
    options = (
        "<option "
        f'value="{escape(item["value"])}"{" selected" if item["selected"] else ""}>{escape(item["text"])}</option>'
        for item in _items(field, "selected")
    )
    return SafeString(shell.replace(OPTION_PLACEHOLDER, "".join(options)))


OPTION_PLACEHOLDER = '<option value="-">-</option>'


@lru_cache(maxsize=256)
def _select(key: str, name: str, classes: str, label: str, label_classes: str, heading: bool, hint: str) -> str:  # noqa: PLR0917 (these arguments are the key of the cache)
    """Render a list with one placeholder in place of the real choices, and cache it.

    There are many real choices, and the macro takes a long time for each of them.
    """
    shown = {"text": label, "classes": label_classes, "isPageHeading": heading}
    params = {"id": key, "name": name, "classes": classes, "label": shown, "items": [{"value": "-", "text": "-"}]}
    return str(component("select", params | ({"hint": {"text": hint}} if hint else {})))


@draw_widget.register
def _(widget: forms.RadioSelect, field: forms.BoundField, params: ComponentParams) -> SafeString:
    items = _items(field, "checked")
    if isinstance(widget, HintedRadios):
        items = [item | {"hint": {"text": widget.hints.get(item["value"], "")}} for item in items]
    return component("radios", params | {"fieldset": _fieldset(field), "items": items})


@draw_widget.register
def _(widget: forms.CheckboxSelectMultiple, field: forms.BoundField, params: ComponentParams) -> SafeString:
    return component("checkboxes", params | {"fieldset": _fieldset(field), "items": _items(field, "checked")})


@draw_widget.register
def _(widget: forms.CheckboxInput, field: forms.BoundField, params: ComponentParams) -> SafeString:
    box: ComponentParams = {"value": "on", "text": field.label, "checked": bool(field.value()), "id": field.auto_id}
    if hint := params.pop("hint", None):
        box["hint"] = hint
    return component("checkboxes", params | {"items": [box]})


@draw_widget.register
def _(widget: forms.FileInput, field: forms.BoundField, params: ComponentParams) -> SafeString:
    asked = {name: widget.attrs[name] for name in ("accept", "multiple") if name in widget.attrs}
    kept = getattr(field.form, "kept_files", {}).get(field.html_name, ())
    if kept:
        names = " and ".join(file.name for file in kept)
        hint = f"{field.help_text} " if field.help_text else ""
        params["hint"] = {"text": f"{hint}{names} has been uploaded. Choose a file only to replace it."}
    return component("file-upload", params | {"attributes": asked})


@draw_widget.register
def _(widget: DatePartsInput, field: forms.BoundField, params: ComponentParams) -> SafeString:
    wrong = " govuk-input--error" if field.errors else ""
    items = [
        {
            "name": part,
            "id": f"{field.auto_id}-{part}",
            "label": part.title(),
            "value": value,
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}{wrong}",
        }
        for part, value in zip(widget.PARTS, widget.boxes(field), strict=True)
    ]
    fieldset = _fieldset(field) | {"role": "group"}
    return component("date-input", params | {"namePrefix": field.html_name, "fieldset": fieldset, "items": items})


@draw_widget.register
def _(widget: HintedCheckboxes, field: forms.BoundField, params: dict[str, Any]) -> SafeString:
    chosen = {str(choice) for choice in field.value() or ()}
    items: list[dict[str, Any]] = [
        {
            "value": str(key),
            "text": text,
            "hint": {"text": widget.hints.get(str(key), "")},
            "checked": str(key) in chosen,
        }
        for key, text in field.field.choices  # type: ignore[attr-defined]
    ]
    items = [item if item["hint"]["text"] else item | {"hint": None} for item in items]
    legend = {"text": str(field.label), "classes": "govuk-fieldset__legend--m"}
    if getattr(field.form, "one_question", False):
        legend = _fieldset(field)["legend"]
    boxes = (
        component("checkboxes", params | {"fieldset": {"legend": legend}, "items": items}) if items else SafeString()
    )
    shut = format_html_join("", "<li><strong>{}</strong>: {}</li>", widget.shut)
    words = (
        '<p class="govuk-body" id="{}">Not available at the moment:</p>'
        '<ul class="govuk-list govuk-list--bullet">{}</ul>'
    )
    # If there is nothing to choose from, errors link to this paragraph.
    place = f"{params['id']}-shut" if items else params["id"]
    return SafeString(boxes + format_html(words, place, shut)) if shut else boxes


def _words(field: forms.BoundField) -> str:
    form = field.form
    marked = getattr(form, "marks_optional", True) and field.name not in getattr(form, "not_optional", ())
    optional = marked and not field.field.required
    return f"{field.label} (optional)" if optional else str(field.label)


def _label(field: forms.BoundField) -> ComponentParams:
    if getattr(field.form, "one_question", False):
        return {"text": _words(field), "classes": "govuk-label--l", "isPageHeading": True}
    return {"text": _words(field), "classes": "govuk-label--s"}


def _fieldset(field: forms.BoundField) -> ComponentParams:
    label = _label(field)
    return {"legend": label | {"classes": label["classes"].replace("label", "fieldset__legend")}}


def _text(field: forms.BoundField) -> str:
    value = field.value()
    return "" if value is None else str(value)


def _items(field: forms.BoundField, chosen_is: str) -> list[ComponentParams]:
    value = field.value()
    chosen = {str(choice) for choice in (value if isinstance(value, list | tuple) else [value])}
    choices = field.field.choices  # type: ignore[attr-defined]
    return [{"value": str(key), "text": str(text), chosen_is: str(key) in chosen} for key, text in choices]
