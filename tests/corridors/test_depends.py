"""What Make is told of a run: every file that it was made of, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from corridors.depends import depend_text, write_depends
from corridors.errors import OutputError
from corridors.manifest import Traced

if TYPE_CHECKING:
    from pathlib import Path

MAKE = shutil.which("make") or "make"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def laid(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, encoding="utf-8")
    return [folder / name for name in names]


def test_the_rule_names_each_file_once_and_a_network_by_its_manifest(here: Path) -> None:
    own, base, rates, _ = laid(here, "s/own.yaml", "s/_base.yaml", "rates.csv", "net/manifest.json")
    inputs: dict[str, bytes | Path | str] = {
        "network": Traced("0" * 64, [here / "net"]),
        "scenario a": Traced("1" * 64, [own, base]),
        "scenario b": Traced("1" * 64, [base]),
        "data/rates.csv": rates,
        "text": b"no file",
        "hash": "2" * 64,
    }
    rule, *phony = depend_text(here / "build/own/manifest.json", inputs).split("\n\n")
    words = rule.replace("\\\n", "").split()
    assert words == [
        f"{here}/build/own/manifest.json:",
        "rates.csv", "net/manifest.json", "s/own.yaml", "s/_base.yaml",
    ]  # fmt: skip
    assert [line.strip() for line in phony] == [f"{word}:" for word in words[1:]]


def test_make_reads_names_as_they_are_meant(here: Path) -> None:
    odd = laid(here, "my own $cenario #1.yaml")
    write_depends(here / ".d", here / "target", {"scenario": Traced("0" * 64, odd)})
    (here / "Makefile").write_text(f"include .d\n{here}/target: ; touch $@\n", encoding="utf-8")

    def made(*options: str) -> int:
        command = [MAKE, "-s", *options, f"{here}/target"]
        return subprocess.run(command, check=False).returncode

    assert made("-q") == 1
    assert made() == 0
    assert made("-q") == 0
    odd[0].unlink()  # Make goes on, and builds anew
    assert made("-q") == 1
    assert made() == 0


def test_a_rule_that_cannot_be_written_is_told(here: Path) -> None:
    laid(here, "file")
    with pytest.raises(OutputError, match="cannot write"):
        write_depends(here / "file" / ".d", here / "target", {})
