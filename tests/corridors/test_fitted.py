"""Fitted rates stand over those they were fitted from, and only over those."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from corridors.errors import ScenarioError
from corridors.scenario.fitted import NAME, QUALITY
from corridors.scenario.places import data_folder
from corridors.scenario.rates import load_rates

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.scenario.rates import Rates


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a private copy of the shipped tables."""
    shutil.copytree(data_folder(), tmp_path / "data")
    return tmp_path / "data"


def kazakh(rates: Rates) -> float:
    return rates.find("linehaul", "cost", "rail", ("KZ",)).value


def change(folder: Path, column: str, to: str) -> list[str]:
    """Return the findings once a cell of the first row of fitted.csv was changed."""
    file = folder / NAME
    header, row, *rest = file.read_text(encoding="utf-8").splitlines()
    cells = row.split(",")
    cells[header.split(",").index(column)] = to
    file.write_text("\n".join([header, ",".join(cells), *rest, ""]), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_rates(folder)
    return [f"{one.line}:{one.column} {one.path}: {one.message}" for one in caught.value.findings]


def test_a_fitted_rate_says_from_where_and_stays_within_its_range() -> None:
    before, after = load_rates(fitted=False), load_rates()
    moved = [(old, new) for old, new in zip(before.rows, after.rows, strict=True) if old != new]
    assert len(moved) >= 10
    for old, new in moved:
        assert (new.component, new.mode, new.place) == (old.component, old.mode, old.place)
        assert old.low <= new.value <= old.high
        assert (new.low, new.high, new.sources) == (old.low, old.high, old.sources)
        assert (new.table, new.quality) == (NAME, QUALITY)
        assert "RV" in new.note
    assert {new.component for _, new in moved} == {"linehaul"}


def test_goods_in_wagons_keep_their_own_rate() -> None:
    def grain(rates: Rates) -> float:
        return rates.find("linehaul", "cost", "rail", ("KZ",), "grain").value

    assert grain(load_rates()) == grain(load_rates(fitted=False))
    assert kazakh(load_rates()) != kazakh(load_rates(fitted=False))


def test_without_the_table_the_rates_are_as_they_stand(folder: Path) -> None:
    (folder / NAME).unlink()
    assert kazakh(load_rates(folder)) == kazakh(load_rates(fitted=False))


def test_a_fit_made_from_other_values_is_refused(folder: Path) -> None:
    file = folder / "rates.csv"
    text = file.read_text(encoding="utf-8")
    changed = text.replace("linehaul,rail,KZ,container,0.25,", "linehaul,rail,KZ,container,0.2,")
    file.write_text(changed, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_rates(folder)
    (finding,) = caught.value.findings
    assert finding.path == "before"
    assert "rates.csv comes to" in finding.message
    assert finding.mend == "run corridors fit again"
    assert kazakh(load_rates(folder, fitted=False)) < kazakh(load_rates())


@pytest.mark.parametrize(
    ("column", "to", "message"),
    [
        ("after", "much", "2:5 after: 'much' is not a number"),
        ("after", "-1", "2:5 after: -1 is out of range"),
        ("after", "9", "2:5 after: 9 is not within"),
        ("place", "XX", "2:3 place: rates.csv has no such rate for containers"),
        ("unit", "", "2:8 unit: the unit is missing"),
    ],
)
def test_a_mistake_names_row_and_column(folder: Path, column: str, to: str, message: str) -> None:
    assert any(message in one for one in change(folder, column, to))
