"""Folders of two small runs, drawn by hand, as `corridors run` would leave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson

from corridors.manifest import make_manifest, manifest_bytes
from corridors.report.bottlenecks import BOTTLENECK_FIELDS
from corridors.report.geojson import (
    FLOW_FIELDS,
    LEG_FIELDS,
    ROUTE_FIELDS,
    chokepoints_geojson,
    feature_collection,
    flows_geojson,
    legs_geojson,
    routes_geojson,
)
from corridors.report.lines import LINE_FIELDS
from corridors.report.rows import rows_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

#: Titles that must come out as the text that they are.
HOSTILE = """<script>document.title="taken"</script> & "quoted" 'titles' </script><img src=x>"""
RIGHT_TO_LEFT = "المضيق مغلق <b>bold</b>"

#: Places of the world, longitude and latitude: a port, a strait, a town behind it, one beside.
PORT, STRAIT, TOWN, INLAND = (50.0, 40.0), (53.0, 37.0), (56.0, 38.0), (52.0, 41.5)
#: Ways between them; the first stretch is shared.
BY_SEA = [PORT, (51.0, 38.5), STRAIT, (54.5, 36.5), TOWN]
BY_RAIL = [PORT, (51.0, 41.0), INLAND, (54.0, 41.0), TOWN]


class Way(NamedTuple):
    """A route of the small world: by which corridor and mode, over which points, at what cost."""

    corridor: str
    mode: str
    line: Sequence[Any]
    usd: float
    h: float


RAILWAY = Way("RAILWAY", "rail", BY_RAIL, 900.0, 240.0)
SEAWAY = Way("SEAWAY", "sea", BY_SEA, 500.0, 480.0)


def run_folder(
    path: Path, scenario: str, title: str, *, shut: bool = False, ways: Sequence[Way] | None = None
) -> Path:
    """Write a run into a folder: by sea if the strait is open, else by rail, or by `ways`."""
    if ways is None:
        ways = [RAILWAY] if shut else [SEAWAY, RAILWAY]
    teu = 900.0 if shut else 1000.0
    routes = [_route(rank, way, teu) for rank, way in enumerate(ways, start=1)]
    legs = [leg for rank, way in enumerate(ways, start=1) for leg in _legs(rank, way)]
    files = {
        "result.json": orjson.dumps(_result(scenario, title, routes)),
        "routes.geojson": routes_geojson(routes, [np.array(way.line) for way in ways]),
        "legs.geojson": legs_geojson([row for row, _ in legs], [points for _, points in legs]),
        "flows.geojson": flows_geojson(
            [dict(zip(FLOW_FIELDS, ("A1", teu, 2000.0, 7.5, 0.0), strict=True)) for _ in ways[:1]],
            [np.array(way.line) for way in ways[:1]],
        ),
        "chokepoints.geojson": chokepoints_geojson(
            [] if shut else [_place("STRAIT", "strait", "The Strait <i>", teu)],
            [] if shut else [np.array([STRAIT])],
        ),
        "lines.csv": _lines(routes),
        "metrics.csv": _metrics(scenario, ways),
        "bottlenecks.csv": rows_csv(BOTTLENECK_FIELDS, [_capacity()]),
        "bottlenecks.geojson": feature_collection(
            [_capacity()], [np.array([PORT])], id_field="capacity_id", name="bottlenecks"
        ),
    }
    manifest = make_manifest(
        inputs={}, outputs=files, seed=1, solver={}, parameters={}, wall_times_s={}
    )
    path.mkdir(parents=True)
    for name, content in {**files, "manifest.json": manifest_bytes(manifest)}.items():
        (path / name).write_bytes(content)
    return path


def _route(rank: int, way: Way, teu: float) -> dict[str, object]:
    known: dict[str, object] = {
        "route_id": f"port-town.{rank}", "demand_id": "port-town", "origin": "PORT",
        "destination": "TOWN", "corridor": way.corridor, "rank": rank, "objective": "best",
        "modes": way.mode, "countries": "AA;BB", "actors": "AA",
        "cost_usd_per_teu": way.usd, "time_h": way.h,
        "distance_km": 600.0, "emissions_kgco2e_per_teu": 100.0, "borders": 1, "gauge_changes": 0,
        "transfers": 0, "sea_km": 0.0, "rail_km": 0.0, "road_km": 0.0, "status": "ok",
        "teu_per_year": teu if rank == 1 else 0.0,
    }  # fmt: skip
    return dict.fromkeys(ROUTE_FIELDS) | known


def _legs(rank: int, way: Way) -> list[tuple[dict[str, object], Any]]:
    route = f"port-town.{rank}"
    access = {"kind": "access", "from_id": "PORT", "to_id": "PORT", "distance_km": 0.0}
    line = {"kind": "line", "from_id": "PORT", "to_id": "TOWN", "distance_km": 600.0}
    rows = []
    for seq, (own, points) in enumerate([(access, way.line[:1]), (line, way.line)], start=1):
        row = {
            "leg_id": f"{route}.{seq}", "route_id": route, "seq": seq, "mode": way.mode,
            "country": "AA", "gauge_mm": None, "operator": "CARRIER", "time_h": 12.0,
            "cost_usd_per_teu": 250.0, "rule_ids": "B001", "source_ids": "F001",
        }  # fmt: skip
        rows.append(({name: {**row, **own}[name] for name in LEG_FIELDS}, np.array(points)))
    return rows


def _place(name: str, kind: str, words: str, teu: float) -> dict[str, object]:
    return {
        "asset_id": name, "kind": kind, "name": words, "countries": "AA", "status": "built",
        "teu_per_year": teu, "traffic_share": 1.0, "demands": 1, "confidence": "high",
    }  # fmt: skip


def _capacity() -> dict[str, object]:
    known: dict[str, object] = {
        "capacity_id": "QUAY", "kind": "port", "label": "The quay of <b>Port</b>", "on": "PORT",
        "used_teu_per_year": 1000.0, "capacity_teu_per_year": 1000.0, "used_share": 1.0,
        "binds": "yes", "shadow_price_low_usd_per_teu": 12.0, "actors": "CARRIER:operator",
        "quality": "assumed", "source_ids": "F002",
    }  # fmt: skip
    return dict.fromkeys(BOTTLENECK_FIELDS) | known


def _result(scenario: str, title: str, routes: Sequence[dict[str, object]]) -> dict[str, Any]:
    told = [{**route, "countries": ["AA", "BB"]} for route in routes]
    open_ = {"id": "port-town", "status": "ok", "reason": "", "teu_per_year": 1000.0,
             "unserved_teu_per_year": 0.0, "routes": told}  # fmt: skip
    shut = {"id": "port-abroad", "status": "infeasible", "reason": "no open route",
            "teu_per_year": 50.0, "unserved_teu_per_year": 50.0, "routes": []}  # fmt: skip
    amounts = _amounts(len(routes))
    return {
        "schema_version": 1,
        "scenario": {"id": scenario, "title": title, "as_of": "2026-11-22"},
        "network": "0" * 64, "status": "optimal", "warnings": ["one <note>"],
        "demands": [{"closures": [], "certificate": None, **one} for one in (open_, shut)],
        "metrics": [{"name": name, "subject_kind": "scenario", "subject": "all", "value": value}
                    for name, value in amounts.items()],
        "flow": None,
        "bottlenecks": [_capacity()],
    }  # fmt: skip


def _amounts(ways: int) -> dict[str, float]:
    return {"demand": 1050.0, "unserved": 50.0, "unserved_penalty": 5e5,
            "generalised_cost": 1e6 * ways}  # fmt: skip


def _metrics(scenario: str, ways: Sequence[Way]) -> bytes:
    rows = (f"{scenario},{name},scenario,all,{value},usd_2024_per_year"
            for name, value in _amounts(len(ways)).items())  # fmt: skip
    return "\n".join(["scenario,metric,subject_kind,subject,value,unit", *rows, ""]).encode()


def _lines(routes: Sequence[dict[str, object]]) -> bytes:
    rows = (
        f"{one['route_id']},{one['route_id']}.2,linehaul,{one['cost_usd_per_teu']},{one['time_h']},"
        "0.0,0.0,rates.csv:1,assumed,no"
        for one in routes
    )
    return "\n".join([",".join(LINE_FIELDS), *rows, ""]).encode()
