"""The second contraction: a graph with switches reduced, exactly, to what they can touch.

Arcs that hang on the same switches are open or shut together. So within each such group
only the nodes where another group begins and the ends of demands need to stay; shortest
*legs* between them stand for everything inside. A leg through another node
that stays is implied by its parts and left out. Arcs that switches make dearer stay as
they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from corridors.solve.finder import from_one, rows_to
from corridors.solve.paths import NO_NODE
from corridors.solve.switched import NO_ARC, Needs, Switched, keys_of, matrix_of

if TYPE_CHECKING:
    import scipy.sparse as sp
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]


@dataclass(frozen=True)
class Overlay:
    """A contracted graph and what each of its legs stands for.

    `graph` has the nodes that stay, of which node i is `node[i]` of the original graph;
    the number of a leg is its `arc`. `row` (legs,) is the row of the original that a leg
    is, `NO_ARC` where it stands for several.
    """

    graph: Switched
    original: Switched
    node: Ints
    row: Ints

    def nodes_of(self, nodes: Ints) -> Ints:
        """Return where nodes of the original graph are in the contracted one.

        Raises
        ------
        ValueError
            If one of them was not kept.
        """
        wanted = np.atleast_1d(np.asarray(nodes, np.int64))
        found: Ints = np.minimum(np.searchsorted(self.node, wanted), len(self.node) - 1)
        if len(wanted) and not (self.node[found] == wanted).all():
            msg = "only nodes that were named as ends stay in a contracted graph"
            raise ValueError(msg)
        return found

    def unpacked(self, legs: Ints) -> Ints:
        """Return the caller's arcs of some legs in travel order."""
        rows = [self._rows(leg) for leg in np.asarray(legs, np.int64).tolist()]
        arcs: Ints = self.original.arc[np.concatenate(rows)] if rows else np.zeros(0, np.int64)
        found: Ints = arcs[arcs != NO_ARC]
        return found

    def _rows(self, leg: int) -> Ints:
        """Return the rows of a leg, by searching its group again."""
        if self.row[leg] != NO_ARC:
            return self.row[leg : leg + 1]
        at = int(np.flatnonzero(self.graph.arc == leg)[0])
        start, end = self.graph.tail[at], self.graph.head[at]
        if end >= self.graph.n_given:
            # a parallel leg: its second half runs from a node of its own to the end
            end = self.graph.head[self.graph.tail == end][0]
        group = _Group(self.original, int(self.graph.group[at]))
        return group.way(int(self.node[start]), int(self.node[end]))


class _Group:
    """The rows of one group as a graph."""

    def __init__(self, graph: Switched, group: int) -> None:
        self.rows: Ints = np.flatnonzero(graph.group == group)
        self.tail, self.head = graph.tail[self.rows], graph.head[self.rows]
        self.n_nodes = graph.n_nodes
        weight = graph.weight[self.rows]
        self.matrix: sp.csr_array = matrix_of(self.tail, self.head, weight, graph.n_nodes)

    def way(self, start: int, end: int) -> Ints:
        """Return the rows of the shortest way inside the group."""
        _, before = from_one(self.matrix, start)
        return self.rows[rows_to(before, end, keys_of(self.tail, self.head, self.n_nodes))]

    def legs(self, stays: Bools) -> tuple[Ints, Ints, Floats]:
        """Return tail, head and weight of the legs between its nodes that stay."""
        roots = np.flatnonzero(stays & self._has(self.tail))
        goals = np.flatnonzero(stays & self._has(self.head))
        if not (len(roots) and len(goals)):
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        distance, before = dijkstra(self.matrix, indices=roots, return_predecessors=True)
        needed = np.isfinite(distance[:, goals]) & ~_passing(distance, before, stays)[:, goals]
        needed &= roots[:, None] != goals[None, :]
        a, b = np.nonzero(needed)
        return roots[a], goals[b], distance[a, goals[b]]

    def _has(self, ends: Nodes) -> Bools:
        found = np.zeros(self.n_nodes, bool)
        found[ends] = True
        return found


def contract(graph: Switched, ends: Ints) -> Overlay:
    """Contract a graph to what its switches can touch and some ends.

    Costs between the ends are those of the whole graph under every closed set.

    Parameters
    ----------
    graph
        The graph with its switches.
    ends
        Nodes that demands start or end at.

    Examples
    --------
    A chain of three arcs of which the last hangs on a switch:

    >>> graph = Switched.masked(
    ...     np.array([0, 1, 2], np.int32), np.array([1, 2, 3], np.int32), np.ones(3),
    ...     need=np.array([0, 0, 1], np.uint64), usable=np.ones(3, bool), n_nodes=4, n_switches=1,
    ... )
    >>> overlay = contract(graph, np.array([0, 3]))
    >>> overlay.node.tolist(), overlay.unpacked(np.array([0])).tolist()
    ([0, 2, 3], [0, 1])
    """
    loose = np.array([a != b for a, b in zip(graph.needs, graph.marks, strict=True)], bool)
    stays = _staying(graph, ends, loose)
    kept = np.flatnonzero(loose[graph.group])
    tails, heads = [graph.tail[kept].astype(np.int64)], [graph.head[kept].astype(np.int64)]
    weights, groups, rows = [graph.weight[kept]], [graph.group[kept]], [kept]
    for group in np.unique(graph.group[~loose[graph.group]]).tolist():
        tail, head, weight = _Group(graph, group).legs(stays)
        tails.append(tail)
        heads.append(head)
        weights.append(weight)
        groups.append(np.full(len(tail), group))
        rows.append(np.full(len(tail), NO_ARC))
    return _laid(
        graph, np.flatnonzero(stays), (np.concatenate(tails), np.concatenate(heads)),
        np.concatenate(weights), group=np.concatenate(groups), row=np.concatenate(rows),
    )  # fmt: skip


def _laid(
    graph: Switched, node: Ints, ends: tuple[Ints, Ints], weight: Floats, *, group: Ints, row: Ints
) -> Overlay:
    """Index legs as a graph of their own, with the groups of the original one."""
    leg_of = np.full(len(graph.arc), NO_ARC, np.int64)
    leg_of[row[row != NO_ARC]] = np.flatnonzero(row != NO_ARC)
    tail, head = (np.searchsorted(node, one).astype(np.int32) for one in ends)
    found = Switched.of(
        tail, head, weight, needs=Needs(graph.needs, group, graph.n_switches),
        usable=np.ones(len(tail), bool), n_nodes=len(node),
        dearer=[one._replace(arcs=leg_of[one.arcs]) for one in graph.dearer],
    )  # fmt: skip
    return Overlay(found, graph, node, row)


def _staying(graph: Switched, ends: Ints, loose: Bools) -> Bools:
    """Return the nodes that stay: ends, those between groups and those of loose rows."""
    stays = np.zeros(graph.n_nodes, bool)
    stays[ends] = True
    first = np.full(graph.n_nodes, -1, np.int64)
    for nodes in (graph.tail, graph.head):
        first[nodes] = graph.group
    for nodes in (graph.tail, graph.head):
        stays[nodes[(first[nodes] != graph.group) | loose[graph.group]]] = True
    return stays


def _passing(distance: Floats, before: Nodes, stays: Bools) -> Bools:
    """Return which ways from each root pass a node that stays, not at the root's own place.

    Shape (roots, nodes). Ends do not count, nor do nodes at no distance from the root:
    both parts of what is left out are then shorter, or nearer to the root, than the whole.
    """
    none = before == NO_NODE
    up = np.where(none, np.arange(before.shape[1])[None, :], before)
    counts: Bools = stays[None, :] & (distance > 0) & np.isfinite(distance)
    passed: Bools = np.take_along_axis(counts, up, axis=1) & ~none
    while True:
        more: Bools = passed | np.take_along_axis(passed, up, axis=1)
        higher = np.take_along_axis(up, up, axis=1)
        if (higher == up).all():
            return more
        passed, up = more, higher
