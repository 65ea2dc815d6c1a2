"""GeoParquet: what the standard asks for, and the same cells and shapes read back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import shapely
from pyarrow import parquet

from geodata.geoparquet import write_geoparquet
from geodata.network_sheets import sheets_of_layers
from geodata.sheets import Sheet, contract, point_shapes
from tests.geodata.test_export import drawn, empty

META = {"schema_version": 2, "snapshot": "abc"}


def written(sheet: Sheet, folder: Path) -> parquet.ParquetFile:
    path = folder / f"{sheet.name}.parquet"
    write_geoparquet(sheet, path, meta=META)
    return parquet.ParquetFile(path)


def test_the_file_says_what_the_standard_asks_for(tmp_path: Path) -> None:
    links = next(one for one in sheets_of_layers(drawn()) if one.name == "links")
    file = written(links, tmp_path)
    geo = json.loads(file.schema_arrow.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["MultiLineString"])
    assert column["bbox"] == shapely.total_bounds(links.geometry).tolist()
    table = file.read()
    for corner, path in column["covering"]["bbox"].items():
        assert path == ["bbox", corner]
        assert table["bbox"].combine_chunks().field(corner).null_count == 0
    about = json.loads(file.schema_arrow.metadata[b"corridors"])
    assert about["snapshot"] == "abc"
    assert "OpenStreetMap" in about["attribution"]
    assert "no position" in about["disclaimer"]


def test_cells_and_shapes_come_back(tmp_path: Path) -> None:
    for sheet in sheets_of_layers(drawn()):
        table = written(sheet, tmp_path).read()
        told = [{name: row[name] for name in sheet.contract.names} for row in table.to_pylist()]
        assert told == [
            {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in row.items()}
            for row in sheet.rows()
        ]
        shapes = shapely.from_wkb(table["geometry"].to_pylist())
        assert shapely.equals_exact(shapes, sheet.geometry).all()
        for field in sheet.contract.fields:
            metadata = table.schema.field(field.name).metadata
            assert metadata == {
                b"unit": field.unit.encode(),
                b"description": field.meaning.encode(),
            }


def test_an_empty_layer_and_a_row_without_a_place_are_written(tmp_path: Path) -> None:
    for sheet in sheets_of_layers(empty()):
        assert written(sheet, tmp_path).read().num_rows == 0
    one = contract("b", "g", "point", "B", "Points.", "b_id | text | | id")
    nowhere = point_shapes([(1.0, 2.0), (3.0, 4.0)])
    nowhere[0] = None
    file = written(Sheet(one, {"b_id": np.array(["x", "y"], object)}, nowhere), tmp_path)
    geo = json.loads(file.schema_arrow.metadata[b"geo"])
    assert geo["columns"]["geometry"]["bbox"] == [3.0, 4.0, 3.0, 4.0]
    assert file.read()["geometry"].null_count == 1


def test_the_same_layer_gives_the_same_bytes(tmp_path: Path) -> None:
    sheet = sheets_of_layers(drawn())[1]
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        written(sheet, tmp_path / name)
    one, two = (tmp_path / name / "links.parquet" for name in ("a", "b"))
    assert one.read_bytes() == two.read_bytes()
