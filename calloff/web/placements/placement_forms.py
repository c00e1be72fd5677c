"""Forms for the placement pages of buyers and providers, and functions that describe changes and marks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from calloff.directory import timetables
from calloff.directory.models import PriceUnit, Site
from calloff.directory.timetables import Slot
from calloff.kernel.formatting import format_date
from calloff.kernel.money import format_pounds
from calloff.placements import agreed_terms
from calloff.placements.commands.reviews import OUTCOME_ANSWERS
from calloff.placements.models import AbsenceCause, Attendance, Placement, PlacementChange
from calloff.web.forms_ui.field_errors import amount_errors, choice_errors, date_errors, text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, site_choice_field, textarea_field
from calloff.web.forms_ui.timetable_fields import TimetableForm, initial_timetable
from calloff.web.forms_ui.widgets import DatePartsInput, MoneyInput, SegmentedRadios

NO_SITE_CHOICE = ("", "No site (online, or at the child’s school or home)")
CHANGE_FIELD_LABELS = {
    "site": "Site", "timetable": "Timetable", "amount": "Price", "ratio": "Staff to children", "starts_on": "First day",
    "ends_on": "Last day",
}  # fmt: skip


class ProposeChangeForm(TimetableForm):
    """A form that proposes a change to the signed terms.

    Each field starts with the current value, and only values that differ from it count.
    """

    starts_on = forms.DateField(
        label="First day", required=False, widget=DatePartsInput, error_messages=date_errors("First day")
    )
    ends_on = forms.DateField(
        label="Last day", required=False, widget=DatePartsInput, error_messages=date_errors("Last day")
    )
    site = site_choice_field()
    amount = forms.DecimalField(
        label="Price",
        max_digits=9,
        decimal_places=2,
        required=False,
        widget=MoneyInput,
        error_messages=amount_errors("Price", "£10 million"),
    )
    ratio = forms.CharField(
        label="Staff to children", max_length=20, required=False, error_messages=text_errors("Staff to children")
    )
    from_on = forms.DateField(
        label="Start date of the change",
        widget=DatePartsInput,
        help_text="Choose today or later. Earlier days will not change.",
        error_messages=date_errors("Start date of the change", "Enter the start date of the change"),
    )
    reason = textarea_field("Reason for the change", "The other side can read this", errors=text_errors("Reason"))
    field_order = [
        "ends_on",
        "starts_on",
        "site",
        "sessions",
        "am_from",
        "am_to",
        "pm_from",
        "pm_to",
        "apart",
        "amount",
        "ratio",
    ]

    def __init__(self, *args: Any, placement: Placement, sites: Iterable[Site], **kwargs: Any) -> None:
        terms = agreed_terms.terms_of(placement)
        kwargs["initial"] = {
            **initial_timetable(terms.timetable), "starts_on": placement.starts_on, "ends_on": placement.ends_on,
            "site": placement.site_id or "", "amount": placement.amount, "ratio": placement.ratio,
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.placement, self.sites = placement, {site.pk: site for site in sites}
        # The list leaves out closed sites, but the form must accept the current site even if it is closed.
        if placement.site is not None:
            self.sites.setdefault(placement.site.pk, placement.site)
        field: Any = self.fields["site"]
        field.choices = [NO_SITE_CHOICE, *((pk, str(site)) for pk, site in self.sites.items())]
        self.offer_places(self.sites.values())
        self.fields["amount"].label = f"Price for {PriceUnit(placement.unit).label}, before VAT"
        if placement.started_on:
            del self.fields["starts_on"]

    def keeps(self, timetable: Sequence[Slot]) -> bool:
        return timetables.timetable_rows(timetable) == timetables.timetable_rows(
            agreed_terms.terms_of(self.placement).timetable
        )

    def clean(self) -> dict[str, Any]:
        """Collect the values that differ from the current terms.

        The command stores both the old and the new values.
        """
        answers = super().clean()
        given: dict[str, Any] = {}
        for name in ("starts_on", "ends_on", "amount"):
            if answers.get(name) is not None and answers[name] != getattr(self.placement, name):
                given[name] = answers[name]
        if "site" in answers and answers["site"] != self.placement.site_id:
            given["site"] = self.sites.get(answers["site"] or 0)
        if answers.get("ratio") and answers["ratio"] != self.placement.ratio:
            given["ratio"] = answers["ratio"]
        if not self.keeps(answers["timetable"]):
            given["timetable"] = answers["timetable"]
        return {"values": given, "from_on": answers.get("from_on"), "reason": answers.get("reason", "")}


class OutcomesForm(UnmarkedForm):
    """Questions about whether each agreed outcome was achieved.

    They are shown with the other questions of a page.
    """

    outcomes_heading = "Did the placement meet its aims?"

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [str(place) for place in range(len(placement.outcomes))]
        for place in self.asked:
            self.fields[f"outcome-{place}"] = forms.ChoiceField(
                label=placement.outcomes[int(place)],
                choices=list(OUTCOME_ANSWERS.items()),
                error_messages=choice_errors("Select whether the outcome was met"),
                widget=SegmentedRadios,
                required=False,
            )
        for place in self.asked[:1]:
            first: Any = self.fields[f"outcome-{place}"]
            first.heading = self.outcomes_heading

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        answers["outcomes"] = {place: answers.pop(f"outcome-{place}", "") for place in self.asked}
        return answers


def change_rows(change: PlacementChange) -> list[tuple[str, str, str]]:
    """Return a row for each field that a change affects: its label, old value and new value."""
    return [
        (CHANGE_FIELD_LABELS[name], format_change_value(name, change.old[name]), format_change_value(name, value))
        for name, value in change.new.items()
    ]


def format_change_value(name: str, value: Any) -> str:
    """Format one of the values that a change stores."""
    if name == "timetable":
        timetable = timetables.parse_slots(value)
        return timetables.format_timetable(timetable, timetables.sites_named(timetable))
    if name == "site":
        site = Site.objects.filter(pk=value or 0).first()
        return str(site) if site else NO_SITE_CHOICE[1]
    if name == "amount":
        return format_pounds(Decimal(value))
    return format_date(date.fromisoformat(value)) if name in {"starts_on", "ends_on"} else str(value)


def format_week(placement: Placement) -> str:
    """Format a placement's timetable.

    If it changes over time, give the dates of each version. This reads `sessions`.
    """
    weeks = timetables.format_timetables(placement.sessions.all())
    if len(weeks) == 1:
        return weeks[0][2]
    return ". ".join(
        f"{'From ' + format_date(first) if first else 'Until ' + format_date(last) if last else 'Always'}: {words}"
        for first, last, words in weeks
    )


def format_attendance(attendance: Attendance) -> str:
    return describe_mark(attendance.mark, attendance.minutes, attendance.cause)


def describe_mark(mark: str, minutes: int | None, cause: str) -> str:
    """Describe a mark in words (“Late by 20 minutes”, “Absent: ill”)."""
    words = str(Attendance.Mark(mark).label)
    if minutes:
        return f"{words} {'by' if mark == Attendance.Mark.LATE else 'after'} {minutes} minutes"
    return f"{words}: {str(AbsenceCause(cause).label).lower()}" if cause else words


def outcome_rows(outcomes: Iterable[Mapping[str, str]]) -> list[list[str]]:
    return [[outcome["outcome"], OUTCOME_ANSWERS[outcome["met"]]] for outcome in outcomes]


class PlacementReasonForm(UnmarkedForm):
    """A form that asks for a reason. The command provides the errors about it."""

    reason = textarea_field("Reason", "The other side can read this", errors=text_errors("Reason"))
