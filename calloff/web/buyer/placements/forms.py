"""The questions of the buyer's pages of placements. What may be answered, the commands say."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms

from calloff.buying.models import Budget
from calloff.directory import timetables
from calloff.directory.models import Site
from calloff.kernel.money import pounds
from calloff.kernel.words import day
from calloff.kernel.workdays import SATURDAY
from calloff.placements import terms
from calloff.placements.commands import Ended
from calloff.placements.commands.reviewing import DECISIONS
from calloff.placements.drafts import Drawn
from calloff.placements.due_sessions import DueSession
from calloff.placements.models import Ending, Placement
from calloff.web.field_errors import Errors, choice_errors, date_errors, file_errors, text_errors, whole_number_errors
from calloff.web.forms import Plain, long_text, site_choice
from calloff.web.placing import NO_SITE, Outcomes
from calloff.web.signing import Sign
from calloff.web.timetable_fields import TimeOfDay, Timetable, initial_of
from calloff.web.widgets import DateParts

DAYS_OF_A_WEEK = 7
ACCEPTED = ".pdf,.docx,.xlsx,.csv,.png,.jpg,.jpeg,.txt"


def date_field(label: str, hint: str = "", *, errors: Errors) -> forms.DateField:
    return forms.DateField(label=label, widget=DateParts, help_text=hint, error_messages=errors)


class Visit(Plain):
    on = date_field("When was the visit?", errors=date_errors("Date of the visit", "Enter the date of the visit"))
    said = long_text(
        "Who visited, and what they found",
        "Look at the site, meet the staff, and see how a day goes",
        errors=text_errors("What you tell us"),
    )


class Parent(Plain):
    on = date_field(
        "When was the parent told?",
        errors=date_errors("Date you told the parent", "Enter the date you told the parent"),
    )
    said = long_text(
        "How, and what they said",
        "They are told, not asked: consent is not the basis. Their views count",
        errors=text_errors("How you told the parent"),
    )


class Direction(Plain):
    on = date_field(
        "When did the parents get the written notice?",
        errors=date_errors("Date of the written notice", "Enter the date the parents got the written notice"),
    )
    said = long_text(
        "What it gives",
        "Address, contact, days, reasons, objectives and times, and when it will be reviewed",
        errors=text_errors("What the notice gives"),
    )


class Authority(Plain):
    said = long_text(
        "Anything to add",
        "For your own record. Leave it empty if the message says enough",
        rows=3,
        errors=text_errors("What you add"),
    )


class Safeguarding(Plain):
    agreed = forms.ChoiceField(
        label="Can the child be safe there?",
        choices=[("yes", "Yes: the child may start, once the other checks are made"), ("no", "No, or not yet")],
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select whether the child can be safe there"),
    )
    said = long_text(
        "The reason for your decision",
        "It is kept. The authority’s checks do not decide for you",
        errors=text_errors("Reason"),
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "agreed" in said:
            said["agreed"] = said["agreed"] == "yes"
        return said


class RiskPlan(Plain):
    said = long_text(
        "The risk plan",
        "What could go wrong, what sets it off, and what staff do",
        rows=10,
        errors=text_errors("Risk plan"),
    )
    file = forms.FileField(
        label="Or upload it", required=False, help_text="PDF, Word, Excel, text or a picture, 10 MB at most",
        widget=forms.ClearableFileInput({"accept": ACCEPTED}), error_messages=file_errors("Upload the risk plan"),
    )  # fmt: skip


class DrawUp(Timetable):
    starts_on = date_field("First day", errors=date_errors("First day", "Enter the first day"))
    ends_on = date_field("Last day", errors=date_errors("Last day", "Enter the last day"))
    site = site_choice()
    ratio = forms.CharField(
        label="Staff to children",
        max_length=20,
        required=False,
        help_text="Such as 1 to 4",
        error_messages=text_errors("Staff to children"),
    )
    outcomes = long_text(
        "Outcomes", "One on each line. Reviews and the end ask whether each is met", errors=text_errors("Outcomes")
    )
    purchase_order = forms.CharField(
        label="Your purchase order number",
        max_length=40,
        required=False,
        error_messages=text_errors("Purchase order number"),
    )
    notice_days = forms.IntegerField(
        label="Notice, in days",
        min_value=0,
        max_value=1000,
        error_messages=whole_number_errors("Notice", 0, 1000, "Enter the notice in days"),
    )
    absence_rule = forms.CharField(
        label="What is paid when the child does not come", max_length=300, required=False,
        widget=forms.Textarea({"rows": 2}), error_messages=text_errors("What you pay when the child is absent"),
    )  # fmt: skip
    attendance_contact = forms.CharField(
        label="Whom the provider tells of an absence", max_length=200, required=False,
        help_text="An office or a role, with a telephone number", error_messages=text_errors("Contact for absences"),
    )  # fmt: skip
    attendance_time = TimeOfDay("By what time each day", name="Time to tell you of an absence")
    emergency = forms.CharField(
        label="Whom to ring in an emergency", max_length=300, required=False,
        help_text="Of your own staff, by role, in order. The family’s contacts are in the pack",
        widget=forms.Textarea({"rows": 2}), error_messages=text_errors("Emergency contacts"),
    )  # fmt: skip
    field_order = ["starts_on", "ends_on", "site", "sessions", "am_from", "am_to", "pm_from", "pm_to", "apart", "ratio"]

    def __init__(self, *args: Any, sites: Iterable[Site], usual: Site | None = None, **kwargs: Any) -> None:
        """Take the open sites, and the usual one: that may have closed since the provider replied."""
        super().__init__(*args, **kwargs)
        self.sites = {site.pk: site for site in sites}
        field: Any = self.fields["site"]
        field.choices = [NO_SITE, *((pk, str(one)) for pk, one in self.sites.items())]
        if usual is not None and usual.pk not in self.sites:
            field.help_text = f"{usual} has closed. Select another site, or ask the provider where the child will be"
        self.offer_places(self.sites.values())

    def clean(self) -> dict[str, Any]:
        """Make the draft, where every day and number is there."""
        said = super().clean()
        if self.errors:
            return said
        said["site"] = self.sites.get(said["site"] or 0)
        said["outcomes"] = [line for line in said["outcomes"].splitlines() if line.strip()]
        return {"drawn": Drawn(**said)}

    @classmethod
    def suggested(cls, one: Placement, earliest: date) -> dict[str, Any]:
        """Suggest answers from the referral and the provider's reply, or what was drawn up before: no day too early."""
        referral, wanted = one.referral, one.starts_on or one.interest.start_on
        return {
            **initial_of(terms.of(one).timetable or timetables.of(one.interest.sessions.all())),
            "starts_on": _school_week(max(wanted, earliest) if wanted else earliest),
            "ends_on": one.ends_on or referral.ends_on,
            "site": one.site_id or "",
            "ratio": one.ratio or one.service.ratio,
            "outcomes": "\n".join(one.outcomes or referral.outcomes),
            "notice_days": one.notice_days or 10,
            "absence_rule": one.absence_rule or "Charged, unless the provider caused it.",
            "purchase_order": one.purchase_order,
            "attendance_contact": one.attendance_contact,
            "emergency": one.emergency,
        }


def _school_week(day: date) -> date:
    """Move a day at the weekend on to its Monday."""
    return day + timedelta(days=DAYS_OF_A_WEEK - day.weekday()) if day.weekday() >= SATURDAY else day


class SignAndCommit(Sign):
    hints: ClassVar = {"authority": "Such as: as headteacher; by the governors’ scheme of delegation"}
    field_order = ["budget"]

    budget = forms.TypedChoiceField(
        label="Which budget pays for it?", coerce=int, empty_value=None, widget=forms.RadioSelect,
        error_messages=choice_errors("Select a budget"),
    )  # fmt: skip

    def __init__(self, *args: Any, budgets: Iterable[Budget], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.budgets = {one.pk: one for one in budgets}
        field: Any = self.fields["budget"]
        field.choices = [(pk, f"{one.name}: {pounds(one.left)} left") for pk, one in self.budgets.items()]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "budget" in said:
            said["budget"] = self.budgets[said["budget"]]
        return said


class PlanReview(Plain):
    due_on = date_field("By which day?", errors=date_errors("Review date", "Enter the review date"))


class HoldReview(Outcomes):
    held_on = date_field("When was it held?", errors=date_errors("Date of the review", "Enter the date of the review"))
    present = forms.CharField(
        label="Who took part",
        max_length=300,
        required=False,
        help_text="Give roles, for example AP lead, provider, parent and child",
        error_messages=text_errors("Who took part"),
    )
    found = long_text("What was found", errors=text_errors("What was found"))
    child_views = long_text(
        "What the child says", "In their own words where you can", errors=text_errors("What the child says")
    )
    decision = forms.ChoiceField(
        label="What is decided?",
        choices=list(DECISIONS.items()),
        widget=forms.RadioSelect,
        required=False,
        error_messages=choice_errors("Select what was decided"),
    )


class CloseSessions(Plain):
    sessions = forms.MultipleChoiceField(
        label="Sessions", widget=forms.CheckboxSelectMultiple, required=False,
        error_messages={"invalid_choice": "Someone has just marked one of these sessions. Open the page again"},
    )  # fmt: skip
    reason = forms.CharField(
        label="Why were they not marked?", max_length=300, required=False,
        help_text="For example, the provider was closed and did not tell us",
        error_messages={"max_length": "Reason must be 300 characters or fewer"},
    )  # fmt: skip

    def __init__(self, *args: Any, due: Iterable[DueSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["sessions"]
        field.choices = [(f"{one.day.isoformat()} {one.session}", f"{day(one.day)}, {one.half}") for one in due]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        chosen = [one.split(" ") for one in given.get("sessions", [])]
        return given | {"sessions": [(date.fromisoformat(on), session) for on, session in chosen]}


class EndForm(Outcomes):
    last_day = date_field(
        "Last day on which the child had a place",
        errors=date_errors("Last day", "Enter the last day on which the child had a place"),
    )
    destination = forms.ChoiceField(
        label="Where is the child going?",
        choices=Ending.Destination,
        widget=forms.RadioSelect,
        required=False,
        error_messages=choice_errors("Select where the child is going"),
    )
    reason = long_text("Why it ends", "The provider reads it", errors=text_errors("Reason"))

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        return said if self.errors else {"ended": Ended(**said)}


class FollowUpForm(Plain):
    done_on = date_field("When did you check?", errors=date_errors("Date you checked", "Enter the date you checked"))
    destination = forms.ChoiceField(
        label="Where is the child now?",
        choices=Ending.Destination,
        widget=forms.RadioSelect,
        required=False,
        error_messages=choice_errors("Select where the child is now"),
    )
    sustained = forms.ChoiceField(
        label="Has it lasted since the end?", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect,
        error_messages=choice_errors("Select whether the child is still there"),
    )  # fmt: skip
    found = long_text("How the child is doing", errors=text_errors("How the child is doing"))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "sustained" in said:
            said["sustained"] = said["sustained"] == "yes"
        return said
