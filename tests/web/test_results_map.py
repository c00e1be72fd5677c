"""Tests for the map next to the results, with its pins, rings and zoom."""

from itertools import pairwise

import pytest

from calloff.kernel.geography import METRES_IN_A_MILE, Point
from calloff.web.directory import results_map
from calloff.web.directory.results_map import MapSite, draw, zoom_from

WORTHING = Point(514_000, 102_500)


def site(number, miles_east=0.0, miles_north=0.0, **kwargs):
    position = Point(
        round(WORTHING.easting + miles_east * METRES_IN_A_MILE),
        round(WORTHING.northing + miles_north * METRES_IN_A_MILE),
    )
    return MapSite(number, f"Service {number}", f"#service-{number}", position, **kwargs)


def test_there_is_no_map_without_positions():
    assert draw([], WORTHING, 0) is None


def test_pins_have_the_numbers_of_the_list_and_are_where_the_sites_are():
    drawn = draw([site(1, -4), site(2, 4, 3)], None, 0)
    west, east = drawn.pins
    assert (west.words, east.words) == ("1", "2")
    assert west.x < east.x
    assert west.y > east.y
    assert all(0 < pin.x < drawn.width and 0 < pin.y < drawn.height for pin in drawn.pins)


def test_pins_that_would_overlap_are_joined():
    drawn = draw([site(1), site(2, 0.1), site(3, 8), *(site(number, -6) for number in range(4, 9))], None, 0)
    assert [pin.words for pin in drawn.pins] == ["1, 2", "3", "5 here"]
    assert drawn.pins[0].label == "1, 2: Service 1, Service 2"
    assert drawn.pins[0].row == "#service-1"


def test_a_pin_is_grey_only_if_none_of_its_services_can_take_a_child():
    drawn = draw([site(1, is_off=True), site(2), site(3, 8, is_off=True)], None, 0)
    assert [pin.is_off for pin in drawn.pins] == [False, True]


def test_rings_are_at_5_and_10_miles_around_the_place():
    drawn = draw([site(1, 2)], WORTHING, 0)
    five, ten = drawn.rings
    assert (five.miles, ten.miles) == (5, 10)
    assert ten.radius == pytest.approx(2 * five.radius, abs=0.2)
    (pin,) = drawn.pins
    assert (pin.x - drawn.place[0]) / five.radius == pytest.approx(2 / 5, abs=0.01)
    assert draw([site(1, 2)], None, 0).rings == []


@pytest.mark.parametrize(
    ("asked", "level"),
    [("", 0), ("2", 2), ("-2", -2), ("5", 0), ("-3", 0), ("x", 0), ("--1", 0), ("²", 0), ("9" * 40, 0)],
)
def test_a_zoom_level_that_cannot_be_read_counts_as_none(asked, level):
    assert zoom_from(asked) == level


def test_zooming_in_doubles_the_scale_and_the_last_levels_have_no_link():
    levels = [draw([site(1, 2)], WORTHING, zoom) for zoom in results_map.ZOOM_LEVELS]
    radii = [drawn.rings[0].radius for drawn in levels]
    assert [later / earlier for earlier, later in pairwise(radii)] == pytest.approx([2] * 6, rel=0.01)
    assert levels[0].zoom_out is None
    assert levels[-1].zoom_in is None
    assert (levels[2].zoom_out, levels[2].zoom_in) == (-1, 1)


def test_the_map_has_land_borders_and_outcodes():
    drawn = draw([site(1, 2)], WORTHING, 0)
    assert drawn.land.startswith("M")
    assert drawn.borders.startswith("M")
    assert "BN44" in {code for _, _, code in drawn.outcodes}
    assert len(drawn.land) < 4_000


def test_the_shoreline_is_in_the_right_place():
    """One point is 3 miles north of Worthing's seafront, on land, and the other 3 miles south of it, in the sea."""
    rings = [ring for _, _, ring in results_map._shapes()[0]]

    def is_land(point):
        x, y = point
        crossings = 0
        for ring in rings:
            for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
                if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                    crossings += 1
        return crossings % 2 == 1

    assert is_land(site(1, 0, 3).position)
    assert not is_land(site(1, 0, -3).position)
