"""Forms for a service: a few answers that are enough to list it, then the other parts one at a time."""

from collections.abc import Iterable
from typing import Any

from django import forms

from calloff.directory.models import (
    Gender,
    PriceUnit,
    Qualification,
    Service,
    ServiceChange,
    ServiceRegistration,
    Site,
    TeachingMode,
    Transport,
    VatTreatment,
)
from calloff.kernel.codes import NeedType
from calloff.members.models import Member
from calloff.web.forms_ui.field_errors import (
    amount_errors,
    choice_errors,
    date_errors,
    decimal_errors,
    text_errors,
    whole_number_errors,
)
from calloff.web.forms_ui.forms import MAX_TEXT_LENGTH, PageForm, site_choice_field, textarea_field
from calloff.web.forms_ui.opening_hours_fields import WeekField, groups_of
from calloff.web.forms_ui.widgets import DatePartsInput, MoneyInput

MAX_CHILD_AGE, MAX_FREE_PLACES = 25, 100
NO_SITE_WORDS = "No site (online, or where the child is)"


class _Sites(PageForm):
    """A form in which a person can choose from the provider's open sites."""

    def __init__(self, *args: Any, sites: Iterable[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {site.pk: site for site in sites}
        choices = [(pk, str(site)) for pk, site in self.sites.items()]
        field: Any = self.fields.get("site")
        if field:
            field.choices = [("", NO_SITE_WORDS), *choices]
        more: Any = self.fields.get("more_sites")
        if more:
            more.choices = choices

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if "site" in answers:
            answers["site"] = self.sites.get(answers["site"] or 0)
        if "more_sites" in answers:
            answers["more_sites"] = [self.sites[pk] for pk in answers["more_sites"] if pk in self.sites]
        return answers


class ServiceAboutForm(_Sites):
    """The service's name and descriptions."""

    name = forms.CharField(
        label="Name of the service",
        max_length=120,
        error_messages=text_errors("Name of the service", "Enter the name of the service"),
    )
    summary = forms.CharField(
        label="In one sentence",
        max_length=300,
        help_text="Shown in the list of services",
        error_messages=text_errors("Summary", "Enter one sentence about the service"),
    )
    description = forms.CharField(
        label="What happens there",
        max_length=MAX_TEXT_LENGTH,
        widget=forms.Textarea({"rows": 8}),
        error_messages=text_errors("Description", "Enter what happens there"),
    )
    a_day = textarea_field(
        "A typical day",
        "From arriving to going home, as a child would describe it",
        rows=6,
        errors=text_errors("Typical day"),
    )
    asking = textarea_field(
        "How to ask for a place",
        "Say who to contact and what happens next",
        rows=3,
        errors=text_errors("How to ask for a place"),
    )


class ServiceAudienceForm(_Sites):
    """The children that the service is for."""

    age_from = forms.IntegerField(
        label="Youngest age",
        min_value=0,
        max_value=MAX_CHILD_AGE,
        error_messages=whole_number_errors("Youngest age", 0, MAX_CHILD_AGE, "Enter the youngest age"),
    )
    age_to = forms.IntegerField(
        label="Oldest age",
        min_value=0,
        max_value=MAX_CHILD_AGE,
        error_messages=whole_number_errors("Oldest age", 0, MAX_CHILD_AGE, "Enter the oldest age"),
    )
    gender = forms.ChoiceField(
        label="Who it is for",
        choices=Gender,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select who the service is for"),
    )
    needs = forms.MultipleChoiceField(
        label="Needs the service supports",
        choices=NeedType,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages=choice_errors("Select needs from the list"),
    )
    main_needs = forms.MultipleChoiceField(
        label="Main needs", choices=NeedType, widget=forms.CheckboxSelectMultiple, required=False,
        help_text="The needs the service is designed for. People can search for services by main need.",
        error_messages=choice_errors("Select main needs from the list"),
    )  # fmt: skip


class ServiceLocationForm(_Sites):
    """The service's sites, and how far its staff travel."""

    not_optional = frozenset({"site"})  # required unless the service is online or its staff come to the child

    mode = forms.ChoiceField(
        label="How the service is delivered",
        choices=TeachingMode,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select how the service is delivered"),
    )
    site = site_choice_field()
    more_sites = forms.TypedMultipleChoiceField(
        label="Other sites",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=choice_errors("Select sites from the list"),
    )
    reach = forms.IntegerField(
        label="How many miles from the site do you travel?", required=False, min_value=0, max_value=MAX_FREE_PLACES,
        help_text="Only for services that travel to the child. Leave this empty if children come to you.",
        error_messages=whole_number_errors("Distance in miles", 0, MAX_FREE_PLACES),
    )  # fmt: skip
    area = forms.CharField(
        label="Area served", required=False, max_length=200, error_messages=text_errors("Area served")
    )
    transport = forms.ChoiceField(
        label="Transport",
        choices=Transport,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select how children travel there"),
    )


class ServiceTimesForm(_Sites):
    """The service's days and times, and the site of each."""

    week = WeekField(label="Opening hours", error_messages={"required": "Select the days that the service is open"})
    hours = forms.CharField(
        label="More about opening hours", required=False, max_length=100,
        help_text="For example, in term time only",
        error_messages={"max_length": "More about opening hours must be 100 characters or fewer"},
    )  # fmt: skip

    def __init__(self, *args: Any, own: Site | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if set(self.sites) - {own.pk if own else None}:
            others = [(str(pk), str(site)) for pk, site in self.sites.items() if site != own]
            field: Any = self.fields["week"]
            field.widget.places = [("", str(own) if own else "No site"), *others]


class ServiceDeliveryForm(_Sites):
    """The staff, the group size, and the qualifications that children can gain."""

    staff = forms.IntegerField(
        label="Staff in a group",
        min_value=1,
        max_value=MAX_FREE_PLACES,
        initial=1,
        error_messages=whole_number_errors(
            "Staff in a group", 1, MAX_FREE_PLACES, "Enter the number of staff in a group"
        ),
    )
    children = forms.IntegerField(
        label="Children in a group",
        min_value=1,
        max_value=MAX_FREE_PLACES,
        error_messages=whole_number_errors(
            "Children in a group", 1, MAX_FREE_PLACES, "Enter the number of children in a group"
        ),
    )
    team = textarea_field(
        "Who works there",
        "Staff roles and training. Do not name anyone.",
        rows=4,
        errors=text_errors("Staff roles and training"),
    )
    qualifications = forms.MultipleChoiceField(
        label="Qualifications and awards",
        choices=Qualification,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages=choice_errors("Select qualifications from the list"),
    )


class ServiceRegistrationForm(_Sites):
    """The service's registration with a regulator."""

    registration = forms.ChoiceField(
        label="Registration",
        choices=ServiceRegistration,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select the registration"),
    )
    registration_number = forms.CharField(
        label="Registration number",
        required=False,
        max_length=20,
        help_text="For example, a URN, if the service has one",
        error_messages=text_errors("Registration number"),
    )


SERVICE_PART_FORMS: dict[str, tuple[str, type[_Sites]]] = {
    "what": ("About the service", ServiceAboutForm),
    "whom": ("Who it is for", ServiceAudienceForm),
    "where": ("Location", ServiceLocationForm),
    "when": ("Days and hours", ServiceTimesForm),
    "how": ("Staff and qualifications", ServiceDeliveryForm),
    "registration": ("Registration", ServiceRegistrationForm),
}


class NewServiceForm(_Sites):
    """The minimum that a search needs to know about a service. The other parts are filled in later."""

    not_optional = ServiceLocationForm.not_optional

    member = forms.ChoiceField(
        label="Which membership is this service for?",
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select the membership this service is for"),
    )
    name, summary, description = (
        ServiceAboutForm.base_fields[field_name] for field_name in ("name", "summary", "description")
    )
    mode, site = (ServiceLocationForm.base_fields[field_name] for field_name in ("mode", "site"))
    age_from, age_to, needs = (
        ServiceAudienceForm.base_fields[field_name] for field_name in ("age_from", "age_to", "needs")
    )
    week = ServiceTimesForm.base_fields["week"]
    staff, children = (ServiceDeliveryForm.base_fields[field_name] for field_name in ("staff", "children"))
    places = forms.IntegerField(
        label="Places available now",
        required=False,
        min_value=0,
        max_value=1000,
        error_messages=whole_number_errors("Places available", 0, 1000),
    )
    field_order = [
        "member", "name", "summary", "description", "site", "mode", "age_from", "age_to", "needs", "week",
        "staff", "children", "places",
    ]  # fmt: skip

    def __init__(self, *args: Any, members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {member.reference: member for member in members}
        field: Any = self.fields["member"]
        field.choices = [(key, f"{member.lot}: {member.market} ({key})") for key, member in self.members.items()]
        field.error_messages["required"] = "Select the membership this service is for"

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if "member" in answers:
            answers["member"] = self.members[answers["member"]]
        return answers | {"hours": ""}


class FreePlacesForm(PageForm):
    places = forms.IntegerField(
        label="How many places are available?",
        min_value=0,
        max_value=1000,
        error_messages=whole_number_errors("Places available", 0, 1000, "Enter the number of places available"),
    )
    places_from = forms.DateField(
        label="Start date",
        required=False,
        widget=DatePartsInput,
        help_text="Leave this empty if the places are available now",
        error_messages=date_errors("Start date"),
    )


class ServicePriceForm(PageForm):
    not_optional = frozenset({"lasts"})  # required if prices in the price list are by the hour

    unit = forms.ChoiceField(
        label="Price for",
        choices=PriceUnit,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select what the price is for"),
    )
    amount = forms.DecimalField(
        label="Amount before VAT",
        max_digits=8,
        decimal_places=2,
        min_value=0,
        widget=MoneyInput,
        error_messages=amount_errors("Price", "£1 million", "Enter the price"),
    )
    lasts = forms.DecimalField(
        label="Total hours", required=False, max_digits=5, decimal_places=2, min_value=0,
        help_text="Enter this for a session, a day or a week, so that buyers can compare prices by the hour",
        error_messages=decimal_errors("Total hours", "0", "999.99", "two decimal places"),
    )  # fmt: skip
    includes = forms.CharField(
        label="Price includes",
        required=False,
        max_length=300,
        help_text="For example, lunch, materials, transport",
        error_messages=text_errors("What the price includes"),
    )
    vat = forms.ChoiceField(
        label="VAT",
        choices=VatTreatment,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select how VAT applies"),
    )
    starts_on = forms.DateField(
        label="Start date",
        widget=DatePartsInput,
        error_messages=date_errors("Start date", "Enter the start date of the price"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("unit", "vat"):
            field: Any = self.fields[name]
            field.choices = [(key, text[:1].upper() + text[1:]) for key, text in field.choices]


def initial_service(service: Service, form: type[_Sites], waiting: ServiceChange | None = None) -> dict[str, Any]:
    """Return the initial answers for a part of a service, including any change that still needs approval."""
    initial: dict[str, Any] = {name: getattr(service, name) for name in form.base_fields if name != "more_sites"}
    if "site" in initial:
        more = service.at_sites.exclude(site=service.site_id) if service.site_id else service.at_sites.all()
        initial |= {"site": service.site_id, "more_sites": list(more.values_list("site", flat=True))}
    if waiting and not waiting.is_new_service:
        initial |= {name: value for name, value in waiting.after.items() if name in initial}
    return initial | ({"week": groups_of(service.week)} if "week" in initial else {})
