"""Traffic over assets: which crossing, strait, service or terminal carries how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.model.result import Metric

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.types import DecisionGraph, Floats, Ints


def traffic(
    graph: DecisionGraph, ways: Sequence[Ints], teu: Floats, demand: Sequence[int], wanted: float
) -> list[dict[str, object]]:
    """Return a row per asset that carries cargo, the busiest first.

    Parameters
    ----------
    graph
        Decision graph.
    ways
        Arcs of each route.
    teu
        TEU a year on each route, shape (routes,).
    demand
        The demand of each route.
    wanted
        TEU a year of all demands, the whole that shares refer to.
    """
    carried = np.zeros(len(graph.assets))
    users: list[set[int]] = [set() for _ in graph.assets]
    for way, flow, k in zip(ways, teu, demand, strict=True):
        assets = graph.arcs.asset[way]
        used = np.unique(assets[assets >= 0])
        if flow > 0:
            carried[used] += flow
            for asset in used.tolist():
                users[asset].add(k)
    order = np.lexsort((np.arange(len(carried)), -carried))
    return [_row(graph, int(k), carried[k], len(users[k]), wanted) for k in order if carried[k] > 0]


def _row(
    graph: DecisionGraph, asset: int, teu: float, demands: int, wanted: float
) -> dict[str, object]:
    thing = graph.assets[asset]
    return {
        "asset_id": thing.id,
        "kind": thing.kind,
        "name": thing.name,
        "countries": thing.countries,
        "status": thing.status,
        "teu_per_year": float(teu),
        "traffic_share": round(float(teu) / wanted, 6) if wanted else 0.0,
        "demands": demands,
        "confidence": thing.confidence,
    }


def traffic_metrics(rows: Sequence[dict[str, object]]) -> list[Metric]:
    """Return volume and share of each asset as metrics."""
    return [
        Metric(name, str(row["kind"]), str(row["asset_id"]), float(str(row[key])), unit)
        for row in rows
        for name, key, unit in (
            ("traffic", "teu_per_year", "teu_per_year"),
            ("traffic_share", "traffic_share", "share"),
        )
    ]
