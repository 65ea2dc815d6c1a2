"""`corridors run`: a scenario on a network to routes, flows and files."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import InputMissingError
from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.chokepoint import traffic, traffic_metrics
from corridors.metrics.closure import ClosureFinder
from corridors.metrics.family import FamilyNames, family_ways, is_simple, sections
from corridors.metrics.route import RouteBook, route_metrics
from corridors.model.result import DemandResult, Flow, Metric, Result
from corridors.report.outputs import write_files
from corridors.report.run_files import run_files
from corridors.scenario.compile import compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.places import data_folder
from corridors.scenario.rates import TABLES, load_rates
from corridors.scenario.references import Known, check_references
from corridors.solve.flow import assign
from corridors.solve.paths import Router
from geodata.errors import SnapshotError
from geodata.snapshot import open_network, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.model.route import Route
    from corridors.model.scenario import Demand, Scenario
    from corridors.scenario.compile import Compiled
    from corridors.scenario.load import Loaded
    from geodata.snapshot import Snapshot
    from geodata.types import Floats, Ints

OBJECTIVES = ("best", "cheapest", "fastest")


@dataclass(frozen=True)
class Answer:
    """A run's result with what its files need beside it."""

    result: Result
    chokepoints: list[dict[str, object]]
    compiled: Compiled


def run(name: str, *, network: Path, out: Path, sets: Sequence[str] = ()) -> Answer:
    """Run a scenario and leave its files in `out`; see the README for what they hold.

    Parameters
    ----------
    name
        Id or path of a scenario, or ``-`` for standard input.
    network
        Folder of a built network.
    out
        Folder for the results, written whole or not at all.
    sets
        ``key=value`` on top of the scenario.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say; nothing half-written is left.
    """
    clock = {"start": time.perf_counter()}
    loaded, snapshot = read(name, network, sets)
    whole = open_network(network, opened=snapshot)
    answer = solve(loaded.scenario, snapshot, whole.links.length_km)
    clock["solved"] = time.perf_counter()
    files = run_files(answer.result, answer.chokepoints, loaded.scenario, whole, snapshot.graph)
    write_files(out, files | {"manifest.json": _manifest(loaded, snapshot, files, clock, sets)})
    return answer


def read(name: str, network: Path, sets: Sequence[str] = ()) -> tuple[Loaded, Snapshot]:
    """Open the network and load the scenario, every name in it checked against it."""
    try:
        snapshot = open_snapshot(network)
    except SnapshotError as error:
        raise InputMissingError(str(error)) from error
    loaded = load_scenario(name, sets=sets)
    families = {branch.family for branch in snapshot.branches}
    check_references(loaded, Known.of(snapshot.graph, families=families))
    return loaded, snapshot


def solve(scenario: Scenario, snapshot: Snapshot, link_km: Floats) -> Answer:
    """Find the routes of every demand and the flow of all of them.

    `link_km` is the length of every link of the network, by which a route is told to
    run along a corridor.
    """
    compiled = compile_scenario(scenario, snapshot.graph, load_rates())
    ways = _Ways(scenario, snapshot, compiled, link_km)
    demands = [ways.of(k) for k in range(len(scenario.demands))]
    routes = [route for demand in demands for route in demand.routes]
    index = [k for k, demand in enumerate(demands) for _ in demand.routes]
    arcs = [_arcs(route) for route in routes]
    volume = np.array([demand.teu_per_year for demand in scenario.demands])
    cost = np.array([compiled.generalised_usd_per_teu[way].sum() for way in arcs])
    flow = assign(
        cost, np.array(index, np.int64), volume, penalty=scenario.costs.penalty_usd_per_teu
    )
    chokepoints = traffic(snapshot.graph, arcs, flow.route_teu_per_year, index, float(volume.sum()))
    demands = _with_unserved(demands, flow.unserved_teu_per_year)
    result = Result(
        scenario=scenario.id,
        network=snapshot.id,
        status="optimal",
        demands=tuple(demands),
        metrics=tuple(
            _totals(flow.cost_usd, flow.unserved_teu_per_year, volume)
            + route_metrics(routes)
            + traffic_metrics(chokepoints)
        ),
        flows=tuple(_flows(arcs, flow.route_teu_per_year)),
    )
    return Answer(result, chokepoints, compiled)


class _Ways:
    """Routes of each demand: the best, cheapest and fastest, and each family's best."""

    def __init__(
        self, scenario: Scenario, snapshot: Snapshot, compiled: Compiled, link_km: Floats
    ) -> None:
        self.scenario, self.graph, self.compiled = scenario, snapshot.graph, compiled
        weights = (
            compiled.generalised_usd_per_teu,
            compiled.cost_usd_per_teu,
            compiled.time_h,
        )
        self.routers = [self._router(weight) for weight in weights]
        place = {name: k for k, name in enumerate(self.graph.terminal_ids)}
        origin = [int(self.graph.origin[place[d.origin]]) for d in scenario.demands]
        destination = [int(self.graph.destination[place[d.destination]]) for d in scenario.demands]
        self.apart = [
            [name for name, node in ((d.origin, a), (d.destination, b)) if node < 0]
            for d, a, b in zip(scenario.demands, origin, destination, strict=True)
        ]
        # A search from node -1 would start at the last one; `apart` is asked first.
        self.starts, self.start_of = _rows([max(node, 0) for node in origin])
        self.ends, self.end_of = _rows([max(node, 0) for node in destination])
        self.forward = [router.trees(self.starts) for router in self.routers]
        self.backward = self.routers[0].trees(self.ends, backward=True)
        families = set(scenario.alternatives.families)
        branches = [b for b in snapshot.branches if not families or b.family in families]
        self.sections = sections(self.graph, branches, weights[0], compiled.open)
        self.names = FamilyNames(self.graph, branches, link_km)
        self.book = RouteBook(self.graph, compiled)

    def _router(self, weight: Floats) -> Router:
        arcs = self.graph.arcs
        return Router(
            arcs.tail, arcs.head, weight, usable=self.compiled.open, n_nodes=len(self.graph.nodes)
        )

    def of(self, k: int) -> DemandResult:
        """Return the routes of demand k, or why it has none."""
        demand, start, end = (
            self.scenario.demands[k],
            self.start_of[k],
            int(self.ends[self.end_of[k]]),
        )
        if self.apart[k]:
            names = " and ".join(self.apart[k])
            reason = f"no line where cargo can start or end at {names}"
            return DemandResult(
                demand.id, "infeasible", reason=reason, teu_per_year=demand.teu_per_year
            )
        if not np.isfinite(self.forward[0].distance[start, end]):
            return self._infeasible(demand, int(self.starts[start]), end)
        found: list[tuple[str, str, Ints]] = [
            (objective, "", router.way(trees, start, end))
            for objective, router, trees in zip(OBJECTIVES, self.routers, self.forward, strict=True)
        ]
        limit = self.scenario.alternatives.max_detour * self.forward[0].distance[start, end]
        ends = (self.forward[0], start), (self.backward, self.end_of[k])
        through = family_ways(self.sections, self.routers[0], ends, limit=limit)
        found += [
            ("family", name, way) for name, _, _, way in through if is_simple(self.graph, way)
        ]
        return DemandResult(
            demand_id=demand.id,
            status="ok",
            routes=tuple(self._ranked(demand, found)),
            teu_per_year=demand.teu_per_year,
        )

    def _infeasible(self, demand: Demand, start: int, end: int) -> DemandResult:
        closures = ClosureFinder(self.graph, self.compiled).reasons(start, end)
        reason = (
            "no open route; the way with the fewest closures needs: " + "; ".join(closures)
            if closures
            else "the network has no way between the two terminals, open or closed"
        )
        return DemandResult(
            demand.id,
            "infeasible",
            reason=reason,
            closures=closures,
            teu_per_year=demand.teu_per_year,
        )

    def _totals(self, way: Ints) -> tuple[float, ...]:
        """Cost, time and length of a way, rounded to what a planner could tell apart."""
        columns = (self.compiled.cost_usd_per_teu, self.compiled.time_h, self.graph.arcs.length_km)
        return tuple(round(float(column[way].sum()), 3) for column in columns)

    def _ranked(self, demand: Demand, found: list[tuple[str, str, Ints]]) -> list[Route]:
        """One route per distinct way, best first, with all its titles and families."""
        titles: dict[tuple[int, ...], list[str]] = {}
        families: dict[tuple[int, ...], list[str]] = {}
        same: dict[tuple[float, ...], tuple[int, ...]] = {}
        for objective, family, way in found:
            # Ways equal in every total, on parallel tracks or connectors, are one route.
            key = same.setdefault(self._totals(way), tuple(way.tolist()))
            if key not in titles:
                families[key] = list(self.names.of(np.array(key)))
            titles.setdefault(key, []).append(objective)
            families[key] += [family] if family else []
        weight = self.compiled.generalised_usd_per_teu
        order = sorted(titles, key=lambda way: (float(weight[list(way)].sum()), way))
        return [
            self.book.route(
                np.array(way),
                demand,
                rank=rank,
                objective=";".join(dict.fromkeys(titles[way])),
                corridor=";".join(dict.fromkeys(families[way])),
            )
            for rank, way in enumerate(order, start=1)
        ]


def _rows(nodes: list[int]) -> tuple[Ints, list[int]]:
    """Distinct nodes, and the row of each request among them."""
    distinct, row = np.unique(np.array(nodes, np.int64), return_inverse=True)
    return distinct, row.tolist()


def _arcs(route: Route) -> Ints:
    return np.array([arc for leg in route.legs for arc in leg.arcs], np.int64)


def _with_unserved(demands: list[DemandResult], unserved: Floats) -> list[DemandResult]:
    return [
        replace(demand, unserved_teu_per_year=float(left))
        for demand, left in zip(demands, unserved, strict=True)
    ]


def _flows(arcs: list[Ints], teu: Floats) -> list[Flow]:
    """Flow on each arc that carries any, by arc."""
    total: dict[int, float] = {}
    for way, flow in zip(arcs, teu, strict=True):
        for arc in way.tolist() if flow > 0 else ():
            total[arc] = total.get(arc, 0.0) + float(flow)
    return [Flow(arc, total[arc]) for arc in sorted(total)]


def _totals(cost_usd: float, unserved: Floats, volume: Floats) -> list[Metric]:
    return [
        Metric("generalised_cost", "scenario", "all", cost_usd, "usd_2024_per_year", "lower"),
        Metric("demand", "scenario", "all", float(volume.sum()), "teu_per_year"),
        Metric("unserved", "scenario", "all", float(unserved.sum()), "teu_per_year", "lower"),
    ]


def _manifest(
    loaded: Loaded, snapshot: Snapshot, files: dict[str, bytes], clock: dict[str, float],
    sets: Sequence[str],
) -> bytes:  # fmt: skip
    tables: dict[str, bytes | Path | str] = {
        f"scenarios/data/{name}": data_folder() / name for name in TABLES
    }
    text = json.dumps(loaded.data, default=str, sort_keys=True).encode()
    manifest = make_manifest(
        inputs={"network": snapshot.id, "scenario": text, **tables},
        outputs=files,
        seed=loaded.scenario.seed,
        solver={"flow": "OR-Tools GLOP", "ways": "SciPy Dijkstra"},
        parameters={"set": list(sets)},
        wall_times_s={"solve": clock["solved"] - clock["start"]},
    )
    return manifest_bytes(manifest)
