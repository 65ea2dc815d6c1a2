"""All ways between two nodes that no other way beats in every criterion, exact.

Label setting with bounds: partial ways are taken up in the order of the first criterion's
total, as a backward search promises it, so that a partial way can only be beaten by one
taken up before it, and only its other criteria need a look. Everything is counted in whole
millionths, which floats add without error: what is called equal is equal, and the answer
does not hang on the order of additions. The method is that of BOA* for two criteria
(Hernández Ulloa and others, ICAPS 2020) and of NAMOA* with fewer dimensions for three
(Pulido, Mandow and Pérez de la Cruz, 2015).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from heapq import heappop, heappush
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.solve.hull import on_lower_hull
from corridors.solve.paths import ArcIndex, Router

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from corridors.solve.paths import Trees

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Whole = tuple[int, int, int]
    # Head, arc, and what the arc adds to each criterion.
    Step = tuple[int, int, float, float, float]
    # Pairs of totals of which none beats another: the first ones rise, the second ones fall.
    Shelf = tuple[list[float], list[float]]

#: How many parts of a criterion's unit are counted.
PER_UNIT = 1_000_000
#: Totals beyond this cannot be told apart by a millionth.
MOST_COUNTED = 2.0**52
#: How many criteria there may be.
CRITERIA = (2, 3)


class Point(NamedTuple):
    """A way that no other beats in every criterion.

    `values` are the totals of the criteria, each to a millionth of its unit; `arcs` is the
    way in travel order. `convex` says whether some weights of the criteria, all positive,
    make the way a best one, that is whether it lies on the lower hull of the front.
    """

    values: tuple[float, ...]
    arcs: Ints
    convex: bool


class ParetoRouter:
    """Finds fronts over the usable arcs of one table, between any of its nodes."""

    def __init__(
        self, tail: Nodes, head: Nodes, criteria: Floats, *,
        usable: Bools, n_nodes: int, index: ArcIndex | None = None,
    ) -> None:  # fmt: skip
        """Count the criteria and index the usable arcs.

        Parameters
        ----------
        tail, head
            Ends of the arcs, shape (arcs,).
        criteria
            What each arc adds to each criterion, shape (2 or 3, arcs); finite and not
            negative where usable.
        usable
            Mask of the arcs that may be used, shape (arcs,).
        n_nodes
            Number of nodes.
        index
            The usable arcs sorted already, if they are.

        Raises
        ------
        ValueError
            If there are not two or three criteria, if a usable arc has a negative or
            infinite one, or if totals can be too large to be counted in millionths.
        """
        if len(criteria) not in CRITERIA:
            msg = f"fronts are of two or three criteria, not of {len(criteria)}"
            raise ValueError(msg)
        counted = np.rint(np.asarray(criteria, np.float64) * PER_UNIT)
        self._index = index or ArcIndex(tail, head, n_nodes=n_nodes).among(usable)
        self._routers = [
            Router(tail, head, row, usable=usable, n_nodes=n_nodes, index=self._index)
            for row in counted
        ]
        if counted[:, self._index.order].max(initial=0.0) * n_nodes > MOST_COUNTED:
            msg = "criteria are too large to be counted in millionths of their unit"
            raise ValueError(msg)
        self._tail, self._head, self._counted = tail, head, counted
        self._usable, self._n_nodes = usable, n_nodes

    def front(
        self, start: int, ends: int | Sequence[int], *, epsilon: float = 0.0
    ) -> tuple[Point, ...]:
        """Return the front of ways from a node to another, or to any of several.

        Parameters
        ----------
        start
            Node where ways start.
        ends
            Node where they end, or nodes any of which will do.
        epsilon
            What may be given away for fewer ways, as a share: for each way there is, one
            is returned that is at most 1 + epsilon times it in every criterion. At 0 the
            front is whole.

        Returns
        -------
        tuple of Point
            By the first criterion, then the second; one way for each distinct point, none
            passes a node twice. All are points of the whole front whatever epsilon is, the
            first one is best by the first criterion. `convex` is meant among the points
            returned. Empty if there is no way.

        Raises
        ------
        ValueError
            If epsilon is negative.
        """
        if not epsilon >= 0:
            msg = f"epsilon must not be negative: {epsilon}"
            raise ValueError(msg)
        goals = np.atleast_1d(np.asarray(ends, np.int64))
        after = self._least(goals, backward=True)
        if after[0][start] == inf:
            return ()
        steps = self._steps(self._worth(start, goals, after))
        bounds = [*after.tolist(), *[[0.0] * self._n_nodes] * self._missing]
        found = _search(start, set(goals.tolist()), (steps, bounds), 1.0 + epsilon)
        convex = on_lower_hull([whole for whole, _ in found])
        return tuple(
            Point(tuple(one / PER_UNIT for one in whole[: len(self._counted)]), way, lies)
            for (whole, way), lies in zip(found, convex, strict=True)
        )

    @property
    def _missing(self) -> int:
        """How many criteria the search knows that are not asked for."""
        return max(CRITERIA) - len(self._counted)

    def _least(self, roots: Ints, *, backward: bool = False) -> Floats:
        """Return the least of each criterion between each node and the nearest root."""
        trees = (router.trees(roots, backward=backward) for router in self._routers)
        return np.array([one.distance.min(axis=0) for one in trees])

    def _worth(self, start: int, goals: Ints, after: Floats) -> Ints:
        """Return the arcs that ways on the front may use, sorted by their tails.

        Left out are arcs of which every way through them is beaten by one of a few known
        ways: the best by each criterion and the best by a mixture.
        """
        arcs = self._index.order
        trees = [router.trees(np.array([start])) for router in self._routers]
        least = self._through(arcs, [one.distance[0] for one in trees], after, self._counted)
        near = np.flatnonzero(np.isfinite(least[0]))
        arcs, least = arcs[near], least[:, near]
        known = [
            self._total(router, tree, goals)
            for router, tree in zip(self._routers, trees, strict=True)
        ]
        spread = np.ptp(known, axis=0)
        if spread.min() > 0:
            weights = 1.0 / spread
            router = self._mixed(weights)
            tree = router.trees(np.array([start]))
            middle = self._total(router, tree, goals)
            if len(known) == len(CRITERIA):
                back = router.trees(goals, backward=True).distance.min(axis=0)
                mixture = (weights @ self._counted)[None]
                sums = self._through(arcs, [tree.distance[0]], back[None], mixture)[0]
                corners = np.maximum(known[0], middle), np.maximum(middle, known[1])
                limit = max(float(weights @ corner) for corner in corners)
                keep = np.flatnonzero(sums <= limit * (1 + 1e-9))
                arcs, least = arcs[keep], least[:, keep]
            known.append(middle)
        for total in known:
            most = total[:, None]
            keep = np.flatnonzero((most > least).any(axis=0) | (most == least).all(axis=0))
            arcs, least = arcs[keep], least[:, keep]
        return arcs

    def _mixed(self, weights: Floats) -> Router:
        """Return a router by a weighted sum of the criteria."""
        return Router(
            self._tail,
            self._head,
            weights @ self._counted,
            usable=self._usable,
            n_nodes=self._n_nodes,
            index=self._index,
        )

    def _through(
        self, arcs: Ints, before: Sequence[Floats], after: Floats, added: Floats
    ) -> Floats:
        tail, head = self._tail[arcs], self._head[arcs]
        rows = zip(before, added, after, strict=True)
        return np.array([a[tail] + b[arcs] + c[head] for a, b, c in rows])

    def _total(self, router: Router, trees: Trees, goals: Ints) -> Floats:
        """Return the criteria of the best way of a router."""
        nearest = goals[np.argmin(trees.distance[0, goals])]
        found: Floats = self._counted[:, router.way(trees, 0, nearest)].sum(axis=1)
        return found

    def _steps(self, arcs: Ints) -> dict[int, list[Step]]:
        """Return the steps from nodes over some arcs: head, arc and what it adds."""
        totals = [row[arcs].tolist() for row in self._counted]
        totals += [[0.0] * len(arcs)] * self._missing
        every = list(zip(self._head[arcs].tolist(), arcs.tolist(), *totals, strict=True))
        # A front uses a small part of a large graph: nodes without a step are left out.
        tails, starts = np.unique(self._tail[arcs], return_index=True)
        spans = pairwise([*starts.tolist(), len(arcs)])
        return {
            tail: every[start:stop]
            for tail, (start, stop) in zip(tails.tolist(), spans, strict=True)
        }


def pareto(
    tail: Nodes, head: Nodes, criteria: Floats, *,
    usable: Bools, n_nodes: int, start: int, end: int, epsilon: float = 0.0,
) -> tuple[Point, ...]:  # fmt: skip
    """Return all ways between two nodes that no other beats in every criterion.

    For one front; `ParetoRouter` says what the parameters are and finds several.

    Raises
    ------
    ValueError
        As `ParetoRouter` and its `front` say.

    Examples
    --------
    Two arcs side by side and a way round, each by cost and time:

    >>> tail, head = np.array([0, 0, 0, 1], np.int32), np.array([2, 2, 1, 2], np.int32)
    >>> cost_and_time = np.array([[9.0, 4.0, 1.0, 1.0], [1.0, 8.0, 4.0, 5.0]])
    >>> every = np.ones(4, bool)
    >>> found = pareto(tail, head, cost_and_time, usable=every, n_nodes=3, start=0, end=2)
    >>> [(point.values, point.arcs.tolist(), point.convex) for point in found]
    [((2.0, 9.0), [2, 3], True), ((4.0, 8.0), [1], False), ((9.0, 1.0), [0], True)]
    """
    router = ParetoRouter(tail, head, criteria, usable=usable, n_nodes=n_nodes)
    return router.front(start, end, epsilon=epsilon)


def _search(
    start: int, goals: Collection[int], graph: tuple[dict[int, list[Step]], list[list[float]]],
    slack: float,
) -> list[tuple[Whole, Ints]]:  # fmt: skip
    """Return the totals and the way of each point, in the order of the totals.

    `graph` are the steps from each node and, for each criterion, the least it can still add
    from each node on. Of labels that promise the same the older goes first, which keeps the
    answer the same on every run. The look at a shelf is written out: it is most of the work.
    """
    steps, (first, second, third) = graph
    before, by, found = [0], [-1], []
    shelves: defaultdict[int, Shelf] = defaultdict(lambda: ([], []))
    done: Shelf = ([], [])
    rows, falls = done
    waiting = [(inf, inf, inf)] * len(first)
    heap = [(first[start], second[start], third[start], 0, start, 0.0, 0.0, 0.0)]
    while heap:
        _, least, lowest, label, node, a, b, c = heappop(heap)
        if _beats(done, least * slack, lowest * slack) or _beats(shelves[node], b, c):
            continue
        _put(shelves[node], b, c)
        if node in goals:
            _put(done, b, c)
            found.append(((int(a), int(b), int(c)), _way(before, by, label)))
            continue
        for head, arc, more_a, more_b, more_c in steps.get(node, ()):
            now_b, now_c = b + more_b, c + more_c
            beside, under = shelves[head]
            at = bisect_right(beside, now_b)
            if at and under[at - 1] <= now_c:
                continue
            least, lowest = now_b + second[head], now_c + third[head]
            at = bisect_right(rows, least * slack)
            if at and falls[at - 1] <= lowest * slack:
                continue
            now_a = a + more_a
            older_a, older_b, older_c = waiting[head]
            if older_a <= now_a:
                if older_b <= now_b and older_c <= now_c:
                    continue
            else:
                waiting[head] = now_a, now_b, now_c
            promised = now_a + first[head]
            heappush(heap, (promised, least, lowest, len(by), head, now_a, now_b, now_c))
            before.append(label)
            by.append(arc)
    return found


def _beats(shelf: Shelf, first: float, second: float) -> bool:
    """Whether some pair on a shelf is no larger in both."""
    firsts, seconds = shelf
    at = bisect_right(firsts, first)
    return at > 0 and seconds[at - 1] <= second


def _put(shelf: Shelf, first: float, second: float) -> None:
    """Add a pair that is not beaten, and take out what it beats."""
    firsts, seconds = shelf
    start = stop = bisect_right(firsts, first)
    start -= start > 0 and firsts[start - 1] == first
    while stop < len(seconds) and seconds[stop] >= second:
        stop += 1
    firsts[start:stop] = [first]
    seconds[start:stop] = [second]


def _way(before: list[int], by: list[int], label: int) -> Ints:
    """Return the arcs that led to a label, by the label before each and the arc to it."""
    arcs = []
    while label:
        arcs.append(by[label])
        label = before[label]
    return np.array(arcs[::-1], np.int64)
