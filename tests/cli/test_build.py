"""`corridors build` with a planner's own files, on the tiny world."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import orjson
import pytest

from geodata.snapshot import open_network, open_snapshot, read_facts
from tests.cli.process import Ended, corridors
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from pathlib import Path

LINES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"kind": "Bahn", "spur": 1520, "nr": "B1"},
            "geometry": {"type": "LineString", "coordinates": coordinates},
        }
        for coordinates in (
            [[37.0, 45.0], [38.0, 45.03], [40.0, 45.01]], [[40.0, 45.01], [41.5, 45.3], [43.0, 45]],
        )
    ],
}  # fmt: skip
POINTS = "code,called,iso,x,y\nNEW,New yard,UZ,41.5,45.3\n"
MAPPING = """\
id: mine
inside: [37, 44, 43, 46]
replaces: [rail]
lines:
  fields: {mode: kind, gauge_mm: spur, ref: nr}
  values: {mode: {Bahn: rail}}
points:
  lon: x
  lat: y
  fields: {id: code, name: called, country: iso}
  defaults: {kind: station, modes: rail, gauges_mm: 1520, accuracy_km: 1, source: own survey,
             confidence: medium}
"""


class Here(NamedTuple):
    """A folder with the planner's files, and the options that name the tiny world."""

    folder: Path
    world: tuple[str, ...]

    def build(self, *more: str) -> Ended:
        return corridors("build", "--out", "out", *self.world, *more, cwd=self.folder)


@pytest.fixture
def here(tmp_path: Path) -> Here:
    extracts, facts = write_world(tmp_path)
    (tmp_path / "lines.geojson").write_bytes(orjson.dumps(LINES))
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return Here(tmp_path, ("--extracts", str(extracts), "--facts", str(facts)))


OWN = ("--lines", "lines.geojson", "--points", "points.csv", "--mapping", "mapping.yaml")


def test_own_lines_and_points_take_their_place(here: Here) -> None:
    ended = here.build(*OWN)
    assert ended.code == 0, ended.said
    last = ended.out.splitlines()[-1]
    assert last.startswith("mine: ")
    assert " laid in place of " in last
    assert last.endswith("ends joined 2 (in vain 0), loose 0")
    assert "lay mine" in ended.err
    out = here.folder / "out"
    network = open_network(out)
    assert "NEW" in network.terminal_ids
    assert "custom" in network.sources
    (branch,) = open_snapshot(out).branches
    assert branch.legs[0].gap == ""
    new = read_facts(out, here.folder / "facts").terminals[-1]
    assert (new.id, new.name, new.source, new.lon) == ("NEW", "New yard", "own survey", 41.5)


def test_json_tells_what_became_of_the_patch(here: Here) -> None:
    ended = here.build(*OWN, "--json", "--quiet")
    assert ended.err == ""
    (patch,) = ended.json["patches"]
    assert (patch["name"], patch["joined"], patch["parted"]) == ("mine", 2, 0)
    assert patch["files"] == ["lines.geojson", "mapping.yaml"]


def test_the_tolerance_decides_what_joins(here: Here) -> None:
    lines = orjson.dumps(LINES).replace(b"[37.0,45.0]", b"[37.0,45.04]")
    (here.folder / "lines.geojson").write_bytes(lines)
    assert "ends joined 1 (in vain 0), loose 2" in here.build(*OWN).out
    assert "ends joined 2" in here.build(*OWN, "--rim-km", "5").out


def test_lines_with_our_own_columns_want_no_mapping(here: Here) -> None:
    lines = orjson.dumps(LINES).replace(b'"kind":"Bahn"', b'"mode":"rail"')
    (here.folder / "lines.geojson").write_bytes(lines)
    ended = here.build("--lines", "lines.geojson")
    assert ended.code == 0, ended.said
    assert "lines: " in ended.out


def test_every_mistake_is_told_and_nothing_is_written(here: Here) -> None:
    wrong = orjson.dumps(LINES).replace(b"1520", b"1521").replace(b'"Bahn"', b'"Zug"')
    (here.folder / "lines.geojson").write_bytes(wrong)
    ended = here.build(*OWN)
    assert ended.code == 3, ended.said
    assert 'mode  "Zug" is not one of rail, road, sea, ferry' in ended.err
    assert "(rows 1-2)" in ended.err
    assert '"1521" is no gauge known' in ended.err
    assert not (here.folder / "out").exists()


def test_points_are_checked_as_the_terminals_are(here: Here) -> None:
    points = POINTS.replace("UZ", "QQ") + "W,Twice,KZ,34,45\n"
    (here.folder / "points.csv").write_text(points, encoding="utf-8")
    ended = here.build(*OWN)
    assert ended.code == 3, ended.said
    assert 'points.csv:2:0 country  "QQ" is no country' in ended.err
    assert 'points.csv:3:0 id  "W" stands in terminals.csv line 2 already' in ended.err


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("replaces: [rail]", "replaces: [tram]"), "mapping.yaml:3:12  replaces[0]  is not one of"),
        (("fields: {mode: kind", "fields: {mod: kind"), 'unknown key; did you mean "mode"?'),
        (("inside: [37, 44, 43, 46]\n", ""), "replaces  wants an area"),
        (("inside: [37, 44, 43, 46]", "inside: none.gpkg"), "none.gpkg: no such file"),
        (("inside: [37, 44, 43, 46]", "inside: [[37, 44], [43, 46]]"), "three or more points"),
        (("[37, 44, 43, 46]", "[[1, 1], [2, 2], [2, 1], [1, 2]]"), "crosses itself"),
        (("mode: kind", "mode: kinds"), 'has no column "kinds"; did you mean "kind"?'),
        (("{Bahn: rail}", "{Bahn: true}"), "is to be text, a number or a list"),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_do_is_told(
    change: tuple[str, str], wanted: str, here: Here
) -> None:
    (here.folder / "mapping.yaml").write_text(MAPPING.replace(*change), encoding="utf-8")
    ended = here.build(*OWN)
    assert ended.code == 3, ended.said
    assert wanted in ended.err
    assert not (here.folder / "out").exists()


@pytest.mark.parametrize(
    "options", [("--mapping", "mapping.yaml"), ("--rim-km", "3"), ("--packages", "packages")]
)
def test_options_that_would_have_no_effect_are_refused(
    options: tuple[str, str], here: Here
) -> None:
    ended = here.build(*options)
    assert ended.code in {2, 3}, ended.said
    assert "effect" in ended.err or "no region has one" in ended.err


def test_a_file_that_is_not_there_is_told(here: Here) -> None:
    ended = here.build("--lines", "none.gpkg")
    assert ended.code == 6
    assert "none.gpkg: no such file" in ended.err
