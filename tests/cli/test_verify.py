"""`corridors verify`: what it prints and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from corridors.manifest import MANIFEST, make_manifest, manifest_bytes
from tests.cli.process import corridors

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

FILES = {"result.json": b"{}\n", "routes.geojson": b"{}\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rates.csv").write_bytes(b"rates\n")
    manifest = make_manifest(
        inputs={"rates": tmp_path / "rates.csv", "text": b"text"}, outputs=FILES, seed=0, solver={},
        parameters={}, wall_times_s={},
    )  # fmt: skip
    (tmp_path / "run").mkdir()
    for name, content in {**FILES, MANIFEST: manifest_bytes(manifest)}.items():
        (tmp_path / "run" / name).write_bytes(content)
    return tmp_path


def test_what_is_as_it_was_ends_well(folder: Path) -> None:
    ended = corridors("verify", "run", cwd=folder)
    assert ended.code == 0, ended.said
    assert ended.out.startswith("run: run, 2 files and 2 inputs as they were\n")
    assert "unchecked  text" in ended.out
    assert corridors("verify", "run", "--strict", cwd=folder).code == 6


def test_differences_of_several_folders_are_told_together(folder: Path) -> None:
    (folder / "run" / "result.json").unlink()
    (folder / "rates.csv").write_bytes(b"other\n")
    ended = corridors("verify", "run", "none", cwd=folder)
    assert ended.code == 6, ended.said
    assert "run: run, 2 files and 2 inputs, 2 differences" in ended.out
    assert "missing    result.json: is missing" in ended.out
    assert "changed    rates: rates.csv is not what it was" in ended.out
    assert "none: no manifest" in ended.out
    assert corridors("verify", "run", "-q", cwd=folder).out == ""


def test_as_json_every_difference_has_its_kind(folder: Path) -> None:
    (folder / "run" / "other.txt").write_bytes(b"")
    ended = corridors("verify", "run", "--json", cwd=folder)
    assert ended.code == 6
    (found,) = ended.json["folders"]
    assert (found["folder"], found["what"], found["same"]) == ("run", "run", False)
    assert [one["kind"] for one in found["differences"]] == ["extra", "unchecked"]


@pytest.mark.slow
def test_a_real_run_and_its_network_are_as_they_were(baseline: Run, real_folder: Path) -> None:
    ended = corridors("verify", baseline.folder, real_folder, "--strict", cwd=baseline.folder)
    assert ended.code == 0, ended.said
