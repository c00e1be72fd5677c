"""Tests for the text of a service that searches use, and for the migration that fills it."""

from importlib import import_module

import pytest
from django.apps import apps

from calloff.directory.models import Service
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.directory.search_text import (
    GENDER_WORDS,
    MODE_WORDS,
    NEED_WORDS,
    REGISTRATION_WORDS,
    STAGE_WORDS,
    TRANSPORT_WORDS,
    describe_facts,
)
from calloff.kernel.key_stages import KeyStage
from tests.factories import NOW
from tests.factories_markets import ServiceFactory

pytestmark = pytest.mark.django_db


def found(authority, words):
    search = SearchCriteria(words=words)
    return [row.name for row in search_directory(authority, search, sight=PriceVisibility(), at=NOW).page.rows]


def test_the_facts_of_a_service_are_written_in_words():
    service = ServiceFactory(needs=["ASD"], age_from=11, age_to=13, qualifications=["gcse"], transport="included")
    facts = describe_facts(service, [service.site])
    for words in ("ASD autistic", "key stage 3 KS3", "year 7, year 8", "GCSEs", "transport", "Felpersham", "BN11"):
        assert words in facts
    assert "year 9" not in facts


@pytest.mark.parametrize(
    "table", [NEED_WORDS, MODE_WORDS, GENDER_WORDS, TRANSPORT_WORDS, REGISTRATION_WORDS, STAGE_WORDS]
)
def test_every_code_has_words(table):
    kind = KeyStage if table is STAGE_WORDS else type(next(iter(table)))
    assert set(table) == set(kind)


def test_existing_services_can_be_found_before_the_migration_fills_their_search_words():
    service = ServiceFactory(name="Goats", needs=["ASD"])
    Service.objects.update(provider_words="", fact_words="")
    assert found(service.authority, "Felpersham") == ["Goats"]
    assert found(service.authority, "autism") == []
    import_module("calloff.directory.migrations.0104_fill_search_words").fill(apps, None)
    assert found(service.authority, "autism") == ["Goats"]
    assert found(service.authority, service.provider.name) == ["Goats"]
