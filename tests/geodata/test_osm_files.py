"""Files of OpenStreetMap: what is read, and that bad ones are refused by name."""

from __future__ import annotations

import bz2
import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import osmium
import pytest

from geodata.errors import OsmError, SourceMissingError
from geodata.sources import osm_files, osm_pbf, osm_ways
from geodata.sources.osm_files import look_through, read_files
from geodata.sources.osm_ways import Wanted
from geodata.types import Mode
from tests.oracles.osm_world import World

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = ["osm", "osm.gz", "osm.bz2", "osm.pbf"]
HEAD = '<?xml version="1.0"?>'


def line(*, tags: dict[str, str] | None = None, points: int = 5) -> World:
    world = World()
    nodes = [world.node(45 + 0.01 * k, 39) for k in range(points)]
    world.way(nodes, tags or {"railway": "rail"})
    world.way(nodes[:2], {"highway": "residential"})
    world.node(46, 40, name="no part of a line")
    return world


def xml(path: Path, body: str, *, head: str = HEAD) -> Path:
    path.write_text(f'{head}<osm version="0.6">{body}</osm>', encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same(tmp_path: Path, suffix: str) -> None:
    ways = read_files([line().write(tmp_path / f"a.{suffix}")])
    assert ways.way.tolist() == [101]
    assert ways.node_id.tolist() == ways.node.tolist() == [1, 2, 3, 4, 5]
    assert ways.lon.tolist() == pytest.approx([45, 45.01, 45.02, 45.03, 45.04], abs=1e-9)
    assert ways.lat.tolist() == [39.0] * 5


def test_a_file_tells_of_which_moment_it_is(tmp_path: Path) -> None:
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-11-01T20:21:00Z")
    dated, plain = tmp_path / "dated.osm.pbf", line().write(tmp_path / "plain.osm")
    with osmium.SimpleWriter(str(dated), header=header) as writer:
        for one in osmium.FileProcessor(str(plain)):
            writer.add(one)
    as_of = {"dated.osm.pbf": "2026-11-01T20:21:00Z", "plain.osm": ""}
    assert read_files([dated, plain]).as_of == as_of


def test_a_way_in_two_files_counts_once(tmp_path: Path) -> None:
    files = [line().write(tmp_path / name) for name in ("a.osm.pbf", "b.osm")]
    assert read_files(files).way.tolist() == [101]


def test_nodes_after_their_ways_and_ids_of_editors_are_read(tmp_path: Path) -> None:
    body = (
        '<way id="-5" version="1"><nd ref="-1"/><nd ref="-2"/><tag k="railway" v="rail"/></way>'
        '<node id="-1" version="1" lat="39" lon="45"/><node id="-2" version="1" lat="39" lon="46"/>'
    )
    ways = read_files([xml(tmp_path / "a.osm", body)])
    assert ways.node_id.tolist() == [-2, -1]
    assert ways.lon.tolist() == [46.0, 45.0]


def test_border_nodes_on_lines_are_kept_with_their_names(tmp_path: Path) -> None:
    world = World()
    nodes = [
        world.node(45, 39),
        world.node(45.1, 39, railway="border", name="Джульфа", name_en="Julfa"),
        world.node(45.2, 39, barrier="border_control"),
    ]
    world.way(nodes, {"railway": "rail"})
    world.node(45.3, 39, railway="border", name="on no line")
    ways = read_files([world.write(tmp_path / "a.osm.pbf")])
    assert ways.border_id == (2, 3)
    assert ways.border_name == ("Julfa", "")


def test_only_wanted_modes_and_classes_are_read(tmp_path: Path) -> None:
    world = World()
    for tags in ({"railway": "rail"}, {"highway": "trunk"}, {"highway": "primary"}):
        world.way([world.node(45, 39), world.node(46, 39)], tags)
    path = world.write(tmp_path / "a.osm.pbf")
    assert read_files([path]).way.tolist() == [101, 102]
    assert read_files([path], wanted=Wanted(least_road="primary")).way.tolist() == [101, 102, 103]
    assert read_files([path], wanted=Wanted(frozenset({Mode.ROAD}))).way.tolist() == [102]


def test_progress_runs_from_start_to_end(tmp_path: Path) -> None:
    files = [line().write(tmp_path / name) for name in ("a.osm.pbf", "b.osm")]
    told: list[float] = []
    read_files(files, progress=told.append)
    assert told == sorted(told)
    assert 0 < told[0] < 0.5
    assert told[-1] == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_not_there_is_missing(tmp_path: Path, suffix: str) -> None:
    files = [tmp_path / f"{name}.{suffix}" for name in "ab"]
    with pytest.raises(SourceMissingError, match=rf"a\.{suffix}, .*b\.{suffix}: no such file"):
        read_files(files)


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OsmError, match=r"a\.geojson.*must end in \.osm"):
        read_files([tmp_path / "a.geojson"])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_truncated_file_is_refused_by_name(tmp_path: Path, suffix: str) -> None:
    path = line(points=2000).write(tmp_path / f"cut.{suffix}")
    data = path.read_bytes()
    for share in (0.1, 0.5, 0.9):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(OsmError, match=rf"cut\.{suffix}"):
            read_files([path])


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("text", [b"", b"x", b"<html><body/></html>", b"\0" * 100])
def test_a_file_of_something_else_is_refused_by_name(
    tmp_path: Path, suffix: str, text: bytes
) -> None:
    path = tmp_path / f"other.{suffix}"
    path.write_bytes(text)
    with pytest.raises(OsmError, match=rf"other\.{suffix}"):
        read_files([path])


def test_a_broken_block_is_told_with_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(osm_pbf, "BATCH", 1)
    path = line(points=20_000).write(tmp_path / "broken.osm.pbf")
    data = bytearray(path.read_bytes())
    half = len(data) // 2
    data[half : half + 50] = bytes(50)
    path.write_bytes(bytes(data))
    with pytest.raises(OsmError, match=r"broken\.osm\.pbf: broken between the bytes [\d,]+ and"):
        read_files([path])


@pytest.mark.parametrize("place", range(0, 40, 3))
def test_no_flipped_byte_of_a_block_gives_more_than_a_named_error(
    tmp_path: Path, place: int
) -> None:
    path = line().write(tmp_path / "flipped.osm.pbf")
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(bytes(data))
    try:
        ways = read_files([path])
    except OsmError as error:
        assert "flipped.osm.pbf" in str(error)  # noqa: PT017 - some bytes carry nothing
    else:
        assert ways.way.tolist() == [101]


def test_a_block_larger_than_the_format_allows_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.osm.pbf"
    header = b"\n\x09OSMHeader\x18\xff\xff\xff\x7f"
    path.write_bytes(len(header).to_bytes(4, "big") + header + b"x" * 100)
    with pytest.raises(OsmError, match=r"large\.osm\.pbf: broken at byte 0: a block of"):
        read_files([path])


@pytest.mark.parametrize("said", [100, 31 * 1024 * 1024, 64 * 1024 * 1024])
def test_a_block_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path, said: int) -> None:
    packed = zlib.compress(bytes(200 * 1024 * 1024), 9)
    data = b"\x10" + number(said) + b"\x1a" + number(len(packed)) + packed
    header = b"\n\x07OSMData\x18" + number(len(data))
    path = line().write(tmp_path / "packed.osm.pbf")
    with path.open("ab") as file:
        file.write(len(header).to_bytes(4, "big") + header + data)
    with pytest.raises(OsmError, match=r"packed\.osm\.pbf: broken between the bytes"):
        read_files([path])


def number(value: int) -> bytes:
    """A number as a block holds it."""
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        ("osm.gz", b" "),
        ("osm.bz2", b" "),
        ("osm.gz", b'<node id="1" version="1" lat="1" lon="1"/>\n'),
    ],
)
def test_a_bomb_is_refused_in_bounded_memory(tmp_path: Path, suffix: str, text: bytes) -> None:
    path = tmp_path / f"bomb.{suffix}"
    opened = gzip.open if suffix == "osm.gz" else bz2.open
    block = text * (4 * 1024 * 1024 // len(text))
    with opened(path, "wb") as file:
        file.write(f'{HEAD}<osm version="0.6">'.encode())
        for _ in range(25):
            file.write(block)
    assert path.stat().st_size < 1_000_000
    tracemalloc.start()
    with pytest.raises(OsmError, match=rf"bomb\.{suffix}: (unpacks to|no end of a tag)"):
        look_through(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * osm_files.PIECE


def test_a_value_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.osm"
    value = "x" * (3 * osm_files.PIECE)
    xml(path, f'<node id="1" version="1" lat="1" lon="1"><tag k="name" v="{value}"/></node>')
    with pytest.raises(OsmError, match=r"long\.osm: no end of a tag"):
        read_files([path])


def test_entities_are_refused_not_expanded(tmp_path: Path) -> None:
    names = "".join(f'<!ENTITY e{k} "{f"&e{k - 1};" * 10 if k else "lol"}">' for k in range(12))
    head = f"{HEAD}<!DOCTYPE osm [{names}]>"
    body = '<node id="1" version="1" lat="1" lon="1"><tag k="name" v="&e11;"/></node>'
    with pytest.raises(OsmError, match=r"lol\.osm: XML entities are not supported"):
        read_files([xml(tmp_path / "lol.osm", body, head=head)])


@pytest.mark.parametrize(("lat", "lon"), [("95", "45"), ("39", "190"), ("39", "-181")])
def test_coordinates_out_of_range_are_named(tmp_path: Path, lat: str, lon: str) -> None:
    nodes = "".join(f'<node id="{k}" version="1" lat="{lat}" lon="{lon}"/>' for k in (1, 2))
    way = '<way id="9" version="1"><nd ref="1"/><nd ref="2"/><tag k="railway" v="rail"/></way>'
    path = xml(tmp_path / "off.osm", nodes + way)
    with pytest.raises(OsmError, match=rf"off\.osm: coordinates out of range: node 1 at {lon} .*2"):
        read_files([path])


def test_coordinates_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    way = '<way id="9" version="1"><nd ref="1"/><nd ref="1"/><tag k="railway" v="rail"/></way>'
    node = '<node id="1" version="1" lat="950" lon="north"/>'
    with pytest.raises(OsmError, match=r"off\.osm"):
        read_files([xml(tmp_path / "off.osm", node + way)])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_region_without_lines_is_told(tmp_path: Path, suffix: str) -> None:
    path = line(tags={"highway": "track"}).write(tmp_path / f"empty.{suffix}")
    with pytest.raises(OsmError, match=rf"empty\.{suffix}: no line of ferry, rail, road in it"):
        read_files([path])
    World().write(path)
    with pytest.raises(OsmError, match=rf"empty\.{suffix}: no line"):
        read_files([path])


def test_more_than_a_region_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = line().write(tmp_path / "planet.osm.pbf")
    monkeypatch.setattr(osm_ways, "MOST_POINTS", 4)
    with pytest.raises(OsmError, match=r"planet\.osm\.pbf: more than .* take a smaller region"):
        read_files([path])
