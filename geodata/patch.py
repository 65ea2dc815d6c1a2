"""Lines of another source in the network: inside a polygon in place of its own, or added.

The patch comes between the cleaning of the open data and the naming of countries, so
that every later step (gauges, borders, terminals, hand links, services, contraction)
treats its lines as it treats all others. What became of each end of a line is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse.csgraph import dijkstra

from geodata.errors import NetworkError
from geodata.joining import Ends, Partners, both, dead_ends, ends_at, find_partners
from geodata.laying import JOIN, LAID, left_out, merged, side_of, track_network, whole
from geodata.measure import KM_PER_DEGREE
from geodata.overlay import LineRouter
from geodata.topology import SHORTEST_KM, add, components, lines_of, make_links
from geodata.types import Links, Mode, Network

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geodata.joining import GaugeAt
    from geodata.tracks import Tracks
    from geodata.types import Bools, Floats, Ints

__all__ = ["RIM_KM", "Join", "Laid", "Patch", "lay"]

#: How far apart, in km, ends of lines may be that are joined.
RIM_KM = 2.0
#: An end this many tolerances along its line from one that is joined seeks no partner.
SPUR = 3.0


@dataclass(frozen=True)
class Patch:
    """Lines to lay into the network, and what they take the place of.

    Parameters
    ----------
    name
        Name for people, unique among the patches of a build.
    tracks
        The lines.
    inside
        Area in degrees to which the lines are cut; None lays them all.
    replaces
        Modes whose lines inside the area give way; without an area it must be empty.
    rim_km
        How far apart, in km, ends may be that are joined.
    files
        What the lines were read from, for the manifest.
    texts
        Files to lie beside the network, as their source tells what it left out.
    """

    name: str
    tracks: Tracks
    inside: BaseGeometry | None = None
    replaces: frozenset[Mode] = frozenset()
    rim_km: float = RIM_KM
    files: tuple[Path, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the parts fit each other.

        Raises
        ------
        NetworkError
            If modes are to be replaced that cannot be laid, or without an area, or if the
            tolerance is not above 0 km.
        """
        if self.replaces and self.inside is None:
            msg = f"{self.name}: modes to replace, but no polygon to replace them in"
            raise NetworkError(msg)
        if self.replaces - set(LAID):
            msg = f"{self.name}: only rail, road and sea lines can be replaced"
            raise NetworkError(msg)
        if not self.rim_km > 0:
            msg = f"{self.name}: a tolerance of {self.rim_km:g} km joins nothing"
            raise NetworkError(msg)


@dataclass(frozen=True)
class Join:
    """What became of one end of a line: the place it was joined to, or that it stays loose.

    `side` says whose end it is: ``patch`` or ``network``. `gap_km` is the distance to the
    nearest line that would serve, joined or not; None where there is none far and wide.
    """

    patch: str
    joined: bool
    side: str
    mode: str
    gauge_mm: int
    lon: float
    lat: float
    to_lon: float | None
    to_lat: float | None
    gap_km: float | None


@dataclass(frozen=True)
class Laid:
    """What laying a patch did, in km by mode where not a list.

    `replaced_km` gave way, `laid_km` came instead, `outside_km` of the patch lay outside
    of its area, `join_km` are the straight joins. `islands` are the pieces of the patch
    that no join reaches: mode, km, and a point of each. `left_out` is what the network
    cannot carry.
    """

    patch: str
    joins: tuple[Join, ...]
    replaced_km: dict[str, float]
    laid_km: dict[str, float]
    outside_km: dict[str, float]
    join_km: dict[str, float]
    islands: tuple[tuple[str, float, float, float], ...]
    left_out: dict[str, float] = field(default_factory=dict)


def lay(network: Network, patch: Patch, *, gauge_at: GaugeAt) -> tuple[Network, Laid]:
    """Lay the lines of a patch into the network and join them to it.

    Parameters
    ----------
    network
        Lines of the open data, corrected and stitched, countries and gauges not yet named.
    patch
        What to lay.
    gauge_at
        National gauge at given points, for lines that do not say theirs.

    Returns
    -------
    Network, Laid
        The network with the patch in it, and what was done.
    """
    tracks = track_network(patch.tracks, network)
    base, mine = whole(network), whole(tracks)
    if patch.inside is not None:
        mine = side_of(tracks, patch.inside, LAID, inside=True)
        base = side_of(network, patch.inside, sorted(patch.replaces), inside=False)
    modes = [mode for mode in LAID if lines_of(mine.network, mode).any()]
    seeking = ends_at(base.network, base.rim, LAID)
    mine_ends = both(ends_at(mine.network, mine.rim, LAID), dead_ends(mine.network, modes))
    laid, found = find_partners(
        base.network, seeking, mine.network, mine_ends, within_km=patch.rim_km, gauge_at=gauge_at
    )
    done = np.union1d(found.node[found.node >= 0], mine.rim)
    idle = np.isin(mine_ends.node, found.node) | _spur(laid, mine_ends, done, SPUR * patch.rim_km)
    waiting = mine_ends.take(~idle)
    offered = both(seeking, dead_ends(base.network, modes))
    kept, back = find_partners(
        laid, waiting, base.network, offered, within_km=patch.rim_km, gauge_at=gauge_at
    )
    whole_network, joints = _joined(merged(kept, laid), len(kept.nodes), (seeking, found),
                                    (waiting, back))  # fmt: skip
    joins = [
        *_told(patch, "network", (base.network, seeking), (laid, found)),
        *_told(patch, "patch", (laid, waiting), (kept, back), near=_near_rim(patch)),
    ]
    return whole_network, Laid(
        patch=patch.name,
        joins=tuple(sorted(joins, key=lambda one: (one.mode, one.lon, one.lat, one.side))),
        replaced_km=km_by_mode(base.dropped),
        laid_km=km_by_mode(laid.links),
        outside_km=km_by_mode(mine.dropped),
        join_km=km_by_mode(joints),
        islands=_islands(laid, np.concatenate([found.node, waiting.node[back.node >= 0]])),
        left_out=left_out(patch.tracks, patch.inside),
    )


def _spur(network: Network, ends: Ends, joined: Ints, km: float) -> Bools:
    """Whether each end lies within `km` along the lines from a node joined, other than it.

    The rest of a line that is joined nearby would be joined a second time, beside itself.
    """
    if not len(joined):
        return np.zeros(len(ends), bool)
    graph = LineRouter(network, np.arange(len(network.links))).graph
    far = dijkstra(graph, directed=False, indices=joined, limit=km, min_only=True)
    near: Bools = (far[ends.node] <= km) & ~np.isin(ends.node, joined)
    return near


def km_by_mode(links: Links) -> dict[str, float]:
    """Return km of links by the name of their mode; modes without links are left out."""
    return {
        Mode(mode).name.lower(): float(links.length_km[links.mode == mode].sum())
        for mode in np.unique(links.mode).tolist()
    }


def _joined(
    network: Network, first: int, out: tuple[Ends, Partners], back: tuple[Ends, Partners]
) -> tuple[Network, Links]:
    """Add a straight link for each pair of partners; nodes of the patch start at `first`."""
    seeking, found = out
    waiting, partners = back
    a = np.concatenate([seeking.node[found.node >= 0], partners.node[partners.node >= 0]])
    b = np.concatenate([found.node[found.node >= 0], waiting.node[partners.node >= 0]]) + first
    gap = np.concatenate([found.gap_km[found.node >= 0], partners.gap_km[partners.node >= 0]])
    told = [
        np.where(ends.gauge_mm > 0, ends.gauge_mm, far.gauge_mm)[far.node >= 0]
        for ends, far in (out, back)
    ]
    gauge = np.concatenate(told)
    pairs, once = np.unique(np.stack([a, b, gauge]), axis=1, return_index=True)
    joints = make_links(
        pairs[0],
        pairs[1],
        mode=network.nodes.mode[pairs[0]],
        length_km=np.maximum(gap[once], SHORTEST_KM),
        gauge_mm=pairs[2],
        source=float(network.sources.index(JOIN)),
    )
    return add(network, None, joints), joints


def _near_rim(patch: Patch) -> BaseGeometry | None:
    return None if patch.inside is None else patch.inside.boundary


def _told(
    patch: Patch,
    side: str,
    seeker: tuple[Network, Ends],
    sought: tuple[Network, Partners],
    *,
    near: BaseGeometry | None = None,
) -> list[Join]:
    """Say of each end what it was joined to, loose ends far from the rim `near` left out."""
    network, ends = seeker
    other, partners = sought
    lon, lat = network.nodes.lon[ends.node], network.nodes.lat[ends.node]
    at_rim = np.ones(len(ends), bool) if near is None else _within(near, lon, lat, patch.rim_km)
    told = []
    for k in np.flatnonzero((partners.node >= 0) | at_rim).tolist():
        b, gap = int(partners.node[k]), float(partners.gap_km[k])
        told.append(
            Join(
                patch=patch.name,
                joined=b >= 0,
                side=side,
                mode=Mode(int(ends.mode[k])).name.lower(),
                gauge_mm=int(ends.gauge_mm[k]),
                lon=float(lon[k]),
                lat=float(lat[k]),
                to_lon=float(other.nodes.lon[b]) if b >= 0 else None,
                to_lat=float(other.nodes.lat[b]) if b >= 0 else None,
                gap_km=gap if np.isfinite(gap) else None,
            )
        )
    return told


def _within(line: BaseGeometry, lon: Floats, lat: Floats, km: float) -> Bools:
    """Whether points lie within about `km` of a line, in a frame of the points' latitude."""
    wide = km / KM_PER_DEGREE / np.cos(np.radians(np.clip(lat, -80, 80)))
    return np.asarray(shapely.distance(line, shapely.points(lon, lat)) <= wide)


def _islands(laid: Network, joined: Ints) -> tuple[tuple[str, float, float, float], ...]:
    """Pieces of the patch that no join reaches: mode, km and a point, the longest first."""
    if not len(laid.links):
        return ()
    label = components(laid, np.ones(len(laid.links), bool))
    reached = np.zeros(int(label.max()) + 1, bool)
    reached[label[joined[joined >= 0]]] = True
    of_link = label[laid.links.u]
    found = []
    for piece in np.unique(of_link[~reached[of_link]]).tolist():
        rows = np.flatnonzero(of_link == piece)
        node = int(laid.links.u[rows[0]])
        found.append(
            (
                Mode(int(laid.links.mode[rows[0]])).name.lower(),
                float(laid.links.length_km[rows].sum()),
                float(laid.nodes.lon[node]),
                float(laid.nodes.lat[node]),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one[1], *one)))
