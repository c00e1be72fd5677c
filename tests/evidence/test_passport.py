from datetime import date

import pytest

from calloff.evidence import queries
from tests.factories import ProviderFactory
from tests.factories_evidence import EvidenceFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("begins", "ends", "state"),
    [
        (date(2025, 3, 2), date(2026, 3, 1), "Expired"),
        (date(2025, 3, 2), date(2026, 3, 2), "Expires today"),
        (date(2025, 3, 2), date(2026, 3, 3), "Expires in 1 day"),
        (date(2025, 3, 2), date(2026, 5, 1), "Expires in 60 days"),
        (date(2025, 3, 2), date(2026, 5, 2), "Current"),
        (date(2025, 3, 2), None, "Current"),
        (date(2026, 4, 1), date(2027, 3, 31), "Starts on Wednesday 1 April 2026"),
    ],
)
def test_each_document_shows_its_status_on_a_given_day(provider, begins, ends, state):
    EvidenceFactory(provider=provider, issued_on=begins, expires_on=ends)
    assert [row.state for row in queries.passport(provider, TODAY)] == [state]


def test_valid_documents_are_listed_by_kind_with_the_longest_valid_first(provider, django_assert_num_queries):
    first = EvidenceFactory(provider=provider, kind="accounts", kind_label="Accounts", expires_on=None)
    shorter = EvidenceFactory(provider=provider, expires_on=date(2026, 4, 1))
    longer = EvidenceFactory(provider=provider)
    EvidenceFactory(provider=provider, withdrawn=True)
    EvidenceFactory(provider=provider, superseded=True)
    EvidenceFactory()
    with django_assert_num_queries(1):
        rows = queries.passport(provider, TODAY)
        assert [row.item.file.name for row in rows]
    assert [row.item for row in rows] == [first, longer, shorter]


@pytest.mark.parametrize(
    ("day", "good"),
    [(date(2025, 8, 31), False), (date(2025, 9, 1), True), (date(2026, 8, 31), True), (date(2026, 9, 1), False)],
)
def test_a_document_is_valid_from_its_first_day_to_its_last_day(provider, day, good):
    EvidenceFactory(provider=provider)
    assert bool(queries.best_evidence(provider, "public_liability", day)) is good


def test_the_best_document_is_the_one_that_stays_valid_longest(provider):
    EvidenceFactory(provider=provider, expires_on=date(2026, 4, 1))
    longest = EvidenceFactory(provider=provider, expires_on=date(2026, 12, 1))
    EvidenceFactory(provider=provider, expires_on=date(2027, 12, 1), withdrawn=True)
    EvidenceFactory(provider=ProviderFactory(), expires_on=date(2028, 12, 1))
    assert queries.best_evidence(provider, "public_liability", TODAY) == longest


def test_an_infected_file_does_not_count_as_evidence(provider):
    EvidenceFactory(provider=provider, file__infected=True)
    assert queries.best_evidence(provider, "public_liability", TODAY) is None


def test_if_its_renewal_is_withdrawn_a_superseded_document_stays_superseded(provider):
    old = EvidenceFactory(provider=provider, superseded=True)
    EvidenceFactory(provider=provider, supersedes=old, withdrawn=True, issued_on=date(2026, 6, 1))
    assert queries.best_evidence(provider, "public_liability", TODAY) is None
