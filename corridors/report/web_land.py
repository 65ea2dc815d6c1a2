"""Country outlines for a page: thinned, borders that two countries share stored once."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.report.page import SOUTHERNMOST
from corridors.report.web_lines import STEPS, joined, quantised, share, thinned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.report.projection import Extent
    from geodata.sources.extracts import Outlines
    from geodata.types import Floats

__all__ = ["Land", "box_of", "land_of"]

#: Degrees that a point may be off: where the routes are, and elsewhere.
NEAR_DEG, FAR_DEG = 0.03, 0.25
#: Rings smaller than this are left out: square degrees, near and far.
LEAST_NEAR, LEAST_FAR = 0.01, 1.0


@dataclass(frozen=True)
class Land:
    """Country outlines as stretches and the rings that run over them.

    `stretches` are whole steps of a degree, each of shape (n, 2); `rings` hold stretches
    in order, ``~k`` backwards.
    """

    stretches: tuple[NDArray[np.int64], ...] = field(repr=False)
    rings: tuple[tuple[int, ...], ...] = field(repr=False)

    def points(self) -> list[Floats]:
        """Return the rings in degrees, each of shape (n, 2)."""
        parts = [one / STEPS for one in self.stretches]
        return [joined(ring, parts) for ring in self.rings]


def land_of(outlines: Outlines, near: Extent) -> Land:
    """Return the outlines of countries, finer where something is shown.

    Parameters
    ----------
    outlines
        Country polygons.
    near
        West, south, east, north in degrees of what is shown.

    Returns
    -------
    Land
        Islands too small to be seen, and Antarctica, left out.
    """
    lonlat = np.column_stack([outlines.lon, outlines.lat])
    rings = [lonlat[a:b] for a, b in pairwise(outlines.start.tolist())]
    shared = share([quantised(ring) for ring in rings if _seen(ring, near)])
    boxes = [box_of(one / STEPS) for one in shared.stretches]
    close = [_meets(box, near) for box in boxes]
    fine = iter(thinned(_those(shared.stretches, close), NEAR_DEG))
    coarse = iter(thinned(_those(shared.stretches, [not one for one in close]), FAR_DEG))
    return Land(tuple(next(fine if one else coarse) for one in close), shared.lines)


def _those(
    stretches: Sequence[NDArray[np.int64]], wanted: Sequence[bool]
) -> list[NDArray[np.int64]]:
    return [one for one, keep in zip(stretches, wanted, strict=True) if keep]


def _seen(ring: Floats, near: Extent) -> bool:
    """Whether a ring is large enough to be drawn."""
    west, south, east, north = box = box_of(ring)
    least = LEAST_NEAR if _meets(box, near) else LEAST_FAR
    return north > SOUTHERNMOST and (east - west) * (north - south) >= least


def box_of(points: Floats) -> Extent:
    """Return west, south, east, north of points, shape (n, 2)."""
    (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
    return float(west), float(south), float(east), float(north)


def _meets(box: Extent, other: Extent) -> bool:
    return box[0] <= other[2] and box[2] >= other[0] and box[1] <= other[3] and box[3] >= other[1]
