"""What a run leaves behind: every file of the output contract as bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.report.geojson import (
    chokepoints_geojson,
    flow_row,
    flows_geojson,
    leg_row,
    legs_geojson,
    route_row,
    routes_geojson,
)
from corridors.report.tables import metric_rows, metrics_csv, metrics_parquet
from geodata.geometry import chain_coordinates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.model.result import DemandResult, Result
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
    draw = ArcPainter(network, graph)
    routes = [route for demand in result.demands for route in demand.routes]
    legs = [leg for route in routes for leg in route.legs]
    meta = {"schema_version": result.schema_version, "scenario": result.scenario, "snapshot": result.network}
    rows = metric_rows(result.scenario, result.metrics)
    place = {asset.id: (asset.lon, asset.lat) for asset in graph.assets}
    return {
        "result.json": result_json(result, scenario),
        "routes.geojson": routes_geojson(map(route_row, routes), map(draw.route, routes), meta=meta),
        "legs.geojson": legs_geojson(map(leg_row, legs), map(draw.leg, legs), meta=meta),
        "flows.geojson": flows_geojson(
            map(flow_row, result.flows), (draw.arcs([flow.arc]) for flow in result.flows), meta=meta
        ),
        "chokepoints.geojson": chokepoints_geojson(
            chokepoints, (np.array([place[str(row["asset_id"])]]) for row in chokepoints), meta=meta
        ),
        "metrics.csv": metrics_csv(rows),
        "metrics.parquet": metrics_parquet(rows),
    }


class ArcPainter:
    """Gives the points of arcs, legs and routes, link by link; each arc once."""

    def __init__(self, network: Network, graph: DecisionGraph) -> None:
        """Keep the network and remember what was drawn."""
        self._network = network
        self._graph = graph
        self._drawn: dict[int, Floats] = {}

    def arcs(self, arcs: Sequence[int]) -> Floats:
        """Points along arcs in travel order, shape (n, 2) in degrees."""
        return np.concatenate([self._arc(arc) for arc in arcs])

    def leg(self, leg: Leg) -> Floats:
        """Points of a leg; one point for a stop."""
        points = self.arcs(leg.arcs)
        return points[:1] if leg.is_stop else points

    def route(self, route: Route) -> Floats:
        """Points of a route, its stops' left out."""
        return np.concatenate([self.leg(leg) for leg in route.legs if not leg.is_stop])

    def _arc(self, arc: int) -> Floats:
        if arc not in self._drawn:
            arcs = self._graph.arcs
            chain = self._graph.chain[arcs.chain_start[arc] : arcs.chain_stop[arc]]
            self._drawn[arc] = chain_coordinates(self._network, chain)
        return self._drawn[arc]


def result_json(result: Result, scenario: Scenario) -> bytes:
    """Return ``result.json``: status, demands with their routes, and metrics."""
    data = {
        "schema_version": result.schema_version,
        "scenario": {"id": scenario.id, "title": scenario.title, "as_of": scenario.as_of.isoformat()},
        "network": result.network,
        "status": result.status,
        "demands": [_demand(demand) for demand in result.demands],
        "metrics": [
            {
                "name": m.name, "subject_kind": m.subject_kind, "subject": m.subject,
                "value": round(m.value, 6), "unit": m.unit, "better": m.better,
            }
            for m in result.metrics
        ],
    }
    return (json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _demand(demand: DemandResult) -> dict[str, Any]:
    return {
        "id": demand.demand_id,
        "status": demand.status,
        "reason": demand.reason,
        "closures": list(demand.closures),
        "teu_per_year": demand.teu_per_year,
        "unserved_teu_per_year": demand.unserved_teu_per_year,
        "routes": [
            {
                "route_id": route.route_id, "rank": route.rank, "objective": route.objective,
                "corridor": route.corridor, "cost_usd_per_teu": round(route.cost_usd_per_teu, 2),
                "time_h": round(route.time_h, 3), "distance_km": round(route.distance_km, 3),
                "emissions_kgco2e_per_teu": round(route.emissions_kgco2e_per_teu, 3),
                "countries": list(route.countries),
            }
            for route in demand.routes
        ],
    }
