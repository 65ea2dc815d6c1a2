"""Coordinates of links and chains of links, as arrays.

A set of lines is kept as one array of points and the offsets between lines
(`Lines`), so that half a million links are assembled in a few vectorised steps.
Longitudes are made continuous along a line before anything is measured or drawn,
and cut at the antimeridian only when written.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from geodata.types import Bools, Floats, Ints, Network

__all__ = [
    "HALF_TURN",
    "Lines",
    "chain_coordinates",
    "link_coordinates",
    "link_lines",
    "split_antimeridian",
    "unwrapped",
]

#: Degrees.
HALF_TURN = 180.0
FULL_TURN = 360.0


@dataclass(frozen=True)
class Lines:
    """Polylines in one array.

    Line i is `lonlat[offset[i]:offset[i + 1]]`; `lonlat` has shape (points, 2) in
    degrees, `offset` has one entry more than there are lines.
    """

    lonlat: Floats
    offset: Ints

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.offset) - 1

    def __iter__(self) -> Iterator[Floats]:
        """Yield the points of each line, shape (n, 2)."""
        bounds = self.offset.tolist()
        return (self.lonlat[a:b] for a, b in pairwise(bounds))

    def take(self, wanted: Bools) -> Lines:
        """Return the lines for which `wanted` is true, shape (lines,)."""
        counts = np.diff(self.offset)[wanted]
        kept = self.lonlat[wanted[self.line_of_point()]]
        return Lines(kept, np.concatenate([[0], np.cumsum(counts)]))

    def line_of_point(self) -> Ints:
        """Return the line that each point belongs to, shape (points,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.offset))


def link_lines(network: Network, links: ArrayLike, *, backward: ArrayLike = False) -> Lines:
    """Assemble the lines of many links.

    Parameters
    ----------
    network
        The network.
    links
        Link indices, shape (n,).
    backward
        Whether each line runs from v to u; one value or shape (n,).

    Returns
    -------
    Lines
        A line per entry of `links`: its ends and the interior points between.
    """
    rows = np.atleast_1d(np.asarray(links, dtype=np.int64))
    turned = np.broadcast_to(np.asarray(backward, dtype=bool), rows.shape)
    start, count = _interior(network, rows)
    size = count + 2
    offset = np.concatenate([[0], np.cumsum(size)])
    line = np.repeat(np.arange(len(rows)), size)
    place = np.arange(offset[-1]) - offset[:-1][line]
    place = np.where(turned[line], size[line] - 1 - place, place)
    lonlat = np.empty((len(place), 2))
    for mask, ends in (
        (place == 0, network.links.u),
        (place == size[line] - 1, network.links.v),
    ):
        nodes = ends[rows[line[mask]]]
        lonlat[mask, 0] = network.nodes.lon[nodes]
        lonlat[mask, 1] = network.nodes.lat[nodes]
    inner = (place > 0) & (place < size[line] - 1)
    lonlat[inner] = network.shape_lonlat[start[line[inner]] + place[inner] - 1]
    return Lines(lonlat, offset)


def link_coordinates(network: Network, link: int, *, backward: bool = False) -> Floats:
    """Return the points of one link in order of travel.

    Parameters
    ----------
    network
        The network.
    link
        Index of the link.
    backward
        Travel from v to u.

    Returns
    -------
    Floats
        Longitudes and latitudes in degrees, shape (n, 2), n at least 2.
    """
    return link_lines(network, [link], backward=backward).lonlat


def chain_coordinates(network: Network, chain: ArrayLike) -> Floats:
    """Return the points of a chain of links in order of travel.

    Parameters
    ----------
    network
        The network.
    chain
        Links in order: k when travelled from u to v, ``~k`` when from v to u.

    Returns
    -------
    Floats
        Longitudes and latitudes in degrees, shape (n, 2), no point twice in a row;
        a chain of stops at one place has a single point, an empty chain none.
    """
    steps = np.atleast_1d(np.asarray(chain, dtype=np.int64))
    backward = steps < 0
    lonlat = link_lines(network, np.where(backward, ~steps, steps), backward=backward).lonlat
    return _without_repeats(lonlat)


def unwrapped(lonlat: Floats) -> Floats:
    """Make longitudes continuous: no step of more than half a turn.

    Parameters
    ----------
    lonlat
        Points in degrees, shape (n, 2).

    Returns
    -------
    Floats
        The same points; longitudes may leave -180..180.

    Examples
    --------
    >>> unwrapped(np.array([[179.0, 0.0], [-179.0, 0.0]])).tolist()
    [[179.0, 0.0], [181.0, 0.0]]
    """
    lon = lonlat[:, 0]
    turns = -np.rint((lon[1:] - lon[:-1]) / FULL_TURN)
    if not turns.any():
        return lonlat
    result = lonlat.copy()
    result[1:, 0] += FULL_TURN * np.cumsum(turns)
    return result


def split_antimeridian(lonlat: Floats) -> list[Floats]:
    """Cut a line where it crosses the antimeridian.

    Parameters
    ----------
    lonlat
        Points of the line in degrees, shape (n, 2), wrapped or continuous.

    Returns
    -------
    list of Floats
        Parts with longitudes within -180..180; the last point of a part and the
        first of the next lie on the antimeridian at the same latitude.

    Examples
    --------
    >>> [part.tolist() for part in split_antimeridian(np.array([[179.0, 0.0], [-179.0, 2.0]]))]
    [[[179.0, 0.0], [180.0, 1.0]], [[-180.0, 1.0], [-179.0, 2.0]]]
    """
    line = unwrapped(lonlat)
    if len(line) < 2 or np.abs(line[:, 0]).max() <= HALF_TURN:  # noqa: PLR2004  a line has two ends
        return [line]
    world = np.floor((line[:, 0] + HALF_TURN) / FULL_TURN)
    parts = []
    first = 0
    head: list[NDArray[np.float64]] = []
    for k in np.flatnonzero(np.diff(world)).tolist():
        cut = _on_antimeridian(line[k], line[k + 1], max(world[k], world[k + 1]))
        parts.append(_shifted(np.vstack([*head, line[first : k + 1], cut]), world[k]))
        head, first = [cut], k + 1
    parts.append(_shifted(np.vstack([*head, line[first:]]), world[first]))
    return [part for part in map(_without_repeats, parts) if len(part) > 1]


def _interior(network: Network, rows: Ints) -> tuple[Ints, Ints]:
    """Return where the interior points of each link start, and how many there are."""
    shapes = network.shapes
    row_of_link = np.full(len(network.links), -1, dtype=np.int64)
    row_of_link[shapes.link] = np.arange(len(shapes))
    row = row_of_link[rows]
    found = row >= 0
    start = np.zeros(len(rows), dtype=np.int64)
    count = np.zeros(len(rows), dtype=np.int64)
    start[found] = shapes.start[row[found]]
    count[found] = shapes.stop[row[found]] - start[found]
    return start, count


def _without_repeats(lonlat: Floats) -> Floats:
    """Drop each point that equals the one before it."""
    new = np.ones(len(lonlat), dtype=bool)
    new[1:] = (lonlat[1:] != lonlat[:-1]).any(axis=1)
    return lonlat[new]


def _on_antimeridian(a: Floats, b: Floats, world: float) -> Floats:
    """Return the point of the segment a-b on the western edge of `world`."""
    edge = FULL_TURN * world - HALF_TURN
    share = (edge - a[0]) / (b[0] - a[0])
    return np.array([edge, a[1] + share * (b[1] - a[1])])


def _shifted(part: Floats, world: float) -> Floats:
    """Bring a part that lies in one world into -180..180."""
    part[:, 0] -= FULL_TURN * world
    return part
