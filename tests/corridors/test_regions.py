"""A region's file: its rows, what it leaves out, the data it needs, and every mistake in it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from corridors.build import build, summary
from corridors.check import check_all
from corridors.errors import InputMissingError, ScenarioError
from corridors.export import write_network
from corridors.regions import read_region, read_regions
from geodata.errors import FactsError
from geodata.extension import from_text
from geodata.facts_io import load_facts
from geodata.folders import facts_folder
from geodata.snapshot import open_network, open_snapshot, read_facts, read_text
from geodata.types import Mode
from tests.oracles.tiny_world import write_packages, write_world

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "trans_afghan"
HEAD = "id: mine\ndefaults: {source: me, confidence: low, accuracy_km: 1}\n"
MORE = (
    HEAD
    + """\
terminals:
  - {id: NEW, name: New yard, kind: station, country: UZ, lon: 43.0, lat: 45.0, modes: [rail]}
links:
  - {id: SHORT, action: add, from_id: W, to_id: NEW, mode: rail, km: 600, gauge_mm: 1520,
     physical_status: planned, via_lonlat: [[38.0, 46.0], [41.0, 46.5]]}
corridors:
  - {branch: NW, family: NW, name: x, terminals: [W, NEW], modes: [rail], links: [SHORT],
     core_from: W, core_to: NEW, status: planned}
"""
)


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_region(written(folder, text))
    return [f"{f.line}:{f.column} {f.path} {f.message} {f.mend}" for f in caught.value.findings]


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path]:
    return write_world(tmp_path)


def test_lists_become_cells_and_every_cell_knows_its_place(tmp_path: Path) -> None:
    region = read_region(written(tmp_path, MORE))
    terminal, link, branch = region.extension.rows
    assert (terminal.table, link.table, branch.table) == ("terminals", "links", "corridors")
    assert terminal.cells["source"].text == "me"
    assert link.cells["via_lonlat"].text == "38.0 46.0;41.0 46.5"
    assert branch.cells["terminals"].text == "W;NEW"
    assert (terminal.line, terminal.cells["kind"].line, link.cells["physical_status"].line) == (
        4, 4, 7,
    )  # fmt: skip
    # A default is given only where the table has such a column.
    assert "accuracy_km" not in link.cells


def test_the_rows_join_the_tables_and_the_network(world: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(
        out, extracts=world[0], facts=world[1], regions=[written(tmp_path, MORE)],
        tell=lambda _: None,
    )  # fmt: skip
    network = open_network(out)
    assert "NEW" in network.terminal_ids
    assert {asset.id: asset.status for asset in network.assets}["SHORT"] == "planned"
    (_, branch) = open_snapshot(out).branches
    assert (branch.id, branch.legs[0].gap) == ("NW", "")
    assert [row.id for row in read_facts(out, world[1]).terminals][-1] == "NEW"
    (kept,) = from_text(read_text(out, "extensions.json"))
    assert kept == read_region(tmp_path / "mine.yaml").extension
    assert set(summary(out)) == {"network", "snapshot", "counts"}


def test_a_row_left_out_makes_room_for_another(world: tuple[Path, Path], tmp_path: Path) -> None:
    text = (
        HEAD
        + """\
without: {links: [R1], gauges: [UZ], borders: [KZ-UZ]}
links:
  - {id: R1, action: add, from_id: W, to_id: PW, mode: rail, km: 610, physical_status: planned}
gauges:
  - {country: UZ, gauge_mm: 1435, kind: default, gauges_mm: 1435}
borders:
  - {country_a: UZ, country_b: KZ}
"""
    )
    region = read_region(written(tmp_path, text))
    facts = load_facts(world[1], [region.extension])
    assert [(row.id, row.km) for row in facts.links] == [("R1", 610.0)]
    assert {row.country: row.gauge_mm for row in facts.gauges} == {"KZ": 1520, "UZ": 1435}
    assert [row.all_named for row in facts.borders] == [()]


def test_rows_are_checked_with_the_tables_and_all_findings_are_told(
    world: tuple[Path, Path], tmp_path: Path
) -> None:
    text = (
        HEAD
        + """\
without: {links: [R9]}
terminals:
  - {id: W, name: x, kind: statoin, country: QQ, lon: 268, lat: 45}
links:
  - {id: L, action: add, from_id: W, to_id: NWE, mode: rail, km: -4, physical_status: planned,
     colour: red}
gauges:
  - {country: UZ, gauge_mm: 1434, kind: default, gauges_mm: 1435}
  - {gauge_mm: 1435, kind: default, gauges_mm: 1435}
crossings:
  - {id: X, name: x, mode: rail, country_a: KZ, country_b: XX, lon: 40, lat: 45,
     physical_status: built}
"""
    )
    region = read_region(written(tmp_path, text))
    with pytest.raises(FactsError) as caught:
        load_facts(world[1], [region.extension], countries=("KZ", "UZ"))
    found = [(f.line, f.name, f.message) for f in caught.value.findings]
    assert all(f.file == region.extension.file for f in caught.value.findings)
    assert (3, "without.links", '"R9" is no row of links') in found
    assert {(line, name) for line, name, _ in found} == {
        (3, "without.links"), (5, "id"), (5, "kind"), (5, "country"), (5, "lon"), (7, "to_id"),
        (7, "km"), (8, "colour"), (10, "gauge_mm"), (10, "country"), (11, "country"),
        (13, "country_a"), (13, "country_b"),
    }  # fmt: skip
    mends = {f.name: f.mend for f in caught.value.findings}
    assert "without: {terminals: [W]}" in mends["id"]
    assert any("without: {gauges: [UZ]}" in f.mend for f in caught.value.findings)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("terminal: []", '1:1 terminal unknown key did you mean "terminals"?'),
        ("terminals: {}", "1:1 terminals is to be a list of rows "),
        ("terminals: [3]", "1:13 terminals[0] is to be columns with values "),
        ("links: [{id: {a: b}}]", "1:10 links[0].id is to be text, a number or a list quote it"),
        ("links: [{id: a}]\nbox: [1, 2, 3]", "2:1 box is to be four numbers: "),
        ("links: [{id: a}]\nbox: [9, 2, 3, 4]", "2:1 box is to be west < east and south < north"),
        ("links: [{id: a}]\nid: 7", "2:1 id is to be text quote it"),
        ("links: [{id: a}]\ndefaults: 7", "2:1 defaults is to be columns with values "),
        ("defaults: {colour: red}\nlinks: [{id: a}]", "1:12 defaults.colour is a column of no "),
        ("without: {lnks: [a]}", '1:11 without.lnks is no table did you mean "links"?'),
        ("without: {links: a}", "1:11 without.links is to be a list of ids "),
        ("without: [links]", "1:1 without is to be tables with lists of ids "),
        ("id: x\ntitle: nothing", "1:1  adds nothing write rows under "),
        ("links: [{id: no}]", "1:14 links[0].id no is read as false"),
        ("links: [", "2:1  not YAML: "),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, wanted: str, tmp_path: Path) -> None:
    found = mistakes(tmp_path, text)
    assert any(line.startswith(wanted) for line in found), found


def test_the_mistakes_of_all_files_are_told(tmp_path: Path) -> None:
    one, two = (written(tmp_path, f"{key}: []", f"{key}.yaml") for key in ("lnks", "gaugs"))
    with pytest.raises(ScenarioError, match="2 mistakes") as caught:
        read_regions([one, two])
    assert {f.path for f in caught.value.findings} == {"lnks", "gaugs"}


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputMissingError, match="cannot read"):
        read_region(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"id: \xff")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        read_region(tmp_path / "latin.yaml")


def test_a_territory_of_its_own_is_labelled_as_the_file_says(
    world: tuple[Path, Path], tmp_path: Path
) -> None:
    text = (
        HEAD
        + """\
territories:
  - {id: KZ-X, name: A strip, view_un: KZ, view_de_facto: UZ,
     polygon_wkt: "POLYGON ((34.2 44, 35.1 44, 35.1 46, 34.2 46, 34.2 44))"}
borders:
  - {country_a: KZ, country_b: KZ-X}
"""
    )
    out = tmp_path / "out"
    build(
        out, extracts=world[0], facts=world[1], regions=[written(tmp_path, text)],
        tell=lambda _: None,
    )  # fmt: skip
    for view, wanted in (("territory", "KZ-X"), ("un", "KZ"), ("de_facto", "UZ")):
        files = write_network(out, tmp_path / view, mode="rail", format_="geojson", view=view)
        (path,) = [path for path in files if "links" in path.name]
        strip = {
            one["properties"]["country"]
            for one in orjson.loads(path.read_bytes())["features"]
            if one["geometry"]["coordinates"][0][0] == 34.2
        }
        assert strip == {wanted}


# --- data beyond what is shipped ----------------------------------------------


def test_a_box_beyond_the_shipped_data_wants_packages(tmp_path: Path) -> None:
    path = written(tmp_path, MORE + "box: [28, -12, 42, 6]\n")
    with pytest.raises(ScenarioError) as caught:
        build(tmp_path / "out", regions=[path], tell=lambda _: None)
    (finding,) = caught.value.findings
    assert (finding.line, finding.path) == (11, "box")
    assert "--packages" in finding.mend
    assert not (tmp_path / "out").exists()


def test_packages_are_clipped_to_the_box_as_well(tmp_path: Path) -> None:
    """The tiny world has a station far beyond the shipped boxes; the box of a region takes it in.

    Its neighbours lie within the shipped rail box, so the line there comes with it.
    """
    _, facts = write_world(tmp_path)
    packages = write_packages(tmp_path / "packages")
    out = tmp_path / "out"
    near = "box: [32, 44, 48, 46]\n"
    # 240.5 km between the first stations and one more for each of those that follow.
    for box, km in ((near, 1212.5), (near.replace("48", "141"), 1458.0)):
        path = written(tmp_path, MORE + box)
        build(out, facts=facts, regions=[path], packages=packages, tell=lambda _: None)
        network = open_network(out)
        rail = (network.links.mode == Mode.RAIL) & (
            network.links.source == network.sources.index("osm_rail")
        )
        assert network.links.length_km[rail].sum() == pytest.approx(km, abs=0.1)


def test_packages_that_no_region_needs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no region has one"):
        build(tmp_path / "out", packages=tmp_path, tell=lambda _: None)


# --- the worked example ---------------------------------------------------------


def test_the_example_fits_the_shipped_tables() -> None:
    region = read_region(EXAMPLE / "region.yaml")
    facts = load_facts(facts_folder(), [region.extension])
    assert {"UAN1", "UAN2", "UAN3"} <= {row.id for row in facts.links}
    assert region.box == (60.0, 24.0, 76.0, 42.0)


def test_the_page_shows_the_files_of_the_example() -> None:
    page = (ROOT / "docs" / "elsewhere.md").read_text(encoding="utf-8")
    for path in sorted(EXAMPLE.glob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        assert f'```yaml title="{path.name}"\n{text}```' in page, path.name


@pytest.mark.slow
@pytest.mark.deep  # docs/elsewhere.md, whose commands are run, builds and checks it too
def test_the_example_is_built_and_sound(tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(out, regions=[EXAMPLE / "region.yaml"], tell=lambda _: None)
    found = check_all(out, scenarios=[str(EXAMPLE / "one_gauge.yaml")])
    assert found.errors == ()
    assert not [line for line in found.warnings if "UAN" in line or "AFGHAN-1520" in line]
