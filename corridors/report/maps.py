"""Static pictures: the network, and the routes of a run over it.

The same input gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.report.labels import short_name
from corridors.report.page import LEGEND_COLUMNS, Page
from corridors.report.pens import (
    NETWORK_PENS,
    NOT_BUILT_PEN,
    PALE_PENS,
    ROUTE_DASHES,
    Pen,
    family_pens,
)
from corridors.report.pictures import drawing, write_picture
from geodata.geometry import HALF_TURN, Lines, link_lines, unwrapped
from geodata.sources.extracts import EXTRACTS, read_outlines
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from matplotlib.lines import Line2D

    from corridors.report.projection import Extent
    from geodata.types import Bools, Floats, Network

__all__ = [
    "OVERVIEW", "RouteLine", "country_rings", "draw_base", "draw_network", "draw_routes",
    "line_sample",
]  # fmt: skip

#: West, south, east, north in degrees: Europe to China, Moscow to Mumbai.
OVERVIEW: Extent = (17.0, 17.0, 104.0, 65.0)

MOST_NAMES = 90

#: Colours of a bitmap: the pens and their soft edges need about half of these.
PALETTE = 128


@dataclass(frozen=True)
class RouteLine:
    """A piece of a route to draw: the corridor family, the mode and the points.

    `lonlat` in degrees, shape (n, 2); `mode` is rail, road, sea or ferry.
    """

    corridor: str
    mode: str
    lonlat: Floats = field(repr=False)


def country_rings() -> list[Floats]:
    """Return the shipped outlines of countries as rings in degrees, each of shape (n, 2)."""
    shipped = read_outlines(EXTRACTS)
    xy = np.stack([shipped.lon, shipped.lat], axis=1)
    return [xy[start:stop] for start, stop in pairwise(shipped.start)]


@drawing()
def draw_network(
    network: Network,
    path: Path | str,
    *,
    outlines: Iterable[Floats],
    title: str = "Rail, road and sea",
    extent: Extent | None = None,
    labels: Sequence[str] | None = None,
) -> None:
    """Draw the network.

    Parameters
    ----------
    network
        The network.
    path
        Picture to write, ``.png`` or ``.svg``.
    outlines
        Country rings in degrees, each of shape (n, 2).
    title
        Headline.
    extent
        West, south, east, north in degrees; `OVERVIEW` if not given.
    labels
        Ids of the terminals to name, most important first; names without room are
        left out. All terminals, those where most networks meet first, if not given.

    Raises
    ------
    OutputError
        If the picture cannot be written.
    """
    places = _terminals(network)
    page = Page(extent or OVERVIEW, title=title, legend_rows=1)
    page.land(outlines)
    draw_base(page, network, NETWORK_PENS)
    not_built = np.isin(network.links.status, (Status.UNDER_CONSTRUCTION, Status.PLANNED))
    page.lines(_lines(network, not_built), NOT_BUILT_PEN, order=5, raster=False)
    page.points(_stops(network, Kind.GAUGE_CHANGE), "D", size=3.2, order=6)
    _name(page, network, places, labels)
    pens = (*NETWORK_PENS.values(), NOT_BUILT_PEN)
    names = [*(pen.label for pen in pens), "change of track gauge"]
    page.legend([*map(line_sample, pens), (_diamond(),)], names)
    write_picture(page.figure, path, colours=PALETTE)


@drawing()
def draw_routes(
    network: Network,
    routes: Sequence[RouteLine],
    path: Path | str,
    *,
    outlines: Iterable[Floats],
    title: str = "Routes by corridor",
    extent: Extent | None = None,
    labels: Sequence[str] | None = None,
    families: Sequence[str] = (),
) -> None:
    """Draw routes by corridor family over the pale network.

    Parameters
    ----------
    network
        The network.
    routes
        Pieces of routes. The family with the most pieces is drawn first and widest,
        so that families sharing a line stay visible; no corridor lies under all.
    path, outlines, title, extent, labels
        As for `draw_network`.
    families
        Corridor families in the order in which colours are handed out, so that each
        keeps its colour from picture to picture.

    Raises
    ------
    OutputError
        If the picture cannot be written.
    """
    places = _terminals(network)
    pieces = _by_family(routes)
    pens = family_pens(tuple(pieces), known=families)
    rows = -(-(len(pens) + len(_mode_samples())) // LEGEND_COLUMNS)
    page = Page(extent or OVERVIEW, title=title, legend_rows=rows)
    page.land(outlines)
    draw_base(page, network, PALE_PENS)
    for k, (family, pen) in enumerate(pens.items()):
        for mode, lines in pieces[family].items():
            dashed = Pen(pen.colour, pen.width, ROUTE_DASHES[mode], pen.label, pen.hollow)
            page.lines(lines, dashed, order=4 + k / 100, raster=False)
    _name(page, network, places, labels)
    samples = (*pens.values(), *_mode_samples())
    page.legend(list(map(line_sample, samples)), [pen.label for pen in samples])
    write_picture(page.figure, path, colours=PALETTE)


def draw_base(page: Page, network: Network, pens: Mapping[Mode, Pen]) -> None:
    """Draw what is built, mode by mode."""
    built = network.links.status == Status.BUILT
    for k, (mode, pen) in enumerate(pens.items()):
        lines = _lines(network, built & (network.links.mode == mode))
        page.lines(lines, pen, order=2 + k / 10)


def _lines(network: Network, wanted: Bools) -> Lines:
    """Return the lines of the wanted links, without those over the antimeridian."""
    links, nodes = network.links, network.nodes
    across = np.abs(nodes.lon[links.u] - nodes.lon[links.v]) > HALF_TURN
    return link_lines(network, np.flatnonzero(wanted & (links.kind == Kind.LINE) & ~across))


def _stops(network: Network, kind: Kind) -> Floats:
    """Return the places of stops of a kind in degrees, shape (n, 2)."""
    nodes = network.links.u[network.links.kind == kind]
    lonlat = np.column_stack([network.nodes.lon[nodes], network.nodes.lat[nodes]])
    return np.unique(lonlat, axis=0)


def _terminals(network: Network) -> dict[str, tuple[float, float]]:
    """Return the place of each terminal in degrees, those where most networks meet first."""
    at = np.flatnonzero(network.nodes.terminal >= 0)
    found, first, meeting = np.unique(
        network.nodes.terminal[at], return_index=True, return_counts=True
    )
    order = np.argsort(-meeting, kind="stable")
    nodes = at[first[order]]
    places = zip(network.nodes.lon[nodes].tolist(), network.nodes.lat[nodes].tolist(), strict=True)
    return dict(zip((network.terminal_ids[t] for t in found[order]), places, strict=True))


def _name(
    page: Page,
    network: Network,
    places: Mapping[str, tuple[float, float]],
    labels: Sequence[str] | None,
) -> None:
    """Name the terminals asked for."""
    ids = [name for name in (places if labels is None else labels) if name in places]
    names = {asset.id: asset.name for asset in network.assets}
    lonlat = np.array([places[name] for name in ids]).reshape(-1, 2)
    texts = [short_name(names.get(name, name)) for name in ids]
    page.names(lonlat, texts, most=MOST_NAMES, font=7.0)


def _by_family(routes: Sequence[RouteLine]) -> dict[str, dict[str, Lines]]:
    """Return the pieces by family and mode, the family with most pieces first."""
    pieces: dict[str, dict[str, list[Floats]]] = {}
    for route in routes:
        pieces.setdefault(route.corridor, {}).setdefault(route.mode, []).append(route.lonlat)
    size = {family: sum(map(len, modes.values())) for family, modes in pieces.items()}
    order = sorted(pieces, key=lambda family: (-size[family], family))
    return {
        family: {mode: _drawn_once(pieces[family][mode]) for mode in sorted(pieces[family])}
        for family in order
    }


def _drawn_once(pieces: Sequence[Floats]) -> Lines:
    """Return the runs of the pieces that no earlier piece covers.

    Dashes drawn twice with a shift would close each other's gaps.
    """
    seen: set[frozenset[tuple[float, float]]] = set()
    runs: list[list[tuple[float, float]]] = []
    for piece in pieces:
        points = list(map(tuple, unwrapped(piece).round(5).tolist()))
        run: list[tuple[float, float]] = []
        for a, b in pairwise(points):
            step = frozenset((a, b))
            if step in seen:
                run = []
                continue
            seen.add(step)
            if not run:
                run = [a]
                runs.append(run)
            run.append(b)
    offset = np.concatenate([[0], np.cumsum([len(run) for run in runs])]).astype(np.int64)
    return Lines(np.array([point for run in runs for point in run]).reshape(-1, 2), offset)


def _mode_samples() -> tuple[Pen, ...]:
    """Return pens that explain the dash of each mode."""
    names = {"rail": "by rail", "road": "by road", "sea": "at sea"}
    return tuple(Pen("#666666", 2.2, ROUTE_DASHES[mode], name) for mode, name in names.items())


def line_sample(pen: Pen) -> tuple[Line2D, ...]:
    """Return the legend's sample of a pen."""
    from matplotlib.lines import Line2D

    width = max(pen.width, 0.8)
    line = Line2D([], [], color=pen.colour, linewidth=width, linestyle=pen.style)
    if not pen.hollow:
        return (line,)
    return line, Line2D([], [], color="white", linewidth=width * 0.4)


def _diamond() -> Line2D:
    """Return the legend's sample of a gauge change."""
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        linestyle="none",
        marker="D",
        markersize=4.5,
        color="white",
        markeredgecolor="#222222",
        markeredgewidth=0.8,
    )
