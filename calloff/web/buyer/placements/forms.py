"""Forms for the buyer's placement pages. The commands check the answers."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms

from calloff.buying.models import Budget
from calloff.directory import timetables
from calloff.directory.models import Site
from calloff.kernel import time_of_day
from calloff.kernel.formatting import format_date
from calloff.kernel.money import format_pounds
from calloff.kernel.working_days import SATURDAY
from calloff.placements import agreed_terms
from calloff.placements.agreement_drafts import AgreementDraft
from calloff.placements.commands import EndingEntry, UsualDetailsEntry
from calloff.placements.commands.reviews import REVIEW_DECISIONS
from calloff.placements.due_sessions import DueSession
from calloff.placements.models import Placement, PlacementEnding, UsualDetails
from calloff.web.agreement_signing import AgreementSigningForm
from calloff.web.forms_ui.edit_conflicts import ConcurrentEditForm
from calloff.web.forms_ui.field_errors import (
    ErrorMessages,
    choice_errors,
    date_errors,
    file_errors,
    text_errors,
    whole_number_errors,
)
from calloff.web.forms_ui.forms import UnmarkedForm, site_choice_field, textarea_field
from calloff.web.forms_ui.timetable_fields import TimeOfDayField, TimetableForm, initial_timetable
from calloff.web.forms_ui.widgets import DatePartsInput, SegmentedRadios
from calloff.web.placements.placement_forms import NO_SITE_CHOICE, OutcomesForm

DAYS_OF_A_WEEK = 7
ACCEPTED_FILE_TYPES = ".pdf,.docx,.xlsx,.csv,.png,.jpg,.jpeg,.txt"


def date_field(label: str, hint: str = "", *, errors: ErrorMessages) -> forms.DateField:
    return forms.DateField(label=label, widget=DatePartsInput, help_text=hint, error_messages=errors)


class RecordVisitForm(UnmarkedForm):
    on = date_field("When was the visit?", errors=date_errors("Date of the visit", "Enter the date of the visit"))
    said = textarea_field(
        "Who visited and what they found",
        "Look at the site, meet the staff and see how the day runs",
        errors=text_errors("Visit details"),
    )


class TellParentForm(UnmarkedForm):
    on = date_field(
        "When did you tell the parent?",
        errors=date_errors("Date you told the parent", "Enter the date you told the parent"),
    )
    said = textarea_field(
        "How did you tell the parent, and what are their views?",
        "You must tell parents and record their views. You do not need their consent.",
        errors=text_errors("Details of the conversation"),
    )


class DirectionForm(UnmarkedForm):
    reasons = textarea_field(
        "Reasons for the direction",
        "The parents will read these reasons. You can preview the notice before you record it.",
        errors=text_errors("Reasons"),
    )
    report_to = forms.CharField(
        label="Person to report to on the first day",
        max_length=200,
        required=False,
        help_text="Enter the name or role of someone at the provider, and their telephone number",
        error_messages=text_errors("Person to report to"),
    )
    on = date_field(
        "When did the parents get the notice?",
        errors=date_errors("Date of the written notice", "Enter the date the parents got the written notice"),
    )


class TellAuthorityForm(UnmarkedForm):
    said = textarea_field(
        "Anything to add",
        "For your own records. You can leave this empty.",
        rows=3,
        errors=text_errors("Notes"),
    )


class SafeguardingDecisionForm(UnmarkedForm):
    agreed = forms.ChoiceField(
        label="Will the pupil be safe with this provider?",
        choices=[("yes", "Yes, the pupil can start when the other checks are complete"), ("no", "No, or not yet")],
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select whether the pupil will be safe with this provider"),
    )
    said = textarea_field(
        "Reason for your decision",
        "We will save your reason. The council’s checks do not replace your decision.",
        errors=text_errors("Reason"),
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if "agreed" in answers:
            answers["agreed"] = answers["agreed"] == "yes"
        return answers


class RiskPlanForm(UnmarkedForm):
    said = textarea_field(
        "Risk plan",
        "What could go wrong, what might cause it, and what staff will do",
        rows=10,
        errors=text_errors("Risk plan"),
    )
    file = forms.FileField(
        label="Or upload the risk plan", required=False, help_text="PDF, Word, Excel, text or a picture, up to 10 MB",
        widget=forms.ClearableFileInput({"accept": ACCEPTED_FILE_TYPES}),
        error_messages=file_errors("Risk plan", "Upload the risk plan"),
    )  # fmt: skip


class DrawUpAgreementForm(TimetableForm):
    starts_on = date_field("First day", errors=date_errors("First day", "Enter the first day"))
    ends_on = date_field("Last day", errors=date_errors("Last day", "Enter the last day"))
    site = site_choice_field()
    ratio = forms.CharField(
        label="Staff to children",
        max_length=20,
        required=False,
        help_text="For example, 1 to 4",
        error_messages=text_errors("Staff to children"),
    )
    outcomes = textarea_field(
        "Outcomes",
        "Put each outcome on a new line. Reviews will ask whether each outcome has been met.",
        errors=text_errors("Outcomes"),
    )
    purchase_order = forms.CharField(
        label="Purchase order number",
        max_length=40,
        required=False,
        error_messages=text_errors("Purchase order number"),
    )
    notice_days = forms.IntegerField(
        label="Notice period in days",
        min_value=1,
        max_value=365,
        error_messages=whole_number_errors("Notice period", 1, 365, "Enter the notice period in days"),
    )
    absence_rule = forms.CharField(
        label="What will you pay when the pupil is absent?", max_length=300, required=False,
        widget=forms.Textarea({"rows": 2}), error_messages=text_errors("Payment for absences"),
    )  # fmt: skip
    attendance_contact = forms.CharField(
        label="Who should the provider tell about an absence?", max_length=200, required=False,
        help_text="Give an office or a role, and a "
                  "telephone number", error_messages=text_errors("Contact for absences"),
    )  # fmt: skip
    attendance_time = TimeOfDayField(
        "Latest time to tell you about an absence", name="Time to tell you about an absence"
    )
    emergency = forms.CharField(
        label="Emergency contacts", max_length=300, required=False,
        help_text="List your staff by role, in the order the provider should call them. The family’s contacts "
        "are in the full details.",
        widget=forms.Textarea({"rows": 2}), error_messages=text_errors("Emergency contacts"),
    )  # fmt: skip
    field_order = ["starts_on", "ends_on", "site", "sessions", "am_from", "am_to", "pm_from", "pm_to", "apart", "ratio"]

    def __init__(self, *args: Any, sites: Iterable[Site], usual: Site | None = None, **kwargs: Any) -> None:
        """Offer the open sites and the usual site, which might have closed since the provider replied."""
        super().__init__(*args, **kwargs)
        self.sites = {site.pk: site for site in sites}
        field: Any = self.fields["site"]
        field.choices = [NO_SITE_CHOICE, *((pk, str(site)) for pk, site in self.sites.items())]
        if usual is not None and usual.pk not in self.sites:
            field.help_text = f"{usual} has closed. Select another site, or ask the provider where the pupil will be."
        self.offer_places(self.sites.values())

    def clean(self) -> dict[str, Any]:
        """Return the draft agreement if the form has no errors."""
        answers = super().clean()
        if self.errors:
            return answers
        answers["site"] = self.sites.get(answers["site"] or 0)
        answers["outcomes"] = [line for line in answers["outcomes"].splitlines() if line.strip()]
        return {"drawn": AgreementDraft(**answers)}

    @classmethod
    def suggested(cls, placement: Placement, earliest: date, usual: UsualDetails | None) -> dict[str, Any]:
        """Return the initial answers.

        They come from an earlier draft or, if there is none, from the referral, the provider's reply and the buyer's
        usual details. The first day is never earlier than `earliest`.
        """
        referral, wanted = placement.referral, placement.starts_on or placement.interest.start_on
        return {
            **PlacementUsualDetailsForm.shown(usual),
            **initial_timetable(
                agreed_terms.terms_of(placement).timetable or timetables.timetable_on(placement.interest.sessions.all())
            ),
            "starts_on": _school_week(max(wanted, earliest) if wanted else earliest),
            "ends_on": placement.ends_on or referral.ends_on,
            "site": placement.site_id or "",
            "ratio": placement.ratio or placement.service.ratio,
            "outcomes": "\n".join(placement.outcomes or referral.outcomes),
            "purchase_order": placement.purchase_order,
            **(PlacementUsualDetailsForm.shown(placement) if placement.notice_days else {}),
        }


class PlacementUsualDetailsForm(ConcurrentEditForm):
    """A buyer's usual details. The fields are those of the agreement."""

    marks_optional = False
    TIMES = ("am_from", "am_to", "pm_from", "pm_to", "attendance_time")
    TEXTS = ("absence_rule", "attendance_contact", "emergency")
    am_from, am_to, pm_from, pm_to = (DrawUpAgreementForm.base_fields[name] for name in TIMES[:4])
    notice_days = DrawUpAgreementForm.base_fields["notice_days"]
    absence_rule = DrawUpAgreementForm.base_fields["absence_rule"]
    attendance_contact = DrawUpAgreementForm.base_fields["attendance_contact"]
    attendance_time = DrawUpAgreementForm.base_fields["attendance_time"]
    emergency = DrawUpAgreementForm.base_fields["emergency"]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        return answers if self.errors else {"usual": UsualDetailsEntry(**answers)}

    @classmethod
    def shown(cls, found: UsualDetails | Placement | None) -> dict[str, Any]:
        """Return what the fields show for saved usual details or for an earlier draft of an agreement."""
        if found is None:
            return {"notice_days": 10, "absence_rule": "We will pay, unless the provider caused the absence."}
        times = {name: getattr(found, name, None) for name in cls.TIMES}
        return {
            **{name: time_of_day.format_time(said) for name, said in times.items() if said},
            **{name: getattr(found, name) for name in cls.TEXTS},
            "notice_days": found.notice_days,
        }


def _school_week(day: date) -> date:
    """Return the following Monday for a day at the weekend, or the day itself."""
    return day + timedelta(days=DAYS_OF_A_WEEK - day.weekday()) if day.weekday() >= SATURDAY else day


class SignAndCommitForm(AgreementSigningForm):
    hints: ClassVar = {"authority": "For example, as headteacher, or by the governors’ scheme of delegation"}
    field_order = ["budget"]

    budget = forms.TypedChoiceField(
        label="Which budget will pay for the placement?", coerce=int, empty_value=None, widget=forms.RadioSelect,
        error_messages=choice_errors("Select a budget"),
    )  # fmt: skip

    def __init__(self, *args: Any, budgets: Iterable[Budget], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.budgets = {budget.pk: budget for budget in budgets}
        field: Any = self.fields["budget"]
        field.choices = [
            (pk, f"{budget.name}: {format_pounds(budget.left)} left") for pk, budget in self.budgets.items()
        ]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if "budget" in answers:
            answers["budget"] = self.budgets[answers["budget"]]
        return answers


class PlanReviewForm(UnmarkedForm):
    due_on = date_field("Review date", errors=date_errors("Review date", "Enter the review date"))


class HoldReviewForm(OutcomesForm):
    outcomes_heading = "Is the placement meeting its aims?"
    held_on = date_field("Date of the review", errors=date_errors("Date of the review", "Enter the date of the review"))
    present = forms.CharField(
        label="People who took part",
        max_length=300,
        required=False,
        help_text="Give roles, for example AP lead, provider, parent and pupil",
        error_messages=text_errors("People who took part"),
    )
    found = textarea_field("Findings", errors=text_errors("Findings"))
    child_views = textarea_field(
        "The pupil’s views", "In their own words if you can", errors=text_errors("The pupil’s views")
    )
    decision = forms.ChoiceField(
        label="What did the review decide?",
        choices=list(REVIEW_DECISIONS.items()),
        widget=forms.RadioSelect,
        required=False,
        error_messages=choice_errors("Select what was decided"),
    )


class CloseSessionsForm(UnmarkedForm):
    sessions = forms.MultipleChoiceField(
        label="Sessions", widget=forms.CheckboxSelectMultiple, required=False,
        error_messages={"invalid_choice": "Someone has just marked one of these sessions. Reload the page to see "
            "the mark."},
    )  # fmt: skip
    reason = forms.CharField(
        label="Why were these sessions not marked?", max_length=300, required=False,
        help_text="For example, the provider was closed and did not tell us",
        error_messages={"max_length": "Reason must be 300 characters or fewer"},
    )  # fmt: skip

    def __init__(self, *args: Any, due: Iterable[DueSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sessions"]
        field.choices = [
            (f"{session.day.isoformat()} {session.session}", f"{format_date(session.day)}, {session.half}")
            for session in due
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        chosen = [key.split(" ") for key in given.get("sessions", [])]
        return given | {"sessions": [(date.fromisoformat(on), session) for on, session in chosen]}


class EndPlacementForm(OutcomesForm):
    last_day = date_field(
        "Last day the pupil had a place",
        errors=date_errors("Last day", "Enter the last day on which the pupil had a place"),
    )
    destination = forms.ChoiceField(
        label="Where is the pupil going?",
        choices=PlacementEnding.Destination,
        widget=forms.RadioSelect,
        required=False,
        error_messages=choice_errors("Select where the pupil is going"),
    )
    reason = textarea_field(
        "Reason for ending the placement", "The provider can read this", errors=text_errors("Reason")
    )

    def __init__(self, *args: Any, going_to: str | None = None, **kwargs: Any) -> None:
        """Ask where the pupil is going, unless it is already known."""
        super().__init__(*args, **kwargs)
        self.going_to = going_to
        if going_to:
            del self.fields["destination"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if self.errors:
            return answers
        known = {"destination": self.going_to} if self.going_to else {}
        return {"ended": EndingEntry(**(answers | known))}


class FollowUpForm(UnmarkedForm):
    done_on = date_field("When did you check?", errors=date_errors("Date you checked", "Enter the date you checked"))
    destination = forms.ChoiceField(
        label="Where is the pupil now?",
        choices=PlacementEnding.Destination,
        widget=forms.RadioSelect,
        required=False,
        error_messages=choice_errors("Select where the pupil is now"),
    )
    sustained = forms.ChoiceField(
        label="Is the pupil still there?", choices=[("yes", "Yes"), ("no", "No")], widget=SegmentedRadios,
        error_messages=choice_errors("Select whether the pupil is still there"),
    )  # fmt: skip
    found = textarea_field("How is the pupil doing?", errors=text_errors("Details of how the pupil is doing"))

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if "sustained" in answers:
            answers["sustained"] = answers["sustained"] == "yes"
        return answers
