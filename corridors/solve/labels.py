"""Routes that share no crossing or actor, and the fewest of these whose refusal severs all.

An arc may carry a label: who or what can shut it, and with it every other arc of the label.
With a label on several arcs, Menger's theorem does not hold: there may be fewer disjoint
routes than labels needed to sever, and both numbers are hard to find. Both are found
exactly here, by CP-SAT on the graph with all that has no label contracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from corridors.solve.barred import OPEN, Barred, Core

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from ortools.sat.python import cp_model

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]


@dataclass(frozen=True)
class Severance:
    """The fewest labels on which every route relies together, and routes that share none.

    `labels` sever all routes; `routes` holds the labels of as many routes as can be found no
    two of which share a label. Both are proven best if `proven`. Some route needs no label
    at all if `free`: then nothing severs, and there is no number of routes.
    """

    labels: tuple[int, ...]
    routes: tuple[tuple[int, ...], ...]
    proven: bool
    free: bool


def severance(
    tail: Nodes, head: Nodes, label: Ints, sources: Ints, sinks: Ints, *,
    n_nodes: int, effort: float = 30.0,
) -> Severance | None:  # fmt: skip
    """Return the fewest labels that sever some nodes from others, and routes without a common one.

    Parameters
    ----------
    tail, head
        Ends of the arcs that may be used, shape (arcs,).
    label
        The label of each arc, -1 if it has none, shape (arcs,).
    sources, sinks
        Nodes from which and to which.
    n_nodes
        Number of nodes.
    effort
        What one solve may take, in CP-SAT's deterministic seconds, the same on any machine.

    Returns
    -------
    Severance or None
        None if there is no route.

    Examples
    --------
    Two actors in a row on one route, the first of them on another route too:

    >>> tail, head = np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32)
    >>> found = severance(
    ...     tail, head, np.array([7, 8, 7]), np.array([0]), np.array([2]), n_nodes=3
    ... )
    >>> found.labels, found.routes
    ((7,), ((7,),))
    """
    known, place = np.unique(label[label != OPEN], return_inverse=True)
    barrier = np.full(len(label), OPEN, np.int64)
    barrier[label != OPEN] = place
    outer = np.array([n_nodes, n_nodes + 1])
    tails = np.concatenate([tail, np.full(len(sources), outer[0]), sinks]).astype(np.int32)
    heads = np.concatenate([head, sources, np.full(len(sinks), outer[1])]).astype(np.int32)
    barriers = np.concatenate([barrier, np.full(len(sources) + len(sinks), OPEN)])
    each = tuple(frozenset({one}) for one in range(len(known)))
    barred = Barred(tails, heads, n_nodes + 2, barriers, each, (1,) * len(known))
    core = Core.of(barred, int(outer[0]), int(outer[1]))
    if core is None:
        return None
    if core.reached(())[core.end]:
        return Severance((), (), proven=True, free=True)
    graph = _Labelled(core, effort)
    cut, sure = graph.fewest(graph.greedy())
    routes, most = graph.apart(len(cut))
    names = known.tolist()
    told = tuple(tuple(sorted(names[one] for one in route)) for route in routes)
    return Severance(
        tuple(names[one] for one in cut), tuple(sorted(told)), proven=sure and most, free=False
    )


def in_series(
    tail: Nodes, head: Nodes, covers: Bools, *, n_nodes: int
) -> tuple[Nodes, Nodes, Ints, int]:
    """Return arcs with several labels as several arcs in a row, each with one.

    Parameters
    ----------
    tail, head
        Ends of the arcs, shape (arcs,).
    covers
        Which arcs have each label, shape (labels, arcs).
    n_nodes
        Number of nodes.

    Returns
    -------
    tail, head, label, n_nodes
        As :func:`severance` takes them; the arcs are in order, new nodes come last.

    Examples
    --------
    >>> ends = np.array([0], np.int32), np.array([1], np.int32)
    >>> tail, head, label, n = in_series(*ends, np.array([[True], [True]]), n_nodes=2)
    >>> tail.tolist(), head.tolist(), label.tolist(), n
    ([0, 2], [2, 1], [0, 1], 3)
    """
    count = covers.sum(axis=0)
    pieces = np.maximum(count, 1)
    first = np.cumsum(pieces) - pieces
    total = int(pieces.sum())
    label = np.full(total, OPEN, np.int64)
    arc, which = np.nonzero(covers.T)
    place = np.arange(len(arc)) - (np.cumsum(count) - count)[arc]
    label[first[arc] + place] = which
    tails, heads = np.repeat(tail, pieces), np.repeat(head, pieces)
    inner = np.ones(total, np.bool_)
    inner[first + pieces - 1] = False
    added = n_nodes + np.arange(int(inner.sum()))
    heads[inner] = added
    tails[np.flatnonzero(inner) + 1] = added
    return tails, heads, label, n_nodes + len(added)


class _Labelled:
    """The core graph, on which routes and cuts are looked for."""

    def __init__(self, core: Core, effort: float) -> None:
        self.core, self.effort = core, effort

    def fewest(self, apart: Sequence[frozenset[int]]) -> tuple[tuple[int, ...], bool]:
        """Return the fewest labels that every route meets, and whether that is proven.

        No set is smaller than there are routes `apart`, so that a narrow cut that is as
        small needs no search. Else the routes found so far are hit, and if that takes too
        long the narrow cut it is.
        """
        from ortools.sat.python import cp_model

        narrow = self.narrow()
        if len(narrow) == len(apart):
            return narrow, True
        model, shut = cp_model.CpModel(), {}
        for one in sorted(self.core.elements):
            shut[one] = model.new_bool_var(f"shut {one}")
        model.minimize(sum(shut.values()))
        chosen: frozenset[int] = frozenset()
        while self.route(chosen) is not None:
            met = chosen
            # Routes that share no label are met one by one, so that few rounds are needed.
            while (route := self.route(met)) is not None:
                model.add_bool_or([shut[one] for one in sorted(route)])
                met |= route
            solver = _solver(self.effort)
            if solver.solve(model) != cp_model.OPTIMAL:
                return narrow, False
            chosen = frozenset(one for one, var in shut.items() if solver.boolean_value(var))
            if len(chosen) == len(narrow):
                return narrow, True
        return tuple(sorted(chosen)), True

    def narrow(self) -> tuple[int, ...]:
        """Return labels that sever and of which none is left out: those of a narrow cut."""
        core = self.core
        labels = core.barred.barrier_of_arc[core.narrowest()]
        kept = set(labels[labels != OPEN].tolist())
        for one in sorted(kept):
            if self.route(frozenset(kept - {one})) is None:
                kept.remove(one)
        return tuple(sorted(kept))

    def route(self, shut: frozenset[int]) -> frozenset[int] | None:
        """Return the labels of the route over the fewest arcs that avoids some labels."""
        core = self.core
        open_ = np.flatnonzero(~np.isin(core.barrier, list(shut)))
        shape = (core.n_nodes, core.n_nodes)
        matrix = csr_array((np.ones(len(open_)), (core.tail[open_], core.head[open_])), shape=shape)
        _, before = breadth_first_order(matrix, core.start)
        if before[core.end] < 0:
            return None
        label = {
            (int(core.tail[arc]), int(core.head[arc])): int(core.barrier[arc])
            for arc in open_[::-1].tolist()
        }
        found, node = set(), core.end
        while node != core.start:
            near = int(before[node])
            found.add(label[near, node])
            node = near
        return frozenset(found - {OPEN})

    def apart(self, at_most: int) -> tuple[list[frozenset[int]], bool]:
        """Return as many routes as there are no two of which share a label, and if proven."""
        found = self.greedy()
        for count in range(len(found) + 1, at_most + 1):
            more, known = self.packed(count)
            if not more:
                return found, known
            found = more
        return found, True

    def greedy(self) -> list[frozenset[int]]:
        """Return routes found one after the other, each without the labels of those before."""
        found: list[frozenset[int]] = []
        used: frozenset[int] = frozenset()
        while (route := self.route(used)) is not None:
            found.append(route)
            used |= route
        return found

    def packed(self, count: int) -> tuple[list[frozenset[int]], bool]:
        """Return so many routes without a common label, none if there are not, and if proven."""
        from ortools.sat.python import cp_model

        core, model = self.core, cp_model.CpModel()
        held: dict[int, list[cp_model.IntVar]] = {one: [] for one in core.elements}
        for _ in range(count):
            mine = {one: model.new_bool_var("") for one in sorted(core.elements)}
            self._route(model, mine)
            for one, var in mine.items():
                held[one].append(var)
        for one in sorted(held):
            model.add_at_most_one(held[one])
        solver = _solver(self.effort)
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return [], status == cp_model.INFEASIBLE
        sets = [
            frozenset(one for one in held if solver.boolean_value(held[one][k]))
            for k in range(count)
        ]
        return sets, True

    def _route(self, model: cp_model.CpModel, mine: dict[int, cp_model.IntVar]) -> None:
        """Add a route over arcs whose label is the route's own."""
        core = self.core
        used = [model.new_bool_var("") for _ in range(len(core.tail))]
        net: list[list[cp_model.LinearExprT]] = [[] for _ in range(core.n_nodes)]
        for var, tail, head, label in zip(used, core.tail, core.head, core.barrier, strict=True):
            net[tail].append(var)
            net[head].append(-var)
            if label != OPEN:
                model.add_implication(var, mine[int(label)])
        for node, terms in enumerate(net):
            model.add(sum(terms) == int(node == core.start) - int(node == core.end))


def _solver(effort: float) -> cp_model.CpSolver:
    """Return a solver that gives the same answer on any machine."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = effort
    return solver
