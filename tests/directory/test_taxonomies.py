"""Tests for the taxonomies in open data. Their ids are permanent, and the same in every installation."""

from uuid import UUID

import pytest

from calloff.directory import taxonomies
from calloff.directory.taxonomies import (
    FIXED_TAXONOMIES,
    FIXED_TERMS,
    VALUES_BY_TERM_ID,
    category_term,
    fixed_terms,
    terms_of,
)
from calloff.kernel.codes import NeedType
from tests.factories_markets import MemberFactory, ServiceFactory


def test_ids_of_taxonomy_terms_never_change():
    assert taxonomies.NEED_TAXONOMY.id == UUID("76e89848-365a-5119-88fe-bb3a59e60f85")
    assert FIXED_TERMS["needs"]["SEMH"].id == UUID("14dab97f-8743-58e2-bef4-793f566ed6fa")
    assert FIXED_TERMS["key-stages"]["ks3"].id == UUID("d5782798-dbd0-5942-9521-634d5848cda6")


def test_every_taxonomy_term_has_a_unique_id_a_name_and_a_description():
    terms = list(fixed_terms())
    assert len({one.id for one in [*terms, *FIXED_TAXONOMIES]}) == len(terms) + len(FIXED_TAXONOMIES)
    assert all(term.name and term.description for term in terms)
    assert {
        term.id: (key, value) for key, several in FIXED_TERMS.items() for value, term in several.items()
    } == VALUES_BY_TERM_ID


def test_needs_use_school_census_codes_and_key_stages_use_their_usual_codes():
    assert [term.code for term in FIXED_TERMS["needs"].values()] == NeedType.values
    assert [term.code for term in FIXED_TERMS["key-stages"].values()] == ["KS1", "KS2", "KS3", "KS4", "KS5"]


@pytest.mark.django_db
def test_a_service_has_terms_from_each_taxonomy():
    service = ServiceFactory(
        member=MemberFactory(), needs=["SEMH", "ASD"], age_from=11, age_to=16, mode="group", qualifications=["gcse"],
        registration="school",
    )  # fmt: skip
    market = service.member.market
    assert [term.code for term in terms_of(service)] == [
        "SEMH", "ASD", "KS3", "KS4", "group", "gcse", "school", f"{market.code}/1",
    ]  # fmt: skip
    assert terms_of(service)[-1] == category_term(market, service.lot)


@pytest.mark.django_db
def test_a_service_that_is_not_registered_has_no_registration_term():
    service = ServiceFactory(member=MemberFactory(), registration="none")
    assert "registrations" not in {term.taxonomy.key for term in terms_of(service)}
