"""Write calloff/web/directory/outlines.json, with the land, borders and outcodes for the map of the directory.

Run .venv/bin/python -m tools.draw_outlines LAND POSTCODES OUTCODES

LAND is land-10m.json from the npm package world-atlas. POSTCODES and OUTCODES are CSV files that were made from
Code-Point Open. Their columns are easting, northing, county_code and district_code, and outcode, easting and northing.
Positions in the result are in hundreds of metres on the National Grid. Borders are only approximate, because each
square kilometre belongs to the authority of its nearest postcode.
"""

import csv
import json
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from math import atan2, cos, hypot, radians, sin, sqrt, tan
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "calloff" / "web" / "directory" / "outlines.json"
Pair = tuple[float, float]

WEST, SOUTH, EAST, NORTH = -9.5, 49.3, 3.0, 61.2  # the limits of the land that the map needs, in degrees
UNIT = 100  # metres
LAND_TOLERANCE, BORDER_TOLERANCE = 150, 900  # how far a simplified line can be from the original line, in metres
MIN_LAND_POINTS = 4
CELL = 1000  # the side of the squares from which the borders are made, in metres
MAX_CELLS_FROM_A_POSTCODE = 5
MIN_BORDER_EDGES = 3

# Airy 1830 (the ellipsoid of the National Grid), GRS80, and the shift between them. The shift is from the Ordnance
# Survey's guide to coordinate systems in Great Britain, and is accurate to about 5 metres.
AIRY, GRS80 = (6_377_563.396, 6_356_256.909), (6_378_137.0, 6_356_752.3141)
SHIFT, SCALE, TURN = (-446.448, 125.157, -542.060), 20.4894e-6, (-0.1502, -0.2470, -0.8421)
F0, LAT0, LON0, E0, N0 = 0.9996012717, radians(49), radians(-2), 400_000, -100_000


def to_grid(lon: float, lat: float) -> Pair:
    """Convert a position in degrees (WGS84) to metres on the National Grid."""
    phi, lam = _shift(radians(lat), radians(lon))
    a, b = AIRY
    e2, n = 1 - (b / a) ** 2, (a - b) / (a + b)
    nu = a * F0 / sqrt(1 - e2 * sin(phi) ** 2)
    rho = a * F0 * (1 - e2) / (1 - e2 * sin(phi) ** 2) ** 1.5
    eta2 = nu / rho - 1
    d, s = phi - LAT0, phi + LAT0
    m = (
        b
        * F0
        * (
            (1 + n + 1.25 * n**2 + 1.25 * n**3) * d
            - (3 * n + 3 * n**2 + 2.625 * n**3) * sin(d) * cos(s)
            + (1.875 * n**2 + 1.875 * n**3) * sin(2 * d) * cos(2 * s)
            - 35 / 24 * n**3 * sin(3 * d) * cos(3 * s)
        )
    )
    t2, c, dl = tan(phi) ** 2, cos(phi), lam - LON0
    north = (
        m
        + N0
        + nu / 2 * sin(phi) * c * dl**2
        + nu / 24 * sin(phi) * c**3 * (5 - t2 + 9 * eta2) * dl**4
        + nu / 720 * sin(phi) * c**5 * (61 - 58 * t2 + t2**2) * dl**6
    )
    east = (
        E0
        + nu * c * dl
        + nu / 6 * c**3 * (nu / rho - t2) * dl**3
        + nu / 120 * c**5 * (5 - 18 * t2 + t2**2 + 14 * eta2 - 58 * t2 * eta2) * dl**5
    )
    return east, north


def _shift(phi: float, lam: float) -> Pair:
    """Move a position from GRS80 to Airy 1830."""
    a, b = GRS80
    nu = a / sqrt(1 - (1 - (b / a) ** 2) * sin(phi) ** 2)
    x, y, z = nu * cos(phi) * cos(lam), nu * cos(phi) * sin(lam), (b / a) ** 2 * nu * sin(phi)
    rx, ry, rz = (radians(seconds / 3600) for seconds in TURN)
    x, y, z = (
        SHIFT[0] + (1 + SCALE) * x - rz * y + ry * z,
        SHIFT[1] + rz * x + (1 + SCALE) * y - rx * z,
        SHIFT[2] - ry * x + rx * y + (1 + SCALE) * z,
    )
    a, b = AIRY
    e2, p = 1 - (b / a) ** 2, hypot(x, y)
    phi = atan2(z, p * (1 - e2))
    for _ in range(5):
        phi = atan2(z + e2 * a / sqrt(1 - e2 * sin(phi) ** 2) * sin(phi), p)
    return phi, atan2(y, x)


def rings_of(topology: dict[str, Any]) -> Iterator[list[Pair]]:
    """Yield the rings of land in degrees from a TopoJSON file."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    for shape in topology["objects"]["land"]["geometries"]:
        for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            for ring in polygon:
                points = []
                for number in ring:
                    arc = arcs[number] if number >= 0 else arcs[~number][::-1]
                    points += arc[1:] if points else arc
                yield points


def clip(ring: list[Pair]) -> list[Pair]:
    """Cut a ring to the part of the world that the map needs."""
    for axis, limit, sign in ((0, WEST, 1), (0, EAST, -1), (1, SOUTH, 1), (1, NORTH, -1)):
        kept: list[Pair] = []
        for here, there in zip(ring, ring[1:] + ring[:1], strict=True):
            inside, next_inside = sign * (here[axis] - limit) >= 0, sign * (there[axis] - limit) >= 0
            if inside:
                kept.append(here)
            if inside != next_inside:
                part = (limit - here[axis]) / (there[axis] - here[axis])
                kept.append((here[0] + part * (there[0] - here[0]), here[1] + part * (there[1] - here[1])))
        ring = kept
        if not ring:
            break
    return ring


def simplify(line: list[Pair], tolerance: float) -> list[Pair]:
    """Leave out points of a line that are closer to the rest of the line than the tolerance (Douglas and Peucker)."""
    kept, parts = {0, len(line) - 1}, [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        (x1, y1), (x2, y2) = line[first], line[last]
        length = hypot(x2 - x1, y2 - y1)
        farthest, where = 0.0, None
        for place in range(first + 1, last):
            x, y = line[place]
            far = abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length if length else hypot(x - x1, y - y1)
            if far > farthest:
                farthest, where = far, place
        if where is not None and farthest > tolerance:
            kept.add(where)
            parts += [(first, where), (where, last)]
    return [line[place] for place in sorted(kept)]


def land(topology: dict[str, Any]) -> list[list[int]]:
    lines = []
    for ring in rings_of(topology):
        kept = clip(ring)
        if kept:
            simple = simplify([to_grid(*point) for point in kept], LAND_TOLERANCE)
            if len(simple) >= MIN_LAND_POINTS:
                lines.append(flat(simple))
    return lines


def owners(rows: Iterable[dict[str, str]]) -> dict[tuple[int, int], str]:
    """Return the authority of each square kilometre near a postcode."""
    votes: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for row in rows:
        code = row["county_code"] or row["district_code"]
        if code and int(row["easting"]):
            votes[int(row["easting"]) // CELL, int(row["northing"]) // CELL][code] += 1
    owner = {cell: counted.most_common(1)[0][0] for cell, counted in votes.items()}
    queue = deque((cell, 0) for cell in sorted(owner))
    while queue:
        (x, y), far = queue.popleft()
        if far < MAX_CELLS_FROM_A_POSTCODE:
            for near in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
                if near not in owner:
                    owner[near] = owner[x, y]
                    queue.append((near, far + 1))
    return owner


def borders(owner: dict[tuple[int, int], str]) -> list[list[int]]:
    """Return the lines between squares of different authorities, each from one junction to the next."""
    edges: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
    for (x, y), code in owner.items():
        for other, one, two in (
            ((x + 1, y), (x + 1, y), (x + 1, y + 1)),
            ((x, y + 1), (x, y + 1), (x + 1, y + 1)),
        ):
            if owner.get(other, code) != code:
                edges[one].add(two)
                edges[two].add(one)
    lines = []
    starts = [corner for corner, ends in edges.items() if len(ends) != 2] + list(edges)  # noqa: PLR2004
    for start in starts:
        while edges[start]:
            line, here = [start], start
            while edges[here] and (here == start or len(edges[here]) == 1):
                there = min(edges[here])
                edges[here].discard(there)
                edges[there].discard(here)
                line.append(there)
                here = there
                if here == start:
                    break
            if len(line) > MIN_BORDER_EDGES:
                lines.append(flat(simplify([(x * CELL, y * CELL) for x, y in line], BORDER_TOLERANCE)))
    return lines


def flat(line: list[Pair]) -> list[int]:
    return [round(value / UNIT) for point in line for value in point]


def main(land_file: str, postcodes_file: str, outcodes_file: str) -> None:
    with Path(postcodes_file).open() as postcodes, Path(outcodes_file).open() as outcodes:
        drawn = {
            "land": land(json.loads(Path(land_file).read_text())),
            "borders": borders(owners(csv.DictReader(postcodes))),
            "outcodes": {
                row["outcode"]: flat([(int(row["easting"]), int(row["northing"]))])
                for row in csv.DictReader(outcodes)
                if int(row["easting"])
            },
        }
    TARGET.write_text(json.dumps(drawn, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
