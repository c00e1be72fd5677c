"""Small charts with one message, drawn as SVG by `parts/chart.html`, with the same numbers as a table.

The charts on home pages are about an organisation's own records. A chart about children at many organisations needs
figures in which small groups are hidden (kernel/small_number_suppression.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

WIDTH, BASE, TOP = 340, 150, 34  # coordinates in the drawing, which is 176 units high
COLUMN_WIDTH = 40
LINE_MARGIN = 24  # so that the labels of the first and last points are not cut


class ChartPoint(NamedTuple):
    """One value with its label, and the value in words. A point without a value is not drawn."""

    label: str
    value: float | None
    words: str


class DrawnPoint(NamedTuple):
    """A point with its position in the drawing."""

    x: float
    y: float
    label: str
    words: str
    is_last: bool


class ChartLimit(NamedTuple):
    """A limit that is drawn as a dashed line, with its name."""

    value: float
    words: str


class ChartBar(NamedTuple):
    """One horizontal bar with its label, its coloured parts, and the numbers in words."""

    label: str
    parts: list[tuple[float, str]]
    words: str
    record: Any = None  # what the bar is about, if the page has a form for it


@dataclass(frozen=True)
class Chart:
    """A chart with a large figure and one message above it. `points` are drawn as columns or as a line."""

    key: str
    title: str
    figure: str
    message: str
    headings: tuple[str, str]  # of the table
    points: Sequence[ChartPoint] = ()
    is_line: bool = False
    most: float = 0  # the value at the top, if it is not the highest value
    limit: ChartLimit | None = None
    bars: Sequence[ChartBar] = ()
    is_share: bool = False  # each bar is as wide as the drawing, and its parts are shares of it
    legend: Sequence[tuple[str, str]] = ()
    note: str = ""

    @property
    def top(self) -> float:
        values = [point.value for point in self.points if point.value is not None]
        return max([*values, self.most, self.limit.value if self.limit else 0]) or 1

    @property
    def drawn(self) -> list[DrawnPoint]:
        """Return the points that have a value, with their positions."""
        step = (WIDTH - 2 * LINE_MARGIN) / max(len(self.points) - 1, 1) if self.is_line else WIDTH / len(self.points)
        first = LINE_MARGIN if self.is_line else step / 2
        known = [number for number, point in enumerate(self.points) if point.value is not None]
        return [
            DrawnPoint(first + step * number, self.height_of(value), label, words, number == known[-1])
            for number, (label, value, words) in enumerate(self.points)
            if value is not None
        ]

    @property
    def column_width(self) -> float:
        return min(COLUMN_WIDTH, 0.75 * WIDTH / max(len(self.points), 1))

    def width_of(self, bar: ChartBar) -> float:
        """Return the number that corresponds to the full width of a bar."""
        total = sum(number for number, _ in bar.parts)
        return total if self.is_share else max(sum(number for number, _ in one.parts) for one in self.bars)

    def height_of(self, value: float) -> float:
        """Return the vertical position of a value."""
        return BASE - (BASE - TOP) * value / self.top
