"""Forms for the provider's placement pages. The commands check the answers."""

from typing import Any

from django import forms

from calloff.web.forms_ui.field_errors import date_errors, text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput


class StaffChecksForm(UnmarkedForm):
    on = forms.DateField(
        label="Date the checks were completed",
        widget=DatePartsInput,
        error_messages=date_errors("Date the checks were completed", "Enter the date the checks were completed"),
    )
    said = textarea_field(
        "People checked",
        "Include the number of people, their roles and the checks completed. Do not upload certificates or your "
        "single central record.",
        errors=text_errors("People checked"),
    )
    sure = forms.BooleanField(
        label="Everyone who will work with this child has had the checks required by law", required=False
    )


class ExitReportForm(UnmarkedForm):
    report = forms.CharField(
        label="Exit report", max_length=8000, required=False, widget=forms.Textarea({"rows": 14}),
        help_text="Include what the child did and learned, attendance, what helped, and what the next school or "
                  "provider should know. Use the child’s reference or initials, never their name.",
        error_messages=text_errors("Exit report"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        return answers
