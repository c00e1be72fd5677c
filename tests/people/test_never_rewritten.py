"""Tests that roles, invitations and keys cannot be rewritten with raw SQL, in any database role."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from calloff.accounts.commands import ask_email_change, make_email_change
from calloff.agreements.models import Agreement
from calloff.documents.models import StoredFile
from calloff.links.commands import make_link, revoke_links, use_link
from calloff.links.models import Link
from calloff.people.commands import accept_invitation, ask_to_join, end, invite_person, make_key, revoke_key
from calloff.people.models import ApiKey, Organisation, RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import ApiKeyStatus, InvitationStatus, RoleGrantStatus
from calloff.placements.models import Attendance, AttendanceCorrection
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, UserFactory, person
from tests.factories_evidence import StoredFileFactory
from tests.factories_markets import AgreementFactory
from tests.placements import scenario

pytestmark = pytest.mark.django_db


def refuses(record, match="Cannot update rows", **columns):
    """Change each of the columns with SQL that is not in our code, and check that the database refuses this."""
    for column, value in columns.items():
        with pytest.raises(DatabaseError, match=match), transaction.atomic(), connection.cursor() as sql:
            sql.execute(f'UPDATE {record._meta.db_table} SET "{column}" = %s WHERE id = %s', [value, record.pk])
    return True


def test_the_database_refuses_to_move_a_role_to_another_person_or_organisation():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    lead = RoleGrant.objects.get(person=ada)
    other = RoleGrantFactory(organisation=lead.organisation, role=Role.PROVIDER_LEAD).person
    refuses(
        lead, person_id=UserFactory().pk, organisation_id=ProviderFactory().pk, role="approver", starts_at="2001-01-01"
    )
    assert end(lead, by=other, at=NOW).status == RoleGrantStatus.ENDED


def test_the_database_refuses_changes_to_an_invitations_address_and_roles():
    provider = ProviderFactory()
    ada, zed = person(Role.PROVIDER_LEAD, at=provider), UserFactory()
    sent = invite_person(provider, email=zed.email, roles=[Role.PROVIDER_STAFF], by=ada, at=NOW)
    changes = {
        "email": "x@example.org", "roles": ["provider_lead"], "organisation_id": ProviderFactory().pk,
        "inviting_id": ProviderFactory().pk, "invited_by_id": zed.pk, "alone": not sent.alone,
    }  # fmt: skip
    refuses(sent, expires_at=NOW + timedelta(days=400), times_sent=0, **changes)
    assert accept_invitation(sent, by=zed, at=NOW).status == InvitationStatus.ACCEPTED
    refuses(sent, answered_at=NOW + timedelta(days=1), answered_by_id=UserFactory().pk, **changes)


def test_the_database_refuses_to_extend_an_ended_role():
    ada, zed = (
        RoleGrantFactory(organisation=provider, role=Role.PROVIDER_LEAD) for provider in [ProviderFactory()] * 2
    )
    refuses(end(zed, by=ada.person, at=NOW), ends_at=NOW + timedelta(days=400))


def test_the_database_refuses_to_reactivate_a_revoked_link_or_to_extend_any_link():
    made = make_link(ProviderFactory(), purpose="a.test", expires_at=NOW + timedelta(days=1), at=NOW, max_uses=2)
    use_link(made.token, purpose="a.test", at=NOW)
    revoke_links(Organisation.objects.get(), purpose="a.test", at=NOW)
    link = Link.objects.get()
    refuses(
        link, revoked_at=None, expires_at=NOW + timedelta(days=400), max_uses=9, uses=0, digest="0" * 64,
        purpose="b.test", record_id=0,
    )  # fmt: skip


def test_the_database_refuses_changes_to_a_request_to_join():
    asked = ask_to_join(ProviderFactory(), said="I work there.", by=UserFactory(), at=NOW)
    refuses(asked, role="approver", person_id=UserFactory().pk, said="Let me in.", asked_at=NOW - timedelta(9))


def test_the_database_refuses_to_change_the_addresses_and_times_of_an_email_change():
    ada = UserFactory(email="ada@example.org")
    change = ask_email_change(ada, new="new@example.org", by=ada, at=NOW)
    refuses(change, old="x@example.org", new="x@example.org", asked_at=NOW + timedelta(days=8))
    make_email_change(change, by=ada, at=NOW)
    refuses(change, made_at=NOW + timedelta(days=8))


def test_the_database_refuses_to_change_the_scopes_or_last_day_or_revocation_of_an_api_key():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    last_day = NOW.date() + timedelta(days=30)
    key = make_key(provider, name="Timetable", scopes=[], expires_on=last_day, by=ada, at=NOW).key
    changes = {"scopes": ["services:places"], "digest": "0" * 64, "expires_on": "2099-01-01", "prefix": "abcdefgh"}
    refuses(key, **changes)
    assert revoke_key(key, by=ada, at=NOW).status == ApiKeyStatus.REVOKED
    refuses(ApiKey.objects.get(), revoked_at=NOW + timedelta(days=9), **changes)


def test_the_database_refuses_to_change_the_bytes_or_the_name_of_a_file():
    file = StoredFileFactory()
    refuses(file, sha256="0" * 64, size=1, name="other.pdf", kind="txt", uploaded_by_id=UserFactory().pk)
    assert StoredFile.objects.filter(pk=file.pk).update(scan="infected", scanned_at=NOW) == 1
    refuses(file, scan="clean", uploaded_at=NOW + timedelta(days=9))
    waiting = StoredFileFactory()
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        StoredFile.objects.filter(pk=waiting.pk).update(scan="waiting", scanned_at=None)


def test_the_database_refuses_to_change_the_title_or_prices_of_an_agreement():
    agreement = AgreementFactory()
    refuses(agreement, title="Another", prices='[{"amount": "1.00"}]')
    assert Agreement.objects.get().title == agreement.title


def test_only_certain_actions_change_the_last_day_of_an_agreement():
    agreement = AgreementFactory(paper=StoredFileFactory())
    refuses(agreement, match="changes only by a step", ends_on="2099-12-31")
    refuses(agreement, paper_id=StoredFileFactory().pk)


def test_the_database_refuses_to_change_the_child_the_day_or_the_session_of_a_mark():
    placement = scenario.running()
    mark = Attendance.objects.get(placement=placement)
    refuses(mark, day="2001-01-01", session="pm", placement_id=0, authority_id=placement.buyer_id)
    assert Attendance.objects.get().session == "am"


def test_a_mark_or_code_can_be_changed_only_by_a_correction_that_keeps_the_earlier_value():
    placement = scenario.running()
    mark = Attendance.objects.get(placement=placement)
    refuses(
        mark, match="a mark changes only with its correction", mark="absent", reason="Ill",
        marked_by_id=UserFactory().pk, marked_at=NOW - timedelta(days=9),
    )  # fmt: skip
    Attendance.objects.filter(pk=mark.pk).update(code="B", nature="Forest school", confirmed_at=NOW)
    refuses(mark, match="a code changes only with its correction", code="P", nature="Sport")
    AttendanceCorrection.objects.create(
        attendance=mark, mark=mark.mark, code="B", nature="Forest school", by=mark.marked_by, at=NOW
    )
    assert Attendance.objects.filter(pk=mark.pk).update(code="P", nature="", confirmed_at=NOW) == 1
