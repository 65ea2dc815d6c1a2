"""The best way of each corridor family: through its characteristic section, as declared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.paths import Router
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

    @cached_property
    def pairs(self) -> Ints:
        """Entry and exit between which there is a way, (pairs, 2)."""
        return np.argwhere(np.isfinite(self.distance))

    @cached_property
    def through(self) -> tuple[Ints, Ints, Floats]:
        """State of the entry, state of the exit and weight of each pair."""
        entry, leave = self.pairs.T
        return self.entries[entry], self.exits[leave], self.distance[entry, leave]

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


class PassageFinder:
    """Finds the passages of sections; cargoes that meet the same on a section share one."""

    def __init__(self, found: Sequence[Section]) -> None:
        """Keep the sections, and their arcs one after the other."""
        self.sections = found
        self._known: dict[tuple[int, bytes, bytes], Passage] = {}
        self._arcs = np.concatenate([one.arcs for one in found]) if found else np.zeros(0, np.int64)
        self._start = np.cumsum([0, *(len(one.arcs) for one in found)])
        self._first: tuple[Bools, Floats, list[Passage]] | None = None

    def on(self, field: Field, weight: Floats, usable: Bools) -> Passages:
        """Return the passages that are open on a field whose rows have these weights."""
        if len(field.memories) > 1:
            return Passages([_passage(one, field, weight, usable) for one in self.sections])
        if self._first is None:
            found = [self._plain(at, field, weight, usable) for at in range(len(self.sections))]
            self._first = (usable, weight, found)
            return Passages(found)
        usual, weights, found = self._first
        differs = (usable != usual)[self._arcs] | (weight != weights)[self._arcs]
        before = np.concatenate([[0], np.cumsum(differs)])
        changed = np.flatnonzero(np.diff(before[self._start]))
        found = list(found)
        for at in changed.tolist():
            found[at] = self._plain(at, field, weight, usable)
        return Passages(found)

    def _plain(self, at: int, field: Field, weight: Floats, usable: Bools) -> Passage:
        """Return a passage where states are nodes, found once for equal weights."""
        arcs = self.sections[at].arcs
        key = (at, usable[arcs].tobytes(), weight[arcs].tobytes())
        if key not in self._known:
            self._known[key] = _passage(self.sections[at], field, weight, usable)
        return self._known[key]


def _passage(section: Section, field: Field, weight: Floats, usable: Bools) -> Passage:
    rows = field.rows(section.arcs)
    router = Router(
        field.tail[rows], field.head[rows], weight[rows], usable=usable[rows],
        n_nodes=field.n_states,
    )  # fmt: skip
    entries, exits = field.states(section.entries), field.states(section.exits)
    return Passage(section, entries, exits, rows, router, router.trees(entries))


class Passages:
    """The open passages of one class of cargo, from every entry to every exit."""

    def __init__(self, found: Sequence[Passage]) -> None:
        """Line up all pairs of entry and exit between which there is a way."""
        self._found = sorted(
            (one for one in found if len(one.pairs)), key=lambda one: one.section.family
        )
        if not self._found:
            self._start = np.zeros(0, np.int64)
            return
        self._at = np.repeat(np.arange(len(self._found)), [len(one.pairs) for one in self._found])
        self._pair = np.concatenate([one.pairs for one in self._found])
        columns = zip(*(one.through for one in self._found), strict=True)
        self._entry, self._exit, self._weight = (np.concatenate(column) for column in columns)
        families = [one.section.family for one in self._found]
        code = np.array([families.index(family) for family in families])[self._at]
        self._start = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))

    def __len__(self) -> int:
        """Return the number of passages that lead anywhere."""
        return len(self._found)

    def ways(
        self, whole: Router, ends: tuple[tuple[Trees, int], tuple[Trees, int]], *,
        limit: float = np.inf,
    ) -> Iterator[tuple[str, str, float, Ints]]:  # fmt: skip
        """Yield family, branch, weight and rows of the best way of each family.

        Parameters
        ----------
        whole
            Router over all usable rows of the same field.
        ends
            Forward trees and the origin's row in them; backward trees and the
            destination's row.
        limit
            Ways heavier than this are left out.

        Notes
        -----
        A way may pass a node twice, where the section lies off any sensible route
        between the two ends; `is_simple` tells.
        """
        if not self._found:
            return
        (forward, start), (backward, goal) = ends
        to_entry = forward.distance[start, self._entry]
        total = to_entry + self._weight + backward.distance[goal, self._exit]
        for first, stop in zip(self._start, [*self._start[1:], len(total)], strict=True):
            best = int(first + np.argmin(total[first:stop]))
            if not np.isfinite(total[best]) or total[best] > limit:
                continue
            passage, (entry, leave) = self._found[self._at[best]], self._pair[best].tolist()
            way = np.concatenate(
                [
                    whole.way(forward, start, int(self._entry[best])),
                    passage.way(entry, leave),
                    whole.way(backward, goal, int(self._exit[best])),
                ]
            )
            section = passage.section
            yield section.family, section.branch, float(total[best]), way


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
