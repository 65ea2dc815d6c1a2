"""Joins between two networks: each end looks for the nearest line of its mode and gauge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from geodata.measure import KM_PER_DEGREE, chord_points, geodesic_km
from geodata.topology import (
    ONCE,
    Segments,
    lines_of,
    nearest_segment,
    points_along,
    segments,
    split_links,
)
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from geodata.types import Bools, Floats, Ints, Network, Shorts

    #: National gauge, in mm, at points given by longitude and latitude.
    GaugeAt = Callable[[Floats, Floats], Shorts]

#: An end of a line is taken before the nearest point of a line if it lies at most this
#: much farther off: so lines meet end to end.
END_KM = 0.3
#: How far a loose end looks on, in tolerances, to say what lies nearest.
LOOK = 5.0
#: A join this near to an end of a link, in km, takes the end.
AT_END_KM = 0.02


@dataclass(frozen=True)
class Ends:
    """Ends of lines, one row per node, mode and gauge.

    `node` indexes a network's nodes; `gauge_mm` is 0 off the railway or where not known.
    All of shape (n,).
    """

    node: Ints
    mode: Ints
    gauge_mm: Ints

    def __len__(self) -> int:
        """Return the number of ends."""
        return len(self.node)

    def take(self, rows: Ints | Bools) -> Ends:
        """Return only some ends."""
        return Ends(self.node[rows], self.mode[rows], self.gauge_mm[rows])


@dataclass(frozen=True)
class Partners:
    """For each end the node that it is joined to, -1 for none, and how far the nearest is.

    `gap_km` is infinite where nothing lies near; `gauge_mm` is the stated gauge of the
    line found, 0 where it states none.
    """

    node: Ints
    gap_km: Floats
    gauge_mm: Ints


def ends_at(network: Network, nodes: Ints, modes: Collection[Mode]) -> Ends:
    """Return the ends that `nodes` are, one per mode and gauge of the lines there."""
    at = np.zeros(len(network.nodes), bool)
    at[nodes] = True
    return _ends(network, at, modes)


def dead_ends(network: Network, modes: Collection[Mode]) -> Ends:
    """Return the ends from which lines of a mode lead to one other node only."""
    single = np.zeros(len(network.nodes), bool)
    for mode in modes:
        links = network.links.take(lines_of(network, mode))
        pairs = np.stack([np.r_[links.u, links.v], np.r_[links.v, links.u]])
        tail = np.unique(pairs, axis=1)[0] if pairs.size else pairs[0]
        single |= np.bincount(tail, minlength=len(network.nodes)) == 1
    return _ends(network, single, modes)


def _ends(network: Network, at: Bools, modes: Collection[Mode]) -> Ends:
    links = network.links
    rows = np.flatnonzero(np.any([lines_of(network, mode) for mode in modes], axis=0))
    node = np.concatenate([links.u[rows], links.v[rows]]).astype(np.int64)
    mode, gauge = np.tile(links.mode[rows], 2), np.tile(links.gauge_mm[rows], 2)
    here = at[node]
    table = np.stack([node[here], mode[here], gauge[here]]).astype(np.int64)
    table = np.unique(table, axis=1) if table.size else table
    return Ends(table[0], table[1], table[2])


def both(one: Ends, two: Ends) -> Ends:
    """Return the ends of two lists, each once."""
    table = np.concatenate(
        [np.stack([e.node, e.mode, e.gauge_mm]).astype(np.int64) for e in (one, two)], axis=1
    )
    table = np.unique(table, axis=1) if table.size else table
    return Ends(table[0], table[1], table[2])


def find_partners(
    network: Network,
    ends: Ends,
    other: Network,
    among: Ends,
    *,
    within_km: float,
    gauge_at: GaugeAt,
) -> tuple[Network, Partners]:
    """Find for each end of `network` its partner on `other`, cutting lines there if need be.

    The nearest line of the same mode is taken whose gauge is the same, an unknown gauge
    being the country's; if none lies near, the nearest whose gauge is unknown. An end of
    `among` goes before a point between two ends if it is not much farther off.

    Parameters
    ----------
    network, ends
        Who looks.
    other, among
        Where to look, and the ends of lines there that are taken first.
    within_km
        How far apart partners may be.
    gauge_at
        The gauge of lines that do not say theirs.

    Returns
    -------
    Network, Partners
        `other` with a node at each join, and the partner of each end.
    """
    node = np.full(len(ends), -1, np.int64)
    gap = np.full(len(ends), np.inf)
    row, at = np.full(len(ends), -1, np.int64), np.zeros(len(ends))
    for mode in (Mode.RAIL, Mode.ROAD, Mode.SEA):
        mine = np.flatnonzero(ends.mode == mode)
        if len(mine):
            found = _nearest(
                (network, ends.take(mine)), other, mode, within_km=within_km, gauge_at=gauge_at
            )
            row[mine], at[mine], gap[mine] = found
    near = np.flatnonzero((row >= 0) & (gap <= within_km))
    stated = np.zeros(len(ends), np.int64)
    stated[row >= 0] = other.links.gauge_mm[row[row >= 0]]
    taken = _nearest_end((network, ends.take(near)), (other, among), gap[near],
                         _gauge_of(other, row[near], gauge_at), gauge_at)  # fmt: skip
    node[near] = taken
    to_cut = near[taken < 0]
    node[to_cut] = _link_ends(other, row[to_cut], at[to_cut])
    to_cut = to_cut[node[to_cut] < 0]
    # Two ends that meet a line at one point, as those of two gauges do, give one cut.
    place = np.stack([row[to_cut], np.rint(at[to_cut] / ONCE).astype(np.int64)])
    _, first, slot = np.unique(place, axis=1, return_index=True, return_inverse=True)
    other, fresh = split_links(other, row[to_cut[first]], at[to_cut[first]])
    node[to_cut] = fresh[slot.ravel()]
    joined = node >= 0
    a, b = ends.node[joined], node[joined]
    lon, lat = network.nodes.lon, network.nodes.lat
    gap[joined] = geodesic_km(lon[a], lat[a], other.nodes.lon[b], other.nodes.lat[b])
    return other, Partners(node, gap, stated)


def _nearest(
    seeker: tuple[Network, Ends],
    other: Network,
    mode: Mode,
    *,
    within_km: float,
    gauge_at: GaugeAt,
) -> tuple[Ints, Floats, Floats]:
    """Nearest link of `mode` to each end, -1 for none, the fraction along it and km."""
    network, ends = seeker
    lon, lat = network.nodes.lon[ends.node], network.nodes.lat[ends.node]
    row, at = np.full(len(ends), -1, np.int64), np.zeros(len(ends))
    gap = np.full(len(ends), np.inf)
    table = _around(other, mode, lon, lat, within_km * LOOK)
    if not len(table.link):
        return row, at, gap
    stated = other.links.gauge_mm[table.link].astype(np.int64)
    middle = points_along(other, table.link, (table.start + table.stop) / 2)
    theirs = _known(stated, middle[:, 0], middle[:, 1], gauge_at, mode)
    mine = _known(ends.gauge_mm, lon, lat, gauge_at, mode)
    for gauge, said in {*zip(mine.tolist(), ends.gauge_mm.tolist(), strict=True)}:
        who = np.flatnonzero((mine == gauge) & (ends.gauge_mm == said))
        loose = (stated == 0) | (stated == said) | (said == 0)
        for fits in (theirs == gauge, loose):
            todo = who[gap[who] > within_km]
            some = _only(table, fits)
            if not len(todo) or not len(some.link):
                continue
            best, fraction, away = nearest_segment(
                some, lon[todo], lat[todo], within_km=within_km * LOOK
            )
            better = (best >= 0) & (away < gap[todo])
            row[todo[better]] = some.link[best[better]]
            at[todo[better]], gap[todo[better]] = fraction[better], away[better]
    return row, at, gap


def _known(stated: Ints, lon: Floats, lat: Floats, gauge_at: GaugeAt, mode: Mode) -> Ints:
    """Return the gauge as stated, else that of the country; 0 off the railway."""
    if mode != Mode.RAIL:
        return np.zeros(len(stated), np.int64)
    unknown = np.flatnonzero(stated == 0)
    gauge = stated.astype(np.int64)
    gauge[unknown] = gauge_at(lon[unknown], lat[unknown])
    return gauge


def _around(network: Network, mode: Mode, lon: Floats, lat: Floats, km: float) -> Segments:
    """Pieces of the lines of a mode in the box round all points."""
    pad = km / KM_PER_DEGREE
    wide = pad / max(float(np.cos(np.radians(np.abs(lat).max()))), 0.1)
    table = segments(network, np.flatnonzero(lines_of(network, mode)))
    west, east = np.minimum(table.lon_a, table.lon_b), np.maximum(table.lon_a, table.lon_b)
    south, north = np.minimum(table.lat_a, table.lat_b), np.maximum(table.lat_a, table.lat_b)
    near = (east >= lon.min() - wide) & (west <= lon.max() + wide)
    near &= (north >= lat.min() - pad) & (south <= lat.max() + pad)
    return _only(table, near)


def _only(table: Segments, mask: Bools) -> Segments:
    return Segments(
        table.lon_a[mask], table.lat_a[mask], table.lon_b[mask], table.lat_b[mask],
        table.link[mask], table.start[mask], table.stop[mask],
    )  # fmt: skip


def _gauge_of(network: Network, rows: Ints, gauge_at: GaugeAt) -> Ints:
    """Return the gauge of links as stated, else that of the country; 0 off the railway."""
    u = network.links.u[rows]
    stated = network.links.gauge_mm[rows].astype(np.int64)
    known = _known(stated, network.nodes.lon[u], network.nodes.lat[u], gauge_at, Mode.RAIL)
    return np.where(network.links.mode[rows] == Mode.RAIL, known, 0)


def _nearest_end(
    seeker: tuple[Network, Ends],
    sought: tuple[Network, Ends],
    gap_km: Floats,
    gauge_mm: Ints,
    gauge_at: GaugeAt,
) -> Ints:
    """Node of an end sought that serves as well as the line at `gap_km` of `gauge_mm`, or -1."""
    (network, ends), (other, among) = seeker, sought
    found = np.full(len(ends), -1, np.int64)
    place = other.nodes.lon[among.node], other.nodes.lat[among.node]
    known = np.where(
        among.mode == Mode.RAIL, _known(among.gauge_mm, *place, gauge_at, Mode.RAIL), 0
    )
    for mode, gauge in {*zip(ends.mode.tolist(), gauge_mm.tolist(), strict=True)}:
        mine = np.flatnonzero((ends.mode == mode) & (gauge_mm == gauge))
        theirs = among.node[(among.mode == mode) & (known == gauge)]
        if not len(theirs):
            continue
        tree = cKDTree(chord_points(other.nodes.lon[theirs], other.nodes.lat[theirs]))
        here = ends.node[mine]
        away, k = tree.query(chord_points(network.nodes.lon[here], network.nodes.lat[here]))
        good = np.asarray(away) <= gap_km[mine] + END_KM
        found[mine[good]] = theirs[np.asarray(k)[good]]
    return found


def _link_ends(network: Network, rows: Ints, at: Floats) -> Ints:
    """End of each link if the point at fraction `at` is practically there, else -1."""
    km = network.links.length_km[rows]
    u, v = network.links.u[rows], network.links.v[rows]
    found = np.where(at * km <= AT_END_KM, u, np.where((1 - at) * km <= AT_END_KM, v, -1))
    return found.astype(np.int64)
