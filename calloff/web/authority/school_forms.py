"""Forms for the authority's pages about schools and teams."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from calloff.documents.commands import Upload
from calloff.markets.models import Market
from calloff.people.permissions import TEAM_ROLES, Role
from calloff.registers.models import School
from calloff.web.forms_ui.field_errors import choice_errors, email_errors, file_errors, text_errors
from calloff.web.forms_ui.forms import FilterForm, UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import EmailInput, HintedRadios
from calloff.web.people.invitation_pages import ROLE_DESCRIPTIONS

STANDING_CHOICES = [
    ("", "Any"),
    ("to_countersign", "Needs our countersignature"),
    ("to_sign", "Started, not signed"),
    ("not_signed", "Joined, not signed"),
    ("not_joined", "Not joined"),
    ("expired", "Expired"),
    ("over", "Superseded or ended"),
    ("expires_soon", "Expires soon"),
    ("signed", "Signed"),
]


class SchoolFilter(FilterForm):
    words = forms.CharField(
        label="Name of the school, or its URN",
        required=False,
        max_length=100,
        error_messages=text_errors("Name or URN of the school"),
    )
    standing = forms.ChoiceField(
        label="Agreement",
        required=False,
        choices=STANDING_CHOICES,
        error_messages=choice_errors("Select an agreement status from the list"),
    )
    kind = forms.ChoiceField(
        label="Kind of school", required=False, error_messages=choice_errors("Select a kind of school from the list")
    )
    market = forms.ChoiceField(
        label="Market", required=False, error_messages=choice_errors("Select a market from the list")
    )

    def __init__(self, *args: Any, kinds: Iterable[str], markets: Iterable[Market], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [("", "Any"), *((kind_name, kind_name) for kind_name in kinds)]
        market: Any = self.fields["market"]
        market.choices = [("", "The latest"), *((choice.code, f"{choice.code}: {choice.title}") for choice in markets)]


class EndPartnershipForm(UnmarkedForm):
    reason = textarea_field("Reason", "The school will read your reason.", errors=text_errors("Reason"))


class MultipleFileInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        return list(files.getlist(name)) if hasattr(files, "getlist") else []


class MultipleFileField(forms.FileField):
    """Several uploaded files, by file name."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> dict[str, Upload]:
        return {upload.name: super(MultipleFileField, self).clean(upload, initial) for upload in data or []}


class PaperImportForm(UnmarkedForm):
    """A table of agreements signed on paper, with the scanned copies, to check or to import."""

    market = forms.ChoiceField(label="Market", error_messages=choice_errors("Select a market"))
    file = forms.FileField(
        label="Table of agreements (CSV)",
        widget=forms.FileInput({"accept": ".csv"}),
        error_messages=file_errors("Table of agreements", "Upload the table as a CSV file"),
    )
    pdfs = MultipleFileField(
        label="Signed copies (PDF)",
        required=False,
        widget=MultipleFileInput({"accept": ".pdf", "multiple": "multiple"}),
        help_text="Select all the copies listed in the table’s PDF column. You can upload up to "
        f"{settings.DATA_UPLOAD_MAX_NUMBER_FILES} files at once, 25 MB in total. If there are more, split the table "
        "and import it in parts. Leave the cell empty for a school that has no copy.",
        error_messages=file_errors("Copy of an agreement", "Upload the copies as PDF files"),
    )

    def __init__(self, *args: Any, markets: Iterable[Market], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.markets = {market.code: market for market in markets}
        field: Any = self.fields["market"]
        field.choices = [(code, f"{code}: {market.title}") for code, market in self.markets.items()]

    def clean_market(self) -> Market:
        return self.markets[self.cleaned_data["market"]]


class CreateTeamForm(UnmarkedForm):
    name = forms.CharField(
        label="Name of the team",
        max_length=100,
        help_text="For example, Virtual school or SEN casework",
        error_messages=text_errors("Name of the team", "Enter the name of the team"),
    )
    email = forms.EmailField(
        max_length=254,
        label="Email address of the first person",
        widget=EmailInput({"autocomplete": "off"}),
        help_text="This person does not need an account yet. They will be the people administrator, and can "
        "invite colleagues.",
        error_messages=email_errors("Enter the email address of the first person in the team"),
    )
    role = forms.ChoiceField(
        label="What is the first person’s role?", error_messages=choice_errors("Select the role of the first person")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [role for role in TEAM_ROLES if role != Role.BUYER_ADMINISTRATOR]
        field: Any = self.fields["role"]
        field.widget = forms.RadioSelect()
        field.choices = [(role.value, role.label) for role in roles]


class InviteFirstPersonForm(UnmarkedForm):
    """A provider's first person, who becomes its lead and signatory."""

    email = forms.EmailField(
        max_length=254,
        label="Email address",
        help_text="They will be the provider lead and the signatory, and can give either role to a colleague.",
        widget=EmailInput({"autocomplete": "off"}),
        error_messages=email_errors("Enter the email address of the person to invite"),
    )


class InviteFirstPersonOfBuyerForm(InviteFirstPersonForm):
    """A school's or team's first person, and their roles in addition to people administrator."""

    role = forms.ChoiceField(
        label="Role",
        help_text="They will also be the people administrator, and can invite colleagues.",
        widget=HintedRadios(hints=ROLE_DESCRIPTIONS),
        error_messages=choice_errors("Select a role"),
    )

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [(role.value, role.label) for role in roles if role != Role.BUYER_ADMINISTRATOR]
        self.fields["email"].help_text = "Use an email address that you know belongs to this person."

    def clean(self) -> dict[str, Any]:
        role = self.cleaned_data.pop("role", "")
        self.cleaned_data["roles"] = [role] if role else []
        return self.cleaned_data


class InviteSchoolsForm(UnmarkedForm):
    """An email address for each of several schools, and the role that the first person of each school gets."""

    role = forms.ChoiceField(
        label="Role of each person",
        help_text="They will also be the people administrator, and can invite colleagues.",
        widget=HintedRadios(hints=ROLE_DESCRIPTIONS),
        error_messages=choice_errors("Select a role"),
    )

    def __init__(self, *args: Any, schools: Iterable[School], roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [(role.value, role.label) for role in roles if role != Role.BUYER_ADMINISTRATOR]
        self.addresses = [self.email_field(school) for school in schools]
        for school, name in zip(schools, self.addresses, strict=True):
            escaped = school.name.replace("%", "%%")  # Django fills in a message that has parameters with %
            self.fields[name] = forms.EmailField(
                max_length=254,
                label=f"Email address for {school.name}",
                required=False,
                widget=EmailInput({"autocomplete": "off"}),
                help_text=f"Telephone {school.telephone}" if school.telephone else "",
                error_messages={
                    "invalid": f"Email address for {school.name} must be in the correct format, like name@example.com",
                    "max_length": f"Email address for {escaped} must be %(limit_value)d characters or fewer",
                },
            )
        self.order_fields([*self.addresses, "role"])

    @staticmethod
    def email_field(school: School) -> str:
        """Return the name of a school's field."""
        return f"email-{school.urn}"

    def clean(self) -> dict[str, Any]:
        if not self.errors and not any(self.cleaned_data.get(name) for name in self.addresses):
            self.add_error(self.addresses[0], "Enter at least one email address")
        return self.cleaned_data
