"""Cheapest ways of all demands at given prices of capacity: where new columns come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.columns import Pool
from corridors.solve.errors import StoppedError
from corridors.solve.priced import PricedGraph, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from corridors.solve.problem import Demands, FlowProblem

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Weights nearer than this, as a share, are the same.
SAME = 1e-12
#: Up to this share of the searches for all ways, those over lighter rows are quicker.
ENOUGH = 0.6


@dataclass(frozen=True)
class Known:
    """What the rows of each graph weighed once, and the lightest way of each demand at least.

    `weights` holds an array (rows,) per graph, infinite where shut; `distance` (demands,) is
    a lower bound, 0 for demands that were not searched for.
    """

    weights: tuple[Floats, ...]
    distance: Floats
    demands: Demands

    def fits(self, problem: FlowProblem) -> bool:
        """Tell whether a problem has graphs as large, and demands between the same ends."""
        ours, theirs = self.demands, problem.demands
        return (
            [len(weight) for weight in self.weights] == [len(g.tail) for g in problem.graphs]
            and np.array_equal(ours.cls, theirs.cls)
            and np.array_equal(ours.origin, theirs.origin)
            and all(map(np.array_equal, ours.destinations, theirs.destinations))
        )


class Pricer:
    """Finds the cheapest ways of all demands, and of empty boxes, at prices of capacity."""

    def __init__(self, problem: FlowProblem, stop: Callable[[], bool] | None = None) -> None:
        """Index the graphs of a problem.

        Parameters
        ----------
        problem
            The problem.
        stop
            Asked now and then whether to stop.
        """
        self.problem, self._stop = problem, stop
        usages = [usage.T.tocsr() for usage in problem.usages]
        factors = problem.factors
        self.graphs = [
            PricedGraph(graph, usages[k], factors[k]) for k, graph in enumerate(problem.graphs)
        ]
        demands = problem.demands
        self._mine, self._wanted = [], []
        for k in range(len(problem.classes)):
            mine = np.flatnonzero((demands.cls == k) & (demands.volume > 0))
            ends = [np.asarray(demands.destinations[i], np.int64) for i in mine.tolist()]
            self._mine.append(mine)
            self._wanted.append(Wanted.of(demands.origin[mine], ends))

    def go_on(self) -> None:
        """Raise StoppedError if asked to stop."""
        if self._stop is not None and self._stop():
            raise StoppedError

    def weights(self, prices: Floats) -> tuple[Floats, ...]:
        """Return the weight of every row of each graph at prices of capacity."""
        return tuple(graph.weight(prices) for graph in self.graphs)

    def rounds(self, weights: tuple[Floats, ...]) -> Pool:
        """Return rounds that pay, one for each graph with cargo or boxes that has any."""
        idle = set(range(len(self._mine))) - set(self.problem.demands.cls.tolist())
        found = {k: graph.round(weights[k]) for k, graph in enumerate(self.graphs) if k not in idle}
        parts = [
            Pool.of(np.array([0, len(rows)]), rows, graph=k)
            for k, rows in found.items() if len(rows)
        ]  # fmt: skip
        return Pool.joined(Pool.empty(), *parts)

    def ways(
        self, weights: tuple[Floats, ...], worth: Floats, *, only: Bools | None = None
    ) -> tuple[Floats, Pool]:
        """Return the weight of the cheapest way of each demand, and the ways lighter than worth.

        Parameters
        ----------
        weights
            Weights of the rows of each graph.
        worth
            USD per unit below which the way of a demand is wanted, shape (demands,).
        only
            The demands searched for, shape (demands,); all that are of anything if not given.

        Returns
        -------
        tuple of array and Pool
            Weights, shape (demands,): infinite where there is no way, and 0 for demands
            that were not searched for.

        Raises
        ------
        StoppedError
            If asked to stop.
        """
        weight, parts = np.zeros(len(worth)), [Pool.empty()]
        for k in range(len(self._mine)):
            mine, wanted = self._mine[k], self._wanted[k]
            if only is not None:
                some = np.flatnonzero(only[mine])
                mine, wanted = mine[some], wanted.among(some)
            if len(mine):
                found = self.graphs[k].ways(wanted, weights[k], worth[mine], self._stop)
                weight[mine] = found.weight
                parts.append(Pool.of(found.start, found.rows, graph=k, demand=mine[found.which]))
        return weight, Pool.joined(*parts)

    def at_least(
        self, weights: tuple[Floats, ...], known: Sequence[Known], worth: Floats
    ) -> Floats | None:
        """Return what the ways of all demands weigh at least, from what they once weighed.

        A way over no row that has become lighter weighs at least what the lightest once
        did; the lightest over any such row is searched for, if that takes fewer searches
        than there are left to do.

        Parameters
        ----------
        weights
            Weights of the rows of each graph now.
        known
            What rows and lightest ways weighed at some times before.
        worth
            What the way of a demand must weigh less than to be wanted, shape (demands,).

        Returns
        -------
        array or None
            Shape (demands,); None if nothing is known that helps.
        """
        least = None
        for one in known:
            doubtful = np.ones(len(worth), np.bool_) if least is None else least < worth
            found = self._at_least(weights, one, ENOUGH * self._searches(doubtful))
            if found is not None:
                least = found if least is None else np.maximum(least, found)
        return least

    def _at_least(self, weights: tuple[Floats, ...], known: Known, most: float) -> Floats | None:
        """Return bounds from what was known once, None if that takes too many searches."""
        if any(weight.min(initial=0.0) < 0 for weight in (*weights, *known.weights)):
            return None
        pairs = list(zip(self.graphs, weights, known.weights, strict=True))[: len(self._mine)]
        lighter = [np.flatnonzero(now < then * (1 - SAME)) for _, now, then in pairs]
        takes = (graph.searches(rows) for (graph, *_), rows in zip(pairs, lighter, strict=True))
        if sum(takes) > most:
            return None
        least = known.distance.copy()
        for k, (mine, rows) in enumerate(zip(self._mine, lighter, strict=True)):
            if len(mine) and len(rows):
                over = self.graphs[k].through(self._wanted[k], weights[k], rows)
                least[mine] = np.minimum(least[mine], over)
        return least

    def _searches(self, only: Bools) -> int:
        """Return how many searches the ways of some demands take."""
        table = zip(self._mine, self._wanted, strict=True)
        return sum(len(np.unique(wanted.origin[only[mine]])) for mine, wanted in table)
