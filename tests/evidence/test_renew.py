from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.evidence import commands, queries
from calloff.evidence.kinds import EVIDENCE_KINDS
from calloff.evidence.models import Evidence, EvidenceReliance
from calloff.evidence.states import EvidenceStatus
from calloff.history.models import Event
from calloff.history.queries import history_of
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, person
from tests.factories_evidence import EvidenceFactory, EvidenceRelianceFactory, StoredFileFactory

DETAILS = {"insurer": "Felpersham Mutual", "policy": "FM-2", "cover": "5000000"}


def renew(old, by, **given):
    given.setdefault("issued_on", date(2026, 9, 1))
    given.setdefault("expires_on", date(2027, 8, 31))
    kind = given.pop("kind", EVIDENCE_KINDS["public_liability"])
    file = StoredFileFactory(uploaded_by=by)
    return commands.renew(old, kind, file=file, details=DETAILS, **given, by=by, at=NOW)


@pytest.mark.django_db
def test_renewing_a_document_is_recorded_as_one_event(provider, ada):
    old = EvidenceFactory(provider=provider)
    new = renew(old, ada)
    old.refresh_from_db()
    assert (old.status, new.status, new.supersedes) == (EvidenceStatus.SUPERSEDED, EvidenceStatus.HELD, old)
    assert Event.objects.count() == 1
    assert [step.event_id for step in history_of(old)] == [step.event_id for step in history_of(new)]


@pytest.mark.django_db
def test_the_old_document_is_valid_until_the_new_one_starts(provider, ada):
    old = EvidenceFactory(provider=provider)  # This document is valid until 31 August 2026.
    new = renew(old, ada)  # This document is valid from 1 September.
    assert queries.best_evidence(provider, "public_liability", date(2026, 8, 31)) == old
    assert queries.best_evidence(provider, "public_liability", date(2026, 9, 1)) == new


@pytest.mark.django_db
def test_an_expired_document_can_be_renewed(provider, ada):
    old = EvidenceFactory(provider=provider, expired=True)
    assert queries.best_evidence(provider, "public_liability", NOW.date()) is None
    new = renew(old, ada, issued_on=date(2026, 3, 1))
    assert queries.best_evidence(provider, "public_liability", NOW.date()) == new


@pytest.mark.django_db
def test_an_authority_that_relies_on_the_old_document_can_see_the_new_one(provider, ada):
    authority = AuthorityFactory()
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    old = EvidenceFactory(provider=provider)
    EvidenceRelianceFactory(evidence=old, authority=authority)
    ended = EvidenceRelianceFactory(evidence=old, ends_at=NOW)
    new = renew(old, ada)
    assert set(Evidence.objects.visible_to(olivia, NOW)) == {old, new}
    assert not EvidenceReliance.objects.filter(evidence=new, authority=ended.authority).exists()


@pytest.mark.django_db
def test_a_refused_renewal_changes_nothing(provider, ada):
    old = EvidenceFactory(provider=provider)
    with pytest.raises(Refused, match="This document expired"):
        renew(old, ada, issued_on=date(2025, 1, 1), expires_on=date(2026, 1, 1))
    old.refresh_from_db()
    assert (old.status, Evidence.objects.count(), Event.objects.count()) == (EvidenceStatus.HELD, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["superseded", "withdrawn"])
def test_only_a_valid_document_can_be_renewed_or_withdrawn(provider, ada, state):
    old = EvidenceFactory(provider=provider, **{state: True})
    with pytest.raises(Refused, match="You cannot do this now"):
        renew(old, ada)
    with pytest.raises(Refused, match="You cannot do this now"):
        commands.withdraw(old, by=ada, at=NOW)


@pytest.mark.django_db
def test_people_at_other_organisations_cannot_renew_or_withdraw_evidence(provider):
    old = EvidenceFactory(provider=provider)
    stranger = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    for command in (lambda: renew(old, stranger), lambda: commands.withdraw(old, by=stranger, at=NOW)):
        with pytest.raises(PermissionDenied):
            command()


@pytest.mark.django_db
def test_a_document_of_another_kind_cannot_be_used_as_a_renewal(provider, ada):
    with pytest.raises(ValueError, match="does not renew"):
        renew(EvidenceFactory(provider=provider), ada, kind=EVIDENCE_KINDS["motor"])


@pytest.mark.django_db
def test_a_withdrawn_document_no_longer_counts_but_can_still_be_seen(provider, ada):
    authority = AuthorityFactory()
    item = EvidenceFactory(provider=provider)
    EvidenceRelianceFactory(evidence=item, authority=authority)
    commands.withdraw(item, by=ada, at=NOW)
    assert queries.best_evidence(provider, "public_liability", NOW.date()) is None
    later = NOW + timedelta(days=1)
    assert item in Evidence.objects.visible_to(person(Role.EVALUATOR, at=authority), later)


@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_renewals_is_stored(provider, ada):
    old = EvidenceFactory(provider=provider)
    results = all_at_once(lambda: renew(old, ada), times=4)
    assert results.count("done") == 1
    assert Evidence.objects.filter(supersedes=old).count() == 1
