"""The questions of a referral. What may be answered, the commands say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType, SenProvision
from calloff.kernel.key_stages import KeyStage
from calloff.markets.models import Lot
from calloff.members.models import Member
from calloff.pupils.models import Hazard, Pupil
from calloff.pupils.queries import Shown
from calloff.referrals.duties import Duty
from calloff.referrals.models import Basis, Referral, Travel
from calloff.referrals.parts import WRITTEN, LegalBasis, PenPicture, Wanted, Who
from calloff.web.forms import Filter, Form, Plain, long_text
from calloff.web.meanwhile import Shared
from calloff.web.widgets import DateParts, MoneyInput

TIMES = (("09:00", "9am"), ("12:00", "noon"), ("15:00", "3pm"), ("17:00", "5pm"))
OUTCOMES = 10  # at most


def day_field(label: str, hint: str = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, help_text=hint, required=required, widget=DateParts)


def instant(day: date | None, clock: str) -> datetime | None:
    """Make the London instant of a day and a time of day as they are chosen."""
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(clock))) if day and clock else None


def parts_of(at: datetime | None) -> tuple[date | None, str]:
    """Return the day and the time of day of an instant, as they are chosen."""
    if at is None:
        return None, "17:00"
    local = timezone.localtime(at)
    return local.date(), f"{local:%H:%M}"


class Begin(Form):
    """For whom, and in which category."""

    pupil = forms.ChoiceField(label="Which child?", widget=forms.Select)
    lot = forms.ChoiceField(label="In which category?", widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, pupils: Mapping[str, tuple[Pupil, Shown]], lots: Sequence[Lot], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pupils, self.lots = pupils, {str(one.pk): one for one in lots}
        choose: Any = self.fields["pupil"]
        choose.choices = [("", "Choose a child")]
        choose.choices += [(key, f"{shown.in_words} ({key})") for key, (_, shown) in pupils.items()]
        several = len({one.market_id for one in lots}) > 1
        category: Any = self.fields["lot"]
        category.choices = [(key, f"{one.market}: {one}" if several else str(one)) for key, one in self.lots.items()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "pupil" in given and "lot" in given:
            return {"pupil": self.pupils[given["pupil"]][0], "lot": self.lots[given["lot"]]}
        return given


class ChooseBasis(Form):
    one_question = True
    basis = forms.ChoiceField(
        label="By which power or duty is the child to be educated elsewhere?",
        choices=Basis.choices,
        widget=forms.RadioSelect,
    )


class BasisFacts(Shared):
    """What one basis asks for: its row says so. The basis itself goes along: a colleague may have chosen another."""

    def __init__(self, *args: Any, row: Duty, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)
        chosen = forms.ChoiceField(
            label="By which power or duty", choices=Basis.choices, required=False, widget=forms.HiddenInput
        )
        self.fields = {"basis": chosen, "basis_on": day_field(row.day_asked), **self._asked()}
        if row.days:
            hint = "Leave this empty: we work it out from the school’s term dates. Enter it where those are not known."
            self.fields["due_on"] = day_field(row.due_is, hint, required=False)

    def _asked(self) -> dict[str, forms.Field]:
        made: dict[str, forms.Field] = {}
        for fact in self.row.facts:
            if fact.kind == "date":
                made[fact.key] = day_field(fact.ask, fact.hint, required=False)
            elif fact.kind == "number":
                made[fact.key] = forms.IntegerField(label=fact.ask, help_text=fact.hint, required=False)
            else:
                made[fact.key] = forms.CharField(label=fact.ask, help_text=fact.hint, required=False, max_length=300)
        return made

    marks_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "basis_on" not in given:
            return given
        if given.get("basis") not in ("", self.row.basis) and given["basis"] == self.kept.get("basis"):
            return {"basis": None}  # theirs was chosen, and stands as it was saved
        facts = {fact.key: given.get(fact.key) for fact in self.row.facts}
        return {"basis": LegalBasis(self.row.basis, given["basis_on"], facts, given.get("due_on"))}


class WantedForm(Shared):
    starts_on = day_field("From which day?")
    ends_on = day_field("Until which day?", "The last day")
    hours = forms.DecimalField(label="How many hours a week?", max_digits=4, decimal_places=1)
    outcomes = long_text("What is to come of it?", "One outcome on each line: providers read them.", rows=4)
    travel = forms.ChoiceField(label="How does the child travel?", choices=Travel.choices, widget=forms.RadioSelect)
    miles = forms.IntegerField(
        label="How far can the child travel, in miles?", min_value=1, max_value=200, required=False
    )
    weekly_budget = forms.DecimalField(
        label="What may it cost a week, before VAT?", help_text="Providers do not see this.", min_value=0,
        max_digits=8, decimal_places=2, required=False, widget=MoneyInput,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        lines = [line.strip() for line in given["outcomes"].splitlines() if line.strip()]
        return {"wanted": Wanted(**given | {"outcomes": lines[:OUTCOMES]})}


class PictureForm(Shared):
    key_stage = forms.ChoiceField(label="Key stage", choices=[("", "Choose a key stage"), *KeyStage.choices])
    needs = forms.MultipleChoiceField(label="Needs", choices=NeedType.choices, widget=forms.CheckboxSelectMultiple)
    sen_provision = forms.ChoiceField(
        label="Special educational needs provision", choices=SenProvision.choices, widget=forms.RadioSelect
    )
    hazards = forms.MultipleChoiceField(
        label="What must a provider be ready for?", help_text="Select “None known” where there is nothing.",
        choices=Hazard.choices, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    area = forms.CharField(label="Where, broadly?", help_text="A town or district, never a postcode", max_length=100)
    picture = forms.CharField(
        label="Pen picture", help_text="What the child likes and finds hard, and what helps. No names, dates, places.",
        max_length=3000, widget=forms.Textarea({"rows": 10}),
    )  # fmt: skip
    few = forms.BooleanField(label="I have checked it and still want to send it", required=False)

    marks_optional = False

    def __init__(self, *args: Any, few: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if few is None:
            del self.fields["few"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        return given if self.errors else {"picture": PenPicture(**{"few": False} | given)}


class WhoForm(Shared):
    whom = forms.ChoiceField(
        label="Whom do you ask?",
        choices=[("all", "Everybody in the category who can be asked"), ("some", "A shortlist")],
        widget=forms.RadioSelect,
    )
    members = forms.MultipleChoiceField(
        label="The shortlist", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Only if you chose a shortlist",
    )  # fmt: skip
    reason = long_text("Why these?", "Only for a shortlist. It is kept for audit.", rows=3)
    reply_by = day_field("By which day do they reply?")
    clock = forms.ChoiceField(label="Before what time?", choices=TIMES)

    marks_optional = False

    def __init__(self, *args: Any, members: Iterable[Member], everybody: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose: Any = self.fields["members"]
        choose.choices = [(str(one.pk), str(one.provider)) for one in members]
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
        members = [int(one) for one in given["members"]] if shortlist else []
        until = instant(given["reply_by"], given["clock"])
        assert until is not None  # noqa: S101  (both are required)
        return {"who": Who(until, members, given.get("reason", "") if shortlist else "")}


class MoreForm(Form):
    """Others too, or longer."""

    members = forms.MultipleChoiceField(
        label="Whom do you ask too, or again?", required=False, widget=forms.CheckboxSelectMultiple
    )
    reply_by = day_field("By which day do they reply?", "Never earlier than they were told")
    clock = forms.ChoiceField(label="Before what time?", choices=TIMES)
    reason = long_text(
        "Why do you ask a provider that may not suit the child?",
        "We keep your reason for audit. Providers will not read it.",
        rows=3,
    )

    marks_optional = False

    def __init__(
        self, *args: Any, members: Iterable[tuple[Member, str]], asks_why: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asks_why:
            del self.fields["reason"]
        self.by_key = {str(one.pk): one for one, _ in members}
        choose: Any = self.fields["members"]
        choose.choices = [(str(one.pk), f"{one.provider}{words}") for one, words in members]
        if not choose.choices:
            del self.fields["members"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        chosen = [self.by_key[one] for one in given.get("members", ())]
        until = instant(given["reply_by"], given["clock"])
        return {"members": chosen, "reply_by": until, "reason": given.get("reason", "")}


class OfferForm(Form):
    reason = long_text("Why this provider?", "The reason that the market’s rules ask for. It is kept for audit.")
    fit_reason = long_text(
        "Why does this service suit the child?", "We keep your reason for audit. The provider will not read it.", rows=3
    )
    thanks = long_text("What will the others read?", "Why it was not them, without saying whom you chose.", rows=3)
    urgent_reason = long_text(
        "Why can you not wait until replies close?",
        "Answer this only if providers can still reply. The providers you asked will read your answer, "
        "so do not name the child",
        rows=3,
    )
    confirm_by = day_field("By which day does it confirm?", "Give the provider time to meet the child.")
    clock = forms.ChoiceField(label="Before what time?", choices=TIMES)

    marks_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        until = instant(given["confirm_by"], given.pop("clock"))
        return given | {"confirm_by": until}


class AnswerForm(Plain):
    answer = long_text("Your answer", "Every provider that is asked will read it.")
    restated = long_text(
        "The question in other words", "Only where its own words could tell who asks, or who the child is.", rows=2
    )


class CloseForm(Plain):
    reason = long_text("Why?", "It is kept with the referral. Providers do not read it.")


class TakeBackForm(Plain):
    reason = long_text("Why?", "The provider will read it.")


class SuggestionFilter(Filter):
    """From where distances are measured, and what a provider must fit."""

    near = forms.ChoiceField(
        label="Distance from", required=False, choices=[("", "The child’s home"), ("school", "The school")]
    )
    fit = forms.BooleanField(label="Only those that fit", required=False)


def kept_of_basis(referral: Referral, key: str) -> dict[str, Any]:
    """Return the answers of a draft's basis, as the form of one basis shows them: none, where it has another."""
    if referral.basis != key:
        return {"basis": referral.basis}
    facts = {name: _read(value) for name, value in referral.basis_facts.items()}
    return {"basis": key, "basis_on": referral.basis_on, "due_on": referral.due_on, **facts}


def kept_of_wanted(referral: Referral) -> dict[str, Any]:
    names = ("starts_on", "ends_on", "hours", "travel", "miles", "weekly_budget")
    return {name: getattr(referral, name) for name in names} | {"outcomes": "\n".join(referral.outcomes)}


def kept_of_picture(referral: Referral) -> dict[str, Any]:
    return {name: getattr(referral, name) for name in WRITTEN["picture"]}


def kept_of_who(referral: Referral) -> dict[str, Any]:
    if referral.reply_by is None:
        return {}
    on, clock = parts_of(referral.reply_by)
    return {
        "whom": "some" if referral.shortlist else "all", "members": [str(one) for one in referral.shortlist],
        "reason": referral.shortlist_reason, "reply_by": on, "clock": clock,
    }  # fmt: skip


def first_of_who(until: datetime) -> dict[str, Any]:
    """Return what a draft without it begins from: everybody, by the usual time."""
    on, clock = parts_of(until)
    return {"whom": "all", "reply_by": on, "clock": clock}


def first_of_wanted(referral: Referral, at: datetime) -> dict[str, Any]:
    """Return what a draft without it begins from: the day on which education is due."""
    due = referral.due_on
    return {"starts_on": due} if due and due >= local_day(at) else {}


def _read(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-03-02") else value
    except ValueError:
        return value
