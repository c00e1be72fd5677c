"""The questions of the buyer's pages about itself: its people, its details, its agreement."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from calloff.partners.models import Partnership
from calloff.registers.models import School
from calloff.web import signing
from calloff.web.forms import Form
from calloff.web.widgets import Radios

ENTITIES: dict[str, str] = {
    Partnership.Entity.GOVERNING_BODY: "Of a school that the council maintains",
    Partnership.Entity.TRUST: "It may sign once for several of its schools",
    Partnership.Entity.COLLEGE: "Of a further education or sixth-form college",
    Partnership.Entity.COUNCIL: "Another council, for one of its teams",
    Partnership.Entity.PROPRIETOR: "Of an independent school",
}


class TakeUp(Form):
    entity = forms.ChoiceField(
        label="What signs the agreement?", choices=Partnership.Entity.choices, widget=Radios(hints=ENTITIES)
    )
    entity_name = forms.CharField(
        label="Its full name", max_length=200, required=False, help_text="As it stands in its own papers"
    )
    entity_number = forms.CharField(
        label="Its number",
        max_length=30,
        required=False,
        help_text="Of a trust or college: its company number or UKPRN",
    )
    schools = forms.TypedMultipleChoiceField(
        label="For which other schools of the trust does it sign?",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The register of schools has these in your trust. Leave all unticked to sign for your own alone.",
    )
    marks_optional = False

    def __init__(self, *args: Any, others: Iterable[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["schools"]
        field.choices = [(one.urn, f"{one.name}, {one.town} (URN {one.urn})") for one in others]
        if not field.choices:
            del self.fields["schools"]


class Sign(signing.Sign):
    hints: ClassVar = {
        "role": "Such as: headteacher; chief executive of the trust",
        "authority": "Such as: delegated by the governing body on 3 March; under the trust’s scheme of delegation",
    }
