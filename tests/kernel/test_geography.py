"""Tests for positions on the grid. They use the schools table, because it has a position column."""

import json
from math import isclose

import pytest
from django.db import connection
from django.db.models import Value
from hypothesis import given, settings
from hypothesis import strategies as st

from calloff.kernel.geography import (
    METRES_IN_A_MILE,
    Point,
    PointField,
    is_on_national_grid,
    metres_from_expression,
    miles_between,
    within_miles_condition,
)
from calloff.registers.models import School

PLACES = st.builds(Point, st.integers(0, 699_999), st.integers(0, 1_299_999))
PIER = Point(531_300, 103_900)


def school(urn, position):
    return School(urn=urn, name=f"School {urn}", la_code="938", la_name="Somewhere", kind="School", standing="Open",
                  position=position)  # fmt: skip


def test_a_mile_has_the_right_length_in_metres():
    assert isclose(miles_between(Point(0, 0), Point(1609, 0)), 1, rel_tol=0.001)
    assert isclose(miles_between(Point(0, 0), Point(3000, 4000)), 5000 / METRES_IN_A_MILE)


@settings(deadline=None)
@given(PLACES, PLACES, PLACES)
def test_no_route_through_another_point_is_shorter_than_a_straight_line(one, other, between):
    assert miles_between(one, other) == miles_between(other, one)
    assert miles_between(one, other) <= miles_between(one, between) + miles_between(between, other) + 1e-9


def test_coordinates_must_be_within_the_national_grid():
    assert is_on_national_grid(Point(0, 0))
    assert not is_on_national_grid(Point(700_000, 0))
    assert not is_on_national_grid(Point(0, 1_300_000))
    assert not is_on_national_grid(Point(-1, 0))


@pytest.mark.django_db
def test_a_position_or_an_empty_position_is_read_back_as_it_was_stored():
    School.objects.bulk_create([school(100001, PIER), school(100002, None)])
    school(100003, (1, 2)).save()
    assert list(School.objects.order_by("urn").values_list("position", flat=True)) == [PIER, None, Point(1, 2)]
    School.objects.filter(urn=100002).update(position=Point(5, 6))
    assert School.objects.get(position=Point(5, 6)).urn == 100002
    assert School.objects.filter(position=None).count() == 0


@pytest.mark.django_db
def test_the_database_and_python_calculate_the_same_distance():
    School.objects.bulk_create([school(100001, PIER)])
    away = Point(528_000, 110_000)
    [metres] = School.objects.annotate(metres=metres_from_expression(away)).values_list("metres", flat=True)
    assert isclose(metres / METRES_IN_A_MILE, miles_between(PIER, away))


@pytest.mark.django_db
def test_the_nearest_rows_come_first_and_rows_without_a_position_come_last():
    School.objects.bulk_create(
        [school(100001, Point(531_300, 113_900)), school(100002, None), school(100003, Point(531_400, 103_900)),
         school(100004, Point(535_300, 103_900))]
    )  # fmt: skip
    ordered = School.objects.annotate(metres=metres_from_expression(PIER)).order_by("metres")
    assert [one.urn for one in ordered] == [100003, 100004, 100001, 100002]
    assert [one.metres for one in ordered] == [100, 4000, 10_000, None]


@pytest.mark.django_db
def test_a_search_within_a_number_of_miles_includes_only_rows_in_range():
    School.objects.bulk_create([school(100001, Point(531_300, 105_509)), school(100002, Point(531_300, 105_511))])
    assert [one.urn for one in School.objects.filter(within_miles_condition(1, PIER))] == [100001]


def plan(queryset):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        sql, params = queryset.query.sql_with_params()
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        [[found]] = cursor.fetchall()
    return json.dumps(found)


@pytest.mark.django_db
def test_the_nearest_rows_are_read_in_order_from_the_index():
    School.objects.bulk_create([school(100001 + n, Point(500_000 + n, 100_000)) for n in range(500)])
    nearest = School.objects.annotate(metres=metres_from_expression(PIER)).order_by("metres")[:5]
    found = plan(nearest)
    assert "school_by_place" in found
    assert "Order By" in found
    assert '"Sort' not in found


@pytest.mark.django_db
def test_rows_within_a_number_of_miles_are_read_from_the_index():
    School.objects.bulk_create([school(100001 + n, Point(500_000 + n, 100_000)) for n in range(500)])
    assert "school_by_place" in plan(School.objects.filter(within_miles_condition(5, PIER)).values("urn"))


def test_a_position_is_parsed_from_the_databases_text_format():
    assert PointField().to_python("(531300,103900.4)") == PIER
    assert PointField().to_python(None) is None
    assert Value(PIER, output_field=PointField()).output_field.get_prep_value(PIER) == "(531300,103900)"
