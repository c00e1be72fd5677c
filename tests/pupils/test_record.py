"""Tests for recording a child: once, only by authorised people, and with impossible details refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from calloff.history.models import Event, EventSubject
from calloff.kernel.codes import upn_check_letter
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.pupils import queries
from calloff.pupils.commands import AlreadyRecorded, amend, come_back, leave, record
from calloff.pupils.contact_rules import RECORD_PLACE
from calloff.pupils.models import Pupil, RecordAccess
from tests.concurrency import all_at_once
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.unauthorised_users import assert_denied, everybody_but

REST = "938400112345"
UPN = upn_check_letter(REST) + REST
CHILD = {
    "given_name": "Jasmine", "family_name": "Thistlewood", "born_on": date(2012, 5, 14), "sex": "F", "year_group": 9,
    "sen_provision": "K", "needs": ["SEMH", "SLCN"], "hazards": ["absconding"],
}  # fmt: skip


def try_(cast, **changed):
    return record(cast.school, by=cast.ruth, at=NOW, **CHILD | changed)


def test_a_new_record_has_a_reference_that_does_not_identify_the_child(cast):
    made = try_(cast, upn=UPN.lower(), postcode="bn111aa")
    assert (made.buyer, made.status, made.upn, made.postcode) == (cast.school, "on_roll", UPN, "BN11 1AA")
    assert made.reference.startswith("PU-")
    assert len(made.reference) == 9


def test_events_contain_no_words_about_a_child(cast):
    made = try_(cast)
    event = Event.objects.get(subjects__record_type="pupils.Pupil", subjects__record_id=made.pk)
    assert (event.verb, event.changes, event.acting_for) == ("record", {}, str(cast.school))


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"given_name": "  "}, "given_name", "Enter the pupil’s name"),
        ({"born_on": date(2026, 3, 2)}, "born_on", "in the past"),
        ({"born_on": date(1990, 1, 1)}, "born_on", "over 25"),
        ({"year_group": 7}, "year_group", "usually in year 9"),
        ({"year_group": 11}, "year_group", "usually in year 9"),
        ({"year_group": 14}, "year_group", "reception to year 13"),
        ({"upn": "B" + REST if UPN[0] != "B" else "C" + REST}, "upn", "first letter does not match"),
        ({"upn": "12345"}, "upn", "not a unique pupil number"),
        ({"postcode": "BN11"}, "postcode", "full postcode"),
        ({"needs": ["SEMH", "SEMH"]}, "needs", "same need twice"),
        ({"needs": ["XX"]}, "needs", "from the list"),
        ({"needs": []}, "needs", "primary need"),
        ({"needs": ["SEMH", "NSA"]}, "needs", "with no other needs"),
        ({"needs": ["SEMH", "SLCN", "ASD", "MLD", "HI"]}, "needs", "up to 4"),
        ({"sen_provision": "N"}, "needs", "Remove the needs"),
        ({"sen_provision": "E"}, "ehc_plan_on", "Enter the date"),
        ({"ehc_plan_on": date(2025, 1, 1)}, "ehc_plan_on", "Remove the date"),
        ({"sen_provision": "E", "ehc_plan_on": date(2026, 3, 3)}, "ehc_plan_on", "between the date of birth and today"),
        ({"attendance": Decimal(101)}, "attendance", "between 0 and 100"),
        ({"attendance": Decimal(50)}, "attendance_from", "Enter the first date"),
        ({"attendance_from": date(2026, 1, 5)}, "attendance", "Enter the attendance"),
        ({"attendance": Decimal(50), "attendance_from": date(2026, 2, 1), "attendance_to": date(2026, 1, 1)},
         "attendance_to", "the same as or after the first day"),
        ({"attendance": Decimal(50), "attendance_from": date(2024, 2, 1), "attendance_to": date(2026, 1, 1)},
         "attendance_from", "one school year"),
        ({"attendance": Decimal(50), "attendance_from": date(2026, 2, 1), "attendance_to": date(2026, 3, 3)},
         "attendance_to", "counted must be today or in the past"),
        ({"hazards": ["none", "fire"]}, "hazards", "with other hazards"),
        ({"hazards": ["dragons"]}, "hazards", "from the list"),
    ],
)  # fmt: skip
def test_impossible_details_of_a_child_are_refused_with_an_error_next_to_the_field(cast, changed, field, words):
    with pytest.raises(Refused) as refusal:
        try_(cast, **changed)
    assert any(where == field and words in sentence for sentence, where in refusal.value.problems)
    assert not Pupil.objects.exists()
    assert not EventSubject.objects.exists()


@pytest.mark.parametrize("year", [8, 9, 10])
def test_a_child_can_be_in_a_year_group_above_or_below_the_usual_one_for_their_age(cast, year):
    assert try_(cast, year_group=year).year_group == year


@pytest.mark.parametrize(("born", "year"), [(date(2021, 9, 1), 0), (date(2021, 8, 31), 0), (date(2020, 8, 31), 1)])
def test_the_school_year_starts_on_1_september(cast, born, year):
    assert try_(cast, born_on=born, year_group=year).year_group == year


def test_a_temporary_upn_ends_in_a_letter(cast):
    rest = "93840011234A"
    assert try_(cast, upn=upn_check_letter(rest) + rest).upn.endswith("A")


def test_a_upn_can_be_recorded_only_once_at_each_school(cast):
    first = try_(cast, upn=UPN)
    with pytest.raises(Refused, match="already recorded"):
        try_(cast, upn=UPN)
    leave(first, left_on=NOW.date(), by=cast.ruth, at=NOW)
    second = try_(cast, upn=UPN)
    with pytest.raises(Refused, match="already recorded"):
        come_back(first, by=cast.ruth, at=NOW)
    elsewhere = SchoolOrganisationFactory()
    other = record(elsewhere, by=person(Role.AP_LEAD, at=elsewhere), at=NOW, **CHILD | {"upn": UPN})
    assert {second.upn, other.upn} == {UPN}


def test_a_duplicate_upn_is_refused_before_it_reaches_the_database(cast):
    """Otherwise, PostgreSQL could write the refused row, with the child's name, to its log."""
    try_(cast, upn=UPN)
    other = try_(cast, given_name="Mira")
    with connection.execute_wrapper(no_write_of_a_pupil):
        with pytest.raises(Refused, match="already recorded") as refusal:
            try_(cast, given_name="Jonty", upn=UPN)
        assert refusal.value.problems[0].where == "upn"
        with pytest.raises(Refused, match="already recorded"):
            amend(other, upn=UPN, by=cast.ruth, at=NOW)
    other.refresh_from_db()
    assert other.upn == ""


def no_write_of_a_pupil(execute, statement, params, many, context):
    assert not statement.startswith(('INSERT INTO "pupils_pupil"', 'UPDATE "pupils_pupil"'))
    return execute(statement, params, many, context)


def test_a_child_with_only_one_name_can_be_recorded(cast):
    made = try_(cast, given_name="Sukarno", family_name="")
    made.refresh_from_db()
    assert (made.full_name, made.initials) == ("Sukarno", "S")
    asked = {"person": cast.ruth, "acting_for": cast.school, "purpose": "x", "at": NOW}
    assert queries.identify_pupils([made], **asked, what=RecordAccess.What.IDENTITY)[made.pk].in_words == "Sukarno"
    assert queries.pupil_pack(made, place=RECORD_PLACE, **asked).name == "Sukarno"


def test_unanswered_questions_about_needs_are_stored_as_not_recorded(cast):
    said = {name: value for name, value in CHILD.items() if name not in {"sen_provision", "needs"}}
    made = record(cast.school, by=cast.ruth, at=NOW, **said)
    made.refresh_from_db()
    assert made.sen_provision == ""
    found = queries.pupil_pack(made, place=RECORD_PLACE, person=cast.ruth, acting_for=cast.school, purpose="x", at=NOW)
    rows = dict(row for section in found.sections for row in section.rows)
    assert rows["Special educational needs"] == "Not recorded"
    assert amend(made, sen_provision="N", by=cast.ruth, at=NOW).sen_provision == "N"


@pytest.mark.parametrize(
    "alike",
    [
        {},
        {"given_name": "JASMINE ", "family_name": "thistlewood"},
        {"given_name": "Jásmine", "family_name": "Thistle-wood".replace("-", "")},
        {"given_name": "Thistlewood", "family_name": "Jasmine"},
        {"upn": UPN},
    ],
    ids=["the same", "in other letters", "with an accent", "the names the other way round", "with a UPN"],
)
def test_a_probable_duplicate_gives_a_warning_until_someone_confirms_it_is_another_child(cast, alike):
    first = try_(cast)
    with pytest.raises(AlreadyRecorded, match="already recorded") as refusal:
        try_(cast, **alike)
    assert refusal.value.same == [first]
    assert Pupil.objects.count() == 1
    twin = record(cast.school, is_another=True, by=cast.ruth, at=NOW, **CHILD | alike)
    assert twin.pk != first.pk


def test_children_with_different_details_give_no_duplicate_warning(cast):
    first = try_(cast, upn=UPN)
    rest = "938400112346"
    assert try_(cast, upn=upn_check_letter(rest) + rest)
    assert try_(cast, given_name="Olive")
    assert try_(cast, born_on=date(2012, 5, 15), given_name="Rose")
    elsewhere = SchoolOrganisationFactory()
    assert record(elsewhere, by=person(Role.AP_LEAD, at=elsewhere), at=NOW, **CHILD)
    assert amend(first, risks="Runs.", by=cast.ruth, at=NOW), "what does not say who the child is warns of nothing"
    leave(first, left_on=NOW.date(), by=cast.ruth, at=NOW)
    Pupil.objects.filter(buyer=cast.school).exclude(pk=first.pk).delete()
    assert try_(cast), "a child who has left is no second record"


def test_changing_a_record_so_that_it_is_a_probable_duplicate_also_gives_a_warning(cast):
    first, other = try_(cast), try_(cast, given_name="Olive")
    with pytest.raises(AlreadyRecorded) as refusal:
        amend(other, given_name="Jasmine", by=cast.ruth, at=NOW)
    assert refusal.value.same == [first]
    assert amend(other, given_name="Jasmine", is_another=True, by=cast.ruth, at=NOW).given_name == "Jasmine"


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_recording_the_same_upn_eight_times_at_the_same_moment_creates_one_record(cast):
    results = all_at_once(lambda: try_(cast, upn=UPN))
    assert results.count("done") == 1
    assert Pupil.objects.count() == 1


def test_only_a_school_or_a_team_can_record_children(cast):
    with pytest.raises(Refused, match="schools and teams"):
        record(cast.provider, by=cast.ada, at=NOW, **CHILD)


def test_only_authorised_people_at_the_buyer_can_record_a_child(cast):
    others = [
        *everybody_but(provider=cast.provider, authority=cast.authority),
        cast.helen,
        cast.saul,
        cast.fay,
        cast.bea,
    ]
    assert_denied(lambda one: record(cast.school, by=one, at=NOW, **CHILD), others)
