"""A school with its people and one child, a provider with its people, and two people at the authority."""

from types import SimpleNamespace

import pytest

from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, person
from tests.factories_placements import PupilContactFactory, PupilFactory


@pytest.fixture
def cast(db):
    authority = AuthorityFactory()
    school = SchoolOrganisationFactory(host=authority)
    provider = ProviderFactory(host=authority)
    return SimpleNamespace(
        authority=authority,
        school=school,
        provider=provider,
        ruth=person(Role.AP_LEAD, at=school),
        helen=person(Role.HEAD, at=school),
        saul=person(Role.SAFEGUARDING_LEAD, at=school),
        fay=person(Role.FINANCE, at=school),
        bea=person(Role.BUYER_ADMINISTRATOR, at=school),
        ada=person(Role.PROVIDER_LEAD, at=provider),
        ben=person(Role.PROVIDER_STAFF, at=provider),
        petra=person(Role.PROVIDER_SAFEGUARDING, at=provider),
        nina=person(Role.SEN_OFFICER, at=authority),
        vera=person(Role.VIRTUAL_SCHOOL, at=authority),
        maud=person(Role.ADMINISTRATOR, at=authority),
        olivia=person(Role.CONTRACTS_OFFICER, at=authority),
    )


@pytest.fixture
def pupil(cast):
    child = PupilFactory(
        buyer=cast.school, given_name="Jasmine", family_name="Thistlewood", known_as="Jazz",
        address="12 Gorse Lane\nFelpersham", postcode="BN11 1AA", risks="Runs when it is loud.",
    )  # fmt: skip
    PupilContactFactory(pupil=child, rank=1)
    return child
