"""`corridors explain cut`: how much can pass between two places, and what limits it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import ScenarioError, nearest
from corridors.metrics.lanes import Lanes
from corridors.model.capacity import NO_LEVEL
from corridors.model.scenario import Demand, Traits
from corridors.report.geojson import feature_collection
from corridors.report.outputs import writing_output
from corridors.report.run_files import ArcPainter
from corridors.run import read
from corridors.scenario.capacities import load_capacities
from corridors.scenario.capacity import capacity_rows
from corridors.scenario.compile import compile_scenario
from corridors.scenario.in_force import blocs_on
from corridors.scenario.rates import load_rates
from corridors.solve.cuts import disjoint_routes
from corridors.solve.flow import carry
from corridors.solve.labels import severance
from corridors.solve.problem import Demands, FlowProblem
from geodata.snapshot import open_network
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corridors.model.scenario import Scenario
    from corridors.scenario.capacity import CapacityRow
    from corridors.scenario.compile import Compiled
    from corridors.solve.flow import FlowSolution
    from geodata.snapshot import Snapshot
    from geodata.types import Bools, Ints

#: More than any capacity, TEU a year: of what is asked to pass, so that capacities decide.
PLENTY = 1e9
#: A price below this is none.
TINY = 1e-7
#: What each proof of routes apart may take, in CP-SAT's deterministic seconds.
EFFORT = 5.0
#: Fields of the file of a cut; lists are joined by ``;``.
CUT_FIELDS = ("arc_id", "capacity_id", "label", "capacity_teu_per_year", "teu_per_year", "actors")


@dataclass(frozen=True)
class Limit:
    """A capacity of the cut: a TEU a year more of it lets `weight` TEU a year more pass."""

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
class Throughput:
    """What can pass from some terminals to others in a year, and the capacities that limit it.

    `most_teu_per_year` is None if some way has no capacity on it: `free_way` names the
    places on such a way.
    """

    origin: str
    destination: str
    scenario: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    most_teu_per_year: float | None
    free_way: tuple[str, ...]
    cut: tuple[Limit, ...]
    apart: tuple[Apart, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return what was found as plain values, with `schema_version`."""
        most = self.most_teu_per_year
        return {
            "schema_version": 1, "scenario": self.scenario,
            "from": self.origin, "to": self.destination,
            "starts": list(self.starts), "ends": list(self.ends),
            "most_teu_per_year": None if most is None else round(most, 3),
            "free_way": list(self.free_way),
            "cut": [one.as_dict() for one in self.cut],
            "apart": [
                {
                    "what": one.what, "routes": one.number, "sever": list(one.sever),
                    "proven": one.proven,
                }
                for one in self.apart
            ],
        }  # fmt: skip


def explain_cut(
    origin: str, destination: str, *, network: Path, scenario: str = "baseline",
    sets: Sequence[str] = (), modes: Sequence[str] = (), through: Sequence[str] = (),
    out: Path | None = None,
) -> Throughput:  # fmt: skip
    """Tell how much can pass between two places under a scenario, and what limits it.

    Parameters
    ----------
    origin, destination
        Terminals, countries or blocs (`@EAEU`); of the last two all terminals count.
    network
        Folder of a built network.
    scenario, sets
        The scenario, and `key=value` on top of it. Its demands do not count: what can pass
        is asked for containers, all capacity that is open to demands being theirs.
    modes
        Means of transport to which cargo keeps, e.g. rail and ferry; all if none.
    through
        Countries to which cargo keeps on land, beside those of the ends; all if none.
    out
        GeoJSON file for the arcs of the cut; none is written if not given.

    Raises
    ------
    ScenarioError
        If nothing is called so, the places have a terminal in common, or the scenario is
        invalid.
    InputMissingError, OutputError
        As their names say.
    """
    loaded, snapshot, register = read(scenario, network, sets)
    wanted = loaded.scenario
    blocs = blocs_on(register.memberships, wanted.as_of)
    starts, ends = (_terminals(name, snapshot, blocs) for name in (origin, destination))
    if set(starts) & set(ends):
        msg = f"{origin} and {destination} have {min(set(starts) & set(ends))} in common"
        raise ScenarioError(msg)
    level = "likely" if wanted.capacity.level == NO_LEVEL else wanted.capacity.level
    wanted = replace(
        wanted,
        demands=_demands(starts, ends, snapshot),
        capacity=replace(wanted.capacity, level=level),
    )
    compiled = compile_scenario(wanted, snapshot, load_rates(), register)
    allowed = _mode_mask(snapshot, modes) & _land_mask(snapshot, through, (*starts, *ends))
    asked = _Asked(wanted, snapshot, compiled, ends, allowed)
    most, free_way, cut = asked.most()
    found = Throughput(
        origin, destination, wanted.id, starts, ends, most, free_way, cut, asked.apart()
    )
    if out is not None:
        painter = ArcPainter(
            open_network(network, opened=snapshot), snapshot.graph,
            [arc for limit in cut for arc in limit.flow_on],
        )  # fmt: skip
        with writing_output(out) as partial:
            partial.write_bytes(_geojson(found, painter))
    return found


def _terminals(
    name: str, snapshot: Snapshot, blocs: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """Return the terminals with a line that a place has."""
    graph = snapshot.graph
    served = {
        one for k, one in enumerate(graph.terminal_ids)
        if min(int(graph.origin[k]), int(graph.destination[k])) >= 0
    }  # fmt: skip
    if name in served:
        return (name,)
    lands = blocs.get(name[1:], frozenset[str]()) if name.startswith("@") else {name}
    found = tuple(place.id for place in snapshot.places if place.country in lands)
    found = tuple(one for one in found if one in served)
    if not found:
        known = [*served, *{place.country for place in snapshot.places}, *(f"@{b}" for b in blocs)]
        advice = nearest(name, known)
        msg = f"no terminal, country or bloc with a line is called {name}; {advice}".rstrip("; ")
        raise ScenarioError(msg)
    return found


def _mode_mask(snapshot: Snapshot, modes: Sequence[str]) -> Bools:
    """Return the arcs that cargo may use which keeps to some modes, (n,)."""
    arcs, known = snapshot.graph.arcs, {mode.name.lower(): int(mode) for mode in Mode}
    wrong = [name for name in modes if name not in known]
    if wrong:
        msg = f"unknown mode {wrong[0]}; {nearest(wrong[0], known)}".rstrip("; ")
        raise ScenarioError(msg)
    if not modes:
        return np.ones(len(arcs), np.bool_)
    kept = np.isin(arcs.mode, [known[name] for name in modes])
    found: Bools = (arcs.kind != Kind.LINE) | kept
    return found


def _land_mask(snapshot: Snapshot, through: Sequence[str], terminals: Sequence[str]) -> Bools:
    """Return the arcs at sea, in some countries or in those of some terminals, (n,)."""
    arcs, countries = snapshot.graph.arcs, snapshot.graph.countries
    wrong = [name for name in through if name not in countries]
    if wrong:
        msg = f"no country is called {wrong[0]}; {nearest(wrong[0], countries)}".rstrip("; ")
        raise ScenarioError(msg)
    if not through:
        return np.ones(len(arcs), np.bool_)
    own = {place.country for place in snapshot.places if place.id in terminals}
    kept = np.array([code in own or code in through for code in countries])
    at_sea = np.isin(arcs.mode, [int(Mode.SEA), int(Mode.FERRY)]) & (arcs.kind == Kind.LINE)
    found: Bools = at_sea | kept[arcs.country]
    return found


def _demands(
    starts: Sequence[str], ends: Sequence[str], snapshot: Snapshot
) -> tuple[Demand, ...]:  # fmt: skip
    """Return a demand from each start to each country of the ends, at its first terminal."""
    country = {place.id: place.country for place in snapshot.places}
    first = {country[end]: end for end in reversed(ends)}
    traits = Traits(commodity=("container",))
    return tuple(
        Demand(f"{start}-{land}", start, end, PLENTY, traits)
        for start in starts
        for land, end in sorted(first.items())
    )


class _Asked:
    """A question about what can pass: places as nodes, and the scenario compiled for it."""

    def __init__(
        self, scenario: Scenario, snapshot: Snapshot, compiled: Compiled, ends: Sequence[str],
        allowed: Bools,
    ) -> None:  # fmt: skip
        self.scenario, self.compiled, self.graph = scenario, compiled, snapshot.graph
        self.allowed = allowed
        self.rows = capacity_rows(scenario, compiled, load_capacities(checks_places=False))
        self.country = {place.id: place.country for place in snapshot.places}
        self.at = {name: k for k, name in enumerate(self.graph.terminal_ids)}
        self.starts = [int(self.graph.origin[self.at[d.origin]]) for d in scenario.demands]
        self.goals = {
            self.country[end]: np.array(
                [
                    int(self.graph.destination[self.at[one]])
                    for one in ends if self.country[one] == self.country[end]
                ]
            )
            for end in ends
        }  # fmt: skip

    def most(self) -> tuple[float | None, tuple[str, ...], tuple[Limit, ...]]:
        """Return what can pass, a way without any capacity, and the capacities of a cut."""
        lanes = Lanes(self.compiled, self.rows)
        demands = self.scenario.demands
        mine = [
            lanes.of(self.compiled.view_of[k], start) for k, start in enumerate(self.starts)
        ]  # fmt: skip
        goals = [self.goals[self.country[one.destination]] for one in demands]
        wanted = Demands(
            cls=np.array([lane.place for lane in mine], np.int64),
            origin=np.array(
                [lane.root(at) for lane, at in zip(mine, self.starts, strict=True)], np.int64
            ),
            destinations=[
                lane.field.states(goal) for lane, goal in zip(mine, goals, strict=True)
            ],
            volume=np.full(len(demands), PLENTY),
            penalty=np.ones(len(demands)),
        )  # fmt: skip
        graphs = [
            replace(
                lane.graph,
                cost=np.zeros(len(lane.graph.cost)),
                tie=None,
                usable=lane.graph.usable & self.allowed[lane.graph.arc],
            )
            for lane in lanes.lanes
        ]
        limit = self.rows.capacity_teu_per_year
        problem = FlowProblem(graphs, wanted, lanes.capacities(limit))
        solution = carry(problem, gap=0.0)
        carried = PLENTY - solution.unserved
        if (carried > PLENTY / 2).any():
            way = solution.pool.way(int(np.argmax(solution.volume)))
            lane = mine[int(np.argmax(carried))]
            return None, self._places(lane.arcs(way)), ()
        return float(carried.sum()), (), self._cut(problem, solution)

    def _cut(self, problem: FlowProblem, solution: FlowSolution) -> tuple[Limit, ...]:
        """Return the capacities that have a price, with what flows over their arcs."""
        flow = solution.on_arcs(problem).sum(axis=0)
        found = []
        for at in np.flatnonzero(solution.prices.capacity > TINY).tolist():
            arcs = self.rows.usage[[at]].indices
            limit = float(self.rows.capacity_teu_per_year[at])
            on = {int(arc): float(flow[arc]) for arc in arcs if flow[arc] > 0}
            price = float(solution.prices.capacity[at])
            found.append(Limit(self.rows.rows[at], limit, price, on))
        return tuple(found)

    def _places(self, arcs: Ints) -> tuple[str, ...]:
        """Return the named places on a way."""
        assets = [int(one) for one in self.graph.arcs.asset[arcs] if one >= 0]
        return tuple(dict.fromkeys(self.graph.assets[one].id for one in assets))

    def apart(self) -> tuple[Apart, ...]:
        """Return how many routes share no arc, no border crossing, no country between.

        Counted on what is open to cargo from the first start that has been nowhere.
        """
        graph, view = self.graph, self.compiled.view(0)
        arcs, rows = graph.arcs, np.flatnonzero(view.open & self.allowed)
        ends = np.unique(np.concatenate(list(self.goals.values())))
        starts, n_nodes = np.unique(self.starts), len(graph.nodes)
        tail, head = arcs.tail[rows], arcs.head[rows]
        number, cut = disjoint_routes(
            tail, head, np.ones(len(rows), np.bool_), starts, ends, n_nodes=n_nodes
        )
        found = [Apart("arcs", number, self._places(rows[cut]), proven=True)]
        at_border = (arcs.kind[rows] == Kind.BORDER) & (arcs.asset[rows] >= 0)
        own = {self.country[one.origin] for one in self.scenario.demands} | set(self.goals)
        abroad = np.array([code not in own for code in graph.countries])
        labels = {
            "crossings": np.where(at_border, arcs.asset[rows], -1).astype(np.int64),
            "countries": np.where(abroad[arcs.country[rows]], arcs.country[rows], -1),
        }
        names = {
            "crossings": [one.id for one in graph.assets], "countries": list(graph.countries)
        }  # fmt: skip
        for what, label in labels.items():
            one = severance(
                tail, head, label.astype(np.int64), starts, ends, n_nodes=n_nodes, effort=EFFORT
            )
            if one is None:
                found.append(Apart(what, 0, (), proven=True))
                continue
            sever = tuple(names[what][k] for k in one.labels)
            found.append(Apart(what, None if one.free else len(one.routes), sever, one.proven))
        return tuple(found)


def _geojson(found: Throughput, painter: ArcPainter) -> bytes:
    """Return the arcs of a cut with what flows over them; an arc of two capacities is twice."""
    rows, shapes = [], []
    for limit in found.cut:
        for arc, teu in sorted(limit.flow_on.items()):
            values = (
                f"A{arc}", limit.row.id, limit.row.label, round(limit.capacity_teu_per_year, 3),
                round(teu, 3), ";".join(limit.row.actors),
            )  # fmt: skip
            name = {"cut_id": f"{limit.row.id}.{arc}"}
            rows.append(name | dict(zip(CUT_FIELDS, values, strict=True)))
            shapes.append(painter.arcs([arc]))
    meta = {"schema_version": 1, "scenario": found.scenario}
    return feature_collection(rows, shapes, id_field="cut_id", name="cut", meta=meta)
