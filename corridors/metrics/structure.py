"""Bridges and articulation points: where the lines themselves leave no second way.

A check of structure only: whoever may pass and at which cost, all that is open to any
cargo counts, in both directions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

    from corridors.metrics.assets import Assets
    from geodata.types import Bools, Ints

    Row = dict[str, object]


def with_structure(rows: Iterable[Row], found: Assets) -> list[Row]:
    """Return rows of chokepoints with whether each is a bridge or an articulation point.

    `bridge`: one of its links is a bridge of the graph of all open links, and without it
    the two ends of some demand are no longer joined. `articulation`: the same of a place
    on it that is not an end of that demand.
    """
    board = found.board
    arcs = board.compiled.graph.arcs
    usable = np.flatnonzero(board.compiled.closures.open)
    cut = Cuts(
        np.stack([arcs.tail, arcs.head])[:, usable].astype(np.int64),
        np.array([board.ends[board.served[row]] for row in found.rows]).reshape(-1, 2),
        n_nodes=len(board.compiled.graph.nodes),
    )
    told = []
    for row in rows:
        mine = board.rows[board.index[str(row["asset_id"])]][usable]
        told.append(row | {"bridge": cut.bridge(mine), "articulation": cut.articulation(mine)})
    return told


class Cuts:
    """The links and places of an undirected graph that hold pairs of nodes together."""

    def __init__(self, ends: Ints, pairs: Ints, *, n_nodes: int) -> None:
        """Take the ends of links, shape (2, links), and pairs of nodes, (pairs, 2)."""
        import networkx as nx

        self.ends, self.pairs, self.n_nodes = ends, pairs, n_nodes
        graph: nx.Graph[int] = nx.Graph()
        graph.add_edges_from(ends.T.tolist())
        # The stubs take a bridge for a node.
        bridges = cast("Iterable[tuple[int, int]]", nx.bridges(graph))
        self._bridges = {frozenset(one) for one in bridges}
        self._points = set(nx.articulation_points(graph))
        self._whole = self._joined(np.ones(ends.shape[1], bool))

    def bridge(self, links: Bools) -> bool:
        """Whether one of some links is a bridge that parts a pair."""
        low, high = self.ends.min(axis=0), self.ends.max(axis=0)
        edges = {frozenset(one) for one in self.ends[:, links].T.tolist()} & self._bridges
        # Only its own are taken out: a parallel link of another asset still joins the two.
        return any(
            self._parts(~(links & (low == min(one)) & (high == max(one)))).any()
            for one in sorted_of(edges)
        )

    def articulation(self, links: Bools) -> bool:
        """Whether a node of some links is an articulation point that parts a pair of others."""
        nodes = set(np.unique(self.ends[:, links]).tolist()) & self._points
        return any(
            (self._parts((self.ends != one).all(axis=0)) & (self.pairs != one).all(axis=1)).any()
            for one in sorted(nodes)
        )

    def _parts(self, kept: Bools) -> Bools:
        """Return which pairs are joined by all links but not by those kept, (pairs,)."""
        return self._whole & ~self._joined(kept)

    def _joined(self, kept: Bools) -> Bools:
        import scipy.sparse as sp
        from scipy.sparse.csgraph import connected_components

        tail, head = self.ends[:, kept]
        shape = (self.n_nodes, self.n_nodes)
        graph = sp.coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=shape)
        _, label = connected_components(graph.tocsr(), directed=False)
        found: Bools = label[self.pairs[:, 0]] == label[self.pairs[:, 1]]
        return found


def sorted_of(edges: set[frozenset[int]]) -> list[tuple[int, ...]]:
    """Return edges as sorted tuples in order.

    Examples
    --------
    >>> sorted_of({frozenset({3, 1}), frozenset({0, 2})})
    [(0, 2), (1, 3)]
    """
    return sorted(tuple(sorted(one)) for one in edges)
