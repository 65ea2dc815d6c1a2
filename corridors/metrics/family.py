"""The best way of each corridor family: through its characteristic section, as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.paths import Router, best_through
from geodata.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.solve.paths import Trees
    from corridors.solve.stateful import Field
    from geodata.types import Bools, Branch, BranchLeg, DecisionGraph, Floats, Ints


#: A way over this share of a section's length belongs to the family: the rest are yards
#: and parallel tracks.
SHARE = 0.75


@dataclass(frozen=True)
class Section:
    """The characteristic section of a branch in one direction, whatever is open.

    A way through it may use `arcs`: those of its declared legs and, at its terminals,
    the stops between them. `entries` and `exits` are the nodes of its end terminals.
    """

    branch: str
    family: str
    arcs: Ints
    entries: Ints
    exits: Ints


@dataclass(frozen=True)
class Passage:
    """A section as one class of cargo can pass it: ways from its entries to its exits."""

    section: Section
    entries: Ints
    exits: Ints
    rows: Ints
    router: Router
    trees: Trees

    @property
    def distance(self) -> Floats:
        """Weight from each entry to each exit, shape (entries, exits)."""
        return self.trees.distance[:, self.exits]

    def way(self, entry: int, leave: int) -> Ints:
        """Return the rows of the field from an entry to an exit."""
        found: Ints = self.rows[self.router.way(self.trees, entry, int(self.exits[leave]))]
        return found


def sections(graph: DecisionGraph, branches: Sequence[Branch]) -> list[Section]:
    """Return the characteristic sections, both directions.

    A branch with a gap inside its section has none.
    """
    arcs = graph.arcs
    stops = np.flatnonzero((arcs.kind != Kind.LINE) & (arcs.kind != Kind.ACCESS))
    return [
        _section(graph, branch, part, stops)
        for branch in branches
        for part in (_core(branch, branch.legs), _core(branch, branch.back))
        if part and not any(leg.gap for leg in part)
    ]


def _core(branch: Branch, legs: tuple[BranchLeg, ...]) -> list[BranchLeg]:
    """Legs between the two terminals that mark the section."""
    ends = {branch.core_from, branch.core_to}
    starts = [k for k, leg in enumerate(legs) if leg.from_id in ends]
    stops = [k for k, leg in enumerate(legs) if leg.to_id in ends]
    return list(legs[starts[0] : stops[-1] + 1]) if starts and stops else []


def _section(graph: DecisionGraph, branch: Branch, legs: list[BranchLeg], stops: Ints) -> Section:
    arcs, nodes = graph.arcs, graph.nodes
    names = {leg.from_id for leg in legs} | {leg.to_id for leg in legs}
    terminals = [graph.terminal_ids.index(name) for name in names]
    at = np.isin(nodes.terminal, terminals)
    within = stops[at[arcs.tail[stops]] & at[arcs.head[stops]]]
    lines = np.array([arc for leg in legs for arc in leg.arcs], np.int64)
    entries, exits = (_places(graph, name) for name in (legs[0].from_id, legs[-1].to_id))
    return Section(branch.id, branch.family, np.union1d(lines, within), entries, exits)


def _places(graph: DecisionGraph, terminal: str) -> Ints:
    here = graph.nodes.terminal == graph.terminal_ids.index(terminal)
    return np.flatnonzero(here & (graph.nodes.mode != 0)).astype(np.int64)


class Passages:
    """Finds the passages of sections; cargoes that meet the same on a section share one."""

    def __init__(self, found: Sequence[Section]) -> None:
        """Keep the sections."""
        self.sections = found
        self._known: dict[tuple[int, bytes, bytes], Passage] = {}

    def on(self, field: Field, weight: Floats, usable: Bools) -> list[Passage]:
        """Return the passages that are open on a field whose rows have these weights."""
        plain = len(field.memories) == 1
        found = (
            self._plain(at, field, weight, usable)
            if plain
            else _passage(section, field, weight, usable)
            for at, section in enumerate(self.sections)
        )
        return [one for one in found if np.isfinite(one.distance).any()]

    def _plain(self, at: int, field: Field, weight: Floats, usable: Bools) -> Passage:
        """Return a passage where states are nodes, found once for equal weights."""
        arcs = self.sections[at].arcs
        key = (at, usable[arcs].tobytes(), weight[arcs].tobytes())
        if key not in self._known:
            self._known[key] = _passage(self.sections[at], field, weight, usable)
        return self._known[key]


def _passage(section: Section, field: Field, weight: Floats, usable: Bools) -> Passage:
    rows = section.arcs
    if len(field.memories) > 1:
        rows = np.flatnonzero(np.isin(field.arc, section.arcs))
    router = Router(
        field.tail[rows], field.head[rows], weight[rows], usable=usable[rows],
        n_nodes=field.n_states,
    )  # fmt: skip
    entries, exits = field.states(section.entries), field.states(section.exits)
    return Passage(section, entries, exits, rows, router, router.trees(entries))


def family_ways(
    found: Sequence[Passage],
    whole: Router,
    ends: tuple[tuple[Trees, int], tuple[Trees, int]],
    *,
    limit: float = np.inf,
) -> Iterator[tuple[str, str, float, Ints]]:
    """Yield family, branch, weight and rows of the best way of each family.

    Parameters
    ----------
    found
        Passages as `Passages.on` gives them.
    whole
        Router over all usable rows of the same field.
    ends
        Forward trees and the origin's row in them; backward trees and the
        destination's row.
    limit
        Ways heavier than this are left out.

    Notes
    -----
    A way may pass a node twice, where the section lies off any sensible route between
    the two ends; `is_simple` tells.
    """
    (forward, start), (backward, goal) = ends
    best: dict[str, tuple[float, Passage, int, int]] = {}
    for passage in found:
        to_entry = forward.distance[start, passage.entries]
        from_exit = backward.distance[goal, passage.exits]
        total, a, b = best_through(to_entry, passage.distance, from_exit)
        family = passage.section.family
        known = best.get(family)
        if np.isfinite(total) and total <= limit and (known is None or total < known[0]):
            best[family] = (total, passage, a, b)
    for family, (total, passage, a, b) in sorted(best.items()):
        way = np.concatenate(
            [
                whole.way(forward, start, int(passage.entries[a])),
                passage.way(a, b),
                whole.way(backward, goal, int(passage.exits[b])),
            ]
        )
        yield family, passage.section.branch, total, way


class FamilyNames:
    """Tells which families a way belongs to: it runs over most of a branch's section."""

    def __init__(self, graph: DecisionGraph, branches: Sequence[Branch], link_km: Floats) -> None:
        """Collect the lines of each continuous section.

        Parameters
        ----------
        graph, branches
            Decision graph and the branches on it.
        link_km
            Length of every link of the network.
        """
        self._graph = graph
        self._passed = np.zeros(len(link_km), bool)
        cores = [
            (branch.family, links)
            for branch, links in ((b, self._core_links(b)) for b in branches)
            if len(links) and link_km[links].sum() > 0
        ]
        self._families = [family for family, _ in cores]
        lines = [links for _, links in cores] or [np.zeros(0, np.int64)]
        self._core = np.concatenate(lines)
        self._km = link_km[self._core]
        self._start = np.cumsum([0, *(len(links) for links in lines[:-1])])
        self._needed = SHARE * np.add.reduceat(self._km, self._start) if cores else self._km

    def of(self, way: Ints) -> tuple[str, ...]:
        """Families of which a section's length lies on the way by `SHARE` or more."""
        links = self._links(way)
        self._passed[links] = True
        covered = np.where(self._passed[self._core], self._km, 0.0)
        self._passed[links] = False
        if not self._families:
            return ()
        enough = np.flatnonzero(np.add.reduceat(covered, self._start) >= self._needed)
        return tuple(dict.fromkeys(self._families[k] for k in enough.tolist()))

    def _core_links(self, branch: Branch) -> Ints:
        legs = _core(branch, branch.legs)
        if not legs or any(leg.gap for leg in legs):
            return np.zeros(0, np.int64)
        return self._links(np.array([arc for leg in legs for arc in leg.arcs], np.int64))

    def _links(self, way: Ints) -> Ints:
        arcs, chain = self._graph.arcs, self._graph.chain
        pieces = [
            chain[a:b] for a, b in zip(arcs.chain_start[way], arcs.chain_stop[way], strict=True)
        ]
        links = np.concatenate(pieces).astype(np.int64) if pieces else np.zeros(0, np.int64)
        return np.unique(np.where(links < 0, ~links, links))


def is_simple(graph: DecisionGraph, way: Ints) -> bool:
    """Whether a way passes no node twice."""
    heads = graph.arcs.head[way]
    return len(np.unique(heads)) == len(heads) and int(graph.arcs.tail[way[0]]) not in heads
