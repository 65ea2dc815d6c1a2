"""The least that must be lifted so that a way exists: exact, with a proof by cuts.

Every barred arc has a *barrier*, the set of elements that must all be lifted before it can
be used; one element may bar many arcs. Which elements to lift is a hitting set over cuts:
whatever is lifted, something in every cut between start and end must be open. The cuts are
found as they are needed, and CP-SAT gives the lightest elements that open all found so far:
no choice can be lighter, so the first one with a way is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.sparse as sp
from ortools.graph.python.max_flow import SimpleMaxFlow
from ortools.sat.python import cp_model
from scipy.sparse.csgraph import breadth_first_order, connected_components

from corridors.solve.flow import SolverError
from corridors.solve.paths import Router

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Elements = frozenset[int]

#: Barrier of an arc that nothing bars.
OPEN = -1


@dataclass(frozen=True)
class Barred:
    """A graph of which arcs are barred.

    `tail` and `head` (arcs,) are the ends of the arcs among `n_nodes` nodes;
    `barrier_of_arc` (arcs,) indexes `barriers`, -1 where nothing bars. A barrier is the
    elements that must all be lifted, numbers below `len(weight)`; `weight` is what lifting
    each one counts, positive whole numbers.
    """

    tail: Nodes
    head: Nodes
    n_nodes: int
    barrier_of_arc: Ints
    barriers: Sequence[Elements]
    weight: Sequence[int]

    def __post_init__(self) -> None:
        """Check what would make an answer wrong.

        Raises
        ------
        ValueError
            If a weight is not positive, or a barrier or element is not known.
        """
        if any(one <= 0 for one in self.weight):
            msg = "weights of elements must be positive"
            raise ValueError(msg)
        if not all(0 <= one < len(self.weight) for barrier in self.barriers for one in barrier):
            msg = f"a barrier names an element that is not one of the {len(self.weight)}"
            raise ValueError(msg)
        outside = (self.barrier_of_arc < OPEN) | (self.barrier_of_arc >= len(self.barriers))
        if outside.any():
            msg = f"an arc names a barrier that is not one of the {len(self.barriers)}"
            raise ValueError(msg)

    @cached_property
    def needs(self) -> Bools:
        """What each barrier needs, the open one last: nothing; (barriers + 1, elements)."""
        needs = np.zeros((len(self.barriers) + 1, len(self.weight)), np.bool_)
        for row, barrier in enumerate(self.barriers):
            needs[row, list(barrier)] = True
        return needs

    def usable(self, lifted: Iterable[int]) -> Bools:
        """Return which arcs may be used once some elements are lifted, (arcs,)."""
        left = np.ones(len(self.weight), np.bool_)
        left[list(lifted)] = False
        passed: Bools = ~self.needs[:, left].any(axis=1)
        return passed[self.barrier_of_arc]


@dataclass(frozen=True)
class Relaxation:
    """The lightest elements that open a way, and the proof that something must be lifted.

    `way` are the arcs of the cheapest way then, in travel order. `others` are the other
    sets of the same weight, each with a way, all of them if `complete`. `cut` are arcs, all
    barred, without which no way exists: as few places as separate start and end; empty if
    nothing needs lifting.
    """

    elements: tuple[int, ...]
    weight: int
    way: Ints
    cost: float
    cut: Ints
    others: tuple[tuple[int, ...], ...] = ()
    complete: bool = True


def relax(
    barred: Barred, start: int, end: int, *, cost: Floats, most: int = 16
) -> Relaxation | None:
    """Find the lightest set of elements whose lifting opens a way.

    It is proven to be the lightest, so without any one of its elements no way is left. Of
    sets equally light the one with the cheapest way is returned, of equally cheap ones the
    one with the smallest numbers.

    Parameters
    ----------
    barred
        The graph and what bars its arcs.
    start, end
        The nodes to connect.
    cost
        What a way costs on each arc, finite and not negative, shape (arcs,).
    most
        How many sets equally light to look at; beyond, `complete` is false.

    Returns
    -------
    Relaxation or None
        None if there is no way even with everything lifted.

    Raises
    ------
    ValueError
        If a cost is negative or infinite.
    SolverError
        If the solver fails.

    Examples
    --------
    Two ways, one barred by elements 0 and 1, the other by 2 alone:

    >>> arcs = np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32)
    >>> barriers = frozenset({0}), frozenset({1}), frozenset({2})
    >>> barred = Barred(*arcs, 3, np.array([0, 1, 2]), barriers, (1, 1, 1))
    >>> relax(barred, 0, 2, cost=np.ones(3)).elements
    (2,)
    """
    core = _Core.of(barred, start, end)
    if core is None:
        return None
    sets, complete = _lightest(core, most)
    ways = [_way(barred, lifted, start, end, cost) for lifted in sets]
    order = sorted(range(len(sets)), key=lambda at: (ways[at][1], sets[at]))
    best = order[0]
    weight = sum(barred.weight[one] for one in sets[best])
    others = tuple(sorted(sets[at] for at in order[1:]))
    return Relaxation(sets[best], weight, *ways[best], core.narrowest(), others, complete)


def _way(
    barred: Barred, lifted: tuple[int, ...], start: int, end: int, cost: Floats
) -> tuple[Ints, float]:
    """Return the cheapest way once some elements are lifted, and its cost."""
    usable = barred.usable(lifted)
    router = Router(barred.tail, barred.head, cost, usable=usable, n_nodes=barred.n_nodes)
    trees = router.trees(np.array([start]))
    return router.way(trees, 0, end), float(trees.distance[0, end])


def _lightest(core: _Core, most: int) -> tuple[list[tuple[int, ...]], bool]:
    """Return the lightest sets of elements that open a way, and whether these are all."""
    if core.separated(()) is None:
        return [()], True
    master = _Master(core.barred)
    for lifted in core.layers():
        master.demand(core.separated(lifted) or ())
    found: list[tuple[int, ...]] = []
    while len(found) <= most:
        lifted = master.solve()
        if lifted is None:
            return found, True
        cuts = core.separated(lifted)
        if cuts:
            master.demand(cuts)
        else:
            found.append(lifted)
            master.exclude(lifted)
    return found[:most], False


@dataclass(frozen=True)
class _Core:
    """The part of a graph between start and end, regions that are open throughout as one node.

    `arc` (core arcs,) are the arcs of the graph, `tail` and `head` their regions.
    """

    barred: Barred
    arc: Ints
    tail: Nodes
    head: Nodes
    n_nodes: int
    start: int
    end: int

    @classmethod
    def of(cls, barred: Barred, start: int, end: int) -> Self | None:
        """Cut a graph down, None if the end cannot be reached."""
        n = barred.n_nodes
        ahead = _reached(barred.tail, barred.head, n, start)
        back = _reached(barred.head, barred.tail, n, end)
        if not ahead[end]:
            return None
        between = ahead & back
        arc = np.flatnonzero(between[barred.tail] & between[barred.head])
        free = arc[barred.usable(())[arc]]
        graph = _matrix(barred.tail[free], barred.head[free], n)
        count, region = connected_components(graph, connection="strong")
        tail, head = region[barred.tail[arc]], region[barred.head[arc]]
        apart = tail != head
        return cls(barred, arc[apart], tail[apart], head[apart], count, region[start], region[end])

    @cached_property
    def barrier(self) -> Ints:
        """Barrier of each core arc, -1 where nothing bars, (core arcs,)."""
        rows: Ints = self.barred.barrier_of_arc[self.arc]
        return rows

    def separated(self, lifted: Iterable[int]) -> list[Elements] | None:
        """Return what still parts start and end, None if there is a way.

        Returns
        -------
        list of cuts or None
            Each a set of rows of the barriers, of which one has to be opened: the cut
            next to the start and that next to the end.
        """
        usable = self.barred.usable(lifted)[self.arc]
        ends = self.tail[usable], self.head[usable]
        near = _reached(*ends, self.n_nodes, self.start)
        if near[self.end]:
            return None
        far = _reached(*ends[::-1], self.n_nodes, self.end)
        cuts = near, ~far
        return [self._barriers(self.leaving(side)) for side in cuts]

    def leaving(self, side: Bools) -> Ints:
        """Return the core arcs that leave a side and lie on a way that leaves it once only."""
        inside = side[self.tail] & side[self.head]
        outside = ~side[self.tail] & ~side[self.head]
        before = _reached(self.tail[inside], self.head[inside], self.n_nodes, self.start)
        after = _reached(self.head[outside], self.tail[outside], self.n_nodes, self.end)
        over = side[self.tail] & ~side[self.head]
        return np.flatnonzero(over & before[self.tail] & after[self.head])

    def layers(self) -> list[tuple[int, ...]]:
        """Return growing sets of elements, each opening the whole cut that stood before it."""
        lifted: set[int] = set()
        found: list[tuple[int, ...]] = []
        while cuts := self.separated(lifted):
            found.append(tuple(sorted(lifted)))
            lifted |= {one for row in cuts[0] for one in self.barred.barriers[row]}
        return found

    def narrowest(self) -> Ints:
        """Return the arcs of a cut of barred arcs over the fewest places, that nearest the start.

        Arcs between the same regions behind the same barrier count as one place.
        """
        if self.separated(()) is None:
            return np.zeros(0, np.int64)
        rows = np.stack([self.tail, self.head, self.barrier], axis=1)
        places = np.unique(rows, axis=0)
        free = self.barred.usable(())[self.arc]
        closed = np.unique(rows[~free], axis=0)
        barred_row = np.isin(places[:, 2], closed[:, 2])
        capacity = np.where(barred_row, 1, len(places) + 1)
        flow = SimpleMaxFlow()
        flow.add_arcs_with_capacity(
            places[:, 0].astype(np.int32), places[:, 1].astype(np.int32), capacity
        )
        if flow.solve(self.start, self.end) != flow.OPTIMAL:
            msg = "the maximum flow that finds the narrowest cut failed"
            raise SolverError(msg)
        side = np.zeros(self.n_nodes, np.bool_)
        side[flow.get_source_side_min_cut()] = True
        return self.arc[self.leaving(side)]

    def _barriers(self, arcs: Ints) -> Elements:
        """Return the barriers of core arcs, those left out that hold another of them."""
        rows = np.unique(self.barrier[arcs]).tolist()
        sets = self.barred.barriers
        return frozenset(row for row in rows if not any(sets[other] < sets[row] for other in rows))


def _matrix(tail: Nodes, head: Nodes, n_nodes: int) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones(len(tail)), (tail, head)), shape=(n_nodes, n_nodes))


def _reached(tail: Nodes, head: Nodes, n_nodes: int, root: int) -> Bools:
    """Return which nodes can be reached from a root, itself included, (nodes,)."""
    order = breadth_first_order(_matrix(tail, head, n_nodes), root, return_predecessors=False)
    found = np.zeros(n_nodes, np.bool_)
    found[order] = True
    return found


class _Master:
    """The lightest elements that open at least one barrier of every cut demanded so far."""

    def __init__(self, barred: Barred) -> None:
        self.barred = barred
        self.model = cp_model.CpModel()
        self.lift: dict[int, cp_model.IntVar] = {}
        self.passed: dict[Elements, cp_model.IntVar] = {}
        self.known: set[frozenset[Elements]] = set()
        self.most: int | None = None

    def demand(self, cuts: Iterable[Elements]) -> None:
        """Demand that one barrier of each cut is opened."""
        for cut in cuts:
            barriers = frozenset(self.barred.barriers[row] for row in cut)
            if barriers not in self.known:
                self.known.add(barriers)
                ordered = sorted(barriers, key=sorted)
                self.model.add_bool_or([self._opened(barrier) for barrier in ordered])

    def exclude(self, lifted: tuple[int, ...]) -> None:
        """Look for sets other than this one, and for none heavier than it."""
        self.most = sum(self.barred.weight[one] for one in lifted)
        self.model.add_bool_or([~self.lift[one] for one in lifted])

    def solve(self) -> tuple[int, ...] | None:
        """Return a lightest set, its elements in order; None if there is none, or no more."""
        elements = sorted(self.lift)
        weight = [self.barred.weight[one] for one in elements]
        lift = [self.lift[one] for one in elements]
        self.model.minimize(cp_model.LinearExpr.weighted_sum(lift, weight))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            msg = f"CP-SAT stopped with {solver.status_name(status)} at the least set to lift"
            raise SolverError(msg)
        if self.most is not None and round(solver.objective_value) > self.most:
            return None
        return tuple(
            one for one, var in zip(elements, lift, strict=True) if solver.boolean_value(var)
        )

    def _opened(self, barrier: Elements) -> cp_model.IntVar:
        """Return the variable that is true only if all elements of a barrier are lifted."""
        for one in sorted(barrier - self.lift.keys()):
            self.lift[one] = self.model.new_bool_var(f"lift {one}")
        if len(barrier) == 1:
            return self.lift[next(iter(barrier))]
        if barrier not in self.passed:
            self.passed[barrier] = self.model.new_bool_var(f"pass {sorted(barrier)}")
            for one in sorted(barrier):
                self.model.add_implication(self.passed[barrier], self.lift[one])
        return self.passed[barrier]
