"""Lengths on the WGS 84 ellipsoid, and local planar projection for snapping."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import ProjError

if TYPE_CHECKING:
    from geodata.types import Floats

#: Kilometres per degree of latitude, good to 1 %: for search windows only.
KM_PER_DEGREE = 111.2


@cache
def _geod() -> Geod:
    return Geod(ellps="WGS84")


def geodesic_km(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    """Geodesic length in km between points given in degrees, shape (n,).

    Examples
    --------
    >>> one = np.array([0.0])
    >>> float(geodesic_km(one, one, one + 1, one).round(1)[0])
    111.3
    """
    _, _, metres = _geod().inv(lon_a, lat_a, lon_b, lat_b)
    return np.asarray(metres, dtype=float) / 1000


def to_wgs84(x: Floats, y: Floats, crs: str) -> tuple[Floats, Floats]:
    """Longitude and latitude in degrees of points given in another reference system.

    Parameters
    ----------
    x, y
        Easting and northing, or longitude and latitude, shape (n,).
    crs
        The system by code or text, as ``EPSG:32638``.

    Raises
    ------
    ValueError
        If the system is not known, or a point lies outside of where it holds.

    Examples
    --------
    >>> lon, lat = to_wgs84(np.array([500_000.0]), np.array([0.0]), "EPSG:32638")
    >>> lon.round(6).tolist(), lat.round(6).tolist()
    ([45.0], [0.0])
    """
    try:
        transformer = Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
        lon, lat = transformer.transform(x, y, errcheck=True)
    except ProjError as error:
        msg = f"{crs}: {error}"
        raise ValueError(msg) from error
    return np.asarray(lon, float), np.asarray(lat, float)


def polyline_km(lonlat: Floats) -> Floats:
    """Cumulative geodesic length in km along `lonlat`, shape (n, 2) -> (n,)."""
    steps = geodesic_km(lonlat[:-1, 0], lonlat[:-1, 1], lonlat[1:, 0], lonlat[1:, 1])
    return np.concatenate([[0.0], np.cumsum(steps)])


def project_on_segments(
    lon: Floats, lat: Floats, a_lon: Floats, a_lat: Floats, b_lon: Floats, b_lat: Floats
) -> tuple[Floats, Floats]:
    """Distance in km and fraction along segment a-b of the nearest point, row by row.

    Planar in a frame scaled by the cosine of the point's latitude: good to 1 % over
    the few tens of km for which it serves.
    """
    scale = np.cos(np.radians(lat))
    dx, dy = (b_lon - a_lon) * scale, b_lat - a_lat
    px, py = (lon - a_lon) * scale, lat - a_lat
    square = dx * dx + dy * dy
    fraction = np.where(square > 0, (px * dx + py * dy) / np.where(square > 0, square, 1), 0.0)
    fraction = np.clip(fraction, 0.0, 1.0)
    away = np.hypot(px - fraction * dx, py - fraction * dy)
    return away * KM_PER_DEGREE, fraction


def chord_points(lon: Floats, lat: Floats) -> Floats:
    """Return points on the sphere in km, (n, 3): straight distances serve for short gaps."""
    x, y = np.radians(lon), np.radians(lat)
    return 6371.0 * np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)
