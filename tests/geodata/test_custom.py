"""A planner's own files: any reference system, columns by a mapping, every fault with its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from pyproj import Transformer

from geodata.errors import Finding, OwnDataError, SourceMissingError
from geodata.measure import geodesic_km
from geodata.sources.custom import Layer, read_lines, read_points, read_polygons
from geodata.sources.custom_values import Columns, line_values
from geodata.sources.noding import tracks_of
from geodata.types import Mode, Status

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.tracks import Tracks

FORMATS = ("geojson", "gpkg", "shp", "fgb")
# Two lines that meet at 45 E, and one that ends on the first in its middle.
LINES = ([(44.0, 40.0), (44.5, 40.2), (45.0, 40.0)], [(45.0, 40.0), (46.0, 40.0)],
         [(44.25, 41.0), (44.25, 40.1)])  # fmt: skip
KINDS = ["rail", "rail", "rail"]


def write(path: Path, shapes: list[Any], crs: str = "EPSG:4326", **columns: Any) -> Path:
    data = [
        np.array(values, float if any(isinstance(v, float) for v in values) else object)
        for values in columns.values()
    ]
    kind = next((s.geom_type for s in shapes if s is not None), "LineString")
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array(shapes, object)), data, list(columns),
        geometry_type=kind if len({s.geom_type for s in shapes if s}) == 1 else "Unknown",
        crs=crs,
    )  # fmt: skip
    return path


def projected(points: list[tuple[float, float]], crs: str) -> list[tuple[float, float]]:
    to = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return [to.transform(*point) for point in points]


def tracks(layer: Layer, **columns: Any) -> Tracks:
    found: list[Finding] = []
    values = line_values(layer, Columns(**columns), found)
    assert found == []
    return tracks_of([(layer, values)])


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32638", "EPSG:3857"])
def test_lines_of_every_format_and_system_are_the_same(
    ending: str, crs: str, tmp_path: Path
) -> None:
    shapes = [shapely.LineString(projected(line, crs)) for line in LINES]
    found = tracks(read_lines(write(tmp_path / f"lines.{ending}", shapes, crs, mode=KINDS)))
    # The first line is cut where the third ends on it; all hang together at two nodes.
    assert sorted(found.length_km) == pytest.approx([24.05, 72.09, 85.39, 99.94], abs=0.01)
    degree = np.bincount(np.concatenate([found.u, found.v]))
    assert sorted(degree.tolist()) == [1, 1, 1, 2, 3]
    middle = int(np.argmax(degree))
    assert (found.lon[middle], found.lat[middle]) == pytest.approx((44.25, 40.1), abs=1e-5)


def test_columns_and_values_are_mapped_and_defaults_fill_in(tmp_path: Path) -> None:
    shapes = [shapely.LineString(line) for line in LINES]
    path = write(
        tmp_path / "lines.gpkg", shapes, art=["Bahn", "Bahn", "Straße"], spur=["1520;1435", "", ""],
        len=[100.0, None, None], stand=["", "Bau", ""], nr=["A1", "A2", "B1"],
    )  # fmt: skip
    found = tracks(
        read_lines(path),
        fields={"mode": "art", "gauge_mm": "spur", "length_km": "len", "status": "stand",
                "ref": "nr"},
        values={
            "mode": {"Bahn": "rail", "Straße": "road"}, "status": {"Bau": "under_construction"},
        },
        defaults={"electrified": "no"},
    )  # fmt: skip
    # The line of two gauges stands twice; a road ends on it, which cuts no railway.
    assert found.mode.tolist() == [Mode.RAIL, Mode.RAIL, Mode.RAIL, Mode.ROAD]
    assert found.gauge_mm.tolist() == [1435, 1520, 0, 0]
    assert found.length_km.tolist() == pytest.approx([100.0, 100.0, 85.39, 99.94], abs=0.01)
    assert found.status.tolist() == [
        Status.BUILT, Status.BUILT, Status.UNDER_CONSTRUCTION, Status.BUILT,
    ]  # fmt: skip
    assert found.ref == ("lines.gpkg:A1", "lines.gpkg:A1", "lines.gpkg:A2", "lines.gpkg:B1")
    assert found.electrified.tolist() == [0] * 4


def test_a_stated_length_is_shared_among_parts_and_pieces(tmp_path: Path) -> None:
    parts = shapely.MultiLineString([LINES[0], LINES[1]])
    shapes = [parts, shapely.LineString(LINES[2])]
    path = write(tmp_path / "lines.gpkg", shapes, mode=["rail"] * 2, length_km=[200.0, 99.0])
    found = tracks(read_lines(path))
    assert found.length_km.sum() == pytest.approx(299.0)
    assert len(found) == 4


def test_ends_some_metres_apart_meet_and_lines_that_cross_do_not(tmp_path: Path) -> None:
    shapes = [
        shapely.LineString([(44.0, 40.0), (45.0, 40.0)]),
        shapely.LineString([(45.00005, 40.00005), (46.0, 40.0)]),  # 7 m on
        shapely.LineString([(44.5, 39.5), (44.5, 40.5)]),  # over the first
        shapely.LineString([(46.001, 40.0), (47.0, 40.0)]),  # 85 m on
    ]
    found = tracks(read_lines(write(tmp_path / "lines.fgb", shapes, mode=["road"] * 4)))
    assert len(found) == 4
    assert len(found.lon) == 7


def test_wrong_values_are_told_with_every_row(tmp_path: Path) -> None:
    shapes = [shapely.LineString(LINES[k % 2]) for k in range(6)]
    path = write(
        tmp_path / "lines.gpkg", shapes, mode=["rail", "bus", "bus", "raod", "bus", ""],
        gauge_mm=["1520", "1521", "x", "", "", ""], length_km=[1.0, -2.0, 0.0, None, 5.0, 6.0],
    )  # fmt: skip
    findings: list[Finding] = []
    line_values(read_lines(path), Columns(), findings)
    said = {f"{f.name}: {f.message}" for f in findings}
    gauges = "1000, 1067, 1435, 1520, 1524, 1668, 1676"
    assert all(f.file == str(path) for f in findings)
    assert said == {
        'mode: "bus" is not one of rail, road, sea, ferry (rows 2-3, 5)',
        'mode: "raod" is not one of rail, road, sea, ferry; did you mean "road"? (row 4)',
        "mode: is not said; map a column or give a default: rail, road, sea or ferry (row 6)",
        f'gauge_mm: "1521" is no gauge known; they are {gauges} mm (row 2)',
        'gauge_mm: "x" is no gauge in mm (row 3)',
        'length_km: "-2" is not a number above 0 (row 2)',
        'length_km: "0" is not a number above 0 (row 3)',
    }


def test_a_column_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "lines.gpkg", [shapely.LineString(LINES[0])], kind=["rail"])
    findings: list[Finding] = []
    columns = Columns(fields={"mode": "kinds"}, place=("mapping.yaml", 7, 3))
    line_values(read_lines(path), columns, findings)
    assert str(findings[0]).startswith("mapping.yaml:7:3 fields.mode  ")
    assert 'has no column "kinds"; did you mean "kind"?' in str(findings[0])


def test_what_is_no_line_is_told_row_by_row(tmp_path: Path) -> None:
    shapes = [shapely.Point(1, 1), shapely.LineString(LINES[0]), None]
    with pytest.raises(OwnDataError) as caught:
        read_lines(write(tmp_path / "lines.gpkg", shapes, mode=["rail"] * 3))
    assert [(f.line, f.message) for f in caught.value.findings] == [
        (1, "is Point, not a line"), (3, "is nothing, not a line"),
    ]  # fmt: skip


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError, match="no such file"):
        read_lines(tmp_path / "none.gpkg")
    (tmp_path / "text.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(SourceMissingError, match="cannot be read"):
        read_lines(tmp_path / "text.geojson")


def test_the_reference_system_is_asked_for_and_judged(tmp_path: Path) -> None:
    line = shapely.LineString(projected(LINES[0], "EPSG:32638"))
    path = write(tmp_path / "lines.shp", [line], "EPSG:32638", mode=["rail"])
    path.with_suffix(".prj").unlink()
    with pytest.raises(OwnDataError, match="does not say its reference system"):
        read_lines(path)
    assert read_lines(path, crs="EPSG:32638").drawn[0][0] == pytest.approx([44.0, 40.0])
    with pytest.raises(OwnDataError, match="cannot be used"):
        read_lines(path, crs="EPSG:0")
    with pytest.raises(OwnDataError, match="lies nowhere on earth"):
        read_lines(path, crs="EPSG:4326")


def test_one_of_several_layers_is_to_be_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.gpkg"
    for layer in ("rail", "road"):
        pyogrio.raw.write(
            path, shapely.to_wkb([shapely.LineString(LINES[0])]), [np.array([layer], object)],
            ["mode"], geometry_type="LineString", crs="EPSG:4326", layer=layer,
        )  # fmt: skip
    with pytest.raises(OwnDataError, match="several layers: rail, road"):
        read_lines(path)
    with pytest.raises(OwnDataError, match='no layer "sea"'):
        read_lines(path, layer="sea")
    assert tracks(read_lines(path, layer="road")).mode.tolist() == [Mode.ROAD]


def test_points_of_a_table_and_of_a_map_are_the_same(tmp_path: Path) -> None:
    text = "code,x,y\nAAA,44.5,40.25\n\nBBB,45,41\n"
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    table = read_points(tmp_path / "points.csv", lon="x", lat="y")
    assert (table.rows, table.columns["code"]) == ([2, 4], ["AAA", "BBB"])
    path = write(
        tmp_path / "p.gpkg", [shapely.Point(44.5, 40.25), shapely.Point(45, 41)], code=["A", "B"]
    )
    drawn = read_points(path, lon="", lat="")
    assert [p.tolist() for p in drawn.drawn] == [p.tolist() for p in table.drawn]
    assert drawn.rows == [1, 2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("code,x\nA,1\n", "y  column is missing"),
        ("code,x,y\nA,1\n", "row  has 2 cells, the header 3"),
        ("code,x,y\nA,1,b\n", 'y  "b" is not a number'),
    ],
)
def test_a_table_of_points_that_does_not_do_is_told(text: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    with pytest.raises(OwnDataError, match=wanted):
        read_points(tmp_path / "points.csv", lon="x", lat="y")


def test_an_area_is_the_union_of_its_polygons_in_degrees(tmp_path: Path) -> None:
    ring = projected([(44, 40), (45, 40), (45, 41), (44, 41)], "EPSG:32638")
    path = write(tmp_path / "area.gpkg", [shapely.Polygon(ring)], "EPSG:32638", name=["x"])
    assert read_polygons(path).bounds == pytest.approx((44, 40, 45, 41), abs=1e-6)
    lines = write(tmp_path / "lines.gpkg", [shapely.LineString(LINES[0])], mode=["rail"])
    with pytest.raises(OwnDataError, match="holds no polygons"):
        read_polygons(lines)


def test_lengths_are_geodesic(tmp_path: Path) -> None:
    line = [(30.0, 60.0), (40.0, 60.0)]
    found = tracks(read_lines(write(tmp_path / "l.fgb", [shapely.LineString(line)], mode=["rail"])))
    one = np.array([0.0])
    km = geodesic_km(one + 30, one + 60, one + 40, one + 60)
    assert found.length_km == pytest.approx(km)
