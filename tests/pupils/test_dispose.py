"""Tests for scenario 44 for children: rows in every app, and their history, are deleted, with a certificate."""

from datetime import date, timedelta

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, models

from calloff.agreements.models import Agreement, Signature
from calloff.cli import database_grants
from calloff.history.disposal import find_dependent_rows, models_naming_records
from calloff.history.models import Event, EventSubject
from calloff.history.record_types import find_model, record_type
from calloff.kernel import clock
from calloff.kernel.database_roles import APPLICATION_ROLE, DISPOSAL_ROLE, OWNER_ROLE
from calloff.links.commands import make_link
from calloff.links.models import Link
from calloff.people.permissions import Can, Role
from calloff.placements.models import Placement, PreStartCheck
from calloff.pupils import queries
from calloff.pupils.commands import amend, dispose_due_records, hold, leave, record, redo_pupil_disposals
from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.pupils.disclosure_grants import end_disclosures
from calloff.pupils.models import (
    DisclosureGrant,
    DisposalCertificate,
    ProtectionInformation,
    Pupil,
    PupilContact,
    RecordAccess,
)
from calloff.pupils.retention import (
    CHILD_PROTECTION_RETENTION,
    LOOKED_AFTER_RETENTION,
    NEVER_PLACED_RETENTION,
    REGISTER_RETENTION,
    SPECIAL_NEEDS_RETENTION,
    find_due_pupils,
    retention_class_of,
)
from calloff.pupils.states import DisclosureStage
from calloff.referrals.models import ExpressionOfInterest, Referral
from tests.applications.test_dispose_drafts import acting_as
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_placements import PlacementFactory, PupilContactFactory, PupilFactory, ReferralFactory, disclose
from tests.pupils.test_record import CHILD

pytestmark = pytest.mark.django_db(transaction=True)

BORN = date(2012, 5, 14)
PLAIN = {"sen_provision": "N", "needs": [], "born_on": BORN}


@pytest.fixture(autouse=True)
def _roles(transactional_db):
    if database_grants.missing_roles():
        pytest.skip("the tests' server has not the three roles")
    assert database_grants.run_grants()


def years_after(day, years, *, days=0):
    return NOW.replace(year=day.year + years, month=day.month, day=day.day) + timedelta(days=days)


def placed(cast, until=NOW, **known):
    child = PupilFactory(buyer=cast.school, **PLAIN | known)
    given = {
        "to": cast.provider,
        "needs": Can.TAKE_REGISTER,
        "stage": DisclosureStage.PLACED,
        "purpose": "x",
        "source": "L",
    }
    disclose(child, **given, last_on=date(2150, 7, 31), at=NOW - timedelta(days=30))
    if until:
        end_disclosures("L", at=until)
    return child


def classes_due(at):
    return {one.retention: list(one.pupils) for one in find_due_pupils(at) if one.pupils}


@pytest.mark.parametrize(
    ("known", "retention", "years", "since"),
    [
        ({"looked_after_by": "Borchester"}, LOOKED_AFTER_RETENTION, 75, BORN),
        ({"sen_provision": "K", "needs": ["SEMH"]}, SPECIAL_NEEDS_RETENTION, 31, BORN),
        ({"sen_provision": ""}, SPECIAL_NEEDS_RETENTION, 31, BORN),
        ({}, REGISTER_RETENTION, 6, NOW.date()),
    ],
    ids=["looked after", "special needs", "special needs not recorded", "registers"],
)
def test_the_record_of_a_placed_child_is_due_after_the_longest_retention_period(cast, known, retention, years, since):
    child = placed(cast, **known)
    assert retention_class_of(child) == retention
    assert classes_due(years_after(since, years, days=-1)) == {}
    assert classes_due(years_after(since, years)) == {retention: [child]}


def test_a_record_with_child_protection_information_is_kept_until_25_years_after_birth(cast):
    child = placed(cast)
    ProtectionInformation.objects.create(pupil=child, concerns="Neglect.", kept_at=NOW)
    assert retention_class_of(child) == CHILD_PROTECTION_RETENTION
    assert classes_due(years_after(BORN, 25, days=-1)) == {}
    assert classes_due(years_after(BORN, 25)) == {CHILD_PROTECTION_RETENTION: [child]}


def test_the_record_of_a_child_who_was_never_placed_is_due_a_year_after_leaving(cast):
    child = PupilFactory(buyer=cast.school)
    assert retention_class_of(child) == NEVER_PLACED_RETENTION
    leave(child, left_on=NOW.date(), by=cast.ruth, at=NOW)
    assert classes_due(years_after(NOW.date(), 1, days=-1)) == {}
    assert classes_due(years_after(NOW.date(), 1)) == {NEVER_PLACED_RETENTION: [child]}


def test_the_record_of_a_child_not_marked_as_having_left_is_due_when_they_are_twenty(cast):
    child = PupilFactory(buyer=cast.school, looked_after_by="Borchester")
    assert classes_due(years_after(BORN, 20, days=-1)) == {}
    assert classes_due(years_after(BORN, 20)) == {NEVER_PLACED_RETENTION: [child]}


def test_the_record_of_a_child_still_on_roll_is_kept_until_the_child_is_an_adult(cast):
    child = placed(cast, born_on=date(2019, 5, 14), year_group=2)
    assert classes_due(years_after(NOW.date(), 6)) == {}
    left = leave(child, left_on=NOW.date(), by=cast.ruth, at=NOW)
    assert classes_due(years_after(NOW.date(), 6)) == {REGISTER_RETENTION: [left]}


def test_a_record_with_a_current_placement_or_a_legal_hold_is_kept(cast):
    placed(cast, until=None)
    assert classes_due(years_after(BORN, 99)) == {}
    end_disclosures("L", at=NOW)
    child = Pupil.objects.get()
    hold(child, reason="A claim is open.", by=cast.ruth, at=NOW)
    assert classes_due(years_after(BORN, 99)) == {}


def test_the_date_in_the_certificate_comes_from_the_retention_rule(cast):
    child = placed(cast)
    at = years_after(NOW.date(), 6)
    with acting_as(DISPOSAL_ROLE):
        (made,) = dispose_due_records(by=cast.maud, at=at)
    certificate = DisposalCertificate.objects.get()
    assert made.certificate == certificate
    assert (certificate.buyer, certificate.retention, certificate.count) == (cast.school, "registers", 1)
    assert (certificate.references, certificate.by, certificate.made_at) == ([child.reference], cast.maud, at)
    assert "6 years" in certificate.rule
    assert "Thistlewood" not in str(certificate.__dict__)


def lived(cast):
    """Create a child with every kind of record.

    The child is added with the command, then referred, placed under an agreement, and viewed.
    """
    child = record(cast.school, is_another=True, by=cast.ruth, at=NOW, **CHILD | {"sen_provision": "N", "needs": []})
    amend(child, risks="Runs.", by=cast.ruth, at=NOW)
    PupilContactFactory(pupil=child)
    ProtectionInformation.objects.create(pupil=child, concerns="x", kept_at=NOW)
    referral = ReferralFactory(buyer=cast.school, pupil=child, status="placed")
    placement = PlacementFactory(interest__confirmed=True, interest__referral=referral, running=True)
    queries.pupil_pack(
        child, place=PLACED_PACK_PLACE, person=cast.ruth, acting_for=cast.school, purpose="To see", at=NOW
    )
    end_disclosures(placement.reference, at=NOW)
    return child


CHILDS = (
    Pupil,
    PupilContact,
    ProtectionInformation,
    DisclosureGrant,
    RecordAccess,
    Referral,
    ExpressionOfInterest,
    Placement,
    PreStartCheck,
)


def test_deletion_removes_everything_about_the_child_in_every_room_and_nothing_else(cast):
    other = lived(cast)
    Pupil.objects.filter(pk=other.pk).update(hold="A claim is open.")
    agreements = Agreement.objects.exclude(kind="placement").count()
    kept = {model: set(model.objects.values_list("pk", flat=True)) for model in CHILDS}
    events = set(Event.objects.values_list("pk", flat=True))
    lived(cast)
    assert all(model.objects.count() > len(kept[model]) for model in CHILDS)
    with acting_as(DISPOSAL_ROLE):
        assert dispose_due_records(by=cast.helen, at=years_after(BORN, 25))
    assert {model: set(model.objects.values_list("pk", flat=True)) for model in CHILDS} == kept
    assert set(Event.objects.values_list("pk", flat=True)) == events
    assert Agreement.objects.filter(kind="placement").count() == 1
    assert Agreement.objects.exclude(kind="placement").count() >= agreements
    for past in row_histories():
        tracked = past.pgh_tracked_model
        if tracked in CHILDS:
            assert set(past.objects.values_list("pgh_obj_id", flat=True)) <= kept[tracked]
    left = EventSubject.objects.filter(record_type__in=[record_type(model) for model in CHILDS])
    assert all(one.record_id in kept[find_model(one.record_type)] for one in left)


def test_links_about_the_child_are_deleted_and_other_links_are_not(cast):
    """A link has no foreign key to its record, so this test makes a link to every kind of record that is deleted."""
    child, other = lived(cast), lived(cast)
    Pupil.objects.filter(pk=other.pk).update(hold="A claim is open.")

    def link(record):
        made = make_link(record, purpose="tests.visit", expires_at=NOW + timedelta(days=1), at=NOW)
        return made.link.pk

    about = [child, *Placement.objects.filter(pupil=child), *Referral.objects.filter(pupil=child)]
    gone = {link(record) for record in about}
    kept = {link(record) for record in (other, cast.school, Placement.objects.get(pupil=other))}
    assert len(gone) == 3
    with acting_as(DISPOSAL_ROLE):
        assert dispose_due_records(by=cast.helen, at=years_after(BORN, 25))
    assert set(Link.objects.values_list("pk", flat=True)) == kept


def test_every_table_that_refers_to_records_by_kind_and_key_can_have_its_rows_deleted():
    named = {model._meta.label for model in models_naming_records()}
    assert "links.Link" in named
    assert named <= database_grants.DISPOSABLE_MODELS


def row_histories():
    return [model for model in apps.get_models() if getattr(model, "pgh_tracked_model", None) is not None]


def test_a_signed_placement_agreement_is_deleted_with_its_signatures(cast):
    child = lived(cast)
    agreement = Placement.objects.get(pupil=child).agreement
    assert {Agreement, Signature} & set(find_dependent_rows(Agreement, [agreement.pk]))
    with acting_as(DISPOSAL_ROLE):
        dispose_due_records(by=cast.helen, at=years_after(BORN, 25))
    assert not Agreement.objects.filter(pk=agreement.pk).exists()


def test_every_table_related_to_a_child_can_have_its_rows_deleted():
    """If an app adds a reference to a child, the table must be added to roles.DISPOSABLE."""
    seen, waiting = {Pupil}, [Pupil]
    while waiting:
        for relation in waiting.pop()._meta.get_fields(include_hidden=True):
            above = relation.related_model
            if not (relation.auto_created and isinstance(above, type) and issubclass(above, models.Model)):
                continue
            if above not in seen and not hasattr(above, "pgh_tracked_model"):
                seen.add(above)
                waiting.append(above)
    assert {model._meta.label for model in seen} <= database_grants.DISPOSABLE_MODELS


def test_a_dry_run_of_the_deletion_changes_nothing_and_needs_no_special_database_role(cast):
    child = placed(cast)
    (found,) = dispose_due_records(by=cast.bea, at=years_after(NOW.date(), 6), dry_run=True)
    assert (found.references, found.certificate) == ([child.reference], None)
    assert Pupil.objects.exists()
    assert not DisposalCertificate.objects.exists()


def test_only_people_responsible_for_a_buyers_records_can_delete_them(cast):
    placed(cast)
    at = years_after(NOW.date(), 6)
    elsewhere = person(Role.ADMINISTRATOR, at=AuthorityFactory())
    other_head = person(Role.HEAD, at=SchoolOrganisationFactory())
    for stranger in (elsewhere, other_head, cast.ruth, cast.saul, cast.olivia, cast.nina, cast.ada):
        with acting_as(DISPOSAL_ROLE):
            assert dispose_due_records(by=stranger, at=at) == []
    assert Pupil.objects.exists()


@pytest.mark.parametrize("role", [APPLICATION_ROLE, OWNER_ROLE])
def test_the_application_and_owner_database_roles_cannot_delete_a_childs_record(cast, role):
    child = placed(cast)
    queries.pupil_pack(
        child, place=PLACED_PACK_PLACE, person=cast.ruth, acting_for=cast.school, purpose="To see", at=NOW
    )
    refused = r"permission|Cannot|current transaction"
    with acting_as(role), pytest.raises((ProgrammingError, psycopg.Error, Exception), match=refused):
        dispose_due_records(by=cast.helen, at=years_after(NOW.date(), 6))
    assert Pupil.objects.exists()
    assert RecordAccess.objects.exists()
    assert not DisposalCertificate.objects.exists()


def test_running_the_deletion_a_second_time_finds_nothing_to_delete(cast):
    placed(cast)
    with acting_as(DISPOSAL_ROLE):
        assert dispose_due_records(by=cast.maud, at=years_after(NOW.date(), 6))
        assert dispose_due_records(by=cast.maud, at=years_after(NOW.date(), 6)) == []
    assert DisposalCertificate.objects.count() == 1


def test_records_in_a_restored_backup_are_deleted_again_without_a_second_certificate(cast):
    child, at = placed(cast), years_after(NOW.date(), 6)
    with acting_as(DISPOSAL_ROLE):
        dispose_due_records(by=cast.maud, at=at)
    PupilFactory(buyer=cast.school, reference=child.reference, hold="The hold in the backup was lifted since")
    # The child was deleted after the backup was made, so the backup has no certificate for this child.
    later = placed(cast)
    with acting_as(DISPOSAL_ROLE):
        assert redo_pupil_disposals(at=at) == 2
    assert not Pupil.objects.exists()
    assert [one.references for one in DisposalCertificate.objects.order_by("pk")] == [
        [child.reference],
        [later.reference],
    ]


def test_the_commands_report_what_they_would_delete_and_what_they_deleted(cast, capsys, monkeypatch):
    child = placed(cast)
    monkeypatch.setattr(clock, "now", lambda: years_after(NOW.date(), 6))
    call_command("dispose_pupils", by=cast.maud.email, dry_run=True)
    output = capsys.readouterr().out
    assert child.reference in output
    assert "Nothing has been changed" in output
    with acting_as(DISPOSAL_ROLE):
        call_command("dispose_pupils", by=cast.maud.email)
        call_command("dispose_pupils", by=cast.maud.email)
        call_command("redo_disposals")
    output = capsys.readouterr().out
    assert child.reference in output
    assert "No records are due to be deleted." in output
    assert "0 deleted again." in output
    assert "Thistlewood" not in output
