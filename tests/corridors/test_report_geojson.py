"""The files of a run: fields, order, ids, bytes."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from geojson_pydantic import FeatureCollection
from hypothesis import given
from hypothesis import strategies as st

from corridors.model.result import Flow
from corridors.model.route import Leg, LegKind, Route
from corridors.report.geojson import (
    FLOW_FIELDS,
    LEG_FIELDS,
    ROUTE_FIELDS,
    chokepoints_geojson,
    feature_collection,
    flow_row,
    flows_geojson,
    leg_row,
    legs_geojson,
    route_row,
    routes_geojson,
)

LINE = Leg(
    leg_id="R1-1",
    route_id="R1",
    seq=1,
    kind=LegKind.LINE,
    from_id="BAK",
    to_id="X1",
    mode="rail",
    country="AZ",
    gauge_mm=1520,
    operator="ADY",
    distance_km=500.123456,
    time_h=20.0,
    cost_usd_per_teu=0.1 + 0.2,
    emissions_kgco2e_per_teu=7.0,
    rule_ids=("A", "B"),
)
STOP = replace(
    LINE, leg_id="R1-2", seq=2, kind=LegKind.BORDER, distance_km=0.0, country="GE", operator="GR"
)
ROUTE = Route("R1", "d1", "BAK", "TBS", "titr", 1, "cost", (LINE, STOP))
PLACES = [np.array([[49.0, 40.0], [45.0, 41.5]]), np.array([[45.0, 41.5]])]


def test_routes_have_the_fields_of_the_contract_in_order() -> None:
    file = json.loads(routes_geojson([route_row(ROUTE)], PLACES[:1], meta={"scenario": "baseline"}))
    feature = file["features"][0]
    assert tuple(feature["properties"]) == ROUTE_FIELDS
    assert feature["id"] == feature["properties"]["route_id"] == "R1"
    assert feature["properties"]["countries"] == "AZ;GE"
    assert feature["properties"]["cost_usd_per_teu"] == 0.6
    assert feature["properties"]["distance_km"] == 500.123
    assert file["name"] == "routes"
    assert file["corridors"] == {"scenario": "baseline"}


def test_a_leg_is_a_line_and_a_stop_is_a_point() -> None:
    data = legs_geojson([leg_row(LINE), leg_row(STOP)], PLACES)
    FeatureCollection.model_validate_json(data)
    line, stop = json.loads(data)["features"]
    assert tuple(line["properties"]) == LEG_FIELDS
    assert [f["geometry"]["type"] for f in (line, stop)] == ["LineString", "Point"]
    assert [f["properties"]["kind"] for f in (line, stop)] == ["line", "border"]
    assert line["properties"]["rule_ids"] == "A;B"
    assert stop["properties"]["distance_km"] == 0


def test_flows_keep_unlimited_as_null() -> None:
    data = flows_geojson([flow_row(Flow(7, 1200.0))], PLACES[:1])
    feature = json.loads(data)["features"][0]
    assert tuple(feature["properties"]) == FLOW_FIELDS
    assert feature["id"] == "A7"
    assert feature["properties"]["capacity_teu_per_year"] is None


def test_chokepoints_begin_with_the_asset() -> None:
    rows = [{"asset_id": "X1", "teu_per_year": math.nan}]
    feature = json.loads(chokepoints_geojson(rows, [np.array([45.0, 41.5])]))["features"][0]
    assert feature["properties"] == {"asset_id": "X1", "teu_per_year": None}
    assert feature["geometry"] == {"type": "Point", "coordinates": [45.0, 41.5]}
    with pytest.raises(ValueError, match="begins with asset_id"):
        chokepoints_geojson([{"x": 1}], [None])


def test_no_chokepoints_is_a_file_too() -> None:
    assert json.loads(chokepoints_geojson([], []))["features"] == []


def test_a_field_outside_the_contract_is_named() -> None:
    row = route_row(ROUTE)
    row["price"] = row.pop("time_h")
    with pytest.raises(
        ValueError, match=r"missing fields \['time_h'\], unknown fields \['price'\]"
    ):
        routes_geojson([row], PLACES[:1])


def test_fewer_geometries_than_rows_is_an_error() -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        routes_geojson([route_row(ROUTE)] * 2, PLACES[:1])


coordinate = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


@given(st.lists(st.lists(coordinate, min_size=1, max_size=6), max_size=4))
def test_any_line_gives_valid_geojson_within_the_world(
    lines: list[list[tuple[float, float]]],
) -> None:
    rows = [{"id": f"f{k}"} for k in range(len(lines))]
    data = feature_collection(rows, [np.array(line) for line in lines], id_field="id", name="n")
    FeatureCollection.model_validate_json(data)
    for feature in json.loads(data)["features"]:
        parts = feature["geometry"]["coordinates"]
        if feature["geometry"]["type"] == "Point":
            parts = [[parts]]
        elif feature["geometry"]["type"] == "LineString":
            parts = [parts]
        for part in parts:
            longitudes = np.array([point[0] for point in part])
            assert np.abs(longitudes).max() <= 180
            assert np.abs(np.diff(longitudes)).max(initial=0) <= 180
