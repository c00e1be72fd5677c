"""What raw SQL cannot rewrite, in whichever role: who has which role, what was invited, what a key opens."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from calloff.agreements.models import Agreement
from calloff.documents.models import File
from calloff.people.commands import accept_invitation, end, invite_person, make_key, revoke_key
from calloff.people.models import ApiKey, Grant
from calloff.people.permissions import Role
from calloff.people.states import GrantStatus, InvitationStatus, KeyStatus
from calloff.placements.models import Attendance
from tests.factories import NOW, GrantFactory, ProviderFactory, UserFactory, person
from tests.factories_evidence import FileFactory
from tests.factories_markets import AgreementFactory
from tests.placements import ready

pytestmark = pytest.mark.django_db


def refuses(record, **columns):
    """Each column by itself, by SQL that our code did not write."""
    for column, value in columns.items():
        with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic(), connection.cursor() as sql:
            sql.execute(f'UPDATE {record._meta.db_table} SET "{column}" = %s WHERE id = %s', [value, record.pk])
    return True


def test_a_role_is_never_given_to_another_person_place_or_rank_and_still_ends():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    lead = Grant.objects.get(person=ada)
    other = GrantFactory(organisation=lead.organisation, role=Role.PROVIDER_LEAD).person
    refuses(
        lead, person_id=UserFactory().pk, organisation_id=ProviderFactory().pk, role="approver", starts_at="2001-01-01"
    )
    assert end(lead, by=other, at=NOW).status == GrantStatus.ENDED


def test_an_invitation_keeps_its_address_and_roles_before_and_after_it_is_accepted():
    provider = ProviderFactory()
    ada, zed = person(Role.PROVIDER_LEAD, at=provider), UserFactory()
    sent = invite_person(provider, email=zed.email, roles=[Role.PROVIDER_STAFF], by=ada, at=NOW)
    changes = {
        "email": "x@example.org", "roles": ["provider_lead"], "organisation_id": ProviderFactory().pk,
        "inviting_id": ProviderFactory().pk, "invited_by_id": zed.pk, "alone": not sent.alone,
    }  # fmt: skip
    refuses(sent, **changes)
    assert accept_invitation(sent, by=zed, at=NOW).status == InvitationStatus.ACCEPTED
    refuses(sent, **changes)


def test_a_key_opens_what_it_was_made_for_until_its_last_day_and_is_revoked():
    provider = ProviderFactory()
    ada = person(Role.PROVIDER_LEAD, at=provider)
    last_day = NOW.date() + timedelta(days=30)
    key = make_key(provider, name="Timetable", scopes=[], expires_on=last_day, by=ada, at=NOW).key
    changes = {"scopes": ["services:places"], "digest": "0" * 64, "expires_on": "2099-01-01", "prefix": "abcdefgh"}
    refuses(key, **changes)
    assert revoke_key(key, by=ada, at=NOW).status == KeyStatus.REVOKED
    refuses(ApiKey.objects.get(), **changes)


def test_a_file_is_the_bytes_that_were_uploaded_under_the_name_they_had():
    file = FileFactory()
    refuses(file, sha256="0" * 64, size=1, name="other.pdf", kind="txt", uploaded_by_id=UserFactory().pk)
    assert File.objects.filter(pk=file.pk).update(scan="infected", scanned_at=NOW) == 1


def test_an_agreement_keeps_its_title_and_prices():
    agreement = AgreementFactory()
    refuses(agreement, title="Another", prices='[{"amount": "1.00"}]')
    assert Agreement.objects.get().title == agreement.title


def test_a_mark_stays_with_its_child_its_day_and_its_session():
    placement = ready.running()
    mark = Attendance.objects.get(placement=placement)
    refuses(mark, day="2001-01-01", session="pm", placement_id=0, authority_id=placement.buyer_id)
    assert Attendance.objects.get().session == "am"
