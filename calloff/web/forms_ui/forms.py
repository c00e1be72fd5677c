"""Django forms that are rendered with GOV.UK components.

A form only checks that answers can be read, and commands do the work. A view makes its form with `Form.of(request)`
and passes its command to `form.attempt(command, …)`. The same two calls restore a submission that was saved after a
session had timed out. The form then shows everything as the person typed it, including files, and does nothing until
the person submits it again.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from django import forms
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from calloff.history.constraint_errors import explain_integrity_error
from calloff.kernel.lifecycles import Refused
from calloff.web.components import component
from calloff.web.forms_ui import date_bounds
from calloff.web.forms_ui.field_errors import choice_errors
from calloff.web.forms_ui.widget_rendering import draw_field, first_id

ComponentParams = dict[str, Any]
MAX_TEXT_LENGTH = 4000  # the maximum length of text with several paragraphs, in characters


class PageForm(forms.Form):
    """The questions on one page."""

    one_question: ClassVar[bool] = False  # whether the label is the page's heading
    not_optional: ClassVar[frozenset[str]] = (
        frozenset()
    )  # fields that the command sometimes requires, although the form itself does not
    result: Any = None  # the result of the command, once it has run
    # whether the form was restored after the person signed in. It is then shown as typed, and checked only when the
    # person submits it again
    returned = False
    kept_files: Mapping[str, list[Any]] = {}  # restored files, by field
    hrefs: Mapping[str, str] = {}  # links for problems that do not belong to a field, by the problem's `where`

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.where: list[str] = []  # the `where` of each error that does not belong to a field

    @classmethod
    def of(cls, request: HttpRequest, **kwargs: Any) -> Self:
        """Make the form of a page, bound to the submitted data or to a restored submission.

        If there is neither, the form is not bound.
        """
        kept = getattr(request, "kept", None)
        if request.method == "POST":
            files = request.FILES.copy()
            for name, uploads in kept.files.lists() if kept else ():
                if not files.getlist(name):
                    files.setlist(name, uploads)
            return cls(data=request.POST, files=files, **kwargs)
        if kept:
            form = cls(data=kept.answers, **kwargs)
            form.returned, form.kept_files = True, dict(kept.files.lists())
            return form
        return cls(**kwargs)

    def full_clean(self) -> None:
        for field in self.fields.values():  # This includes the fields that a form adds in __init__.
            write_length_limit(field)
            if isinstance(field.widget, forms.Textarea):
                _count_as_the_page_does(field)
        if self.returned:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        date_bounds.check_dates(self)

    def is_valid(self) -> bool:
        return not self.returned and super().is_valid()

    def attempt(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Run a command with the answers. Return whether it ran.

        If the command refuses, the reasons are shown as errors next to the fields.
        """
        if not self.is_valid():
            if self.is_bound and not self.returned:
                self._show_problems_of(command, *args, **kwargs)
            return False
        try:
            self.result = command(*args, **kwargs, **self.cleaned_data)
        except Refused as refusal:
            self.show(refusal)
            return False
        except IntegrityError as clash:
            sentence = explain_integrity_error(clash)
            if sentence is None:
                raise
            self.show(Refused(sentence))
            return False
        return True

    def _show_problems_of(self, command: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Also show what the command would refuse in the other answers (`kernel.lifecycles.with_answer_problems`)."""
        check = getattr(command, "problems", None)
        if check is None:
            return
        answers = dict.fromkeys(self.fields) | self.cleaned_data
        for sentence, where in check(*args, **kwargs, **answers):
            if where in self.fields and where not in self.errors:
                self.add_error(where, sentence)

    def show(self, refusal: Refused) -> None:
        """Show each problem of a refusal next to its field, or in the summary with a link to the place to correct
        it.
        """
        for sentence, where in refusal.problems:
            if where in self.fields and not self[where].is_hidden:
                self.add_error(where, sentence)
            else:
                self.add_error(None, sentence)
                self.where += [""] * (len(self.non_field_errors()) - len(self.where) - 1) + [where]

    def error_summary(self) -> SafeString:
        return error_summary(self)


class FilterForm(PageForm):
    """A form that filters a list.

    It is sent by GET and has no required fields, so its fields are not marked as optional.
    """

    marks_optional: ClassVar[bool] = False
    often_blank: ClassVar[bool] = True  # Most fields are not used, so the HTML of blank fields is cached.

    @classmethod
    def of(cls, request: HttpRequest, **kwargs: Any) -> Self:
        return cls(data=request.GET, **kwargs)


class ConfirmForm(PageForm):
    """A form that only asks for confirmation."""


def textarea_field(
    label: str, hint: str = "", *, errors: Mapping[str, str], required: bool = False, rows: int = 5
) -> forms.CharField:
    """Return a field for text with several paragraphs.

    `errors` are the field's own errors. The command decides whether the field can be empty.
    """
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": rows}),
        required=required,
        error_messages=dict(errors),
    )


def site_choice_field() -> forms.TypedChoiceField:
    """Return a field for selecting one of a provider's sites, by key.

    The form sets the choices, and decides whether “no site” is one of them.
    """
    return forms.TypedChoiceField(
        label="Site",
        coerce=int,
        empty_value=None,
        required=False,
        error_messages=choice_errors("Select a site from the list"),
    )


class UnmarkedForm(PageForm):
    """A form whose command decides which fields can be empty, so that no field is marked as optional."""

    marks_optional: ClassVar[bool] = False


class ComponentFormRenderer(DjangoTemplates):
    """The renderer in the setting FORM_RENDERER, which makes the forms of other packages look like ours."""

    form_template_name = "form"
    field_template_name = "field"

    def render(self, template_name: str, context: ComponentParams, request: HttpRequest | None = None) -> SafeString:
        if template_name == self.form_template_name:
            return mark_safe("".join(draw_field(field) for field in context["form"]))
        if template_name == self.field_template_name:
            return draw_field(context["field"])
        return SafeString(super().render(template_name, context, request))


def error_summary(form: Any) -> SafeString:
    """Render the error summary of any form: “There is a problem”, with a link to each field that has an error."""
    if not form.is_bound:
        return SafeString()
    hrefs, where = getattr(form, "hrefs", {}), getattr(form, "where", [])
    errors: list[ComponentParams] = []
    for place, error in enumerate(form.non_field_errors()):
        href = hrefs.get(where[place]) if place < len(where) else None
        errors.append({"text": error, "href": href} if href else {"text": error})
    for field in form:
        errors += [{"text": error, "href": f"#{first_id(field)}"} for error in field.errors]
    if not errors:
        return SafeString()
    return component("error-summary", {"titleText": "There is a problem", "errorList": errors})


class BrowserLengthValidator(MaxLengthValidator):
    """A validator that limits text to the length that the counter on the page allows.

    Like browsers, it counts UTF-16 units, so an emoji counts as two characters. Each line break arrives as one
    character (clean_input.py). So if the page says that one character is left, the person can type one more.
    """

    def clean(self, x: str) -> int:  # type: ignore[override]
        return len(x.encode("utf-16-le", "surrogatepass")) // 2


def write_length_limit(field: forms.Field) -> None:
    """Format the limit in the error about the length as on pages, for example 4,000 characters."""
    longest, words = getattr(field, "max_length", None), field.error_messages.get("max_length")
    if longest is not None and words is not None:
        field.error_messages["max_length"] = str(words).replace("%(limit_value)d", f"{longest:,}")


def _count_as_the_page_does(field: forms.Field) -> None:
    field.validators = [
        BrowserLengthValidator(validator.limit_value) if type(validator) is MaxLengthValidator else validator
        for validator in field.validators
    ]
