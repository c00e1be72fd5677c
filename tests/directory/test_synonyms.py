"""Tests for an authority's table of synonyms: commands, loading from packs, and use in searches."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from calloff.demand import saved_search_alerts
from calloff.directory import commands, facets
from calloff.directory.commands.synonyms import MAX_SYNONYMS
from calloff.directory.models import Synonym
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.directory.synonyms import (
    SynonymRow,
    make_synonyms,
    national_rows,
    national_synonyms,
    synonym_rows,
    synonyms_of,
)
from calloff.history.models import Event, EventSubject
from calloff.kernel.lifecycles import Refused
from calloff.kernel.search_words import typed_words
from calloff.markets.packs.loader import find_pack_folders, read_pack
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, person
from tests.factories_directory import SynonymFactory
from tests.factories_markets import ServiceFactory

pytestmark = pytest.mark.django_db


def officer_of(authority):
    return person(Role.CONTRACTS_OFFICER, at=authority)


def found(authority, words):
    results = search_directory(authority, SearchCriteria(words=words), sight=PriceVisibility(), at=NOW)
    return [] if results.meant else [service.name for service in results.page.rows]


def a_service(name="Woodland days", **fields):
    return ServiceFactory(
        name=name, summary="Days among trees", description="Days among trees", a_day="Trees", needs=["SEMH"], **fields
    )


def add(authority, phrases, finds=()):
    return commands.add_synonym(authority, phrases=phrases, finds=finds, by=officer_of(authority), at=NOW)


def others(*rows):
    table = make_synonyms(tuple(SynonymRow(tuple(phrases), tuple(finds)) for phrases, finds in rows))
    return lambda words: {" ".join(phrase) for phrase in table.find(tuple(words.split()))}


# The table


def test_each_phrase_finds_the_others_and_a_one_way_row_does_not_find_back():
    find = others((["autism", "ASD"], []), (["animals"], ["farm"]))
    assert find("autism") == {"asd"}
    assert find("asd") == {"autism"}
    assert find("animals") == find("animal") == {"farm"}
    assert find("farm") == set()


def test_rows_in_a_cycle_find_one_step_and_no_more():
    find = others((["one"], ["two"]), (["two"], ["three"]), (["three"], ["one"]))
    assert [find("one"), find("two"), find("three")] == [{"two"}, {"three"}, {"one"}]


def test_a_row_that_finds_itself_changes_nothing():
    assert others((["farm"], ["farm"]))("farm") == set()


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("José", "joze"),
        ("łódź", "lodz fabryka"),
        ("Ｆｕｌｌ", "wide"),
        ("çà-et-là", "here"),
        ("日本", "japan"),
        ("ﬁnd", "seek"),
    ],
)
def test_accents_wide_letters_and_other_scripts_are_compared_in_plain_form(typed, finds):
    table = make_synonyms((SynonymRow((typed, finds), ()),))
    assert table.find(tuple(typed_words(typed))) == (tuple(finds.split()),)


def test_an_empty_table_finds_nothing_else():
    assert make_synonyms(()).find(("farm",)) == ()


# Commands


def test_the_first_row_of_an_authority_brings_the_national_rows_in_the_same_number():
    authority = AuthorityFactory()
    add(authority, ["EOTAS", "education otherwise"])
    assert Synonym.objects.in_use().filter(authority=authority).count() == len(national_rows()) + 1
    find = synonyms_of(authority, NOW).find
    assert find(("eotas",)) == (("education", "otherwise"),)
    assert set(find(("autism",))) == set(national_synonyms().find(("autism",)))


def test_the_rows_of_a_pack_are_one_event():
    authority = AuthorityFactory()
    before = Event.objects.count()
    rows = commands.load_synonyms(authority, national_rows(), by=officer_of(authority), at=NOW)
    event = Event.objects.order_by("pk").last()
    assert Event.objects.count() == before + 1
    assert EventSubject.objects.filter(event=event).count() == len(rows)


@pytest.mark.parametrize(
    ("phrases", "finds", "field", "sentence"),
    [
        ([], [], "phrases", "Enter the words that people type"),
        (["  ", ""], ["farm"], "phrases", "Enter the words that people type"),
        (["farm"], [], "phrases", "Enter at least 2 words that mean the same, or the words to find"),
        (["Farm", "farm", " FÁRM "], [], "phrases", "Enter at least 2 words that mean the same, or the words to find"),
        (["farm", "!?"], [], "phrases", "“!?” has no letters or numbers"),
        (["farm"], ["—"], "finds", "“—” has no letters or numbers"),
        (["farm", "a" * 61], [], "phrases", "Each word or phrase must be 60 characters or fewer"),
        (["farm"], [f"word {n}" for n in range(21)], "finds", "Enter 20 words or phrases or fewer"),
    ],
)
def test_a_row_that_cannot_work_is_refused_beside_its_field(phrases, finds, field, sentence):
    authority = AuthorityFactory()
    with pytest.raises(Refused) as refusal:
        add(authority, phrases, finds)
    assert (sentence, field) in [(problem.sentence, problem.where) for problem in refusal.value.problems]
    assert not Synonym.objects.exists()


def test_both_fields_are_refused_in_one_round():
    with pytest.raises(Refused) as refusal:
        add(AuthorityFactory(), ["?"], ["!"])
    assert {problem.where for problem in refusal.value.problems} == {"phrases", "finds"}


def test_an_authority_cannot_have_too_many_rows():
    authority = AuthorityFactory()
    rows = [SynonymRow((f"word{n}", f"other{n}"), ()) for n in range(MAX_SYNONYMS)]
    commands.load_synonyms(authority, rows, by=officer_of(authority), at=NOW)
    with pytest.raises(Refused, match="Remove one first"):
        add(authority, ["one", "more"])
    with pytest.raises(Refused):
        commands.load_synonyms(authority, [SynonymRow(("x1", "x2"), ())], by=officer_of(authority), at=NOW)


def test_only_people_who_run_markets_change_search_words():
    row = SynonymFactory()
    evaluator = person(Role.EVALUATOR, at=row.authority)
    with pytest.raises(PermissionDenied):
        commands.add_synonym(row.authority, phrases=["a", "b"], finds=[], by=evaluator, at=NOW)
    with pytest.raises(PermissionDenied):
        commands.amend_synonym(row, phrases=["a", "b"], finds=[], by=evaluator, at=NOW)
    with pytest.raises(PermissionDenied):
        commands.remove_synonym(row, by=officer_of(AuthorityFactory()), at=NOW)


# Packs


def test_a_pack_that_is_loaded_again_does_not_bring_back_what_an_officer_changed_or_removed():
    authority = AuthorityFactory()
    officer = officer_of(authority)
    rows = commands.load_synonyms(authority, national_rows(), by=officer, at=NOW)
    commands.remove_synonym(rows[0], by=officer, at=NOW)
    commands.amend_synonym(rows[1], phrases=["ADHD", "hyperactive"], finds=[], by=officer, at=NOW)
    assert commands.load_synonyms(authority, national_rows(), by=officer, at=NOW) == []
    assert Synonym.objects.in_use().filter(authority=authority).count() == len(national_rows()) - 1


def test_each_council_pack_carries_the_national_rows():
    for folder in find_pack_folders(settings.BASE_DIR / "packs"):
        assert tuple(synonym_rows(read_pack(folder))) == national_rows()


def test_each_national_row_is_one_that_an_officer_could_save():
    authority = AuthorityFactory()
    row = add(authority, ["first", "row"])
    for national in national_rows():
        entry = {"phrases": national.phrases, "finds": national.finds}
        row = commands.amend_synonym(row, **entry, by=officer_of(authority), at=NOW)


# Searches


def test_a_search_uses_the_words_of_its_own_council_at_once():
    service = a_service()
    authority = service.authority
    assert found(authority, "EOTAS") == []
    row = add(authority, ["EOTAS"], ["trees"])
    assert found(authority, "EOTAS") == ["Woodland days"]
    assert found(authority, "trees") == ["Woodland days"]
    officer = officer_of(authority)
    row = commands.amend_synonym(row, phrases=["EOTAS"], finds=["swimming"], by=officer, at=NOW)
    assert found(authority, "EOTAS") == []
    row = commands.amend_synonym(row, phrases=["EOTAS"], finds=["trees"], by=officer, at=NOW)
    assert found(authority, "EOTAS") == ["Woodland days"]
    commands.remove_synonym(row, by=officer, at=NOW)
    assert found(authority, "EOTAS") == []


def test_other_councils_do_not_use_the_words():
    service = a_service()
    add(AuthorityFactory(), ["EOTAS"], ["trees"])
    assert found(service.authority, "EOTAS") == []


def test_a_council_that_removed_a_national_row_no_longer_finds_by_it():
    service = a_service(name="Farm days")
    authority = service.authority
    assert found(authority, "smallholding") == ["Farm days"]
    officer = officer_of(authority)
    for row in commands.load_synonyms(authority, national_rows(), by=officer, at=NOW):
        if "farm" in row.phrases:
            commands.remove_synonym(row, by=officer, at=NOW)
    assert found(authority, "smallholding") == []


def test_counts_and_saved_searches_use_the_same_words(monkeypatch):
    service = a_service()
    add(service.authority, ["EOTAS"], ["trees"])
    search = SearchCriteria(words="EOTAS")
    counted = facets.count_facets(service.authority, search, sight=PriceVisibility(), at=NOW)
    assert counted.counted.every == 1
    monkeypatch.setattr(saved_search_alerts, "parse_search", lambda *_: search)
    monkeypatch.setattr(saved_search_alerts, "location_of_buyer", lambda _: None)
    monkeypatch.setattr(saved_search_alerts, "price_visibility", lambda *_: PriceVisibility())

    class Saved:
        authority, buyer, person, asked = service.authority, None, None, {}

    assert list(saved_search_alerts.find_matches(Saved, NOW)) == [service]


def test_200_rows_and_a_long_search_stay_one_query_for_the_words(django_assert_max_num_queries):
    service = a_service()
    officer = officer_of(service.authority)
    rows = [SynonymRow((f"word{n}", f"phrase number {n}"), ()) for n in range(199)]
    commands.load_synonyms(
        service.authority, [*rows, SynonymRow(("EOTAS",), ("trees",))], by=officer, at=NOW - timedelta(days=1)
    )
    with django_assert_max_num_queries(2):
        table = synonyms_of(service.authority, NOW)
    assert table.find(("word7",)) == (("phrase", "number", "7"),)
    assert found(service.authority, "EOTAS") == ["Woodland days"]
    assert found(service.authority, "phrase number 7 EOTAS") == []
