"""Tests for the pages about the authority's search words."""

import re
from html import unescape

import pytest
from django.urls import reverse

from calloff.directory import commands
from calloff.directory.models import Synonym
from calloff.directory.synonyms import national_rows
from calloff.kernel.lifecycles import EditConflict
from calloff.people.permissions import Role
from calloff.web.forms_ui.edit_conflicts import CONFLICT_BASE_FIELD
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, UserFactory, person
from tests.factories_directory import SynonymFactory
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())


@pytest.fixture
def authority(officer):
    return officer.grants.get().organisation


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def path(name, authority, *args):
    return reverse(f"authority:{name}", args=[authority.slug, *args])


def test_the_list_shows_the_national_words_until_the_council_has_its_own(signed_in, authority):
    page = signed_in.get(path("synonyms", authority)).content.decode()
    assert "You have not changed the national search words yet" in page
    assert "autism, autistic, ASD" in page
    SynonymFactory(authority=authority, phrases=["EOTAS", "education otherwise"])
    SynonymFactory(phrases=["of another", "council"])
    page = signed_in.get(path("synonyms", authority)).content.decode()
    assert "EOTAS, education otherwise" in page
    assert "Each other" in page
    assert "autistic" not in page
    assert "of another" not in page


def test_an_officer_adds_changes_and_removes_a_row(signed_in, authority, officer):
    words = {"phrases": "EOTAS\r\n\r\n Education  otherwise \r\n", "finds": "tuition"}
    assert signed_in.post(path("synonym-add", authority), words).status_code == 303
    row = Synonym.objects.order_by("pk").last()
    assert (row.phrases, row.finds) == (["EOTAS", "Education otherwise"], ["tuition"])
    page = signed_in.get(path("synonym-amend", authority, row.pk)).content.decode()
    assert "EOTAS\nEducation otherwise" in page
    signed_in.post(path("synonym-amend", authority, row.pk), {"phrases": "EOTAS\nhome education", "finds": ""})
    row.refresh_from_db()
    assert (row.phrases, row.finds) == (["EOTAS", "home education"], [])
    assert signed_in.post(path("synonym-remove", authority, row.pk)).status_code == 303
    assert Synonym.objects.in_use().filter(authority=authority).count() == len(national_rows())
    assert signed_in.post(path("synonym-remove", authority, row.pk)).status_code in {404, 409, 200}


def test_each_field_has_its_own_errors_and_answers_are_kept(signed_in, authority):
    page = signed_in.post(path("synonym-add", authority), {"phrases": "?", "finds": "!"}).content.decode()
    assert "“?” has no letters or numbers" in page
    assert "“!” has no letters or numbers" in page
    page = signed_in.post(path("synonym-add", authority), {"phrases": "one", "finds": ""}).content.decode()
    assert "Enter at least 2 words that mean the same, or the words to find" in page
    assert ">one</textarea>" in page
    page = signed_in.post(path("synonym-add", authority), {"phrases": "a" * 5000, "finds": "b" * 5000}).content.decode()
    assert "Words that people type must be 4,000 characters or fewer" in page
    assert "Other words to find must be 4,000 characters or fewer" in page


def test_the_list_is_filtered_by_a_word(signed_in, authority, officer):
    commands.load_synonyms(authority, national_rows(), by=officer, at=NOW)
    page = signed_in.get(path("synonyms", authority), {"words": "equine"}).content.decode()
    assert "horse, equine" in page
    assert "autistic" not in page
    page = signed_in.get(path("synonyms", authority), {"words": "no such word"}).content.decode()
    assert "No search words match your filters." in page
    first = signed_in.get(path("synonyms", authority)).content.decode()
    assert "1 to 25 of 92 rows" in first


def test_another_councils_row_is_not_found(signed_in, authority):
    row = SynonymFactory()
    assert signed_in.get(path("synonym-amend", authority, row.pk)).status_code == 404


def test_the_history_shows_who_changed_a_row(signed_in, authority, officer):
    row = commands.add_synonym(authority, phrases=["EOTAS"], finds=["tuition"], by=officer, at=NOW)
    commands.amend_synonym(row, phrases=["EOTAS", "home"], finds=["tuition"], by=officer, at=NOW)
    page = signed_in.get(path("synonym-history", authority, row.pk)).content.decode()
    assert "Changed" in page
    assert "Added" in page
    assert officer.name in page
    assert (
        path("synonym-history", authority, row.pk)
        in signed_in.get(path("synonyms", authority), {"words": "EOTAS"}).content.decode()
    )


def test_two_officers_who_change_a_row_see_both_answers(signed_in, authority, officer):
    row = commands.add_synonym(authority, phrases=["EOTAS"], finds=["tuition"], by=officer, at=NOW)
    address = path("synonym-amend", authority, row.pk)
    base = re.search(f'name="{CONFLICT_BASE_FIELD}" value="([^"]*)"', signed_in.get(address).content.decode())
    colleague = UserFactory(name="Orla")
    RoleGrantFactory(person=colleague, organisation=authority, role=Role.CONTRACTS_OFFICER)
    commands.amend_synonym(row, phrases=["EOTAS"], finds=["tutor"], by=colleague, at=NOW)
    mine = {"phrases": "EOTAS\r\nhome", "finds": "teaching", CONFLICT_BASE_FIELD: unescape(base[1])}
    page = signed_in.post(address, mine).content.decode()
    assert f"{colleague.name} saved this page while you were writing" in page
    assert "tutor" in page
    assert "teaching" in page
    row.refresh_from_db()
    assert (row.phrases, row.finds) == (["EOTAS"], ["tutor"])


def test_a_change_of_a_row_that_someone_else_has_changed_is_refused(authority, officer):
    row = commands.add_synonym(authority, phrases=["EOTAS"], finds=["tuition"], by=officer, at=NOW)
    stale = Synonym.objects.get(pk=row.pk)
    commands.amend_synonym(row, phrases=["EOTAS"], finds=["tutor"], by=officer, at=NOW)
    with pytest.raises(EditConflict):
        commands.amend_synonym(stale, phrases=["EOTAS"], finds=["teaching"], by=officer, at=NOW)


def test_the_local_offer_and_the_api_use_the_words_of_the_council(client, officer):
    market = MarketFactory(authority=AuthorityFactory())
    by = person(Role.CONTRACTS_OFFICER, at=market.authority)
    ServiceFactory(member=MemberFactory(market=market), name="Bushcraft", slug="bushcraft")
    slug = market.authority.slug
    pages = (f"/{slug}/local-offer?words=spoons", f"/api/v1/services?authority={slug}&words=spoons")
    assert not any("bushcraft" in client.get(page).content.decode() for page in pages)
    commands.add_synonym(market.authority, phrases=["spoons"], finds=["bushcraft"], by=by, at=NOW)
    assert all("bushcraft" in client.get(page).content.decode() for page in pages)
