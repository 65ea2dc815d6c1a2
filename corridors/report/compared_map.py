"""`compare.geojson`: what opens and closes, carries more or less, is gained and lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from corridors.metrics.change import ANYWHERE, one_way
from corridors.report.geojson import feature_collection
from corridors.report.run_files import ArcPainter
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corridors.metrics.change import ArcChange, FlowChange
    from corridors.model.route import Route
    from corridors.report.compared import Compared, Comparison, RouteChange
    from geodata.types import DecisionGraph, Floats, Network

    #: A demand with its best route before and after.
    Ways = tuple[RouteChange, Route | None, Route | None]

#: Fields of `compare.geojson`; those that an arc or a route lacks are null.
CHANGE_FIELDS = (
    "change_id", "scenario", "change", "asset_id", "name", "countries", "mode", "demands",
    "corridor", "cost_usd_per_teu", "time_h", "distance_km", "reason", "before_teu_per_year",
    "after_teu_per_year", "change_teu_per_year",
)  # fmt: skip
GAINED, LOST = "gained", "lost"
MORE, LESS = "more", "less"
#: In the field `demands`: the cargo of every demand of both.
ALL = "all"

Row = dict[str, object]


@dataclass(frozen=True)
class Geography:
    """The geometry of what changes: the network, and the ways of each pair that change."""

    network: Network
    graph: DecisionGraph
    ways: tuple[tuple[Ways, ...], ...]

    @cached_property
    def assets(self) -> dict[str, tuple[float, float]]:
        """Place of each asset in degrees."""
        return {one.id: (one.lon, one.lat) for one in self.graph.assets}

    def painter(self, arcs: Iterable[int]) -> ArcPainter:
        """Return who draws some arcs."""
        return ArcPainter(self.network, self.graph, arcs)


def changes_geojson(found: Compared, where: Geography) -> bytes:
    """Return the changes as a GeoJSON file.

    A line that runs both ways is one feature; a stop is a point. `change` is opened or
    closed for arcs, more or less for arcs by what they carry, gained or lost for the best
    routes of demands that take another way.

    Parameters
    ----------
    found
        The comparison.
    where
        The geometry behind the arcs.
    """
    rows: list[Row] = []
    shapes: list[Floats] = []
    for pair, ways in zip(found.pairs, where.ways, strict=True):
        for row, shape in _features(pair, where, list(_routes(ways))):
            rows.append(row | {"scenario": pair.b.label})
            shapes.append(shape)
    meta = {"schema_version": 2, "base": found.labels[0], "scenarios": ";".join(found.labels[1:]),
            "snapshot": found.network}  # fmt: skip
    numbered = [row | {"change_id": f"change-{at}"} for at, row in enumerate(rows, start=1)]
    return feature_collection(numbered, shapes, id_field="change_id", name="compare", meta=meta)


def _features(
    pair: Comparison, where: Geography, routes: Sequence[tuple[str, Route]]
) -> Iterator[tuple[Row, Floats]]:
    """Yield what a pair changes, and its points."""
    graph, lines, every = where.graph, _lines(pair, where.graph), set(pair.common)
    legs = (leg for _, route in routes for leg in route.legs)
    draw = where.painter(
        chain(
            (arc for _, arc, _ in lines), (one.arc for one in pair.flows),
            (arc for leg in legs for arc in leg.arcs),
        )
    )  # fmt: skip
    for row, arc, whose in lines:
        demands = ALL if whose.keys() == every else tuple(whose)
        yield _arc_row(row, arc, graph) | {"demands": demands}, _shape(draw, arc, graph)
    for one in pair.flows:
        yield _flow_row(one, graph), _shape(draw, one.arc, graph)
    for change, route in routes:
        yield _route_row(change, route), draw.route(route)


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


def _routes(pairs: Sequence[Ways]) -> Iterator[tuple[str, Route]]:
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


def _flow_row(one: FlowChange, graph: DecisionGraph) -> Row:
    asset = int(graph.arcs.asset[one.arc])
    thing = graph.assets[asset] if asset >= 0 else None
    return dict.fromkeys(CHANGE_FIELDS) | {
        "change": MORE if one.change > 0 else LESS,
        "asset_id": thing.id if thing else "", "name": thing.name if thing else "",
        "countries": graph.countries[int(graph.arcs.country[one.arc])],
        "mode": Mode(int(graph.arcs.mode[one.arc])).name.lower(),
        "distance_km": round(float(graph.arcs.length_km[one.arc]), 3),
        "before_teu_per_year": round(one.before, 3), "after_teu_per_year": round(one.after, 3),
        "change_teu_per_year": round(one.change, 3),
    }  # fmt: skip


def _route_row(change: str, route: Route) -> Row:
    return dict.fromkeys(CHANGE_FIELDS) | {
        "change": change, "name": f"{route.origin}-{route.destination}",
        "countries": route.countries, "mode": ";".join(route.modes),
        "demands": (route.demand_id,), "corridor": route.corridor,
        "cost_usd_per_teu": round(route.cost_usd_per_teu, 2), "time_h": round(route.time_h, 3),
        "distance_km": round(route.distance_km, 3),
    }  # fmt: skip
