"""Which tables are read: the shipped ones, or those of a planner."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from corridors.scenario.places import data_folder, scenario_folder
from corridors.scenario.rates import load_rates
from geodata.errors import DataFolderError
from geodata.facts_io import load_facts
from geodata.folders import ASSUMPTIONS, FACTS, SHIPPED, VARIABLE, facts_folder, shown


def test_without_a_folder_of_ones_own_the_shipped_tables_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert facts_folder() == SHIPPED / "facts"
    assert data_folder() == scenario_folder() / "data"


def test_a_part_that_is_ones_own_is_read_and_the_other_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / FACTS).mkdir()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert facts_folder() == tmp_path / FACTS
    assert data_folder() == scenario_folder() / "data"


def test_ones_own_tables_are_what_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(SHIPPED / "facts", tmp_path / FACTS)
    shutil.copytree(scenario_folder() / "data", tmp_path / ASSUMPTIONS)
    terminals, rates = tmp_path / FACTS / "terminals.csv", tmp_path / ASSUMPTIONS / "rates.csv"
    shipped = len(load_facts(facts_folder()).terminals), len(load_rates().rows)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert (len(load_facts(facts_folder()).terminals), len(load_rates().rows)) == shipped
    header, *rows = terminals.read_text(encoding="utf-8").splitlines()
    mine = rows[0].split(",")
    mine[0] = "MINE"
    terminals.write_text("\n".join([header, *rows, ",".join(mine), ""]), encoding="utf-8")
    assert load_facts(facts_folder()).terminals[-1].id == "MINE"
    rates.unlink()
    with pytest.raises(OSError, match=r"rates\.csv"):
        load_rates()


@pytest.mark.parametrize("named", ["", "nowhere"])
def test_a_folder_without_tables_is_refused_and_never_passed_over(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / named))
    for ask in (facts_folder, data_folder):
        with pytest.raises(DataFolderError, match="corridors init --tables"):
            ask()


def test_a_path_is_told_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "a" / "b.csv") == "a/b.csv"
    assert shown(Path("a/../b.csv")) == "b.csv"
    assert shown(tmp_path.parent) == str(tmp_path.parent.resolve())
