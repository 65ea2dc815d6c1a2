"""A mapping: what it says of columns and of the area, in each way of saying it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyogrio.raw
import pytest
import shapely

from corridors.errors import ScenarioError
from corridors.mapping import Mapping, Source, read_mapping
from geodata.sources.custom_values import LINE_FIELDS
from geodata.types import Mode

if TYPE_CHECKING:
    from pathlib import Path

BAKU, TASHKENT = (49.8, 40.4), (69.2, 41.3)


def mapping(folder: Path, text: str) -> Mapping:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_an_empty_mapping_reads_columns_by_our_names(tmp_path: Path) -> None:
    found = mapping(tmp_path, "")
    assert (found.id, found.inside, found.replaces) == ("mapping", None, frozenset())
    assert (found.points.lon, found.points.lat) == ("lon", "lat")
    assert Mapping().lines == Source()


def test_fields_values_and_defaults_are_texts(tmp_path: Path) -> None:
    found = mapping(
        tmp_path,
        """\
        id: mine
        lines:
          layer: tracks
          crs: EPSG:32638
          fields: {mode: kind}
          values: {gauge_mm: {broad: 1520, both: [1435, 1520]}}
          defaults: {status: planned}
        points: {lon: x, lat: y, defaults: {modes: [rail, road], accuracy_km: 0.5}}
        """,
    )
    assert (found.lines.layer, found.lines.crs) == ("tracks", "EPSG:32638")
    assert found.lines.columns.values == {"gauge_mm": {"broad": "1520", "both": "1435;1520"}}
    assert found.points.columns.defaults == {"modes": "rail;road", "accuracy_km": "0.5"}
    assert (found.points.lon, found.points.lat) == ("x", "y")
    assert found.lines.columns.place[1:] == (2, 9)
    assert set(LINE_FIELDS) >= set(found.lines.columns.fields)


@pytest.mark.parametrize(
    "area",
    ["AZ,AM", "[44, 38, 51, 42]", "[[44, 38], [51, 38], [51, 42], [44, 42]]", "area.gpkg"],
)
def test_an_area_is_said_in_four_ways(area: str, tmp_path: Path) -> None:
    path = tmp_path / "area.gpkg"
    shape = shapely.box(44, 38, 51, 42)
    pyogrio.raw.write(
        path, shapely.to_wkb([shape]), [np.array(["x"], object)], ["name"],
        geometry_type="Polygon", crs="EPSG:4326",
    )  # fmt: skip
    found = mapping(tmp_path, f"inside: {area}\nreplaces: [rail, road]\n")
    assert found.inside is not None
    inside = shapely.contains_xy(found.inside, *np.array([BAKU, TASHKENT]).T)
    assert inside.tolist() == [True, False]
    assert found.replaces == {Mode.RAIL, Mode.ROAD}
    files = [path.name for path in found.files]
    assert files == ["mapping.yaml", *(["area.gpkg"] if area == "area.gpkg" else [])]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("line: {}", "line"),
        ("lines: {field: {}}", "lines.field"),
        ("lines: {lon: x}", "lines.lon"),
        ("lines: 7", "lines"),
        ("lines: {layer: 7}", "lines.layer"),
        ("lines: {values: {mode: rail}}", "lines.values.mode"),
        ("lines: {defaults: {mod: rail}}", "lines.defaults.mod"),
        ("points: {fields: {lon: x}}", "points.fields.lon"),
        ("inside: [1, 2]", "inside"),
        ("inside: QQ", "inside"),
        ("inside: [[1, 2], [3, 4], [5]]", "inside"),
        ("replaces: rail", "replaces"),
        ("inside: AZ\nreplaces: [ferry]", "replaces[0]"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, path: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        mapping(tmp_path, text)
    assert path in [finding.path for finding in caught.value.findings]
    assert all(finding.line for finding in caught.value.findings)
