"""Drawn lines to tracks: ends that all but meet are one node, lines are cut where others end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geodata.measure import KM_PER_DEGREE, chord_points, polyline_km
from geodata.tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geodata.sources.custom import Layer
    from geodata.sources.custom_values import LineValues
    from geodata.types import Codes, Floats, Ints

__all__ = ["ORIGIN", "SNAP_KM", "tracks_of"]

#: Name of this source.
ORIGIN = "custom"
#: Ends nearer to each other or to a line than this, in km, are meant to meet.
SNAP_KM = 0.01


@dataclass(frozen=True)
class _Piece:
    """A piece of a drawn line: which one, its points and its share of the line's length."""

    line: int
    lonlat: Floats
    share: float


def tracks_of(layers: Sequence[tuple[Layer, LineValues]]) -> Tracks:
    """Return the lines of some layers as tracks.

    Ends within `SNAP_KM` of each other become one node, and a line is cut where another
    of its mode ends on it. Lines that cross are not joined: one may pass over the other.
    A stated length is shared among the pieces of its row by how long they are drawn.
    """
    drawn = [line for layer, _ in layers for line in layer.drawn]
    mode = np.array([m for _, values in layers for m in values.mode], np.int8)
    stated = np.array(
        [km for layer, values in layers for km in _per_part(layer, values.length_km)], float
    )
    pieces = [piece for piece in _cut(drawn, mode) if polyline_km(piece.lonlat)[-1] > 0]
    line = np.array([piece.line for piece in pieces], np.int64)
    ends = np.array([[p.lonlat[0], p.lonlat[-1]] for p in pieces], float).reshape(-1, 2, 2)
    node, place = _nodes(ends.reshape(-1, 2))
    measured = np.array([polyline_km(piece.lonlat)[-1] for piece in pieces])
    share = np.array([piece.share for piece in pieces])
    km = np.where(np.isfinite(stated[line]), stated[line] * share, measured)
    gauges = [g or (0,) for _, values in layers for g in values.gauges_mm]
    twice = [(k, gauge) for k, piece in enumerate(line.tolist()) for gauge in gauges[piece]]
    row = np.array([k for k, _ in twice], np.int64)
    one = line[row].tolist()
    refs = [
        f"{layer.file.rpartition('/')[2]}:{ref or number}"
        for layer, values in layers
        for number, ref in zip(layer.rows, values.ref, strict=True)
    ]

    def each(name: str) -> list[object]:
        column = [value for _, values in layers for value in getattr(values, name)]
        return [column[k] for k in one]

    return Tracks(
        origin=ORIGIN,
        lon=place[:, 0],
        lat=place[:, 1],
        u=node[0::2][row].astype(np.int32),
        v=node[1::2][row].astype(np.int32),
        mode=mode[one],
        status=np.array(each("status"), np.int8),
        length_km=km[row],
        gauge_mm=np.array([gauge for _, gauge in twice], np.int16),
        oneway=np.array(each("oneway"), bool),
        electrified=np.array(each("electrified"), np.int8),
        speed_kmh=np.array(each("speed_kmh"), float),
        duration_h=np.full(len(row), np.nan),
        name=tuple(str(name) for name in each("name")),
        ref=tuple(refs[k] for k in one),
        interior=tuple(pieces[k].lonlat[1:-1] for k in row.tolist()),
        border_lon=np.zeros(0),
        border_lat=np.zeros(0),
        border_name=(),
    )


def _per_part(layer: Layer, km: Sequence[float]) -> list[float]:
    """Share the stated length of a feature among its parts, by how long they are drawn."""
    drawn = [float(polyline_km(line)[-1]) for line in layer.drawn]
    whole: dict[int, float] = {}
    for row, length in zip(layer.rows, drawn, strict=True):
        whole[row] = whole.get(row, 0.0) + length
    return [
        value * length / whole[row] if whole[row] else value
        for row, length, value in zip(layer.rows, drawn, km, strict=True)
    ]


def _cut(drawn: Sequence[Floats], mode: Codes) -> list[_Piece]:
    """Cut each line where another of its mode ends on it, within `SNAP_KM`."""
    lines = [shapely.LineString(line) for line in drawn]
    ends = np.array([line[k] for line in drawn for k in (0, -1)], float).reshape(-1, 2)
    owner = np.repeat(np.arange(len(drawn)), 2)
    pad = SNAP_KM / KM_PER_DEGREE / np.cos(np.radians(np.clip(ends[:, 1], -80, 80)))
    points = cast("NDArray[np.object_]", shapely.points(ends))
    point, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=pad)
    fits = (owner[point] != other) & (mode[owner[point]] == mode[other])
    cuts: dict[int, dict[float, Floats]] = {}
    for p, k in zip(point[fits].tolist(), other[fits].tolist(), strict=True):
        at = float(shapely.line_locate_point(lines[k], shapely.Point(ends[p])))
        cuts.setdefault(k, {}).setdefault(round(at, 9), ends[p])
    pieces = []
    for k, line in enumerate(drawn):
        pieces += _pieces(k, line, cuts.get(k, {}))
    return pieces


def _pieces(k: int, line: Floats, cuts: Mapping[float, Floats]) -> list[_Piece]:
    """Cut a line at points by the distance along it, in degrees; not at its very ends."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    edge = SNAP_KM / KM_PER_DEGREE
    inner = sorted(at for at in cuts if edge < at < along[-1] - edge)
    bounds = [0.0, *inner, float(along[-1])]
    tips = [line[0], *(cuts[at] for at in inner), line[-1]]
    parts = [
        np.concatenate([[a], line[(along > low) & (along < high)], [b]])
        for (low, high), (a, b) in zip(pairwise(bounds), pairwise(tips), strict=True)
    ]
    km = np.array([polyline_km(part)[-1] for part in parts])
    total = max(float(km.sum()), np.finfo(float).tiny)
    return [_Piece(k, part, length / total) for part, length in zip(parts, km, strict=True)]


def _nodes(ends: Floats) -> tuple[Ints, Floats]:
    """Node of each end, and the place of each node: that of its first end."""
    n = len(ends)
    if not n:
        return np.zeros(0, np.int64), np.zeros((0, 2))
    pairs = cKDTree(chord_points(ends[:, 0], ends[:, 1])).query_pairs(
        SNAP_KM, output_type="ndarray"
    )
    graph = sp.coo_matrix((np.ones(len(pairs), np.int8), pairs.T.reshape(2, -1)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    _, first, node = np.unique(label, return_index=True, return_inverse=True)
    return node.astype(np.int64), ends[first]
