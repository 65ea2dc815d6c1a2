"""What can pass between two places, what limits it, and how many routes lie apart.

Two questions of the same cargo: the most that fits through the capacities, with a cut of
them; and routes that share none of some things, with the fewest of these that cut all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.metrics.lanes import Lanes
from corridors.solve.cuts import throughput
from corridors.solve.flow import carry
from corridors.solve.labels import in_series, severance
from corridors.solve.problem import Demands, FlowProblem
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from corridors.scenario.capacity import CapacityRow, CapacityRows
    from corridors.scenario.compile import Compiled
    from corridors.solve.flow import FlowSolution
    from geodata.types import Bools, DecisionGraph, Ints

    Ends = NDArray[np.int32]

#: More than any capacity, TEU a year: of what is asked to pass, so that capacities decide.
PLENTY = 1e9
#: A price below this is none.
TINY = 1e-7
#: What each proof of routes apart may take, in CP-SAT's deterministic seconds.
EFFORT = 5.0
#: What is passed on the way and not at a door: the rest are stops at a terminal.
_ON_THE_WAY = (Kind.LINE, Kind.BORDER)


@dataclass(frozen=True)
class Limit:
    """A capacity of the cut: a TEU a year more of it lets `weight` TEU a year more pass.

    `flow_on` is what flows over its arcs, TEU a year by arc.
    """

    row: CapacityRow
    capacity_teu_per_year: float
    weight: float
    flow_on: Mapping[int, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the capacity as plain values."""
        row = self.row
        return {
            "id": row.id, "label": row.label, "kind": row.kind, "on": list(row.on),
            "capacity_teu_per_year": round(self.capacity_teu_per_year, 3),
            "weight": round(self.weight, 9),
            "actors": {actor: list(roles) for actor, roles in row.actors.items()},
            "quality": row.quality, "source_ids": list(row.sources),
        }  # fmt: skip


class Sought(NamedTuple):
    """Cargo of a class, as `Compiled.view_of` numbers it, from a node to any of some nodes."""

    view: int
    start: int
    goals: Ints


class Most(NamedTuple):
    """The most that can pass, TEU a year, and the capacities of a cut.

    `teu_per_year` is None if some way has no capacity on it: `free_way` are its arcs.
    """

    teu_per_year: float | None
    free_way: Ints
    cut: tuple[Limit, ...]


def most_that_passes(
    compiled: Compiled, rows: CapacityRows, sought: Sequence[Sought], *,
    allowed: Bools | None = None,
) -> Most:  # fmt: skip
    """Return how much of some cargo can pass in a year whatever it costs, and what limits it.

    Parameters
    ----------
    compiled, rows
        A compiled scenario and its capacities; what the scenario's own demands take of
        them does not count.
    sought
        The cargo.
    allowed
        The arcs to which it keeps, (n,); all if not given.
    """
    lanes = Lanes(compiled, rows)
    mine = [lanes.of(one.view, one.start) for one in sought]
    roots = [lane.root(one.start) for lane, one in zip(mine, sought, strict=True)]
    wanted = Demands(
        cls=np.array([lane.place for lane in mine], np.int64),
        origin=np.array(roots, np.int64),
        destinations=[lane.field.states(one.goals) for lane, one in zip(mine, sought, strict=True)],
        volume=np.full(len(sought), PLENTY),
        penalty=np.ones(len(sought)),
    )
    graphs = [
        replace(
            lane.graph,
            cost=np.zeros(len(lane.graph.cost)),
            tie=None,
            usable=lane.graph.usable
            if allowed is None
            else lane.graph.usable & allowed[lane.graph.arc],
        )
        for lane in lanes.lanes
    ]
    problem = FlowProblem(graphs, wanted, lanes.capacities(rows.capacity_teu_per_year))
    solution = carry(problem, gap=0.0)
    carried = PLENTY - solution.unserved
    if (carried > PLENTY / 2).any():
        way = solution.pool.way(int(np.argmax(solution.volume)))
        return Most(None, mine[int(np.argmax(carried))].arcs(way), ())
    nothing = np.zeros(0, np.int64)
    return Most(float(carried.sum()), nothing, tuple(_cut(rows, problem, solution)))


def _cut(rows: CapacityRows, problem: FlowProblem, solution: FlowSolution) -> list[Limit]:
    """Return the capacities that have a price, with what flows over their arcs."""
    flow = solution.on_arcs(problem).sum(axis=0)
    found = []
    for at in np.flatnonzero(solution.prices.capacity > TINY).tolist():
        arcs = rows.usage[[at]].indices
        limit = float(rows.capacity_teu_per_year[at])
        on = {int(arc): float(flow[arc]) for arc in arcs if flow[arc] > 0}
        found.append(Limit(rows.rows[at], limit, float(solution.prices.capacity[at]), on))
    return found


@dataclass(frozen=True)
class Apart:
    """How many routes share none of some things: `number`, None if a route needs none at all.

    `sever` are as few of them as cut all routes; both are exact if `proven`.
    """

    what: str
    number: int | None
    sever: tuple[str, ...]
    proven: bool


@dataclass(frozen=True)
class Between:
    """The arcs open to some cargo, `rows`, and the nodes from which and to which it goes."""

    graph: DecisionGraph
    rows: Ints
    starts: Ints
    goals: Ints

    @property
    def ends(self) -> tuple[Ends, Ends]:
        """Tail and head of each open arc."""
        arcs = self.graph.arcs
        return arcs.tail[self.rows], arcs.head[self.rows]

    def by_arcs(self, named: Bools) -> Apart:
        """Return how many routes share no arc, and as few arcs that cut all.

        What nobody could cut is no arc of a cut: the doors of the terminals at the ends,
        and the open sea between straits.

        Parameters
        ----------
        named
            The arcs that some asset names, e.g. those through a strait, (n,).
        """
        arcs = self.graph.arcs
        at_sea = np.isin(arcs.mode, [int(Mode.SEA), int(Mode.FERRY)]) & ~named
        free = (self._doors() | at_sea)[self.rows]
        tail, head = self.ends
        found = throughput(
            tail, head, np.where(free, np.inf, 1.0), self.starts, self.goals,
            n_nodes=len(self.graph.nodes),
        )  # fmt: skip
        if np.isinf(found.most):
            return Apart("arcs", None, (), proven=True)
        cut = tuple(dict.fromkeys(self._name(arc) for arc in self.rows[found.arcs].tolist()))
        return Apart("arcs", round(found.most), cut, proven=True)

    def by_things(
        self, what: str, names: Sequence[str], covers: Bools, *, effort: float = EFFORT
    ) -> Apart:
        """Return how many routes share none of some things, and the fewest that cut all.

        Parameters
        ----------
        what, names
            What the things are, and what each is called.
        covers
            Which arcs each of them lies on, (things, n); an arc may have several.
        effort
            What each proof may take, in CP-SAT's deterministic seconds.
        """
        tail, head, label, n_nodes = in_series(
            *self.ends, covers[:, self.rows], n_nodes=len(self.graph.nodes)
        )
        found = severance(
            tail, head, label, self.starts, self.goals, n_nodes=n_nodes, effort=effort
        )
        if found is None:
            return Apart(what, 0, (), proven=True)
        sever = tuple(names[k] for k in found.labels)
        return Apart(what, None if found.free else len(found.routes), sever, found.proven)

    def _doors(self) -> Bools:
        """Return the stops at the terminals where the cargo starts and ends, (n,)."""
        graph, arcs = self.graph, self.graph.arcs
        terminal = graph.nodes.terminal
        own = np.unique(terminal[np.concatenate([self.starts, self.goals])])
        at_home = np.isin(terminal, own[own >= 0])
        stop = ~np.isin(arcs.kind, [int(kind) for kind in _ON_THE_WAY])
        found: Bools = stop & (at_home[arcs.tail] | at_home[arcs.head])
        return found

    def _name(self, arc: int) -> str:
        """Return the id of an arc's asset, or the arc's own where nothing is named."""
        asset = int(self.graph.arcs.asset[arc])
        return self.graph.assets[asset].id if asset >= 0 else f"A{arc}"


def places_on(graph: DecisionGraph, way: Ints) -> tuple[str, ...]:
    """Return the named places on a way, in travel order."""
    assets = [int(one) for one in graph.arcs.asset[way] if one >= 0]
    return tuple(dict.fromkeys(graph.assets[one].id for one in assets))
