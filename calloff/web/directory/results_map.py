"""The map next to a list of services or sites, drawn from our own outlines.

It uses no tiles from another server. It shows nothing that is not in the list. Its pins have the numbers of the rows
in the list, and are combined where they would overlap. tools/draw_outlines.py makes `outlines.json`.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import hypot
from pathlib import Path
from typing import Any, NamedTuple

from calloff.kernel.formatting import pluralise
from calloff.kernel.geography import METRES_IN_A_MILE, Point
from calloff.web.directory import service_display

ZOOM_PARAMETER = "zoom"
ZOOM_LEVELS = range(-2, 5)  # Each level has twice the scale of the level before it.
OUTLINES = Path(__file__).with_name("outlines.json")
UNIT = 100  # the unit of the outlines, in metres
WIDTH, HEIGHT, SITES_HEIGHT = 372, 440, 230
MARGIN = 34  # the margin around the outermost pins, in pixels
# The minimum distance from the middle to the edge in metres, so that a single site is shown with its surroundings.
NEAREST_EDGE = 4_000
PIN_WIDTH = 26  # Pins that are closer together than this number of pixels are combined.
LABEL_WIDTH, MAX_OUTCODES, MAX_NUMBERS_ON_A_PIN = 44, 16, 3
RING_MILES = (5, 10)
Pair = tuple[float, float]


class MapSite(NamedTuple):
    """A row of the list as a point on the map: its number, its name, and its link on the same page."""

    number: int
    name: str
    row: str
    position: Point
    is_off: bool = False


class MapPin(NamedTuple):
    """A pin, or several pins that would overlap."""

    x: float
    y: float
    sites: tuple[MapSite, ...]

    @property
    def numbers(self) -> list[int]:
        return sorted({site.number for site in self.sites})

    @property
    def words(self) -> str:
        """Return the text on the pin, for example “3”, “1, 2” or “6 here”."""
        several = len(self.numbers) > MAX_NUMBERS_ON_A_PIN
        return f"{len(self.numbers)} here" if several else ", ".join(map(str, self.numbers))

    @property
    def label(self) -> str:
        """Return the text on the pin followed by the names, in the order of the list."""
        names = {site.number: site.name for site in self.sites}
        return f"{self.words}: {', '.join(names[number] for number in self.numbers)}"

    @property
    def row(self) -> str:
        return min(self.sites).row

    @property
    def is_off(self) -> bool:
        return all(site.is_off for site in self.sites)


class MapRing(NamedTuple):
    miles: int
    radius: float
    label_y: float


class DrawnMap(NamedTuple):
    """A map for `public/parts/map.html`."""

    width: int
    height: int
    land: str
    borders: str
    outcodes: list[tuple[float, float, str]]
    pins: list[MapPin]
    place: Pair | None
    rings: list[MapRing]
    zoom_in: int | None
    zoom_out: int | None


class _View(NamedTuple):
    """The part of the National Grid that a map shows, with its middle and the number of metres per pixel."""

    middle: Pair
    metres: float
    width: int
    height: int

    def pixels(self, easting: float, northing: float) -> Pair:
        x = self.width / 2 + (easting - self.middle[0]) / self.metres
        return round(x, 1), round(self.height / 2 - (northing - self.middle[1]) / self.metres, 1)

    def shows(self, point: Pair, margin: float = 0) -> bool:
        return margin <= point[0] <= self.width - margin and margin <= point[1] <= self.height - margin


def zoom_from(asked: str) -> int:
    """Return the zoom level from a URL. Anything that is not a level counts as 0."""
    return int(asked) if asked.lstrip("-").isdecimal() and len(asked) < 3 and int(asked) in ZOOM_LEVELS else 0  # noqa: PLR2004


def draw_services(services: Iterable[Any], off: set[int], place: Point | None, zoom: int) -> DrawnMap | None:
    """Draw the services on a results page, or return None if no position is known."""
    sites = [
        MapSite(number, service.name, f"#service-{service.pk}", at_site.position, service.pk in off)
        for number, service in enumerate(services, start=1)
        for at_site in service.all_sites
        if at_site.position
    ]
    return draw(sites, place, zoom)


def draw_sites(service: Any) -> DrawnMap | None:
    """Draw the sites of one service, or return None if no position is known."""
    sites = [
        MapSite(number, site.name, f"#site-{number}", site.position)
        for number, site in enumerate(service_display.sites_own_first(service), start=1)
        if site.position
    ]
    return draw(sites, None, 0, height=SITES_HEIGHT)


def draw_provider(services: Iterable[Any]) -> DrawnMap | None:
    """Draw the usual sites of a provider's services, or return None if no position is known."""
    sites = [
        MapSite(number, service.name, f"#service-{service.pk}", service.site.position)
        for number, service in enumerate(services, start=1)
        if service.site and service.site.position
    ]
    return draw(sites, None, 0, height=SITES_HEIGHT)


def draw(sites: Sequence[MapSite], place: Point | None, zoom: int, *, height: int = HEIGHT) -> DrawnMap | None:
    if not sites:
        return None
    view = _view([site.position for site in sites], place, zoom, height)
    pins = _joined([(view.pixels(*site.position), site) for site in sites if view.shows(view.pixels(*site.position))])
    at = view.pixels(*place) if place else None
    land, borders = _outlines(view)
    outcodes = _outcodes(view, [*([at] if at else []), *((pin.x, pin.y) for pin in pins)])
    return DrawnMap(
        view.width,
        view.height,
        land,
        borders,
        outcodes,
        pins,
        at,
        _rings(view, at) if at else [],
        zoom + 1 if zoom + 1 in ZOOM_LEVELS else None,
        zoom - 1 if zoom - 1 in ZOOM_LEVELS else None,
    )


def _view(positions: list[Point], place: Point | None, zoom: int, height: int) -> _View:
    """Return the view that shows all positions, and both rings around a place."""
    eastings, northings = [at.easting for at in positions], [at.northing for at in positions]
    if place:
        edge = RING_MILES[-1] * METRES_IN_A_MILE
        eastings += [round(place.easting - edge), round(place.easting + edge)]
        northings += [round(place.northing - edge), round(place.northing + edge)]
    middle = ((min(eastings) + max(eastings)) / 2, (min(northings) + max(northings)) / 2)
    across = max(max(eastings) - min(eastings), 2 * NEAREST_EDGE) / (WIDTH - 2 * MARGIN)
    up = max(max(northings) - min(northings), 2 * NEAREST_EDGE) / (height - 2 * MARGIN)
    if zoom > 0 and place:
        middle = (place.easting, place.northing)
    return _View(middle, max(across, up) / 2**zoom, WIDTH, height)


def _joined(pins: list[tuple[Pair, MapSite]]) -> list[MapPin]:
    joined: list[MapPin] = []
    for (x, y), site in pins:
        for place, pin in enumerate(joined):
            if hypot(pin.x - x, pin.y - y) < PIN_WIDTH:
                joined[place] = pin._replace(sites=(*pin.sites, site))
                break
        else:
            joined.append(MapPin(x, y, (site,)))
    return joined


def _rings(view: _View, at: Pair) -> list[MapRing]:
    rings = []
    for miles in RING_MILES:
        radius = miles * METRES_IN_A_MILE / view.metres
        below = at[1] + radius < view.height  # There is room for the label at the bottom of the ring.
        rings.append(MapRing(miles, round(radius, 1), round(at[1] + (radius - 6 if below else 14 - radius), 1)))
    return rings


@lru_cache(maxsize=1)
def _shapes() -> tuple[list[tuple[Pair, Pair, list[Pair]]], list[list[Pair]], dict[str, Pair]]:
    """Return the outlines in metres. Each ring of land comes with its lowest and highest corner."""
    read = json.loads(OUTLINES.read_text())

    def line(numbers: list[int]) -> list[Pair]:
        return [(x * UNIT, y * UNIT) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]

    rings = []
    for numbers in read["land"]:
        ring = line(numbers)
        xs, ys = zip(*ring, strict=True)
        rings.append(((min(xs), min(ys)), (max(xs), max(ys)), ring))
    return rings, [line(one) for one in read["borders"]], {code: line(at)[0] for code, at in read["outcodes"].items()}


@lru_cache(maxsize=200)
def _outlines(view: _View) -> tuple[str, str]:
    """Return the paths of the land and of the borders in a view."""
    rings, borders, _ = _shapes()
    reach = view.metres * max(view.width, view.height) * 0.6
    low, high = ((view.middle[0] - reach, view.middle[1] - reach), (view.middle[0] + reach, view.middle[1] + reach))
    land = [
        _clipped(ring, low, high)
        for lowest, highest, ring in rings
        if lowest[0] < high[0] and highest[0] > low[0] and lowest[1] < high[1] and highest[1] > low[1]
    ]
    near = [line for line in borders if any(low[0] < x < high[0] and low[1] < y < high[1] for x, y in line)]
    return _path(view, land, "z"), _path(view, near, "")


def _clipped(ring: list[Pair], low: Pair, high: Pair) -> list[Pair]:
    for axis, limit, sign in ((0, low[0], 1), (0, high[0], -1), (1, low[1], 1), (1, high[1], -1)):
        kept: list[Pair] = []
        for here, there in zip(ring, ring[1:] + ring[:1], strict=True):
            is_inside, next_is_inside = sign * (here[axis] - limit) >= 0, sign * (there[axis] - limit) >= 0
            if is_inside:
                kept.append(here)
            if is_inside != next_is_inside:
                part = (limit - here[axis]) / (there[axis] - here[axis])
                kept.append((here[0] + part * (there[0] - here[0]), here[1] + part * (there[1] - here[1])))
        ring = kept
    return ring


def _path(view: _View, lines: Iterable[list[Pair]], end: str) -> str:
    parts = (" ".join("{:g},{:g}".format(*view.pixels(*point)) for point in line) for line in lines if line)
    return "".join(f"M{points}{end}" for points in parts)


def _outcodes(view: _View, taken: list[Pair]) -> list[tuple[float, float, str]]:
    """Return the outcodes whose labels do not cover a pin or another label."""
    shown: list[tuple[float, float, str]] = []
    for code, (x, y) in _outcodes_in(view):
        if len(shown) == MAX_OUTCODES:
            break
        others = [*taken, *((other_x, other_y) for other_x, other_y, _ in shown)]
        if all(abs(x - other[0]) > LABEL_WIDTH or abs(y - other[1]) > LABEL_WIDTH / 2 for other in others):
            shown.append((x, y, code))
    return shown


@lru_cache(maxsize=200)
def _outcodes_in(view: _View) -> list[tuple[str, Pair]]:
    """Return the outcodes whose labels are within a view, with their places on it."""
    middle_x, middle_y = view.middle
    reach_x, reach_y = view.metres * view.width / 2, view.metres * view.height / 2
    near = [
        (code, view.pixels(x, y))
        for code, (x, y) in _shapes()[2].items()
        if abs(x - middle_x) <= reach_x and abs(y - middle_y) <= reach_y
    ]
    return [(code, at) for code, at in near if view.shows(at, LABEL_WIDTH / 2)]


def describe(drawn: DrawnMap, total: int, thing: str, around: str = "") -> str:
    """Describe a map for people who cannot see it."""
    where = f" around {around}" if around else ""
    return f"Map of {pluralise(total, thing)}{where}. The list on this page has the same {thing}s in the same order."
