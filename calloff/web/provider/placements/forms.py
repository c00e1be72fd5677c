"""The questions of the provider's pages of placements. What may be answered, the commands say."""

from typing import Any

from django import forms

from calloff.web.forms import Plain, long_text
from calloff.web.widgets import DateParts


class StaffChecks(Plain):
    on = forms.DateField(label="On which day were the checks complete?", widget=DateParts)
    said = long_text(
        "Who was checked",
        "How many people, in which roles, and by which checks. Never upload a certificate or your single central "
        "record",
    )
    sure = forms.BooleanField(
        label="Everybody who will work with this child has had the checks that the law asks for", required=False
    )


class ExitReport(Plain):
    report = forms.CharField(
        label="Exit report", max_length=8000, required=False, widget=forms.Textarea({"rows": 14}),
        help_text="What the child did and learned, attendance, what helped, and what whoever comes next should know. "
        "Write the child’s reference or initials, never the name",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        return said
