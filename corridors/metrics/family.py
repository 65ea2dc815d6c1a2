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
    from geodata.types import Bools, Branch, BranchLeg, DecisionGraph, Floats, Ints


#: A way over this share of a section's length belongs to the family: the rest are yards
#: and parallel tracks.
SHARE = 0.75


@dataclass(frozen=True)
class Section:
    """The characteristic section of a branch in one direction, open and priced.

    `entries` and `exits` are the nodes of its end terminals, `trees` the ways from the
    entries within it.
    """

    branch: str
    family: str
    entries: Ints
    exits: Ints
    router: Router
    trees: Trees

    @property
    def distance(self) -> Floats:
        """Weight from each entry to each exit, shape (entries, exits)."""
        return self.trees.distance[:, self.exits]


def sections(
    graph: DecisionGraph, branches: Sequence[Branch], weight: Floats, usable: Bools
) -> list[Section]:
    """Return the characteristic sections that can be passed, both directions.

    A section may use the arcs of its declared legs and, at its terminals, the stops
    between them. A branch with a gap inside its section, or a closed arc on every way
    through it, has none.
    """
    found = []
    arcs = graph.arcs
    stops = np.flatnonzero(usable & (arcs.kind != Kind.LINE) & (arcs.kind != Kind.ACCESS))
    for branch in branches:
        for legs in (branch.legs, branch.back):
            part = _core(branch, legs)
            if part and not any(leg.gap for leg in part):
                section = _section(graph, branch, part, weight, usable, stops)
                if np.isfinite(section.distance).any():
                    found.append(section)
    return found


def _core(branch: Branch, legs: tuple[BranchLeg, ...]) -> list[BranchLeg]:
    """Legs between the two terminals that mark the section."""
    ends = {branch.core_from, branch.core_to}
    starts = [k for k, leg in enumerate(legs) if leg.from_id in ends]
    stops = [k for k, leg in enumerate(legs) if leg.to_id in ends]
    return list(legs[starts[0] : stops[-1] + 1]) if starts and stops else []


def _section(
    graph: DecisionGraph,
    branch: Branch,
    legs: list[BranchLeg],
    weight: Floats,
    usable: Bools,
    stops: Ints,
) -> Section:
    arcs, nodes = graph.arcs, graph.nodes
    inside = np.zeros(len(arcs), bool)
    inside[[arc for leg in legs for arc in leg.arcs]] = True
    inside &= usable
    names = {leg.from_id for leg in legs} | {leg.to_id for leg in legs}
    terminals = [graph.terminal_ids.index(name) for name in names]
    at = np.isin(nodes.terminal, terminals)
    inside[stops[at[arcs.tail[stops]] & at[arcs.head[stops]]]] = True
    router = Router(arcs.tail, arcs.head, weight, usable=inside, n_nodes=len(nodes))
    entries, exits = (_places(graph, name) for name in (legs[0].from_id, legs[-1].to_id))
    return Section(branch.id, branch.family, entries, exits, router, router.trees(entries))


def _places(graph: DecisionGraph, terminal: str) -> Ints:
    here = graph.nodes.terminal == graph.terminal_ids.index(terminal)
    return np.flatnonzero(here & (graph.nodes.mode != 0)).astype(np.int64)


def family_ways(
    found: Sequence[Section],
    whole: Router,
    ends: tuple[tuple[Trees, int], tuple[Trees, int]],
    *,
    limit: float = np.inf,
) -> Iterator[tuple[str, str, float, Ints]]:
    """Yield family, branch, weight and arcs of the best way of each family.

    Parameters
    ----------
    found
        Sections as `sections` gives them.
    whole
        Router over all usable arcs.
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
    best: dict[str, tuple[float, str, Section, int, int]] = {}
    for section in found:
        to_entry = forward.distance[start, section.entries]
        from_exit = backward.distance[goal, section.exits]
        total, a, b = best_through(to_entry, section.distance, from_exit)
        known = best.get(section.family)
        if np.isfinite(total) and total <= limit and (known is None or total < known[0]):
            best[section.family] = (total, section.branch, section, a, b)
    for family, (total, branch, section, a, b) in sorted(best.items()):
        way = np.concatenate(
            [
                whole.way(forward, start, int(section.entries[a])),
                section.router.way(section.trees, a, int(section.exits[b])),
                whole.way(backward, goal, int(section.exits[b])),
            ]
        )
        yield family, branch, total, way


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
