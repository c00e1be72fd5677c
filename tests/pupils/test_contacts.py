"""Tests for recording contacts one at a time, with answers that are required and limits set by a court order."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from calloff.history.models import Event
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.pupils.commands import add_contact, change_contact, contacts_of, leave, remove_contact
from calloff.pupils.models import PupilContact
from tests.concurrency import all_at_once
from tests.factories import NOW
from tests.factories_placements import PupilContactFactory, PupilFactory, contact
from tests.unauthorised_users import assert_denied, everybody_but

TODAY = NOW.date()
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def child(cast):
    return PupilFactory(buyer=cast.school)


def add(cast, child, **said):
    return add_contact(child, **contact(**said), by=cast.ruth, at=LATER)


def names(child):
    return [(one.rank, one.name) for one in contacts_of(child)]


def test_a_contact_is_recorded_with_every_kind_of_restriction_on_contact(cast, child):
    said = {
        "responsibility": "no", "lives_with_child": "not_known", "address": "3 Fable Street", "postcode": "bn111aa",
        "address_withheld": "other", "order": "yes", "order_who": "the child", "order_what": "No contact at all",
        "order_until": date(2027, 3, 1), "do_not_contact": True, "do_not_contact_reason": "The order",
        "told_on": TODAY, "views": "Wants a small group.",
    }  # fmt: skip
    made = add(cast, child, **said)
    made.refresh_from_db()
    assert {name: getattr(made, name) for name in said} == said | {"postcode": "BN11 1AA"}
    child.refresh_from_db()
    assert child.changed_at == LATER
    event = Event.objects.get(verb="add_contact")
    assert event.changes == {}, "no event tells a person's words"


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("name", "Enter the contact’s name"),
        ("relation", "Enter how the contact is related to the pupil"),
        ("telephone", "Enter a telephone number or an email address"),
        ("responsibility", "Select whether this person has parental responsibility"),
        ("lives_with_child", "Select whether the pupil lives with this person"),
        ("order", "Select whether a court order limits this person’s contact"),
        ("address_withheld", "Select whether this person’s address must be withheld"),
    ],
)
def test_required_answers_about_a_contact_have_no_default(cast, child, missing, sentence):
    said = contact()
    del said[missing]
    with pytest.raises(Refused) as refusal:
        add_contact(child, **said, by=cast.ruth, at=NOW)
    assert [(one.sentence, one.where) for one in refusal.value.problems] == [(sentence, missing)]
    assert names(child) == []


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"order": "yes"}, "order_what", "Enter what the court order does not allow"),
        ({"do_not_contact": True}, "do_not_contact_reason", "Enter why this person must not be contacted"),
        ({"told_on": TODAY + timedelta(days=1)}, "told_on", "must be today or in the past"),
        ({"postcode": "BN11"}, "postcode", "Enter a full postcode"),
        ({"responsibility": "perhaps"}, "responsibility", "Select whether this person has parental responsibility"),
    ],
)
def test_impossible_details_of_a_contact_are_refused_with_an_error_next_to_the_field(
    cast, child, said, field, sentence
):
    with pytest.raises(Refused, match=sentence) as refusal:
        add(cast, child, **said)
    assert [one.where for one in refusal.value.problems] == [field]


def test_restrictions_on_a_contact_are_removed_when_there_is_no_court_order(cast, child):
    made = add(cast, child, order="yes", order_who="the child", order_what="No contact", order_until=TODAY,
               do_not_contact=True, do_not_contact_reason="The order")  # fmt: skip
    now = change_contact(child, contact=made, order="no", do_not_contact=False, by=cast.ruth, at=LATER)
    assert (now.order_who, now.order_what, now.order_until, now.do_not_contact_reason) == ("", "", None, "")


def test_the_order_for_calling_contacts_can_be_changed(cast, child):
    ada, bea = add(cast, child, name="Ada"), add(cast, child, name="Bea")
    add(cast, child, name="Cleo", position=1)
    assert names(child) == [(1, "Cleo"), (2, "Ada"), (3, "Bea")]
    change_contact(child, contact=bea, position=1, by=cast.ruth, at=LATER)
    assert names(child) == [(1, "Bea"), (2, "Cleo"), (3, "Ada")]
    change_contact(child, contact=ada, position=6, views="Last.", by=cast.ruth, at=LATER)
    remove_contact(child, contact=bea, by=cast.ruth, at=LATER)
    assert names(child) == [(1, "Cleo"), (2, "Ada")]


def test_a_child_can_have_up_to_six_contacts(cast, child):
    for number in range(6):
        add(cast, child, name=f"Person {number}")
    with pytest.raises(Refused, match="up to 6 contacts"):
        add(cast, child)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_two_contacts_added_at_the_same_moment_get_different_places_in_the_order(cast, child):
    assert all_at_once(lambda: add(cast, child)).count("done") == 6
    assert [rank for rank, _ in names(child)] == [1, 2, 3, 4, 5, 6]


def test_a_contact_from_another_childs_record_cannot_be_changed(cast, child):
    other = PupilContactFactory(pupil=PupilFactory(buyer=cast.school))
    with pytest.raises(EditConflict):
        change_contact(child, contact=other, name="X", by=cast.ruth, at=LATER)
    remove_contact(child, contact=other, by=cast.ruth, at=LATER)
    assert PupilContact.objects.get().name == other.name


def test_the_database_requires_restrictions_if_there_is_a_court_order(child):
    for wrong in ({"order": "yes", "order_what": ""}, {"order_until": TODAY}, {"do_not_contact": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PupilContactFactory(pupil=child, **wrong)


def test_unauthorised_people_cannot_edit_contacts_and_no_one_can_after_the_child_has_left(cast, child):
    made = add(cast, child)
    others = [*everybody_but(provider=cast.provider, authority=cast.authority), cast.helen, cast.saul, cast.fay]
    acts = (
        lambda one: add_contact(child, **contact(), by=one, at=NOW),
        lambda one: change_contact(child, contact=made, name="X", by=one, at=NOW),
        lambda one: remove_contact(child, contact=made, by=one, at=NOW),
    )
    for act in acts:
        assert_denied(act, others)
    leave(child, left_on=TODAY, by=cast.ruth, at=NOW)
    for act in acts:
        with pytest.raises(Refused, match="Left"):
            act(cast.ruth)


@pytest.mark.parametrize(
    "said", [{"telephone": "", "email": "M@Example.org"}, {"do_not_contact": True, "do_not_contact_reason": "Order"}]
)
def test_a_contact_who_has_an_email_address_or_must_not_be_contacted_needs_no_telephone_number(cast, child, said):
    made = add(cast, child, **{"telephone": ""} | said)
    made.refresh_from_db()
    assert (made.telephone, made.email) == ("", "m@example.org" if "email" in said else "")


def test_all_errors_about_a_contact_are_reported_together(cast, child):
    said = contact(name="", telephone="", order="yes", do_not_contact=True, email="nobody", told_on=date(2030, 1, 1))
    with pytest.raises(Refused) as refusal:
        add_contact(child, **said, by=cast.ruth, at=NOW)
    assert {one.where for one in refusal.value.problems} == {
        "name", "order_what", "do_not_contact_reason", "email", "told_on",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("relation", "a" * 51), ("address", "a" * 501), ("order_who", "a" * 201), ("order_what", "a" * 501),
        ("do_not_contact_reason", "a" * 301), ("views", "a" * 4001), ("telephone", "0 1 6 3 2 9 6 0 0 0 1 2 3 4 5 6 7"),
        ("email", "a" * 60 + "@" + ("b" * 60 + ".") * 4 + "example"), ("told_on", date(1, 1, 1)),
        ("order_until", date(1, 1, 1)), ("name", "a" * 10_000), ("postcode", "B" * 10_000),
    ],
)  # fmt: skip
def test_overlong_text_and_impossible_dates_are_refused_with_an_error_next_to_the_field(cast, child, field, value):
    limits = {"order": "yes", "order_what": "No calls", "do_not_contact": True, "do_not_contact_reason": "The order"}
    with pytest.raises(Refused) as refusal:
        add_contact(child, **contact(**limits | {field: value}), by=cast.ruth, at=NOW)
    assert [one.where for one in refusal.value.problems] == [field]
    assert names(child) == []
