"""Tests that no text that people type breaks a page: invisible characters, line endings and impossible dates."""

import pytest
from django import forms
from django.urls import reverse

from calloff.directory.models import Site
from calloff.people.permissions import Role
from calloff.web.forms_ui import date_bounds
from calloff.web.forms_ui.clean_input import clean_text
from calloff.web.forms_ui.field_errors import date_errors, text_errors
from calloff.web.forms_ui.forms import PageForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput, month_number
from tests.factories import NOW, AuthorityFactory, ProviderFactory, person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("a\x00b", "ab"), ("a\x1bb\x7f\x85", "ab"), ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a\tb", "a\tb"),
        ("a\ud800b", "ab"), ("Zoë 🐎 Łukasz", "Zoë 🐎 Łukasz"),
    ],
)  # fmt: skip
def test_characters_that_cannot_be_read_are_removed(typed, clean):
    assert clean_text(typed) == clean


HOSTILE = ("%00", "a%00b", "%ED%A0%80", "%1b", "9999-12-31", "0001-01-01", "%F0%9F%90%8E")


@pytest.mark.parametrize("typed", HOSTILE)
def test_no_query_string_or_url_makes_a_page_fail(client, typed):
    AuthorityFactory(slug="borchester")
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory(slug="windmill"))
    pages = [
        f"/providers/windmill/register/{typed}/am", f"/providers/windmill/register/{typed}/pm",
        f"/providers/{typed}/sites", f"/borchester/directory/{typed}", f"/borchester?{typed}={typed}",
        f"/providers/windmill/applications/{typed}", f"/borchester/directory?need={typed}&q={typed}&from={typed}",
        f"/account/go-to?words={typed}", f"/account/sign-in?next={typed}&kept={typed}",
        f"/providers/windmill/sites/add?kept={typed}&for={typed}",
        f"/providers/windmill/history?from={typed}&to={typed}&page={typed}",
    ]  # fmt: skip
    for signed_in in (False, True):
        if signed_in:
            client.force_login(ada)
        for page in pages:
            assert client.get(page).status_code in {200, 302, 301, 404, 405}, page


def test_a_nul_character_is_removed_from_a_name(client):
    provider = ProviderFactory(slug="windmill")
    client.force_login(person(Role.PROVIDER_LEAD, at=provider))
    site = {"name": "The\x00 farm", "address": "Mill\r\nLane", "town": "Felpersham", "postcode": "BN11 1LG"}
    assert client.post(reverse("provider:site-add", args=["windmill"]), site | {"access": "\x00"}).status_code == 303
    assert Site.objects.values_list("name", "address").get() == ("The farm", "Mill\nLane")


class CleanInputForm(PageForm):
    story = textarea_field("What happened", required=True, errors=text_errors("What happened"))
    starts_on = forms.DateField(
        label="First day", required=False, widget=DatePartsInput, error_messages=date_errors("First day")
    )
    born_on = forms.DateField(label="Date of birth", required=False, widget=DatePartsInput)


def story(text):
    return CleanInputForm({"story": text})


def date_of(name, day, month, year):
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}


def test_the_server_counts_the_length_of_text_as_the_page_does():
    assert story("x" * 4000).is_valid()
    assert story(("x" * 99 + "\n") * 40).is_valid()
    assert story("🐎" * 2000).is_valid()
    form = story("🐎" * 2000 + "x")
    assert not form.is_valid()
    assert form.errors["story"] == ["What happened must be 4,000 characters or fewer"]


@pytest.mark.parametrize("typed", ["5", "05", "May", "may", "MAY", " may "])
def test_a_month_can_be_entered_as_a_number_or_a_name(typed):
    assert month_number(typed).strip().lstrip("0") == "5"
    form = CleanInputForm({"story": "x"} | date_of("starts_on", "1", typed, "2027"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["starts_on"].month == 5


@pytest.mark.parametrize(
    ("typed", "number"), [("sept", "9"), ("Dec.", "12"), ("ju", "ju"), ("Mayday", "Mayday"), ("", "")]
)
def test_an_invalid_month_is_shown_again_as_typed(typed, number):
    assert month_number(typed) == number


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("1", "", "2027"), "First day must include a month"),
        (("", "", "2027"), "First day must include a day and a month"),
        (("31", "2", "2027"), "First day must be a real date, like 27 11 2026"),
        (("1", "1", "2062"), "First day must be"),
        (("1", "1", "9999"), "Check the year"),
        (("1", "1", "0001"), "Check the year"),
    ],
)
def test_the_error_for_a_date_says_what_is_wrong(parts, sentence):
    form = CleanInputForm({"story": "x"} | date_of("starts_on", *parts))
    assert not form.is_valid()
    assert sentence in form.errors["starts_on"][0]
    assert len(form.errors["starts_on"]) == 1


def test_a_date_field_accepts_only_a_sensible_range_of_dates():
    assert date_bounds.date_range_error("born_on", "Date of birth", NOW.date().replace(year=2012)) is None
    assert "or later" in date_bounds.date_range_error("starts_on", "First day", NOW.date().replace(year=2012))
    assert "or earlier" in date_bounds.date_range_error("born_on", "Date of birth", NOW.date().replace(year=2030))
