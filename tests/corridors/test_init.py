"""A project laid down: whole or not at all, and its files are of use as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridors.errors import OutputError
from corridors.init import init
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import load_rates
from corridors.scenario.schema import json_schema
from geodata.atomic import WriteError
from geodata.facts_io import load_facts
from geodata.folders import VARIABLE, facts_folder
from tests.cli.process import tree

PLAIN = [
    ".gitignore", "Makefile", "README.md", "scenarios", "scenarios/demands.csv",
    "scenarios/mine.yaml", "scenarios/mine_shut.yaml", "scenarios/schema.json",
]  # fmt: skip


def test_a_project_is_laid_down_in_a_new_folder(tmp_path: Path) -> None:
    files = init(tmp_path / "a" / "mine")
    assert tree(tmp_path / "a" / "mine") == PLAIN
    assert sorted(files) == [
        tmp_path / "a" / "mine" / name for name in PLAIN if name != "scenarios"
    ]
    schema = tmp_path / "a" / "mine" / "scenarios" / "schema.json"
    assert schema.read_text(encoding="utf-8") == json_schema()


def test_an_empty_folder_stays_the_one_a_terminal_stands_in(tmp_path: Path) -> None:
    before = tmp_path.stat().st_ino
    init(tmp_path)
    assert tmp_path.stat().st_ino == before
    assert tree(tmp_path) == PLAIN


@pytest.mark.parametrize("name", ["notes.txt", ".git", "manifest.json"])
def test_a_folder_that_holds_anything_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("years", encoding="utf-8")
    with pytest.raises(OutputError, match=f"holds {name}.*; name a new or an empty folder") as told:
        init(tmp_path)
    assert told.value.exit_code == 3
    assert tree(tmp_path) == [name]
    with pytest.raises(OutputError, match="is a file"):
        init(tmp_path / name)


@pytest.mark.parametrize("there", [["mine"], []])
def test_what_cannot_be_written_whole_is_not_written(
    there: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    if there:
        folder.mkdir()
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "demands.csv":
            raise OSError(28, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises((OutputError, WriteError), match="No space left on device"):
        init(folder)
    assert tree(tmp_path) == there


def test_its_scenarios_are_valid_and_one_extends_the_other(tmp_path: Path) -> None:
    init(tmp_path)
    mine = load_scenario(str(tmp_path / "scenarios" / "mine.yaml"))
    shut = load_scenario(str(tmp_path / "scenarios" / "mine_shut.yaml"))
    assert [one.id for one in mine.scenario.demands] == [
        "moscow-tehran", "khorgos-poti", "baku-tehran", "baku-nakhchivan",
    ]  # fmt: skip
    assert shut.scenario.demands == mine.scenario.demands
    assert shut.sources[:2] == (
        tmp_path / "scenarios" / "mine_shut.yaml", tmp_path / "scenarios" / "mine.yaml",
    )  # fmt: skip
    assert shut.sources[-1] == tmp_path / "scenarios" / "demands.csv"


def test_its_tables_are_those_that_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = len(load_facts(facts_folder()).links), len(load_rates().rows)
    files = init(tmp_path, tables=True)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "data"))
    assert (len(load_facts(facts_folder()).links), len(load_rates().rows)) == shipped
    tables = [path for path in files if path.is_relative_to(tmp_path / "data")]
    assert len(tables) > 30
    assert facts_folder() == tmp_path / "data" / "facts"
