"""The way a published value was told by: the same ends, mode, and terminals or corridor.

A way through terminals in order, or along a corridor's section, is searched on copies of
the graph laid over each other: each copy but the first is entered where the way demands,
so that plain searches from the first to the last are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.family import sections
from corridors.solve.paths import Router
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.metrics.family import Section
    from corridors.scenario.compile import ClassView, Compiled
    from corridors.scenario.reference_cells import Way
    from corridors.solve.stateful import Nodes
    from geodata.snapshot import Snapshot
    from geodata.types import Bools, Branch, DecisionGraph, Floats, Ints

#: Mode of a published value -> the lines its cargo may take. Wagons and trucks go on ferries.
LINES_OF = {
    "rail": (Mode.RAIL, Mode.FERRY),
    "road": (Mode.ROAD, Mode.FERRY),
    "sea": (Mode.SEA, Mode.FERRY),
    "multimodal": tuple(Mode),
}
#: On land a way may go back where it came from as far as this: into a port and out again.
TURNS_KM = 300.0
_AFLOAT = (int(Mode.SEA), int(Mode.FERRY))


class Keep(IntEnum):
    """How closely a way keeps to the corridor it is told by, beside its section."""

    MODES = 0
    COUNTRIES = 1
    SECTION = 2


@dataclass(frozen=True)
class Lane:
    """A corridor or branch by name: its sections, and where and how it goes.

    A branch has sections and straits of its own, and modes and countries of its family.
    `modes`, `countries` and `straits` hold codes of the graph.
    """

    sections: tuple[Section, ...]
    modes: frozenset[int]
    countries: frozenset[int]
    straits: frozenset[int]


def lanes(snapshot: Snapshot) -> dict[str, Lane]:
    """Return every family and branch of corridors by name."""
    graph, found = snapshot.graph, sections(snapshot.graph, snapshot.branches)
    families: dict[str, list[Branch]] = {}
    for branch in snapshot.branches:
        families.setdefault(branch.family, []).append(branch)
    known: dict[str, Lane] = {}
    for family, branches in families.items():
        known[family] = _lane(graph, branches, [one for one in found if one.family == family])
    for branch in snapshot.branches:
        own = _lane(graph, [branch], [one for one in found if one.branch == branch.id])
        whole = known[branch.family]
        known.setdefault(branch.id, replace(own, modes=whole.modes, countries=whole.countries))
    return known


def _lane(graph: DecisionGraph, branches: Sequence[Branch], found: Sequence[Section]) -> Lane:
    arcs = graph.arcs
    legs = [leg for branch in branches for leg in (*branch.legs, *branch.back)]
    passed = np.unique(np.array([arc for leg in legs for arc in leg.arcs], np.int64))
    lines = passed[arcs.kind[passed] == Kind.LINE]
    return Lane(
        tuple(found),
        frozenset(arcs.mode[lines].tolist()),
        frozenset(arcs.country[passed].tolist()),
        frozenset(_straits(graph)) & frozenset(arcs.asset[passed].tolist()),
    )


def _straits(graph: DecisionGraph) -> list[int]:
    return [at for at, asset in enumerate(graph.assets) if asset.kind == "strait"]


@dataclass(frozen=True)
class Layers:
    """Copies of a graph and where one leads to the next.

    `arcs` are the arcs of each copy; `jumps` are (copy, nodes, copy).
    """

    arcs: tuple[Ints, ...]
    jumps: tuple[tuple[int, Ints, int], ...]


class Ways:
    """Finds the best way of one class of cargo that goes as a published value says."""

    def __init__(self, compiled: Compiled, known: Mapping[str, Lane]) -> None:
        """Take a compiled scenario and the corridors on its graph."""
        self.graph, self.compiled, self._lanes = compiled.graph, compiled, known
        self._at = {name: k for k, name in enumerate(self.graph.terminal_ids)}

    def find(
        self, demand: int, ends: tuple[str, str], way: Way, *, mode: str = "multimodal",
        keep: Keep = Keep.SECTION,
    ) -> Ints | None:  # fmt: skip
        """Return the arcs of the best way in travel order, None if there is none.

        Parameters
        ----------
        demand
            The demand of the compiled scenario whose cargo it is.
        ends
            Origin and destination, ids of terminals.
        way
            A corridor's section, or terminals in order, that the way must pass; there is
            no way if the network lacks them.
        mode
            One of `LINES_OF`.
        keep
            Whether a way along a corridor takes only the modes (if `mode` leaves them
            open) and the straits of its lane, and crosses on land no countries but the
            lane's and those of the ends.

        Notes
        -----
        Best is the least cost plus time at its value. A way that would not hold with
        what the cargo remembers on it, or that turns back on land over more than
        `TURNS_KM`, does not count.
        """
        start = int(self.graph.origin[self._at[ends[0]]])
        goal = int(self.graph.destination[self._at[ends[1]]])
        here = way.corridor in ("", *self._lanes) and set(way.through) <= set(self._at)
        if min(start, goal) < 0 or not here:
            return None
        view = self.compiled.view(demand)
        usable = view.open & self._by(LINES_OF[mode])
        if way.corridor and keep < Keep.SECTION:
            lane = self._lanes[way.corridor]
            usable &= self._within(lane, start, goal)
            if keep == Keep.MODES:
                usable &= self._like(lane, mode)
        found = self._best(self._layers(way, usable), view, start, goal)
        if found is None or loop_km(self.graph, found) > TURNS_KM:
            return None
        return found if view.admits(found, start) else None

    def _by(self, modes: Iterable[int]) -> Bools:
        """Return the arcs that are stops or lines of some modes, (n,)."""
        arcs = self.graph.arcs
        usable: Bools = np.isin(arcs.mode, [int(one) for one in modes]) | (arcs.kind != Kind.LINE)
        return usable

    def _like(self, lane: Lane, mode: str) -> Bools:
        """Return the arcs that are no strait but a lane's, and of its modes if all are open."""
        others = sorted(set(_straits(self.graph)) - lane.straits)
        strange: Bools = np.isin(self.graph.arcs.asset, others)
        return ~strange & self._by(lane.modes if mode == "multimodal" else LINES_OF[mode])

    def _within(self, lane: Lane, start: int, goal: int) -> Bools:
        """Return the arcs that are afloat or in the countries of a lane and of the ends."""
        arcs = self.graph.arcs
        ends = set(arcs.country[(arcs.tail == start) | (arcs.head == goal)].tolist())
        inside: Bools = np.isin(arcs.country, sorted(lane.countries | ends))
        elsewhere: Bools = np.isin(arcs.mode, _AFLOAT) | (arcs.kind != Kind.LINE)
        return inside | elsewhere

    def _layers(self, way: Way, usable: Bools) -> Layers:
        """Return the copies of the graph that force a way."""
        everywhere = np.flatnonzero(usable)
        if not way.corridor:
            beyond = way.by or ("",) * len(way.through)
            arcs = (everywhere, *(self._beyond(usable, mode) for mode in beyond))
            return Layers(
                arcs, tuple((k, self._nodes(t), k + 1) for k, t in enumerate(way.through))
            )
        chosen = self._lanes[way.corridor].sections
        inside = tuple(one.arcs[usable[one.arcs]] for one in chosen)
        last = len(chosen) + 1
        into = tuple((0, one.entries, k) for k, one in enumerate(chosen, 1))
        out = tuple((k, one.exits, last) for k, one in enumerate(chosen, 1))
        return Layers((everywhere, *inside, everywhere), into + out)

    def _beyond(self, usable: Bools, mode: str) -> Ints:
        """Return the usable arcs that lie beyond a terminal left by a mode, any if empty."""
        return np.flatnonzero(usable & self._by(LINES_OF[mode]) if mode else usable)

    def _nodes(self, terminal: str) -> Ints:
        """Return the nodes of a terminal, those where cargo starts or ends left out."""
        nodes = self.graph.nodes
        here = (nodes.terminal == self._at[terminal]) & (nodes.mode != Mode.NONE)
        return np.flatnonzero(here).astype(np.int64)

    def _best(self, layers: Layers, view: ClassView, start: int, goal: int) -> Ints | None:
        """Return the arcs of the best way from the first copy to the last."""
        arcs, n = self.graph.arcs, len(self.graph.nodes)
        copies = range(len(layers.arcs))
        tail, head = (
            np.concatenate(
                [
                    *(column[layers.arcs[k]] + k * n for k in copies),
                    *(nodes + (of, to)[side] * n for of, nodes, to in layers.jumps),
                ]
            ).astype(np.int32)
            for side, column in enumerate((arcs.tail, arcs.head))
        )
        none = np.full(sum(len(nodes) for _, nodes, _ in layers.jumps), -1)
        known = np.concatenate([*layers.arcs, none])
        weight = np.where(known >= 0, view.generalised_usd_per_teu[known], 0.0)
        rows = _lightest(tail, head, weight, start, goal + copies[-1] * n, len(copies) * n)
        found: Ints = known[rows]
        return found[found >= 0] if len(rows) else None


def loop_km(graph: DecisionGraph, way: Ints) -> float:
    """Return the longest stretch on land between two visits of a node, in km."""
    arcs = graph.arcs
    nodes = np.concatenate([arcs.tail[way[:1]], arcs.head[way]])
    on_land = np.where(np.isin(arcs.mode[way], _AFLOAT), 0.0, arcs.length_km[way])
    km = np.concatenate([[0.0], np.cumsum(on_land)])
    _, at = np.unique(nodes, return_inverse=True)
    first, last = np.full(at.max() + 1, np.inf), np.zeros(at.max() + 1)
    np.minimum.at(first, at, km)
    np.maximum.at(last, at, km)
    return float((last - first).max())


def _lightest(
    tail: Nodes, head: Nodes, weight: Floats, start: int, goal: int, n_nodes: int
) -> Ints:
    """Return the rows of the lightest way, none if there is no way."""
    usable = np.ones(len(tail), np.bool_)
    router = Router(tail, head, weight, usable=usable, n_nodes=n_nodes)
    trees = router.trees(np.array([start]))
    if not np.isfinite(trees.distance[0, goal]):
        return np.zeros(0, np.int64)
    return router.way(trees, 0, goal)
