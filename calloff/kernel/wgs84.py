"""From the national grid to latitude and longitude (WGS84), as open data wants them."""

from collections.abc import Sequence
from functools import cache

from pyproj import Transformer

from calloff.kernel.geography import Point

DEGREE_DECIMALS = 6  # of a degree: a tenth of a metre; our points are known to a metre at best

NATIONAL_GRID, WGS84 = "EPSG:27700", "EPSG:4326"


@cache
def _transformer() -> Transformer:
    """Made once: it takes a while. It asks no network, so it is within some 5 m of what the finest grids give."""
    return Transformer.from_crs(NATIONAL_GRID, WGS84, always_xy=True)


def to_degrees(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Return (latitude, longitude) of each point, in degrees."""
    if not points:
        return []
    longitudes, latitudes = _transformer().transform([one.easting for one in points], [one.northing for one in points])
    return [
        (round(latitude, DEGREE_DECIMALS), round(longitude, DEGREE_DECIMALS))
        for latitude, longitude in zip(latitudes, longitudes, strict=True)
    ]
