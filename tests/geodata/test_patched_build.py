"""The build with patches: the whole chain runs over them, and what they changed is told."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

from geodata.base import read_base
from geodata.build import FACTS, NAMED, build_network, build_snapshot, steps
from geodata.contract import contract
from geodata.facts_io import load_facts
from geodata.patch import Patch
from geodata.patch_checks import patch_findings
from geodata.quality import length_table
from geodata.snapshot import open_network, open_snapshot, read_manifest
from geodata.sources.extracts import EXTRACTS
from geodata.types import Mode
from tests.oracles.chains import assert_chains
from tests.oracles.drawing import Line, assert_sound
from tests.oracles.full_search import FullSearch
from tests.oracles.tiny_world import write_world
from tests.oracles.tracks import of_network, tracks

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.types import Network
    from tests.conftest import Real

# The railway of the tiny world runs at 45 north from 33 to 47 east, its border at 40.
MIDDLE = shapely.box(37.0, 44.0, 43.0, 46.0)
LAND = frozenset({Mode.RAIL, Mode.ROAD})
WAY = {"w": (37.0, 45.0), "e": (43.0, 45.0), "m": (38.0, 45.03), "n": (41.5, 45.3)}
NEW = (
    Line("w", "m", gauge=1520),
    Line("m", "n", gauge=1520, via=((40.0, 45.01),)),
    Line("n", "e", gauge=1520),
)


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path]:
    return write_world(tmp_path)


def built(out: Path, world: tuple[Path, Path], *patches: Patch) -> dict[str, Any]:
    build_snapshot(out, extracts=world[0], facts_folder=world[1], patches=patches)
    report: dict[str, Any] = json.loads((out / "patch_report.json").read_text(encoding="utf-8"))
    return report


def joins(out: Path) -> list[dict[str, str]]:
    with (out / "joins.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_build_without_patches_tells_of_none(world: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_snapshot(out, extracts=world[0], facts_folder=world[1])
    assert not {"joins.csv", "patch_report.json"} & {path.name for path in out.iterdir()}
    assert patch_findings(out) == ()


def test_the_chain_runs_over_the_patch(world: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    patch = Patch("mine", tracks(WAY, *NEW), MIDDLE, frozenset({Mode.RAIL}))
    report = built(out, world, patch)
    network, graph = open_network(out), open_snapshot(out).graph
    assert_sound(network)
    assert_chains(network, graph)
    # The crossing is bound to the new line, the junction snapped to it, the branch follows it.
    assert report["crossings_lost"] == report["crossings_found"] == []
    (branch,) = open_snapshot(out).branches
    assert branch.legs[0].gap == ""
    new = network.links.source == network.sources.index("custom")
    assert new[np.flatnonzero(network.links.mode == Mode.RAIL)].any()
    assert {row["joined"] for row in joins(out)} == {row["holds"] for row in joins(out)} == {"yes"}
    assert report["corrections_replaced"] == []
    assert [row["country"] for row in report["km"]] == ["KZ", "UZ"]
    assert patch_findings(out) == ()


def test_km_before_and_after_are_those_of_the_patch(
    world: tuple[Path, Path], tmp_path: Path
) -> None:
    patch = Patch("mine", tracks(WAY, *NEW), MIDDLE, frozenset({Mode.RAIL}))
    report = built(tmp_path / "out", world, patch)
    change = sum(row["after_km"] - row["before_km"] for row in report["km"])
    (one,) = report["patches"]
    told = one["laid_km"]["rail"] + one["join_km"]["rail"] - one["replaced_km"]["rail"]
    assert change == pytest.approx(told, abs=0.01)


def test_what_a_patch_leaves_open_is_told(world: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    lone = {"m": (38.0, 45.5), "n": (38.5, 45.5), "p": (41.0, 45.5), "q": (41.5, 45.5)}
    patch = Patch("mine", tracks(lone, Line("m", "n"), Line("p", "q", Mode.FERRY)), MIDDLE, LAND)
    report = built(out, world, patch)
    assert report["crossings_lost"] == ["X_KZUZ", "X-KZ-UZ-R01"]
    assert report["terminals"] == [{"id": "J", "mode": "rail", "before_km": 0.0, "after_km": None}]
    said = [str(finding) for finding in patch_findings(out)]
    assert sum("is loose" in line for line in said) == 4
    assert any("X_KZUZ: no line passes since the patch" in line for line in said)
    assert any("J: has no rail line since the patch" in line for line in said)
    assert any("km of rail that no join reaches" in line for line in said)
    assert any("km of ferries are not laid" in line for line in said)


def test_a_join_between_gauges_is_told_to_part(world: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    narrow = [Line(line.a, line.b, gauge=1435, via=line.via) for line in NEW]
    report = built(out, world, Patch("mine", tracks(WAY, *narrow), MIDDLE, LAND))
    (one,) = report["patches"]
    assert one["joined"] == one["parted"] == 2
    assert {row["why"] for row in joins(out) if row["mode"] == "rail" and row["holds"]} == {
        "gauges differ: 1435 mm meets 1520 mm"
    }
    assert any("joined in vain: gauges differ" in str(f) for f in patch_findings(out))


@pytest.mark.parametrize(("gauge", "why"), [(1520, ""), (1435, "gauges differ")])
@pytest.mark.parametrize("start", [39.995, 40.0, 40.005])
def test_a_rim_along_a_border_is_passed_by_its_crossing(
    start: float, gauge: int, why: str, world: tuple[Path, Path], tmp_path: Path
) -> None:
    """The patch takes all of UZ; its track starts before, at or beyond the border."""
    out = tmp_path / "out"
    way = {"w": (start, 45.0), "m": (41.5, 45.01), "e": (47.0, 45.0)}
    lines = Line("w", "m", gauge=gauge), Line("m", "e", gauge=gauge)
    east = shapely.box(40.0, 40.0, 50.0, 50.0)
    report = built(out, world, Patch("mine", tracks(way, *lines), east, frozenset({Mode.RAIL})))
    west = [row for row in joins(out) if float(row["lon"]) < 40.1]
    assert [(row["joined"], row["holds"]) for row in west] == [("yes", "no" if why else "yes")]
    assert west[0]["why"].startswith(why)
    assert report["crossings_lost"] == []
    (branch,) = open_snapshot(out).branches
    assert bool(branch.legs[0].gap) == bool(why)


def test_a_line_that_ends_at_a_terminal_is_not_loose(
    world: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    # LONE lies at 32 east, 49 north, far from all tracks; one line ends there, one nowhere.
    way = {"s": (34.5, 45.0), "lone": (32.0, 49.0), "t": (34.6, 45.0), "none": (35.0, 48.0)}
    patch = Patch("mine", tracks(way, Line("s", "lone"), Line("t", "none")))
    (one,) = built(out, world, patch)["patches"]
    assert (one["joined"], one["loose"]) == (2, {"network": 0, "patch": 1})
    assert sorted(row["joined"] for row in joins(out)) == ["end", "no", "yes", "yes"]
    assert sum(f.check == "check_joins" for f in patch_findings(out)) == 1


def test_the_same_patch_gives_the_same_bytes_and_is_named(
    world: tuple[Path, Path], tmp_path: Path
) -> None:
    file = tmp_path / "lines.gpkg"
    file.write_bytes(b"some lines")
    patch = Patch("mine", tracks(WAY, *NEW), MIDDLE, frozenset({Mode.RAIL}), files=(file,))
    for name in ("one", "two"):
        built(tmp_path / name, world, patch)
    one, two = (
        {p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in ("one", "two")
    )
    assert one == two
    assert "patch/mine/lines.gpkg" in read_manifest(tmp_path / "one")["inputs"]


def test_costs_on_the_graph_of_a_patched_network_are_those_of_its_links(
    world: tuple[Path, Path],
) -> None:
    """The contraction stays exact: distances between terminals, link by link and by arc."""
    added = tracks({"m": (38.2, 45.01), "n": (41.0, 45.09)}, Line("m", "n", Mode.ROAD))
    patches = (
        Patch("first", tracks(WAY, *NEW), MIDDLE, frozenset({Mode.RAIL})),
        Patch("second", added, rim_km=20.0),
    )
    network = build_network(world[0], load_facts(world[1]), patches=patches).network
    assert_exact(network, origins=6)


def assert_exact(network: Network, *, origins: int) -> None:
    graph = contract(network)
    ends = graph.network_node[graph.arcs.tail], graph.network_node[graph.arcs.head]
    roots = graph.network_node[graph.origin[graph.origin >= 0]][:origins].astype(np.int64)
    # Every stop counts as a kilometre, so that ways with many differ from those with few.
    full = FullSearch(network).distances(
        network.links.length_km + (network.links.length_km == 0),
        np.ones(len(network.links), bool), roots,
    )  # fmt: skip
    links = network.links
    small = type(network)(
        **vars(network) | {
            "links": links.take(np.zeros(len(graph.arcs), np.int64)).with_columns(
                u=ends[0], v=ends[1], length_km=graph.arcs.length_km,
                oneway=np.ones(len(graph.arcs), bool),
            )
        }
    )  # fmt: skip
    short = FullSearch(small).distances(
        graph.arcs.length_km + (graph.arcs.length_km == 0),
        np.ones(len(graph.arcs), bool), roots,
    )  # fmt: skip
    goals = graph.network_node[graph.destination[graph.destination >= 0]]
    np.testing.assert_allclose(short[:, goals], full[:, goals], rtol=1e-9)
    assert np.isfinite(full[:, goals]).sum() > len(roots)


@pytest.mark.slow
@pytest.mark.deep
def test_the_south_caucasus_laid_in_its_own_place_changes_no_length(
    real: Real, tmp_path: Path
) -> None:
    """The identity on the real network: every published pair and every branch as before."""
    tables = load_facts(FACTS)
    clean = read_base(EXTRACTS)
    for name, step in steps(tables, None):  # type: ignore[arg-type]
        if name == NAMED:
            break
        clean = step(clean)
    box = shapely.box(40.5, 39.2, 48.2, 43.2)
    same = Patch("same", of_network(clean, *LAND), box, LAND)
    out = tmp_path / "out"
    build_snapshot(out, patches=(same,))
    snapshot = open_snapshot(out)
    before, after = (length_table(g, tables) for g in (real.snapshot.graph, snapshot.graph))
    assert [row.computed_km for row in after] == pytest.approx(
        [row.computed_km for row in before], abs=0.05, nan_ok=True
    )
    for old, new in zip(real.snapshot.branches, snapshot.branches, strict=True):
        assert [leg.gap for leg in new.legs] == [leg.gap for leg in old.legs]
        assert [leg.km for leg in new.legs] == pytest.approx(
            [leg.km for leg in old.legs], abs=0.05, nan_ok=True
        )
    report = json.loads((out / "patch_report.json").read_text(encoding="utf-8"))
    assert report["crossings_lost"] == report["crossings_found"] == report["terminals"] == []
    assert report["patches"][0]["parted"] == 0
    assert_exact(open_network(out), origins=2)
