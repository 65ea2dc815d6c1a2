"""Tidy lines from any source beside the shipped extracts, before they join the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from geodata.types import Bools, Codes, Floats, Indices, Shorts

#: `Tracks.origin` of lines from OpenStreetMap.
OSM = "osm"
#: `Tracks.electrified` where the source does not say.
UNKNOWN = -1


@dataclass(frozen=True)
class Tracks:
    """Lines between nodes with what the source says of them; the rest of the chain adds more.

    Parameters
    ----------
    origin
        Name of the source, as `Network.sources` will list it: ``osm`` or ``custom``.
    lon, lat
        Nodes in degrees, WGS 84, shape (n,).
    u, v
        Ends of each line, indices of nodes, shape (m,). A line of two gauges stands twice.
    mode, status
        `Mode` (``RAIL``, ``ROAD``, ``SEA`` or ``FERRY``) and `Status`, shape (m,).
    length_km
        Geodesic length along the line, shape (m,).
    gauge_mm
        Gauge, 0 where not a railway or not said, shape (m,).
    oneway
        Whether only u to v may be travelled, shape (m,).
    electrified
        1, 0 or `UNKNOWN`, shape (m,).
    speed_kmh, duration_h
        Greatest speed, and time of a crossing by ship; not a number where not said, shape (m,).
    name, ref
        Name, and which record of the source it is (``way 123``, ``lines.gpkg:rail:7``),
        m of each.
    interior
        Points between the ends, each of shape (k, 2), k may be 0; m arrays.
    border_lon, border_lat
        Points that the source marks as border crossings, shape (b,).
    border_name
        Their names, b of them.
    """

    origin: str
    lon: Floats
    lat: Floats
    u: Indices
    v: Indices
    mode: Codes
    status: Codes
    length_km: Floats
    gauge_mm: Shorts
    oneway: Bools
    electrified: Codes
    speed_kmh: Floats
    duration_h: Floats
    name: tuple[str, ...]
    ref: tuple[str, ...]
    interior: tuple[Floats, ...]
    border_lon: Floats
    border_lat: Floats
    border_name: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.u)

    def line(self, row: int) -> Floats:
        """Return the points of a line, ends included, in degrees, shape (k, 2)."""
        u, v = self.u[row], self.v[row]
        ends = np.array([[self.lon[u], self.lat[u]], [self.lon[v], self.lat[v]]])
        return np.concatenate([ends[:1], self.interior[row].reshape(-1, 2), ends[1:]])

    def inside(self, area: BaseGeometry) -> Bools:
        """Return which lines run through an area, in degrees, shape (m,)."""
        lines = [shapely.LineString(self.line(row)) for row in range(len(self))]
        shapely.prepare(area)
        found: Bools = np.asarray(shapely.intersects(area, lines), bool).reshape(len(self))
        return found

    def __post_init__(self) -> None:
        """Check that all columns fit each other.

        Raises
        ------
        ValueError
            If a column has another length than `u`, or an end is no node.
        """
        m = len(self.u)
        columns = (
            self.v, self.mode, self.status, self.length_km, self.gauge_mm, self.oneway,
            self.electrified, self.speed_kmh, self.duration_h, self.name, self.ref, self.interior,
        )  # fmt: skip
        if any(len(column) != m for column in columns):
            msg = f"columns of {[len(column) for column in columns]} rows beside {m} lines"
            raise ValueError(msg)
        ends = np.concatenate([self.u, self.v])
        if m and not (ends.min() >= 0 and ends.max() < len(self.lon) == len(self.lat)):
            msg = f"an end of a line is none of the {len(self.lon)} nodes"
            raise ValueError(msg)
