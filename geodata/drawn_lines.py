"""Tracks as points a short way apart: the nearest line to a place, the way between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.measure import chord_points, geodesic_km

if TYPE_CHECKING:
    from geodata.tracks import Tracks
    from geodata.types import Bools, Floats, Ints

#: Longest step between two points, in km: a place is never farther from one than from its
#: line by more than half of this.
STEP_KM = 1.0


@dataclass(frozen=True)
class Near:
    """What lies near a place: rows of the tracks, those of the nearest, and its nearest point."""

    tracks: Ints
    nearest: Ints
    point: int


class DrawnLines:
    """Some tracks, to be asked where they lie and lead.

    Parameters
    ----------
    tracks
        Tidy lines.
    chosen
        Which of them, shape (m,).
    """

    def __init__(self, tracks: Tracks, chosen: Bools) -> None:
        """Lay out the points."""
        rows = np.flatnonzero(chosen)
        lines = [_stepped(tracks, int(row)) for row in rows]
        self.tracks = tracks
        self._steps(rows, lines)
        self.tree = cKDTree(chord_points(self.lon, self.lat)) if len(rows) else None

    def _steps(self, rows: Ints, lines: list[Floats]) -> None:
        """Give numbers to points, to ends those of their nodes; list the steps between."""
        tracks, first = self.tracks, len(self.tracks.lon)
        inner = np.array([len(line) - 2 for line in lines], np.int64)
        fresh = first + np.concatenate([[0], np.cumsum(inner)])
        chains = [
            np.concatenate([[tracks.u[row]], np.arange(a, b), [tracks.v[row]]])
            for row, a, b in zip(rows.tolist(), fresh[:-1], fresh[1:], strict=True)
        ]
        points = [line[1:-1] for line in lines]
        lonlat = np.concatenate([np.stack([tracks.lon, tracks.lat], axis=1), *points])
        self.lon, self.lat = lonlat[:, 0], lonlat[:, 1]
        empty = np.zeros(0, np.int64)
        self.a = np.concatenate([empty, *(chain[:-1] for chain in chains)]).astype(np.int64)
        self.b = np.concatenate([empty, *(chain[1:] for chain in chains)]).astype(np.int64)
        self.row = np.repeat(rows, inner + 1)
        self.km = geodesic_km(
            self.lon[self.a], self.lat[self.a], self.lon[self.b], self.lat[self.b]
        )
        self._graph()

    def _graph(self) -> None:
        """Keep the shortest of parallel steps: sparse matrices would add them up."""
        n = len(self.lon)
        order = np.argsort(self.km, kind="stable")
        tail = np.concatenate([self.a[order], self.b[order]])
        head = np.concatenate([self.b[order], self.a[order]])
        self.key, kept = np.unique(tail * n + head, return_index=True)
        self.step = np.tile(order, 2)[kept]
        km = np.maximum(self.km[self.step], 1e-9)
        self.graph = sp.csr_matrix((km, (tail[kept], head[kept])), shape=(n, n))
        self.used = np.zeros(n, bool)
        self.used[self.a] = self.used[self.b] = True

    def near(self, lon: float, lat: float, within_km: float) -> Near | None:
        """Return the lines within reach of a place, None if there is none."""
        if self.tree is None:
            return None
        here = chord_points(np.array([lon]), np.array([lat]))[0]
        found = np.array(self.tree.query_ball_point(here, within_km + STEP_KM / 2), np.int64)
        found = found[self.used[found]]
        if not len(found):
            return None
        away = geodesic_km(
            np.full(len(found), lon), np.full(len(found), lat), self.lon[found], self.lat[found]
        )
        touched = np.isin(self.a, found) | np.isin(self.b, found)
        best = int(found[np.argmin(away)])
        at_best = (self.a == best) | (self.b == best)
        return Near(np.unique(self.row[touched]), np.unique(self.row[at_best]), best)

    def way(self, start: int, end: int, *, limit_km: float) -> tuple[Ints, Floats]:
        """Return the tracks of the shortest way between two points, and km on each.

        Both are empty where there is no way within the limit.
        """
        found, before = dijkstra(
            self.graph, directed=True, indices=[start], return_predecessors=True, limit=limit_km
        )
        if not np.isfinite(found[0, end]) or start == end:
            return np.zeros(0, np.int64), np.zeros(0)
        keys, node, n = [], end, len(self.lon)
        while node != start:
            keys.append(int(before[0, node]) * n + node)
            node = int(before[0, node])
        steps = self.step[np.searchsorted(self.key, keys)]
        rows, index = np.unique(self.row[steps], return_inverse=True)
        return rows, np.bincount(index, self.km[steps], minlength=len(rows)).astype(float)


def _stepped(tracks: Tracks, row: int) -> Floats:
    """Return the points of a track, ends included, none farther from the next than a step."""
    line = tracks.line(row)
    km = geodesic_km(line[:-1, 0], line[:-1, 1], line[1:, 0], line[1:, 1])
    parts = np.maximum(np.ceil(km / STEP_KM).astype(np.int64), 1)
    at = np.repeat(np.arange(len(parts)), parts)
    inner = (np.arange(len(at)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[at]
    points = line[at] + (line[at + 1] - line[at]) * inner[:, None]
    return np.concatenate([points, line[-1:]])
