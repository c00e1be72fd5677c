"""Forms to open, extend, change and end a market."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from calloff.markets.commands import MODIFIABLE, WHO_SEES_PRICES
from calloff.markets.models import Lot, Market
from calloff.web.forms_ui.forms import Plain, long_text
from calloff.web.forms_ui.widgets import DateParts


class Open(Plain):
    justification = long_text(
        "Why should it last longer than is usual?", "Only where the rules allow that with a reason.", rows=3
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def show_terms(self, market: Market) -> None:
        """Carry what the page shows of the market: what it showed before is not what the officer reads now."""
        self.initial["seen"] = market.terms.fingerprint
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["seen"] = market.terms.fingerprint
            self.data = data


class Extend(Plain):
    closes_on = forms.DateField(label="New last day to apply", widget=DateParts)
    term_ends_on = forms.DateField(label="New last day of the market", widget=DateParts)
    reason = long_text("Reason", "This is public, and we save it with the extension.")


class Modify(Plain):
    what = forms.ChoiceField(
        label="What do you change?",
        choices=[
            (key, f"{words[:1].upper()}{words[1:]}") for key, words in MODIFIABLE.items() if key != "prices_public"
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Select what you change"},
    )
    lot = forms.TypedChoiceField(
        label="Which category?", help_text="Only for the description of a category.", required=False, empty_value=None
    )
    new = long_text("The new words", "Enter the full text. It replaces the current text.", rows=8)
    reason = long_text("Reason", "This is public, and we save it with the modification.")

    def __init__(self, *args: Any, lots: Sequence[Lot] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(lot.pk): lot for lot in lots}
        self.fields["lot"].choices = [("", "None"), *((str(lot.pk), str(lot)) for lot in lots)]  # type: ignore[attr-defined]
        self.fields["lot"].coerce = known.get  # type: ignore[attr-defined]


class ModifyPrices(Plain):
    new = forms.ChoiceField(
        label="Who sees prices?",
        choices=[(key, f"{words[:1].upper()}{words[1:]}") for key, words in WHO_SEES_PRICES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Select who sees prices"},
    )
    reason = long_text("Reason", "This is public, and we save it with the modification.")


class EndMarket(Plain):
    reason = long_text("Reason", "We save this with the market.")
