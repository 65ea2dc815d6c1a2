"""Exports read back with what GIS programs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyogrio
import pytest

from tests.cli.process import corridors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

LAYERS = ["assets", "links", "stops", "terminals"]


@pytest.mark.parametrize("format_", ["geojson", "gpkg", "fgb"])
@pytest.mark.parametrize(
    "mode", ["rail", "sea", *(pytest.param(one, marks=pytest.mark.deep) for one in ("road", "all"))]
)
def test_an_exported_network_reads_back(
    mode: str, format_: str, tmp_path: Path, real_folder: Path
) -> None:
    ended = corridors(
        "export", "network", "--network", real_folder, "--mode", mode, "--format", format_,
        "--out", "out", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert ended.code == 0, ended.said
    files = [tmp_path / name for name in ended.json["files"]]
    assert sorted((tmp_path / "out").iterdir()) == sorted(files)
    found = {}
    for path in files:
        for layer, geometry in pyogrio.list_layers(path):
            if geometry is None:  # the styles for QGIS
                continue
            found[layer] = pyogrio.read_info(path, layer=layer, force_feature_count=True)
    assert sorted(found) == LAYERS
    for layer, info in found.items():
        assert info["features"] > 0, layer
        assert info["crs"] in {"EPSG:4326", "OGC:CRS84"}
    # Lines that cross the antimeridian are of several parts, which GeoJSON cannot announce.
    assert found["links"]["geometry_type"] in {"LineString", "MultiLineString", "Unknown"}
    assert "length_km" in found["links"]["fields"]


def test_a_geopackage_may_be_named(tmp_path: Path, real_folder: Path) -> None:
    ended = corridors(
        "export", "network", "--network", real_folder, "--mode", "sea", "--out", "sea.gpkg",
        cwd=tmp_path,
    )  # fmt: skip
    assert (ended.code, ended.out) == (0, "sea.gpkg\n"), ended.said


@pytest.mark.parametrize("name", ["map.png", "map.svg"])
@pytest.mark.parametrize("of_routes", ["", "with routes"])
def test_a_map_is_drawn(
    name: str,
    of_routes: str,
    tmp_path: Path,
    real_folder: Path,
    half: Run,
) -> None:
    more = ("--run", half.folder) if of_routes else ()
    ended = corridors("export", "map", "--network", real_folder, *more, "--out", name, cwd=tmp_path)
    assert (ended.code, ended.out) == (0, f"{name}\n"), ended.said
    drawn = (tmp_path / name).read_bytes()
    assert len(drawn) > 20_000
    if name.endswith("png"):
        assert drawn.startswith(b"\x89PNG")
    else:
        assert b"<svg" in drawn


def test_a_map_of_another_ending_is_refused(tmp_path: Path, real_folder: Path) -> None:
    ended = corridors("export", "map", "--network", real_folder, "--out", "map.doc", cwd=tmp_path)
    assert ended.code in {2, 3}, ended.said
    assert ".png" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_results_that_are_not_there_are_6(tmp_path: Path, real_folder: Path) -> None:
    ended = corridors(
        "export", "map", "--network", real_folder, "--run", "none", "--out", "map.png", cwd=tmp_path
    )
    assert ended.code == 6, ended.said
    assert "none/routes.geojson" in ended.err
