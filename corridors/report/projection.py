"""The map projection of the static pictures: conformal conic, fitted to what is shown.

Lambert's conformal conic on the sphere (Snyder, Map Projections: A Working Manual,
1987, equations 15-1 to 15-5). Pictures only; lengths are never measured here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geodata.types import Floats

__all__ = ["Conic", "Extent", "fitted"]

#: West, south, east, north in degrees.
Extent = tuple[float, float, float, float]

#: A cone flatter than this is drawn as its limit, Mercator's cylinder.
FLATTEST_CONE = 0.02

#: Latitudes that a cone or cylinder cannot show well are cut off here.
LATITUDE_LIMIT = 85.0


@dataclass(frozen=True)
class Conic:
    """Lambert's conformal conic on a sphere of radius 1.

    All in degrees: the meridian in the middle and the two true parallels.
    """

    meridian: float
    parallel_1: float
    parallel_2: float

    def project(self, lonlat: Floats) -> Floats:
        """Project points.

        Parameters
        ----------
        lonlat
            Degrees, shape (n, 2). Longitudes are taken relative to the middle
            meridian, continuously, so that a line does not tear.

        Returns
        -------
        Floats
            x to the east and y to the north in earth radii, shape (n, 2).
        """
        lon = np.radians(lonlat[:, 0] - self.meridian)
        lat = np.radians(np.clip(lonlat[:, 1], -LATITUDE_LIMIT, LATITUDE_LIMIT))
        cone = self.cone
        if abs(cone) < FLATTEST_CONE:
            scale: float = np.cos(np.radians((self.parallel_1 + self.parallel_2) / 2))
            northing = np.log(np.tan(np.pi / 4 + lat / 2))
            return np.column_stack([scale * lon, scale * northing])
        radius = self._radius(lat)
        middle = self._radius(np.radians((self.parallel_1 + self.parallel_2) / 2))
        return np.column_stack([radius * np.sin(cone * lon), middle - radius * np.cos(cone * lon)])

    @property
    def cone(self) -> float:
        """Return the constant of the cone, the sine of its parallel of contact."""
        a, b = np.radians([self.parallel_1, self.parallel_2])
        if abs(a - b) < np.radians(0.1):
            return float(np.sin(a))
        tangents = np.log(np.tan(np.pi / 4 + b / 2) / np.tan(np.pi / 4 + a / 2))
        return float(np.log(np.cos(a) / np.cos(b)) / tangents)

    def __str__(self) -> str:
        """Return the projection as the footer of a map names it."""
        if abs(self.cone) < FLATTEST_CONE:
            return "Mercator projection"
        parallels = f"{self.parallel_1:.0f}° and {self.parallel_2:.0f}°"
        return f"Lambert conformal conic projection, parallels {parallels}"

    def _radius(self, lat: Floats | float) -> Floats:
        """Return the radius of a parallel, latitude in radians."""
        a, cone = np.radians(self.parallel_1), self.cone
        factor = np.cos(a) * np.tan(np.pi / 4 + a / 2) ** cone / cone
        return np.asarray(factor / np.tan(np.pi / 4 + np.asarray(lat) / 2) ** cone)


def fitted(extent: Extent) -> Conic:
    """Return the conic that distorts an extent little.

    Parameters
    ----------
    extent
        West, south, east, north in degrees.

    Returns
    -------
    Conic
        Middle meridian in the middle, true parallels a sixth of the height inside.

    Examples
    --------
    >>> print(fitted((20, 20, 80, 50)))
    Lambert conformal conic projection, parallels 25° and 45°
    """
    west, south, east, north = extent
    sixth = (north - south) / 6
    return Conic((west + east) / 2, south + sixth, north - sixth)
