"""Tests for scenario 44: abandoned drafts are deleted with their row history, and a certificate remains."""

from contextlib import contextmanager
from datetime import timedelta

import pghistory.models
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection

from calloff.applications.commands import abandoned_drafts, dispose_drafts, redo_draft_disposals, start, withdraw
from calloff.applications.models import Application, DraftDisposal, EligibilityCheck, LotRequest, SectionAnswers
from calloff.applications.retention import DRAFT_RETENTION
from calloff.applications.states import ApplicationStatus
from calloff.cli import database_grants
from calloff.history.models import Event, EventSubject
from calloff.history.record_types import record_type
from calloff.kernel import clock
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE
from calloff.people.permissions import Role
from tests.factories import LONDON, NOW, AuthorityFactory, ProviderFactory, person
from tests.factories_markets import ELIGIBLE, MARKET_CLOSES, ApplicationFactory, MarketFactory, MemberFactory
from tests.settings import SERVER

pytestmark = pytest.mark.django_db(transaction=True)

A_YEAR_AFTER = MARKET_CLOSES.replace(year=2027)


@contextmanager
def acting_as(role):
    """Let the connection of the test act as a database role: directly on our own server, or with SET ROLE on any
    other server.
    """
    owner = connection.settings_dict["USER"]
    try:
        if SERVER:
            connection.close()
            connection.settings_dict["USER"] = role
        else:
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {role}")
        yield
    finally:
        connection.close()
        connection.settings_dict["USER"] = owner


@pytest.fixture(autouse=True)
def _roles(transactional_db):
    if database_grants.missing_roles():
        pytest.skip("the tests' server has not the three roles")
    assert database_grants.run_grants()


@pytest.fixture
def market():
    return MarketFactory()


@pytest.fixture
def olivia(market):
    return person(Role.CONTRACTS_OFFICER, at=market.authority)


def row_histories():
    return [model for model in apps.get_models() if issubclass(model, pghistory.models.Event) and model._meta.managed]


def rows_of_the_past():
    return {
        model._meta.label: model.objects.count() for model in row_histories() if "applications" in model._meta.label
    }


def begun_through_the_command(market):
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    with pghistory.context(user=ada.pk, url=f"/providers/{provider.slug}/applications/"):
        return start(market, provider=provider, lots=[1, 2], eligibility=ELIGIBLE, by=ada, at=NOW)


def test_deleting_a_draft_leaves_nothing_except_a_certificate(market, olivia):
    draft = begun_through_the_command(market)
    assert EventSubject.objects.filter(record_type="applications.Application").exists()
    assert rows_of_the_past() != dict.fromkeys(rows_of_the_past(), 0)
    with acting_as(DISPOSAL_ROLE):
        made = dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    assert [certificate.references for certificate in made] == [[draft.reference]]
    certificate = DraftDisposal.objects.get()
    assert (certificate.market, certificate.rule, certificate.by) == (market, DRAFT_RETENTION.key, olivia)
    assert not any(model.objects.exists() for model in (Application, LotRequest, SectionAnswers))
    assert rows_of_the_past() == dict.fromkeys(rows_of_the_past(), 0)
    assert not pghistory.models.Context.objects.filter(metadata__url__contains="/providers/").exists()
    assert not EventSubject.objects.filter(
        record_type__in=["applications.Application", "applications.LotRequest"]
    ).exists()


def test_the_markets_history_shows_who_deleted_drafts(market, olivia):
    begun_through_the_command(market)
    with acting_as(DISPOSAL_ROLE):
        dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    event = Event.objects.get(subjects__record_type="markets.Market")
    assert (event.verb, event.by, event.reason_type) == ("dispose_drafts", olivia, record_type(DraftDisposal))
    assert event.reason_id == DraftDisposal.objects.get().pk
    assert set(Event.objects.all()) == {event}, "nothing else is told of what is gone"


def test_a_draft_is_kept_for_a_year_after_its_market_closes(market, olivia):
    ApplicationFactory(market=market)
    with acting_as(DISPOSAL_ROLE):
        assert not dispose_drafts(by=olivia, at=A_YEAR_AFTER - timedelta(days=1))
    assert Application.objects.exists()
    assert abandoned_drafts(A_YEAR_AFTER).exists()


@pytest.mark.parametrize(
    "status",
    [ApplicationStatus.SUBMITTED, ApplicationStatus.ASSESSING, ApplicationStatus.TO_DECIDE, ApplicationStatus.DECIDED],
)
def test_a_submitted_application_is_never_deleted(market, olivia, status):
    kept = ApplicationFactory(market=market, status=status)
    with acting_as(DISPOSAL_ROLE):
        assert not dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    assert Application.objects.get() == kept


def test_a_draft_withdrawn_before_submission_is_also_deleted(market, olivia):
    ada_draft = begun_through_the_command(market)
    withdraw(ada_draft, by=person(Role.PROVIDER_LEAD, at=ada_draft.provider), at=NOW)
    with acting_as(DISPOSAL_ROLE):
        assert dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    assert not Application.objects.exists()


def test_an_event_is_kept_if_it_also_changed_other_records(market, olivia):
    draft, member = begun_through_the_command(market), MemberFactory(market=market)
    shared = Event.objects.create(verb="both", by=olivia, at=NOW)
    for record in (draft, member):
        EventSubject.objects.create(
            event=shared, record_type=record_type(record), record_id=record.pk, verb="both", target="x"
        )
    with acting_as(DISPOSAL_ROLE):
        dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    assert list(shared.subjects.values_list("record_type", flat=True)) == ["members.Member"]


def test_an_officer_can_delete_drafts_only_in_their_own_markets(market):
    ApplicationFactory(market=market)
    stranger = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())
    quentin = person(Role.QUALITY_OFFICER, at=market.authority)
    with acting_as(DISPOSAL_ROLE):
        assert not dispose_drafts(by=stranger, at=A_YEAR_AFTER)
        assert not dispose_drafts(by=quentin, at=A_YEAR_AFTER)
    assert Application.objects.exists()


def test_running_the_deletion_again_deletes_nothing(market, olivia):
    ApplicationFactory(market=market)
    with acting_as(DISPOSAL_ROLE):
        assert dispose_drafts(by=olivia, at=A_YEAR_AFTER)
        assert not dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    assert DraftDisposal.objects.count() == 1


def test_the_applications_database_role_cannot_delete_drafts(market, olivia):
    begun_through_the_command(market)
    before = (rows_of_the_past(), Event.objects.count(), EventSubject.objects.count())
    refused = "permission denied|current transaction is aborted"
    with acting_as(APPLICATION_ROLE), pytest.raises(DatabaseError, match=refused):
        dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    assert (rows_of_the_past(), Event.objects.count(), EventSubject.objects.count()) == before
    assert Application.objects.exists()
    assert not DraftDisposal.objects.exists()


def test_drafts_in_a_restored_backup_are_deleted_again_without_a_second_certificate(market, olivia):
    draft = ApplicationFactory(market=market)
    with acting_as(DISPOSAL_ROLE):
        dispose_drafts(by=olivia, at=A_YEAR_AFTER)
    ApplicationFactory(market=market, reference=draft.reference)
    # This draft was deleted after the backup was made, so the backup contains no certificate about it.
    later = ApplicationFactory(market=market, lots=[2])
    with acting_as(DISPOSAL_ROLE):
        assert redo_draft_disposals(at=A_YEAR_AFTER) == 2
    assert not Application.objects.exists()
    assert list(DraftDisposal.objects.order_by("pk").values_list("references", flat=True)) == [
        [draft.reference],
        [later.reference],
    ]


def test_the_commands_report_how_many_drafts_they_deleted(market, olivia, capsys, monkeypatch):
    draft = ApplicationFactory(market=market)
    monkeypatch.setattr(clock, "now", lambda: A_YEAR_AFTER)
    with acting_as(DISPOSAL_ROLE):
        call_command("dispose_drafts", by=olivia.email)
        call_command("dispose_drafts", by=olivia.email)
        call_command("redo_disposals")
    output = capsys.readouterr().out
    assert draft.reference in output
    assert "No applications are due to be deleted." in output
    assert "0 deleted again." in output


# These tables refer only to submitted applications or to requests that have been decided, never to a draft.
AFTER_SUBMISSION = {
    "applications.AgreedMark", "applications.Clarification", "applications.EvaluatorAssignment",
    "applications.SubmittedVersion", "members.ApplicationDecision", "members.Member", "members.LotOutcome",
}  # fmt: skip


def test_records_that_refer_to_a_draft_are_deleted_with_the_draft():
    """A table that refers to a draft must be listed in DISPOSABLE_MODELS or AFTER_SUBMISSION."""
    drafted = (Application, LotRequest, SectionAnswers, EligibilityCheck)
    pointing = {
        relation.related_model._meta.label
        for model in drafted
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and not hasattr(relation.related_model, "pgh_tracked_model")
    }
    assert pointing - database_grants.DISPOSABLE_MODELS == AFTER_SUBMISSION


def test_one_year_before_29_february_is_28_february():
    leap = NOW.replace(year=2028, month=2, day=29)
    assert DRAFT_RETENTION.due_before(leap).astimezone(LONDON).isoformat() == "2027-03-01T00:00:00+00:00"
