"""The lists of terms by which open data sorts services: the same ids everywhere, for ever."""

from uuid import UUID

import pytest

from calloff.directory import taxonomies
from calloff.directory.taxonomies import BY_ID, FIXED, TAXONOMIES, List, category, fixed_terms, terms_of
from calloff.kernel.codes import NeedType
from tests.factories_markets import MemberFactory, ServiceFactory


def test_ids_never_change():
    assert FIXED[List.NEEDS]["SEMH"].id == UUID("abed7952-dc45-513a-a1ee-0b3787dbd662")
    assert FIXED[List.KEY_STAGES]["ks3"].id == UUID("f30d996d-5445-5148-9c0b-882cb4fcd264")
    assert taxonomies.NEEDS.id == UUID("cc782338-d393-53ea-8eef-5ec61a626cc5")


def test_every_term_has_an_id_of_its_own_a_name_and_a_description():
    terms = list(fixed_terms())
    assert len({one.id for one in [*terms, *TAXONOMIES]}) == len(terms) + len(TAXONOMIES)
    assert all(term.name and term.description for term in terms)
    assert all(
        BY_ID[term.id] == (term.taxonomy.key, value) for several in FIXED.values() for value, term in several.items()
    )


def test_needs_are_coded_as_the_school_census_codes_them_and_key_stages_as_everybody_writes_them():
    assert [term.code for term in FIXED[List.NEEDS].values()] == NeedType.values
    assert [term.code for term in FIXED[List.KEY_STAGES].values()] == ["KS1", "KS2", "KS3", "KS4", "KS5"]


@pytest.mark.django_db
def test_a_service_has_its_main_needs_first_then_stages_setting_qualifications_registration_and_category():
    service = ServiceFactory(
        member=MemberFactory(), needs=["SEMH", "ASD"], main_needs=["ASD"], age_from=11, age_to=16, mode="group",
        qualifications=["gcse"], registration="school",
    )  # fmt: skip
    assert [term.code for term in terms_of(service)] == [
        "ASD", "SEMH", "KS3", "KS4", "group", "gcse", "school", category(service.lot).code,
    ]  # fmt: skip


@pytest.mark.django_db
def test_no_registration_is_no_term():
    service = ServiceFactory(member=MemberFactory(), registration="none")
    assert List.REGISTRATION not in {term.taxonomy.key for term in terms_of(service)}
