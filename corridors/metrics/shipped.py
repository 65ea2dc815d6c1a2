"""What becomes of all demands together: carried, told by routes, with the proof and metrics.

::

    with stopping(scenario.flow.time_limit_s) as stop:
        shipped = ship(answers, demands, rows, stop=stop)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.assigned import by_rules, concentration_metrics
from corridors.metrics.carriage import ASSIGNED, Carriage, Load
from corridors.metrics.congestion import (
    Priced,
    bottlenecks_of,
    congestion_metrics,
    flows_of,
    prices_of,
)
from corridors.model.result import FlowProof, Metric
from corridors.model.scenario import LEAST_COST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.metrics.answers import Answers
    from corridors.metrics.carriage import Carried
    from corridors.model.result import Bottleneck, DemandResult, Flow
    from corridors.model.route import Route
    from corridors.scenario.capacity import CapacityRows
    from corridors.solve.assignment import PathFlow
    from corridors.stopping import Stop
    from geodata.types import Floats, Ints

#: What a flow is proven by.
BEST_WAYS, COLUMNS, RULE = "best ways, all of which fit", "OR-Tools GLOP, columns", "none"
#: Prices of capacity where the flow is not of least cost.
UNKNOWN = Priced({}, {}, known=False)


@dataclass(frozen=True)
class Shipped:
    """What goes where: `demands` with what goes by each route, and all that tells of it."""

    demands: tuple[DemandResult, ...]
    carried: Carried
    bottlenecks: tuple[Bottleneck, ...]
    flows: tuple[Flow, ...]
    metrics: tuple[Metric, ...]
    proof: FlowProof

    @property
    def routes(self) -> list[Route]:
        """The routes of all demands."""
        return [route for demand in self.demands for route in demand.routes]


def ship(
    answers: Answers, demands: Sequence[DemandResult], rows: CapacityRows, *, stop: Stop
) -> Shipped:
    """Carry all demands by the scenario's rule of assignment.

    Parameters
    ----------
    answers
        Tells demands and their ways; ways that only the flow takes become routes.
    demands
        The routes found of each demand, in the order of the scenario.
    rows
        The capacities.
    stop
        Asked now and then whether to stop.

    Raises
    ------
    SolverError
        If the solver is missing, wrong or fails.
    """
    scenario, compiled = answers.scenario, answers.compiled
    carriage = Carriage(scenario, compiled, answers.finder, rows)
    ways = [[np.array(route.way) for route in demand.routes] for demand in demands]
    carried = carriage.carry(ways, stop=stop)
    prices = prices_of(rows, carried, stop=stop)
    stopped = stop.interrupted or not prices.known
    told = _with_loads(answers, demands, carried.loads)
    routes = [route for demand in told for route in demand.routes]
    demand_of = np.array([k for k, one in enumerate(told) for _ in one.routes], np.int64)
    ruled = by_rules(scenario, compiled, routes, demand_of)
    least = np.array([route.teu_per_year for route in routes], np.float64)
    shares = {LEAST_COST: least} | {name: one.route_teu_per_year for name, one in ruled.items()}
    if scenario.flow.assignment != LEAST_COST:
        flow = ruled[scenario.flow.assignment]
        carried, prices = carriage.assigned(_loads(routes, demand_of, flow), flow), UNKNOWN
        told = _with_loads(answers, told, carried.loads)
    bottlenecks = bottlenecks_of(rows, carried.used, prices)
    names = [demand.demand_id for demand in told]
    return Shipped(
        demands=tuple(told),
        carried=carried,
        bottlenecks=bottlenecks,
        flows=flows_of(carried.loads, carried.empty, rows, bottlenecks),
        metrics=(
            *_totals(carried, carriage.volume),
            *congestion_metrics(bottlenecks),
            *concentration_metrics(routes, demand_of, names, shares),
        ),
        proof=_proof(scenario.flow.assignment, carried, stopped=stopped),
    )


def _with_loads(
    answers: Answers, demands: Sequence[DemandResult], loads: Sequence[Load]
) -> list[DemandResult]:
    of: list[list[Load]] = [[] for _ in demands]
    for load in loads:
        of[load.demand].append(load)
    return [answers.with_loads(k, one, of[k]) for k, one in enumerate(demands)]


def _loads(routes: Sequence[Route], demand_of: Ints, flow: PathFlow) -> list[Load]:
    each = zip(routes, demand_of.tolist(), flow.route_teu_per_year.tolist(), strict=True)
    return [Load(k, np.array(route.way), teu) for route, k, teu in each if teu > 0]


def _totals(carried: Carried, volume: Floats) -> Iterator[Metric]:
    year, teu = "usd_2024_per_year", "teu_per_year"
    for name, value, unit in (
        ("generalised_cost", carried.cost_usd, year),
        ("unserved_penalty", carried.penalty_usd, year),
        ("unserved", float(carried.unserved.sum()), teu),
    ):
        yield Metric(name, "scenario", "all", value, unit, "lower")
    yield Metric("demand", "scenario", "all", float(volume.sum()), teu)
    if carried.status != ASSIGNED:
        yield Metric("cost_bound", "scenario", "all", carried.bound_usd, year)
        yield Metric("gap", "scenario", "all", carried.gap, "ratio", "lower")


def _proof(assignment: str, carried: Carried, *, stopped: bool) -> FlowProof:
    proof = FlowProof(
        assignment, RULE, carried.cost_usd, carried.penalty_usd,
        iterations=carried.iterations, stopped=stopped,
    )  # fmt: skip
    if carried.status == ASSIGNED:
        return proof
    solver = BEST_WAYS if carried.shared is None else COLUMNS
    return replace(proof, solver=solver, bound_usd=carried.bound_usd, gap=carried.gap)
