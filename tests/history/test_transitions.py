"""Tests for creating and changing records through transitions, which are recorded permanently."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from calloff.cli.generated_docs import tracked_tables
from calloff.history.models import Event, EventSubject
from calloff.history.queries import history_of
from calloff.history.transitions import create, creating, is_allowed, record_change, record_reason, transition
from calloff.kernel.lifecycles import Refused
from calloff.members.commands import suspend
from calloff.members.models import Member
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, ProviderFactory, UserFactory, person
from tests.factories_markets import MarketFactory, MemberFactory, SiteFactory
from tests.factories_placements import PlacementFactory

pytestmark = [pytest.mark.django_db, pytest.mark.postgres15]


@pytest.fixture
def site():
    return SiteFactory()


def ada(site):
    return person(Role.PROVIDER_LEAD, at=site.provider)


def test_a_transition_locks_and_saves_the_record_and_logs_the_action(site):
    with transition(site, "close_site", by=ada(site), at=NOW) as closed:
        closed.access = "None"
    site.refresh_from_db()
    assert (site.status, site.access) == ("closed", "None")
    event = Event.objects.get()
    assert (event.verb, event.by, event.at, event.acting_for) == ("close_site", ada(site), NOW, str(site.provider))
    subject = event.subjects.get()
    assert (subject.record_type, subject.record_id) == ("directory.Site", site.pk)
    assert (subject.source, subject.target) == ("open", "closed")


def test_an_error_during_a_transition_leaves_no_trace(site):
    with pytest.raises(OSError, match="disk"), transition(site, "close_site", by=ada(site), at=NOW):
        raise OSError("the disk is full")
    site.refresh_from_db()
    assert site.status == "open"
    assert not Event.objects.exists()


def test_a_transition_that_the_status_does_not_allow_is_refused_with_an_explanation(site):
    with transition(site, "close_site", by=ada(site), at=NOW):
        pass
    with pytest.raises(Refused, match="the status is “Closed”"), transition(site, "close_site", by=ada(site), at=NOW):
        pass


def test_a_person_without_the_permission_cannot_make_a_transition(site):
    stranger = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    for somebody in (stranger, UserFactory(), person(Role.PROVIDER_SIGNATORY, at=site.provider)):
        assert not is_allowed(site, "close_site", somebody, NOW)
        with pytest.raises(PermissionDenied), transition(site, "close_site", by=somebody, at=NOW):
            pass
    assert is_allowed(site, "close_site", ada(site), NOW)
    assert not Event.objects.exists()


def test_an_unknown_verb_raises_a_programming_error(site):
    with pytest.raises(LookupError), transition(site, "paint", by=ada(site), at=NOW):
        pass


def test_a_transition_and_those_inside_it_are_recorded_as_one_event(site):
    second = SiteFactory(provider=site.provider)
    with transition(site, "close_site", by=ada(site), at=NOW), transition(second, "amend_site", by=ada(site), at=NOW):
        pass
    event = Event.objects.get()
    assert event.verb == "close_site"
    assert {(one.record_id, one.verb) for one in event.subjects.all()} == {
        (site.pk, "close_site"),
        (second.pk, "amend_site"),
    }


def test_a_failed_inner_transition_is_not_recorded_if_the_outer_one_continues(site):
    second = SiteFactory(provider=site.provider)
    with (
        transition(site, "close_site", by=ada(site), at=NOW),
        pytest.raises(OSError, match="disk"),
        transition(second, "close_site", by=ada(site), at=NOW),
    ):
        raise OSError("the disk is full")
    assert Event.objects.get().subjects.get().record_id == site.pk
    second.refresh_from_db()
    assert second.status == "open"


def test_transitions_inside_a_creation_belong_to_the_event_of_the_creation(site):
    second = SiteFactory(provider=site.provider)
    third = type(site)(provider=site.provider, name="A third", address="x", town="y", postcode="BN11 1LG")
    with creating(third, "add_site", by=ada(site), at=NOW), transition(second, "close_site", by=ada(site), at=NOW):
        pass
    assert Event.objects.get().subjects.count() == 2


def test_reasons_have_their_own_rows_and_changes_contain_only_dates_codes_and_numbers():
    member = MemberFactory()
    suspension = suspend(
        member.provider, authority=member.authority, members=[member], clause="Clause 2", reason="A secret concern.",
        review_route="Write.", by=person(Role.QUALITY_OFFICER, at=member.authority), at=NOW,
    )  # fmt: skip
    event = Event.objects.get()
    assert (event.reason_type, event.reason_id) == ("members.Suspension", suspension.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(row::text, '') FROM history_event row")
        assert "secret" not in cursor.fetchone()[0]


def test_a_change_is_recorded_with_its_old_and_new_values(site):
    with transition(site, "amend_site", by=ada(site), at=NOW):
        record_change("opens on", None, NOW.date())
    assert Event.objects.get().changes == {"opens on": [None, "2026-03-02"]}


def test_recording_a_change_outside_a_transition_raises_an_error(site):
    with pytest.raises(LookupError, match="no step"):
        record_reason(site)
    with pytest.raises(LookupError, match="no step"):
        record_change("x", 1, 2)


def test_breaking_a_constraint_that_has_an_error_message_raises_a_refusal(site):
    second = type(site)(provider=site.provider, name=site.name, address="x", town="y", postcode="BN11 1LG")
    with pytest.raises(Refused, match="already have a site with this name"):
        create(second, "add_site", by=ada(site), at=NOW)
    assert not Event.objects.exists()


def test_the_history_of_a_record_shows_only_its_own_events_with_the_newest_first(site):
    other = SiteFactory(provider=site.provider)
    with transition(site, "amend_site", by=ada(site), at=NOW):
        pass
    with transition(other, "amend_site", by=ada(site), at=NOW):
        pass
    with transition(site, "close_site", by=ada(site), at=NOW + timedelta(hours=1)):
        pass
    assert [one.verb for one in history_of(site)] == ["close_site", "amend_site"]


@pytest.mark.parametrize("kind", ["market", "member", "site", "organisation"])
def test_the_database_refuses_a_status_change_without_a_transition(kind):
    record = {
        "market": MarketFactory, "member": MemberFactory, "site": SiteFactory, "organisation": AuthorityFactory,
    }[kind]()  # fmt: skip
    other = {"market": "ended", "member": "removed", "site": "closed", "organisation": "recorded"}[kind]
    for change in (
        lambda: type(record).objects.filter(pk=record.pk).update(status=other),
        lambda: connection.cursor().execute(f"UPDATE {record._meta.db_table} SET status = %s", [other]),
    ):
        with pytest.raises(DatabaseError, match="only by a step"), transaction.atomic():
            change()


def test_a_declared_transition_covers_one_row_and_one_status_in_one_transaction(site):
    other = SiteFactory(provider=site.provider)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('calloff.announced', %s, true)", [f"directory_site:{other.pk}:closed"])
        with pytest.raises(DatabaseError, match="only by a step"), transaction.atomic():
            type(site).objects.filter(pk=site.pk).update(status="closed")
    with pytest.raises(DatabaseError, match="only by a step"), transaction.atomic():
        type(site).objects.create(
            provider=site.provider, name="New", address="x", town="y", postcode="BN11 1LG", status="open"
        )


@pytest.mark.parametrize("table", ["history_event", "history_subject"])
@pytest.mark.parametrize("act", ["UPDATE {} SET verb = 'x'", "DELETE FROM {}"])
def test_the_database_refuses_changes_to_events(site, table, act):
    with transition(site, "close_site", by=ada(site), at=NOW):
        pass
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act.format(table))
    with pytest.raises(DatabaseError, match="Cannot truncate"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL calloff.allow_truncate = off")
        cursor.execute("TRUNCATE history_event, history_subject")
    assert (Event.objects.count(), EventSubject.objects.count()) == (1, 1)


def test_row_history_is_written_automatically_and_cannot_be_changed():
    member = MemberFactory()
    suspend(
        member.provider, authority=member.authority, members=[member], clause="2", reason="A.", review_route="B.",
        by=person(Role.QUALITY_OFFICER, at=member.authority), at=NOW,
    )  # fmt: skip
    past = tracked_tables()[Member].objects
    assert [one.status for one in past.filter(pgh_obj_id=member.pk).order_by("pk")] == ["active", "suspended"]
    with pytest.raises(DatabaseError), transaction.atomic():
        past.update(status="active")
    with pytest.raises(DatabaseError), transaction.atomic():
        past.all()._raw_delete("default")


def test_a_transition_without_related_records_locks_only_its_own_record():
    placement = PlacementFactory(running=True)
    with (
        CaptureQueriesContext(connection) as queries,
        pytest.raises(PermissionDenied, match="change_placement"),
        # Here, the owner is found through a property.
        transition(placement, "agree_change", by=UserFactory(), at=NOW),
    ):
        pass
    [locks] = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"]]
    assert "JOIN" not in locks
