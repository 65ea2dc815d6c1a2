"""`corridors run`: a scenario on a network to routes, flows and files."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import InputMissingError
from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.answers import Answers
from corridors.metrics.chokepoint import traffic, traffic_metrics
from corridors.metrics.cpmm import cpmm_metrics
from corridors.metrics.route import route_metrics
from corridors.metrics.spread import spread_metrics
from corridors.metrics.timing import Timer
from corridors.metrics.ways import WayFinder
from corridors.model.result import DemandResult, Flow, Metric, Result
from corridors.report.outputs import write_files
from corridors.report.run_files import run_files
from corridors.scenario.compile import compile_scenario
from corridors.scenario.fits import check_fits
from corridors.scenario.load import load_scenario
from corridors.scenario.places import data_folder
from corridors.scenario.rates import TABLES, load_rates
from corridors.scenario.references import Names
from corridors.scenario.register import COLUMNS, load_register
from corridors.scenario.register_cells import NOWHERE
from corridors.solve.assignment import all_or_nothing
from geodata.errors import SnapshotError
from geodata.snapshot import open_network, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.model.route import Route
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from corridors.scenario.load import Loaded
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot
    from geodata.types import Floats, Ints


@dataclass(frozen=True)
class Answer:
    """A run's result with what its files need beside it."""

    result: Result
    chokepoints: list[dict[str, object]]
    compiled: Compiled


def run(
    name: str, *, network: Path, out: Path, sets: Sequence[str] = (), fronts: bool = False
) -> Answer:
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
    fronts
        Whether to write the fronts of cost and time of all demands too.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say; nothing half-written is left.
    """
    clock = {"start": time.perf_counter()}
    loaded, snapshot, register = read(name, network, sets)
    whole = open_network(network, opened=snapshot)
    answer = solve(loaded.scenario, snapshot, whole.links.length_km, register)
    clock["solved"] = time.perf_counter()
    files = run_files(answer.result, answer.chokepoints, loaded.scenario, whole, snapshot.graph)
    if fronts:
        from corridors.report.front_files import front_files

        files |= front_files(loaded.scenario, answer.compiled, snapshot, whole)
    write_files(out, files | {"manifest.json": _manifest(loaded, snapshot, files, clock, sets)})
    return answer


def read(name: str, network: Path, sets: Sequence[str] = ()) -> tuple[Loaded, Snapshot, Register]:
    """Open the network and load scenario and register, every name of the scenario checked."""
    try:
        snapshot = open_snapshot(network)
    except SnapshotError as error:
        raise InputMissingError(str(error)) from error
    # The places that rules name are judged by `check`: a planner's network may lack some.
    register = load_register(known=NOWHERE, checks_places=False)
    names = Names(snapshot.graph, snapshot.branches, register)
    return load_scenario(name, sets=sets, names=names), snapshot, register


def solve(scenario: Scenario, snapshot: Snapshot, link_km: Floats, register: Register) -> Answer:
    """Find the routes of every demand and the flow of all of them.

    `link_km` is the length of every link of the network, by which a route is told to
    run along a corridor.
    """
    rates = load_rates()
    check_fits(rates.rows)
    compiled = compile_scenario(scenario, snapshot, rates, register)
    answers = Answers(scenario, compiled, WayFinder(scenario, snapshot, compiled, link_km))
    demands = [answers.of(k) for k in range(len(scenario.demands))]
    demands = Timer(scenario, compiled).with_spreads(demands)
    routes = [route for demand in demands for route in demand.routes]
    index = [k for k, demand in enumerate(demands) for _ in demand.routes]
    arcs = [_arcs(route) for route in routes]
    volume = np.array([demand.teu_per_year for demand in scenario.demands])
    cost = np.array(
        [
            compiled.view(k).weigh(route.cost_usd_per_teu, route.time_h, route.time_sd_h)
            for k, route in zip(index, routes, strict=True)
        ]
    )
    flow = all_or_nothing(
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
            + spread_metrics(route.spread for route in routes if route.spread)
            + cpmm_metrics(routes)
            + traffic_metrics(chokepoints)
        ),
        flows=tuple(_flows(arcs, flow.route_teu_per_year)),
        warnings=compiled.warnings,
    )
    return Answer(result, chokepoints, compiled)


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


def inputs_of(loaded: Loaded, snapshot: Snapshot) -> dict[str, bytes | Path | str]:
    """Return all that determines a run, by names that mean the same on any machine."""
    names = (*TABLES, *(f"{table}.csv" for table in COLUMNS))
    tables = {f"scenarios/data/{name}": data_folder() / name for name in names}
    text = json.dumps(loaded.data, default=str, sort_keys=True).encode()
    return {"network": snapshot.id, "scenario": text, **tables}


def _manifest(
    loaded: Loaded, snapshot: Snapshot, files: dict[str, bytes], clock: dict[str, float],
    sets: Sequence[str],
) -> bytes:  # fmt: skip
    manifest = make_manifest(
        inputs=inputs_of(loaded, snapshot),
        outputs=files,
        seed=loaded.scenario.seed,
        solver={"flow": "all or nothing", "ways": "SciPy Dijkstra"},
        parameters={"set": list(sets)},
        wall_times_s={"solve": clock["solved"] - clock["start"]},
    )
    return manifest_bytes(manifest)
