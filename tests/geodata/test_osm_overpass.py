"""Overpass by the real client against a server on the loopback, faults and resumption included."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import osmnx
import pytest
import shapely

from geodata.errors import OsmError, SourceMissingError
from geodata.sources import osm_overpass
from geodata.sources.osm import Server, settings
from geodata.sources.osm_files import read_files
from geodata.sources.osm_overpass import MARK, fetch_ways, tiles
from geodata.sources.osm_tracks import tracks
from geodata.sources.osm_ways import Wanted
from geodata.types import Mode, Status
from tests.oracles.osm_world import World
from tests.oracles.overpass_server import Overpass, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geodata.sources.osm_ways import Ways

pytestmark = pytest.mark.long

REGION = shapely.box(44.5, 38.5, 47.5, 39.5)
FILTERS = 4


def drawn() -> World:
    """A line over both tiles, one being built, a road, a ferry, a planned line, a yard."""
    world = World()
    nodes = [world.node(44.6 + 0.2 * k, 39) for k in range(8)]
    nodes.append(world.node(46.3, 39, railway="border", name="Bridge"))
    tags = {"railway": "rail", "gauge": "1520;1435", "electrified": "contact_line"}
    world.way(nodes[:6], tags | {"name": "Баку", "name:en": "Baku"})
    world.way(nodes[5:], {"railway": "construction", "construction": "rail"})
    world.way(nodes[:2], {"highway": "trunk", "maxspeed": "50 mph"})
    world.way(nodes[2:4], {"route": "ferry", "duration": "12:00"})
    world.way(nodes[3:5], {"proposed:railway": "rail"})
    world.way(nodes[6:8], {"railway": "rail", "service": "yard"})
    world.way(nodes[:3], {"highway": "residential"})
    return world


@pytest.fixture
def overpass() -> Overpass:
    return Overpass(drawn())


@pytest.fixture
def address(overpass: Overpass) -> Iterator[str]:
    yield from serving(overpass)


def ask(address: str, cache: Path, told: list[str] | None = None, tries: int = 3) -> Ways:
    server = Server(
        address, timeout_s=20, user_agent="a planner", pause_s=0, tries=tries, wait_s=0.01
    )
    tell = (told if told is not None else []).append
    return fetch_ways(REGION, cache=cache, server=server, tell=tell)


def same(a: Ways, b: Ways) -> bool:
    one, two = tracks(a), tracks(b)
    return (one.ref, one.length_km.round(6).tolist()) == (two.ref, two.length_km.round(6).tolist())


def test_an_overpass_server_gives_what_a_file_gives(
    overpass: Overpass, address: str, tmp_path: Path
) -> None:
    ways = ask(address, tmp_path / "cache")
    assert same(ways, read_files([overpass.world.write(tmp_path / "same.osm")]))
    found = tracks(ways)
    rail = found.mode == Mode.RAIL
    assert found.gauge_mm[rail & (found.status == Status.BUILT)].tolist() == [1520, 1435] * 3
    assert {Status.UNDER_CONSTRUCTION, Status.PLANNED} <= set(found.status.tolist())
    assert found.duration_h[found.mode == Mode.FERRY].sum() == pytest.approx(12)
    assert found.border_name == ("Bridge",)
    assert "Baku" in found.name
    assert ways.notes == {"left out: rail with service=yard": 1}
    assert set(ways.as_of.values()) == {"2026-11-01T00:00:00Z"}
    assert len(ways.as_of) == 2
    assert len(overpass.queries) == 2 * FILTERS
    assert overpass.headers[0]["User-Agent"] == "a planner"
    assert "[timeout:20]" in overpass.queries[0]


def test_a_second_time_nobody_is_asked(overpass: Overpass, address: str, tmp_path: Path) -> None:
    first = ask(address, tmp_path)
    asked = len(overpass.queries)
    assert same(ask(address, tmp_path), first)
    assert len(overpass.queries) == asked


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("429", "429 Too Many Requests"),
        ("504", "504 Gateway Timeout"),
        ("503", "503"),
        ("truncated", "no whole JSON"),
        ("cut off", "IncompleteRead"),
        ("malformed", "no whole JSON"),
        ("list", "JSON without elements"),
        ("remark", "runtime error: Query timed out"),
    ],
)
def test_a_fault_is_asked_again_and_then_all_is_there(
    overpass: Overpass, address: str, tmp_path: Path, fault: str, words: str
) -> None:
    overpass.faults = ["", fault, fault]
    told: list[str] = []
    ways = ask(address, tmp_path / "cache", told)
    assert same(ways, read_files([overpass.world.write(tmp_path / "same.osm")]))
    assert [words in one for one in told].count(True) == 2
    # What had come before the fault was not asked for again.
    assert len(overpass.queries) == 2 * FILTERS + 2


@pytest.mark.parametrize("fault", ["429", "504", "truncated", "malformed", "remark"])
def test_a_fault_that_stays_ends_with_its_words_and_the_rest_resumes(
    overpass: Overpass, address: str, tmp_path: Path, fault: str
) -> None:
    overpass.faults = [""] * FILTERS + [fault] * 3
    with pytest.raises(SourceMissingError, match=r"tile 46_38_48_40: no answer in 3 tries"):
        ask(address, tmp_path)
    assert [path.name[:11] for path in tmp_path.iterdir()] == ["44_38_46_40"]
    asked = len(overpass.queries)
    ways = ask(address, tmp_path)
    assert len(overpass.queries) == asked + FILTERS
    assert len(tracks(ways)) == 10


def test_an_interrupt_leaves_whole_tiles_only(
    overpass: Overpass, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = []

    def stop(answer: object) -> None:
        answers.append(answer)
        if len(answers) == FILTERS + 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(osm_overpass, "check_answer", stop)
    with pytest.raises(KeyboardInterrupt):
        ask(address, tmp_path)
    monkeypatch.undo()
    assert [(path / MARK).is_file() for path in tmp_path.iterdir()] == [True]
    ask(address, tmp_path)
    assert len(overpass.queries) == 2 * FILTERS + 2


def test_a_refused_request_is_not_asked_again(
    overpass: Overpass, address: str, tmp_path: Path
) -> None:
    overpass.faults = ["400"]
    with pytest.raises(OsmError, match=r"tile 44_38_46_40: 400 Bad Request: <no/>"):
        ask(address, tmp_path)
    assert len(overpass.queries) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with pytest.raises(SourceMissingError, match=r"no answer in 2 tries.*refused"):
        ask(f"http://127.0.0.1:{port}/api", tmp_path, tries=2)


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OsmError, match=r"overpass\.example: no address"):
        ask("overpass.example", tmp_path)


def test_a_damaged_cache_is_told_with_its_file(address: str, tmp_path: Path) -> None:
    ask(address, tmp_path)
    path = min(tmp_path.glob("*/*.json"))
    for text in ('{"elements": [{"type": "way"}]}', "{", '{"elements": 1}', "[]"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(OsmError, match=rf"{path.name}: no answer of an Overpass server"):
            ask(address, tmp_path)


def test_a_region_without_lines_is_told(tmp_path: Path) -> None:
    for address in serving(Overpass(World())):
        with pytest.raises(OsmError, match="no line of ferry, rail, road"):
            ask(address, tmp_path)


def test_only_wanted_modes_are_asked_for(overpass: Overpass, address: str, tmp_path: Path) -> None:
    server = Server(address, pause_s=0)
    fetch_ways(REGION, cache=tmp_path, wanted=Wanted(frozenset({Mode.FERRY})), server=server)
    assert not any("highway" in query for query in overpass.queries)


def test_waits_grow_and_have_an_end(
    overpass: Overpass, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    overpass.faults = ["429"] * 4
    fetch_ways(REGION, cache=tmp_path, server=Server(address, pause_s=0, most_wait_s=30))
    assert [one for one in slept if one] == [5, 15, 30, 30]


def test_settings_of_the_client_never_leak(
    overpass: Overpass, address: str, tmp_path: Path
) -> None:
    before, look_up = dict(vars(osmnx.settings)), socket.getaddrinfo
    ask(address, tmp_path / "a")
    overpass.faults = ["400"]
    with pytest.raises(OsmError):
        ask(address, tmp_path / "b")
    assert vars(osmnx.settings) == before
    assert socket.getaddrinfo is look_up


def test_settings_keep_the_tags_of_railways() -> None:
    kept = {"railway", "gauge", "usage", "electrified", "voltage", "maxspeed", "construction"}
    kept |= {"bridge", "tunnel", "operator", "name"}
    with settings(overpass_url="x"):
        assert kept <= set(osmnx.settings.useful_tags_way)
    assert not kept <= set(osmnx.settings.useful_tags_way)


def test_tiles_lie_on_one_grid_and_leave_out_what_the_region_does_not_touch() -> None:
    names = [tile.name for tile in tiles(shapely.Polygon([(0.5, 0.5), (3, 0.5), (0.5, 3)]))]
    assert names == ["0_0_2_2", "0_2_2_4", "2_0_4_2"]
    with pytest.raises(OsmError, match="empty"):
        tiles(shapely.Polygon())
