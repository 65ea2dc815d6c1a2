"""The ways found for a flow problem, and what they are as columns of its master programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.pricing import Known
    from corridors.solve.problem import FlowProblem

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: What stands for a demand or a place where there is none.
NONE = -1


@dataclass(frozen=True)
class Pool:
    """Ways, kept between solves: a problem like the last one is solved from them at once.

    Way i travels the rows ``rows[start[i]:start[i + 1]]`` of graph `graph[i]` (ways,).
    It carries demand `demand[i]`, or -1; empty boxes go from place `leaves[i]` to place
    `enters[i]` with it, -1 for what is not empty boxes. `known` is what lightest ways were
    last found to weigh, by which new searches are spared.
    """

    demand: Ints
    graph: Ints
    leaves: Ints
    enters: Ints
    start: Ints
    rows: Ints
    known: tuple[Known, ...] = ()

    def __len__(self) -> int:
        """Return the number of ways."""
        return len(self.demand)

    @classmethod
    def empty(cls) -> Self:
        """Return no ways."""
        none = np.zeros(0, np.int64)
        return cls(none, none, none, none, np.zeros(1, np.int64), none)

    @classmethod
    def of(
        cls, start: Ints, rows: Ints, *, graph: int, demand: Ints | int = NONE,
        leaves: Ints | int = NONE, enters: Ints | int = NONE,
    ) -> Self:  # fmt: skip
        """Return ways that all travel one graph."""
        n = len(start) - 1
        return cls(
            np.full(n, demand),
            np.full(n, graph),
            np.full(n, leaves),
            np.full(n, enters),
            start,
            rows,
        )

    @classmethod
    def joined(cls, *pools: Pool) -> Self:
        """Return the ways of several pools, one pool after the other."""
        before = np.cumsum([0, *(len(pool.rows) for pool in pools)])
        starts = [pool.start[:-1] + shift for pool, shift in zip(pools, before, strict=False)]
        return cls(
            np.concatenate([pool.demand for pool in pools]),
            np.concatenate([pool.graph for pool in pools]),
            np.concatenate([pool.leaves for pool in pools]),
            np.concatenate([pool.enters for pool in pools]),
            np.concatenate([*starts, before[-1:]]),
            np.concatenate([pool.rows for pool in pools]),
        )

    def take(self, ways: Ints) -> Pool:
        """Return some of the ways, in that order."""
        length = np.diff(self.start)[ways]
        start = np.concatenate([[0], np.cumsum(length)])
        shift = np.repeat(self.start[:-1][ways] - start[:-1], length)
        rows = self.rows[np.arange(start[-1]) + shift]
        return Pool(
            self.demand[ways], self.graph[ways], self.leaves[ways], self.enters[ways], start, rows
        )

    def way(self, at: int) -> Ints:
        """Return the rows of a way in travel order."""
        found: Ints = self.rows[self.start[at] : self.start[at + 1]]
        return found

    def keys(self) -> list[tuple[int, int, int, int, bytes]]:
        """Return what tells ways apart."""
        names = zip(
            self.demand.tolist(), self.graph.tolist(), self.leaves.tolist(), self.enters.tolist(),
            strict=True,
        )  # fmt: skip
        return [(*name, self.way(at).tobytes()) for at, name in enumerate(names)]

    def per_row(self, values: tuple[NDArray[np.float64], ...]) -> Floats:
        """Return the sums along ways of values given for the rows of each graph, (ways,)."""
        each, of_graph = np.zeros(len(self.rows)), np.repeat(self.graph, np.diff(self.start))
        for graph, column in enumerate(values):
            mine = of_graph == graph
            each[mine] = column[self.rows[mine]]
        along = sp.csr_array((each, np.arange(len(each)), self.start), shape=(len(self), len(each)))
        sums: Floats = np.asarray(along.sum(axis=1), np.float64)
        return sums

    def arcs(self, problem: FlowProblem) -> sp.csr_array:
        """Return how often each way travels each arc of the decision graph, (ways, arcs)."""
        arc, of_graph = (
            np.zeros(len(self.rows), np.int64),
            np.repeat(self.graph, np.diff(self.start)),
        )
        for k, graph in enumerate(problem.graphs):
            mine = of_graph == k
            arc[mine] = graph.arc[self.rows[mine]]
        shape = (len(self), problem.capacities.usage.shape[1])
        found = sp.csr_array((np.ones(len(arc)), arc, self.start), shape=shape)
        found.sum_duplicates()
        return found

    def still_open(self, problem: FlowProblem) -> Pool:
        """Return the ways that can still be travelled in a problem like the one before.

        Raises
        ------
        ValueError
            If the ways are of a problem with other graphs, demands or places.
        """
        graphs, rows = problem.graphs, np.repeat(self.graph, np.diff(self.start))
        known = len(self) == 0 or (
            self.graph.max() < len(graphs) and self.demand.max() < len(problem.demands)
        )
        fits = known and all(
            (self.rows[rows == k] < len(graph.tail)).all() for k, graph in enumerate(graphs)
        )
        if not fits:
            msg = "the pool is of a problem with other graphs or demands"
            raise ValueError(msg)
        barred = self.per_row(tuple((~graph.usable).astype(np.float64) for graph in graphs))
        return self.take(np.flatnonzero((barred == 0) & self._at_ends(problem)))

    def _at_ends(self, problem: FlowProblem) -> Bools:
        """Tell which ways go from the origin of their demand to one of its ends, (ways,)."""
        demands, fits = problem.demands, np.ones(len(self), np.bool_)
        for at in np.flatnonzero(self.demand != NONE).tolist():
            k, rows = int(self.demand[at]), self.way(at)
            graph = problem.graphs[self.graph[at]]
            first, last = (graph.tail[rows[0]], graph.head[rows[-1]]) if len(rows) else (None, None)
            origin = demands.origin[k]
            first, last = (origin, origin) if first is None else (first, last)
            fits[at] = (
                first == origin
                and last in demands.destinations[k]
                and self.graph[at] == demands.cls[k]
            )
        return fits


@dataclass(frozen=True)
class Columns:
    """Ways with what they cost and take: `cost` and `tie` (ways,), `use` (ways, rows)."""

    pool: Pool
    cost: Floats
    tie: Floats
    use: sp.csr_array

    @classmethod
    def of(cls, pool: Pool, problem: FlowProblem) -> Self:
        """Return ways as columns of a problem."""
        graphs = problem.graphs
        cost = pool.per_row(tuple(graph.cost for graph in graphs))
        ties = (np.ones(len(g.tail)) if g.tie is None else g.tie for g in graphs)
        return cls(pool, cost, pool.per_row(tuple(ties)), _used(pool, problem))

    def with_more(self, more: Columns) -> Columns:
        """Return these columns and more."""
        return Columns(
            Pool.joined(self.pool, more.pool),
            np.concatenate([self.cost, more.cost]),
            np.concatenate([self.tie, more.tie]),
            sp.csr_array(sp.vstack([self.use, more.use], format="csr")),
        )


def _used(pool: Pool, problem: FlowProblem) -> sp.csr_array:
    """Return what a unit on each way takes of each capacity row, (ways, capacity rows)."""
    arcs, order, parts = pool.arcs(problem), [np.zeros(0, np.int64)], []
    for k, usage in enumerate(problem.usages):
        mine = np.flatnonzero(pool.graph == k)
        order.append(mine)
        parts.append((arcs[mine] @ usage.T.tocsr()).multiply(problem.factors[k]))
    stacked = sp.csr_array(sp.vstack(parts, format="csr"))
    return sp.csr_array(stacked[np.argsort(np.concatenate(order))])
