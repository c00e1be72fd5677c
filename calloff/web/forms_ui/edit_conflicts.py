"""Forms that several people may save at the same time: changes are merged, and people are asked about answers that two
people changed.

    form = WantedForm.of(request, kept=saved_answers_of(record))
    if form.attempt(commands.amend, record, seen=record, by=request.user, at=request.now):
        return command_views.redirect_done(…)
    if form.conflicts:
        return edit_conflicts.render_conflict(request, form, saved_by=last_actor(record, "amend"), …)

The command gets the record as it was loaded for this request, and raises EditConflict if someone saves it in between.
Sections of question sets (`section_forms.py`) are compared in the same way. The rules are in `edit_comparison.py`.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any, NamedTuple, Self

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from calloff.kernel.formatting import format_date
from calloff.kernel.time_of_day import format_time
from calloff.web.components import component
from calloff.web.forms_ui.edit_comparison import (
    CONFLICT_ASKED_FIELD,
    CONFLICT_BASE_FIELD,
    CONFLICT_CHOICE_PREFIX,
    KEEP_BOTH,
    KEEP_MINE,
    KEEP_THEIRS,
    EditComparison,
    FieldConflict,
    compare_edits,
    digest,
    is_answered,
    read_base,
)
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widget_rendering import draw_widget
from calloff.web.forms_ui.widgets import DatePartsInput
from calloff.web.request import Request

CHOICE_LABELS = {KEEP_MINE: "Your answer", KEEP_THEIRS: "The other answer", KEEP_BOTH: "Join both"}
JOINED_TEXT = "The other answer, then your answer"


class ConflictWords(NamedTuple):
    """The text on the page about a conflict: the label of the field, and both answers."""

    label: str
    mine: str
    theirs: str


class ConflictAwareForm(PageForm):
    """A form with digests of the saved answers, by which it notices what someone else has changed since.

    A subclass calls `_compare` with the submitted answers, and provides the text about each conflict.
    """

    conflicts: tuple[FieldConflict, ...] = ()
    undecided = False  # whether the page with the conflicts was submitted without a choice for each of them

    def saved_answers(self) -> Mapping[str, Any]:
        """Return the answers that are now saved, by field."""
        raise NotImplementedError

    def conflict_words(self, conflict: FieldConflict) -> ConflictWords:
        raise NotImplementedError

    def hidden(self) -> dict[str, str]:
        """Return the hidden fields of the page, by name."""
        return {CONFLICT_BASE_FIELD: json.dumps(self._base())}

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        boxes = (forms.HiddenInput().render(name, value) for name, value in self.hidden().items())
        return SafeString(super().render(*args, **kwargs) + "".join(boxes))

    __str__ = render
    __html__ = render

    def conflict_form(self) -> "ConflictForm":
        """Return the form that asks which answers to keep."""
        return ConflictForm(self)

    def _base(self) -> dict[str, str]:
        """Return the digests of the answers that were saved when the person opened the page, by field."""
        if not self.is_bound:
            return {name: digest(answer) for name, answer in self.saved_answers().items()}
        # If the person has not chosen an answer, the page asks again.
        asked = str(self.data.get(CONFLICT_ASKED_FIELD, "")).split()
        sent = read_base(self.data.get(CONFLICT_BASE_FIELD))
        return {name: value for name, value in sent.items() if name not in asked}

    def _compare(self, mine: Mapping[str, Any], separators: Mapping[str, str]) -> EditComparison:
        comparison = compare_edits(mine, self.saved_answers(), self.data, separators=separators)
        self.conflicts, self.undecided = comparison.conflicts, comparison.undecided
        return comparison


class ConcurrentEditForm(ConflictAwareForm):
    """A form for part of a record that several people might edit. `kept` contains the saved answers by field."""

    kept: Mapping[str, Any] = {}

    @classmethod
    def of(cls, request: HttpRequest, **kwargs: Any) -> Self:
        """Make the form, filled with `kept` unless `initial` is given.

        For a POST, merge the answers of both people.
        """
        kept: Mapping[str, Any] = kwargs.pop("kept")
        form = super().of(request, **{"initial": kept} | kwargs)
        form.kept = kept
        if request.method == "POST" and CONFLICT_BASE_FIELD in request.POST:
            form._merge()
        return form

    def attempt(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Run the command, unless the person must first choose which answers to keep."""
        return not self.conflicts and super().attempt(command, *args, **kwargs)

    def saved_answers(self) -> Mapping[str, Any]:
        return {name: _comparable(field, self.kept.get(name)) for name, field in self.fields.items()}

    def conflict_words(self, conflict: FieldConflict) -> ConflictWords:
        field = self.fields[conflict.name]
        mine, theirs = (format_answer(field, answer) for answer in (conflict.mine, conflict.theirs))
        return ConflictWords(str(field.label), mine, theirs)

    def _merge(self) -> None:
        """Write the merged answers into the data of the form, as a browser would have submitted them."""
        try:
            mine = {name: _comparable(field, self._typed(name)) for name, field in self.fields.items()}
        except forms.ValidationError:
            return  # There are errors to correct first. After that, the person submits the page again.
        comparison = self._compare(mine, {name: "\n" for name in self.fields if self._is_paragraphs(name)})
        typed = QueryDict(mutable=True)
        typed.update(self.data)
        for name, answer in comparison.merged.items():
            _write_answer(typed, name, self.fields[name], answer)
        for name in [key for key in typed if key.startswith((CONFLICT_CHOICE_PREFIX, CONFLICT_ASKED_FIELD))]:
            del typed[name]
        typed[CONFLICT_BASE_FIELD] = json.dumps(comparison.base)
        self.data = typed

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        return field.clean(field.widget.value_from_datadict(self.data, self.files, name))

    def _is_paragraphs(self, name: str) -> bool:
        return isinstance(self.fields[name].widget, forms.Textarea)


class ConflictRadios(forms.RadioSelect):
    """Radio buttons for two answers to one question, each shown in full.

    If the answers are text, the person can also keep both of them.
    """

    texts: Mapping[str, str] = {}


class ConflictForm(PageForm):
    """A form that asks, for each answer that two people have changed, which answer to keep.

    Hidden fields contain everything else that the person typed.
    """

    marks_optional = False

    def __init__(self, form: ConflictAwareForm) -> None:
        super().__init__(data={} if form.undecided else None)
        self.typed = QueryDict(mutable=True)
        self.typed.update(form.data)
        base = read_base(self.typed.get(CONFLICT_BASE_FIELD))
        for conflict in form.conflicts:
            base[conflict.name] = digest(conflict.theirs)
            self.fields[f"{CONFLICT_CHOICE_PREFIX}{conflict.name}"] = _choice(conflict, form.conflict_words(conflict))
        self.typed[CONFLICT_BASE_FIELD] = json.dumps(base)
        self.typed[CONFLICT_ASKED_FIELD] = " ".join(conflict.name for conflict in form.conflicts)
        for name in ["csrfmiddlewaretoken", *(key for key in self.typed if key.startswith(CONFLICT_CHOICE_PREFIX))]:
            self.typed.pop(name, None)

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        boxes = (
            forms.HiddenInput().render(name, value) for name, values in self.typed.lists() for value in values
        )  # fmt: skip
        return SafeString(super().render(*args, **kwargs) + "".join(boxes))

    __str__ = render
    __html__ = render


def render_conflict(
    request: Request, form: ConflictAwareForm, *, saved_by: Any, page: str, **more: Any
) -> HttpResponse:
    """Show both answers in each conflict, and ask which of them to keep.

    `saved_by` is the person who saved last, or None if we do not know this. `page` is the template of the page.
    """
    name = "A colleague" if saved_by is None else "You" if saved_by.pk == request.user.pk else saved_by.name
    where = ", in another window" if name == "You" else ""
    meaning = [
        f"{name} saved this page while you were writing{where}. Choose which answers to keep.",
        "We will not delete anything until you choose. Answers that only one of you changed are saved.",
    ]
    shown = {"heading": "Your answer and the other answer", "button": "Save these answers", "caption": "", "quoted": ""}
    return render(request, page, shown | {"meaning": meaning, "form": form.conflict_form(), "stops": False} | more)


@draw_widget.register
def _(widget: ConflictRadios, field: forms.BoundField, params: dict[str, Any]) -> SafeString:
    items = [
        {
            "value": value,
            "text": text,
            "checked": field.value() == value,
            "hint": {"html": format_html_join("", "{}<br>", ((line,) for line in widget.texts[value].splitlines()))},
        }
        for value, text in field.field.choices  # type: ignore[attr-defined]
    ]
    legend = {"text": str(field.label), "classes": "govuk-fieldset__legend--s"}
    return component("radios", params | {"fieldset": {"legend": legend}, "items": items})


def _choice(conflict: FieldConflict, words: ConflictWords) -> forms.ChoiceField:
    error = "Choose one answer or join both" if KEEP_BOTH in conflict.choices else "Choose one answer"
    field = forms.ChoiceField(
        choices=[(choice, CHOICE_LABELS[choice]) for choice in conflict.choices],
        label=words.label,
        widget=ConflictRadios(),
        error_messages=dict.fromkeys(("required", "invalid_choice"), f"{error}: {words.label}"),
    )
    field.widget.texts = {KEEP_MINE: words.mine, KEEP_THEIRS: words.theirs, KEEP_BOTH: JOINED_TEXT}
    return field


def format_answer(field: forms.Field, value: Any) -> str:
    """Return an answer as text for people."""
    if not is_answered(value):
        return "No" if isinstance(field, forms.BooleanField) else "No answer"
    if isinstance(value, date):
        return format_date(value)
    if value is True:
        return "Yes"
    labels = {str(key): str(words) for key, words in getattr(field, "choices", ())}
    if isinstance(value, list | tuple):
        return "\n".join(labels.get(str(item), str(item)) for item in value)
    return labels.get(str(value), str(value))


def _comparable(field: forms.Field, value: Any) -> Any:
    """Return an answer in a form in which it can be compared.

    A checkbox that is not selected is no answer, the order of selected checkboxes does not count, and a time is
    compared as the page shows it.
    """
    if isinstance(field, forms.BooleanField):
        return True if value else None
    if isinstance(field, forms.MultipleChoiceField):
        return sorted(str(item) for item in value or ())
    return format_time(value) if isinstance(value, time) else value


def _write_answer(typed: QueryDict, name: str, field: forms.Field, value: Any) -> None:
    """Write an answer into form data as a browser would submit it."""
    if isinstance(field.widget, DatePartsInput):
        parts = [str(value.day), str(value.month), str(value.year)] if isinstance(value, date) else ["", "", ""]
        for part, number in zip(DatePartsInput.PARTS, parts, strict=True):
            typed[f"{name}-{part}"] = number
    elif isinstance(value, list | tuple):
        typed.setlist(name, [str(item) for item in value])
    elif not is_answered(value):
        typed.setlist(name, [] if isinstance(field, forms.BooleanField | forms.MultipleChoiceField) else [""])
    else:
        typed[name] = "on" if value is True else str(value)
