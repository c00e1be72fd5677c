"""Tests for the list of records that are due for deletion. Only the people responsible for deletion can see it."""

import re
from datetime import date

import pytest
from django.urls import reverse

from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from calloff.placements import commands
from calloff.placements.models import DisposalApproval
from calloff.pupils.models import DisposalCertificate
from tests.factories import NOW, person, rewrite
from tests.factories_placements import PupilFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_demonstration(settings):
    settings.DEMONSTRATION = True


def gone(buyer):
    return PupilFactory(buyer=buyer, family_name="Thistlewood", status="left", left_on=date(2024, 7, 19))


def test_the_head_and_the_council_administrator_can_see_due_and_deleted_records_on_a_page(client, buyer, helen, to):
    child, still = gone(buyer), PupilFactory(buyer=buyer)
    DisposalCertificate.objects.create(
        buyer=buyer, retention="never-placed", rule="Children who were never placed: 12 months.", count=3,
        references=["PU-AAAAAA"], by=helen, made_at=NOW,
    )  # fmt: skip
    council = reverse("authority:retention", args=[buyer.host.slug])
    for somebody, page in ((helen, to("retention")), (person(Role.ADMINISTRATOR, at=buyer.host), council)):
        client.force_login(somebody)
        text = client.get(page).content.decode()
        assert child.reference in text
        assert still.reference not in text
        assert "12 months" in text
        assert "Thistlewood" not in text


def test_only_people_responsible_for_records_can_see_the_page_and_its_link(client, ruth, helen, to):
    client.force_login(ruth)
    assert client.get(to("retention")).status_code == 403
    assert to("retention") not in client.get(to("referrals")).content.decode()
    client.force_login(helen)
    assert to("retention") in client.get(to("referrals")).content.decode()
    assert "No record has reached the end of its retention period" in client.get(to("retention")).content.decode()


def test_a_head_sees_initials_and_a_people_administrator_sees_only_references_before_approving(
    client, buyer, helen, to
):
    child = gone(buyer)
    bea, maud = person(Role.BUYER_ADMINISTRATOR, at=buyer), person(Role.ADMINISTRATOR, at=buyer.host)
    council = reverse("authority:disposal-approve", args=[buyer.host.slug])
    ours = to("disposal-approve")
    for somebody, page, sees in ((helen, ours, True), (bea, ours, False), (maud, council, False)):
        client.force_login(somebody)
        text = client.get(page).content.decode()
        assert child.reference in text
        assert "Thistlewood" not in text
        assert (to("pupil", child.reference) in text) is sees


def test_a_deletion_is_approved_in_two_steps_and_can_be_withdrawn(client, buyer, helen, to):
    child = gone(buyer)
    client.force_login(helen)
    assert "Check and delete these records" in client.get(to("retention")).content.decode()
    page = client.get(to("disposal-approve")).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    unchecked = client.post(to("disposal-approve"), {"seen": seen})
    assert "Confirm that you have checked the list" in unchecked.content.decode()
    other = gone(buyer)
    changed = client.post(to("disposal-approve"), {"seen": seen, "checked": "on"}).content.decode()
    assert "The list of records has changed" in changed
    assert other.reference in changed
    seen = re.search(r'name="seen" value="(\w+)"', changed)[1]
    done = client.post(to("disposal-approve"), {"seen": seen, "checked": "on"}, follow=True).content.decode()
    assert "Deletion approved. We will delete the records after" in done
    assert "2 children’s records" in done
    assert "Check and delete these records" not in done
    approval = DisposalApproval.objects.get()
    assert approval.records == sorted([child.reference, other.reference])
    kept = client.post(to("disposal-withdraw", approval.pk), follow=True).content.decode()
    assert "Approval withdrawn. We will not delete the records." in kept


def test_the_page_says_so_if_the_person_who_approved_a_deletion_is_no_longer_responsible_for_it(
    client, buyer, helen, to
):
    gone(buyer)
    commands.approve_disposal(buyer, seen=commands.find_due_for_disposal(buyer, NOW).digest, by=helen, at=NOW)
    client.force_login(person(Role.BUYER_ADMINISTRATOR, at=buyer))
    assert "We will delete them after" in client.get(to("retention")).content.decode()
    rewrite(RoleGrant.objects.filter(person=helen), ends_at=NOW)
    text = client.get(to("retention")).content.decode()
    assert "We will delete them after" not in text
    assert f"{helen.name} is no longer responsible for deleting records" in text
    assert "Withdraw the approval" in text
