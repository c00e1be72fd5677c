"""The questions of the buyer's pages about itself: its people, its details, its agreement."""

from collections.abc import Iterable
from typing import Any

from django import forms

from calloff.partners.models import Partnership
from calloff.people.models import Organisation
from calloff.people.permissions import SCHOOL_ROLES, TEAM_ROLES, Role
from calloff.registers.models import School
from calloff.web.forms import Form
from calloff.web.widgets import CodeInput, EmailInput, Radios, TelephoneInput

ENTITIES: dict[str, str] = {
    Partnership.Entity.GOVERNING_BODY: "Of a school that the council maintains",
    Partnership.Entity.TRUST: "It may sign once for several of its schools",
    Partnership.Entity.COLLEGE: "Of a further education or sixth-form college",
    Partnership.Entity.COUNCIL: "Another council, for one of its teams",
    Partnership.Entity.PROPRIETOR: "Of an independent school",
}
DOES: dict[str, str] = {
    Role.AP_LEAD: "Records children, asks providers, chooses, and carries a placement through",
    Role.COMMISSIONER: "Records children, asks providers, chooses, and carries a placement through",
    Role.HEAD: "Signs agreements, sets the budget, adds colleagues",
    Role.SAFEGUARDING_LEAD: "Decides on safeguarding before a child starts",
    Role.FINANCE: "Keeps the budget and sees what is spent",
    Role.BUYER_ADMINISTRATOR: "Adds colleagues and ends roles, and sees no child",
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


class Sign(Form):
    name = forms.CharField(
        label="Your full name", required=False, max_length=100, widget=forms.TextInput({"autocomplete": "name"})
    )
    role = forms.CharField(
        label="Your role",
        required=False,
        max_length=100,
        widget=forms.TextInput({"autocomplete": "organization-title"}),
        help_text="Such as: headteacher; chief executive of the trust",
    )
    authority = forms.CharField(
        label="By what authority you sign",
        required=False,
        max_length=300,
        help_text="Such as: delegated by the governing body on 3 March; under the trust’s scheme of delegation",
    )
    code = forms.CharField(
        label="Code",
        required=False,
        max_length=20,
        widget=CodeInput,
        help_text="Six figures, from the email that we have sent",
    )
    marks_optional = False


class Colleague(Form):
    email = forms.EmailField(label="Their email address", widget=EmailInput({"autocomplete": "off"}))
    role = forms.ChoiceField(label="Role", widget=Radios(hints=DOES))

    def __init__(self, *args: Any, buyer: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = TEAM_ROLES if buyer.kind == Organisation.Kind.TEAM else SCHOOL_ROLES
        field: Any = self.fields["role"]
        field.choices = [(role.value, role.label) for role in roles]
        field.error_messages["required"] = "Select a role"


class Details(Form):
    address = forms.CharField(label="Address", required=False, max_length=500, widget=forms.Textarea({"rows": 4}))
    telephone = forms.CharField(label="Telephone", required=False, max_length=30, widget=TelephoneInput)
    website = forms.URLField(label="Website", required=False, max_length=200, assume_scheme="https")

    @staticmethod
    def of_organisation(organisation: Organisation) -> dict[str, str]:
        return {name: getattr(organisation, name) for name in ("address", "telephone", "website")}
