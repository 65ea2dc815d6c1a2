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

import heapq
from bisect import bisect_right
from collections import defaultdict
from math import gcd, inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.solve.paths import ArcIndex, Router

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Whole = tuple[int, int, int]

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


class _Step(NamedTuple):
    """An arc that leaves a node, with what it adds to each criterion."""

    head: int
    arc: int
    first: float
    second: float
    third: float


class _Shelf:
    """Pairs of totals of which none is beaten: the first ones rise, the second ones fall."""

    __slots__ = ("first", "second")

    def __init__(self) -> None:
        self.first: list[float] = []
        self.second: list[float] = []

    def beats(self, first: float, second: float) -> bool:
        """Whether some pair is no larger in both."""
        at = bisect_right(self.first, first)
        return at > 0 and self.second[at - 1] <= second

    def put(self, first: float, second: float) -> None:
        """Add a pair that is not beaten, and take out what it beats."""
        start = stop = bisect_right(self.first, first)
        start -= start > 0 and self.first[start - 1] == first
        while stop < len(self.second) and self.second[stop] >= second:
            stop += 1
        self.first[start:stop] = [first]
        self.second[start:stop] = [second]


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
        order = self._index.order
        if counted[:, order].max(initial=0.0) * n_nodes > MOST_COUNTED:
            msg = "criteria are too large to be counted in millionths of their unit"
            raise ValueError(msg)
        self._head, self._counted = head, counted
        self._starts: list[int] = np.searchsorted(tail[order], np.arange(n_nodes + 1)).tolist()
        self._known: dict[int, list[_Step]] = {}

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
        goals = [ends] if isinstance(ends, int) else list(ends)
        bounds = self._bounds(goals)
        if bounds[0][start] == inf:
            return ()
        found = self._search(start, set(goals), bounds, 1.0 + epsilon)
        convex = on_lower_hull([whole for whole, _ in found])
        size = len(self._counted)
        return tuple(
            Point(tuple(one / PER_UNIT for one in whole[:size]), way, lies)
            for (whole, way), lies in zip(found, convex, strict=True)
        )

    def _bounds(self, goals: list[int]) -> list[list[float]]:
        """Return the least each criterion can still add from each node on."""
        roots = np.array(goals, np.int64)
        found = [
            router.trees(roots, backward=True).distance.min(axis=0).tolist()
            for router in self._routers
        ]
        return found if len(found) == max(CRITERIA) else [*found, [0.0] * len(found[0])]

    def _steps(self, node: int) -> list[_Step]:
        """Return the usable arcs that leave a node."""
        if node not in self._known:
            arcs = self._index.order[self._starts[node] : self._starts[node + 1]]
            totals = [row[arcs].tolist() for row in self._counted]
            totals += [[0.0] * len(arcs)] * (max(CRITERIA) - len(totals))
            columns = zip(self._head[arcs].tolist(), arcs.tolist(), *totals, strict=True)
            self._known[node] = [_Step(*column) for column in columns]
        return self._known[node]

    def _search(
        self, start: int, goals: Collection[int], bounds: list[list[float]], slack: float
    ) -> list[tuple[Whole, Ints]]:
        """Return the totals and the way of each point, in the order of the totals.

        A label is on the heap by its promised totals; of labels with equal ones the
        older goes first, which keeps the answer the same on every run.
        """
        first, second, third = bounds
        trail, found = [(-1, -1)], []
        shelves: defaultdict[int, _Shelf] = defaultdict(_Shelf)
        done = _Shelf()
        heap = [(first[start], second[start], third[start], 0, start, 0.0, 0.0, 0.0)]
        while heap:
            _, least, lowest, label, node, a, b, c = heapq.heappop(heap)
            shelf = shelves[node]
            if done.beats(least * slack, lowest * slack) or shelf.beats(b, c):
                continue
            shelf.put(b, c)
            if node in goals:
                done.put(b, c)
                found.append(((int(a), int(b), int(c)), _way(trail, label)))
                continue
            for head, arc, more_a, more_b, more_c in self._steps(node):
                if first[head] == inf:
                    continue
                now_a, now_b, now_c = a + more_a, b + more_b, c + more_c
                least, lowest = now_b + second[head], now_c + third[head]
                if shelves[head].beats(now_b, now_c) or done.beats(least * slack, lowest * slack):
                    continue
                entry = (now_a + first[head], least, lowest, len(trail), head, now_a, now_b, now_c)
                trail.append((label, arc))
                heapq.heappush(heap, entry)
        return found


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


def _way(trail: list[tuple[int, int]], label: int) -> Ints:
    """Return the arcs that led to a label."""
    arcs = []
    while label:
        label, arc = trail[label]
        arcs.append(arc)
    return np.array(arcs[::-1], np.int64)


def on_lower_hull(points: Sequence[Whole]) -> list[bool]:
    """Tell of each point whether some positive weights make it a lightest one.

    Exact, in whole numbers of any size: the weights under which the point is no heavier
    than another are a cone, cut down by one point after the other.

    Parameters
    ----------
    points
        Totals of which none beats another, sorted; for two criteria the third is 0.
    """
    return [_is_supported(at, points) for at in range(len(points))]


def _is_supported(at: int, points: Sequence[Whole]) -> bool:
    cone: list[Whole] = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    here = points[at]
    # Neighbours first: they are the most likely to show that there is none.
    for other in sorted(range(len(points)), key=lambda k: abs(k - at)):
        cone = _cut(cone, _minus(points[other], here))
        if not cone:
            return False
    return all(sum(ray[k] for ray in cone) > 0 for k in range(len(here)))


def _minus(a: Whole, b: Whole) -> Whole:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _cut(cone: list[Whole], normal: Whole) -> list[Whole]:
    """Return the part of a cone, given by its edges in turn, on one side of a plane."""
    x, y, z = normal
    sides = [x * ray[0] + y * ray[1] + z * ray[2] for ray in cone]
    if min(sides) >= 0:
        return cone
    kept = []
    for ray, side, last, before in zip(
        cone, sides, [cone[-1], *cone], [sides[-1], *sides], strict=False
    ):
        if side * before < 0:
            kept.append(_between(ray, abs(before), last, abs(side)))
        if side >= 0:
            kept.append(ray)
    return list(dict.fromkeys(kept))


def _between(a: Whole, of_a: int, b: Whole, of_b: int) -> Whole:
    """Return the edge where a plane cuts the side of a cone between two edges."""
    x, y, z = (of_a * p + of_b * q for p, q in zip(a, b, strict=True))
    least = gcd(x, y, z)
    return x // least, y // least, z // least
