"""Tests that no page for a provider shows anything about a child once the provider's access has ended.

The decisions that `pupils` makes about a record have their own tests. These tests open every page at a later time, so
they fail for a new page that shows a child in any other way.
"""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import transaction
from django.urls import reverse

from calloff.kernel import clock
from calloff.placements.models import DayNote
from calloff.pupils.models import ProtectionInformation, Pupil, PupilContact
from calloff.referrals.models import Referral, ReferralQuestion
from tests.architecture.endpoints import fixtures as worlds
from tests.architecture.endpoints.access_matrix import client_of, sign_everybody_in
from tests.factories import NOW
from tests.factories_placements import LAST_DAY
from tools.addresses import PROVIDER, rows

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

DOORS = [
    one for one in rows.all_addresses()
    if one.method == "GET" and one.who & PROVIDER and not one.route.startswith("public:")
]  # fmt: skip
OVER = {
    "a fortnight after the last day": timedelta(days=(LAST_DAY - NOW.date()).days + 15),
    "two years later": timedelta(days=730),
}
MARK = "Quagmirebrook"  # Everything that is written about a child contains this text, and nothing else does.


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as held:
        held.setattr(clock, "now", lambda: NOW)
        made = worlds.make_world()
        write_marks()
        yield made
        transaction.set_rollback(True)


def write_marks():
    said = {name: MARK for name in ("strengths", "risks", "medical", "communication", "agencies", "attainment")}
    Pupil.objects.update(
        given_name=MARK, family_name=MARK, known_as=MARK, address=MARK, looked_after_by=MARK, parent_views=MARK,
        child_views=MARK, **said,
    )  # fmt: skip
    PupilContact.objects.update(name=MARK, address=MARK, views=MARK)
    ProtectionInformation.objects.update(concerns=MARK, plan=MARK, social_worker=MARK)
    changed = (DayNote, Referral, ReferralQuestion)
    with pgtrigger.ignore(*(f"{one._meta.label}:{each.name}" for one in changed for each in one._meta.triggers)):
        DayNote.objects.filter(side="buyer").update(place=MARK, text=MARK)
        DayNote.objects.filter(side="provider").update(answer="")
        Referral.objects.update(picture=MARK)
        ReferralQuestion.objects.update(answer=MARK)


def pages_with_marks(world, at, monkeypatch):
    """Return the endpoints that show text about a child to people at the provider at a given time."""
    monkeypatch.setattr(clock, "now", lambda: at)
    sign_everybody_in(world)
    found = set()
    for door in DOORS:
        for name in sorted(door.who & PROVIDER):
            before = transaction.savepoint()
            try:
                client = client_of(world, name, recently=True)
                client.raise_request_exception = False
                if door.before:
                    door.before(client, world, name)
                answer = client.get(reverse(door.route, args=door.where(world)) + door.query)
                body = b"".join(answer) if answer.streaming else answer.content
                assert answer.status_code < 500, (door, answer.exc_info)
                if MARK.encode() in body:
                    found.add(f"{door} as {name}")
            finally:
                transaction.savepoint_rollback(before)
                for somebody in filter(None, world.people.values()):
                    somebody.forget_roles()
    return found


def test_pages_show_children_the_person_has_access_to(world, monkeypatch):
    assert len(pages_with_marks(world, NOW, monkeypatch)) > 8


@pytest.mark.parametrize("when", OVER)
def test_pages_show_nothing_about_a_child_once_access_has_ended(world, when, monkeypatch):
    assert pages_with_marks(world, NOW + OVER[when], monkeypatch) == set()
