"""Forms to open, extend, modify and end a market."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from calloff.markets.models import Lot, Market
from calloff.markets.modifiable_fields import MODIFIABLE_FIELDS, PRICE_AUDIENCES
from calloff.web.forms_ui.field_errors import choice_errors, date_errors, text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput


class OpenMarketForm(UnmarkedForm):
    justification = textarea_field(
        "Why should the market last longer than usual?",
        "Answer this only if the rules allow the market to last longer when you give a reason.",
        rows=3,
        errors=text_errors("Reason the market should last longer"),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def show_terms(self, market: Market) -> None:
        """Add the fingerprint of the terms on the page to the form, so that the command can detect a
        change.
        """
        self.initial["seen"] = market.terms.fingerprint
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["seen"] = market.terms.fingerprint
            self.data = data


class ExtendMarketForm(UnmarkedForm):
    closes_on = forms.DateField(
        label="New last day to apply",
        widget=DatePartsInput,
        error_messages=date_errors("New last day to apply", "Enter the new last day to apply"),
    )
    term_ends_on = forms.DateField(
        label="New last day of the market",
        widget=DatePartsInput,
        error_messages=date_errors("New last day of the market", "Enter the new last day of the market"),
    )
    reason = textarea_field(
        "Reason", "Your reason will be public. We will save it with the extension.", errors=text_errors("Reason")
    )


class ModifyMarketForm(UnmarkedForm):
    what = forms.ChoiceField(
        label="What do you want to change?",
        choices=[
            (key, f"{words[:1].upper()}{words[1:]}")
            for key, words in MODIFIABLE_FIELDS.items()
            if key != "prices_public"
        ],
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select what you want to change"),
    )
    lot = forms.TypedChoiceField(
        label="Which category?",
        help_text="Answer this only if you are changing the description of a category.",
        required=False,
        empty_value=None,
        error_messages=choice_errors("Select a category from the list"),
    )
    new = textarea_field(
        "New text", "Enter the full text. It replaces the current text.", rows=8, errors=text_errors("New text")
    )
    reason = textarea_field(
        "Reason", "Your reason will be public. We will save it with the modification.", errors=text_errors("Reason")
    )

    def __init__(self, *args: Any, lots: Sequence[Lot] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(lot.pk): lot for lot in lots}
        self.fields["lot"].choices = [("", "None"), *((str(lot.pk), str(lot)) for lot in lots)]  # type: ignore[attr-defined]
        self.fields["lot"].coerce = known.get  # type: ignore[attr-defined]


class ModifyPricesForm(UnmarkedForm):
    new = forms.ChoiceField(
        label="Who can see prices?",
        choices=[(key, f"{words[:1].upper()}{words[1:]}") for key, words in PRICE_AUDIENCES.items()],
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select who can see prices"),
    )
    reason = textarea_field(
        "Reason", "Your reason will be public. We will save it with the modification.", errors=text_errors("Reason")
    )


class EndMarketForm(UnmarkedForm):
    reason = textarea_field("Reason", "We will save your reason with the market.", errors=text_errors("Reason"))
