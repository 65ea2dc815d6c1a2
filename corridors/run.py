"""`corridors run`: a scenario on a network to routes, flows and files."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.depends import write_depends
from corridors.errors import InputMissingError
from corridors.manifest import MANIFEST, Traced, make_manifest, manifest_bytes, sha256_of
from corridors.metrics.answers import Answers
from corridors.metrics.chokepoint import traffic, traffic_metrics
from corridors.metrics.cpmm import cpmm_metrics
from corridors.metrics.route import route_metrics
from corridors.metrics.sensitivity import sensitivities
from corridors.metrics.shipped import ship
from corridors.metrics.spread import spread_metrics
from corridors.metrics.timing import Timer
from corridors.metrics.ways import WayFinder
from corridors.model.result import Result
from corridors.report.outputs import write_files
from corridors.report.run_files import run_files
from corridors.report.sensitivity_files import sensitivity_csv
from corridors.scenario.capacities import FILE as CAPACITIES
from corridors.scenario.capacities import load_capacities
from corridors.scenario.capacity import capacity_rows
from corridors.scenario.compile import compile_scenario
from corridors.scenario.fits import check_fits
from corridors.scenario.load import load_scenario
from corridors.scenario.places import data_folder
from corridors.scenario.rates import TABLES, load_rates
from corridors.scenario.references import Names
from corridors.scenario.register import COLUMNS, load_register
from corridors.scenario.register_cells import NOWHERE
from corridors.stopping import stopping
from geodata.errors import SnapshotError
from geodata.snapshot import open_network, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.metrics.sensitivity import Sensitivity
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from corridors.scenario.load import Loaded
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot
    from geodata.types import Floats


@dataclass(frozen=True)
class Answer:
    """A run's result with what its files need beside it."""

    result: Result
    chokepoints: list[dict[str, object]]
    compiled: Compiled


def run(
    name: str, *, network: Path, out: Path, sets: Sequence[str] = (), fronts: bool = False,
    depend: Path | None = None,
) -> Answer:  # fmt: skip
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
    depend
        File for what this was made of, as a rule that Make reads; none is written if not
        given.

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
    files["sensitivity.csv"] = sensitivity_csv(_sensitivities(loaded.scenario, snapshot, answer))
    if fronts:
        from corridors.report.front_files import front_files

        files |= front_files(loaded.scenario, answer.compiled, snapshot, whole)
    flow = answer.result.proof.solver if answer.result.proof else ""
    manifest = _manifest(loaded, snapshot, files, clock, sets, flow)
    write_files(out, files | {MANIFEST: manifest})
    if depend is not None:
        write_depends(depend, out / MANIFEST, inputs_of(loaded, snapshot))
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
    rows = capacity_rows(scenario, compiled, load_capacities(checks_places=False))
    with stopping(scenario.flow.time_limit_s) as stop:
        shipped = ship(answers, demands, rows, stop=stop)
    loads = shipped.carried.loads
    told = Timer(scenario, compiled).with_spreads(shipped.demands)
    routes = [route for demand in told for route in demand.routes]
    chokepoints = traffic(
        snapshot.graph, [load.arcs for load in loads],
        np.array([load.teu_per_year for load in loads], np.float64),
        [load.demand for load in loads],
        sum(demand.teu_per_year for demand in scenario.demands),
    )  # fmt: skip
    result = Result(
        scenario=scenario.id,
        network=snapshot.id,
        status=shipped.carried.status,
        demands=tuple(told),
        metrics=(
            *shipped.metrics,
            *route_metrics(routes),
            *spread_metrics(route.spread for route in routes if route.spread),
            *cpmm_metrics(routes),
            *traffic_metrics(chokepoints),
        ),
        flows=shipped.flows,
        warnings=tuple(dict.fromkeys((*compiled.warnings, *rows.problems))),
        bottlenecks=shipped.bottlenecks,
        proof=shipped.proof,
    )
    return Answer(result, chokepoints, compiled)


def _sensitivities(
    scenario: Scenario, snapshot: Snapshot, answer: Answer
) -> tuple[Sensitivity, ...]:
    """Return what each uncertain input alone makes of what was found."""
    result, proof = answer.result, answer.result.proof
    cost = proof.cost_usd if proof else 0.0
    return sensitivities(scenario, answer.compiled, snapshot, result.demands, cost)


def inputs_of(loaded: Loaded, snapshot: Snapshot) -> dict[str, bytes | Path | str]:
    """Return all that determines a run, by names that mean the same on any machine."""
    names = (*TABLES, *(f"{table}.csv" for table in COLUMNS), CAPACITIES)
    tables = {f"scenarios/data/{name}": data_folder() / name for name in names}
    text = json.dumps(loaded.data, default=str, sort_keys=True).encode()
    return {
        "network": Traced(snapshot.id, [snapshot.folder]),
        "scenario": Traced(sha256_of(text), loaded.sources),
        **tables,
    }


def _manifest(
    loaded: Loaded, snapshot: Snapshot, files: dict[str, bytes], clock: dict[str, float],
    sets: Sequence[str], flow: str,
) -> bytes:  # fmt: skip
    manifest = make_manifest(
        inputs=inputs_of(loaded, snapshot),
        outputs=files,
        seed=loaded.scenario.seed,
        solver={"flow": flow, "ways": "SciPy Dijkstra"},
        parameters={"set": list(sets)},
        wall_times_s={"solve": clock["solved"] - clock["start"]},
    )
    return manifest_bytes(manifest)
