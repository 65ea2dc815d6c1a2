"""What charts share: scales with round ticks, axes, keys and numbers in words."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from corridors.report.numbers import amount
from corridors.report.pens import PALETTE
from corridors.report.svg import DASHES, line, marker, path, text, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.report.svg import Look

__all__ = [
    "FAINT", "GRID", "INK_LINE", "PAPER", "SHAPES", "Axis", "Pen", "grid",
    "hollow", "key", "over_lines", "pens", "spread_apart", "ticks",
]  # fmt: skip

#: All is drawn in the colour of its class: of the light page if no sheet says another one.
INK_LINE: Look = {"class_": "axis", "stroke": "currentColor", "color": "#6b7178"}
GRID: Look = {"class_": "grid", "stroke": "currentColor", "color": "#dedbd3"}
FAINT: Look = {"class_": "faint", "fill": "currentColor", "color": "#59616b"}
#: The ground of the page: the inside of markers, and a rim around words over lines.
PAPER: Look = {"class_": "paper", "fill": "currentColor", "color": "#ffffff"}
HALO: Look = {
    "class_": "halo", "fill": "currentColor", "stroke": "currentColor", "stroke_width": 3,
    "stroke_linejoin": "round", "color": "#ffffff",
}  # fmt: skip
SHAPES = ("circle", "square", "diamond", "up", "down", "cross")
#: Round steps of an axis, by powers of ten.
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
#: Letters of a key, and the room of its sample and between entries, in pixels.
_KEY_SIZE, _SAMPLE, _GAP = 11.5, 26.0, 18.0


@dataclass(frozen=True)
class Pen:
    """How one of several things is told apart: by colour and by dash and marker.

    Black is the ink of the page, so that it shows on dark ground too.
    """

    colour: str
    dash: str
    shape: str

    @property
    def stroke(self) -> Look:
        """Attributes of a line."""
        return {"stroke": self.colour, "stroke_dasharray": self.dash or None}


def pens(count: int) -> tuple[Pen, ...]:
    """Return pens for so many things; past the palette's end, colours return with other dashes."""
    colours = tuple("currentColor" if one == "#000000" else one for one in PALETTE)
    n = len(colours)
    return tuple(
        Pen(colours[at % n], DASHES[(at + at // n) % n], SHAPES[(at + at // n) % len(SHAPES)])
        for at in range(count)
    )


@dataclass(frozen=True)
class Axis:
    """A scale from values to pixels, `start` where `low` is and `stop` where `high` is."""

    low: float
    high: float
    start: float
    stop: float

    def at(self, value: float) -> float:
        """Return where a value lies."""
        span = self.high - self.low or 1.0
        return self.start + (value - self.low) / span * (self.stop - self.start)

    def ticks(self, most: int = 6) -> list[float]:
        """Return round values along the scale, at most so many."""
        return ticks(self.low, self.high, most)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round values from `low` to `high`, at most so many.

    Examples
    --------
    >>> ticks(0, 23, 6)
    [0.0, 5.0, 10.0, 15.0, 20.0]
    """
    span = high - low
    if not (span > 0 and isfinite(span)):
        return [low]
    power = 10.0 ** floor(log10(span / most))
    step = next(one * power for one in _ROUND if span / (one * power) <= most)
    first = -floor(-low / step + 1e-9)
    return [
        round(at * step, 12) + 0.0
        for at in range(first, floor(high / step + 1e-9) + 1)
    ]  # fmt: skip


def grid(
    x: Axis, y: Axis, *, x_name: str, y_name: str, x_most: int = 7, y_most: int = 6
) -> list[str]:
    """Return the ground of a chart: grid, ticks and names of both axes.

    Parameters
    ----------
    x, y
        The scales.
    x_name, y_name
        What each counts, with its unit.
    x_most, y_most
        How many ticks each may have; none for 0.
    """
    parts = []
    for value in y.ticks(y_most):
        at = y.at(value)
        parts.append(line(x.start, at, x.stop, at, **GRID))
        parts.append(text(x.start - 7, at + 4, amount(value), text_anchor="end", **_small()))
    for value in x.ticks(x_most) if x_most else ():
        at = x.at(value)
        parts.append(line(at, y.start, at, y.start + 4, **INK_LINE))
        parts.append(text(at, y.start + 17, amount(value), text_anchor="middle", **_small()))
    parts.append(line(x.start, y.start, x.stop, y.start, **INK_LINE))
    parts.append(text(x.stop, y.start + 33, x_name, text_anchor="end", **_small()))
    parts.append(text(x.start, y.stop - 9, y_name, **_small()))
    return parts


def hollow(shape: str, x: float, y: float, size: float, colour: str, width: float = 1.3) -> str:
    """Return a marker with the ground of the page inside and a rim in a colour."""
    inside = marker(shape, x, y, size, **PAPER)
    return inside + marker(shape, x, y, size, fill="none", stroke=colour, stroke_width=width)


def over_lines(x: float, y: float, said: str, **attributes: str | float | None) -> str:
    """Return words that stay readable over lines, by a rim in the ground of the page."""
    rim = text(x, y, said, **(attributes | HALO))
    return rim + text(x, y, said, **attributes)


def _small() -> Look:
    return {**FAINT, "font_size": "11"}


def key(
    entries: Sequence[tuple[str, Pen]], x: float, y: float, width: float, *, lines: bool = True
) -> tuple[list[str], float]:
    """Return a key of pens in rows of a width, and how far down it reaches.

    Parameters
    ----------
    entries
        Words and pen of each.
    x, y
        The left end and the middle of the first row.
    width
        The room in pixels.
    lines
        Whether samples are lines, with their dashes, or markers alone.
    """
    parts: list[str] = []
    left, down = x, y
    for said, pen in entries:
        room = _SAMPLE + 6 + width_of(said, _KEY_SIZE)
        if left > x and left + room > x + width:
            left, down = x, down + 18
        if lines:
            ends = ((left, down), (left + _SAMPLE, down))
            parts.append(path(ends, stroke_width=2.2, **pen.stroke))
        else:
            parts.append(marker(pen.shape, left + _SAMPLE / 2, down, 4.5, fill=pen.colour))
        parts.append(text(left + _SAMPLE + 6, down + 4, said, font_size=str(_KEY_SIZE)))
        left += room + _GAP
    return parts, down + 10


def spread_apart(places: Iterable[float], gap: float, low: float, high: float) -> list[float]:
    """Return places near some others, in their order, no two closer than a gap if room allows.

    Examples
    --------
    >>> spread_apart([50, 50], 10, 0, 100)
    [45.0, 55.0]
    """
    wanted = list(places)
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    found = [wanted[at] for at in order]
    for _ in range(60 * len(found)):
        for k in range(1, len(found)):
            lack = gap - (found[k] - found[k - 1])
            if lack > 0:
                found[k - 1], found[k] = found[k - 1] - lack / 2, found[k] + lack / 2
    if found:
        shift = max(0.0, low - found[0])
        found = [one + shift for one in found]
        shift = max(0.0, found[-1] - high)
        found = [one - shift for one in found]
    back = dict(zip(order, found, strict=True))
    return [float(back[at]) for at in range(len(wanted))]
