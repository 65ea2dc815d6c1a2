"""Cheapest ways between two ends of a graph with switches, under any closed set.

A search is directed at its goal by the distances that hold while everything is open, which
are too low for any closed set and therefore never mislead (Hart, Nilsson and Raphael
1968); how far it looks grows until the goal is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse.csgraph import dijkstra

from corridors.solve.paths import NO_NODE
from corridors.solve.switched import NO_ARC, keys_of, matrix_of, switches_of

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    from corridors.solve.switched import Switched

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]

#: Share of the cost with everything open by which a search looks beyond it at first.
FIRST_LOOK = 0.05
#: How much farther it looks each time.
FARTHER = 4.0
#: Costs that differ by no more than this share of them are equal.
EQUAL = 1e-9


class Found(NamedTuple):
    """A cheapest way: what it costs, the switches that touch it, and its arcs in order.

    Where there is no way the cost is infinite and `used` and `arcs` are empty.
    """

    cost: float
    used: int
    arcs: Ints


class Finder:
    """Answers for one pair of ends what the cheapest way costs under any closed set.

    Examples
    --------
    >>> from corridors.solve.switched import Switched
    >>> graph = Switched.masked(
    ...     np.array([0, 0], np.int32), np.array([1, 1], np.int32), np.array([5.0, 7.0]),
    ...     need=np.array([1, 0], np.uint64), usable=np.ones(2, bool), n_nodes=2, n_switches=1,
    ... )
    >>> finder = Finder(graph, 0, np.array([1]))
    >>> finder.way(0).cost, finder.way(1).cost
    (5.0, 7.0)
    """

    def __init__(self, graph: Switched, start: int, goals: Ints, *, bounded: bool = False) -> None:
        """Direct the graph at the goals.

        Parameters
        ----------
        graph
            The graph with its switches.
        start
            The node where ways start.
        goals
            Nodes of which a way may end at any.
        bounded
            Leave out at once what no way under any closed set can use: worth it if many
            sets are asked and the ends stay joined with everything closed.
        """
        self.graph, self.start, self.goals = graph, start, np.atleast_1d(goals)
        self.searches = 1
        left = dijkstra(graph.backward, indices=self.goals, min_only=True)
        self.least = float(left[start])
        ahead = left[graph.tail]
        keep = np.isfinite(ahead)
        self._rows = np.flatnonzero(keep)
        with np.errstate(invalid="ignore"):
            over = graph.weight - ahead + left[graph.head]
        self._index(np.maximum(over[self._rows], 0.0))
        if bounded and np.isfinite(self.least):
            self._bound()

    def way(self, closed: int, *, above: float = 0.0) -> Found:
        """Return the cheapest way when a set is closed.

        Parameters
        ----------
        closed
            The closed switches.
        above
            A cost that the way is known not to fall below.
        """
        nothing = Found(np.inf, 0, np.zeros(0, np.int64))
        if not np.isfinite(self.least):
            return nothing
        changed = self._close(closed)
        rows = self._search(max(0.0, above - self.least))
        self._matrix.data[changed] = self._base[changed]
        if rows is None:
            return nothing
        rows = self._rows[rows]
        arcs = self.graph.arc[rows]
        return Found(
            self._price(rows, closed), self.graph.touched(rows), arcs[arcs != NO_ARC]
        )  # fmt: skip

    def _index(self, over: Floats) -> None:
        """Lay the rows that are left out as a matrix of what each adds to the least cost."""
        graph, rows = self.graph, self._rows
        tail, head = graph.tail[rows], graph.head[rows]
        self._base = over
        self._matrix = matrix_of(tail, head, over.copy(), graph.n_nodes)
        self._key = keys_of(tail, head, graph.n_nodes)
        group = graph.group[rows]
        order = np.argsort(group, kind="stable")
        stops = np.cumsum(np.bincount(group, minlength=len(graph.needs)))
        self._rows_of_group = np.split(order, stops[:-1])
        place = np.full(len(graph.tail), -1, np.int64)
        place[rows] = np.arange(len(rows))
        self._dearer = [(one.switch, place[one.arcs], one.amount) for one in graph.dearer]

    def _bound(self) -> None:
        """Leave out rows on which every way costs more than the best with all closed."""
        worst = self.way(self.graph.everything).cost
        if not np.isfinite(worst):
            return
        before, _ = from_one(self._matrix, self.start)
        self.searches += 1
        tail = self.graph.tail[self._rows]
        slack = (worst - self.least) * (1 + EQUAL) + EQUAL * worst
        keep = before[tail] + self._base <= slack
        self._rows = self._rows[keep]
        self._index(self._base[keep])

    def _close(self, closed: int) -> Ints:
        """Shut and raise rows; return those that changed."""
        data, changed = self._matrix.data, []
        for switch, rows, amount in self._dearer:
            if closed >> switch & 1:
                there = rows >= 0
                np.add.at(data, rows[there], amount[there])
                changed.append(rows[there])
        shut = {group for one in switches_of(closed) for group in self.graph.groups_of[one]}
        for group in shut:
            rows = self._rows_of_group[group]
            data[rows] = np.inf
            changed.append(rows)
        return np.concatenate(changed) if changed else np.zeros(0, np.int64)

    def _search(self, above: float) -> Ints | None:
        """Return the rows of the cheapest way as the matrix is, None if there is none."""
        look = above * (1 + EQUAL) + FIRST_LOOK * self.least
        while True:
            self.searches += 1
            over, before = from_one(self._matrix, self.start, limit=look)
            reached = over[self.goals]
            best = int(np.argmin(reached))
            if np.isfinite(reached[best]):
                return rows_to(before, int(self.goals[best]), self._key)
            if look == np.inf:
                return None
            look = look * FARTHER if 0 < look < self.least else np.inf

    def _price(self, rows: Ints, closed: int) -> float:
        """Return what a way costs, summed in travel order whatever was searched before."""
        weight = self.graph.weight[rows]
        for one in self.graph.dearer:
            if closed >> one.switch & 1:
                added = dict(zip(one.arcs.tolist(), one.amount.tolist(), strict=True))
                weight = weight + np.array([added.get(row, 0.0) for row in rows.tolist()])
        return float(sum(weight.tolist()))


def from_one(matrix: sp.csr_array, node: int, *, limit: float = np.inf) -> tuple[Floats, Nodes]:
    """Return distances from a node, up to a limit, and the node before each, (nodes,)."""
    distance, before = dijkstra(
        matrix, indices=np.array([node]), return_predecessors=True, limit=limit
    )
    return distance[0], before[0]


def rows_to(before: Nodes, node: int, key: Ints) -> Ints:
    """Return the rows of the way to a node, in travel order, given those of `keys_of`."""
    keys, n_nodes = [], len(before)
    while (near := int(before[node])) != NO_NODE:
        keys.append(near * n_nodes + node)
        node = near
    return np.searchsorted(key, np.array(keys[::-1], np.int64))
