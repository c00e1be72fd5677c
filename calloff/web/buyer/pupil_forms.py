"""Forms for each section of a child's record. The commands check the answers."""

from datetime import date
from typing import Any, Self

from django import forms
from django.http import HttpRequest

from calloff.kernel.codes import NeedType, SenProvision
from calloff.kernel.lifecycles import Refused
from calloff.pupils.commands import AlreadyRecorded
from calloff.pupils.models import AddressWithholding, HazardCategory, ProtectionInformation, Pupil, Sex, SocialCare
from calloff.pupils.queries import format_year_group
from calloff.pupils.validation import YEAR_GROUPS
from calloff.web.forms_ui.edit_conflicts import ConcurrentEditForm
from calloff.web.forms_ui.field_errors import ErrorMessages, choice_errors, date_errors, decimal_errors, text_errors
from calloff.web.forms_ui.forms import PageForm, UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput, PostcodeInput, SegmentedRadios

AUTOCOMPLETE_OFF = {"autocomplete": "off"}
PAIR = "calloff-pair"  # two fields with this class are side by side on a wide page
ANOTHER_PUPIL_FIELD = "is_another"
OTHER_NEED_CHOICES = [("", "None, or no other need"), *NeedType.choices]


def _text(
    label: str, longest: int, hint: str = "", *, errors: ErrorMessages, required: bool = False, classes: str = ""
) -> forms.CharField:
    box = forms.TextInput(AUTOCOMPLETE_OFF | ({"class": classes} if classes else {}))
    return forms.CharField(
        label=label, max_length=longest, help_text=hint, required=required, widget=box, error_messages=errors
    )


class PupilSectionForm(ConcurrentEditForm):
    """A section of a child's record, filled with its values on a given day."""

    @classmethod
    def known(cls, pupil: Pupil, today: date) -> dict[str, Any]:
        return {name: getattr(pupil, name) for name in cls.base_fields if hasattr(pupil, name)}


class PupilIdentityForm(PupilSectionForm):
    given_name = _text(
        "Given name",
        100,
        "If the pupil has only one name, enter it here",
        required=True,
        classes=PAIR,
        errors=text_errors("Given name", "Enter the pupil’s given name"),
    )
    family_name = _text("Family name", 100, errors=text_errors("Family name"), classes=PAIR)
    known_as = _text("Known as", 100, "Name the pupil uses, if different", errors=text_errors("Known as"))
    born_on = forms.DateField(
        label="Date of birth",
        help_text="For example, 14 5 2012",
        widget=DatePartsInput,
        error_messages=date_errors("Date of birth", "Enter the pupil’s date of birth"),
    )
    sex = forms.ChoiceField(
        label="Sex",
        choices=Sex.choices,
        widget=SegmentedRadios,
        error_messages=choice_errors("Select the pupil’s sex"),
    )
    year_group = forms.TypedChoiceField(
        label="Year group",
        coerce=int,
        choices=[("", "Choose"), *((str(year), format_year_group(year)) for year in YEAR_GROUPS)],
        error_messages=choice_errors("Select the pupil’s year group"),
    )
    upn = _text(
        "Unique pupil number (UPN)",
        30,
        "A letter and 12 more characters. Providers cannot see this, unless the provider is a school.",
        errors=text_errors("Unique pupil number (UPN)"),
    )
    address = forms.CharField(
        label="Home address",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3, **AUTOCOMPLETE_OFF}),
        error_messages=text_errors("Home address"),
    )
    postcode = forms.CharField(
        label="Home postcode",
        max_length=10,
        required=False,
        widget=PostcodeInput(AUTOCOMPLETE_OFF),
        error_messages=text_errors("Home postcode"),
    )
    address_withheld = forms.ChoiceField(
        label="Must the home address be withheld?",
        help_text="If you select yes, providers will not see the address or postcode and we will not print them",
        choices=AddressWithholding.choices,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select whether the home address must be withheld"),
    )

    same: tuple[Pupil, ...] = ()  # other records that might be about the same child

    @classmethod
    def of(cls, request: HttpRequest, **kwargs: Any) -> Self:
        form = super().of(request, **kwargs)
        if ANOTHER_PUPIL_FIELD in form.data:
            form._ask_whether_it_is_another()
        return form

    def show(self, refusal: Refused) -> None:
        """Show a refusal. If the child might already have a record, ask whether this is a different child."""
        if isinstance(refusal, AlreadyRecorded):
            self.same = tuple(refusal.same)
            self._ask_whether_it_is_another()
        super().show(refusal)

    def _ask_whether_it_is_another(self) -> None:
        self.fields[ANOTHER_PUPIL_FIELD] = forms.BooleanField(
            label="This is a different pupil, for example a twin", required=False
        )

    @classmethod
    def known(cls, pupil: Pupil, today: date) -> dict[str, Any]:
        return super().known(pupil, today) | {"year_group": min(pupil.year_on(today), YEAR_GROUPS[-1])}


class PupilNeedsForm(PupilSectionForm):
    not_optional = frozenset({"ehc_plan_on"})  # required only if there is a plan

    sen_provision = forms.ChoiceField(
        label="Special educational needs", choices=SenProvision.choices, widget=forms.RadioSelect,
        help_text="Until you select an answer, we show this as not recorded",
        error_messages=choice_errors("Select what the school provides for special educational needs"),
    )  # fmt: skip
    needs = forms.ChoiceField(
        label="Primary need",
        choices=OTHER_NEED_CHOICES,
        required=False,
        error_messages=choice_errors("Select the primary need from the list"),
    )
    second = forms.ChoiceField(
        label="Second need",
        choices=OTHER_NEED_CHOICES,
        required=False,
        error_messages=choice_errors("Select the second need from the list"),
    )
    third = forms.ChoiceField(
        label="Third need",
        choices=OTHER_NEED_CHOICES,
        required=False,
        error_messages=choice_errors("Select the third need from the list"),
    )
    ehc_plan_on = forms.DateField(
        label="Date of the education, health and care plan",
        help_text="The date of the current plan, if there is a plan",
        required=False,
        widget=DatePartsInput,
        error_messages=date_errors("Date of the plan"),
    )

    @classmethod
    def known(cls, pupil: Pupil, today: date) -> dict[str, Any]:
        ranked = dict(zip(("needs", "second", "third"), pupil.needs, strict=False))
        return {"sen_provision": pupil.sen_provision, "ehc_plan_on": pupil.ehc_plan_on} | ranked

    def clean(self) -> dict[str, Any]:
        answers = self.cleaned_data
        ranked = [answers.pop("needs", ""), answers.pop("second", ""), answers.pop("third", "")]
        return answers | {"needs": [need for need in ranked if need]}


class PupilCareForm(PupilSectionForm):
    looked_after_by = _text(
        "Which council looks after the pupil?",
        200,
        "Leave this empty if no council looks after the pupil",
        errors=text_errors("Name of the council"),
    )
    agencies = textarea_field(
        "Agencies involved",
        "Agencies working with the family, and why they are involved",
        rows=3,
        errors=text_errors("Agencies involved"),
    )


class PupilAttendanceForm(PupilSectionForm):
    attendance = forms.DecimalField(
        label="Attendance percentage",
        help_text="Attendance before any placement, so that you can compare",
        max_digits=4,
        decimal_places=1,
        required=False,
        error_messages=decimal_errors("Attendance", "0", "100", "one decimal place"),
    )
    attendance_from = forms.DateField(
        label="First day of attendance counted",
        required=False,
        widget=DatePartsInput,
        error_messages=date_errors("First day of attendance counted"),
    )
    attendance_to = forms.DateField(
        label="Last day of attendance counted",
        required=False,
        widget=DatePartsInput,
        error_messages=date_errors("Last day of attendance counted"),
    )
    attainment = textarea_field(
        "Attainment", "What the pupil can do, and the dates of assessments", rows=4, errors=text_errors("Attainment")
    )
    strengths = textarea_field("Strengths and interests", rows=4, errors=text_errors("Strengths and interests"))


class PupilRisksForm(PupilSectionForm):
    hazards = forms.MultipleChoiceField(
        label="What risks must a provider be ready for?",
        help_text="Before an offer, providers see only these categories and nothing else about risks",
        choices=HazardCategory.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=choice_errors("Select risks from the list"),
    )
    risks = textarea_field("Risks, triggers and what helps", rows=5, errors=text_errors("Risks"))
    medical = textarea_field(
        "Medical", "Conditions, medicines and allergies, and what to do", rows=4, errors=text_errors("Medical details")
    )
    communication = textarea_field(
        "Communication", "How the pupil communicates and understands", rows=3, errors=text_errors("Communication")
    )


class PupilViewsForm(PupilSectionForm):
    child_views = textarea_field("The pupil’s views", rows=4, errors=text_errors("The pupil’s views"))
    parent_views = textarea_field(
        "Parent’s views (no name recorded)",
        "Copy each parent’s views to their contact details, then clear this box",
        rows=4,
        errors=text_errors("Parent’s views"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("parent_views"):
            del self.fields["parent_views"]


class PupilProtectionForm(ConcurrentEditForm):
    marks_optional = False
    social_care = forms.ChoiceField(
        label="Social care",
        choices=[(value, label) for value, label in SocialCare.choices],
        required=False,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select the social care status from the list"),
    )
    concerns = textarea_field("Concerns", rows=5, errors=text_errors("Concerns"))
    plan = textarea_field(
        "Requirements for anyone caring for the pupil",
        rows=5,
        errors=text_errors("What the plan requires"),
    )
    social_worker = _text("Social worker and contact details", 200, errors=text_errors("Social worker"))

    @staticmethod
    def known(kept: ProtectionInformation) -> dict[str, Any]:
        return {name: getattr(kept, name) for name in PupilProtectionForm.base_fields}


class HoldRecordForm(UnmarkedForm):
    reason = textarea_field(
        "Why must the record be kept?",
        "For example, an inquiry, a claim or an open request. Do not name anyone.",
        errors=text_errors("Reason"),
    )


class LeaveSchoolForm(PageForm):
    left_on = forms.DateField(
        label="When did the pupil leave?",
        help_text="For example, 20 7 2026",
        widget=DatePartsInput,
        error_messages=date_errors("Date the pupil left", "Enter the date the pupil left"),
    )


class FindPupilForm(PageForm):
    words = forms.CharField(
        label="Name, UPN or reference",
        max_length=200,
        help_text="We do not save what you type or show it in the web address",
        widget=forms.TextInput(AUTOCOMPLETE_OFF),
        error_messages=text_errors("Name, UPN or reference", "Enter a name, UPN or reference"),
    )


PUPIL_SECTION_FORMS: dict[str, tuple[str, type[PupilSectionForm]]] = {
    # a section's name in a URL -> its heading in the pack, and its form
    "identity": ("Child’s identity", PupilIdentityForm),
    "needs": ("Needs", PupilNeedsForm),
    "care": ("Care and agencies", PupilCareForm),
    "attendance": ("Attendance and attainment", PupilAttendanceForm),
    "risks": ("Risks and health", PupilRisksForm),
}
