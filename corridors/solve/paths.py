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


class Router:
    """Answers searches over the usable arcs of one weighted arc table."""

    def __init__(
        self, tail: NDArray[np.int32], head: NDArray[np.int32], weight: Floats, *,
        usable: NDArray[np.bool_], n_nodes: int,
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

        Raises
        ------
        ValueError
            If a usable arc has a negative or infinite weight.
        """
        rows = np.flatnonzero(usable)
        if len(rows) and not (np.isfinite(weight[rows]).all() and weight[rows].min() >= 0):
            msg = "arc weights must be finite and not negative"
            raise ValueError(msg)
        key = tail[rows].astype(np.int64) * n_nodes + head[rows]
        order = np.lexsort((weight[rows], key))
        key = key[order]
        first = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.zeros(0, bool)
        self.n_nodes = n_nodes
        self._key = key[first]
        self._arc = rows[order[first]].astype(np.int64)
        self._graph = sp.csr_matrix(
            (weight[self._arc], (tail[self._arc], head[self._arc])), shape=(n_nodes, n_nodes)
        )

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
        steps = np.array(keys if trees.backward else keys[::-1], np.int64)
        way: Ints = self._arc[np.searchsorted(self._key, steps)]
        return way


def best_through(to_entry: Floats, section: Floats, from_exit: Floats) -> tuple[float, int, int]:
    """Cheapest way through a section: its weight, entry and exit.

    Parameters
    ----------
    to_entry, from_exit
        Distance from the origin to each entry, shape (a,), and from each exit to the
        destination, shape (b,).
    section
        Distance from entry to exit within the section, shape (a, b).

    Examples
    --------
    >>> best_through(np.array([1.0, 0.0]), np.array([[1.0], [9.0]]), np.array([2.0]))
    (4.0, 0, 0)
    """
    total = to_entry[:, None] + section + from_exit[None, :]
    entry, leave = np.unravel_index(int(np.argmin(total)), total.shape)
    return float(total[entry, leave]), int(entry), int(leave)
