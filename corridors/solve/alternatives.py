"""Ways that really differ: best first, each sharing little of its length with better ones.

Candidates are the best way through each node (Abraham and others, 2013), and the ways found
one after the other when the arcs of those before are made heavier. The best is chosen
first, then always the best candidate that shares little line with every one chosen: none
that would fit is left out. It is not proven that no better way exists besides the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.solve.paths import ArcIndex, Router

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from corridors.solve.paths import Trees

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]
    Candidate = tuple[float, Ints]

#: By what the arcs of a chosen way are made heavier, one search after the other.
PENALTY = 1.5
#: How many such searches there are.
SEARCHES = 12
#: Weights nearer than this, as a share, are the same way's, added up in another order.
SAME = 1e-9


@dataclass(frozen=True)
class Lines:
    """The pieces of line that arcs run over, which different arcs may have in common.

    Arc `a` runs over `pieces[start[a]:stop[a]]`; `km` is the length of each piece.
    """

    start: Ints
    stop: Ints
    pieces: Ints
    km: Floats

    @classmethod
    def apart(cls, km: Floats) -> Lines:
        """Return the lines of arcs that have nothing in common, of these lengths."""
        every = np.arange(len(km), dtype=np.int64)
        return cls(every, every + 1, every, km)

    def under(self, way: Ints) -> Ints:
        """Return the pieces that a way runs over, each once."""
        runs = zip(self.start[way].tolist(), self.stop[way].tolist(), strict=True)
        parts = [self.pieces[a:b] for a, b in runs]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


class Alternative(NamedTuple):
    """A way with its weight and the largest share of line it has in common with a better one.

    The share is of the shorter of the two, from 0 to 1; 0 for the best way.
    """

    arcs: Ints
    weight: float
    overlap: float


class AlternativeFinder:
    """Finds alternatives over the usable arcs of one weighted table."""

    def __init__(
        self, tail: Nodes, head: Nodes, weight: Floats, *,
        usable: Bools, n_nodes: int, lines: Lines,
    ) -> None:  # fmt: skip
        """Index the usable arcs.

        Parameters
        ----------
        tail, head
            Ends of the arcs, shape (arcs,).
        weight
            Weight of each arc, finite and not negative, shape (arcs,).
        usable
            Mask of the arcs that may be used, shape (arcs,).
        n_nodes
            Number of nodes.
        lines
            What the arcs run over.

        Raises
        ------
        ValueError
            If a usable arc has a negative or infinite weight.
        """
        self._tail, self._head, self._weight = tail, head, weight
        self._usable, self._n_nodes, self._lines = usable, n_nodes, lines
        self._index = ArcIndex(tail, head, n_nodes=n_nodes).among(usable)
        self._router = self._weighted(weight)

    def find(
        self, start: int, ends: int | Sequence[int], *,
        count: int, max_overlap: float = 0.6, max_detour: float = 2.5,
    ) -> tuple[Alternative, ...]:  # fmt: skip
        """Return ways that differ, the best first.

        Parameters
        ----------
        start
            Node where ways start.
        ends
            Node where they end, or nodes any of which will do.
        count
            How many ways to return at most.
        max_overlap
            Largest share of line, by km and of the shorter of two ways, that any two ways
            may have in common.
        max_detour
            Largest ratio of a way's weight to the best one's.

        Returns
        -------
        tuple of Alternative
            By weight; none passes a node twice. Empty if there is no way.

        Raises
        ------
        ValueError
            If the count or a limit is not one.

        Examples
        --------
        A direct arc, and a way round that has nothing in common with it:

        >>> tail, head = np.array([0, 0, 1], np.int32), np.array([2, 1, 2], np.int32)
        >>> every, apart = np.ones(3, bool), Lines.apart(np.array([50.0, 30.0, 40.0]))
        >>> weight = np.array([3.0, 2.0, 2.0])
        >>> finder = AlternativeFinder(tail, head, weight, usable=every, n_nodes=3, lines=apart)
        >>> [(one.arcs.tolist(), one.overlap) for one in finder.find(0, 2, count=2)]
        [([0], 0.0), ([1, 2], 0.0)]
        """
        if count < 1 or not 0 <= max_overlap <= 1 or not max_detour >= 1:
            msg = f"no such limits: count {count}, overlap {max_overlap}, detour {max_detour}"
            raise ValueError(msg)
        goals = np.atleast_1d(np.asarray(ends, np.int64))
        forward = self._router.trees(np.array([start]))
        best = float(forward.distance[0, goals].min())
        if not np.isfinite(best):
            return ()
        limit = best * max_detour * (1 + SAME)
        heavier = sorted(self._beside(start, goals, limit), key=_order)
        chosen = _Chosen(self._lines, max_overlap)
        for weight, way in merge(self._through(forward, goals, limit), heavier, key=_order):
            chosen.offer(weight, way)
            if len(chosen.found) == count:
                break
        return tuple(chosen.found)

    def _through(self, forward: Trees, goals: Ints, limit: float) -> Iterator[Candidate]:
        """Yield the best way through each node that passes none twice, by weight."""
        backward = self._router.trees(goals, backward=True)
        nearest = backward.distance.argmin(axis=0)
        through = forward.distance[0] + backward.distance.min(axis=0)
        told = np.full(len(through), -1.0)
        for node in np.argsort(through, kind="stable").tolist():
            weight = float(through[node])
            if not weight <= limit:
                return
            if weight <= told[node] * (1 + SAME):
                continue
            to, onward = (forward, 0), (backward, int(nearest[node]))
            way = np.concatenate([self._router.way(*part, node) for part in (to, onward)])
            if self._is_simple(way):
                told[self._head[way]] = weight
                yield weight, way

    def _beside(self, start: int, goals: Ints, limit: float) -> Iterator[Candidate]:
        """Yield ways, each found with the arcs of those before made heavier."""
        heavier = self._weight.copy()
        for _ in range(SEARCHES):
            router = self._weighted(heavier)
            trees = router.trees(np.array([start]))
            way = router.way(trees, 0, int(goals[np.argmin(trees.distance[0, goals])]))
            weight = float(self._weight[way].sum())
            if weight <= limit:
                yield weight, way
            heavier[way] *= PENALTY

    def _is_simple(self, way: Ints) -> bool:
        at = [*self._tail[way[:1]].tolist(), *self._head[way].tolist()]
        return len(set(at)) == len(at)

    def _weighted(self, weight: Floats) -> Router:
        return Router(
            self._tail, self._head, weight, usable=self._usable, n_nodes=self._n_nodes,
            index=self._index,
        )  # fmt: skip


def _order(candidate: Candidate) -> tuple[float, list[int]]:
    """Return by what candidates are ordered."""
    weight, way = candidate
    return weight, way.tolist()


class _Chosen:
    """The ways chosen so far, and which line each runs over."""

    def __init__(self, lines: Lines, max_overlap: float) -> None:
        self.found: list[Alternative] = []
        self._lines, self._most = lines, max_overlap
        self._under: list[Bools] = []
        self._km: list[float] = []

    def offer(self, weight: float, way: Ints) -> None:
        """Choose a way if it shares little with every one chosen, and is none of them."""
        if any(np.array_equal(way, one.arcs) for one in self.found):
            return
        pieces = self._lines.under(way)
        km = self._lines.km[pieces]
        overlap = max(
            (
                _share(float(km[under[pieces]].sum()), min(float(km.sum()), length))
                for under, length in zip(self._under, self._km, strict=True)
            ),
            default=0.0,
        )
        if overlap > self._most:
            return
        mask = np.zeros(len(self._lines.km), np.bool_)
        mask[pieces] = True
        self._under.append(mask)
        self._km.append(float(km.sum()))
        self.found.append(Alternative(way, weight, overlap))


def _share(common: float, length: float) -> float:
    """Return a share of a length; ways without length have all in common."""
    return min(common / length, 1.0) if length > 0 else 1.0
