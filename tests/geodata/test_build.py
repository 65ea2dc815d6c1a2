"""The build as a whole on a tiny world: every step, nothing half-written, the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import geodata.build
import geodata.snapshot
from geodata.attribute import territories
from geodata.base import read_base
from geodata.build import build_network, build_snapshot, steps
from geodata.errors import ExtractError, FactsError
from geodata.facts_io import load_facts
from geodata.snapshot import open_network, open_snapshot, read_report
from geodata.sources.extracts import read_outlines
from geodata.topology import components, lines_of
from geodata.types import Kind, Mode, Network
from tests.oracles.drawing import applied, assert_sound, facts
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> tuple[Path, Path]:
    return write_world(tmp_path)


def build(out: Path, world: tuple[Path, Path]) -> str:
    return build_snapshot(out, extracts=world[0], facts_folder=world[1])


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_step_is_a_pure_function(world: tuple[Path, Path]) -> None:
    tables = load_facts(world[1])
    network = read_base(world[0])
    places = territories(read_outlines(world[0]), tables.territories)
    names = []
    for name, step in steps(tables, places):
        once = applied(step, network)
        assert_sound(once)
        again = step(network)
        assert_same(once, again, name)
        network = once
        names.append(name)
    assert len(names) == len(set(names)) >= 15


def assert_same(one: Network, two: Network, name: str) -> None:
    for table in ("nodes", "links", "shapes"):
        for column, values in getattr(one, table).columns().items():
            other = getattr(getattr(two, table), column)
            np.testing.assert_array_equal(values, other, err_msg=f"{name}: {table}.{column}")
    assert one.assets == two.assets


def test_steps_without_facts_do_nothing_wrong(world: tuple[Path, Path]) -> None:
    network = read_base(world[0])
    none = facts()
    for name, step in steps(none, territories(read_outlines(world[0]), ())):
        network = step(network)
        assert_sound(network)
        assert network.assets == (), name
    # Without a crossing or a neighbour the border is cut.
    label = components(network, lines_of(network, Mode.RAIL))
    west, east = (int(np.argmin(np.abs(network.nodes.lon - lon))) for lon in (33.0, 47.0))
    assert label[west] != label[east]


def test_the_network_leads_from_country_to_country(world: tuple[Path, Path]) -> None:
    built = build_network(world[0], load_facts(world[1]))
    network, report = built.network, built.report
    assert report["crossings_bound"] == ["X_KZUZ"]
    assert [row["id"] for row in report["crossings_generated"]] == ["X-KZ-UZ-R01"]
    assert report["unattached"] == {"rail": ["LONE"], "road": ["W", "E"], "sea": []}
    kinds = {asset.id: asset.kind for asset in network.assets}
    assert kinds["X_KZUZ"] == kinds["X-KZ-UZ-R01"] == "crossing"
    assert (kinds["R1"], kinds["V1"], kinds["PW"]) == ("line", "service", "terminal")
    stops = set(network.links.kind[network.links.kind != Kind.LINE].tolist())
    assert stops == {Kind.BORDER, Kind.BOARDING, Kind.TRANSFER, Kind.ACCESS}


def test_the_build_tells_its_steps_and_gives_the_same_bytes(
    world: tuple[Path, Path], tmp_path: Path
) -> None:
    told: list[str] = []
    one = build_snapshot(
        tmp_path / "one", extracts=world[0], facts_folder=world[1], tell=told.append
    )
    assert one == build(tmp_path / "two", world)
    assert everything(tmp_path / "one") == everything(tmp_path / "two")
    assert told[0] == "read the extracts"
    assert told[-1] == "write the snapshot"
    assert len(told) >= 18


def test_branches_are_followed_both_ways(world: tuple[Path, Path], tmp_path: Path) -> None:
    build(tmp_path / "network", world)
    (branch,) = open_snapshot(tmp_path / "network").branches
    (leg,), (back,) = branch.legs, branch.back
    assert (leg.from_id, leg.to_id, leg.gap) == ("W", "E", "")
    assert leg.km == pytest.approx(back.km)
    # From a third of the way W lies on to E at two thirds of the last stretch but one.
    lengths = [240.5, 241.5, 242.5, 243.5, 244.5]
    wanted = lengths[0] * 2 / 3 + sum(lengths[1:4]) + lengths[4] * 2 / 3
    assert leg.km == pytest.approx(wanted, rel=1e-3)


# --- interruptions ----------------------------------------------------------


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (geodata.build, "read_base"),
        (geodata.build, "bind_crossings"),
        (geodata.build, "join_modes"),
        (geodata.build, "contract"),
        (geodata.build, "declared_branches"),
        (geodata.snapshot, "_write_json"),
        (geodata.snapshot, "_sha256"),
    ],
)
def test_an_interrupted_build_leaves_nothing_and_the_next_one_works(
    world: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
) -> None:
    out = tmp_path / "out" / "network"
    with monkeypatch.context() as patch:
        patch.setattr(module, name, interrupt)
        with pytest.raises(KeyboardInterrupt):
            build(out, world)
    assert not out.exists()
    assert not list(out.parent.glob("*")) if out.parent.exists() else True
    build(out, world)
    assert [path.name for path in out.parent.iterdir()] == ["network"]
    assert_sound(open_network(out))


def test_an_interrupted_build_leaves_the_old_network_as_it_was(
    world: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "network"
    build(out, world)
    before = everything(out.parent)
    saved = np.save
    calls: list[Any] = []

    def save_twice(*args: Any, **more: Any) -> None:
        calls.append(args)
        if len(calls) > 2:
            raise KeyboardInterrupt
        saved(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(np, "save", save_twice)
        with pytest.raises(KeyboardInterrupt):
            build(out, world)
    assert len(calls) == 3
    assert everything(out.parent) == before


def spoil_facts(world: tuple[Path, Path]) -> None:
    (world[1] / "gauges.csv").unlink()


def spoil_extract(world: tuple[Path, Path]) -> None:
    path = world[0] / "rail.npz"
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("spoil", "error"), [(spoil_facts, FactsError), (spoil_extract, ExtractError)]
)
def test_bad_input_stops_the_build_before_anything_is_written(
    world: tuple[Path, Path],
    tmp_path: Path,
    spoil: Callable[[tuple[Path, Path]], None],
    error: type[Exception],
) -> None:
    spoil(world)
    with pytest.raises(error):
        build(tmp_path / "out" / "network", world)
    assert not (tmp_path / "out").exists()


def test_the_report_of_a_snapshot_is_that_of_the_build(
    world: tuple[Path, Path], tmp_path: Path
) -> None:
    build(tmp_path / "network", world)
    report = build_network(world[0], load_facts(world[1])).report
    assert read_report(tmp_path / "network") == report
