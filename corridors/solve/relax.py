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

    def passed(self, lifted: Iterable[int]) -> Bools:
        """Return which barriers open once some elements are lifted, (barriers + 1,)."""
        left = np.ones(len(self.weight), np.bool_)
        left[list(lifted)] = False
        return ~(self.needs @ left)


@dataclass(frozen=True)
class Relaxation:
    """The lightest elements that open a way, and the proof that something must be lifted.

    `way` are the arcs of the cheapest way then, in travel order. `others` are the other
    sets of the same weight, each with a way, all of them if `complete`. `cut` are arcs, all
    barred, without which no way exists: as few places as separate start and end; empty if
    nothing needs lifting. Were the search stopped before the proof, `proven` is false: then
    some other set may be lighter, but this one too opens nothing without any of its elements.
    """

    elements: tuple[int, ...]
    weight: int
    way: Ints
    cost: float
    cut: Ints
    others: tuple[tuple[int, ...], ...] = ()
    complete: bool = True
    proven: bool = True


def relax(
    barred: Barred, start: int, end: int, *, cost: Floats, most: int = 16, effort: float = 30.0
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
    effort
        What one solve may take, in CP-SAT's deterministic seconds, the same on any machine.

    Returns
    -------
    Relaxation or None
        None if there is no way even with everything lifted.

    Raises
    ------
    ValueError
        If the start or the end is not a node, or a cost is negative or infinite.
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
    if not (0 <= start < barred.n_nodes and 0 <= end < barred.n_nodes):
        msg = f"nodes {start} and {end} must be among the {barred.n_nodes}"
        raise ValueError(msg)
    core = _Core.of(barred, start, end)
    if core is None:
        return None
    sets, complete, proven = _lightest(core, most, effort)
    ways = [_way(barred, lifted, start, end, cost) for lifted in sets]
    order = sorted(range(len(sets)), key=lambda at: (ways[at][1], sets[at]))
    best = order[0]
    weight = sum(barred.weight[one] for one in sets[best])
    others = tuple(sorted(sets[at] for at in order[1:]))
    return Relaxation(sets[best], weight, *ways[best], core.narrowest(), others, complete, proven)


def _way(
    barred: Barred, lifted: tuple[int, ...], start: int, end: int, cost: Floats
) -> tuple[Ints, float]:
    """Return the cheapest way once some elements are lifted, and its cost."""
    usable = barred.passed(lifted)[barred.barrier_of_arc]
    router = Router(barred.tail, barred.head, cost, usable=usable, n_nodes=barred.n_nodes)
    trees = router.trees(np.array([start]))
    return router.way(trees, 0, end), float(trees.distance[0, end])


def _lightest(core: _Core, most: int, effort: float) -> tuple[list[tuple[int, ...]], bool, bool]:
    """Return the lightest sets that open a way, whether these are all, and whether proven."""
    if core.reached(())[core.end]:
        return [()], True, True
    master = _Master(core.barred, effort)
    master.demand(core.cuts(()))
    found: list[tuple[int, ...]] = []
    while len(found) <= most:
        lifted = master.solve()
        if master.stopped:
            return found or [core.irreducible()], False, bool(found)
        if lifted is None:
            return found, True, True
        cuts = core.cuts(lifted)
        master.demand(cuts)
        if not cuts:
            found.append(lifted)
            master.exclude(lifted)
    return found[:most], False, True


@dataclass(frozen=True)
class _Core:
    """The part of a graph between start and end, with each region passed as a whole one node.

    `tail`, `head` and `barrier` (core arcs,) are distinct; `region` (nodes,) is that of
    each node of the graph, and `arc` the arcs of the graph that lie between.
    """

    barred: Barred
    tail: Ints
    head: Ints
    barrier: Ints
    n_nodes: int
    start: int
    end: int
    region: Nodes
    arc: Ints

    @classmethod
    def of(cls, barred: Barred, start: int, end: int) -> Self | None:
        """Cut a graph down, None if the end cannot be reached."""
        n = barred.n_nodes
        ahead = _reached(barred.tail, barred.head, n, start)
        if not ahead[end]:
            return None
        between = ahead & _reached(barred.head, barred.tail, n, end)
        arc = np.flatnonzero(between[barred.tail] & between[barred.head])
        region, first = np.arange(n, dtype=np.int32), start
        while True:
            ends = region[barred.tail[arc]], region[barred.head[arc]]
            tail, head, barrier = _distinct(*ends, barred.barrier_of_arc[arc])
            free = _free(barred, tail, head, barrier, first)
            count, merged = _regions(tail[free], head[free], int(region.max()) + 1)
            if count == len(merged):
                break
            region = merged[region]
            first = int(region[start])
        last = int(region[end])
        return cls(barred, tail, head, barrier, count, first, last, region, arc)

    def reached(self, lifted: Iterable[int]) -> Bools:
        """Return which nodes can be reached once some elements are lifted, (nodes,)."""
        usable = self._usable(lifted)
        return _reached(self.tail[usable], self.head[usable], self.n_nodes, self.start)

    def cuts(self, lifted: Iterable[int]) -> list[Elements]:
        """Return cuts one behind the other that still stand once some elements are lifted.

        Each is found with the elements of those before it lifted too, and chosen to hold
        however much is lifted beside the few elements that it is about: strong cuts make
        few rounds.

        Returns
        -------
        list of cuts
            Each a set of rows of the barriers of which one has to be opened.
        """
        passed = set(lifted)
        found: list[Elements] = []
        while not self.reached(passed)[self.end]:
            most = self._grown(passed)
            usable = self._usable(most)
            near = _reached(self.tail[usable], self.head[usable], self.n_nodes, self.start)
            far = _reached(self.head[usable], self.tail[usable], self.n_nodes, self.end)
            found += [self._barriers(near), self._barriers(~far)]
            passed |= self.elements - most
        return found

    @cached_property
    def elements(self) -> Elements:
        """The elements that bar any arc."""
        rows = np.unique(self.barrier[self.barrier != OPEN]).tolist()
        return frozenset().union(*(self.barred.barriers[row] for row in rows))

    def irreducible(self) -> tuple[int, ...]:
        """Return a set that opens a way and none without any of its elements, heavy ones out."""
        kept = set(self.elements)
        for one in sorted(kept, key=lambda one: (-self.barred.weight[one], -one)):
            if self.reached(kept - {one})[self.end]:
                kept.remove(one)
        return tuple(sorted(kept))

    def narrowest(self) -> Ints:
        """Return the arcs of a cut of barred arcs over the fewest places, that nearest the start.

        Arcs between the same regions behind the same barrier count as one place.
        """
        if self.reached(())[self.end]:
            return np.zeros(0, np.int64)
        flow = SimpleMaxFlow()
        capacity = np.where(self._usable(()), len(self.tail) + 1, 1)
        flow.add_arcs_with_capacity(self.tail, self.head, capacity)
        if flow.solve(self.start, self.end) != flow.OPTIMAL:
            msg = "the maximum flow that finds the narrowest cut failed"
            raise SolverError(msg)
        side = np.zeros(self.n_nodes, np.bool_)
        side[flow.get_source_side_min_cut()] = True
        before = side[self.region]
        tail, head = self.barred.tail[self.arc], self.barred.head[self.arc]
        return self.arc[before[tail] & ~before[head]]

    def _usable(self, lifted: Iterable[int]) -> Bools:
        """Return which core arcs may be used once some elements are lifted."""
        return self.barred.passed(lifted)[self.barrier]

    def _grown(self, lifted: set[int]) -> set[int]:
        """Return a largest set of elements that holds these and leaves the end cut off."""
        grown = set(lifted)
        left = [sorted(self.elements - lifted)]
        while left:
            some = left.pop()
            if not self.reached(grown.union(some))[self.end]:
                grown.update(some)
            elif len(some) > 1:
                half = len(some) // 2
                left += [some[half:], some[:half]]
        return grown

    def _barriers(self, side: Bools) -> Elements:
        """Return the barriers on ways that leave a side and never come back to it.

        Those that hold another of them are left out.
        """
        outside = ~side[self.tail] & ~side[self.head]
        after = _reached(self.head[outside], self.tail[outside], self.n_nodes, self.end)
        rows = np.unique(self.barrier[side[self.tail] & after[self.head]]).tolist()
        sets = self.barred.barriers
        return frozenset(row for row in rows if not any(sets[one] < sets[row] for one in rows))


def _distinct(tail: Nodes, head: Nodes, barrier: Ints) -> tuple[Ints, Ints, Ints]:
    """Return the distinct arcs between different nodes."""
    nodes = 1 + int(max(tail.max(initial=0), head.max(initial=0)))
    barriers = 2 + int(barrier.max(initial=OPEN))
    apart = tail != head
    ends = tail[apart].astype(np.int64) * nodes + head[apart]
    key = np.sort(ends * barriers + barrier[apart] + 1)
    # Faster than to ask NumPy for what is unique.
    ends, row = np.divmod(key[np.diff(key, prepend=-1) > 0], barriers)
    return ends // nodes, ends % nodes, row - 1


def _free(barred: Barred, tail: Ints, head: Ints, barrier: Ints, start: int) -> Bools:
    """Return which arcs ask for nothing that was not needed to come to where they begin.

    Whatever bars all arcs into a node is lifted for cargo that is there, at the start apart.
    """
    needs = np.packbits(barred.needs, axis=1)
    order = np.argsort(head, kind="stable")
    nodes, first = np.unique(head[order], return_index=True)
    size = 1 + max(start, tail.max(initial=0), head.max(initial=0))
    sure = np.zeros((size, needs.shape[1]), np.uint8)
    if len(nodes):
        sure[nodes] = np.bitwise_and.reduceat(needs[barrier[order]], first, axis=0)
    sure[start] = 0
    missing: Bools = np.asarray((needs[barrier] & ~sure[tail]).any(axis=1))
    return ~missing


def _regions(tail: Ints, head: Ints, n_nodes: int) -> tuple[int, Nodes]:
    """Return how many regions of nodes that reach each other there are, and that of each."""
    count, region = connected_components(_matrix(tail, head, n_nodes), connection="strong")
    return int(count), region


def _matrix(tail: Ints | Nodes, head: Ints | Nodes, n_nodes: int) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones(len(tail)), (tail, head)), shape=(n_nodes, n_nodes))


def _reached(tail: Ints | Nodes, head: Ints | Nodes, n_nodes: int, root: int) -> Bools:
    """Return which nodes can be reached from a root, itself included, (nodes,)."""
    order = breadth_first_order(_matrix(tail, head, n_nodes), root, return_predecessors=False)
    found = np.zeros(n_nodes, np.bool_)
    found[order] = True
    return found


class _Master:
    """The lightest elements that open at least one barrier of every cut demanded so far."""

    def __init__(self, barred: Barred, effort: float) -> None:
        self.barred, self.effort, self.stopped = barred, effort, False
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
        """Return a lightest set, its elements in order; None if there is none, or no more.

        None too if the effort did not suffice; then `stopped` is true.
        """
        elements = sorted(self.lift)
        weight = [self.barred.weight[one] for one in elements]
        lift = [self.lift[one] for one in elements]
        self.model.minimize(cp_model.LinearExpr.weighted_sum(lift, weight))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.max_deterministic_time = self.effort
        status = solver.solve(self.model)
        self.stopped = status in (cp_model.UNKNOWN, cp_model.FEASIBLE)
        if self.stopped or status == cp_model.INFEASIBLE:
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
