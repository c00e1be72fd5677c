"""Tests for deleting register entries six years after they were made, and for reminding the person responsible."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from calloff.cli import database_grants
from calloff.kernel import clock
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE
from calloff.outbox.models import Message
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from calloff.placements.commands import dispose_due_entries, redo_entry_disposals
from calloff.placements.models import Attendance, AttendanceCorrection, Placement
from calloff.placements.reminders import remind_of_disposals
from calloff.placements.retention import ATTENDANCE_RETENTION, count_due_entries, find_due_entries
from calloff.pupils.commands import hold, lift_hold
from calloff.pupils.models import DisposalCertificate, Pupil
from tests.applications.test_dispose_drafts import acting_as
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.placements import scenario
from tests.placements.scenario import FIRST, on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _roles(transactional_db):
    if database_grants.missing_roles():
        pytest.skip("the tests' server has not the three roles")
    assert database_grants.run_grants()


@pytest.fixture
def placement(terms):
    """Return an ended placement with three entries, one of which was corrected a day later, and one is for the
    second day.
    """
    made = scenario.running()
    scenario.mark(made, mark="late", minutes=20, at=on(10))
    scenario.mark(made, session="pm")
    scenario.mark(made, day=FIRST + timedelta(days=1))
    return scenario.ended(made)


MONDAY = on(9)


def years(days=0, *, at=MONDAY):
    return at.replace(year=2032) + timedelta(days=days)


def head(placement):
    return scenario.helen(placement)


def test_the_age_of_a_register_entry_is_counted_from_when_it_was_made_or_corrected(placement):
    assert find_due_entries(years(-1)).count() == 0
    assert [one.session for one in find_due_entries(years())] == ["pm"]
    assert find_due_entries(years(1)).count() == 3


def test_an_entry_is_kept_longer_if_its_code_was_confirmed_later(placement):
    Attendance.objects.filter(session="pm").update(code="K", nature="Farm", confirmed_at=on(20))
    assert find_due_entries(years(1)).count() == 2
    assert find_due_entries(years(0, at=on(20))).count() == 3


def test_entries_for_current_placements_or_on_legal_hold_are_kept(terms):
    running = scenario.running()
    assert not find_due_entries(years(1)).exists()
    over = scenario.ended(running)
    ruth = scenario.ruth(over)
    hold(over.pupil, reason="An inquiry.", by=ruth, at=NOW)
    assert not find_due_entries(years(1)).exists()
    lift_hold(Pupil.objects.get(), by=ruth, at=NOW)
    assert find_due_entries(years(1)).count() == 1


def test_entries_are_deleted_with_their_corrections_but_the_child_and_the_placement_remain(placement):
    with acting_as(DISPOSAL_ROLE):
        [done] = dispose_due_entries(by=head(placement), at=years(1))
    assert (done.entries, done.references) == (3, [placement.reference])
    assert not Attendance.objects.exists()
    assert not AttendanceCorrection.objects.exists()
    assert Pupil.objects.exists()
    assert Placement.objects.exists()
    certificate = DisposalCertificate.objects.get()
    assert (certificate.retention, certificate.count, certificate.references) == (
        ATTENDANCE_RETENTION.key, 3, [placement.reference],
    )  # fmt: skip
    assert "6 years" in certificate.rule
    with acting_as(DISPOSAL_ROLE):
        assert dispose_due_entries(by=head(placement), at=years(1)) == []


def test_a_dry_run_changes_nothing(placement):
    [found] = dispose_due_entries(by=head(placement), at=years(1), dry_run=True)
    assert found.entries == 3
    assert Attendance.objects.count() == 3
    assert not DisposalCertificate.objects.exists()


def test_only_people_responsible_at_the_buyer_can_delete_entries_with_the_disposal_role(placement):
    for stranger in (
        scenario.ruth(placement), scenario.ada(placement), person(Role.HEAD, at=SchoolOrganisationFactory()),
        person(Role.ADMINISTRATOR, at=AuthorityFactory()),
    ):  # fmt: skip
        with acting_as(DISPOSAL_ROLE):
            assert dispose_due_entries(by=stranger, at=years(1)) == []
    with acting_as(APPLICATION_ROLE), pytest.raises(Exception, match=r"permission|Cannot|current transaction"):
        dispose_due_entries(by=head(placement), at=years(1))
    assert Attendance.objects.count() == 3


def test_entries_in_a_restored_backup_are_deleted_again_without_a_second_certificate(placement):
    kept = list(Attendance.objects.all())
    with acting_as(DISPOSAL_ROLE):
        dispose_due_entries(by=head(placement), at=years(1))
    Attendance.objects.bulk_create(kept)
    with acting_as(DISPOSAL_ROLE):
        assert redo_entry_disposals(at=years(2)) == 3
        assert redo_entry_disposals(at=years(2)) == 0
    assert DisposalCertificate.objects.count() == 1


def test_the_command_reports_both_kinds_of_deleted_record(placement, capsys, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: years(1))
    with acting_as(DISPOSAL_ROLE):
        call_command("dispose_pupils", by=head(placement).email, dry_run=True)
        call_command("dispose_pupils", by=head(placement).email)
        call_command("redo_disposals")
    output = capsys.readouterr().out
    assert output.count("3 attendance register entries") == 2
    assert placement.reference in output
    assert placement.pupil.family_name not in output


def test_the_responsible_people_get_a_reminder_once_a_month(placement):
    head_of, other = head(placement), scenario.ruth(placement)
    maud = person(Role.ADMINISTRATOR, at=placement.buyer.host)
    before = Message.objects.count()
    remind_of_disposals(years(-1))
    assert Message.objects.count() == before, "nothing is due"
    for _ in range(2):
        remind_of_disposals(years(1))
    remind_of_disposals(years(2))
    words = "3 register entries due to be deleted"
    assert scenario.subjects_to(head_of).count(words) == scenario.subjects_to(maud).count(words) == 1
    assert words not in scenario.subjects_to(other)
    remind_of_disposals(years(1).replace(month=4))
    assert scenario.subjects_to(head_of).count(words) == 2
    texts = " ".join(one.subject + one.body + one.link for one in Message.objects.all())
    assert not any(secret in texts for secret in (placement.pupil.given_name, placement.pupil.family_name))
    links = Message.objects.filter(subject=words).values_list("link", flat=True)
    assert {link.split("/")[-1] for link in links} == {"retention"}


def test_due_register_entries_are_counted_for_each_buyer(placement):
    [found] = count_due_entries(Organisation.objects.filter(pk=placement.buyer_id), years(1))
    assert (found.buyer, found.count, found.references) == (placement.buyer, 3, [placement.reference])
