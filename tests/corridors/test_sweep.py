"""Sweeps: all states as by brute force, stopped and gone on with, or sampled."""

from __future__ import annotations

import csv
import json
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyarrow import parquet

from corridors.errors import ScenarioError
from corridors.metrics.states import penalties
from corridors.solve.exposure import Exposure
from corridors.sweep import ask, sweep
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

WORDS = ("KZ", "UZ", "X_KZUZ", "R1")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_states_are_those_of_brute_force(tiny: tuple[Path, str], tmp_path: Path) -> None:
    network, path = tiny
    sweep(path, network=network, out=tmp_path / "out", words=WORDS)
    board = ask(path, network=network, words=WORDS).board
    brute = Exposure.of(board.tasks, board.volume, penalty=1.0)
    penalty = penalties(board.scenario, brute.costs(0), brute.costs(0))
    states, costs = rows_of(tmp_path / "out/states.csv"), rows_of(tmp_path / "out/costs.csv")
    assert len(states) == 16
    assert len(costs) == 16 * 3
    for bits in product((0, 1), repeat=4):
        closed = sum(bit << at for at, bit in enumerate(bits))
        true = brute.costs(closed)
        row = states[closed]
        assert row["closed"] == ";".join(w for w, bit in zip(WORDS, bits, strict=True) if bit)
        total = float(np.minimum(true, penalty) @ board.volume)
        assert float(row["cost_usd_per_year"]) == pytest.approx(total, rel=1e-12)
        assert int(row["reached_demands"]) == np.isfinite(true).sum()
        mine = [one for one in costs if int(one["state"]) == closed]
        told = [float(one["cost_usd_per_teu"] or "inf") for one in mine]
        np.testing.assert_allclose(told, true, rtol=1e-12)
    table = parquet.read_table(tmp_path / "out/costs.parquet")
    assert table.num_rows == len(costs)
    assert table.column("demand").to_pylist() == [one["demand"] for one in costs]


def test_a_sweep_that_was_stopped_goes_on_where_it_was(
    tiny: tuple[Path, str], tmp_path: Path
) -> None:
    network, path = tiny
    whole = tmp_path / "whole"
    sweep(path, network=network, out=whole, words=WORDS)

    def stop(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    again = tmp_path / "again"
    with pytest.raises(KeyboardInterrupt):
        sweep(path, network=network, out=again, words=WORDS, tell=stop)
    assert not again.exists()
    kept = list(tmp_path.glob(".again.partial-*/*.npz"))
    assert len(kept) == 2
    told: list[int] = []
    sweep(path, network=network, out=again, words=WORDS, tell=lambda done, _: told.append(done))
    assert told == [2, 3]
    assert not list(tmp_path.glob(".again*"))
    for name in ("states.csv", "costs.csv", "result.json", "costs.parquet"):
        assert (again / name).read_bytes() == (whole / name).read_bytes()


def test_a_sample_holds_the_exact_ends(tiny: tuple[Path, str], tmp_path: Path) -> None:
    network, path = tiny
    found = sweep(path, network=network, out=tmp_path / "out", words=WORDS, sample=400)
    exact = sweep(path, network=network, out=tmp_path / "all", words=WORDS)
    of_sample = {one.name: one.value for one in found.metrics() if one.subject == "all"}
    of_all = {one.name: one.value for one in exact.metrics() if one.subject == "all"}
    for name in ("state_cost_all_open", "state_cost_all_closed"):
        assert of_sample[name] == pytest.approx(of_all[name], rel=1e-12)
    chance = np.array([0.2, 0.5, 0.5, 0.5])
    bits = np.arange(16)[:, None] >> np.arange(4) & 1
    mean = np.where(bits, chance, 1 - chance).prod(axis=1) @ exact.totals[0]
    assert of_sample["state_cost_mean_low"] < mean < of_sample["state_cost_mean_high"]
    result = json.loads((tmp_path / "out/result.json").read_text(encoding="utf-8"))
    assert result["status"] == "sampled"


@pytest.mark.slow
def test_too_many_switches_name_the_command_that_samples(real_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="--sample 2000"):
        sweep("baseline", network=real_folder, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_workers_find_the_same(tiny: tuple[Path, str], tmp_path: Path) -> None:
    network, path = tiny
    for count in (1, 2):
        sweep(path, network=network, out=tmp_path / str(count), words=WORDS, workers=count)
    one, two = (tmp_path / name / "costs.csv" for name in "12")
    assert one.read_bytes() == two.read_bytes()
