"""Sweeps and control from the command line: one object, exit codes, clear words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.process import corridors
from tests.oracles.switched_tiny import write_tiny

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    write_tiny(folder := tmp_path_factory.mktemp("tiny"))
    return folder


def test_a_sweep_prints_one_object(tiny: Path) -> None:
    ended = corridors(
        "sweep", "tiny.yaml", "--network", "network", "--switches", "KZ,UZ,R1", "--out", "s",
        "--json", cwd=tiny,
    )  # fmt: skip
    assert ended.code == 0, ended.said
    found = json.loads(ended.out)
    assert found["states"] == 8
    assert [one["id"] for one in found["switches"]] == ["KZ", "UZ", "R1"]
    assert ended.err == ""


def test_an_unknown_switch_ends_with_3_and_the_nearest_name(tiny: Path) -> None:
    ended = corridors("sweep", "tiny.yaml", "--network", "network", "--switches", "KZZ", cwd=tiny)
    assert ended.code == 3, ended.said
    assert 'did you mean "KZ"' in ended.err


def test_control_tells_people_what_it_found(tiny: Path) -> None:
    ended = corridors(
        "control", "tiny.yaml", "--network", "network", "--players", "KZ,UZ", "--out", "c",
        cwd=tiny,
    )  # fmt: skip
    assert ended.code == 0, ended.said
    assert "Game G1: gatekeepers" in ended.out
    assert "X_KZUZ" in ended.out
    names = {path.name for path in (tiny / "c").iterdir()}
    wanted = {
        "chokepoints.geojson", "actors.csv", "leverage.csv", "coalitions.csv",
        "links_value.csv", "denial.csv", "metrics.csv", "result.json", "manifest.json",
    }  # fmt: skip
    assert wanted <= names
