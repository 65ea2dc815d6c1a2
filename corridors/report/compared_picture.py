"""`compare.svg` and `.png`: where cargo goes more and less, what opens and what closes.

The same comparison gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.change import ANYWHERE, CLOSED, OPENED
from corridors.report.labels import short_name
from corridors.report.maps import OVERVIEW, PALETTE, country_rings, draw_base, line_sample
from corridors.report.page import LEGEND_COLUMNS, Page
from corridors.report.pens import PALE_PENS, Pen
from corridors.report.pictures import drawing, picture
from geodata.geometry import Lines, unwrapped
from geodata.types import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.lines import Line2D

    from corridors.metrics.change import FlowChange
    from corridors.report.compared import Comparison
    from corridors.report.compared_map import Geography
    from corridors.report.projection import Extent
    from geodata.types import Floats

    #: What a place does, its name, and where it is in degrees.
    Place = tuple[str, str, tuple[float, float]]

__all__ = ["draw_changes"]


class _Sort(NamedTuple):
    """How lines that carry more, or less, are drawn: never told apart by colour alone."""

    words: str
    colour: str
    dash: tuple[float, ...]
    more: bool


MORE = _Sort("carries more", "#0072B2", (), more=True)
LESS = _Sort("carries less", "#D55E00", (2.2, 1.0), more=False)
#: Widths in points, and the share of the largest change from which each is drawn.
WIDTHS = ((1.4, 0.0), (2.6, 0.1), (4.2, 0.5))
#: Marks of places that open and close.
MARKS = {OPENED: "o", CLOSED: "X"}
MARK_SIZE, FONT, MOST_NAMES = 6.0, 7.5, 40
#: What a map shows at most: where the network is dense, and the seas around it.
WIDEST: Extent = (-12.0, 5.0, 145.0, 68.0)
#: Room around what changes as a share of its size, and the least degrees shown.
ROOM, LEAST_DEGREES = 0.12, 10.0


@drawing()
def draw_changes(pair: Comparison, where: Geography, kind: str) -> bytes:
    """Return a map of what changes between two scenarios.

    Parameters
    ----------
    pair
        What they differ in.
    where
        The geometry of it.
    kind
        ``svg`` or ``png``.
    """
    lines = _points(pair.flows, where)
    places = _places(pair, where)
    samples = [pen for sort in (MORE, LESS) for pen in _pens(sort, pair.flows)]
    rows = -(-(len(samples) + len(MARKS)) // LEGEND_COLUMNS)
    title = f"Cargo gained and lost: {pair.a.label} to {pair.b.label}"
    page = Page(_extent(list(lines.values()), places), title=title, legend_rows=rows)
    page.land(country_rings())
    draw_base(page, where.network, PALE_PENS)
    for sort in (LESS, MORE):
        _draw(page, sort, pair.flows, lines)
    for change, marker in MARKS.items():
        some = [point for word, _, point in places if word == change]
        if some:
            page.points(np.array(some), marker, size=MARK_SIZE, order=7)
    if places:
        names = [short_name(name) for _, name, _ in places]
        lonlat = np.array([point for _, _, point in places])
        page.names(lonlat, names, most=MOST_NAMES, font=FONT)
    handles = [*map(line_sample, samples), *((_mark(one),) for one in MARKS.values())]
    page.legend(handles, [*(pen.label for pen in samples), *MARKS])
    return picture(page.figure, kind, colours=PALETTE)


def _points(flows: Sequence[FlowChange], where: Geography) -> dict[int, Floats]:
    """Return the points of each line whose flow changes, stops left out."""
    kinds = where.graph.arcs.kind
    arcs = [one.arc for one in flows if kinds[one.arc] == Kind.LINE]
    draw = where.painter(arcs)
    return {arc: unwrapped(draw.arcs([arc])) for arc in arcs}


def _places(pair: Comparison, where: Geography) -> list[Place]:
    """Return the named places that open or close: the change, the name and where it is."""
    return [
        (one.change, one.name, where.assets[one.asset])
        for one in pair.arcs
        if one.asset and one.name and one.country != ANYWHERE
    ]


def _extent(lines: Sequence[Floats], places: Sequence[Place]) -> Extent:
    """Return the frame around what changes, within the widest; the overview if nothing does."""
    points = [*lines, *(np.array([point]) for _, _, point in places)]
    if not points:
        return OVERVIEW
    low = np.maximum(np.vstack(points).min(axis=0), WIDEST[:2])
    high = np.minimum(np.vstack(points).max(axis=0), WIDEST[2:])
    if (high < low).any():
        return OVERVIEW
    room = np.maximum((high - low) * ROOM, (LEAST_DEGREES - (high - low)) / 2)
    (west, south), (east, north) = (low - room).tolist(), (high + room).tolist()
    return west, south, east, north


def _class_of(change: float, largest: float) -> int:
    """Return the width of a change among `WIDTHS`."""
    return max(at for at, (_, share) in enumerate(WIDTHS) if abs(change) >= share * largest)


def _largest(flows: Sequence[FlowChange]) -> float:
    return max((abs(one.change) for one in flows), default=0.0)


def _pens(sort: _Sort, flows: Sequence[FlowChange]) -> list[Pen]:
    """Return the pens that a map needs for what carries more, or less."""
    largest = _largest(flows)
    some = [one.change for one in flows if (one.change > 0) == sort.more]
    used = sorted({_class_of(change, largest) for change in some})
    return [
        Pen(sort.colour, WIDTHS[at][0], sort.dash, _label(sort, WIDTHS[at][1] * largest))
        for at in used
    ]


def _label(sort: _Sort, least: float) -> str:
    return f"{sort.words}, from {least:,.0f} TEU" if least else sort.words


def _draw(page: Page, sort: _Sort, flows: Sequence[FlowChange], lines: dict[int, Floats]) -> None:
    """Draw what carries more, or less, the widest last."""
    largest = _largest(flows)
    for at, (width, _) in enumerate(WIDTHS):
        some = [
            lines[one.arc] for one in flows
            if one.arc in lines and (one.change > 0) == sort.more
            and _class_of(one.change, largest) == at
        ]  # fmt: skip
        if some:
            offset = np.concatenate([[0], np.cumsum([len(one) for one in some])])
            pen = Pen(sort.colour, width, sort.dash)
            order = 4 + sort.more / 2 + at / 10
            page.lines(Lines(np.vstack(some), offset), pen, order=order, raster=False)


def _mark(marker: str) -> Line2D:
    """Return the legend's sample of a place."""
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="none", marker=marker, markersize=MARK_SIZE, color="white",
                  markeredgecolor="#222222", markeredgewidth=0.8)  # fmt: skip
