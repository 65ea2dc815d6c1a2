"""Corridor branches as ways over the decision graph, leg by declared leg.

A branch is an ordered list of terminals, never a free shortest path: each leg runs in
its declared mode between two named terminals, over built lines and the links it names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from geodata.types import BranchLeg, Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.facts_rows import CorridorRow
    from geodata.types import Bools, DecisionGraph, Ints

#: Kinds of arcs a leg may use beside lines of its mode.
STOPS = {
    Mode.RAIL: (Kind.BORDER, Kind.GAUGE_CHANGE),
    Mode.ROAD: (Kind.BORDER,),
    Mode.SEA: (Kind.BOARDING, Kind.TRANSFER),
    Mode.FERRY: (Kind.BOARDING, Kind.TRANSFER),
}
#: A named link counts this much of its length, so that the leg prefers it.
PREFERRED = 1e-3
#: A stop counts this many km, so that of equal ways the one with fewer stops is taken.
STOP_KM = 0.01
ANY = "-"


class BranchFinder:
    """Finds the legs of corridor branches on one decision graph."""

    def __init__(self, graph: DecisionGraph) -> None:
        self.graph = graph
        self.asset_id = {asset.id: k for k, asset in enumerate(graph.assets)}

    def branch(self, row: CorridorRow, *, back: bool = False) -> list[BranchLeg]:
        """Return the legs of a branch, in order, or those of the way back."""
        links = row.links or (ANY,) * len(row.modes)
        step = -1 if back else 1
        terminals = row.terminals[::step]
        stops = zip(terminals[:-1], terminals[1:], row.modes[::step], links[::step], strict=True)
        return [
            self.leg(row.branch, seq, ends=(a, b), mode=mode, links=named)
            for seq, (a, b, mode, named) in enumerate(stops, start=1)
        ]

    def leg(
        self, branch: str, seq: int, *, ends: tuple[str, str], mode: str, links: str
    ) -> BranchLeg:
        """Return the way of one leg in `mode` over built lines and the named links."""
        named = () if links in {ANY, ""} else tuple(links.split("+"))
        unknown = [name for name in named if name not in self.asset_id]
        arcs: list[int] = []
        gap = f"unknown links {'+'.join(unknown)}" if unknown else ""
        if not gap:
            arcs, gap = self._way(_mode(mode), ends, [self.asset_id[name] for name in named])
        used = {int(self.graph.arcs.asset[k]) for k in arcs}
        unused = [name for name in named if not gap and self.asset_id[name] not in used]
        if unused:
            gap = f"does not run over {'+'.join(unused)}"
        km = float(self.graph.arcs.length_km[arcs].sum()) if arcs else 0.0
        return BranchLeg(branch, seq, *ends, mode, named, tuple(arcs), km, gap)

    def _way(
        self, mode: Mode, ends: tuple[str, str], named: Sequence[int]
    ) -> tuple[list[int], str]:
        starts, stops = (self._nodes(end, mode) for end in ends)
        for end, nodes in zip(ends, (starts, stops), strict=True):
            if not len(nodes):
                return [], f"{end} has no {mode.name.lower()} node"
        usable = self._usable(mode, named)
        arcs = self.graph.arcs
        weight = np.where(arcs.kind == Kind.LINE, arcs.length_km, STOP_KM)
        weight = np.where(
            np.isin(arcs.asset, named) & (arcs.kind == Kind.LINE), weight * PREFERRED, weight
        )
        found = shortest_arcs(self.graph, np.flatnonzero(usable), weight, (starts, stops))
        return (found, "") if found else ([], "no way over built lines and the links named")

    def _usable(self, mode: Mode, named: Sequence[int]) -> Bools:
        arcs = self.graph.arcs
        wet = mode in {Mode.SEA, Mode.FERRY}
        there = (arcs.status == Status.BUILT) | np.isin(arcs.asset, named)
        line = np.isin(arcs.mode, (Mode.SEA, Mode.FERRY)) if wet else arcs.mode == mode
        stop = np.isin(arcs.kind, STOPS[mode]) & (wet | (arcs.mode == mode))
        usable: Bools = there & ((line & (arcs.kind == Kind.LINE)) | stop)
        return usable

    def _nodes(self, terminal: str, mode: Mode) -> Ints:
        nodes = self.graph.nodes
        here = nodes.terminal == self.graph.terminal_ids.index(terminal)
        found = np.flatnonzero(here & (nodes.mode == mode))
        if mode == Mode.FERRY and not len(found):
            found = np.flatnonzero(here & np.isin(nodes.mode, (Mode.SEA, Mode.RAIL, Mode.ROAD)))
        return found


def _mode(name: str) -> Mode:
    return Mode.FERRY if name == "rail_ferry" else Mode[name.upper()]


def shortest_arcs(
    graph: DecisionGraph, rows: Ints, weight: np.ndarray, ends: tuple[Ints, Ints]
) -> list[int]:
    """Arcs of the lightest way from any start to any end node; empty where none is.

    Parameters
    ----------
    graph
        Decision graph.
    rows
        Arcs that may be used.
    weight
        Weight of every arc of the graph, not negative.
    ends
        Start nodes and end nodes.
    """
    tail, head = graph.arcs.tail[rows].astype(np.int64), graph.arcs.head[rows].astype(np.int64)
    n = len(graph.nodes)
    order = np.lexsort((rows, weight[rows], tail * n + head))
    key = (tail * n + head)[order]
    first = order[np.concatenate([[True], key[1:] != key[:-1]])]
    matrix = sp.csr_matrix((weight[rows[first]], (tail[first], head[first])), shape=(n, n))
    distance, before, _ = dijkstra(matrix, indices=ends[0], return_predecessors=True, min_only=True)
    end = int(ends[1][np.argmin(distance[ends[1]])])
    if not np.isfinite(distance[end]):
        return []
    arc_of = dict(zip((tail * n + head)[first].tolist(), rows[first].tolist(), strict=True))
    way, node = [], end
    while before[node] >= 0:
        way.append(arc_of[int(before[node]) * n + node])
        node = int(before[node])
    return way[::-1]
