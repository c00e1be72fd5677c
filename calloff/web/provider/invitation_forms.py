"""The questions of an invitation. What may be answered, the commands say."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from calloff.directory.models import Price
from calloff.kernel.words import day, exact_pounds, number
from calloff.referrals.commands.answering import Reply
from calloff.referrals.models import DeclineReason, Interest
from calloff.web.forms import Form, Plain, long_text
from calloff.web.widgets import DateParts

CHECKED, CHANGING = "checked", "changing"  # the two buttons of the page that shows the answers once more
NOT_KEPT = {"csrfmiddlewaretoken", CHECKED, CHANGING}


class InterestedForm(Form):
    price = forms.ChoiceField(label="Which service, at which price of your list?", widget=forms.RadioSelect)
    start_on = forms.DateField(label="From which day can you take the child?", widget=DateParts)
    hours = forms.DecimalField(label="How many hours a week?", max_digits=4, decimal_places=1)
    timetable = forms.CharField(
        label="Timetable", help_text="Days and times, like Monday to Wednesday, 9:30am to 2:30pm", max_length=300
    )
    message = forms.CharField(
        label="How would you meet the needs?", max_length=3000, widget=forms.Textarea({"rows": 6})
    )

    def __init__(self, *args: Any, prices: Sequence[Price], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
        given = super().clean() or {}
        if self.errors:
            return given
        price = self.prices[given["price"]]
        return {"reply": Reply(service=price.service, **given | {"price": price})}

    def in_words(self) -> list[tuple[str, str]]:
        reply: Reply = self.cleaned_data["reply"]
        return [
            ("Service and price", price_in_words(reply.price)), ("From", day(reply.start_on)),
            ("Hours a week", number(reply.hours)), ("Timetable", reply.timetable),
            ("How you would meet the needs", reply.message),
        ]  # fmt: skip


class DeclineForm(Plain):
    reason = forms.ChoiceField(label="Why?", choices=DeclineReason.choices, widget=forms.RadioSelect, required=False)
    note = long_text("Is there more to say?", "The school reads it.", rows=3)


class QuestionForm(Plain):
    text = long_text("Your question")


class MetForm(Form):
    on = forms.DateField(label="When did you meet the child?", widget=DateParts)


class WithdrawForm(Form):
    reason = long_text("Why, if you wish to say?")


def price_in_words(price: Price) -> str:
    until = f", until {day(price.ends_on)}" if price.ends_on else ""
    return (
        f"{price.service}: {exact_pounds(price.amount)} {price.get_unit_display()}, "
        f"{price.get_vat_display()}, from {day(price.starts_on)}{until}"
    )


def said_of(interest: Interest) -> dict[str, Any]:
    """Return what was replied before, to be changed."""
    return {
        "price": interest.price_id, "start_on": interest.start_on, "hours": interest.hours,
        "timetable": interest.timetable, "message": interest.message,
    }  # fmt: skip


def as_hidden(sent: QueryDict) -> list[tuple[str, str]]:
    """Return what was typed, to go along with the page that shows it once more."""
    return [(name, value) for name, several in sent.lists() if name not in NOT_KEPT for value in several]
