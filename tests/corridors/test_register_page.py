"""The register's page is counted from the register, and says what its rows say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from corridors.report.register_page import MARKS, register_tables, with_counts
from corridors.scenario.places import scenario_folder
from corridors.scenario.register import count_rows, load_register

REGISTER = load_register()
PAGE = Path(__file__).parents[2] / "docs" / "access.md"
DAYS = sorted(
    {
        date.fromisoformat(day)
        for file in scenario_folder().glob("*.yaml")
        for day in re.findall(r"^as_of: (\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
)
TABLES = register_tables(REGISTER, DAYS)


def row(start: str) -> list[str]:
    """Return the cells of the one row that starts with some text."""
    (found,) = [line for line in TABLES.splitlines() if line.startswith(f"| {start} |")]
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_the_page_shows_the_register_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_counts(page, TABLES) == page


def test_the_days_of_the_scenarios_are_counted() -> None:
    assert len(DAYS) >= 8
    assert [int(row(str(day))[1]) for day in DAYS][-1] > int(row("2021-01-15")[1]) > 0
    for day in DAYS:
        cells = [int(cell) for cell in row(str(day))[1:]]
        assert sum(cells[1:7]) == cells[0]


def test_placeholders_and_general_knowledge_are_counted_openly() -> None:
    counts = count_rows(REGISTER)["rules"]
    cells = row("rules")
    assert cells[1] == str(len(REGISTER.rules))
    assert cells[3] == str(counts["general_knowledge"])
    assert cells[-1] == str(counts["placeholder"])


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        ("B137", "-", "counted by the rates"),
        ("B066", "21 (14 to 28)", "left out, with a warning"),
        ("B103", "1,000,000 (0 to 2,000,000)", "added, a placeholder"),
        ("B179", "0.4 (0.2 to 1)", "added"),
        ("B111", "0", "nothing to add"),
    ],
)
def test_what_becomes_of_a_charge(rule: str, value: str, said: str) -> None:
    cells = row(rule)
    assert (cells[2], cells[-1]) == (value, said)


def test_regimes_switches_and_conflicts_are_told() -> None:
    assert row("`meghri:z2020-fsb-waived`")[2:] == ["AM, FSB_BG", "AM", "AM, FSB_BG"]
    assert row("`blockade_lifted`")[2:] == ["-", "B100 B101"]
    assert row("blockade-restart")[1] == "E114 K071 B100"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        with_counts("nothing here", "tables")
    with pytest.raises(ValueError, match="lacks the lines"):
        with_counts("\n".join(reversed(MARKS)), "tables")
