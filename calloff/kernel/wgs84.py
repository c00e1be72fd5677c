"""Convert National Grid coordinates to the latitude and longitude (WGS84) that open data uses."""

from collections.abc import Sequence
from functools import cache

from pyproj import Transformer

from calloff.kernel.geography import Point

# the number of decimal places of a degree. The last place is about a tenth of a metre, and our points are
# accurate to a metre at best
DEGREE_DECIMALS = 6

NATIONAL_GRID, WGS84 = "EPSG:27700", "EPSG:4326"


@cache
def _transformer() -> Transformer:
    """Return the transformer from grid coordinates to degrees.

    It is made only once, because that is slow. It uses no network, and its results are within about 5 m of
    those from the best correction grids.
    """
    return Transformer.from_crs(NATIONAL_GRID, WGS84, always_xy=True)


def to_degrees(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Return the (latitude, longitude) of each point in degrees."""
    if not points:
        return []
    longitudes, latitudes = _transformer().transform([one.easting for one in points], [one.northing for one in points])
    return [
        (round(latitude, DEGREE_DECIMALS), round(longitude, DEGREE_DECIMALS))
        for latitude, longitude in zip(latitudes, longitudes, strict=True)
    ]
