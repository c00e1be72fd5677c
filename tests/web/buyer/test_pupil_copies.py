"""A printed copy of a record is for one person, and holds nothing of the other contacts; each page is a reading."""

import pytest

from calloff.pupils.models import Read
from tests.factories_placing import ContactFactory, PupilFactory

pytestmark = pytest.mark.django_db
FORBIDDEN = ("Joost Crane says", "01632 960302", "7 Made-up Mews", "12 Gorse Lane", "Nameless words")


@pytest.fixture
def child(buyer):
    return PupilFactory(buyer=buyer, address="12 Gorse Lane", parent_views="Nameless words")


@pytest.fixture
def mother(child):
    return ContactFactory(
        pupil=child, rank=1, name="Anneke Crane", telephone="01632 960301", address_withheld="refuge",
        views="Anneke Crane says",
    )  # fmt: skip


@pytest.fixture
def father(child):
    return ContactFactory(
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


def test_a_copy_for_one_parent_holds_nothing_of_the_other(client, ruth, to, child, parents):
    client.force_login(ruth)
    mother, father = parents
    status, page = copy_for(client, to, child, mother)
    assert (status, "Copy for Anneke Crane, mother" in page, "Anneke Crane says" in page) == (200, True, True)
    assert [words for words in FORBIDDEN if words in page] == []
    status, page = copy_for(client, to, child, father)
    assert (status, "Joost Crane says" in page) == (200, True)
    assert [words for words in ("Anneke Crane says", "01632 960301", "12 Gorse Lane", "refuge") if words in page] == []


def test_a_copy_for_the_child_holds_no_contact_and_no_withheld_address(client, ruth, to, child, parents):
    client.force_login(ruth)
    status, page = copy_for(client, to, child)
    assert (status, "Copy for the child" in page) == (200, True)
    assert [words for words in (*FORBIDDEN, "Anneke Crane says", "01632 960301") if words in page] == []


def test_who_may_have_no_copy_is_named_with_why_and_is_given_none(client, ruth, to, child, parents):
    _, father = parents
    father.responsibility = "no"
    father.save()
    client.force_login(ruth)
    why = "Joost Crane does not have parental responsibility."
    status, page = copy_for(client, to, child)
    assert why in page
    assert f"?for={father.pk}" not in page
    before = Read.objects.count()
    status, page = copy_for(client, to, child, father)
    assert (status, why in page, child.given_name in page) == (403, True, False)
    assert Read.objects.count() == before


@pytest.mark.parametrize("asked", ["0", "x", "999999999999999999999"])
def test_a_copy_for_nobody_is_not_there(client, ruth, to, child, asked):
    client.force_login(ruth)
    assert client.get(f"{to('pupil-held', child.reference)}?for={asked}").status_code == 404


def test_the_record_marks_what_is_withheld_for_those_who_keep_it(client, ruth, to, child, parents):
    _, father = parents
    father.order, father.order_what = "yes", "No contact at all"
    father.save()
    client.force_login(ruth)
    page = client.get(to("pupil", child.reference)).content.decode()
    for words in ("Address withheld: refuge", "Court order limits contact: No contact at all", "7 Made-up Mews",
                  "withheld: do not give it to anyone", "Anneke Crane says", "Joost Crane says"):  # fmt: skip
        assert words in page, words
