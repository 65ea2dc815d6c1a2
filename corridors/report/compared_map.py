"""`compare.geojson`: arcs opened and closed, routes gained and lost, for a map."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from corridors.metrics.change import ANYWHERE, one_way
from corridors.report.geojson import feature_collection
from corridors.report.run_files import ArcPainter
from geodata.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.metrics.change import ArcChange
    from corridors.model.route import Route
    from corridors.report.compared import Comparison, RouteChange
    from geodata.types import DecisionGraph, Floats, Network

#: Fields of `compare.geojson`; those that an arc or a route lacks are null.
CHANGE_FIELDS = (
    "change_id", "change", "asset_id", "name", "countries", "mode", "demands", "corridor",
    "cost_usd_per_teu", "time_h", "distance_km", "reason",
)  # fmt: skip
GAINED, LOST = "gained", "lost"
#: In the field `demands`: the cargo of every demand of both.
ALL = "all"

Row = dict[str, object]


def changes_geojson(
    found: Comparison,
    routes: Sequence[tuple[RouteChange, Route | None, Route | None]],
    network: Network,
    graph: DecisionGraph,
) -> bytes:
    """Return the changes as a GeoJSON file.

    A line that runs both ways is one feature; a stop is a point. `change` is opened or
    closed for arcs, gained or lost for the best routes of demands that take another way.

    Parameters
    ----------
    found
        The comparison.
    routes
        Each changed demand with its best route before and after.
    network, graph
        Hold the geometry behind the arcs.
    """
    lines = _lines(found, graph)
    drawn = list(_routes(routes))
    legs = (leg for _, route in drawn for leg in route.legs)
    draw = ArcPainter(
        network,
        graph,
        chain((arc for _, arc, _ in lines), (arc for leg in legs for arc in leg.arcs)),
    )
    every = set(found.common)
    rows = [
        _arc_row(row, arc, graph) | {"demands": ALL if whose.keys() == every else tuple(whose)}
        for row, arc, whose in lines
    ]
    rows += [_route_row(change, route) for change, route in drawn]
    shapes = [_shape(draw, arc, graph) for _, arc, _ in lines]
    shapes += [draw.route(route) for _, route in drawn]
    meta = {"schema_version": 1, "a": found.a.scenario, "b": found.b.scenario,
            "snapshot": found.network}  # fmt: skip
    numbered = [row | {"change_id": f"change-{at}"} for at, row in enumerate(rows, start=1)]
    return feature_collection(numbered, shapes, id_field="change_id", name="compare", meta=meta)


def _lines(found: Comparison, graph: DecisionGraph) -> list[tuple[ArcChange, int, dict[str, None]]]:
    """Return each changed line or stop once, with the demands whose cargo sees it.

    Cargo that is refused wherever it goes marks no line: it would mark them all.
    """
    merged: dict[tuple[str, int], tuple[ArcChange, int, dict[str, None]]] = {}
    for row in found.arcs:
        for arc in one_way(graph, row.arcs) if row.country != ANYWHERE else ():
            _, _, whose = merged.setdefault((row.change, arc), (row, arc, {}))
            whose |= dict.fromkeys(row.demands)
    return list(merged.values())


def _routes(
    pairs: Sequence[tuple[RouteChange, Route | None, Route | None]],
) -> Iterator[tuple[str, Route]]:
    """Yield the routes lost and gained; one that only changes its price is neither."""
    for row, old, new in pairs:
        if row.change != "price":
            yield from ((word, one) for word, one in ((LOST, old), (GAINED, new)) if one)


def _shape(draw: ArcPainter, arc: int, graph: DecisionGraph) -> Floats:
    points = draw.arcs([arc])
    return points if graph.arcs.kind[arc] == Kind.LINE else points[:1]


def _arc_row(row: ArcChange, arc: int, graph: DecisionGraph) -> Row:
    return dict.fromkeys(CHANGE_FIELDS) | {
        "change": row.change, "asset_id": row.asset, "name": row.name, "countries": row.country,
        "mode": row.mode, "reason": row.reason,
        "distance_km": round(float(graph.arcs.length_km[arc]), 3),
    }  # fmt: skip


def _route_row(change: str, route: Route) -> Row:
    return dict.fromkeys(CHANGE_FIELDS) | {
        "change": change, "name": f"{route.origin}-{route.destination}",
        "countries": route.countries, "mode": ";".join(route.modes),
        "demands": (route.demand_id,), "corridor": route.corridor,
        "cost_usd_per_teu": round(route.cost_usd_per_teu, 2), "time_h": round(route.time_h, 3),
        "distance_km": round(route.distance_km, 3),
    }  # fmt: skip
