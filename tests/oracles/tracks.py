"""Tracks drawn by name, as a source of lines would give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.measure import polyline_km
from geodata.topology import full_line, lines_of, shape_points
from geodata.tracks import UNKNOWN, Tracks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.types import Mode, Network
    from tests.oracles.drawing import Line, Point


def tracks(points: Mapping[str, Point], *lines: Line, origin: str = "custom") -> Tracks:
    """Return lines between named points as tracks; what is not drawn is not said."""
    names = list(points)
    place = np.array(list(points.values()), float).reshape(-1, 2)
    interior = tuple(np.array(line.via, float).reshape(-1, 2) for line in lines)
    ends = [(names.index(line.a), names.index(line.b)) for line in lines]
    km = [
        line.km or polyline_km(np.concatenate([place[[a]], via, place[[b]]]))[-1]
        for line, (a, b), via in zip(lines, ends, interior, strict=True)
    ]
    return _tracks(origin, place, ends, {
        "mode": np.array([line.mode for line in lines], np.int8),
        "status": np.array([line.status for line in lines], np.int8),
        "length_km": np.array(km, float),
        "gauge_mm": np.array([line.gauge for line in lines], np.int16),
        "interior": interior,
    })  # fmt: skip


def of_network(network: Network, *modes: Mode, origin: str = "osm") -> Tracks:
    """Return the lines of a network as tracks: laid in their own place they change nothing."""
    rows = np.flatnonzero(np.any([lines_of(network, mode) for mode in modes], axis=0))
    bent, links = shape_points(network), network.links
    place = np.stack([network.nodes.lon, network.nodes.lat], axis=1)
    return _tracks(origin, place, list(zip(links.u[rows], links.v[rows], strict=True)), {
        "mode": links.mode[rows],
        "status": links.status[rows],
        "length_km": links.length_km[rows],
        "gauge_mm": links.gauge_mm[rows],
        "interior": tuple(
            full_line(network, k, bent[k])[1:-1] if k in bent else np.zeros((0, 2))
            for k in rows.tolist()
        ),
    })  # fmt: skip


def _tracks(
    origin: str, place: np.ndarray, ends: Sequence[tuple[int, int]], columns: dict[str, Any]
) -> Tracks:
    m = len(ends)
    u, v = np.array(ends, np.int32).reshape(-1, 2).T
    return Tracks(
        origin=origin,
        lon=place[:, 0],
        lat=place[:, 1],
        u=u,
        v=v,
        oneway=np.zeros(m, bool),
        electrified=np.full(m, UNKNOWN, np.int8),
        speed_kmh=np.full(m, np.nan),
        duration_h=np.full(m, np.nan),
        name=("",) * m,
        ref=tuple(f"line {k}" for k in range(m)),
        border_lon=np.zeros(0),
        border_lat=np.zeros(0),
        border_name=(),
        **columns,
    )
