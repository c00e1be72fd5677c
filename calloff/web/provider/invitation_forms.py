"""The questions of an invitation. What may be answered, the commands say."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from calloff.directory import opening_hours, timetables
from calloff.directory.models import Price, Site
from calloff.directory.timetables import Slot
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import day, exact_pounds, number
from calloff.referrals.commands.replies import Reply
from calloff.referrals.fit import Offered
from calloff.referrals.models import DeclineReason, Interest
from calloff.web.forms_ui.forms import Form, Plain, long_text
from calloff.web.forms_ui.timetable_fields import SESSIONS, Timetable, initial_of
from calloff.web.forms_ui.widgets import DateParts

CHECKED, CHANGING = "checked", "changing"  # the two buttons of the page that shows the answers once more
NOT_KEPT = {"csrfmiddlewaretoken", CHECKED, CHANGING}


class InterestedForm(Timetable):
    price = forms.ChoiceField(
        label="Which service and price are you offering?", widget=forms.RadioSelect,
        error_messages={"required": "Select a service and price", "invalid_choice": "Select a service and price"},
    )  # fmt: skip
    start_on = forms.DateField(
        label="Start date", widget=DateParts,
        error_messages={
            "required": "Enter the start date", "invalid": "Start date must be a real date, like 27 11 2026",
        },
    )  # fmt: skip
    message = forms.CharField(
        label="How would you meet the needs?", max_length=3000, widget=forms.Textarea({"rows": 6}),
        error_messages={
            "required": "Enter how you would meet the child’s needs",
            "max_length": "Your answer about the child’s needs must be %(limit_value)d characters or fewer",
        },
    )  # fmt: skip

    field_order = ["price", "start_on", "sessions", "am_from", "am_to", "pm_from", "pm_to", "apart", "message"]

    def __init__(self, *args: Any, prices: Sequence[Price], sites: Sequence[Site] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_places(sites)
        self.prices = {str(one.pk): one for one in prices}
        choose: Any = self.fields["price"]
        choose.choices = [(key, price_in_words(one)) for key, one in self.prices.items()]

    @property
    def checked(self) -> bool:
        """Say whether the answers were shown once more, and are to be sent."""
        return CHECKED in self.data

    @property
    def changing(self) -> bool:
        return CHANGING in self.data

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.errors:
            return given
        price = self.prices[given["price"]]
        return {"reply": Reply(service=price.service, **given | {"price": price})}

    @property
    def offered(self) -> Offered:
        """Return when the reply would take the child, to be held against what is wanted."""
        reply: Reply = self.cleaned_data["reply"]
        return Offered(reply.timetable, reply.start_on, timetables.hours_a_week(reply.timetable))

    def in_words(self) -> list[tuple[str, str]]:
        reply: Reply = self.cleaned_data["reply"]
        return [
            ("Service and price", price_in_words(reply.price)), ("From", day(reply.start_on)),
            ("Timetable", timetables.in_words(reply.timetable, timetables.places(reply.timetable))),
            ("Hours a week", number(timetables.hours_a_week(reply.timetable))),
            (
                "Price a week, before VAT",
                exact_pounds(timetables.price_a_week(reply.timetable, reply.price.unit, reply.price.amount)),
            ),
            ("How you would meet the needs", reply.message),
        ]  # fmt: skip


class DeclineForm(Plain):
    reason = forms.ChoiceField(label="Why?", choices=DeclineReason.choices, widget=forms.RadioSelect, required=False,
        error_messages={"invalid_choice": "Select why you are declining"},
    )  # fmt: skip
    note = long_text(
        "Anything to add (optional)", "The school will read this.", rows=3,
        errors={"max_length": "Further comments must be %(limit_value)d characters or fewer"},
    )  # fmt: skip


class QuestionForm(Plain):
    text = long_text("Your question", errors={"max_length": "Question must be %(limit_value)d characters or fewer"})


class MetForm(Form):
    on = forms.DateField(
        label="When did you meet the child?", widget=DateParts,
        error_messages={
            "required": "Enter the date you met the child",
            "invalid": "Date you met the child must be a real date, like 27 11 2026",
        },
    )  # fmt: skip


class WithdrawForm(Form):
    reason = long_text(
        "Why are you withdrawing? (optional)",
        errors={"max_length": "Reason must be %(limit_value)d characters or fewer"},
    )


def price_in_words(price: Price) -> str:
    until = f", until {day(price.ends_on)}" if price.ends_on else ""
    return (
        f"{price.service}: {exact_pounds(price.amount)} {price.get_unit_display()}, "
        f"{price.get_vat_display()}, from {day(price.starts_on)}{until}"
    )


def said_of(interest: Interest, prices: Sequence[Price] = ()) -> dict[str, Any]:
    """Return what was replied before, to be changed; before there is a reply, the week of the service."""
    timetable = timetables.of(interest.sessions.all()) or suggested_week(interest, prices)
    return {
        "price": interest.price_id, "start_on": interest.start_on, "message": interest.message,
        **initial_of(timetable),
    }  # fmt: skip


def suggested_week(interest: Interest, prices: Sequence[Price]) -> Sequence[Slot]:
    """Suggest the sessions of a reply from the opening hours of the services that can be offered.

    Of several services only what is the same for all of them is suggested: which one will be offered is not known yet.
    A reply has sessions from Monday to Friday.
    """
    on = max(filter(None, [interest.referral.starts_on, local_day(interest.asked_at)]))
    weeks = {opening_hours.sessions(one.service.week, on) for one in prices}
    found = weeks.pop() if len(weeks) == 1 else ()
    return [slot for slot in found if (slot.day, slot.session) in SESSIONS]


def as_hidden(sent: QueryDict) -> list[tuple[str, str]]:
    """Return what was typed, to go along with the page that shows it once more."""
    return [(name, value) for name, several in sent.lists() if name not in NOT_KEPT for value in several]
