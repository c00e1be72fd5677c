"""Forms for an invitation. The commands check the answers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from calloff.directory import opening_hours, timetables
from calloff.directory.models import Price, Site
from calloff.directory.timetables import Slot
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, format_exact_pounds, format_number
from calloff.referrals.commands.replies import InterestReply
from calloff.referrals.fit import OfferedTerms
from calloff.referrals.models import DeclineReason, ExpressionOfInterest
from calloff.web.forms_ui.forms import PageForm, UnmarkedForm, textarea_field
from calloff.web.forms_ui.timetable_fields import SESSION_LABELS, TimetableForm, initial_timetable
from calloff.web.forms_ui.widgets import DatePartsInput

ANSWERS_CHECKED_BUTTON, CHANGE_ANSWERS_BUTTON = (
    "checked",
    "changing",
)  # the buttons on the page for checking the answers
NOT_CARRIED_FIELDS = {"csrfmiddlewaretoken", ANSWERS_CHECKED_BUTTON, CHANGE_ANSWERS_BUTTON}


class ExpressInterestForm(TimetableForm):
    price = forms.ChoiceField(
        label="Which service and price are you offering?", widget=forms.RadioSelect,
        error_messages={"required": "Select a service and price", "invalid_choice": "Select a service and price"},
    )  # fmt: skip
    start_on = forms.DateField(
        label="Start date", widget=DatePartsInput,
        error_messages={
            "required": "Enter the start date", "invalid": "Start date must be a real date, like 27 11 2026",
        },
    )  # fmt: skip
    message = forms.CharField(
        label="How would you meet the child’s needs?", max_length=3000, widget=forms.Textarea({"rows": 6}),
        error_messages={
            "required": "Enter how you would meet the child’s needs",
            "max_length": "Your answer about the child’s needs must be %(limit_value)d characters or fewer",
        },
    )  # fmt: skip

    field_order = ["price", "start_on", "sessions", "am_from", "am_to", "pm_from", "pm_to", "apart", "message"]

    def __init__(self, *args: Any, prices: Sequence[Price], sites: Sequence[Site] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_places(sites)
        self.prices = {str(price.pk): price for price in prices}
        choose: Any = self.fields["price"]
        choose.choices = [(key, price_choice_label(price)) for key, price in self.prices.items()]

    @property
    def checked(self) -> bool:
        """Return whether the person has already checked the answers, so that the reply must now be sent."""
        return ANSWERS_CHECKED_BUTTON in self.data

    @property
    def changing(self) -> bool:
        return CHANGE_ANSWERS_BUTTON in self.data

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        price = self.prices[given["price"]]
        return {"reply": InterestReply(service=price.service, **given | {"price": price})}

    @property
    def offered(self) -> OfferedTerms:
        """Return when the provider could take the child, to compare it with the request."""
        reply: InterestReply = self.cleaned_data["reply"]
        return OfferedTerms(reply.timetable, reply.start_on, timetables.weekly_hours(reply.timetable))

    def in_words(self) -> list[tuple[str, str]]:
        reply: InterestReply = self.cleaned_data["reply"]
        return [
            ("Service and price", price_choice_label(reply.price)), ("From", format_date(reply.start_on)),
            ("Timetable", timetables.format_timetable(reply.timetable, timetables.sites_named(reply.timetable))),
            ("Hours a week", format_number(timetables.weekly_hours(reply.timetable))),
            (
                "Weekly price, before VAT",
                format_exact_pounds(timetables.weekly_price(reply.timetable, reply.price.unit, reply.price.amount)),
            ),
            ("How you would meet the child’s needs", reply.message),
        ]  # fmt: skip


class DeclineInvitationForm(UnmarkedForm):
    reason = forms.ChoiceField(label="Why?", choices=DeclineReason.choices, widget=forms.RadioSelect, required=False,
        error_messages={"invalid_choice": "Select why you are declining"},
    )  # fmt: skip
    note = textarea_field(
        "Anything to add (optional)", "The school will read this.", rows=3,
        errors={"max_length": "Further comments must be %(limit_value)d characters or fewer"},
    )  # fmt: skip


class AskQuestionForm(UnmarkedForm):
    text = textarea_field(
        "Your question", errors={"max_length": "Question must be %(limit_value)d characters or fewer"}
    )


class ChildMetForm(PageForm):
    on = forms.DateField(
        label="When did you meet the child?", widget=DatePartsInput,
        error_messages={
            "required": "Enter the date you met the child",
            "invalid": "Date you met the child must be a real date, like 27 11 2026",
        },
    )  # fmt: skip


class ConfirmPlaceForm(UnmarkedForm):
    met_on = forms.DateField(
        label="When did you meet the child?",
        required=False,
        widget=DatePartsInput,
        help_text="Leave this empty if you have not met the child",
        error_messages={"invalid": "Date you met the child must be a real date, like 27 11 2026"},
    )

    def __init__(self, *args: Any, met_on: date | None, **kwargs: Any) -> None:
        """Ask about the meeting only if it is not recorded yet."""
        super().__init__(*args, **kwargs)
        if met_on is not None:
            del self.fields["met_on"]


class WithdrawReplyForm(PageForm):
    reason = textarea_field(
        "Why are you withdrawing? (optional)",
        errors={"max_length": "Reason must be %(limit_value)d characters or fewer"},
    )


def price_choice_label(price: Price) -> str:
    until = f", until {format_date(price.ends_on)}" if price.ends_on else ""
    return (
        f"{price.service}: {format_exact_pounds(price.amount)} {price.get_unit_display()}, "
        f"{price.get_vat_display()}, from {format_date(price.starts_on)}{until}"
    )


def initial_reply(interest: ExpressionOfInterest, prices: Sequence[Price] = ()) -> dict[str, Any]:
    """Return the earlier reply for the person to change or, if there is none, a suggested week."""
    timetable = timetables.timetable_on(interest.sessions.all()) or suggest_week(interest, prices)
    return {
        "price": interest.price_id, "start_on": interest.start_on, "message": interest.message,
        **initial_timetable(timetable),
    }  # fmt: skip


def suggest_week(interest: ExpressionOfInterest, prices: Sequence[Price]) -> Sequence[Slot]:
    """Suggest the sessions for a reply from the opening hours of the services that the provider could offer.

    If there are several services with different hours, suggest nothing, because we do not know which service will be
    offered. Suggest only sessions from Monday to Friday.
    """
    on = max(filter(None, [interest.referral.starts_on, local_day(interest.asked_at)]))
    weeks = {opening_hours.timetable_of_week(price.service.week, on) for price in prices}
    timetable = weeks.pop() if len(weeks) == 1 else ()
    return [slot for slot in timetable if (slot.day, slot.session) in SESSION_LABELS]


def hidden_fields(sent: QueryDict) -> list[tuple[str, str]]:
    """Return what the person typed, for hidden fields on the page for checking it."""
    return [(name, value) for name, values in sent.lists() if name not in NOT_CARRIED_FIELDS for value in values]
