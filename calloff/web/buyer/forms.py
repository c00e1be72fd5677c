"""Forms for the buyer's agreement."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms

from calloff.partners.models import Partnership
from calloff.registers.models import School
from calloff.web import agreement_signing
from calloff.web.forms_ui.field_errors import choice_errors, text_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widgets import HintedRadios

ENTITY_DESCRIPTIONS: dict[str, str] = {
    Partnership.Entity.GOVERNING_BODY: "For a school maintained by the council",
    Partnership.Entity.TRUST: "The trust can sign once for several of its schools",
    Partnership.Entity.COLLEGE: "For a further education or sixth-form college",
    Partnership.Entity.COUNCIL: "Another council, for one of its teams",
    Partnership.Entity.PROPRIETOR: "For an independent school",
}


class TakeUpAgreementForm(PageForm):
    entity = forms.ChoiceField(
        label="Which legal body will sign the agreement?",
        choices=Partnership.Entity.choices,
        widget=HintedRadios(hints=ENTITY_DESCRIPTIONS),
        error_messages=choice_errors("Select which legal body will sign the agreement"),
    )
    entity_name = forms.CharField(
        label="Full legal name",
        max_length=200,
        required=False,
        help_text="As it appears on the organisation’s own documents",
        error_messages=text_errors("Full legal name"),
    )
    entity_number = forms.CharField(
        label="Company number or UKPRN",
        max_length=30,
        required=False,
        help_text="Enter this for a trust or college",
        error_messages=text_errors("Company number or UKPRN"),
    )
    schools = forms.TypedMultipleChoiceField(
        label="Which other schools in the trust does the agreement cover?",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The register of schools lists these schools in your trust. To sign for your own school only, do not "
        "select any.",
        error_messages=choice_errors("Select schools from the list"),
    )
    marks_optional = False

    def __init__(self, *args: Any, others: Iterable[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["schools"]
        field.choices = [(school.urn, f"{school.name}, {school.town} (URN {school.urn})") for school in others]
        if not field.choices:
            del self.fields["schools"]


class BuyerSigningForm(agreement_signing.AgreementSigningForm):
    hints: ClassVar = {
        "role": "For example, headteacher, or chief executive of the trust",
        "authority": "For example, delegated by the governing body on 3 March, or under the trust’s scheme of "
        "delegation",
    }
