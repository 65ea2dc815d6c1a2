"""Graphs of barred arcs, and the cuts that part two of their nodes.

Every barred arc has a *barrier*, the set of elements that must all be lifted before it can
be used; one element may bar many arcs. The :class:`Core` between two nodes is what is left
once all that can be passed as a whole is one node.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.sparse as sp
from ortools.graph.python.max_flow import SimpleMaxFlow
from scipy.sparse.csgraph import breadth_first_order, connected_components

from corridors.solve.errors import SolverError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
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
class Core:
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
