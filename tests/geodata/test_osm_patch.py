"""OpenStreetMap in the whole build of a small world: laid, joined, compared and told."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
import shapely

from geodata.area import Area, read_area
from geodata.build import build_snapshot
from geodata.checks import WARNING
from geodata.disagreement import DISAGREEMENTS
from geodata.errors import OsmError, SnapshotError
from geodata.osm_patch import AS_OF, NOTES, patch_of_files, patch_of_server
from geodata.patch_checks import patch_findings
from geodata.snapshot import open_network, read_manifest
from geodata.sources.osm import Server
from geodata.types import Mode, Status
from tests.oracles.osm_world import World
from tests.oracles.overpass_server import Overpass, serving
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.patch import Patch
    from geodata.types import Network

# The railway of the small world runs at 45 north from 33 to 47 east, its border at 40.
MIDDLE = Area("the middle", shapely.box(37.0, 44.0, 43.0, 46.0))


def drawn(**tags: str) -> World:
    """The railway between 36.9 and 43.1, with a bend that the open data does not have."""
    world = World()
    lon = (36.9, 38, 39, 40, 41, 42, 43.1)
    nodes = [world.node(x, 45.0 if x != 40 else 45.02) for x in lon]
    rail = {"railway": "rail", "gauge": "1520"} | tags
    world.way(nodes[:4], rail)
    world.way(nodes[3:], rail)
    world.way(nodes[:2], rail | {"service": "siding"})
    return world


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path]:
    return write_world(tmp_path)


def build(out: Path, world: tuple[Path, Path], patch: Patch) -> Network:
    build_snapshot(out, extracts=world[0], facts_folder=world[1], patches=[patch])
    return open_network(out)


def patch(path: Path, area: Area = MIDDLE) -> Patch:
    return patch_of_files([path], area)


def of_osm(network: Network) -> list[tuple[int, int, float]]:
    """Mode, status and km of each link that came from the map."""
    links = network.links
    mine = links.source == network.sources.index("osm")
    rows = zip(links.mode[mine], links.status[mine], links.length_km[mine], strict=True)
    return [(int(mode), int(status), float(km)) for mode, status, km in rows]


def test_the_map_takes_the_place_of_the_open_data(tmp_path: Path, world: tuple[Path, Path]) -> None:
    one = patch(drawn().write(tmp_path / "a.osm.pbf"))
    assert one.replaces == {Mode.RAIL}
    network = build(tmp_path / "net", world, one)
    found = of_osm(network)
    assert {mode for mode, _, _ in found} == {Mode.RAIL}
    assert sum(km for _, _, km in found) == pytest.approx(473.3, abs=0.5)
    rail = (network.links.mode == Mode.RAIL) & (network.links.length_km > 0)
    old = rail & (network.links.source == network.sources.index("osm_rail"))
    west = network.nodes.lon[network.links.u[old]], network.nodes.lon[network.links.v[old]]
    assert not ((west[0] > 37.01) & (west[1] < 42.99)).any()
    texts = {NOTES: "note,ways\nleft out: rail with service=siding,1\n"}
    texts[AS_OF] = "source,as_of\na.osm.pbf,\n"
    for name, text in texts.items():
        assert (tmp_path / "net" / name).read_text(encoding="utf-8") == text
    assert f"patch/{one.name}/a.osm.pbf" in read_manifest(tmp_path / "net")["inputs"]


def test_what_is_being_built_is_laid_as_such_and_told_by_check(
    tmp_path: Path, world: tuple[Path, Path]
) -> None:
    path = drawn(railway="construction", construction="rail", gauge="1435")
    network = build(tmp_path / "net", world, patch(path.write(tmp_path / "a.osm")))
    assert {status for _, status, _ in of_osm(network)} == {Status.UNDER_CONSTRUCTION}
    told = [one for one in patch_findings(tmp_path / "net") if one.check == "check_openstreetmap"]
    with (tmp_path / "net" / DISAGREEMENTS).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(told) == len(rows) > 0
    assert {row["about"] for row in rows} >= {"status"}
    assert all(one.severity == WARNING for one in told)
    assert "OpenStreetMap under_construction (way 101" in told[0].message


def test_an_altered_report_is_refused(tmp_path: Path, world: tuple[Path, Path]) -> None:
    path = drawn(gauge="1435").write(tmp_path / "a.osm")
    build(tmp_path / "net", world, patch(path))
    with (tmp_path / "net" / DISAGREEMENTS).open("a", encoding="utf-8") as stream:
        stream.write("x")
    with pytest.raises(SnapshotError, match=DISAGREEMENTS):
        patch_findings(tmp_path / "net")


def test_a_server_gives_the_same_network_as_a_file(
    tmp_path: Path, world: tuple[Path, Path]
) -> None:
    by_file = build(tmp_path / "f", world, patch(drawn().write(tmp_path / "a.osm")))
    cache = tmp_path / "cache"
    for address in serving(Overpass(drawn())):
        server = Server(address, pause_s=0)
        one = patch_of_server(MIDDLE, cache=cache, server=server)
    assert set(one.files) == set(cache.glob("*/*.json")) - set(cache.glob("*/tile.json"))
    by_server = build(tmp_path / "s", world, one)
    assert of_osm(by_file) == of_osm(by_server)
    for name in (DISAGREEMENTS, NOTES):
        pair = [(tmp_path / folder / name).read_bytes() for folder in "fs"]
        assert pair[0] == pair[1]


def test_the_same_file_gives_the_same_snapshot(tmp_path: Path, world: tuple[Path, Path]) -> None:
    path = drawn().write(tmp_path / "a.osm.pbf")
    ids = set()
    for name in ("one", "two"):
        build(tmp_path / name, world, patch(path))
        ids.add(read_manifest(tmp_path / name)["snapshot"])
    assert len(ids) == 1


def test_an_area_elsewhere_is_told(tmp_path: Path, world: tuple[Path, Path]) -> None:
    path = drawn().write(tmp_path / "a.osm")
    with pytest.raises(OsmError, match="no line in 10,10,12,12; is it the area of these files"):
        patch(path, read_area("10,10,12,12", world[0]))


def test_countries_are_those_of_the_outlines(tmp_path: Path, world: tuple[Path, Path]) -> None:
    path = drawn().write(tmp_path / "a.osm")
    network = build(tmp_path / "net", world, patch(path, read_area("KZ", world[0])))
    links = network.links
    mine = links.source == network.sources.index("osm")
    assert {network.countries[k] for k in links.country[mine].tolist()} == {"KZ"}
    assert network.nodes.lon[links.u[mine]].max() <= 40.0
