"""The tables of capacities and projects are complete and cited; mistakes name file and line."""

from __future__ import annotations

import csv
import shutil
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import pytest

from corridors.check import _capacity_errors
from corridors.errors import InputMissingError, ScenarioError
from corridors.model.capacity import LEVELS
from corridors.scenario.capacities import COLUMNS, load_capacities
from corridors.scenario.capacity_cells import UNDOCUMENTED, shipped_sites
from corridors.scenario.deflator import load_deflator
from corridors.scenario.levies import Units, convert
from corridors.scenario.measures import MEASURES
from corridors.scenario.places import data_folder
from corridors.scenario.projects import EFFECT_COLUMNS, PROJECT_COLUMNS, load_projects
from corridors.scenario.register import load_register
from geodata.facts_io import load_facts
from tests.corridors.test_levies import rule

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.model.capacity import Capacity, Project

SITES = shipped_sites()
SHIPPED = load_capacities(sites=SITES)
PROJECTS = load_projects(capacities=SHIPPED, sites=SITES)
FILES = ("capacities.csv", "projects.csv", "project_effects.csv", "sources.csv", "deflator.csv")
GOOD = {
    "capacities.csv": dict(zip(COLUMNS, (
        "NEW", "New", "crossing", "X_LARS_RD", "road", "both", "1", "2", "3", "trucks/day", "",
        "0.5", "assumed", "assumption", "2020", "2030-06", "2024", "reported", "F203", "", "", "",
    ), strict=True)),
    "projects.csv": dict(zip(PROJECT_COLUMNS, (
        "NEW", "New", "link", "R03", "1", "2", "3", "million USD", "2024", "2027", "2028", "",
        "somebody", "planned", "reported", "F203", "", "",
    ), strict=True)),
    "project_effects.csv": dict(zip(EFFECT_COLUMNS, (
        "NEW", "set", "LARS-ROAD", "", "3000", "", "trucks/day", "", "reported", "F203", "",
    ), strict=True)),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a private copy of the shipped tables."""
    for name in FILES:
        shutil.copy(data_folder() / name, tmp_path / name)
    return tmp_path


def add(folder: Path, name: str, **cells: str) -> None:
    """Append a row to a table: a good one but for some cells."""
    with (folder / name).open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow((GOOD[name] | cells).values())


def load(folder: Path) -> None:
    load_projects(folder, capacities=load_capacities(folder, sites=SITES), sites=SITES)


def test_a_good_row_is_read_in_its_own_unit(folder: Path) -> None:
    for name in FILES[:3]:
        add(folder, name)
    capacities = load_capacities(folder, sites=SITES)
    new = capacities[-1]
    assert [new.amount.at(level) for level in LEVELS] == [1.0, 2.0, 3.0]
    assert (new.modes, new.direction, new.lot, new.open.share) == (("road",), "both", None, 0.5)
    assert (str(new.span.start), str(new.span.end)) == ("2020-01-01", "2030-06-30")
    project = load_projects(folder, capacities=capacities, sites=SITES)[-1]
    assert [project.cost_usd.at(level) for level in LEVELS] == [1e6, 2e6, 3e6]
    assert dict(project.opening) == {"low": 2027, "likely": 2028, "high": None}
    assert project.effects[0].amount.low == 3000.0
    assert project.effects[0].open_share is None


#: Table, cells of a row, where the mistake is found, and what is said of it.
MISTAKES: list[tuple[str, dict[str, str], str, str]] = [
    ("capacities.csv", {"id": "LARS-ROAD"}, "id", "LARS-ROAD stands already on line"),
    ("capacities.csv", {"id": ""}, "id", "an id is missing"),
    ("capacities.csv", {"low": "-1"}, "low", "-1 is out of range; at least 0"),
    ("capacities.csv", {"low": "2.5"}, "low", "2.5 is above the likely 2; put them in order"),
    ("capacities.csv", {"high": "1.5"}, "high", "1.5 is below the likely 2"),
    ("capacities.csv", {"likely": "many"}, "likely", "'many' is not a number"),
    ("capacities.csv", {"unit": ""}, "unit", "a unit is missing; one of TEU/yr"),
    ("capacities.csv", {"unit": "truck/day"}, "unit", 'no unit; did you mean "trucks/day"?'),
    ("capacities.csv", {"unit": "wagons/day"}, "lot", "how many TEU go on a wagon is missing"),
    ("capacities.csv", {"unit": "Mt/yr", "lot": "2"}, "lot", "Mt/yr takes no lot"),
    ("capacities.csv", {"lot": "0"}, "lot", "0 is out of range"),
    ("capacities.csv", {"on": "X_LARS_RDD"}, "on", 'not known; did you mean "X_LARS_RD"?'),
    ("capacities.csv", {"on": "R03"}, "on", "'R03' is not known"),
    ("capacities.csv", {"on": ""}, "on", "a place is missing"),
    ("capacities.csv", {"on_kind": "bridge"}, "on_kind", "'bridge' is not known"),
    ("capacities.csv", {"mode": ""}, "mode", "a mode is missing; write * for all"),
    ("capacities.csv", {"mode": "air"}, "mode", "'air' is not known"),
    ("capacities.csv", {"direction": "GE-RU"}, "direction", "'GE-RU' is no direction; both"),
    ("capacities.csv", {"direction": "AM>RU"}, "direction", "is no direction of X_LARS_RD"),
    ("capacities.csv", {"on_kind": "terminal", "on": "PPTI", "direction": "each"}, "direction",
     "each on a terminal; write both"),
    ("capacities.csv", {"open_share": "1.5"}, "open_share", "1.5 is more than the whole"),
    ("capacities.csv", {"open_source": ""}, "open_source", "a source is missing"),
    ("capacities.csv", {"open_quality": "reported"}, "open_quality", "no source is a document"),
    ("capacities.csv", {"from": "2031"}, "until", "2030-06 is before 2031"),
    ("capacities.csv", {"year": "soon"}, "year", "soon is no year"),
    ("capacities.csv", {"quality": "sure"}, "quality", "'sure' is not known"),
    ("capacities.csv", {"source": "general knowledge"}, "quality", "write assumed"),
    ("capacities.csv", {"source": ""}, "source", "every number needs a source"),
    ("capacities.csv", {"source": "F2O3"}, "source", "not in sources.csv; did you mean"),
    ("projects.csv", {"id": "CKU"}, "id", "CKU stands already on line"),
    ("projects.csv", {"builds": "R33b"}, "builds", "'R33b' is not known; did you mean"),
    ("projects.csv", {"builds": ""}, "builds", "it builds nothing and changes no capacity"),
    ("projects.csv", {"cost_low": "9"}, "cost_low", "9 is above the likely 2"),
    ("projects.csv", {"cost_likely": "-2", "cost_low": "", "cost_high": ""}, "cost_likely",
     "-2 is out of range"),
    ("projects.csv", {"unit": ""}, "unit", "a unit is missing; one of USD"),
    ("projects.csv", {"unit": "million EUR"}, "unit", "no unit of money; did you mean"),
    ("projects.csv", {"year": "2012"}, "year", "2012 has no price index; one of 2014 to 2026"),
    ("projects.csv", {"opening_high": "2020"}, "opening_likely", "the years are not in order"),
    ("projects.csv", {"kind": "dream"}, "kind", "'dream' is not known"),
    ("projects.csv", {"status": "maybe"}, "status", "'maybe' is not known"),
    ("project_effects.csv", {"project": "CKV"}, "project", 'not known; did you mean "CKU"?'),
    ("project_effects.csv", {"project": "CKU", "on": "LARS"}, "on", "'LARS' is not known"),
    ("project_effects.csv", {"project": "CKU", "unit": ""}, "unit", "write trucks/day, as LARS"),
    ("project_effects.csv", {"project": "CKU", "likely": "5"}, "likely", "5 is less than the 900"),
    ("project_effects.csv", {"project": "CKU", "effect": "halve"}, "effect", "is not known"),
    ("project_effects.csv", {"project": "CKU", "open_share": "2"}, "open_share", "more than"),
    ("project_effects.csv", {"project": "MERSIN-2", "on": "PMER-TEU", "unit": "TEU/yr",
     "likely": "4000000"}, "on", "MERSIN-2 changes it already on line"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "cells", "path", "said"), MISTAKES)
def test_a_mistake_is_told_with_its_place(
    folder: Path, name: str, cells: dict[str, str], path: str, said: str
) -> None:
    lines = len((folder / name).read_text(encoding="utf-8").splitlines())
    add(folder, name, **cells)
    with pytest.raises(ScenarioError) as caught:
        load(folder)
    (found,) = caught.value.findings
    columns = list(GOOD[name])
    assert (found.line, found.column, found.path) == (lines + 1, columns.index(path) + 1, path)
    assert found.file.endswith(name)
    assert said in str(found)


def test_all_mistakes_of_a_table_are_told_at_once(folder: Path) -> None:
    wrong = [one for one in MISTAKES if one[0] == "capacities.csv"]
    for number, (name, cells, _, _) in enumerate(wrong):
        add(folder, name, **({"id": f"N{number}"} | cells))
    with pytest.raises(ScenarioError) as caught:
        load_capacities(folder, sites=SITES)
    assert len(caught.value.findings) == len(wrong)


def test_places_of_another_network_are_let_pass_where_they_are_not_judged(folder: Path) -> None:
    add(folder, "capacities.csv", on="X_MY_OWN")
    assert load_capacities(folder, checks_places=False)[-1].on == ("X_MY_OWN",)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "projects.csv").unlink()
    with pytest.raises(InputMissingError, match=r"projects\.csv"):
        load(folder)


def test_the_shipped_tables_pass_every_check() -> None:
    assert _capacity_errors(load_register()) == ([], SHIPPED)


def test_the_shipped_tables_are_large_and_cited() -> None:
    assert 60 <= len(SHIPPED) <= 140
    assert len(PROJECTS) >= 25
    rows: list[Capacity | Project] = [*SHIPPED, *PROJECTS]
    for row in rows:
        documented = set(row.sources) - UNDOCUMENTED
        assert documented or (row.quality == "assumed" and row.note), row.id
    assert sum(row.quality == "assumed" for row in SHIPPED) <= 5


def test_what_the_facts_say_of_a_line_lies_in_its_range() -> None:
    with as_file(files("geodata") / "facts") as facts:
        links = {row.id: row.capacity_mt_yr for row in load_facts(facts).links}
    by_line = {name: row for row in SHIPPED for name in row.on if row.kind == "line"}
    said = {name: most for name, most in links.items() if most is not None}
    assert len(said) >= 10
    for name, most in said.items():
        row = by_line[name]
        # The design once it is rebuilt, which a project sets.
        design = [one.amount.high for p in PROJECTS for one in p.effects if one.capacity == row.id]
        assert row.amount.low <= most <= max([row.amount.high, *design]), name


def test_money_is_brought_to_2024() -> None:
    worth = load_deflator(data_folder())
    rasht = next(one for one in PROJECTS if one.id == "RASHT-ASTARA")
    assert rasht.cost_usd.likely == pytest.approx(1.73e9 * worth[2023])


def test_a_capacity_and_a_cap_of_a_rule_mean_the_same_in_every_unit() -> None:
    units = Units(tonnes_per_teu=12.0, teu_per_truck=1.0, teu_per_train=110.0, vessel_teu=1400.0)
    by_hand = {
        "TEU/yr": 1.0, "TEU/day": 365.0, "t/yr": 1 / 12, "t/day": 365 / 12, "kt/yr": 1e3 / 12,
        "Mt/yr": 1e6 / 12, "trains/day": 365 * 110.0, "trains/yr": 110.0, "trucks/day": 365.0,
        "trucks/yr": 1.0, "ships/day": 365 * 1400.0, "ships/yr": 1400.0,
    }  # fmt: skip
    assert set(MEASURES) - set(by_hand) == {"wagons/day", "wagons/yr", "sailings/week"}
    for unit, one in by_hand.items():
        found, problem = convert(rule("cap", 2.0, unit), units)
        assert (found == pytest.approx(2 * one), problem) == (True, "")
