"""Tests for the page about a child about whom the authority was notified. Every view is logged."""

import pytest
from django.urls import reverse

from calloff.people.permissions import Can, Role
from calloff.pupils.disclosure_grants import end_disclosures
from calloff.pupils.models import RecordAccess
from calloff.pupils.states import DisclosureStage
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_placements import PupilFactory, disclose

WHY = "The child has an education, health and care plan"


@pytest.fixture
def child(authority):
    made = PupilFactory(buyer=SchoolOrganisationFactory(host=authority), family_name="Thistlewood", risks="Runs.")
    disclose(
        made, to=authority, needs=Can.KNOW_CHILD, stage=DisclosureStage.TOLD, purpose=WHY, source="TST-L-0001", at=NOW
    )
    return made


def test_the_sen_officer_sees_initials_in_the_list_and_details_on_a_childs_page(client, authority, child):
    client.force_login(person(Role.SEN_OFFICER, at=authority))
    page = client.get(reverse("authority:pupils", args=[authority.slug])).content.decode()
    assert child.reference in page
    assert "Thistlewood" not in page
    answer = client.get(reverse("authority:pupil", args=[authority.slug, child.reference]))
    page = answer.content.decode()
    assert "Jasmine Thistlewood" in page
    assert f"Purpose: {WHY}" in page
    assert "Confidential: information about a pupil" in page
    assert "Runs." not in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(RecordAccess.objects.order_by("pk").values_list("what", "purpose"))[-1] == ("pack", WHY)


def test_a_childs_page_cannot_be_opened_after_access_ends_and_the_attempt_is_logged(client, authority, child):
    end_disclosures("TST-L-0001", at=NOW)
    client.force_login(person(Role.SEN_OFFICER, at=authority))
    assert client.get(reverse("authority:pupil", args=[authority.slug, child.reference])).status_code == 404
    assert RecordAccess.objects.get().what == "refused"


def test_officers_who_cannot_view_a_child_see_who_can(client, authority, child):
    client.force_login(person(Role.CONTRACTS_OFFICER, at=authority))
    answer = client.get(reverse("authority:pupil", args=[authority.slug, child.reference]))
    assert answer.status_code == 403
    assert "SEN officer" in answer.content.decode()
