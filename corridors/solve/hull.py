"""Which points of a front lie on its lower convex hull: exact, in whole numbers."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Whole = tuple[int, int, int]


def on_lower_hull(points: Sequence[Whole]) -> list[bool]:
    """Tell of each point whether some positive weights make it a lightest one.

    Exact, in whole numbers of any size: the weights under which the point is no heavier
    than another are a cone, cut down by one point after the other.

    Parameters
    ----------
    points
        Totals of which none beats another, sorted; for two criteria the third is 0.

    Examples
    --------
    >>> on_lower_hull([(0, 9, 0), (5, 6, 0), (9, 0, 0)])
    [True, False, True]
    """
    return [_is_supported(at, points) for at in range(len(points))]


def _is_supported(at: int, points: Sequence[Whole]) -> bool:
    cone: list[Whole] = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    here = points[at]
    # Neighbours first: they are the most likely to show that there is none.
    for other in sorted(range(len(points)), key=lambda k: abs(k - at)):
        cone = _cut(cone, _minus(points[other], here))
        if not cone:
            return False
    return all(sum(ray[k] for ray in cone) > 0 for k in range(len(here)))


def _minus(a: Whole, b: Whole) -> Whole:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _cut(cone: list[Whole], normal: Whole) -> list[Whole]:
    """Return the part of a cone, given by its edges in turn, on one side of a plane."""
    x, y, z = normal
    sides = [x * ray[0] + y * ray[1] + z * ray[2] for ray in cone]
    if min(sides) >= 0:
        return cone
    kept = []
    for ray, side, last, before in zip(
        cone, sides, [cone[-1], *cone], [sides[-1], *sides], strict=False
    ):
        if side * before < 0:
            kept.append(_between(ray, abs(before), last, abs(side)))
        if side >= 0:
            kept.append(ray)
    return list(dict.fromkeys(kept))


def _between(a: Whole, of_a: int, b: Whole, of_b: int) -> Whole:
    """Return the edge where a plane cuts the side of a cone between two edges."""
    x, y, z = (of_a * p + of_b * q for p, q in zip(a, b, strict=True))
    least = gcd(x, y, z)
    return x // least, y // least, z // least
