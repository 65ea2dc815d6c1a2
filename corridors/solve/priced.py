"""One graph whose rows cost what they cost and the price of the capacity they take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from corridors.solve.errors import StoppedError
from corridors.solve.paths import NO_NODE, ArcIndex
from corridors.solve.rounds import potentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import scipy.sparse as sp
    from numpy.typing import NDArray

    from corridors.solve.problem import FlowClass

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: How many numbers a table of distances may hold, which bounds the memory.
BLOCK = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """Ways wanted in one graph: from `origin` (wanted,) to any of some nodes each.

    The nodes of wanted way i are ``ends[first[i]:first[i + 1]]``.
    """

    origin: Ints
    ends: Ints
    first: Ints

    @classmethod
    def of(cls, origin: Ints, ends: list[Ints]) -> Wanted:
        """Return what is wanted from each origin to its own nodes."""
        first = np.cumsum([0, *map(len, ends)])
        flat = np.concatenate([np.zeros(0, np.int64), *ends]).astype(np.int64)
        return cls(np.asarray(origin, np.int64), flat, first)

    def among(self, some: Ints) -> Wanted:
        """Return some of what is wanted."""
        parts = [self.ends[self.first[i] : self.first[i + 1]] for i in some.tolist()]
        return Wanted.of(self.origin[some], parts)


@dataclass(frozen=True)
class Ways:
    """Cheapest ways: `weight` (wanted,), infinite where there is none.

    The rows of those that were worth it, `which` (found,), are
    ``rows[start[i]:start[i + 1]]`` in travel order.
    """

    weight: Floats
    which: Ints
    start: Ints
    rows: Ints


class PricedGraph:
    """One graph whose rows cost what they cost and the price of the capacity they take."""

    def __init__(self, graph: FlowClass, usage: sp.csr_array, factor: Floats) -> None:
        """Index the usable rows.

        Parameters
        ----------
        graph
            The graph.
        usage
            What a unit on each arc takes of each capacity row, shape (arcs, capacity rows).
        factor
            What a unit takes of each capacity row, beside, shape (capacity rows,).
        """
        self.n_nodes, self._cost, self._factor = graph.n_nodes, graph.cost, factor
        self._tail, self._head, self._usable = graph.tail, graph.head, graph.usable
        self._index = ArcIndex(graph.tail, graph.head, n_nodes=graph.n_nodes).among(graph.usable)
        taking = np.diff(usage.indptr)[graph.arc] > 0
        self._taking = np.flatnonzero(taking & graph.usable)
        self._usage = usage[graph.arc[self._taking]]

    def weight(self, prices: Floats) -> Floats:
        """Return the cost of each row with the capacity it takes, (rows,); infinite if shut."""
        weight = np.where(self._usable, self._cost, np.inf)
        weight[self._taking] += self._usage @ (self._factor * prices)
        return weight

    def ways(
        self, wanted: Wanted, weight: Floats, worth: Floats, stop: Callable[[], bool] | None = None
    ) -> Ways:
        """Return the weight of each cheapest way, and those that are lighter than `worth`.

        Raises
        ------
        StoppedError
            If asked to stop.
        """
        found = np.full(len(wanted.origin), np.inf)
        (matrix, shift), lightest = self._fit(weight), self._index.lightest(weight)
        roots, root_of = np.unique(wanted.origin, return_inverse=True)
        parts = []
        for first, last in _blocks(len(roots), self.n_nodes):
            if stop is not None and stop():
                raise StoppedError
            mine = np.flatnonzero((first <= root_of) & (root_of < last))
            distance, before = dijkstra(matrix, indices=roots[first:last], return_predecessors=True)
            distance += shift - shift[roots[first:last], None]
            here = wanted.among(mine)
            end, found[mine] = _nearest(distance, root_of[mine] - first, here)
            good = found[mine] < worth[mine]
            which, steps = _steps(before, (root_of[mine] - first)[good], end[good])
            rows = lightest[self._pairs(*steps)]
            parts.append((mine[good], np.bincount(which, minlength=good.sum()), rows))
        return _joined(found, parts)

    def through(self, wanted: Wanted, weight: Floats, rows: Ints) -> Floats:
        """Return the weight of the cheapest way over any of some rows, (wanted,).

        Such a way comes to the row's tail and goes on from its head, so that it takes a
        search to each tail and from each head, however many ways are wanted.
        """
        matrix = self._index.graph(weight)
        tails, tail_of = np.unique(self._tail[rows].astype(np.int64), return_inverse=True)
        heads, head_of = np.unique(self._head[rows].astype(np.int64), return_inverse=True)
        origins, origin_of = np.unique(wanted.origin, return_inverse=True)
        ends, end_of = np.unique(wanted.ends, return_inverse=True)
        to_tail = _searched(matrix.T.tocsr(), tails, origins)
        from_head = _searched(matrix, heads, ends)
        found = np.full(len(wanted.origin), np.inf)
        for tail, head, own in zip(tail_of, head_of, weight[rows], strict=True):
            onward = np.minimum.reduceat(from_head[head][end_of], wanted.first[:-1])
            np.minimum(found, to_tail[tail][origin_of] + own + onward, out=found)
        return found

    def searches(self, rows: Ints) -> int:
        """Return how many searches ways over any of some rows take."""
        return len(np.unique(self._tail[rows])) + len(np.unique(self._head[rows]))

    def distances(self, roots: Ints, ends: Ints, weight: Floats) -> Floats:
        """Return the weight of the cheapest way from each root to each end, (roots, ends)."""
        matrix, shift = self._fit(weight)
        distance = _searched(matrix, roots, ends)
        distance += shift[ends] - shift[roots, None]
        return distance

    def round(self, weight: Floats) -> Ints:
        """Return the rows of a round that pays, none if there is none."""
        if not self._pays(weight):
            return np.zeros(0, np.int64)
        _, nodes = potentials(self._index.graph(weight))
        pairs = self._pairs(nodes, np.roll(nodes, -1))
        found: Ints = self._index.lightest(weight)[pairs]
        return found

    def _pays(self, weight: Floats) -> bool:
        return bool(weight.min(initial=0.0) < 0)

    def _pairs(self, tails: Ints, heads: Ints) -> Ints:
        """Return the pairs of ends with these tails and heads."""
        found: Ints = np.searchsorted(self._index.key, tails * self.n_nodes + heads)
        return found

    def _fit(self, weight: Floats) -> tuple[sp.csr_array, Floats]:
        """Return weights of pairs of ends, none negative, and the potentials that made them so."""
        matrix = self._index.graph(weight)
        if not self._pays(weight):
            return matrix, np.zeros(self.n_nodes)
        shift, _ = potentials(matrix)
        tails = np.repeat(np.arange(self.n_nodes), np.diff(matrix.indptr))
        matrix.data = np.maximum(matrix.data + shift[tails] - shift[matrix.indices], 0.0)
        return matrix, shift


def _searched(matrix: sp.csr_array, roots: Ints, ends: Ints) -> Floats:
    """Return the distance from each root to each end, (roots, ends)."""
    parts = [
        dijkstra(matrix, indices=roots[first:last])[:, ends]
        for first, last in _blocks(len(roots), matrix.shape[0])
    ]
    return np.concatenate([np.zeros((0, len(ends))), *parts])


def _blocks(roots: int, n_nodes: int) -> Iterator[tuple[int, int]]:
    """Yield runs of roots whose table of distances is not too large."""
    size = max(1, BLOCK // max(n_nodes, 1))
    yield from ((first, min(first + size, roots)) for first in range(0, roots, size))


def _nearest(distance: Floats, root: Ints, wanted: Wanted) -> tuple[Ints, Floats]:
    """Return the nearest node of each of what is wanted, the first of equals, and how far."""
    if not len(root):
        return np.zeros(0, np.int64), np.zeros(0)
    count = np.diff(wanted.first)
    far = distance[np.repeat(root, count), wanted.ends]
    least = np.minimum.reduceat(far, wanted.first[:-1])
    of = np.repeat(np.arange(len(root)), count)
    equal = np.flatnonzero(far == least[of])
    first = equal[np.searchsorted(of[equal], np.arange(len(root)))]
    return wanted.ends[first], least


def _steps(before: NDArray[np.int32], root: Ints, end: Ints) -> tuple[Ints, tuple[Ints, Ints]]:
    """Return the steps of ways in travel order: the way of each, and where from and to.

    Parameters
    ----------
    before
        The node before each node on the way from each root, shape (roots, nodes).
    root, end
        The root and the last node of each way, shape (ways,).
    """
    way, node = np.arange(len(end)), np.asarray(end, np.int64)
    taken: list[tuple[Ints, Ints, Ints]] = []
    while True:
        near = before[root[way], node].astype(np.int64)
        going = near != NO_NODE
        if not going.any():
            break
        way, node, near = way[going], node[going], near[going]
        taken.append((way, near, node))
        node = near
    if not taken:
        none = np.zeros(0, np.int64)
        return none, (none, none)
    ways, tails, heads = (np.concatenate(part) for part in zip(*reversed(taken), strict=True))
    order = np.argsort(ways, kind="stable")
    return ways[order], (tails[order], heads[order])


def _joined(weight: Floats, parts: list[tuple[Ints, Ints, Ints]]) -> Ways:
    """Return the ways of all blocks in the order of what was wanted."""
    none = np.zeros(0, np.int64)
    which = np.concatenate([none, *(part[0] for part in parts)])
    length = np.concatenate([none, *(part[1] for part in parts)])
    rows = np.concatenate([none, *(part[2] for part in parts)])
    return Ways(weight, which, np.concatenate([[0], np.cumsum(length)]), rows)
