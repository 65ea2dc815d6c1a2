"""What of a flow can matter: the rows near the ways of each demand, and ways over projects.

Distances from every origin and back from every end are searched for once, with everything
built and capacity free. No way is lighter in any set of projects or at any prices, so that
what is left out by them is left out for good, up to a price that is checked afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from corridors.solve.paths import ArcIndex
from corridors.solve.problem import Capacities, Demands, FlowProblem

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    from corridors.solve.problem import FlowClass

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Ways may be heavier by this share than told, for rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Reach:
    """How far the nodes of its graph are from the origin and the ends of each demand.

    `before` and `onward` have an array (nodes of the graph,) per demand; `least` (demands,)
    is the weight of its lightest way, `through` (projects, demands) that of the lightest
    over an arc that a project opens, infinite where there is none.
    """

    problem: FlowProblem
    before: tuple[Floats, ...]
    onward: tuple[Floats, ...]
    least: Floats
    through: Floats

    @classmethod
    def of(cls, problem: FlowProblem, opens: sp.csr_array) -> Reach:
        """Search from the ends of all demands.

        Parameters
        ----------
        problem
            The flow with the arcs of all projects usable.
        opens
            Which arcs each project opens, (projects, arcs).
        """
        count = len(problem.demands)
        before: list[Floats] = [np.zeros(0)] * count
        onward: list[Floats] = [np.zeros(0)] * count
        least = np.full(count, np.inf)
        through = np.full((opens.shape[0], count), np.inf)
        for number, graph in enumerate(problem.classes):
            mine = np.flatnonzero(problem.demands.cls == number).tolist()
            if not mine:
                continue
            searches, groups = _Searches(graph), _rows_of(graph, opens)
            for k in mine:
                ends = problem.demands.destinations[k]
                before[k] = searches.from_node(int(problem.demands.origin[k]))
                onward[k] = np.minimum.reduce([searches.to_node(int(end)) for end in ends])
                least[k] = before[k][ends].min()
                for project, rows in groups:
                    along = _along(graph, rows, before[k], onward[k])
                    through[project, k] = along.min(initial=np.inf)
        return cls(problem, tuple(before), tuple(onward), least, through)

    def near(self, inside: Ints, limit: Floats) -> FlowProblem:
        """Return the flow of some demands, on the rows of ways up to a weight.

        Parameters
        ----------
        inside
            The demands.
        limit
            The most that a way of each demand may weigh, (demands,).
        """
        problem, demands = self.problem, self.problem.demands
        # A flow has a class, though nothing may be left to go.
        numbers = np.unique(demands.cls[inside]) if len(inside) else np.zeros(1, np.int64)
        classes = []
        origin, ends = demands.origin.copy(), list(demands.destinations)
        for number in numbers.tolist():
            graph = problem.classes[number]
            mine = inside[demands.cls[inside] == number].tolist()
            near = (
                _along(graph, slice(None), self.before[k], self.onward[k])
                <= limit[k] * (1 + ROUNDING)
                for k in mine
            )
            keep = graph.usable & np.logical_or.reduce([np.zeros(len(graph.tail), bool), *near])
            rows = np.flatnonzero(keep)
            own = [demands.destinations[k] for k in mine]
            nodes = np.unique(np.concatenate(
                [graph.tail[rows], graph.head[rows], demands.origin[mine], *own]
            ))  # fmt: skip
            for k in mine:
                origin[k] = np.searchsorted(nodes, origin[k])
                ends[k] = np.searchsorted(nodes, ends[k])
            classes.append(_part(graph, rows, nodes))
        caps = problem.capacities
        factor = None if caps.factor is None else caps.factor[numbers]
        some = Demands(
            np.searchsorted(numbers, demands.cls[inside]), origin[inside],
            [ends[k] for k in inside.tolist()], demands.volume[inside], demands.penalty[inside],
        )  # fmt: skip
        usage = {at: caps.own[k] for at, k in enumerate(numbers.tolist()) if k in caps.own}
        return FlowProblem(classes, some, Capacities(caps.usage, caps.limit, factor, own=usage))


def _along(graph: FlowClass, rows: Ints | slice, before: Floats, onward: Floats) -> Floats:
    """Return the weight of the lightest way over each of some rows."""
    found: Floats = before[graph.tail[rows]] + graph.cost[rows] + onward[graph.head[rows]]
    return found


def _part(graph: FlowClass, rows: Ints, nodes: Ints) -> FlowClass:
    """Return some rows of a graph as one of their own, its nodes numbered anew."""
    return replace(
        graph, tail=np.searchsorted(nodes, graph.tail[rows]).astype(np.int32),
        head=np.searchsorted(nodes, graph.head[rows]).astype(np.int32), arc=graph.arc[rows],
        cost=graph.cost[rows], usable=graph.usable[rows], n_nodes=len(nodes),
        tie=None if graph.tie is None else graph.tie[rows],
    )  # fmt: skip


def _rows_of(graph: FlowClass, opens: sp.csr_array) -> list[tuple[int, Ints]]:
    """Return the usable rows that each project opens, those without any left out."""
    arcs = np.unique(opens.indices)
    some = np.flatnonzero(np.isin(graph.arc, arcs) & graph.usable)
    marks = opens[:, graph.arc[some]].toarray() > 0
    return [(at, some[mark]) for at, mark in enumerate(marks) if mark.any()]


class _Searches:
    """Distances in one graph, each search made once."""

    def __init__(self, graph: FlowClass) -> None:
        index = ArcIndex(graph.tail, graph.head, n_nodes=graph.n_nodes).among(graph.usable)
        self._there = index.graph(np.where(graph.usable, graph.cost, np.inf))
        self._back = self._there.T.tocsr()
        self._known: dict[tuple[bool, int], Floats] = {}

    def from_node(self, node: int) -> Floats:
        """Return the distance from a node to each."""
        return self._search(node, back=False)

    def to_node(self, node: int) -> Floats:
        """Return the distance to a node from each."""
        return self._search(node, back=True)

    def _search(self, node: int, *, back: bool) -> Floats:
        if (back, node) not in self._known:
            matrix = self._back if back else self._there
            self._known[back, node] = dijkstra(matrix, indices=np.array([node]))[0]
        return self._known[back, node]
