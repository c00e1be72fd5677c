from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.evidence import commands, queries
from calloff.evidence.models import Evidence, EvidenceReliance
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, UserFactory, person
from tests.factories_evidence import EvidenceFactory, EvidenceRelianceFactory

LATER = NOW + timedelta(days=1)


def rely(items, authority, by, purpose="IAP-A-0042", stage="application"):
    commands.rely(items, authority=authority, purpose=purpose, stage=stage, by=by, at=NOW)


def seen_by(somebody, at=NOW):
    return set(Evidence.objects.visible_to(somebody, at))


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PROVIDER_LEAD, Role.PROVIDER_STAFF, Role.PROVIDER_SIGNATORY])
def test_people_at_the_provider_can_see_all_its_evidence(provider, role):
    item = EvidenceFactory(provider=provider)
    EvidenceFactory()
    assert seen_by(person(role, at=provider)) == {item}


@pytest.mark.django_db
def test_an_authority_can_see_only_the_evidence_it_relies_on(provider, ada, authority):
    shown, hidden = EvidenceFactory(provider=provider), EvidenceFactory(provider=provider)
    rely([shown], authority, ada)
    for role in (Role.CONTRACTS_OFFICER, Role.EVALUATOR, Role.APPROVER, Role.QUALITY_OFFICER):
        assert seen_by(person(role, at=authority)) == {shown}
    assert hidden not in seen_by(person(Role.EVALUATOR, at=authority))


@pytest.mark.django_db
def test_only_people_with_a_role_at_an_organisation_that_relies_on_evidence_can_see_it(provider, ada, authority):
    rely([EvidenceFactory(provider=provider)], authority, ada)
    others = [
        person(Role.CONTRACTS_OFFICER, at=AuthorityFactory()),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
        person(Role.AP_LEAD, at=SchoolOrganisationFactory()),
        UserFactory(),
    ]
    assert not any(seen_by(somebody) for somebody in others)


@pytest.mark.django_db
def test_an_authority_can_see_evidence_only_while_it_relies_on_it(provider, authority):
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    EvidenceRelianceFactory(evidence__provider=provider, authority=authority, starts_at=NOW, ends_at=LATER)
    assert not seen_by(olivia, NOW - timedelta(seconds=1))
    assert seen_by(olivia, NOW)
    assert not seen_by(olivia, LATER)


@pytest.mark.django_db
def test_relying_on_the_same_evidence_a_second_time_changes_nothing(provider, ada, authority):
    item = EvidenceFactory(provider=provider)
    rely([item], authority, ada)
    rely([item], authority, ada)
    assert EvidenceReliance.objects.count() == 1


@pytest.mark.django_db
def test_releasing_evidence_ends_the_reliance_unless_a_newer_version_needs_it(provider, ada, authority):
    old, kept = EvidenceFactory(provider=provider), EvidenceFactory(provider=provider)
    rely([old, kept], authority, ada)
    assert commands.release(authority=authority, purpose="IAP-A-0042", at=LATER, keep=[kept]) == 1
    assert set(queries.relied_on(authority, "IAP-A-0042", LATER)) == {kept}
    assert seen_by(person(Role.CONTRACTS_OFFICER, at=authority), LATER) == {kept}
    rely([old], authority, ada)  # A later version uses this evidence again.
    assert set(queries.relied_on(authority, "IAP-A-0042", LATER)) == {old, kept}


@pytest.mark.django_db
def test_an_officer_can_rely_on_evidence_that_the_authority_already_relies_on(provider, ada, authority):
    item, other = EvidenceFactory(provider=provider), EvidenceFactory(provider=provider)
    rely([item], authority, ada)
    anwar = person(Role.APPROVER, at=authority)
    rely([item], authority, anwar, purpose="IAP-M-0007", stage="membership")
    commands.release(authority=authority, purpose="IAP-A-0042", at=LATER)
    assert seen_by(anwar, LATER) == {item}
    for items, where in (([other], authority), ([item], AuthorityFactory())):
        with pytest.raises(PermissionDenied):
            rely(items, where, anwar)


@pytest.mark.django_db
def test_people_at_other_organisations_cannot_give_access_to_evidence(provider, authority):
    item = EvidenceFactory(provider=provider)
    for somebody in (person(Role.PROVIDER_LEAD, at=ProviderFactory()), person(Role.CONTRACTS_OFFICER, at=authority)):
        with pytest.raises(PermissionDenied):
            rely([item], authority, somebody)
    assert not EvidenceReliance.objects.exists()


@pytest.mark.django_db
def test_an_authority_cannot_rely_on_withdrawn_evidence(provider, ada, authority):
    good, withdrawn = EvidenceFactory(provider=provider), EvidenceFactory(provider=provider, withdrawn=True)
    with pytest.raises(Refused, match="was withdrawn"):
        rely([good, withdrawn], authority, ada)
    assert not EvidenceReliance.objects.exists()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_to_rely_on_the_same_evidence_create_one_reliance(provider, ada, authority):
    item = EvidenceFactory(provider=provider)
    assert all_at_once(lambda: rely([item], authority, ada), times=4) == ["done"] * 4
    assert EvidenceReliance.objects.count() == 1


@pytest.mark.django_db
def test_a_role_of_the_wrong_kind_of_organisation_gives_no_access_to_evidence(provider, ada, authority):
    rely([EvidenceFactory(provider=provider)], authority, ada)
    assert not seen_by(person(Role.AP_LEAD, at=authority))
    assert not seen_by(person(Role.AP_LEAD, at=provider))
