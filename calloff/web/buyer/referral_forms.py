"""Forms for a referral. The commands check the answers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from calloff.kernel.clock import local_day
from calloff.kernel.codes import SEN_CHOICES, NeedType, SenProvision
from calloff.kernel.key_stages import KeyStage
from calloff.markets.models import Lot
from calloff.members.models import Member
from calloff.pupils.models import HazardCategory, Pupil
from calloff.pupils.queries import ShownPupil
from calloff.referrals.legal_bases import LegalDuty, find_fact_problems
from calloff.referrals.models import EducationBasis, Referral, TravelArrangement
from calloff.referrals.sections import (
    FIELDS_BY_SECTION,
    NEEDS_MISSING,
    InvitationChoice,
    LegalBasis,
    PenPicture,
    ProvisionWanted,
)
from calloff.web.forms_ui.edit_conflicts import ConcurrentEditForm
from calloff.web.forms_ui.field_errors import (
    amount_errors,
    choice_errors,
    date_errors,
    text_errors,
)
from calloff.web.forms_ui.forms import FilterForm, PageForm, textarea_field
from calloff.web.forms_ui.question_fields import question_field
from calloff.web.forms_ui.widgets import DatePartsInput, MoneyInput

TIME_CHOICES = (("09:00", "9am"), ("12:00", "noon"), ("15:00", "3pm"), ("17:00", "5pm"))
MAX_OUTCOMES = 10
REASON_IS_TOO_LONG = text_errors("Reason")


def day_field(label: str, hint: str = "", *, name: str) -> forms.DateField:
    """Return a date field. `name` is the date's name in errors, without a capital letter: “start date”."""
    errors = date_errors(f"{name[:1].upper()}{name[1:]}", f"Enter the {name}")
    return forms.DateField(label=label, help_text=hint, widget=DatePartsInput, error_messages=errors)


def _fact_date(label: str, hint: str, name: str) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=hint, required=False, widget=DatePartsInput, error_messages=date_errors(name)
    )


def london_instant(day: date | None, clock: str) -> datetime | None:
    """Return the instant for a day and a time of day in London that a person chose."""
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock))) if day and clock else None


def split_instant(at: datetime | None) -> tuple[date | None, str]:
    """Return a time's day and time of day in London, as the form offers them."""
    if at is None:
        return None, "17:00"
    local = timezone.localtime(at)
    return local.date(), f"{local:%H:%M}"


class BeginReferralForm(PageForm):
    """The child, the category and the legal basis of a new referral. The next page asks for the facts of the basis."""

    pupil = forms.ChoiceField(
        label="Which pupil?", widget=forms.Select, error_messages=choice_errors("Select the pupil")
    )
    lot = forms.ChoiceField(
        label="Which category?", widget=forms.RadioSelect, error_messages=choice_errors("Select the category")
    )
    basis = forms.ChoiceField(
        label="Which power or duty applies?",
        choices=EducationBasis.choices,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select the power or duty"),
    )

    def __init__(
        self, *args: Any, pupils: Mapping[str, tuple[Pupil, ShownPupil]], lots: Sequence[Lot], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pupils, self.lots = pupils, {str(lot.pk): lot for lot in lots}
        choose: Any = self.fields["pupil"]
        choose.choices = [("", "Choose a pupil")]
        choose.choices += [(key, f"{shown.in_words} ({key})") for key, (_, shown) in pupils.items()]
        has_several_markets = len({lot.market_id for lot in lots}) > 1
        category: Any = self.fields["lot"]
        category.choices = [
            (key, f"{lot.market}: {lot}" if has_several_markets else str(lot)) for key, lot in self.lots.items()
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.basis = given.pop("basis", "")
        if "pupil" in given and "lot" in given:
            return {"pupil": self.pupils[given["pupil"]][0], "lot": self.lots[given["lot"]]}
        return given


class ChooseBasisForm(PageForm):
    one_question = True
    basis = forms.ChoiceField(
        label="Which power or duty applies?",
        choices=EducationBasis.choices,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select the power or duty"),
    )


class BasisFactsForm(ConcurrentEditForm):
    """The facts that one legal basis requires, according to its row in the table.

    The basis itself is a hidden field, because a colleague might have chosen another basis in the meantime.
    """

    def __init__(self, *args: Any, row: LegalDuty, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)
        chosen = forms.ChoiceField(
            label="Power or duty", choices=EducationBasis.choices, required=False, widget=forms.HiddenInput,
            error_messages=choice_errors("Select the power or duty"),
        )  # fmt: skip
        asked = {fact.key: question_field(fact) for fact in row.facts}
        self.fields = {"basis": chosen, "basis_on": day_field(row.day_asked, name=row.day_name), **asked}
        if row.days:
            hint = (
                "Leave this empty and we will work out the date from the school’s term dates. Enter the date if "
                "the term dates are not known."
            )
            self.fields["due_on"] = _fact_date(row.due_is, hint, row.due_name)

    marks_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        chosen = given.get("basis")
        if chosen and chosen != self.row.basis and chosen == self.kept.get("basis"):
            return {"basis": None}  # this keeps the choice that the colleague saved
        facts = {fact.key: given.get(fact.key) for fact in self.row.facts}
        for sentence, where in find_fact_problems(self.row, facts):
            if where not in self.errors:
                self.add_error(where, sentence)
        if self.errors:
            return given
        return {"basis": LegalBasis(self.row.basis, given["basis_on"], facts, given.get("due_on"))}


class WantedForm(ConcurrentEditForm):
    starts_on = day_field("Start date", name="start date")
    ends_on = day_field("End date", "The last day", name="end date")
    hours = forms.DecimalField(
        label="How many hours a week?", max_digits=4, decimal_places=1,
        error_messages={
            "required": "Enter how many hours a week you need",
            "invalid": "Hours a week must be a number, like 12.5",
            "max_digits": "Hours a week must be 40 or fewer",
            "max_whole_digits": "Hours a week must be 40 or fewer",
            "max_decimal_places": "Hours a week must have one decimal place at most, like 12.5",
        },
    )  # fmt: skip
    outcomes = textarea_field(
        "What outcomes do you want?", "Put each outcome on a new line. Providers will "
                                      "read them.", rows=4, required=True,
        errors=text_errors("Outcomes", "Enter at least one outcome"),
    )  # fmt: skip
    travel = forms.ChoiceField(
        label="How will the pupil travel?", choices=TravelArrangement.choices, widget=forms.RadioSelect,
        error_messages=choice_errors("Select how the pupil will travel"),
    )  # fmt: skip
    miles = forms.IntegerField(
        label="How far can the pupil travel, in miles?", min_value=1, max_value=200, required=False,
        error_messages={
            "invalid": "Distance must be a whole number of miles, like 12",
            "min_value": "Distance must be 1 mile or more",
            "max_value": "Distance must be 200 miles or less",
        },
    )  # fmt: skip
    weekly_budget = forms.DecimalField(
        label="Weekly budget before VAT", help_text="Providers will not see this.", min_value=0,
        max_digits=8, decimal_places=2, required=False, widget=MoneyInput,
        error_messages=amount_errors("Weekly budget", "£1 million"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        lines = [line.strip() for line in given["outcomes"].splitlines() if line.strip()]
        return {"wanted": ProvisionWanted(**given | {"outcomes": lines[:MAX_OUTCOMES]})}


class PictureForm(ConcurrentEditForm):
    key_stage = forms.ChoiceField(
        label="Key stage", choices=[("", "Choose a key stage"), *KeyStage.choices],
        error_messages=choice_errors("Select the key stage"),
    )  # fmt: skip
    needs = forms.MultipleChoiceField(
        label="Needs", choices=NeedType.choices, widget=forms.CheckboxSelectMultiple, required=False,
        help_text="You do not have to answer this if the pupil has no special educational needs",
        error_messages=choice_errors(NEEDS_MISSING),
    )  # fmt: skip
    sen_provision = forms.ChoiceField(
        label="Special educational needs", choices=SEN_CHOICES, widget=forms.RadioSelect, required=False,
        help_text="This comes from the pupil’s record",
        error_messages=choice_errors("Select an answer about special educational needs from the list"),
    )  # fmt: skip
    hazards = forms.MultipleChoiceField(
        label="What must a provider be ready for?", help_text="Select “None known” if there are no hazards.",
        choices=HazardCategory.choices, widget=forms.CheckboxSelectMultiple,
        error_messages=choice_errors("Select what a provider must be ready for, or “None known”"),
    )  # fmt: skip
    area = forms.CharField(
        label="Town or district", help_text="Do not enter a postcode", max_length=100,
        error_messages=text_errors("Town or district", "Enter a town or district"),
    )  # fmt: skip
    picture = forms.CharField(
        label="Pen picture", help_text="What the pupil likes and finds hard, and what helps. Do not give names, dates "
                                       "or places.",
        max_length=3000, widget=forms.Textarea({"rows": 10}),
        error_messages=text_errors("Pen picture", "Enter the pen picture"),
    )  # fmt: skip
    few = forms.BooleanField(label="I have checked the pen picture and still want to send it", required=False)

    marks_optional = False

    def __init__(self, *args: Any, few: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if few is None:
            del self.fields["few"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "needs" in given and not given["needs"] and given.get("sen_provision") != SenProvision.NONE:
            self.add_error("needs", NEEDS_MISSING)
        return given if self.errors else {"picture": PenPicture(**{"few": False} | given)}


class WhoForm(ConcurrentEditForm):
    whom = forms.ChoiceField(
        label="Which providers do you want to ask?",
        choices=[("all", "Every provider you can ask in this category"), ("some", "A shortlist")],
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select which providers to ask"),
    )
    members = forms.MultipleChoiceField(
        label="The shortlist", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Answer this only if you "
                  "chose a shortlist", error_messages=choice_errors("Select providers from the list"),
    )  # fmt: skip
    reason = textarea_field(
        "Why are you asking only these providers?",
        "Answer this only for a shortlist. We keep your reason for audit.",
        rows=3,
        errors=REASON_IS_TOO_LONG,
    )
    reply_by = day_field("Last day to reply", name="date to reply by")
    clock = forms.ChoiceField(
        label="Latest time to reply",
        choices=TIME_CHOICES,
        error_messages=choice_errors("Select the latest time to reply"),
    )

    marks_optional = False

    def __init__(self, *args: Any, members: Iterable[Member], everybody: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["members"]
        choose.choices = [(str(member.pk), str(member.provider)) for member in members]
        if everybody or not choose.choices:
            for name in ("whom", "members", "reason"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        shortlist = given.get("whom") == "some"
        if shortlist and not given["members"]:
            self.add_error("members", "Select at least one provider")
            return given
        members = [int(key) for key in given["members"]] if shortlist else []
        until = london_instant(given["reply_by"], given["clock"])
        assert until is not None  # noqa: S101  (both of these are required)
        return {"who": InvitationChoice(until, members, given.get("reason", "") if shortlist else "")}


class SuggestionFilter(FilterForm):
    """Filters for suggested providers: the place to measure from, and whether to show only suitable services."""

    near = forms.ChoiceField(
        label="Distance from", required=False, choices=[("", "The pupil’s home"), ("school", "The school")],
        error_messages=choice_errors("Select where to measure distances from"),
    )  # fmt: skip
    fit = forms.BooleanField(label="Only suitable services", required=False)


def initial_basis(referral: Referral, key: str) -> dict[str, Any]:
    """Return a draft's answers for one legal basis's form.

    The result is empty if the draft has a different basis.
    """
    if referral.basis != key:
        return {"basis": referral.basis}
    facts = {name: _read(value) for name, value in referral.basis_facts.items()}
    return {"basis": key, "basis_on": referral.basis_on, "due_on": referral.due_on, **facts}


def initial_wanted(referral: Referral) -> dict[str, Any]:
    names = ("starts_on", "ends_on", "hours", "travel", "miles", "weekly_budget")
    return {name: getattr(referral, name) for name in names} | {"outcomes": "\n".join(referral.outcomes)}


def initial_picture(referral: Referral) -> dict[str, Any]:
    return {name: getattr(referral, name) for name in FIELDS_BY_SECTION["picture"]}


def initial_who(referral: Referral) -> dict[str, Any]:
    if referral.reply_by is None:
        return {}
    on, clock = split_instant(referral.reply_by)
    return {
        "whom": "some" if referral.shortlist else "all", "members": [str(key) for key in referral.shortlist],
        "reason": referral.shortlist_reason, "reply_by": on, "clock": clock,
    }  # fmt: skip


def default_who(until: datetime) -> dict[str, Any]:
    """Return the initial answers for a draft without any yet: all providers, and the usual deadline."""
    on, clock = split_instant(until)
    return {"whom": "all", "reply_by": on, "clock": clock}


def default_wanted(referral: Referral, at: datetime) -> dict[str, Any]:
    """Return the initial answers for a draft without any yet: the day on which education is due."""
    due = referral.due_on
    return {"starts_on": due} if due and due >= local_day(at) else {}


def _read(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-03-02") else value
    except ValueError:
        return value
