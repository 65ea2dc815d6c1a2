"""`corridors export DIR...`: its words, its answers, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyogrio
import pytest

from tests.cli.process import corridors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run


def test_export_of_a_folder_is_export_run(tmp_path: Path) -> None:
    ended = [
        corridors(*words, "nowhere", "--layers", "flows", cwd=tmp_path)
        for words in (("export",), ("export", "run"))
    ]
    assert [one.code for one in ended] == [6, 6], ended[0].said
    assert ended[0].err == ended[1].err
    assert "nowhere  no such folder" in ended[0].err
    options_first = corridors("export", "--format", "fgb", "nowhere", cwd=tmp_path)
    assert options_first.err == ended[0].err
    assert list(tmp_path.iterdir()) == []


def test_a_slip_in_a_command_is_told(tmp_path: Path) -> None:
    ended = corridors("export", "netwrk", cwd=tmp_path)
    assert (ended.code, ended.out) == (6, "")
    assert 'did you mean "network"?' in ended.err
    unknown = corridors("export", "run", "x", "--format", "shp", cwd=tmp_path)
    assert unknown.code == 2
    assert "Usage: corridors export run" in unknown.err


def test_fields_are_listed_with_unit_and_meaning(tmp_path: Path) -> None:
    ended = corridors("export", "columns", cwd=tmp_path)
    assert ended.code == 0, ended.said
    assert "| `time_h` | float | h | likely time, stops included |" in ended.out
    layers = corridors("export", "columns", "--json", cwd=tmp_path).json["layers"]
    for layer in layers:
        assert f"### {layer['name']}\n" in ended.out
    routes = next(layer for layer in layers if layer["name"] == "routes")
    assert {"name": "time_h", "type": "float", "unit": "h",
            "meaning": "likely time, stops included"} in routes["fields"]  # fmt: skip


@pytest.mark.slow
def test_a_run_on_the_real_network_is_exported_with_it(
    half: Run, real_folder: Path, tmp_path: Path
) -> None:
    scenario = half.folder.parent / "half.yaml"
    ended = corridors(
        "export", half.folder, "--network", real_folder, "--scenario", scenario, "--out", "gis",
        "--json", cwd=tmp_path,
    )  # fmt: skip
    assert ended.code == 0, ended.said
    files = {path.name: path for path in map(tmp_path.joinpath, ended.json["files"])}
    assert {"corridors.gpkg", "corridors.qgs", "manifest.json"} < files.keys()
    for name, rows in ended.json["rows"].items():
        info = pyogrio.read_info(files["corridors.gpkg"], layer=name, force_feature_count=True)
        assert info["features"] == rows
    assert ended.json["rows"]["cuts"] > 0
    manifest = json.loads(files["manifest.json"].read_bytes())
    assert set(manifest["hashed"]["inputs"]) == {"network", half.folder.name}
