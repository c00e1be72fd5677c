"""Tests for converting national grid coordinates to latitude and longitude."""

import csv
from math import cos, hypot, radians

import pytest
from django.conf import settings

from calloff.kernel.geography import Point
from calloff.kernel.wgs84 import to_degrees

POSTCODES = settings.BASE_DIR.parent / "shared" / "data" / "postcodes" / "codepoint_south.csv"
METRES_IN_A_DEGREE = 111_320  # This is for degrees of latitude. For degrees of longitude, multiply by the cosine.
EVERY = 997  # Only every postcode at this interval is tested.


@pytest.mark.skipif(not POSTCODES.exists(), reason="the register of postcodes is not here")
def test_converted_coordinates_are_within_ten_metres_of_those_in_the_postcode_register():
    with POSTCODES.open(newline="") as file:
        rows = list(csv.DictReader(file))[::EVERY]
    found = to_degrees([Point(int(float(row["easting"])), int(float(row["northing"]))) for row in rows])
    off = [
        hypot(
            (latitude - float(row["lat"])) * METRES_IN_A_DEGREE,
            (longitude - float(row["long"])) * METRES_IN_A_DEGREE * cos(radians(latitude)),
        )
        for (latitude, longitude), row in zip(found, rows, strict=True)
    ]
    assert len(off) > 200
    assert max(off) < 10


def test_several_points_are_converted_in_one_call():
    one, other = Point(530_000, 180_000), Point(514_000, 102_500)
    assert to_degrees([one, other]) == to_degrees([one]) + to_degrees([other])
    assert to_degrees([]) == []
