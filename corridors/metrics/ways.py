"""The ways of every demand: the best, cheapest and fastest, and each corridor family's best.

Cargo that no rule tells apart is searched together. Ways are sought first as if cargo
remembered nothing, which can only be too generous; where a way does not hold with what
the cargo remembers on it, the demand is searched again on nodes split by memory.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.family import FamilyNames, PassageFinder, is_simple, sections
from corridors.metrics.memory import over, root_of, split_of
from corridors.solve.paths import ArcIndex, Router
from corridors.solve.stateful import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.family import Passages
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import ClassView, Compiled
    from corridors.solve.paths import Trees
    from geodata.snapshot import Snapshot
    from geodata.types import Bools, Floats, Ints

OBJECTIVES = ("best", "cheapest", "fastest")


class Way(NamedTuple):
    """Arcs in travel order, with the title by which the way was found and its family."""

    arcs: Ints
    title: str
    family: str = ""


@dataclass(frozen=True)
class Weighted:
    """A field with the weights of one class of cargo: for each objective, (rows,).

    `index` holds the usable rows.
    """

    field: Field
    usable: Bools
    weights: tuple[Floats, Floats, Floats]
    index: ArcIndex

    @cached_property
    def routers(self) -> tuple[Router, ...]:
        """A router for each objective."""
        field = self.field
        return tuple(
            Router(field.tail, field.head, weight, usable=self.usable, n_nodes=field.n_states,
                   index=self.index)
            for weight in self.weights
        )  # fmt: skip


@dataclass(frozen=True)
class Search:
    """Trees from the starts and to the ends of some demands on one weighted field.

    `start_row` and `end_rows` give the rows of a node in `forward` and `backward`.
    """

    weighted: Weighted
    forward: tuple[Trees, ...]
    backward: Trees
    start_row: dict[int, int]
    end_rows: dict[int, list[int]]
    passages: Passages

    def reach(self, start: int, end: int) -> float:
        """Return the weight of the best way, infinite if there is none."""
        return min(self._distances(0, start, end))

    def ways(self, start: int, end: int, *, max_detour: float) -> list[Way]:
        """Return the best way of each objective and family between two nodes."""
        found = [
            Way(self._arcs(self._objective(at, start, end)), title)
            for at, title in enumerate(OBJECTIVES)
        ]
        limit = max_detour * self.reach(start, end)
        best: dict[str, tuple[float, Ints]] = {}
        for goal in self.end_rows[end]:
            ends = (self.forward[0], self.start_row[start]), (self.backward, goal)
            router = self.weighted.routers[0]
            for family, _, weight, way in self.passages.ways(router, ends, limit=limit):
                if family not in best or weight < best[family][0]:
                    best[family] = (weight, way)
        return found + [Way(self._arcs(best[name][1]), "family", name) for name in sorted(best)]

    def _distances(self, objective: int, start: int, end: int) -> list[float]:
        distance = self.forward[objective].distance[self.start_row[start]]
        return [float(distance[self.backward.roots[goal]]) for goal in self.end_rows[end]]

    def _objective(self, objective: int, start: int, end: int) -> Ints:
        """Return the rows of the way that is best by an objective."""
        goal = self.end_rows[end][int(np.argmin(self._distances(objective, start, end)))]
        router, trees = self.weighted.routers[objective], self.forward[objective]
        return router.way(trees, self.start_row[start], int(self.backward.roots[goal]))

    def _arcs(self, rows: Ints) -> Ints:
        found: Ints = self.weighted.field.arc[rows]
        return found


class WayFinder:
    """Finds the ways of demands under a compiled scenario."""

    def __init__(
        self, scenario: Scenario, snapshot: Snapshot, compiled: Compiled, link_km: Floats
    ) -> None:
        """Place the demands on the graph and prepare what all searches share.

        Parameters
        ----------
        scenario, snapshot, compiled
            What is carried where, on which network, under which rules.
        link_km
            Length of every link of the network, by which a way is told to run along a
            corridor.
        """
        self.graph = graph = snapshot.graph
        self.compiled, self.max_detour = compiled, scenario.alternatives.max_detour
        at = {name: k for k, name in enumerate(graph.terminal_ids)}
        self.starts = [int(graph.origin[at[d.origin]]) for d in scenario.demands]
        self.ends = [int(graph.destination[at[d.destination]]) for d in scenario.demands]
        arcs = graph.arcs
        self._index = ArcIndex(arcs.tail, arcs.head, n_nodes=len(graph.nodes))
        self._field = Field.plain(arcs.tail, arcs.head, n_nodes=len(graph.nodes))
        families = set(scenario.alternatives.families)
        branches = [b for b in snapshot.branches if not families or b.family in families]
        self._passages = PassageFinder(sections(graph, branches))
        self.names = FamilyNames(graph, branches, link_km)
        self._searches: dict[int, Search] = {}

    def under(self, compiled: Compiled) -> WayFinder:
        """Return a finder for the same scenario at other prices."""
        found = copy(self)
        found.compiled, found._searches = compiled, {}  # noqa: SLF001 - it is of this class
        return found

    def ways(self, demand: int, *, twice: bool = False) -> list[Way]:
        """Return the ways of a demand, none if no open way leads from its origin.

        With `twice`, ways of families may pass a node twice.

        Raises
        ------
        ValueError
            If the demand starts or ends where no line is; `starts` and `ends` are -1.
        """
        start, end = self.starts[demand], self.ends[demand]
        if min(start, end) < 0:
            msg = "the demand has no line at one of its ends"
            raise ValueError(msg)
        view = self.compiled.view(demand)
        search = self._search_of(self.compiled.view_of[demand])
        found = self._told(search, start, end, twice=twice)
        if view.memory.matters and not _all_hold(found, view, start):
            found = self._told(self._remembering(view, start, end), start, end, twice=twice)
        return found

    def _told(self, search: Search, start: int, end: int, *, twice: bool) -> list[Way]:
        """Return the ways between two nodes, those that pass a node twice if they may."""
        if not np.isfinite(search.reach(start, end)):
            return []
        found = search.ways(start, end, max_detour=self.max_detour)
        return [
            way
            for way in found
            if twice or way.title != "family" or is_simple(self.graph, way.arcs)
        ]

    def _search_of(self, number: int) -> Search:
        """Return the search of all demands whose cargo is weighted like one class."""
        first = self.compiled.alike[number]
        if first not in self._searches:
            alike = self.compiled.alike
            same = [k for k, of in enumerate(self.compiled.view_of) if alike[of] == first]
            weighted = self._forgetful(self.compiled.views[first])
            starts = sorted({self.starts[k] for k in same} - {-1})
            ends = sorted({self.ends[k] for k in same} - {-1})
            roots = {node: [node] for node in ends}
            self._searches[first] = self._search(weighted, {node: node for node in starts}, roots)
        return self._searches[first]

    def _search(
        self, weighted: Weighted, starts: dict[int, int], ends: dict[int, list[int]]
    ) -> Search:
        """Search from the state of each start and back from all states of each end."""
        roots = np.array(list(starts.values()), np.int64)
        goals = np.array([state for states in ends.values() for state in states], np.int64)
        rows = iter(range(len(goals)))
        return Search(
            weighted,
            tuple(router.trees(roots) for router in weighted.routers),
            weighted.routers[0].trees(goals, backward=True),
            {node: row for row, node in enumerate(starts)},
            {node: [next(rows) for _ in states] for node, states in ends.items()},
            self._passages.on(weighted.field, weighted.weights[0], weighted.usable),
        )

    def _forgetful(self, view: ClassView) -> Weighted:
        """Return the graph weighted as if cargo remembered nothing."""
        weights = view.generalised_usd_per_teu, view.cost_usd_per_teu, view.time_h
        return Weighted(self._field, view.open, weights, self._index.among(view.open))

    def _remembering(self, view: ClassView, start: int, end: int) -> Search:
        """Search one demand on nodes split by what its cargo remembers."""
        field = split_of(view, start)
        usable = over(field, view.open_after)
        whole = over(field, view.generalised_after)
        cost, time = over(field, view.cost_after), over(field, view.time_after)
        index = ArcIndex(field.tail, field.head, n_nodes=field.n_states).among(usable)
        weighted = Weighted(field, usable, (whole, cost, time), index)
        root = root_of(view, field, start)
        goals = field.states(np.array([end])).tolist()
        return self._search(weighted, {start: root}, {end: goals})


def _all_hold(ways: Sequence[Way], view: ClassView, start: int) -> bool:
    """Whether ways found without memory are those that cargo with memory would take."""
    return view.only_closes and all(view.admits(way.arcs, start) for way in ways)
