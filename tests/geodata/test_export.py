"""Exports of small drawn networks, read back by GDAL."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
from geojson_pydantic import FeatureCollection
from pyogrio import raw

from geodata.atomic import WriteError, writing_file, writing_folder
from geodata.errors import NetworkError
from geodata.export import FORMATS, export_network
from geodata.geojson import ATTRIBUTION, encode
from geodata.geometry import (
    chain_coordinates,
    link_coordinates,
    link_lines,
    split_antimeridian,
    unwrapped,
)
from geodata.layers import layers_of
from geodata.types import Asset, Kind, Links, Mode, Network, Nodes, Shapes, Status

LENGTH_KM = [180.25, 95.5, 0.0, 400.125, 12.0]


def drawn() -> Network:
    """Draw two rail links, a border between them, a sea link over 180° and a ferry.

    ::

        N0 --L0 (bent)-- N1 -L2 border- N2 --L1-- N3     N4 ~~L3~~ N5 ~L4~ N3
    """
    nodes = Nodes(
        lon=np.array([49.0, 51.0, 51.0, 52.0, 179.0, -179.5]),
        lat=np.array([40.0, 41.0, 41.0, 42.0, 10.0, 12.0]),
        mode=np.array([Mode.RAIL] * 4 + [Mode.SEA] * 2, np.int8),
        country=np.array([0, 0, 1, 1, 2, 2], np.int16),
        gauge_mm=np.array([1520] * 4 + [0, 0], np.int16),
        terminal=np.array([1, -1, -1, 0, -1, -1], np.int32),
    )
    links = Links(
        u=np.array([0, 2, 1, 4, 5], np.int32),
        v=np.array([1, 3, 2, 5, 3], np.int32),
        kind=np.array([Kind.LINE, Kind.LINE, Kind.BORDER, Kind.LINE, Kind.LINE], np.int8),
        mode=np.array([Mode.RAIL] * 3 + [Mode.SEA, Mode.FERRY], np.int8),
        length_km=np.array(LENGTH_KM),
        country=np.array([0, 1, 0, 2, 2], np.int16),
        gauge_mm=np.array([1520, 1520, 1520, 0, 0], np.int16),
        status=np.array([Status.BUILT, Status.PLANNED, *[Status.BUILT] * 3], np.int8),
        asset=np.array([-1, 1, 0, -1, -1], np.int32),
        oneway=np.zeros(5, bool),
        source=np.zeros(5, np.int8),
    )
    return Network(
        nodes=nodes,
        links=links,
        shapes=Shapes(np.array([0], np.int32), np.array([1]), np.array([3])),
        shape_lonlat=np.array([[0.0, 0.0], [49.5, 40.6], [50.2, 40.7]]),
        countries=("AZ", "GE", "XZ"),
        terminal_ids=("BAK", "TBS"),
        assets=(
            Asset("X1", "crossing", "Böyük Kəsik", 51.0, 41.0, ("AZ", "GE"), source="s"),
            Asset("R1", "link", "new line", 51.5, 41.5, ("GE",), "planned", opening_likely=2030),
        ),
        sources=("osm",),
    )


def empty() -> Network:
    network = drawn()
    none = np.zeros(0, np.int64)
    return Network(
        nodes=network.nodes.take(none),
        links=network.links.take(none),
        shapes=network.shapes.take(none),
        shape_lonlat=np.zeros((0, 2)),
        countries=(),
        terminal_ids=(),
        assets=(),
        sources=(),
    )


def test_a_link_runs_through_its_interior_points() -> None:
    bent = [[49.0, 40.0], [49.5, 40.6], [50.2, 40.7], [51.0, 41.0]]
    assert link_coordinates(drawn(), 0).tolist() == bent
    assert link_coordinates(drawn(), 0, backward=True).tolist() == bent[::-1]


def test_many_links_are_assembled_as_one_by_one() -> None:
    network = drawn()
    rows, backward = [3, 0, 0, 2], [True, False, True, False]
    lines = link_lines(network, rows, backward=backward)
    single = [link_coordinates(network, k, backward=b) for k, b in zip(rows, backward, strict=True)]
    assert [line.tolist() for line in lines] == [line.tolist() for line in single]
    assert lines.line_of_point().tolist() == [0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3]


def test_a_chain_repeats_no_point_and_turns_links() -> None:
    there = chain_coordinates(drawn(), [0, 2, 1])
    back = chain_coordinates(drawn(), [~1, ~2, ~0])
    assert there.tolist() == back[::-1].tolist()
    assert there[:, 0].tolist() == [49.0, 49.5, 50.2, 51.0, 52.0]
    assert len(chain_coordinates(drawn(), [2])) == 1
    assert chain_coordinates(drawn(), []).shape == (0, 2)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ([[170, 0], [180, 1]], [[[170, 0], [180, 1]]]),
        ([[170, 0], [180, 1], [-170, 2]], [[[170, 0], [180, 1]], [[-180, 1], [-170, 2]]]),
        ([[-179, 0], [179, 2]], [[[-179, 0], [-180, 1]], [[180, 1], [179, 2]]]),
        (
            [[179, 0], [-179, 2], [179, 4]],
            [[[179, 0], [180, 1]], [[-180, 1], [-179, 2], [-180, 3]], [[180, 3], [179, 4]]],
        ),
        ([[10, 0], [20, 0]], [[[10, 0], [20, 0]]]),
    ],
)
def test_lines_are_cut_at_the_antimeridian(
    line: list[list[float]], parts: list[list[list[float]]]
) -> None:
    assert [part.tolist() for part in split_antimeridian(np.array(line, float))] == parts


def test_longitudes_become_continuous() -> None:
    line = np.array([[179.0, 0], [-179, 0], [-170, 0], [179, 0]])
    assert unwrapped(line)[:, 0].tolist() == [179, 181, 190, 179]
    assert line[1, 0] == -179


def test_geojson_keeps_ids_lengths_and_says_whose_data_it_is(tmp_path: Path) -> None:
    paths = export_network(drawn(), tmp_path, format="geojson", snapshot="abc")
    names = [path.name for path in paths]
    layers = ("terminals", "links", "stops", "assets")
    assert names == [f"network-all-{layer}.geojson" for layer in layers]
    for path in paths:
        FeatureCollection.model_validate_json(path.read_bytes())
    links = json.loads(paths[1].read_text(encoding="utf-8"))
    assert links["attribution"] == ATTRIBUTION
    assert links["disclaimer"] == "Boundaries and names imply no position."
    assert links["corridors"] == {"schema_version": 2, "snapshot": "abc"}
    properties = [feature["properties"] for feature in links["features"]]
    assert [feature["id"] for feature in links["features"]] == [p["link_id"] for p in properties]
    assert {p["link_id"]: p["length_km"] for p in properties} == {
        f"L{k}": LENGTH_KM[k] for k in (0, 1, 3, 4)
    }
    assert properties[1]["asset_id"] == "R1"
    assert properties[1]["status"] == "planned"
    assert properties[2]["gauge_mm"] is None
    assert links["features"][2]["geometry"]["type"] == "MultiLineString"


def test_the_border_is_a_stop_and_terminals_carry_their_gauge(tmp_path: Path) -> None:
    paths = export_network(drawn(), tmp_path, format="geojson")
    terminals, _, stops, assets = (json.loads(p.read_text(encoding="utf-8")) for p in paths)
    assert [f["properties"]["asset_id"] for f in stops["features"]] == ["X1"]
    assert stops["features"][0]["properties"]["kind"] == "border"
    assert [f["id"] for f in terminals["features"]] == ["BAK", "TBS"]
    assert terminals["features"][0]["geometry"]["coordinates"] == [52.0, 42.0]
    assert terminals["features"][0]["properties"]["gauges_mm"] == "1520"
    assert assets["features"][0]["properties"]["name"] == "Böyük Kəsik"
    assert assets["features"][1]["properties"]["opening_likely"] == 2030
    assert assets["features"][1]["properties"]["opening_low"] is None


@pytest.mark.parametrize("ending", ["gpkg", "fgb"])
def test_gdal_reads_back_ids_and_lengths(tmp_path: Path, ending: str) -> None:
    paths = export_network(drawn(), tmp_path, format=ending)  # type: ignore[arg-type]
    path = next(p for p in paths if "links" in p.name or ending == "gpkg")
    assert pyogrio.read_info(path, layer="links")["crs"] == "EPSG:4326"
    meta, _, geometry, data = raw.read(path, layer="links")
    columns = dict(zip(meta["fields"], data, strict=True))
    assert dict(zip(columns["link_id"], columns["length_km"], strict=True)) == {
        f"L{k}": LENGTH_KM[k] for k in (0, 1, 3, 4)
    }
    assert len(geometry) == 4


def test_one_geopackage_holds_every_layer_and_its_attribution(tmp_path: Path) -> None:
    (path,) = export_network(drawn(), tmp_path, format="gpkg")
    assert [name for name, _ in pyogrio.list_layers(path)] == [
        "terminals",
        "links",
        "stops",
        "assets",
        "layer_styles",
    ]
    assert ATTRIBUTION in pyogrio.read_info(path, layer="links")["layer_metadata"]["DESCRIPTION"]


def test_a_geopackage_brings_the_style_of_each_layer(tmp_path: Path) -> None:
    (path,) = export_network(drawn(), tmp_path, format="gpkg")
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT f_table_name, styleQML, useAsDefault FROM layer_styles")
        styles = {name: ET.fromstring(text) for name, text, _ in rows}  # noqa: S314
    layers = layers_of(drawn())
    assert list(styles) == [layer.name for layer in layers]
    for layer in layers:
        rules = styles[layer.name].findall(".//rule")
        fields = {word for rule in rules for word in re.findall(r'"(\w+)"', rule.attrib["filter"])}
        assert fields <= set(layer.columns)
        symbols = {symbol.attrib["name"] for symbol in styles[layer.name].findall(".//symbol")}
        assert symbols == {rule.attrib["symbol"] for rule in rules}


@pytest.mark.parametrize(
    ("mode", "counts"),
    [("rail", (2, 2, 2)), ("road", (0, 0, 0)), ("sea", (0, 2, 0)), ("all", (2, 4, 2))],
)
def test_one_mode_can_be_looked_at_alone(
    tmp_path: Path, mode: str, counts: tuple[int, int, int]
) -> None:
    (path,) = export_network(drawn(), tmp_path, mode=mode)  # type: ignore[arg-type]
    layers = ("terminals", "links", "assets")
    found = [pyogrio.read_info(path, layer=layer)["features"] for layer in layers]
    assert tuple(found) == counts


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_network_exports(tmp_path: Path, ending: str) -> None:
    for path in export_network(empty(), tmp_path, format=ending):  # type: ignore[arg-type]
        assert path.stat().st_size > 0


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_network_gives_the_same_bytes(tmp_path: Path, ending: str) -> None:
    first = export_network(drawn(), tmp_path / "a", format=ending)  # type: ignore[arg-type]
    second = export_network(drawn(), tmp_path / "b", format=ending)  # type: ignore[arg-type]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_a_geopackage_can_be_named(tmp_path: Path) -> None:
    named = tmp_path / "mine.gpkg"
    assert export_network(drawn(), named) == (named,)
    assert named.is_file()


def test_an_unknown_format_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="gpkg, geojson, fgb"):
        export_network(drawn(), tmp_path, format="shp")  # type: ignore[arg-type]


def test_a_row_with_other_keys_is_refused() -> None:
    rows: list[dict[str, object]] = [{"id": "a", "x": 1}, {"id": "b"}]
    with pytest.raises(ValueError, match="expected id, x"):
        list(encode(rows, [None, None], id_field="id", name="n"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"file/out/network-all\.gpkg"):
        export_network(drawn(), tmp_path / "file" / "out")


@pytest.mark.parametrize("ending", FORMATS)
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, ending: str) -> None:
    """A limit on file size stands for the full disk."""
    old = {path: path.read_bytes() for path in export_network(drawn(), tmp_path, format=ending)}  # type: ignore[arg-type]
    code = (
        "import sys; from test_export import drawn; from geodata.export import export_network\n"
        "from geodata.atomic import WriteError\n"
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))\n"
        "try: export_network(drawn(), sys.argv[1], format=sys.argv[2])\n"
        "except WriteError as error: sys.exit(f'told: {error}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), ending],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": f"{Path(__file__).parents[2]}:{Path(__file__).parent}"},
    )
    assert done.returncode == 1, done.stderr
    assert f"told: cannot write {tmp_path}" in done.stderr
    assert {path: path.read_bytes() for path in sorted(tmp_path.iterdir())} == dict(
        sorted(old.items())
    )


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_folder_leaves_the_old_one(
    tmp_path: Path, stop: BaseException | type[BaseException]
) -> None:
    target = tmp_path / "out"
    for text in ("one", "two"):
        with writing_folder(target) as folder:
            (folder / "manifest.json").write_text(text)

    def write_and_stop() -> None:
        with writing_folder(target) as folder:
            (folder / "manifest.json").write_text("three")
            raise stop

    with pytest.raises((KeyboardInterrupt, WriteError)):
        write_and_stop()
    assert (target / "manifest.json").read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years")
    with pytest.raises(WriteError, match="other files"), writing_folder(tmp_path):
        pytest.fail("the block must not start")
    assert (tmp_path / "thesis.txt").read_text() == "years"


def test_a_file_appears_only_when_complete(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "a.json"
    with writing_file(target) as partial:
        partial.write_text("{}")
        assert not target.exists()
    assert [p.name for p in target.parent.iterdir()] == ["a.json"]
