"""Tests for a school that moves to another authority. It keeps its URN and its records."""

import re
from datetime import timedelta

import pytest

from calloff.kernel.formatting import format_date
from calloff.partners.buying_eligibility import BuyingStandingWord, buying_standing
from calloff.partners.commands import ask_to_join
from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import Role
from calloff.registers.commands import import_schools
from calloff.registers.models import School
from calloff.registers.queries import changes_of_authority
from tests.factories import NOW, AuthorityFactory, UserFactory, person
from tests.partners.scenario import binding, market, olivia, school
from tests.registers.files import row, schools_file

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


def import_moved_school(tmp_path, at, **changes):
    [one] = import_schools(schools_file(tmp_path, row(**changes), row(URN="100002")), at=at)
    return one


@pytest.fixture
def ours(tmp_path):
    """Create West Sussex as an authority, with one of its schools on Calloff."""
    import_moved_school(tmp_path, NOW)
    return AuthorityFactory(name="West Sussex County Council", la_code="938")


def moved(tmp_path, at=LATER):
    return import_moved_school(tmp_path, at, **{"LA (code)": "838", "LA (name)": "Dorset"})


def here(ours):
    known = School.objects.get(urn=100001)
    known.delete()  # The story itself registers this provider.
    return school(100001, name=known.name, host=ours, **{"la_code": "938", "la_name": "West Sussex"})


def words(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_change_of_authority_is_stored_with_the_date_of_the_register_file(tmp_path, ours):
    assert moved(tmp_path).changed == 1
    [change] = changes_of_authority(100001)
    assert (change.from_code, change.from_name, change.to_code, change.to_name) == (
        "938",
        "West Sussex",
        "838",
        "Dorset",
    )
    assert change.seen_at == LATER
    assert changes_of_authority(100002) == []


def test_importing_again_adds_no_change_and_a_school_that_moves_back_has_two_changes(tmp_path, ours):
    moved(tmp_path)
    moved(tmp_path, LATER + timedelta(days=1))
    import_moved_school(tmp_path, LATER + timedelta(days=2))
    assert [(one.from_code, one.to_code) for one in changes_of_authority(100001)] == [("838", "938"), ("938", "838")]


def test_a_preview_does_not_store_any_change_of_authority(tmp_path, ours):
    path = schools_file(tmp_path, row(**{"LA (code)": "838", "LA (name)": "Dorset"}))
    import_schools(path, at=LATER, preview=True)
    assert changes_of_authority(100001) == []


def test_roles_and_agreements_stay_in_force_when_a_school_changes_authority(tmp_path, ours):
    buyer, one = here(ours), market(ours)
    binding(buyer, one)
    grants = set(RoleGrant.objects.filter(organisation=buyer).values_list("pk", "status"))
    moved(tmp_path)
    assert Organisation.objects.get(urn=100001).slug == buyer.slug
    assert set(RoleGrant.objects.filter(organisation=buyer).values_list("pk", "status")) == grants
    assert buying_standing(buyer, one, at=LATER).word == BuyingStandingWord.SIGNED


def test_the_schools_page_shows_its_former_council_and_the_date_of_the_change(client, settings, tmp_path, ours):
    settings.DEMONSTRATION = True  # This person does not need a second step.
    buyer = here(ours)
    moved(tmp_path)
    client.force_login(person(Role.HEAD, at=buyer))
    page = words(client.get(f"/buyers/{buyer.slug}/details"))
    assert f"West Sussex until {format_date(LATER)}, when the register of schools changed it to Dorset." in page


def test_the_old_authority_still_lists_the_school_and_shows_its_new_authority(client, settings, tmp_path, ours):
    settings.DEMONSTRATION = True
    buyer, one = here(ours), market(ours)
    binding(buyer, one)
    moved(tmp_path)
    client.force_login(olivia(ours))
    assert "(now in Dorset, according to the register of schools)" in words(
        client.get(f"/authorities/{ours.slug}/schools")
    )


def test_a_request_to_join_a_school_with_no_users_goes_to_the_new_authority(tmp_path, ours):
    here(ours)
    dorset = AuthorityFactory(name="Dorset Council", la_code="838")
    moved(tmp_path)
    asked = ask_to_join(100001, by=UserFactory(), at=LATER, role=Role.AP_LEAD, said="I am the SENCO.")
    assert asked.answerable == dorset
