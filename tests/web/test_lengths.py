"""Tests that no field accepts more than its column does, because the error from the database would have no message."""

import pytest
from django import forms as django_forms
from django.apps import apps

from tests.web.test_optional_labels import every_form

FORMS = {f"{one.__module__.removeprefix('calloff.web.')}.{one.__name__}": one for one in every_form()}
LONGEST_EMAIL = 254  # the maximum length of each column for an email address, in characters
# where the answers of a form are stored, by the names of its fields
KEPT_IN = {
    "account.forms.RegisterProviderForm": ["people.Organisation"],
    "people.api_keys.MakeApiKeyForm": ["people.ApiKey"],
    "authority.school_forms.CreateTeamForm": ["people.Organisation"],
    "buyer.budgets.BudgetForm": ["buying.Budget"],
    "buyer.contact_forms.ContactForm": ["pupils.PupilContact"],
    "buyer.interim_places.RecordInterimForm": ["placements.InterimPlace", "placements.InterimStep"],
    "buyer.interim_places.InterimForm": ["placements.InterimPlace", "placements.InterimStep"],
    "buyer.placements.forms.CloseSessionsForm": ["placements.ClosedSession"],
    "buyer.placements.forms.DrawUpAgreementForm": ["placements.Placement"],
    "buyer.placements.forms.PlacementUsualDetailsForm": ["placements.UsualDetails"],
    "buyer.pupil_forms.PupilCareForm": ["pupils.Pupil"],
    "buyer.pupil_forms.PupilIdentityForm": ["pupils.Pupil"],
    "buyer.referral_forms.PictureForm": ["referrals.Referral"],
    "buyer.searches.NameSearchForm": ["demand.SavedSearch"],
    "placements.day_notes.DayNoteForm": ["placements.DayNote"],
    "directory.gap_reports.GapForm": ["demand.Gap"],
    "directory.gap_reports.NominationForm": ["demand.Nomination"],
    "people.organisation_pages.OrganisationDetailsForm": ["people.Organisation"],
    "placements.placement_forms.ProposeChangeForm": ["placements.Placement"],
    "provider.forms.SiteForm": ["directory.Site"],
    "provider.service_forms.NewServiceForm": ["directory.Service"],
    "provider.service_forms.ServicePriceForm": ["directory.Price"],
    "provider.service_forms.ServiceRegistrationForm": ["directory.Service"],
    "provider.service_forms.ServiceAboutForm": ["directory.Service"],
    "provider.service_forms.ServiceTimesForm": ["directory.Service"],
    "provider.service_forms.ServiceLocationForm": ["directory.Service"],
    "agreement_signing.AgreementSigningForm": ["agreements.Signature"],
}
# People type these with spaces, or in the format of a register. The command either stores the short form or refuses
# the text.
READ_FIRST = {"postcode", "upn", "company_number", "charity_number"}


def columns(labels):
    several = [column for label in labels for column in apps.get_model(label)._meta.concrete_fields]
    return {column.name: column.max_length for column in several if column.max_length}


@pytest.mark.parametrize("name", KEPT_IN)
def test_no_field_accepts_text_that_is_longer_than_its_column(name):
    kept = columns(KEPT_IN[name])
    lengths = {
        field: (one.max_length, kept[field])
        for field, one in FORMS[name].base_fields.items()
        if isinstance(one, django_forms.CharField) and field in kept and field not in READ_FIRST
    }
    assert lengths, "none of its fields is a column: what is this row for?"
    assert {field: both for field, both in lengths.items() if both[0] is None or both[0] > both[1]} == {}


@pytest.mark.parametrize("name", FORMS)
def test_no_field_accepts_an_email_address_longer_than_its_column(name):
    too_long = {
        field: one.max_length
        for field, one in FORMS[name].base_fields.items()
        if isinstance(one, django_forms.EmailField) and one.max_length > LONGEST_EMAIL
    }
    assert too_long == {}
