"""Tests for registering a provider with a unique name and the details that each kind of organisation must give."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.partners.commands import register
from calloff.people.models import Organisation
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, UserFactory
from tests.partners.scenario import registered as a_school_of_the_register

pytestmark = pytest.mark.django_db

Form = Organisation.Form


def registering(name="Ash Barn Learning", **given):
    return register(name=name, by=UserFactory(), at=NOW, **{"form": Form.SOLE_TRADER} | given)


@pytest.mark.parametrize("form", [Form.PARTNERSHIP, Form.SCHOOL, Form.PUBLIC_BODY, Form.SOLE_TRADER])
def test_partnerships_schools_and_public_bodies_can_register_without_a_number(form):
    assert registering(form=form).form == form


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"form": Form.COMPANY}, "Enter the company number"),
        ({"form": Form.COMPANY, "company_number": "12AB"}, "Company number must be 8"),
        ({"form": Form.PARTNERSHIP, "company_number": "12AB"}, "Company number must be 8"),
        ({"form": Form.CHARITY}, "Enter the charity number"),
        ({"form": Form.CHARITY, "charity_number": "12"}, "Charity number must be"),
    ],
)  # fmt: skip
def test_other_organisations_must_enter_a_number_in_the_right_format(given, words):
    with pytest.raises(Refused, match=words):
        registering(**given)
    assert not Organisation.objects.exists()


def test_a_services_registration_number_is_stored_in_the_standard_format_of_its_register():
    assert registering(form=Form.COMPANY, company_number="1 234 567").company_number == "01234567"


@pytest.mark.parametrize("written", ["Borchester Council", "BORCHESTER council", "\u0412orchester Council"])
def test_a_provider_cannot_use_a_councils_name_in_any_spelling(written):
    AuthorityFactory(name="Borchester Council")
    with pytest.raises(Refused, match=r"council on Calloff already has this name|different alphabets"):
        registering(written)


@pytest.mark.parametrize("written", ["West Sussex County Council", "West Sussex", "The Council of the West Sussex"])
def test_a_provider_cannot_use_the_name_of_a_council_in_the_schools_register(written):
    a_school_of_the_register(la_name="West Sussex")
    with pytest.raises(Refused, match="name of a council"):
        registering(written)


def test_a_provider_cannot_use_a_schools_name():
    SchoolOrganisationFactory(name="Felpersham Academy")
    known = a_school_of_the_register()
    for name in ("Felpersham Academy", known.name.upper()):
        with pytest.raises(Refused, match=r"already has this name|is the name of a school"):
            registering(name)


def test_a_name_of_the_maximum_length_works_on_every_page():
    provider = registering("&" + "x" * 199)
    assert len(provider.name) == 200
    with pytest.raises(Refused, match="200 characters"):
        registering("y" * 201)
