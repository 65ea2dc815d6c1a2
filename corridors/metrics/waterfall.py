"""What makes one route dearer or slower than another, component by component."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.model.cost import Component

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.route import Route


@dataclass(frozen=True)
class Fall:
    """One component by one mode on two routes: USD of 2024 and hours per TEU."""

    component: str
    mode: str
    usd_a: float
    usd_b: float
    h_a: float
    h_b: float

    @property
    def usd(self) -> float:
        """How much more the second route pays."""
        return self.usd_b - self.usd_a

    @property
    def h(self) -> float:
        """How much longer the second route takes."""
        return self.h_b - self.h_a


def waterfall(a: Route, b: Route) -> tuple[Fall, ...]:
    """Return the components of two routes, in the order of `Component`, then by mode.

    Components that neither pays and that take no time are left out. The rows add up to
    the totals of both routes, and so to their difference.
    """
    sums = [_components(route) for route in (a, b)]
    order = [one.value for one in Component]
    keys = sorted(sums[0].keys() | sums[1].keys(), key=lambda key: (order.index(key[0]), key[1]))
    found = []
    for key in keys:
        (usd_a, h_a), (usd_b, h_b) = (one.get(key, (0.0, 0.0)) for one in sums)
        if any((usd_a, usd_b, h_a, h_b)):
            found.append(Fall(*key, usd_a, usd_b, h_a, h_b))
    return tuple(found)


def _components(route: Route) -> dict[tuple[str, str], tuple[float, float]]:
    """Return money and hours of a route by component and mode."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for leg in route.legs:
        for line in leg.lines:
            key = line.component.value, leg.mode
            usd, h = found.get(key, (0.0, 0.0))
            found[key] = usd + line.usd, h + line.h
    return found


def rounded(values: Sequence[float], digits: int) -> list[float]:
    """Return values rounded so that they add up to their rounded sum.

    Those that lose most by rounding are rounded the other way.

    Examples
    --------
    >>> rounded([0.4, 0.4, 0.4], 0)
    [1.0, 0.0, 0.0]
    """
    scaled = np.asarray(values, np.float64) * 10**digits
    whole = np.floor(scaled)
    left = round(float(scaled.sum())) - int(whole.sum())
    order = np.lexsort((np.arange(len(scaled)), whole - scaled))
    whole[order[:left]] += 1
    return [float(f"{value / 10**digits:.{digits}f}") for value in whole]
