"""Tests for registration numbers that differ from the record or belong to another organisation."""

import copy

import pytest
from django.urls import reverse

from calloff.applications.registration_number_mismatches import numbers_to_question
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.questions.answers import parse_answer
from calloff.questions.schema import QuestionDefinition, QuestionSet
from tests.applications.scenario import ada, submit
from tests.factories import ProviderFactory, person
from tests.factories_markets import QUESTIONS, ApplicationFactory, MarketFactory
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db

NUMBERS = [
    {"key": "legal_form", "kind": "choice", "text": "What are you?", "options": [
        {"value": "company", "label": "A company"}, {"value": "charity", "label": "A charity"},
    ]},
    {"key": "company_number", "kind": "text", "text": "Company number?", "registry": "company",
     "when": {"question": "legal_form", "is_any_of": ["company"]}},
    {"key": "charity_number", "kind": "text", "text": "Charity number?", "registry": "charity",
     "when": {"question": "legal_form", "is_any_of": ["charity"]}},
]  # fmt: skip
COMPANY = {"legal_form": "company", "company_number": "1 234 567"}


def definition():
    asked = copy.deepcopy(QUESTIONS) | {"key": "with-numbers"}
    asked["sections"][0]["questions"] += NUMBERS
    return QuestionSet.model_validate(asked)


@pytest.mark.parametrize(
    ("registry", "typed", "kept"),
    [
        ("company", "1234567", "01234567"),
        ("company", "sc 123456", "SC123456"),
        ("charity", "1123456", "1123456"),
        ("ukprn", "10012345", "10012345"),
        ("urn", "138001", "138001"),
    ],
)
def test_a_registration_number_in_an_answer_is_stored_in_the_standard_format_of_its_register(registry, typed, kept):
    question = QuestionDefinition(key="it", kind="text", text="Number?", registry=registry)
    assert parse_answer(question, typed) == kept
    with pytest.raises(Refused, match="must be"):
        parse_answer(question, "12AB")


def test_a_registration_number_that_matches_the_record_shows_no_warning():
    provider = ProviderFactory(company_number="01234567")
    assert numbers_to_question(provider, definition(), COMPANY) == []
    assert numbers_to_question(provider, definition(), COMPANY | {"legal_form": "charity"}) == []
    assert numbers_to_question(provider, definition(), {}) == []


def test_applicants_and_assessors_can_see_that_a_registration_number_differs_from_the_record():
    provider = ProviderFactory(company_number="07654321")
    (one,) = numbers_to_question(provider, definition(), COMPANY)
    assert (one.answered, one.recorded, one.owner) == ("01234567", "07654321", None)
    assert "is 01234567. Your organisation’s record has 07654321." in one.for_applicant
    assert "is 01234567. The provider’s record has 07654321." in one.for_assessor


def test_only_assessors_can_see_which_other_organisation_has_a_registration_number():
    other = ProviderFactory(name="Bridge Farm", company_number="01234567")
    provider = ProviderFactory()
    (one,) = numbers_to_question(provider, definition(), COMPANY)
    assert one.owner == other
    assert "that number belongs to Bridge Farm" in one.for_assessor
    assert "another organisation" in one.for_applicant
    assert "Bridge Farm" not in one.for_applicant
    provider.refresh_from_db()
    assert provider.company_number == ""


@pytest.fixture
def application():
    market = MarketFactory(changes={"questions": definition().model_dump(mode="json")})
    ProviderFactory(name="Bridge Farm", company_number="01234567")
    made = ApplicationFactory(market=market)
    section = made.sections.get(key="about")
    section.answers |= COMPANY
    section.save()
    return made


def page(somebody, route, application, organisation):
    address = reverse(route, args=[organisation.slug, application.reference])
    return browser(somebody).get(address).content.decode()


def test_the_applicants_page_does_not_name_the_other_organisation_with_that_number(application):
    shown = page(ada(application), "provider:application-check", application, application.provider)
    assert "belongs to another organisation on Calloff" in shown
    assert "Bridge Farm" not in shown
    sent = submit(application)
    olivia = person(Role.CONTRACTS_OFFICER, at=sent.authority)
    assert "that number belongs to Bridge Farm" in page(olivia, "authority:application-submitted", sent, sent.authority)
