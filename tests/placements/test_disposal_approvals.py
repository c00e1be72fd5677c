"""Tests for approving the deletion of due records, and for deleting exactly what was approved, a day later."""

import time
from datetime import date, timedelta
from itertools import count
from threading import Event as Signal
from threading import Thread
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from calloff.applications.commands import dispose_drafts
from calloff.applications.models import Application, DraftDisposal
from calloff.cli import database_grants
from calloff.history.models import Event
from calloff.kernel import clock
from calloff.kernel.database_roles import DISPOSAL_ROLE
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.outbox.models import Message
from calloff.people.models import RoleGrant, User
from calloff.people.permissions import Can, Role
from calloff.placements import commands
from calloff.placements.commands import disposal_approvals
from calloff.placements.models import DisposalApproval
from calloff.placements.reminders import remind_of_disposals
from calloff.pupils.commands import dispose_due_records
from calloff.pupils.models import DisposalCertificate, Pupil
from calloff.pupils.states import DisclosureStage
from tests.applications.test_dispose_drafts import acting_as
from tests.concurrency import all_at_once
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    SchoolOrganisationFactory,
    person,
    rewrite,
)
from tests.factories_markets import ApplicationFactory, MarketFactory
from tests.factories_placements import PupilFactory, disclose
from tests.unauthorised_users import assert_denied, everybody_but

DAY = timedelta(days=1)


@pytest.fixture
def cast(db):
    authority = AuthorityFactory()
    school = SchoolOrganisationFactory(host=authority)
    return SimpleNamespace(
        authority=authority,
        school=school,
        helen=person(Role.HEAD, at=school),
        bea=person(Role.BUYER_ADMINISTRATOR, at=school),
        maud=person(Role.ADMINISTRATOR, at=authority),
    )


def due_child(school):
    return PupilFactory(buyer=school, family_name="Thistlewood", status="left", left_on=date(2024, 7, 19))


def approve(organisation, by, *, at=NOW):
    seen = commands.find_due_for_disposal(organisation, at).digest
    return commands.approve_disposal(organisation, seen=seen, by=by, at=at)


@pytest.mark.django_db
def test_an_approval_lists_exactly_the_records_that_are_due_and_tells_colleagues(cast):
    child = due_child(cast.school)
    PupilFactory(buyer=cast.school)
    approval = approve(cast.school, cast.helen)
    assert (approval.records, approval.placements, approval.entries) == ([child.reference], [], 0)
    message = Message.objects.get()
    assert message.to == cast.bea
    assert "Thistlewood" not in message.body
    assert Event.objects.get(verb="approve_disposal").by == cast.helen


@pytest.mark.django_db
def test_an_authority_approves_for_all_the_schools_that_it_hosts(cast):
    child, elsewhere = due_child(cast.school), due_child(SchoolOrganisationFactory())
    approval = approve(cast.authority, cast.maud)
    assert approval.records == [child.reference]
    assert elsewhere.reference not in approval.records


@pytest.mark.django_db
def test_an_approval_by_an_authority_also_tells_each_school_in_the_list(cast):
    child = due_child(cast.school)
    person(Role.HEAD, at=SchoolOrganisationFactory(host=cast.authority))
    approve(cast.authority, cast.maud)
    told = {message.to: message for message in Message.objects.all()}
    assert set(told) == {cast.helen, cast.bea}
    for message in told.values():
        assert f"/buyers/{cast.school.slug}/retention" in message.link
        assert child.reference not in message.body


@pytest.mark.django_db
def test_only_people_who_are_responsible_for_deletion_can_approve_it(cast):
    due_child(cast.school)
    others = everybody_but(Role.HEAD, Role.BUYER_ADMINISTRATOR, buyer=cast.school, authority=cast.authority)
    assert_denied(lambda by: approve(cast.school, by), others)


@pytest.mark.django_db
def test_a_list_that_has_changed_since_the_person_saw_it_is_refused(cast):
    due_child(cast.school)
    seen = commands.find_due_for_disposal(cast.school, NOW).digest
    due_child(cast.school)
    with pytest.raises(Refused, match="The list of records has changed"):
        commands.approve_disposal(cast.school, seen=seen, by=cast.helen, at=NOW)


@pytest.mark.django_db
def test_the_next_month_with_a_record_due_is_the_month_of_the_first_record(cast):
    assert commands.find_next_month_due(cast.school, NOW) is None
    # The children have no placement, so their records are due after 12 months.
    for left_on in (date(2026, 2, 3), date(2026, 1, 15)):
        PupilFactory(buyer=cast.school, status="left", left_on=left_on)
    due_child(SchoolOrganisationFactory())
    for organisation in (cast.school, cast.authority):
        assert commands.find_next_month_due(organisation, NOW) == date(2027, 1, 1)


@pytest.mark.django_db
def test_a_second_approval_must_wait_for_the_first(cast):
    due_child(cast.school)
    first = approve(cast.school, cast.helen)
    with pytest.raises(Refused, match="already approved a deletion"):
        approve(cast.school, cast.bea)
    commands.withdraw_disposal(first, by=cast.bea, at=NOW)
    assert approve(cast.school, cast.bea).status == "approved"


@pytest.mark.django_db
def test_nothing_can_be_approved_if_nothing_is_due(cast):
    with pytest.raises(Refused, match="No records are due"):
        approve(cast.school, cast.helen)


@pytest.mark.django_db
def test_an_approval_that_a_colleague_withdrew_deletes_nothing(cast):
    child = due_child(cast.school)
    approval = approve(cast.school, cast.helen)
    commands.withdraw_disposal(approval, by=cast.bea, at=NOW)
    with pytest.raises(Refused):
        commands.carry_out_disposal(approval, by=cast.helen, at=NOW + DAY)
    assert Pupil.objects.filter(pk=child.pk).exists()


@pytest.mark.django_db
def test_a_council_administrator_approves_drafts_of_closed_markets_but_another_council_cannot(cast):
    market = MarketFactory(authority=cast.authority, closes_at=NOW - 500 * DAY)
    draft = ApplicationFactory(market=market)
    ApplicationFactory(market=MarketFactory(authority=cast.authority, closes_at=NOW - 100 * DAY))
    ApplicationFactory(market=MarketFactory(authority=AuthorityFactory(), closes_at=NOW - 500 * DAY))
    approval = approve(cast.authority, cast.maud)
    assert (approval.records, approval.placements, approval.drafts) == ([], [], [draft.reference])
    assert approval.counts_in_words == "1 application that was never submitted"
    assert not commands.find_due_for_disposal(cast.school, NOW).drafts


@pytest.mark.django_db
def test_the_monthly_reminder_counts_drafts_and_childrens_records_in_one_email(cast):
    due_child(cast.school)
    ApplicationFactory(market=MarketFactory(authority=cast.authority, closes_at=NOW - 500 * DAY))
    for _ in range(2):
        remind_of_disposals(NOW)
    subjects = sorted(Message.objects.filter(to=cast.maud).values_list("subject", flat=True))
    assert len(subjects) == 1
    assert "1 child’s record and 1 application that was never submitted due to be deleted" in subjects[0]
    assert "application" not in Message.objects.get(to=cast.helen).subject


@pytest.fixture
def _roles(transactional_db):
    if database_grants.missing_roles():
        pytest.skip("the tests' server has not the three roles")
    assert database_grants.run_grants()


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_approved_records_are_deleted_after_a_day_except_those_that_are_on_hold_by_then(cast, monkeypatch, capsys):
    gone, held = due_child(cast.school), due_child(cast.school)
    approve(cast.school, cast.helen)
    later = due_child(cast.school)
    rewrite(Pupil.objects.filter(pk=held.pk), hold="A claim is open.")
    with acting_as(DISPOSAL_ROLE):
        assert commands.carry_out_disposals(at=NOW + DAY - timedelta(minutes=1)).done == []
    monkeypatch.setattr(clock, "now", lambda: NOW + DAY)
    with acting_as(DISPOSAL_ROLE):
        call_command("dispose_pupils", approved=True)
    assert f"{cast.school}: deleted, as approved by {cast.helen}." in capsys.readouterr().out
    assert set(Pupil.objects.values_list("pk", flat=True)) == {held.pk, later.pk}
    certificate = DisposalCertificate.objects.get()
    assert (certificate.references, certificate.by) == ([gone.reference], cast.helen)
    approval = DisposalApproval.objects.get()
    assert (approval.status, approval.done_at) == ("done", NOW + DAY)
    with acting_as(DISPOSAL_ROLE):
        assert commands.carry_out_disposals(at=NOW + 2 * DAY).done == []


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_approved_drafts_are_deleted_after_a_day_with_a_certificate(cast):
    market = MarketFactory(authority=cast.authority, closes_at=NOW - 500 * DAY)
    draft = ApplicationFactory(market=market)
    approve(cast.authority, cast.maud)
    later = ApplicationFactory(market=market, lots=[2])
    with acting_as(DISPOSAL_ROLE):
        assert len(commands.carry_out_disposals(at=NOW + DAY).done) == 1
    assert Application.objects.get() == later
    certificate = DraftDisposal.objects.get()
    assert (certificate.references, certificate.by, certificate.market) == ([draft.reference], cast.maud, market)


@pytest.mark.usefixtures("_roles")
@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_officers_who_delete_the_same_records_at_once_make_one_certificate(cast):
    due_child(cast.school)
    MarketFactory(authority=cast.authority, closes_at=NOW - 500 * DAY)
    ApplicationFactory(market=Market.objects.get())
    olivia = person(Role.CONTRACTS_OFFICER, at=cast.authority)

    def act():
        dispose_due_records(by=cast.helen, at=NOW)
        dispose_drafts(by=olivia, at=NOW)

    with acting_as(DISPOSAL_ROLE):  # all threads use this role
        assert all_at_once(act, times=4) == ["done"] * 4
    assert (DisposalCertificate.objects.count(), DraftDisposal.objects.count()) == (1, 1)


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_the_approval_of_a_person_who_has_lost_the_role_deletes_nothing(cast):
    child = due_child(cast.school)
    approval = approve(cast.school, cast.helen)
    assert cast.helen.can(Can.DISPOSE, organisation=cast.school, at=NOW)
    rewrite(RoleGrant.objects.filter(person=cast.helen), ends_at=NOW)
    with acting_as(DISPOSAL_ROLE):
        assert commands.carry_out_disposals(at=NOW + DAY) == ([], [])
        for by in (cast.helen, cast.bea):  # Helen's roles are still cached
            with pytest.raises(PermissionDenied):
                commands.carry_out_disposal(approval, by=by, at=NOW + DAY)
    assert Pupil.objects.filter(pk=child.pk).exists()


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_a_deletion_cannot_be_carried_out_within_a_day_or_by_anyone_but_its_approver(cast):
    due_child(cast.school)
    approval = approve(cast.school, cast.helen)
    with acting_as(DISPOSAL_ROLE):
        with pytest.raises(Refused, match="cannot be deleted before"):
            commands.carry_out_disposal(approval, by=cast.helen, at=NOW + DAY - timedelta(seconds=1))
        with pytest.raises(PermissionDenied):
            commands.carry_out_disposal(approval, by=cast.bea, at=NOW + DAY)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_approve_at_once_one_is_told_that_the_other_has_approved(cast):
    due_child(cast.school)
    seen = commands.find_due_for_disposal(cast.school, NOW).digest
    turn = count()

    def approve_as_one_of_them():
        by = User.objects.get(pk=(cast.helen, cast.bea)[next(turn) % 2].pk)
        commands.approve_disposal(cast.school, seen=seen, by=by, at=NOW)

    told = all_at_once(approve_as_one_of_them)
    assert told.count("done") == DisposalApproval.objects.count() == 1
    assert {one for one in told if one != "done"} == {
        "A colleague has already approved a deletion. Withdraw that approval first."
    }
    assert Event.objects.filter(verb="approve_disposal").count() == Message.objects.count() == 1


@pytest.mark.postgres15
@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_two_runs_and_a_withdrawal_at_once_either_delete_everything_or_nothing(cast):
    children = [due_child(cast.school) for _ in range(5)]
    approval = approve(cast.school, cast.helen)
    turn = count()

    def act():
        if next(turn) % 3 == 2:
            commands.withdraw_disposal(approval, by=User.objects.get(pk=cast.bea.pk), at=NOW + DAY)
        else:
            commands.carry_out_disposals(at=NOW + DAY)

    with acting_as(DISPOSAL_ROLE):
        all_at_once(act, times=6)
    left = Pupil.objects.filter(pk__in=[child.pk for child in children]).count()
    certificates = DisposalCertificate.objects.count()
    status = DisposalApproval.objects.get().status
    assert (status, left, certificates) in {("done", 0, 1), ("withdrawn", 5, 0)}


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_a_killed_deletion_deletes_nothing_and_does_not_stop_other_approvals(cast, monkeypatch):
    child, other = due_child(cast.school), SchoolOrganisationFactory()
    elsewhere, head = due_child(other), person(Role.HEAD, at=other)
    approve(cast.school, cast.helen)
    approve(other, head)
    delete_entries = disposal_approvals.dispose_due_entries

    def kill(*, by, **given):
        if by == cast.helen:
            assert not Pupil.objects.filter(pk=child.pk).exists()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return delete_entries(by=by, **given)

    with monkeypatch.context() as patch, acting_as(DISPOSAL_ROLE):
        patch.setattr(disposal_approvals, "dispose_due_entries", kill)
        run = commands.carry_out_disposals(at=NOW + DAY)
    assert [one.organisation for one in run.done] == [other]
    [(stopped, error)] = run.failed
    assert (stopped.organisation, type(error)) == (cast.school, OperationalError)
    assert Pupil.objects.filter(pk=child.pk).exists()
    assert not Pupil.objects.filter(pk=elsewhere.pk).exists()
    with acting_as(DISPOSAL_ROLE):
        assert len(commands.carry_out_disposals(at=NOW + DAY).done) == 1
    assert not Pupil.objects.filter(pk=child.pk).exists()


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_the_command_fails_if_an_approval_could_not_be_carried_out(cast, monkeypatch):
    due_child(cast.school)
    approve(cast.school, cast.helen)

    def fail(**_given):
        raise RuntimeError("A fault")

    monkeypatch.setattr(clock, "now", lambda: NOW + DAY)
    monkeypatch.setattr(disposal_approvals, "dispose_due_entries", fail)
    with acting_as(DISPOSAL_ROLE), pytest.raises(CommandError, match=rf"{cast.school} \(RuntimeError\)"):
        call_command("dispose_pupils", approved=True)


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_a_child_to_whom_a_provider_gets_access_while_the_deletion_waits_is_kept(cast):
    child = due_child(cast.school)
    approve(cast.school, cast.helen)
    given, waiting = Signal(), Signal()

    def give_access():
        with transaction.atomic():
            disclose(
                child, to=ProviderFactory(), needs=Can.TAKE_REGISTER, stage=DisclosureStage.PLACED,
                purpose="x", source="L", last_on=date(2150, 7, 31), at=NOW,
            )  # fmt: skip
            given.set()
            waiting.wait(10)
            time.sleep(0.5)  # this lasts until the deletion waits for the lock on the child's row
        connection.close()

    thread = Thread(target=give_access)
    thread.start()
    assert given.wait(10)
    waiting.set()
    with acting_as(DISPOSAL_ROLE):
        commands.carry_out_disposals(at=NOW + DAY)
    thread.join()
    assert Pupil.objects.filter(pk=child.pk).exists()
    assert not DisposalCertificate.objects.exists()


@pytest.mark.usefixtures("_roles")
@pytest.mark.django_db(transaction=True)
def test_a_deletion_that_stops_in_the_middle_deletes_nothing_and_runs_again(cast, monkeypatch):
    child = due_child(cast.school)
    approval = approve(cast.school, cast.helen)

    def stop(**_given):
        # From here on, a colleague cannot withdraw the approval, because it is locked before anything is deleted.
        assert connection.in_atomic_block
        assert not Pupil.objects.filter(pk=child.pk).exists()
        raise RuntimeError("stopped")

    with monkeypatch.context() as patch, acting_as(DISPOSAL_ROLE), pytest.raises(RuntimeError, match="stopped"):
        patch.setattr(disposal_approvals, "dispose_due_entries", stop)
        commands.carry_out_disposal(approval, by=cast.helen, at=NOW + DAY)
    assert Pupil.objects.filter(pk=child.pk).exists()
    with acting_as(DISPOSAL_ROLE):
        commands.carry_out_disposal(approval, by=cast.helen, at=NOW + DAY)
    assert not Pupil.objects.filter(pk=child.pk).exists()
    with pytest.raises(Refused, match="Deleted"):
        commands.withdraw_disposal(approval, by=cast.bea, at=NOW + DAY)
