"""Empty boxes on their way back, as columns of the master programme.

A balance row per place says that as many boxes leave it as arrive, full or empty; its price
is what an empty box is worth there. An empty way is a new column if it costs less than
what the box gains in worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.columns import Pool
from corridors.solve.priced import Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.pricing import Pricer
    from corridors.solve.problem import FlowProblem

    Floats = NDArray[np.float64]

#: A way gains by more than this share of what boxes are worth.
GAIN = 1e-9


def empty_ways(pricer: Pricer, weights: tuple[Floats, ...], worth: Floats) -> tuple[Pool, Floats]:
    """Return the empty ways that gain, and worths near those given at which none does.

    Parameters
    ----------
    pricer
        Searches the graphs.
    weights
        Weights of the rows of each graph at prices of capacity.
    worth
        What an empty box is worth at each place, USD, shape (places,).

    Returns
    -------
    tuple of Pool and array
        The ways, and the largest worths not above those given that no way from place to
        place gains on, shape (places,): with these a lower bound holds.
    """
    boxes = pricer.problem.boxes
    if boxes is None:
        return Pool.empty(), worth
    graph = len(weights) - 1
    cost = pricer.graphs[graph].distances(boxes.depart, boxes.arrive, weights[graph])
    np.fill_diagonal(cost, 0.0)
    gain = worth[None, :] - worth[:, None]
    here, there = np.nonzero(cost < gain - GAIN * (1 + np.abs(worth).max(initial=0.0)))
    wanted = Wanted.of(boxes.depart[here], [boxes.arrive[i : i + 1] for i in there.tolist()])
    every = np.full(len(here), np.inf)
    found = pricer.graphs[graph].ways(wanted, weights[graph], every)
    pool = Pool.of(found.start, found.rows, graph=graph, leaves=here, enters=there)
    return pool, (worth[:, None] + _by_way_of_others(cost)).min(axis=0, initial=np.inf)


def gained(problem: FlowProblem, worth: Floats) -> Floats:
    """Return by how much the boxes of a unit of each demand gain in worth, (demands,)."""
    boxes = problem.boxes
    if boxes is None:
        return np.zeros(len(problem.demands))
    gain: Floats = boxes.per_unit * (worth[boxes.end] - worth[boxes.start])
    return gain


def _by_way_of_others(cost: Floats) -> Floats:
    """Return the cost from place to place when boxes may change at places between."""
    if not len(cost):
        return cost
    # Small: a row per place. A way that costs nothing is no missing way.
    dense = np.where(np.isfinite(cost), cost, np.inf)
    for via in range(len(dense)):
        np.minimum(dense, dense[:, via, None] + dense[None, via, :], out=dense)
    return dense
