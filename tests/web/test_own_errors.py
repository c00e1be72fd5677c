"""Each field has its own errors: none is made of a verb and the question of its label."""

import copy
from datetime import date

import pytest
from django import forms as django_forms

from calloff.referrals.legal_bases import LEGAL_DUTIES
from calloff.web.buyer.referral_forms import BasisFactsForm
from calloff.web.forms_ui import date_bounds
from calloff.web.forms_ui.forms import set_error_messages
from calloff.web.forms_ui.timetable_fields import TimeOfDayField
from tests.web.test_optional_labels import every_form

READ_IN_A_FORM = (django_forms.DateField, django_forms.IntegerField, django_forms.EmailField, django_forms.URLField)
LABEL = "LABEL-OF-THE-FIELD"
# Forms of which some errors are still made from labels. A form leaves this list once it is worded; none joins it.
STILL_BUILT = {
    "authority.forms.AgreementFilter",
    "authority.forms.ApplicationFilter",
    "authority.forms.AssignEvaluatorForm",
    "authority.forms.CountersignForm",
    "authority.assessment_forms.DeclareInterestForm",
    "authority.market_forms.EndMarketForm",
    "authority.market_forms.ExtendMarketForm",
    "authority.assessment_forms.GiveMarkForm",
    "authority.market_forms.ModifyMarketForm",
    "authority.market_forms.ModifyPricesForm",
    "authority.market_forms.OpenMarketForm",
    "authority.forms.ProviderFilter",
    "authority.forms.ReadableReasonForm",
    "authority.forms.InternalReasonForm",
    "authority.gaps_and_nominations.GapFilter",
    "authority.gaps_and_nominations.SetAsideForm",
    "authority.school_forms.SchoolFilter",
    "authority.school_forms.EndPartnershipForm",
    "authority.referrals_and_placements.MarketFilter",
    "authority.referrals_and_placements.PlacementFilter",
    "authority.referrals_and_placements.ReferralFilter",
    "buyer.budgets.AllowMoreForm",
    "buyer.budgets.BudgetForm",
    "buyer.forms.BuyerSigningForm",
    "buyer.forms.TakeUpAgreementForm",
    "buyer.orders.RecordDeliveryForm",
    "buyer.orders.OfferFilter",
    "buyer.orders.OrderForm",
    "buyer.orders.WithdrawOrderForm",
    "buyer.placements.forms.SignAndCommitForm",
    "buyer.recalls.AcknowledgeRecallForm",
    "buyer.searches.NameSearchForm",
    "people.organisation_pages.OrganisationDetailsForm",
    "placements.pages.GiveNoticeForm",
    "provider.forms.AgreedPriceLineForm",
    "provider.forms.ChooseEvidenceKindForm",
    "provider.forms.ChooseLotsForm",
    "provider.forms.CompareVersionsForm",
    "provider.forms.DeclarationForm",
    "provider.forms.EvidenceForm",
    "provider.forms.WrittenAnswerForm",
    "provider.forms.LastDayForm",
    "provider.forms.ProviderSigningForm",
    "provider.forms.SiteForm",
    "provider.orders.DeclineOrderForm",
    "provider.placements.forms.ExitReportForm",
    "provider.placements.forms.StaffChecksForm",
    "provider.price_lists.AskUpliftForm",
    "public.forms.ChooseCategoriesForm",
    "directory.service_version_pages.VersionPairFilter",
    "agreement_signing.AgreementSigningForm",
}


def can_be_wrong(field):
    """Return the kinds of errors that a field can have."""
    kinds = {"required"} if field.required else set()
    if isinstance(field, (*READ_IN_A_FORM, TimeOfDayField)):  # a DecimalField is an IntegerField
        kinds.add("invalid")
    if isinstance(field, django_forms.ChoiceField):
        kinds.add("invalid_choice")
    limits = {"max_length", "min_length", "max_value", "min_value"}
    kinds |= {name for name in limits if getattr(field, name, None) is not None}
    if isinstance(field, django_forms.DecimalField):
        kinds |= {"max_digits", "max_decimal_places", "max_whole_digits"}
    return kinds


def built(fields):
    """Return the errors that are made from a label, by field."""
    found = {}
    for name, field in fields.items():
        marked = copy.deepcopy(field)
        set_error_messages(marked, LABEL)
        wrong = {kind for kind in can_be_wrong(field) if LABEL.lower() in str(marked.error_messages[kind]).lower()}
        if wrong and not field.widget.is_hidden:
            found[name] = wrong
    return found


def name_of(form):
    return f"{form.__module__.removeprefix('calloff.web.')}.{form.__name__}"


@pytest.mark.parametrize("form", every_form(), ids=name_of)
def test_no_error_is_built_from_a_label(form):
    found = built(form.base_fields)
    if name_of(form) in STILL_BUILT:
        assert found, "every error of this form is its own now: take it off the list"
    else:
        assert not found


@pytest.mark.parametrize("row", LEGAL_DUTIES, ids=lambda row: row.basis)
def test_the_facts_of_a_legal_basis_have_their_own_errors(row):
    form = BasisFactsForm(row=row)
    assert not built(form.fields)
    for fact in row.facts:
        assert fact.empty or not fact.required, f"{fact.key} is asked for without words"


def test_a_part_left_out_of_a_date_and_a_wrong_year_are_said_of_its_own_name_and_not_of_the_question():
    row = next(row for row in LEGAL_DUTIES if any(fact.key == "review_on" for fact in row.facts))
    typed = {"basis_on-day": "1", "basis_on-month": "9", "basis_on-year": ""}
    form = BasisFactsForm({**typed, "review_on-day": "1", "review_on-month": "9", "review_on-year": "2926"}, row=row)
    assert form.errors["basis_on"] == ["Day the parents agreed must include a year"]
    assert form.errors["review_on"][0].startswith("Review date must be ")


def test_a_date_without_its_own_words_is_named_by_its_label():
    field = django_forms.DateField(label="When was it?")
    assert date_bounds.date_field_name(field, "on") == "When was it"
    assert date_bounds.date_range_error("on", "When was it", date(1800, 1, 1)).startswith("When was it must be ")
