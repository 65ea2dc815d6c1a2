"""Snapshots: the same when read back, and refused by name when damaged."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from geodata.atomic import WriteError
from geodata.build import build_snapshot
from geodata.contract import contract
from geodata.errors import SnapshotError
from geodata.snapshot import (
    open_network,
    open_snapshot,
    read_manifest,
    read_report,
    write_snapshot,
)
from geodata.types import Asset, Branch, BranchLeg, DecisionGraph, Kind, Mode, Network, Place
from tests.oracles.drawing import Line, arrays_of, draw
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Iterator

ASSETS = (
    Asset("R1", "line", "a line", 1.5, 2.5, ("AA", "BB"), opening_likely=2030, capacity_mt_yr=1.5),
    Asset("X", "crossing", "名", 0.0, 0.0, ()),
)
LEG = BranchLeg("B", 1, "T", "U", "rail", ("R1",), (0,), 12.5, "")
BRANCH = Branch("B", "F", "a branch", "planned", "T", "U", ("T", "U"), (LEG,), ())
PLACES = (Place("T", "Таразʼ", "KZ", 1.0, 2.0),)
REPORT = {"borders_cut": [{"id": "X-1", "lon": 1.25}]}
POINTS = {"t": (0.0, 0.0), "m": (1.0, 0.0), "u": (2.0, 0.0)}


def drawn() -> Network:
    lines = Line("t", "m", asset="R1", via=((0.5, 0.1),)), Line("m", "u")
    return draw(POINTS, *lines, terminals={"t": "T", "u": "U"}, assets=ASSETS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    network = drawn()
    out = tmp_path / "network"
    write_snapshot(
        out, network, contract(network), places=PLACES, branches=[BRANCH], report=REPORT,
        inputs={"facts/x.csv": "0" * 64},
    )  # fmt: skip
    return out


def graph_arrays(graph: DecisionGraph) -> dict[str, Any]:
    return {
        **{f"nodes.{k}": v for k, v in graph.nodes.columns().items()},
        **{f"arcs.{k}": v for k, v in graph.arcs.columns().items()},
        "network_node": graph.network_node,
        "chain": graph.chain,
        "origin": graph.origin,
        "destination": graph.destination,
    }


def test_what_is_read_is_what_was_written(folder: Path) -> None:
    network, graph = drawn(), contract(drawn())
    snapshot, again = open_snapshot(folder), open_network(folder)
    for wanted, found in (
        (arrays_of(network), arrays_of(again)),
        (graph_arrays(graph), graph_arrays(snapshot.graph)),
    ):
        for name, array in wanted.items():
            np.testing.assert_array_equal(found[name], array, err_msg=name)
            assert found[name].dtype == array.dtype, name
    assert snapshot.graph.assets == again.assets == ASSETS
    assert snapshot.places == PLACES
    assert snapshot.branches == (BRANCH,)
    assert read_report(folder) == REPORT
    for name in ("countries", "terminal_ids", "sources"):
        assert getattr(again, name) == getattr(network, name)
    assert snapshot.id == read_manifest(folder)["snapshot"]


def test_arrays_of_a_snapshot_cannot_be_written_on(folder: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        open_snapshot(folder).graph.arcs.length_km[0] = 1.0


def test_the_same_network_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    network = drawn()
    write_snapshot(
        tmp_path / "again", network, contract(network), places=PLACES, branches=[BRANCH],
        report=REPORT, inputs={"facts/x.csv": "0" * 64},
    )  # fmt: skip
    for path in sorted(folder.iterdir()):
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def open_all(folder: Path) -> None:
    open_snapshot(folder)
    open_network(folder)


def files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.name != "manifest.json")


def damaged(folder: Path, name: str, data: bytes | None) -> str:
    """Return the error of opening a copy of which one file holds `data`, or is missing."""
    copy = folder.with_name("copy")
    shutil.copytree(folder, copy)
    if data is None:
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(data)
    with pytest.raises(SnapshotError) as error:
        open_all(copy)
    shutil.rmtree(copy)
    return str(error.value)


def test_a_truncated_file_is_named(folder: Path) -> None:
    for path in files(folder):
        assert path.name in damaged(folder, path.name, path.read_bytes()[:-1])


def test_a_missing_file_is_named(folder: Path) -> None:
    for path in files(folder):
        message = damaged(folder, path.name, None)
        assert path.name in message
        assert "missing" in message


@pytest.mark.parametrize("place", [0, -1])
def test_a_flipped_bit_is_named(folder: Path, place: int) -> None:
    for path in files(folder):
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        assert path.name in damaged(folder, path.name, bytes(data))


def test_a_run_refuses_an_altered_decision_graph(folder: Path) -> None:
    for path in files(folder):
        if path.name.startswith(("graph", "meta")):
            data = bytearray(path.read_bytes())
            data[-1] ^= 1
            path.write_bytes(bytes(data))
            with pytest.raises(SnapshotError, match=path.name):
                open_snapshot(folder)
            data[-1] ^= 1
            path.write_bytes(bytes(data))


def test_a_damaged_manifest_is_named_whatever_the_damage(folder: Path) -> None:
    """No byte of the manifest can be changed into an error of another kind."""
    path = folder / "manifest.json"
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 7):
        data = bytearray(whole)
        data[place] ^= 0x10
        path.write_bytes(bytes(data))
        try:
            open_all(folder)
            read_report(folder)
        except SnapshotError as error:
            assert str(folder) in str(error)  # noqa: PT017 - some bytes say nothing that matters
            refused += 1
    assert refused > len(whole) // 14


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"schema_version": 99, "files": {}}'])
def test_a_manifest_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(SnapshotError, match=r"manifest\.json"):
        open_snapshot(tmp_path)


def test_a_folder_without_a_network_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    for folder in (tmp_path, tmp_path / "none", tmp_path / "letter.txt"):
        with pytest.raises(SnapshotError, match="corridors build"):
            open_snapshot(folder)


def test_foreign_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    network = drawn()
    with pytest.raises(WriteError):
        write_snapshot(
            tmp_path, network, contract(network), places=(), branches=(), report={}, inputs={}
        )
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_opening_a_snapshot_imports_nothing_heavy(folder: Path) -> None:
    code = (
        "import sys, pathlib; from geodata.snapshot import open_snapshot; "
        f"open_snapshot(pathlib.Path({str(folder)!r})); print(*sys.modules)"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "numpy" in loaded
    heavy = {"pandas", "geopandas", "osmnx", "pyogrio", "shapely", "pyproj", "scipy", "networkx"}
    assert not loaded & heavy


def test_the_snapshot_of_a_build_lists_its_inputs(tmp_path: Path) -> None:
    extracts, facts = write_world(tmp_path)
    build_snapshot(tmp_path / "network", extracts=extracts, facts_folder=facts)
    manifest = read_manifest(tmp_path / "network")
    assert {"facts/terminals.csv", "extracts/rail.npz", "package/numpy"} <= set(manifest["inputs"])
    graph = open_snapshot(tmp_path / "network").graph
    assert manifest["counts"]["decision_arcs"] == len(graph.arcs)
    assert {Mode(int(mode)) for mode in graph.arcs.mode} == {Mode.RAIL, Mode.ROAD, Mode.SEA}
    assert (graph.arcs.kind == Kind.BORDER).any()
    text = (tmp_path / "network" / "manifest.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert json.loads(text)["schema_version"] == 2
