"""Runs on a tiny world as layers for a GIS: what they hold, and what is refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import shapely
from geojson_pydantic import FeatureCollection

from corridors.errors import InputMissingError, OutputError, ScenarioError
from corridors.gis import BEGIN, CONTRACTS, END, columns_page, export_gis, renew_columns
from corridors.manifest import make_manifest, manifest_bytes
from corridors.report.access_sheets import access_sheets, grounds_of
from corridors.report.bottlenecks import BOTTLENECK_FIELDS
from corridors.report.cuts import CUT_FIELDS
from corridors.report.geojson import FLOW_FIELDS, LEG_FIELDS, ROUTE_FIELDS
from corridors.report.material import KINDS
from corridors.report.outputs import write_files
from corridors.rerun import open_run
from corridors.run import run
from corridors.scenario.compile import compile_scenario
from corridors.scenario.rates import load_rates
from geodata.build import build_snapshot
from geodata.geojson import ATTRIBUTION, DISCLAIMER
from geodata.snapshot import open_network
from tests.corridors.test_run import SCENARIO
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from corridors.gis import Export

pytestmark = pytest.mark.long

DOCS = Path(__file__).parents[2] / "docs" / "gis.md"
BY_NAME = {one.name: one for one in CONTRACTS}
CLOSED = "access: {close: {X_KZUZ: a test}}\n"
CAPPED = """\
access:
  own:
    SIXTY: {by: UZ, effect: cap, value: 60, unit: TEU/yr, on_kind: asset, on: X_KZUZ, title: made}
    TOLL: {by: UZ, effect: charge, value: 7, unit: USD/TEU, on_kind: asset, on: X_KZUZ,
           mode: rail, title: made}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network and three runs on it: all open, all shut at the border, dearer there."""
    folder = tmp_path_factory.mktemp("world")
    extracts, facts = write_world(folder)
    build_snapshot(folder / "network", extracts=extracts, facts_folder=facts)
    for name, more in (("tiny", ""), ("shut", CLOSED), ("capped", CAPPED)):
        path = folder / f"{name}.yaml"
        path.write_text(SCENARIO.replace("id: tiny", f"id: {name}") + more, encoding="utf-8")
        run(str(path), network=folder / "network", out=folder / "runs" / name)
    return folder


def export(world: Path, out: Path, *runs: str, **options: object) -> Export:
    """Export runs of the tiny world, each scenario named by its file."""
    return export_gis(
        [world / "runs" / name for name in runs],
        out=out,
        network=world / "network",
        **({"scenarios": [str(world / f"{name}.yaml") for name in runs]} | options),  # type: ignore[arg-type]
    )


def cells(path: Path, layer: str, *fields: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as database:
        names = ", ".join(f'"{field}"' for field in fields)
        return database.execute(f"SELECT {names} FROM {layer} ORDER BY fid").fetchall()  # noqa: S608


@pytest.mark.parametrize(
    ("layer", "fields"),
    [
        ("routes", ROUTE_FIELDS), ("legs", LEG_FIELDS), ("leg_stops", LEG_FIELDS),
        ("flows", FLOW_FIELDS), ("flow_stops", FLOW_FIELDS), ("bottlenecks", BOTTLENECK_FIELDS),
        ("cuts", CUT_FIELDS),
    ],
)  # fmt: skip
def test_layers_of_a_run_leave_out_no_field_of_its_files(
    layer: str, fields: tuple[str, ...]
) -> None:
    assert [n for n in BY_NAME[layer].names if n not in {"run", "scenario", "family"}] == list(
        fields
    )


def test_every_field_has_a_meaning_and_every_number_that_measures_a_unit() -> None:
    for one in CONTRACTS:
        assert len(set(one.names)) == len(one.names), one.name
        for field in one.fields:
            assert field.meaning, (one.name, field.name)
            if field.dtype == "float":
                assert field.unit, (one.name, field.name)


def test_one_geopackage_holds_runs_and_network_and_says_what_they_are(
    world: Path, tmp_path: Path
) -> None:
    done = export(world, tmp_path / "gis", "tiny", "shut")
    path = tmp_path / "gis" / "corridors.gpkg"
    assert set(done.files) == {p for p in (tmp_path / "gis").rglob("*") if p.is_file()}
    assert list(done.rows) == [one.name for one in CONTRACTS]
    layers = [name for name, kind in pyogrio.list_layers(path) if kind]
    assert layers == list(done.rows)
    with closing(sqlite3.connect(path)) as database:
        told = database.execute(
            "SELECT identifier, description FROM gpkg_contents WHERE data_type = 'features'"
        ).fetchall()
        units = database.execute(
            "SELECT title, description FROM gpkg_data_columns "
            "WHERE table_name = 'routes' AND column_name = 'time_h'"
        ).fetchall()
        stamps = {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")}
    assert [title for title, _ in told] == [one.title for one in CONTRACTS]
    assert all(ATTRIBUTION in text and DISCLAIMER in text for _, text in told)
    assert units == [("h", "likely time, stops included")]
    assert len(stamps) == 1


def test_rows_name_their_run_and_are_those_of_its_files(world: Path, tmp_path: Path) -> None:
    export(world, tmp_path / "gis", "tiny", "shut", with_network=False)
    path = tmp_path / "gis" / "corridors.gpkg"
    for name in ("routes", "flows", "flow_stops", "legs", "leg_stops", "chokepoints", "cuts"):
        file = {"flow_stops": "flows", "leg_stops": "legs"}.get(name, name)
        told = cells(path, name, BY_NAME[name].id_field, "run")
        for one in ("tiny", "shut"):
            text = (world / "runs" / one / f"{file}.geojson").read_text("utf-8")
            points = BY_NAME[name].shape == "point"
            ids = [
                f["id"]
                for f in json.loads(text)["features"]
                if name in {"cuts", "chokepoints"} or (f["geometry"]["type"] == "Point") == points
            ]
            assert [row[0] for row in told if row[1] == one] == ids, name
    families = cells(path, "routes", "corridor", "family")
    assert all(str(whole or "").split(";")[0] == (first or "") for whole, first in families)


def test_layers_can_be_chosen_and_the_network_left_out(world: Path, tmp_path: Path) -> None:
    done = export(world, tmp_path / "a", "tiny", layers=["flows", "links"])
    assert list(done.rows) == ["flows", "links"]
    done = export(world, tmp_path / "b", "tiny", with_network=False)
    assert list(done.rows) == [one.name for one in CONTRACTS if one.group == "run"] + ["land"]
    done = export_gis([world / "network"], out=tmp_path / "c", network=tmp_path / "none")
    assert list(done.rows) == [one.name for one in CONTRACTS if one.group == "network"]


def test_runs_of_one_scenario_alone(world: Path, tmp_path: Path) -> None:
    export(world, tmp_path / "a", "tiny", "shut", scenarios=[str(world / "shut.yaml")])
    told = cells(tmp_path / "a" / "corridors.gpkg", "access", "run", "scenario")
    assert set(told) == {("shut", "shut")}
    with pytest.raises(ScenarioError, match="none of the folders ran it"):
        export(world, tmp_path / "b", "tiny", scenarios=[str(world / "capped.yaml")])


@pytest.mark.parametrize("format_", ["gpkg", "geojson", "fgb", "geoparquet"])
def test_the_same_runs_give_the_same_bytes(world: Path, tmp_path: Path, format_: str) -> None:
    one, two = (
        export(world, tmp_path / name, "tiny", "capped", format_=format_) for name in ("a", "b")
    )
    for a, b in zip(one.files, two.files, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name


def test_geojson_is_valid_and_flatgeobuf_reads_back(world: Path, tmp_path: Path) -> None:
    done = export(world, tmp_path / "json", "tiny", "capped", format_="geojson")
    for path in done.files:
        if path.suffix == ".geojson":
            told: Any = FeatureCollection.model_validate_json(path.read_bytes())
            name = path.stem.removeprefix("corridors-")
            assert len(told.features) == done.rows[name]
            assert path.with_suffix(".qml").is_file()
            assert path.with_suffix(".sld").is_file()
    done = export(world, tmp_path / "fgb", "tiny", format_="fgb")
    for path in done.files:
        if path.suffix == ".fgb":
            name = path.stem.removeprefix("corridors-")
            info = pyogrio.read_info(path, force_feature_count=True)
            assert info["fields"].tolist() == list(BY_NAME[name].names)
            assert info["features"] == done.rows[name]


def test_the_project_opens_on_layers_that_are_there(world: Path, tmp_path: Path) -> None:
    out = tmp_path / "gis"
    done = export(world, out, "tiny", "shut")
    root = ET.fromstring((out / "corridors.qgs").read_text("utf-8").partition("\n")[2])  # noqa: S314
    layers = {one.findtext("id"): one for one in root.findall(".//maplayer")}
    assert list(layers) == [leaf.get("id") for leaf in root.findall("layer-tree-group//*[@id]")]
    for name, layer in layers.items():
        assert name is not None
        assert len(name) > 10, "QGIS would rename it"
        source = layer.findtext("datasource") or ""
        file, _, rest = source.partition("|")
        assert (out / file).is_file()
        table = rest.partition("|")[0].removeprefix("layername=")
        assert table in done.rows
        where = rest.partition("|subset=")[2] or "1"
        with closing(sqlite3.connect(out / "corridors.gpkg")) as database:
            count = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608
            (rows,) = database.execute(count).fetchone()
        assert rows == done.rows[table] or "run" in where
    text = ET.tostring(root, encoding="unicode")
    assert str(tmp_path) not in text
    shown = [label.get("labelText") for label in root.findall(".//LayoutItem[@labelText]")]
    assert f"{ATTRIBUTION}. {DISCLAIMER}" in shown
    assert DISCLAIMER in (root.findtext("properties/CopyrightLabel/Label") or "")


# --- who may pass -----------------------------------------------------------


@pytest.mark.parametrize("name", ["tiny", "shut", "capped"])
def test_passage_is_what_the_compiled_scenario_says_arc_by_arc(world: Path, name: str) -> None:
    again = open_run(
        world / "runs" / name, network=world / "network", scenario=str(world / f"{name}.yaml")
    )
    compiled = compile_scenario(again.loaded.scenario, again.snapshot, load_rates(), again.register)
    grounds = grounds_of(open_network(world / "network"), again.snapshot.graph)
    served = [row["status"] == "ok" for row in again.result["demands"]]
    sheets = access_sheets(name, name, compiled, grounds, served)
    arcs = sorted(int(arc) for places in grounds for arc in places.arcs)
    assert arcs == list(range(len(again.snapshot.graph.arcs))), "every arc in one place"
    for places, sheet in zip(grounds, sheets, strict=True):
        for k, row in enumerate(sheet.rows()):
            mine = places.arcs_of(k)
            may = [
                compiled.view(demand).open[mine].all() for demand, has in enumerate(served) if has
            ]
            assert row["demands_open"] == sum(may)
            assert row["demands"] == sum(served)
            assert (row["passage"] == "open") == all(may) or row["passage"] == "not_built"
            assert bool(row["reasons"]) or all(may)


def test_a_closed_border_and_a_charge_are_told_at_their_place(world: Path, tmp_path: Path) -> None:
    export(world, tmp_path / "gis", "tiny", "shut", "capped", layers=["access_stops"])
    rows = cells(
        tmp_path / "gis" / "corridors.gpkg", "access_stops", "run", "passage", "demands_open",
        "reasons", "charge_high_usd_per_teu", "cap_teu_per_year", "asset_id", "mode", "rule_ids",
    )  # fmt: skip
    border = {row[0]: row[1:6] for row in rows if row[6] == "X_KZUZ" and row[7] == "rail"}
    assert border["tiny"][0] == "open"
    assert border["capped"][3:] == (7.0, 60.0)
    assert border["shut"][0] == "closed"
    assert "X_KZUZ closed by the scenario" in str(border["shut"][2])


def test_lines_of_a_territory_are_told_whole(world: Path) -> None:
    network = open_network(world / "network")
    again = open_run(
        world / "runs" / "tiny", network=world / "network", scenario=str(world / "tiny.yaml")
    )
    lines, _ = grounds_of(network, again.snapshot.graph)
    assert lines.length_km is not None
    drawn = shapely.get_type_id(lines.geometry)
    assert set(drawn.tolist()) == {shapely.GeometryType.MULTILINESTRING}
    held = network.links.length_km[network.links.kind == 0].sum()
    assert lines.length_km.sum() <= held + 1e-9
    assert np.all(lines.length_km > 0)


# --- what is refused --------------------------------------------------------


def test_all_folders_that_are_no_runs_are_told_at_once(world: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    altered = tmp_path / "altered"
    shutil.copytree(world / "runs" / "tiny", altered)
    (altered / "flows.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(InputMissingError) as told:
        export_gis(
            [tmp_path / "netwrk", foreign, altered, world / "network", world / "network"],
            out=tmp_path / "gis", network=world / "network",
        )  # fmt: skip
    text = str(told.value)
    assert 'did you mean "network"?' in text
    assert "its hash differs" in text
    assert "is a second network" in text
    assert str(foreign) in text
    assert not (tmp_path / "gis").exists()


@pytest.mark.parametrize(
    ("kind", "verb"),
    [("control", "control"), ("design", "design"), ("sweep", "sweep"), ("comparison", "compare"),
     ("front", "explain choices")],
)  # fmt: skip
def test_other_folders_of_results_are_named_by_what_left_them(
    world: Path, tmp_path: Path, kind: str, verb: str
) -> None:
    folder = tmp_path / kind
    manifest = make_manifest(
        inputs={}, outputs={KINDS[kind]: b""}, seed=0, solver={}, parameters={}, wall_times_s={}
    )
    write_files(folder, {KINDS[kind]: b"", "manifest.json": manifest_bytes(manifest)})
    with pytest.raises(InputMissingError, match=f"was left by `corridors {verb}`: it holds no run"):
        export_gis([folder], out=tmp_path / "gis", network=world / "network")


def test_an_export_of_nothing_is_refused(world: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="leave out --without-network"):
        export(world, tmp_path / "gis", "tiny", layers=["links"], with_network=False)
    with pytest.raises(ScenarioError, match="name a folder of a run"):
        export_gis(
            [world / "network"], out=tmp_path / "gis", network=world / "network", layers=["flows"]
        )


def test_a_run_on_another_network_and_two_of_one_name_are_told(world: Path, tmp_path: Path) -> None:
    twin = tmp_path / "tiny"
    shutil.copytree(world / "runs" / "tiny", twin)
    with pytest.raises(InputMissingError, match="a run before it is called tiny too"):
        export_gis([world / "runs" / "tiny", twin], out=tmp_path / "gis", network=world / "network")
    other = tmp_path / "other"
    extracts, facts = write_world(tmp_path / "made")
    with (facts / "terminals.csv").open("a", encoding="utf-8") as file:
        file.write((facts / "terminals.csv").read_text("utf-8").splitlines()[1].replace("W", "V"))
    build_snapshot(other, extracts=extracts, facts_folder=facts)
    with pytest.raises(InputMissingError, match="did not run on the network of"):
        export_gis([twin], out=tmp_path / "gis", network=other)


def test_unknown_layers_are_told_with_the_nearest(world: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match='did you mean "flows"') as told:
        export(world, tmp_path / "gis", "tiny", layers=["flow", "roads"])
    assert "roads" in str(told.value)


def test_access_of_a_scenario_that_is_not_found_can_be_left_out(
    world: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputMissingError, match="--layers"):
        export(world, tmp_path / "gis", "tiny", scenarios=[])
    done = export(world, tmp_path / "gis", "tiny", scenarios=[], layers=["flows"])
    assert list(done.rows) == ["flows"]


def test_a_folder_of_others_is_left_as_it_is(world: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="other files"):
        export(world, tmp_path, "tiny", layers=["flows"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# --- the page ---------------------------------------------------------------


def test_the_page_lists_the_fields_that_there_are(tmp_path: Path) -> None:
    page = tmp_path / "gis.md"
    shutil.copy(DOCS, page)
    renew_columns(page)
    assert page.read_text("utf-8") == DOCS.read_text("utf-8"), (
        "run `corridors export columns --docs docs/gis.md`"
    )


def test_a_page_without_a_place_for_the_fields_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    with pytest.raises(InputMissingError, match="cannot be read"):
        renew_columns(page)
    page.write_text(f"{END} and {BEGIN}", encoding="utf-8")
    with pytest.raises(InputMissingError, match="no list of fields"):
        renew_columns(page)
    page.write_text(f"a\n{BEGIN}\nold\n{END}\nb\n", encoding="utf-8")
    renew_columns(page)
    text = page.read_text("utf-8")
    assert text.startswith(f"a\n{BEGIN}\n")
    assert text.endswith(f"{END}\nb\n")
    assert columns_page() in text
    assert "\nold\n" not in text
