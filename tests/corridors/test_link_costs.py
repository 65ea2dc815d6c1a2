"""What links cost: from which rows, added up how, and where it is not known."""

from __future__ import annotations

import pytest

from corridors.metrics.link_costs import bill_of
from corridors.model.capacity import Amount, Project
from corridors.scenario.projects import load_projects
from corridors.scenario.switches import LINK, PROJECT, Switch


def _project(name: str, builds: tuple[str, ...], low: float) -> Project:
    cost = Amount(low, 2 * low, 3 * low)
    return Project(name, name, "link", builds, cost, {}, "", "planned", "assumed", (f"S{name}",))


PROJECTS = (_project("P", ("L1",), 10.0), _project("Q", ("L2", "L3"), 100.0))


@pytest.mark.parametrize(
    ("name", "low", "of"),
    [
        ("P", 10.0, ["P"]),
        ("L1", 10.0, ["P"]),
        ("P+Q", 110.0, ["P", "Q"]),
        ("L1+P", 10.0, ["P"]),
    ],
)
def test_costs_are_those_of_projects_each_once(name: str, low: float, of: list[str]) -> None:
    bill = bill_of(Switch(name, PROJECT, "", ()), PROJECTS)
    assert bill is not None
    assert (bill.cost.low, bill.cost.likely, bill.cost.high) == (low, 2 * low, 3 * low)
    assert [one.id for one in bill.projects] == of


@pytest.mark.parametrize("name", ["L2", "L1+L2", "L9"])
def test_a_line_that_no_project_builds_alone_has_no_known_cost(name: str) -> None:
    assert bill_of(Switch(name, LINK, "", ()), PROJECTS) is None


def test_a_project_of_the_tables_costs_what_its_row_says_in_todays_money() -> None:
    projects = load_projects(capacities=None, checks_places=False)
    bill = bill_of(Switch("RASHT-ASTARA", PROJECT, "", ()), projects)
    assert bill is not None
    # 1.6 to 1.81 billion USD of 2023, a few per cent more in those of 2024.
    assert 1.6e9 < bill.cost.low < bill.cost.likely < bill.cost.high < 1.95e9
    assert bill.projects[0].sources
