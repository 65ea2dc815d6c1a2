"""Where the winner changes: by a price, a value of time, or the chance of a closure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.solve.parametric import TOLERANCE, Broken, least_of
from corridors.solve.paths import ArcIndex, Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]


class Reign(NamedTuple):
    """The way that is the cheapest from one parameter to another; `arcs` in travel order."""

    start: float
    stop: float
    arcs: Ints


def reigns(
    tail: Nodes, head: Nodes, weight: Floats, slope: Floats, *, usable: Bools, n_nodes: int,
    ends: tuple[int, int], between: tuple[float, float],
) -> tuple[Reign, ...]:  # fmt: skip
    """Return which way is the cheapest at which parameter, exactly.

    The weight of an arc is ``weight + slope * parameter``: with hours as the slope the
    parameter is a value of time, with 1 on the arcs of an asset and 0 elsewhere it is a toll
    there.

    Parameters
    ----------
    tail, head, usable
        Ends of the arcs and which may be used, shape (arcs,).
    weight, slope
        Shape (arcs,); no arc may weigh less than 0 between the two parameters.
    n_nodes
        Number of nodes.
    ends
        The nodes to connect.
    between
        The least and the largest parameter.

    Returns
    -------
    tuple of Reign
        Rising, without a gap; empty if there is no way. Of ways that are equal over a
        stretch, one.

    Examples
    --------
    >>> found = reigns(
    ...     np.array([0, 0], np.int32), np.array([1, 1], np.int32), np.array([5.0, 9.0]),
    ...     np.array([4.0, 2.0]), usable=np.ones(2, bool), n_nodes=2, ends=(0, 1),
    ...     between=(0.0, 10.0),
    ... )
    >>> [(one.start, one.stop, one.arcs.tolist()) for one in found]
    [(0.0, 2.0, [0]), (2.0, 10.0, [1])]
    """
    index = ArcIndex(tail, head, n_nodes=n_nodes).among(usable)
    start, end = ends

    def way_at(x: float) -> Ints | None:
        router = Router(tail, head, weight + slope * x, usable=usable, n_nodes=n_nodes, index=index)
        trees = router.trees(np.array([start]))
        return router.way(trees, 0, end) if np.isfinite(trees.distance[0, end]) else None

    if way_at(between[0]) is None:
        return ()
    ways: dict[float, Ints] = {}

    def solve(x: float) -> tuple[float, Callable[[float], float]]:
        way = way_at(x)
        if way is None:
            msg = "which arcs may be used does not hang on the parameter"
            raise AssertionError(msg)
        ways[x] = way
        base, rise = float(weight[way].sum()), float(slope[way].sum())
        return base + rise * x, lambda other: base + rise * other

    broken = least_of(solve, *between)
    return _told(broken, list(ways.values()), weight, slope)


def _told(broken: Broken, ways: list[Ints], weight: Floats, slope: Floats) -> tuple[Reign, ...]:
    """Return the way of each straight piece, pieces of one line joined."""
    lines = [(float(weight[way].sum()), float(slope[way].sum())) for way in ways]
    found: list[Reign] = []
    for left, right in zip(broken.at, broken.at[1:], strict=False):
        middle = (left + right) / 2
        values = [base + rise * middle for base, rise in lines]
        best = int(np.argmin(values))
        if found and _same(lines, ways, found[-1].arcs, best):
            found[-1] = found[-1]._replace(stop=right)
        else:
            found.append(Reign(left, right, ways[best]))
    return tuple(found)


def _same(lines: list[tuple[float, float]], ways: list[Ints], arcs: Ints, best: int) -> bool:
    at = next(k for k, way in enumerate(ways) if way is arcs)
    return at == best or bool(np.allclose(lines[at], lines[best], rtol=TOLERANCE))


def chance_of_change(first: tuple[float, float], second: tuple[float, float]) -> float | None:
    """Return the chance of a closure at which two plans cost the same on average.

    Parameters
    ----------
    first, second
        What each plan costs with the switch open and with it closed.

    Returns
    -------
    float or None
        None if the same plan is better at every chance, or both always equal.

    Examples
    --------
    A route that costs 5, or 15 if it is closed, against one that costs 7 anyway:

    >>> chance_of_change((5.0, 15.0), (7.0, 7.0))
    0.2
    """
    gap_open, gap_closed = second[0] - first[0], second[1] - first[1]
    if gap_open * gap_closed > 0 or gap_open == gap_closed:
        return None
    return gap_open / (gap_open - gap_closed)
