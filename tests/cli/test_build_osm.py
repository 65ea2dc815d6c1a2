"""`corridors build` with OpenStreetMap, as a process: what it says, and how it fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.process import corridors
from tests.oracles.osm_world import World
from tests.oracles.overpass_server import Overpass, serving
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.process import Ended

pytestmark = [pytest.mark.slow, pytest.mark.long]

AREA = "37,44,43,46"


def drawn() -> World:
    world = World()
    rail = {"railway": "construction", "gauge": "1520", "maxspeed": "fast"}
    world.way([world.node(x, 45.0) for x in (36.9, 38, 40, 42, 43.1)], rail)
    return world


@pytest.fixture
def build(tmp_path: Path) -> list[str]:
    """The command on the small world, to which options are added."""
    extracts, facts = write_world(tmp_path / "world")
    return ["build", "--out", "net", "--extracts", str(extracts), "--facts", str(facts)]


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"world"}


def run(build: list[str], tmp_path: Path, *options: str) -> Ended:
    return corridors(*build, *options, cwd=tmp_path)


def test_a_file_is_laid_and_told(build: list[str], tmp_path: Path) -> None:
    drawn().write(tmp_path / "a.osm.pbf")
    ended = run(build, tmp_path, "--osm", "a.osm.pbf", "--within", AREA)
    assert ended.code == 0, ended.said
    assert "OpenStreetMap 37,44,43,46: 473 km of rail laid in place of" in ended.out
    assert "read a.osm.pbf" in ended.err
    assert "█" not in ended.err + ended.out
    notes = (tmp_path / "net" / "osm_notes.csv").read_text(encoding="utf-8")
    assert notes == "note,ways\nnot read: maxspeed=fast,1\n"
    checked = corridors("check", "--network", "net", "--json", cwd=tmp_path)
    told = [one for one in checked.json["warnings"] if "check_openstreetmap" in one]
    assert told, checked.said


def test_a_file_is_compared_with_the_facts_without_a_build(
    build: list[str], tmp_path: Path
) -> None:
    drawn().write(tmp_path / "a.osm.pbf")
    plain = run(build, tmp_path)
    assert plain.code == 0, plain.said
    options = ["--osm", "a.osm.pbf", "--within", AREA, "--json"]
    ended = corridors("check", "--network", "net", *options, cwd=tmp_path)
    told = [one for one in ended.json["warnings"] if "check_openstreetmap" in one]
    # The shipped facts hold here: Novorossiysk lies in the area, the small world's line does not.
    assert any("terminals PNVS: missing: facts a station" in one for one in told), ended.said
    ended = corridors("check", "--network", "net", *options[:2], cwd=tmp_path)
    assert ended.code == 3, ended.said
    assert "--osm  files without an area" in ended.err


def test_a_server_is_asked_once(build: list[str], tmp_path: Path) -> None:
    overpass = Overpass(drawn())
    for address in serving(overpass):
        options = ["--overpass", AREA, "--endpoint", address, "--timeout", "30", "--json"]
        options += ["--user-agent", "a test", "--modes", "rail"]
        ended = run(build, tmp_path, *options)
        assert ended.code == 0, ended.said
        assert ended.json["patches"][0]["name"] == f"OpenStreetMap {AREA}"
        asked = len(overpass.queries)
        assert {one["User-Agent"] for one in overpass.headers} == {"a test"}
        assert run(build, tmp_path, *options).json == ended.json
        assert len(overpass.queries) == asked
    assert (tmp_path / "build" / "overpass").is_dir()


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--osm", "a.osm"], 3, "--osm  files without an area; say with --within"),
        (["--within", AREA], 3, "--within  an area without files"),
        (["--osm", "a.osm", "--within", AREA, "--overpass", "KZ"], 3, "give one of the two"),
        (["--overpass", "KZ", "--modes", "rial"], 3, "unknown mode 'rial'; did you mean \"rail\"?"),
        (["--overpass", "KZ", "--modes", ","], 3, "--modes  no mode; one of rail, road, ferry"),
        (["--overpass", "KZ", "--roads", "trnk"], 3, 'did you mean "trunk"?'),
        (["--overpass", "XQ"], 3, "XQ: no country or file"),
        (["--overpass", AREA, "--endpoint", "overpass"], 3, "overpass: no address"),
        (["--osm", "none.osm", "--within", AREA], 6, "none.osm: no such file"),
        (["--osm", "a.osm", "--within", "none.poly"], 6, "none.poly: cannot be read"),
        (["--osm", "bad.osm.pbf", "--within", AREA], 3, "bad.osm.pbf: broken at byte 0"),
        (["--osm", "a.osm", "--within", "10,10,12,12"], 3, "no line in 10,10,12,12"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_left(
    build: list[str], tmp_path: Path, options: list[str], code: int, words: str
) -> None:
    drawn().write(tmp_path / "a.osm")
    (tmp_path / "bad.osm.pbf").write_bytes(b"x" * 100)
    ended = run(build, tmp_path, *options)
    assert ended.code == code, ended.said
    assert words in ended.err
    assert ended.out == ""
    assert left(tmp_path) == {"a.osm", "bad.osm.pbf"}


def test_a_server_that_fails_leaves_no_network_and_whole_tiles(
    build: list[str], tmp_path: Path
) -> None:
    overpass = Overpass(drawn(), faults=[""] * 2 + ["400"])
    for address in serving(overpass):
        options = ["--overpass", AREA, "--endpoint", address, "--modes", "rail"]
        ended = run(build, tmp_path, *options)
    assert ended.code == 3, ended.said
    assert "400 Bad Request" in ended.err
    tiles = list((tmp_path / "build" / "overpass").iterdir())
    assert all(json.loads((tile / "tile.json").read_text(encoding="utf-8")) for tile in tiles)
    assert left(tmp_path) == {"build"}
