"""Exports opened by the programmes that planners have: GDAL, its validator, QGIS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from corridors.gis import CONTRACTS, export_gis
from geodata.symbols import styles
from tests.corridors.test_gis import world  # noqa: F401 - a fixture

pytestmark = [pytest.mark.slow, pytest.mark.long]

#: The Python that Debian's packages of GDAL and QGIS are installed for.
PYTHON = "/usr/bin/python3"
VALIDATOR = "osgeo_utils.samples.validate_gpkg"
RENDER = Path(__file__).with_name("render_qgis.py")
TIMEOUT_S = 300
#: A picture of a blank page is smaller than this, in bytes.
BLANK = 15_000


def said(*words: str | Path) -> str:
    """Run a programme outside of our environment and return what it said."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        list(map(str, words)), capture_output=True, encoding="utf-8", timeout=TIMEOUT_S,
        check=False, env=plain | {"QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def has_module(name: str) -> bool:
    """Whether the Python of the system has a module."""
    if not Path(PYTHON).exists():
        return False
    plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        [PYTHON, "-c", f"import {name}"], capture_output=True, check=False, env=plain
    )
    return done.returncode == 0


@pytest.fixture(scope="module")
def exported(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """Two runs of the tiny world as a GeoPackage with project."""
    out = tmp_path_factory.mktemp("gis") / "out"
    names = ("tiny", "capped")
    export_gis(
        [world / "runs" / name for name in names], out=out, network=world / "network",
        scenarios=[str(world / f"{name}.yaml") for name in names],
    )  # fmt: skip
    return out


def test_the_geopackage_keeps_every_requirement_of_the_standard(exported: Path) -> None:
    if not has_module(VALIDATOR):
        pytest.skip(f"no {VALIDATOR} for {PYTHON}: python3-gdal is not installed")
    path = exported / "corridors.gpkg"
    assert said(PYTHON, "-m", VALIDATOR, "--extra", "--warning-as-error", path).strip() == ""


def test_ogrinfo_reads_every_layer_with_its_fields(exported: Path) -> None:
    if not shutil.which("ogrinfo"):
        pytest.skip("no ogrinfo: gdal-bin is not installed")
    text = said("ogrinfo", "-ro", "-so", "-al", exported / "corridors.gpkg")
    blocks = {part.split("\n", 1)[0].strip(): part for part in text.split("Layer name: ")[1:]}
    kinds = {"point": "Point", "line": "Multi Line String", "polygon": "Multi Polygon"}
    for one in CONTRACTS:
        block = blocks[one.name]
        assert f"Geometry: {kinds[one.shape]}" in block
        assert one.abstract in block
        for field in one.fields:
            assert f"\n{field.name}: " in block, (one.name, field.name)


@pytest.mark.parametrize("format_", ["geojson", "fgb"])
def test_qgis_opens_a_project_on_a_file_per_layer(
    world: Path,  # noqa: F811
    tmp_path: Path,
    format_: str,
) -> None:
    if not has_module("qgis.core"):
        pytest.skip(f"no qgis for {PYTHON}: python3-qgis is not installed")
    done = export_gis(
        [world / "runs" / "tiny"], out=tmp_path / "gis", network=world / "network",
        format_=format_, layers=["routes", "flows", "chokepoints", "links", "land"],
    )  # fmt: skip
    told = json.loads(said(PYTHON, RENDER, tmp_path / "gis" / "corridors.qgs").splitlines()[-1])
    counts: dict[str, int] = {}
    for name, layer in told["layers"].items():
        assert layer["valid"], name
        kind = name.partition("_of_")[0]
        counts[kind] = counts.get(kind, 0) + layer["rows"]
    assert counts == done.rows


def test_qgis_opens_the_project_on_every_layer_and_prints_it(
    exported: Path, tmp_path: Path
) -> None:
    if not has_module("qgis.core"):
        pytest.skip(f"no qgis for {PYTHON}: python3-qgis is not installed")
    moved = tmp_path / "elsewhere"
    shutil.copytree(exported, moved)
    picture = tmp_path / "page.png"
    told = json.loads(said(PYTHON, RENDER, moved / "corridors.qgs", picture).splitlines()[-1])
    assert told["read"]
    assert told["projection"]
    assert told["title"] == "Transport corridors: tiny, capped"
    assert "no position" in told["abstract"]
    assert told["pages"] == ["Map"]
    names = {name.partition("_of_")[0] for name in told["layers"]}
    # What has no row in these runs is there all the same.
    assert names == {one.name for one in CONTRACTS}
    looks = styles()
    for name, layer in told["layers"].items():
        assert layer["valid"], name
        assert layer["projection"] == "EPSG:4326", name
        assert layer["wrong"] == [], name
        kind = name.partition("_of_")[0]
        if kind != "routes":  # its classes are the corridors of the network
            assert layer["rules"] == [rule.label for rule in looks[kind].rules]
    assert told["layers"]["flows_of_run_1_5"]["rows"] > 0
    assert told["drawn"] == 0
    assert picture.stat().st_size > BLANK
