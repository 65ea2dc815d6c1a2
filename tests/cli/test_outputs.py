"""The output contract: which files a run leaves, and exactly which fields they have."""

from __future__ import annotations

import csv
import hashlib
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from geojson_pydantic import FeatureCollection

from corridors.scenario.places import data_folder
from tests.cli.process import contents, corridors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

ROUTES = (
    "route_id demand_id origin destination corridor rank objective modes countries actors "
    "cost_usd_per_teu time_h distance_km emissions_kgco2e_per_teu borders gauge_changes transfers "
    "sea_km rail_km road_km status "
    "time_mean_h time_sd_h time_p50_h time_p80_h time_p95_h within_h on_time_probability "
    "teu_per_year"
)
LEGS = (
    "leg_id route_id seq kind from_id to_id mode country gauge_mm operator distance_km time_h "
    "cost_usd_per_teu rule_ids source_ids"
)
FLOWS = "arc_id teu_per_year capacity_teu_per_year shadow_price_usd_per_teu empty_teu_per_year"
BOTTLENECKS = (
    "capacity_id kind label on used_teu_per_year capacity_teu_per_year used_share binds "
    "shadow_price_low_usd_per_teu shadow_price_high_usd_per_teu "
    "congestion_rent_low_usd_per_year congestion_rent_high_usd_per_year actors quality source_ids"
)
CHOKEPOINTS = "asset_id kind name countries status teu_per_year traffic_share demands confidence"
METRICS = ["scenario", "metric", "subject_kind", "subject", "value", "unit"]
CUTS = "cut_id demand_id arc_id asset_id name countries mode in_smallest_set blockers actors reason"
FIELDS = {
    "routes": ROUTES, "legs": LEGS, "flows": FLOWS, "chokepoints": CHOKEPOINTS, "cuts": CUTS,
    "bottlenecks": BOTTLENECKS,
}  # fmt: skip
FILES = [
    "bottlenecks.csv",
    "bottlenecks.geojson",
    "chokepoints.geojson",
    "cuts.geojson",
    "flows.geojson",
    "legs.geojson",
    "lines.csv",
    "manifest.json",
    "metrics.csv",
    "metrics.parquet",
    "result.json",
    "routes.geojson",
    "sensitivity.csv",
]
STOPS = {"border", "gauge_change", "transfer", "port", "waiting", "access", "connector", "strait"}


def _load(run: Run, name: str) -> Any:
    return orjson.loads((run.folder / name).read_bytes())


def _rows(run: Run, name: str) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in _load(run, f"{name}.geojson")["features"]]


def test_a_run_leaves_the_files_of_the_contract_and_no_others(baseline: Run) -> None:
    assert baseline.ended.code == 0, baseline.ended.said
    assert sorted(contents(baseline.folder)) == FILES


@pytest.mark.parametrize("name", FIELDS)
def test_every_feature_has_exactly_the_fields_in_order_and_its_id(name: str, baseline: Run) -> None:
    file = _load(baseline, f"{name}.geojson")
    FeatureCollection.model_validate(file)
    assert file["name"] == name
    assert "© OpenStreetMap contributors (ODbL)" in file["attribution"]
    assert file["corridors"]["scenario"] == "baseline"
    assert file["features"]
    fields = FIELDS[name].split()
    ids = [feature["id"] for feature in file["features"]]
    assert len(ids) == len(set(ids))
    for feature in file["features"]:
        assert list(feature) == ["type", "id", "geometry", "properties"]
        assert list(feature["properties"]) == fields
        assert feature["id"] == feature["properties"][fields[0]]


@pytest.mark.parametrize("name", FIELDS)
def test_coordinates_are_degrees_with_six_decimals_and_no_seam(name: str, baseline: Run) -> None:
    for feature in _load(baseline, f"{name}.geojson")["features"]:
        for line in _lines(feature["geometry"]):
            assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in line)
            assert all(round(c, 6) == c for point in line for c in point)
            assert all(abs(a[0] - b[0]) <= 180 for a, b in pairwise(line)), feature["id"]


def _lines(geometry: dict[str, Any]) -> list[list[list[float]]]:
    at = geometry["coordinates"]
    lines: list[list[list[float]]] = {"Point": [[at]], "LineString": [at]}.get(geometry["type"], at)
    return lines


def test_a_route_is_a_line_and_a_stop_is_a_point(baseline: Run) -> None:
    lines = {"LineString", "MultiLineString"}
    for feature in _load(baseline, "routes.geojson")["features"]:
        assert feature["geometry"]["type"] in lines
    for feature in _load(baseline, "legs.geojson")["features"]:
        leg = feature["properties"]
        assert (feature["geometry"]["type"] == "Point") == (leg["kind"] != "line")
        assert leg["kind"] == "line" or leg["distance_km"] == 0
    for feature in _load(baseline, "chokepoints.geojson")["features"]:
        assert feature["geometry"]["type"] == "Point"


def test_routes_are_the_sums_of_their_legs(baseline: Run) -> None:
    legs: dict[str, list[dict[str, Any]]] = {}
    for leg in _rows(baseline, "legs"):
        legs.setdefault(leg["route_id"], []).append(leg)
    routes = _rows(baseline, "routes")
    assert {route["route_id"] for route in routes} == set(legs)
    for route in routes:
        own = legs[route["route_id"]]
        assert [leg["seq"] for leg in own] == list(range(1, len(own) + 1))
        for name, digits in (("distance_km", 3), ("time_h", 3), ("cost_usd_per_teu", 2)):
            slack = len(own) * 10**-digits
            assert math.isclose(
                route[name], sum(leg[name] for leg in own), rel_tol=1e-9, abs_tol=slack
            ), (route["route_id"], name)
        assert math.isclose(
            route["distance_km"],
            route["sea_km"] + route["rail_km"] + route["road_km"],
            rel_tol=1e-9,
            abs_tol=0.01,
        )


def test_the_result_names_every_demand_and_agrees_with_the_routes(baseline: Run) -> None:
    result = _load(baseline, "result.json")
    assert list(result) == [
        "schema_version", "scenario", "network", "status", "warnings", "demands", "metrics",
        "flow", "bottlenecks",
    ]  # fmt: skip
    assert result["schema_version"] == 1
    assert len(result["demands"]) >= 24
    routes = {route["route_id"]: route for route in _rows(baseline, "routes")}
    for demand in result["demands"]:
        assert (demand["status"] == "ok") == bool(demand["routes"])
        for rank, route in enumerate(demand["routes"], start=1):
            row = routes.pop(route["route_id"])
            assert (route["rank"], row["demand_id"]) == (rank, demand["id"])
            assert route["cost_usd_per_teu"] == row["cost_usd_per_teu"]
            assert route["distance_km"] > 0
            late = [route[f"time_{name}_h"] for name in ("p50", "p80", "p95")]
            assert late == sorted(late) == [row[f"time_{name}_h"] for name in ("p50", "p80", "p95")]
            assert route["time_sd_h"] > 0
    assert result["scenario"]["times"]["correlation"] == 0.3
    for metric in result["metrics"]:
        assert list(metric) == ["name", "subject_kind", "subject", "value", "unit", "better"]


def test_legs_tell_who_works_them_and_which_rules_of_the_register_they_meet(baseline: Run) -> None:
    with (data_folder() / "rules.csv").open(encoding="utf-8", newline="") as stream:
        known = {row["id"] for row in csv.DictReader(stream)}
    with (data_folder() / "actors.csv").open(encoding="utf-8", newline="") as stream:
        actors = {row["id"] for row in csv.DictReader(stream)}
    legs = _rows(baseline, "legs")
    met = {name for leg in legs for name in filter(None, leg["rule_ids"].split(";"))}
    assert met
    assert met <= known
    by_rail = [leg["operator"] for leg in legs if leg["kind"] == "line" and leg["mode"] == "rail"]
    named = [name for operator in by_rail for name in operator.split(";") if name]
    assert len(named) > len(by_rail) / 2
    assert set(named) <= actors
    told = _load(baseline, "result.json")["warnings"]
    assert all(isinstance(words, str) and words for words in told)
    assert len(told) == len(set(told))


def test_metrics_are_the_same_in_all_three_files(baseline: Run) -> None:
    from pyarrow import parquet

    text = (baseline.folder / "metrics.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == METRICS
    table = parquet.read_table(baseline.folder / "metrics.parquet")
    assert table.column_names == METRICS
    assert table.to_pylist() == [row | {"value": float(row["value"])} for row in rows]
    told = _load(baseline, "result.json")["metrics"]
    assert [row["metric"] for row in rows] == [metric["name"] for metric in told]
    assert {row["scenario"] for row in rows} == {"baseline"}


def test_the_manifest_has_the_hash_of_every_input_and_output(
    baseline: Run, real_folder: Path
) -> None:
    manifest = _load(baseline, "manifest.json")
    assert sorted(manifest) == ["hashed", "origin", "schema_version", "sha256", "wall_times_s"]
    hashed = manifest["hashed"]
    assert sorted(hashed) == ["inputs", "outputs", "packages", "parameters", "seed", "solver"]
    files = contents(baseline.folder)
    del files["manifest.json"]
    assert hashed["outputs"] == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }
    network = orjson.loads((real_folder / "manifest.json").read_bytes())
    assert hashed["inputs"]["network"] == network["snapshot"]
    assert {"scenario", "scenarios/data/rates.csv"} <= set(hashed["inputs"])
    origin = manifest["origin"]
    assert origin["command"][:3] == ["corridors", "run", "baseline"]
    assert set(origin["inputs"]) == set(hashed["inputs"])
    assert list(origin["inputs"]["scenario"]) == [
        "shipped:scenarios/_base.yaml", "shipped:scenarios/baseline.yaml"
    ]  # fmt: skip


def test_a_demand_without_an_open_route_is_infeasible_with_the_reason(half: Run) -> None:
    assert half.ended.code == 0, half.ended.said
    first, second = _load(half, "result.json")["demands"]
    assert (first["status"], first["reason"], first["closures"]) == ("ok", "", [])
    assert first["routes"]
    assert second["status"] == "infeasible"
    assert "NAX" in second["reason"]
    proof = second["certificate"]
    assert first["certificate"] is None
    assert len(second["closures"]) == len(proof["relax"]) > 0
    cuts = _rows(half, "cuts")
    assert [cut["arc_id"] for cut in cuts] == proof["cut"]
    assert {cut["demand_id"] for cut in cuts} == {"baku-nakhchivan"}
    assert "yes" in {cut["in_smallest_set"] for cut in cuts}
    assert second["routes"] == []
    assert second["unserved_teu_per_year"] == second["teu_per_year"] == 50
    assert {route["demand_id"] for route in _rows(half, "routes")} == {"moscow-tehran"}
    assert "baku-nakhchivan: no open route" in half.ended.out


def test_the_same_run_twice_gives_the_same_bytes(
    baseline: Run, real_folder: Path, tmp_path: Path
) -> None:
    again = corridors(
        "run", "baseline", "--network", real_folder, "--out", "again", cwd=tmp_path,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Almaty"},
    )  # fmt: skip
    assert again.code == 0, again.said
    first, second = contents(baseline.folder), contents(tmp_path / "again")
    manifests = [orjson.loads(files.pop("manifest.json")) for files in (first, second)]
    assert first == second
    assert manifests[0]["sha256"] == manifests[1]["sha256"]
    assert manifests[0]["hashed"] == manifests[1]["hashed"]
