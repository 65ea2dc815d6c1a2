"""A project with tables of its own: what is added to them is built, run and recorded."""

from __future__ import annotations

import csv
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import orjson
import pytest

from corridors.init import init
from geodata.folders import VARIABLE
from tests.cli.process import MAIN, TIMEOUT_S, corridors, environment

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.long]

MAKE = shutil.which("make") or "make"


def make(project: Path, *arguments: str) -> str:
    """Run Make, which must end well; return what it printed."""
    command = project.parent / "corridors"
    command.write_text(
        f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", MAIN])} "$@"\n', "utf-8"
    )
    command.chmod(0o755)
    os.utime(command, (0, 0))  # an old programme, as far as Make can see
    done = subprocess.run(
        [MAKE, f"CORRIDORS={command}", *arguments], cwd=project, env=environment(),
        capture_output=True, encoding="utf-8", timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def asked(told: str) -> list[str]:
    """Return the verbs that Make called."""
    return [line.split()[1] for line in told.splitlines() if "/corridors " in line]


@pytest.mark.deep  # docs/howto/add-a-link.md, whose commands are run, builds from own tables too
def test_a_terminal_of_ones_own_is_built_reached_and_recorded(tmp_path: Path) -> None:
    project = tmp_path / "mine"
    init(project, tables=True)
    terminals, rates = project / "data/facts/terminals.csv", project / "data/assumptions/rates.csv"
    rows = list(csv.DictReader(terminals.read_text(encoding="utf-8").splitlines()))
    tehran = next(row for row in rows if row["id"] == "THR")
    own = {"id": "MINE", "name": "A yard of mine", "lat": str(float(tehran["lat"]) - 0.1)}
    with terminals.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, tehran, lineterminator="\n").writerow(tehran | own)
    with (project / "scenarios" / "demands.csv").open("a", encoding="utf-8") as file:
        file.write("own,MOW,MINE,100,RU,assumed,\n")
    target = "build/mine/manifest.json"
    assert asked(make(project, target)) == ["build", "run"]
    demands = orjson.loads((project / "build/mine/result.json").read_bytes())["demands"]
    assert next(one["status"] for one in demands if one["id"] == "own") == "ok"
    places = orjson.loads((project / target).read_bytes())["origin"]["inputs"]
    assert list(places["scenarios/data/rates.csv"]) == ["data/assumptions/rates.csv"]
    assert "as they were" in make(project, "verify")
    assert asked(make(project, target)) == []
    later = (project / target).stat().st_mtime + 1
    os.utime(rates, (later, later))
    assert asked(make(project, "-n", target)) == ["run"]
    os.utime(terminals, (later, later))
    assert asked(make(project, "-n", target)) == ["build", "run"]


@pytest.mark.parametrize("by_option", ["option", ""])
def test_a_folder_without_tables_is_refused_by_every_command(
    by_option: str, tmp_path: Path
) -> None:
    option, env = (("--data", tmp_path), {}) if by_option else ((), {VARIABLE: str(tmp_path)})
    for words in (("explain", "register"), ("build", "--out", "net"), ("check",)):
        ended = corridors(*option, *words, cwd=tmp_path, env=env)
        assert ended.code == 6, ended.said
        assert "corridors init --tables" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_with_a_table_of_ones_own_is_told_with_its_file(tmp_path: Path) -> None:
    init(tmp_path / "mine", tables=True)
    table = tmp_path / "mine" / "data" / "assumptions" / "control.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",AZ,", ",AZZ,"), encoding="utf-8")
    ended = corridors("--data", "data", "explain", "register", cwd=tmp_path / "mine")
    assert ended.code == 3, ended.said
    assert "data/assumptions/control.csv:" in ended.err


def test_a_region_of_ones_own_is_part_of_the_network(tmp_path: Path) -> None:
    project = tmp_path / "mine"
    init(project)
    assert "--extend" not in make(project, "-n", "network")
    (project / "regions").mkdir()
    (project / "regions" / "north.yaml").touch()
    assert "build --quiet --extend regions/north.yaml --out" in make(project, "-n", "network")


def test_a_programme_that_is_not_found_is_told_with_the_mend(tmp_path: Path) -> None:
    init(tmp_path)
    done = subprocess.run(
        [MAKE, "CORRIDORS=no-such-command"], cwd=tmp_path, env=environment(), capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no-such-command is not found: activate its environment" in done.stderr
