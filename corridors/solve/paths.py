"""Cheapest ways over an arc table, by SciPy's Dijkstra.

Parallel arcs stay apart: of several arcs between two nodes each search uses the
lightest one (of equal ones the first), and remembers which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NO_NODE = -9999


@dataclass(frozen=True)
class Trees:
    """Cheapest trees from (or, of a backward search, to) some roots.

    `distance` has shape (roots, nodes), infinite where there is no way; `before` gives
    the neighbour on the way to the root, `NO_NODE` at the root and where there is none.
    """

    roots: Ints
    distance: Floats
    before: NDArray[np.int32]
    backward: bool


class ArcIndex:
    """Arcs sorted by their ends once, for routers that differ in weights only.

    `order` lists the arcs pair of ends by pair of ends; `start` (pairs,) is where each
    pair begins in it, `key` (pairs,) the pair as one number.
    """

    def __init__(
        self, tail: NDArray[np.int32], head: NDArray[np.int32], *, n_nodes: int,
        order: Ints | None = None,
    ) -> None:  # fmt: skip
        """Sort the arcs by tail, then head, then place in the table.

        Parameters
        ----------
        tail, head
            Ends of the arcs, shape (arcs,).
        n_nodes
            Number of nodes.
        order
            The arcs that count, sorted so already; all if not given.
        """
        self.tail, self.head, self.n_nodes = tail, head, n_nodes
        whole = tail.astype(np.int64) * n_nodes + head
        self.order: Ints = np.argsort(whole, kind="stable") if order is None else order
        key = whole[self.order]
        fresh = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.zeros(0, bool)
        self.start: Ints = np.flatnonzero(fresh)
        self.key: Ints = key[self.start]
        tails, heads = np.divmod(self.key, n_nodes)
        self._columns = heads.astype(np.int32)
        self._rows = np.zeros(n_nodes + 1, np.int32)
        np.cumsum(np.bincount(tails, minlength=n_nodes), out=self._rows[1:])

    def among(self, usable: Bools) -> ArcIndex:
        """Return the index of some of the arcs, (arcs,)."""
        order = self.order[usable[self.order]]
        return ArcIndex(self.tail, self.head, n_nodes=self.n_nodes, order=order)

    def graph(self, weight: Floats) -> sp.csr_array:
        """Return the matrix of the least weight of each pair of ends."""
        least = (
            np.minimum.reduceat(weight[self.order], self.start) if len(self.start) else weight[:0]
        )
        shape = (self.n_nodes, self.n_nodes)
        return sp.csr_array((least, self._columns, self._rows), shape=shape)

    def lightest(self, weight: Floats) -> Ints:
        """Return the first of the lightest arcs of each pair of ends, (pairs,)."""
        found: Ints = self.order[self.start]
        count = np.diff(np.append(self.start, len(self.order)))
        for pair in np.flatnonzero(count > 1).tolist():
            arcs = self.arcs(pair)
            found[pair] = arcs[np.argmin(weight[arcs])]
        return found

    def arcs(self, pair: int) -> Ints:
        """Return the arcs of a pair of ends, in the order of the table."""
        stop = self.start[pair + 1] if pair + 1 < len(self.start) else len(self.order)
        found: Ints = self.order[self.start[pair] : stop]
        return found


class Router:
    """Answers searches over the usable arcs of one weighted arc table."""

    def __init__(
        self, tail: NDArray[np.int32], head: NDArray[np.int32], weight: Floats, *,
        usable: Bools, n_nodes: int, index: ArcIndex | None = None,
    ) -> None:  # fmt: skip
        """Index the usable arcs.

        Parameters
        ----------
        tail, head
            Ends of the arcs, shape (arcs,).
        weight
            Weight of each arc, finite and not negative.
        usable
            Mask of the arcs that may be used.
        n_nodes
            Number of nodes.
        index
            The usable arcs sorted already, if there is more than one router on them.

        Raises
        ------
        ValueError
            If a usable arc has a negative or infinite weight.
        """
        used = weight[usable]
        if len(used) and not (np.isfinite(used).all() and used.min() >= 0):
            msg = "arc weights must be finite and not negative"
            raise ValueError(msg)
        self.n_nodes = n_nodes
        self._index = index or ArcIndex(tail, head, n_nodes=n_nodes).among(usable)
        self._weight = weight
        self._graph = self._index.graph(weight)

    def trees(self, roots: Ints, *, backward: bool = False) -> Trees:
        """Search from all `roots` at once, or backward to them."""
        graph = self._graph.T.tocsr() if backward else self._graph
        distance, before = dijkstra(graph, indices=roots, return_predecessors=True)
        return Trees(np.asarray(roots, np.int64), distance, before, backward)

    def way(self, trees: Trees, root: int, node: int) -> Ints:
        """Return the arcs between the root (a row of `trees`) and `node`, in travel order.

        Raises
        ------
        ValueError
            If there is no way.
        """
        if not np.isfinite(trees.distance[root, node]):
            msg = f"no way between node {trees.roots[root]} and node {node}"
            raise ValueError(msg)
        keys = []
        while (near := int(trees.before[root, node])) != NO_NODE:
            keys.append(
                node * self.n_nodes + near if trees.backward else near * self.n_nodes + node
            )
            node = near
        pairs = np.searchsorted(self._index.key, np.array(keys, np.int64))
        arcs = [self._lightest(pair) for pair in pairs.tolist()]
        return np.array(arcs if trees.backward else arcs[::-1], np.int64)

    def _lightest(self, pair: int) -> int:
        """Return the first of the lightest arcs of a pair of ends."""
        arcs = self._index.arcs(pair)
        return int(arcs[0] if len(arcs) == 1 else arcs[np.argmin(self._weight[arcs])])
