"""Tests for a printed copy of a record, which is for one person and contains nothing about other contacts."""

import pytest

from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.pupils.models import RecordAccess
from calloff.pupils.queries import pupil_pack
from tests.factories import NOW
from tests.factories_placements import PlacementFactory, PupilContactFactory, PupilFactory
from tests.placements import scenario
from tests.placements.test_day_notes import provider_records

pytestmark = pytest.mark.django_db
FORBIDDEN = ("Joost Crane says", "01632 960302", "7 Made-up Mews", "12 Gorse Lane", "Nameless words")


@pytest.fixture
def child(buyer):
    return PupilFactory(buyer=buyer, address="12 Gorse Lane", parent_views="Nameless words")


@pytest.fixture
def mother(child):
    return PupilContactFactory(
        pupil=child, rank=1, name="Anneke Crane", telephone="01632 960301", address_withheld="refuge",
        views="Anneke Crane says",
    )  # fmt: skip


@pytest.fixture
def father(child):
    return PupilContactFactory(
        pupil=child, rank=2, name="Joost Crane", relation="Father", telephone="01632 960302", lives_with_child="no",
        address="7 Made-up Mews", views="Joost Crane says",
    )  # fmt: skip


@pytest.fixture
def parents(mother, father):
    return mother, father


def copy_for(client, to, child, contact=None):
    query = f"?for={contact.pk}" if contact else ""
    answer = client.get(to("pupil-held", child.reference) + query)
    return answer.status_code, answer.content.decode()


def test_a_copy_for_one_parent_contains_nothing_about_the_other_parent(client, ruth, to, child, parents):
    client.force_login(ruth)
    mother, father = parents
    status, page = copy_for(client, to, child, mother)
    assert (status, "This copy is for Anneke Crane, mother" in page, "Anneke Crane says" in page) == (200, True, True)
    assert [words for words in FORBIDDEN if words in page] == []
    status, page = copy_for(client, to, child, father)
    assert (status, "Joost Crane says" in page) == (200, True)
    assert [words for words in ("Anneke Crane says", "01632 960301", "12 Gorse Lane", "refuge") if words in page] == []


def test_a_copy_for_the_child_has_no_contacts_and_no_withheld_address(client, ruth, to, child, parents):
    client.force_login(ruth)
    status, page = copy_for(client, to, child)
    assert (status, "This copy is for the child" in page) == (200, True)
    assert [words for words in (*FORBIDDEN, "Anneke Crane says", "01632 960301") if words in page] == []


def test_the_page_lists_each_person_who_cannot_have_a_copy_and_why(client, ruth, to, child, parents):
    _, father = parents
    father.responsibility = "no"
    father.save()
    client.force_login(ruth)
    why = "Joost Crane does not have parental responsibility."
    status, page = copy_for(client, to, child)
    assert why in page
    assert f"?for={father.pk}" not in page
    before = RecordAccess.objects.count()
    status, page = copy_for(client, to, child, father)
    assert (status, why in page, child.given_name in page) == (403, True, False)
    assert RecordAccess.objects.count() == before


@pytest.mark.parametrize("asked", ["0", "x", "999999999999999999999"])
def test_a_copy_for_a_person_who_is_not_listed_returns_404(client, ruth, to, child, asked):
    client.force_login(ruth)
    assert client.get(f"{to('pupil-held', child.reference)}?for={asked}").status_code == 404


def test_people_who_edit_the_record_see_which_details_are_withheld(client, ruth, to, child, parents):
    _, father = parents
    father.order, father.order_what = "yes", "No contact at all"
    father.save()
    client.force_login(ruth)
    page = client.get(to("pupil", child.reference)).content.decode()
    for words in ("Address withheld: refuge", "Court order limits contact. The order does not allow: No contact at all",
                  "7 Made-up Mews",
                  "withheld. Do not give this address to anyone", "Anneke Crane says", "Joost Crane says"):  # fmt: skip
        assert words in page, words


@pytest.fixture
def placed(child):
    """Place the child with a provider.

    The provider records that the child slept at Yard Farm, and opens the full details.
    """
    referral = {"interest__referral__pupil": child, "interest__referral__buyer": child.buyer}
    placement = PlacementFactory(running=True, provider__name="Gorse Yard Learning", **referral)
    provider_records(placement)
    reader = {"person": scenario.ben(placement), "acting_for": placement.provider, "at": NOW}
    assert pupil_pack(child, place=PLACED_PACK_PLACE, purpose="To educate the child", **reader)
    return placement


@pytest.fixture
def copy(client, ruth, to, child):
    client.force_login(ruth)
    return lambda contact: copy_for(client, to, child, contact)


def tells_where(page, placement):
    """Return what a page shows about where a child is: the provider, the service, the days and other places."""
    provider, service = placement.provider.name, placement.service.name
    told = {provider: "provider", service: "service", placement.reference: "reference", "Yard Farm": "note",
            "Daily notes": "notes", "Who can see this pupil": "disclosures"}  # fmt: skip
    return {what for words, what in told.items() if words in page}


@pytest.mark.parametrize("lives_there", ["no", "not_known"])
def test_a_copy_for_someone_who_lives_elsewhere_does_not_reveal_where_a_protected_child_is(
    copy, parents, placed, lives_there
):
    _, father = parents
    father.lives_with_child = lives_there
    father.save()
    status, page = copy(father)
    assert (status, tells_where(page, placed)) == (200, set())
    assert "leaves out where and when the child is taught" in page
    assert "Ask your safeguarding lead before you give Joost Crane anything more" in page


def test_a_copy_for_the_household_names_the_provider_but_leaves_out_places_in_notes(copy, parents, placed):
    mother, _ = parents
    every = {"provider", "service", "reference", "notes", "disclosures"}
    for contact in (mother, None):
        assert tells_where(copy(contact)[1], placed) == every


def test_copies_name_the_provider_if_no_home_address_is_withheld(copy, parents, placed):
    mother, father = parents
    mother.address_withheld = "no"
    mother.save()
    every = {"provider", "service", "reference", "notes", "disclosures"}
    assert tells_where(copy(father)[1], placed) == every
    assert tells_where(copy(mother)[1], placed) == every | {"note"}
