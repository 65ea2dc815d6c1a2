"""The route whose worst cost is the least if at most some arcs turn out dearer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.paths import ArcIndex, Router

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]


@dataclass(frozen=True)
class Robust:
    """A route with its cost as expected and its worst cost; `arcs` in travel order."""

    arcs: Ints
    cost: float
    worst: float


def robust_route(
    tail: Nodes, head: Nodes, weight: Floats, dearer: Floats, *, usable: Bools, n_nodes: int,
    ends: tuple[int, int], gamma: int,
) -> Robust | None:  # fmt: skip
    """Find the route whose cost is the least when its `gamma` worst surcharges are met.

    Exact, by one ordinary search for each distinct surcharge (Bertsimas and Sim 2003): the
    worst is at least ``gamma * t`` plus what each surcharge is above t, for every t, and
    for one of them it is that.

    Parameters
    ----------
    tail, head, usable
        Ends of the arcs and which may be used, shape (arcs,).
    weight, dearer
        Expected cost and the most that may come on top, not negative, shape (arcs,). What
        belongs to a place must lie on one arc, the one that enters it.
    n_nodes, ends
        Number of nodes, and those to connect.
    gamma
        How many arcs at most turn out dearer.

    Returns
    -------
    Robust or None
        None if there is no way.

    Raises
    ------
    ValueError
        If `gamma` or a surcharge is negative.

    Examples
    --------
    >>> found = robust_route(
    ...     np.array([0, 0], np.int32), np.array([1, 1], np.int32), np.array([5.0, 7.0]),
    ...     np.array([4.0, 1.0]), usable=np.ones(2, bool), n_nodes=2, ends=(0, 1), gamma=1,
    ... )
    >>> found.arcs.tolist(), found.worst
    ([1], 8.0)
    """
    if gamma < 0 or (len(dearer) and dearer.min() < 0):
        msg = "surcharges and how many are met must not be negative"
        raise ValueError(msg)
    start, end = ends
    index = ArcIndex(tail, head, n_nodes=n_nodes).among(usable)
    best, least = Robust(np.zeros(0, np.int64), np.inf, np.inf), 0.0
    levels = np.unique(np.concatenate([[0.0], dearer[usable]]))
    for level in levels[::-1].tolist():
        # The lower the level the longer the way: what the last one came to is a bound.
        if gamma * level + least >= best.worst:
            continue
        raised = weight + np.maximum(dearer - level, 0.0)
        router = Router(tail, head, raised, usable=usable, n_nodes=n_nodes, index=index)
        trees = router.trees(np.array([start]))
        if not np.isfinite(trees.distance[0, end]):
            return None
        least = float(trees.distance[0, end])
        way = router.way(trees, 0, end)
        worst = worst_cost(weight[way], dearer[way], gamma)
        if worst < best.worst:
            best = Robust(way, float(weight[way].sum()), worst)
    return best


def worst_cost(weight: Floats, dearer: Floats, gamma: int) -> float:
    """Return what a way costs if its worst `gamma` surcharges are met.

    Examples
    --------
    >>> worst_cost(np.array([1.0, 1.0, 1.0]), np.array([5.0, 0.0, 2.0]), 1)
    8.0
    """
    return float(weight.sum() + np.sort(dearer)[::-1][:gamma].sum())
