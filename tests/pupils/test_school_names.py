"""Tests for a school's informal names, which are detected in text that providers read before an offer."""

import pytest

from calloff.kernel.lifecycles import Refused
from calloff.pupils.commands import add_school_name, remove_school_name
from calloff.pupils.models import SchoolName
from calloff.pupils.reidentification import find_identifying_text
from tests.concurrency import all_at_once
from tests.factories import NOW
from tests.factories_placements import SchoolNameFactory
from tests.unauthorised_users import assert_denied, everybody_but


def add(cast, name="The Manor"):
    return add_school_name(cast.school, name=name, by=cast.ruth, at=NOW)


def why(text, pupil):
    return [one.why for one in find_identifying_text(text, pupil)]


def test_an_informal_school_name_is_detected_until_it_is_removed_from_the_list(cast, pupil):
    text = "Enjoys art. Left the manor last week."
    assert why(text, pupil) == []
    made = add(cast)
    assert why(text, pupil) == ["the name of a school"]
    assert why("Left THE MANOR'S farm", pupil) == ["the name of a school"]
    remove_school_name(made, by=cast.ruth, at=NOW)
    assert why(text, pupil) == []


def test_the_name_of_another_school_is_not_detected(cast, pupil):
    SchoolNameFactory(name="The Manor")
    assert why("Left the manor last week.", pupil) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [(" ", "Enter a name"), ("M.", "3 letters or more"), ("=HYPERLINK()", "must not"), ("x" * 101, "100 characters")],
)
def test_an_impossible_school_name_is_refused(cast, name, sentence):
    with pytest.raises(Refused, match=sentence):
        add(cast, name)
    assert not SchoolName.objects.exists()


def test_a_school_name_can_be_listed_only_once_and_up_to_twenty_can_be_listed(cast):
    add(cast)
    with pytest.raises(Refused, match="already on the list"):
        add(cast, "the  MANOR")
    for number in range(19):
        add(cast, f"Name {number}")
    with pytest.raises(Refused, match="up to 20 names"):
        add(cast, "One more")


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_adding_one_school_name_several_times_at_the_same_moment_stores_one_name(cast):
    assert all_at_once(lambda: add(cast)).count("done") == 1
    assert SchoolName.objects.count() == 1


def test_only_authorised_people_at_the_buyer_can_edit_the_school_names(cast):
    made = add(cast)
    others = [*everybody_but(provider=cast.provider, authority=cast.authority), cast.helen, cast.saul, cast.fay]
    assert_denied(lambda one: add_school_name(cast.school, name="X Academy", by=one, at=NOW), others)
    assert_denied(lambda one: remove_school_name(made, by=one, at=NOW), others)
    with pytest.raises(Refused, match="schools and teams"):
        add_school_name(cast.provider, name="The Farm", by=cast.ada, at=NOW)
