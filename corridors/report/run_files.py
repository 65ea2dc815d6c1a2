"""What a run leaves behind: every file of the output contract as bytes."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from corridors.metrics.answers import FLOW
from corridors.report.bottlenecks import bottleneck_row, bottlenecks_csv, bottlenecks_geojson
from corridors.report.cuts import cut_arcs, cuts_geojson
from corridors.report.geojson import (
    chokepoints_geojson,
    flow_row,
    flows_geojson,
    leg_row,
    legs_geojson,
    route_row,
    routes_geojson,
    spread_row,
)
from corridors.report.lines import lines_csv
from corridors.report.tables import metric_rows, metrics_csv, metrics_parquet
from geodata.geojson import drawn
from geodata.geometry import link_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.model.result import Blocker, Certificate, DemandResult, FlowProof, Result
    from corridors.model.route import Leg, Route
    from corridors.model.scenario import Scenario
    from geodata.types import DecisionGraph, Floats, Network


def run_files(
    result: Result,
    chokepoints: Sequence[Mapping[str, object]],
    scenario: Scenario,
    network: Network,
    graph: DecisionGraph,
) -> dict[str, bytes]:
    """Return the files of a run by name, the manifest left out.

    Parameters
    ----------
    result, chokepoints, scenario
        What was found, and for which scenario.
    network, graph
        Hold the geometry behind the arcs.
    """
    routes = [route for demand in result.demands for route in demand.routes]
    legs = [leg for route in routes for leg in route.legs]
    used = (arc for leg in legs for arc in leg.arcs)
    shown = chain(
        used, (flow.arc for flow in result.flows), cut_arcs(result.demands),
        (arc for one in result.bottlenecks for arc in one.arcs[:1]),
    )  # fmt: skip
    draw = ArcPainter(network, graph, shown)
    meta = {
        "schema_version": result.schema_version,
        "scenario": result.scenario,
        "snapshot": result.network,
    }
    rows = metric_rows(result.scenario, result.metrics)
    place = {asset.id: (asset.lon, asset.lat) for asset in graph.assets}
    return {
        "result.json": result_json(result, scenario),
        "routes.geojson": routes_geojson(
            map(route_row, routes), map(draw.route, routes), meta=meta
        ),
        "legs.geojson": legs_geojson(map(leg_row, legs), map(draw.leg, legs), meta=meta),
        "flows.geojson": flows_geojson(
            map(flow_row, result.flows), (draw.arcs([flow.arc]) for flow in result.flows), meta=meta
        ),
        "chokepoints.geojson": chokepoints_geojson(
            chokepoints, (np.array([place[str(row["asset_id"])]]) for row in chokepoints), meta=meta
        ),
        "bottlenecks.geojson": bottlenecks_geojson(result.bottlenecks, draw.arcs, meta=meta),
        "bottlenecks.csv": bottlenecks_csv(result.bottlenecks),
        "cuts.geojson": cuts_geojson(result.demands, graph, draw.arcs, meta=meta),
        "lines.csv": lines_csv(routes),
        "metrics.csv": metrics_csv(rows),
        "metrics.parquet": metrics_parquet(rows),
    }


class ArcPainter:
    """Draws arcs, legs and routes, link by link; all arcs drawn at once."""

    def __init__(self, network: Network, graph: DecisionGraph, arcs: Iterable[int]) -> None:
        """Draw the arcs that will be asked for."""
        rows = np.unique(np.fromiter(arcs, np.int64))
        start, stop = graph.arcs.chain_start[rows], graph.arcs.chain_stop[rows]
        chains = [graph.chain[a:b] for a, b in zip(start, stop, strict=True)]
        count = stop - start
        steps = np.concatenate(chains) if chains else np.zeros(0, np.int64)
        lines = link_lines(network, np.where(steps < 0, ~steps, steps), backward=steps < 0)
        arc_of_point = np.repeat(np.repeat(np.arange(len(rows)), count), np.diff(lines.offset))
        fresh = np.ones(len(arc_of_point), bool)
        fresh[1:] = arc_of_point[1:] != arc_of_point[:-1]
        fresh[1:] |= (lines.lonlat[1:] != lines.lonlat[:-1]).any(axis=1)
        self._points = lines.lonlat[fresh]
        self._legs: dict[tuple[int, ...], orjson.Fragment] = {}
        bounds = np.searchsorted(arc_of_point[fresh], np.arange(len(rows) + 1)).tolist()
        self._span = dict(zip(rows.tolist(), pairwise(bounds), strict=True))

    def arcs(self, arcs: Sequence[int]) -> Floats:
        """Points along arcs in travel order, shape (n, 2) in degrees."""
        pieces = [self._points[slice(*self._span[arc])] for arc in arcs]
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)

    def leg(self, leg: Leg) -> orjson.Fragment:
        """Return the geometry of a leg, a point for a stop; many routes share legs."""
        if leg.arcs not in self._legs:
            points = self.arcs(leg.arcs)
            self._legs[leg.arcs] = drawn(points[:1] if leg.is_stop else points)
        return self._legs[leg.arcs]

    def route(self, route: Route) -> Floats:
        """Points of a route, its stops' left out."""
        return self.arcs([arc for leg in route.legs if not leg.is_stop for arc in leg.arcs])


def result_json(result: Result, scenario: Scenario) -> bytes:
    """Return ``result.json``: status, warnings, demands with their routes, and metrics."""
    within_h = {demand.id: demand.within_h for demand in scenario.demands}
    data = {
        "schema_version": result.schema_version,
        "scenario": {
            "id": scenario.id,
            "title": scenario.title,
            "as_of": scenario.as_of.isoformat(),
            "times": {**asdict(scenario.times), "seed": scenario.seed},
        },
        "network": result.network,
        "status": result.status,
        "warnings": list(result.warnings),
        "demands": [_demand(demand, within_h.get(demand.demand_id)) for demand in result.demands],
        "metrics": [
            {
                "name": m.name,
                "subject_kind": m.subject_kind,
                "subject": m.subject,
                "value": round(m.value, 6),
                "unit": m.unit,
                "better": m.better,
            }
            for m in result.metrics
        ],
        "flow": _proof(result.proof) if result.proof else None,
        "bottlenecks": [bottleneck_row(one) for one in result.bottlenecks if one.binds],
    }
    return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _demand(demand: DemandResult, within_h: float | None) -> dict[str, Any]:
    return {
        "id": demand.demand_id,
        "status": demand.status,
        "reason": demand.reason,
        "closures": list(demand.closures),
        "certificate": _certificate(demand.certificate) if demand.certificate else None,
        "teu_per_year": demand.teu_per_year,
        "unserved_teu_per_year": round(demand.unserved_teu_per_year, 3),
        "within_h": within_h,
        "routes": [
            {
                "route_id": route.route_id,
                "rank": route.rank,
                "objective": route.objective,
                "corridor": route.corridor,
                "cost_usd_per_teu": round(route.cost_usd_per_teu, 2),
                "time_h": round(route.time_h, 3),
                "distance_km": round(route.distance_km, 3),
                "emissions_kgco2e_per_teu": round(route.emissions_kgco2e_per_teu, 3),
                "countries": list(route.countries),
                **spread_row(route.spread),
                "teu_per_year": round(route.teu_per_year, 3),
                # No search for the demand alone finds these again.
                "flow_arcs": [f"A{arc}" for arc in route.way] if route.objective == FLOW else [],
            }
            for route in demand.routes
        ],
    }


def _proof(proof: FlowProof) -> dict[str, Any]:
    """Return how the demands were carried; USD of 2024 a year, null where there is no bound."""
    bound = proof.bound_usd
    return {
        "assignment": proof.assignment,
        "cost_usd_per_year": round(proof.cost_usd, 2),
        "unserved_penalty_usd_per_year": round(proof.penalty_usd, 2),
        "bound_usd_per_year": None if bound is None else round(bound, 2),
        "gap": None if proof.gap is None else round(proof.gap, 12),
        "solver": proof.solver,
        "iterations": proof.iterations,
        "stopped": proof.stopped,
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    """Return the proof that a demand has no route; the cut is that of `cuts.geojson`."""
    return {
        "relax": [_blocker(one) for one in certificate.relax],
        "building": certificate.building,
        "others": [[_blocker(one) for one in other] for other in certificate.others],
        "complete": certificate.complete,
        "proven": certificate.proven,
        "cut": [f"A{shut.arc}" for shut in certificate.cut],
    }


def _blocker(one: Blocker) -> dict[str, str]:
    return {"kind": one.kind, "id": one.id, "actor": one.actor, "words": one.words}
