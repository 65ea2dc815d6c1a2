"""The rates of cost, time and emissions, in money of one year, found by place and mode."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from corridors.errors import Finding, ScenarioError
from corridors.model.scenario import QUALITIES, RateOverride
from corridors.scenario.places import data_folder
from corridors.scenario.tables import Row, Table, read_table
from corridors.scenario.vocabulary import BY_MODE, COMPONENTS, MODES, unit_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: The tables that `load_rates` reads.
TABLES = ("deflator.csv", "groups.csv", "rates.csv")
#: The year whose dollars all money is in.
MONEY_YEAR = 2024

COLUMNS = (
    "component", "mode", "place", "value", "low", "high", "unit", "year",
    "quality", "source", "provisional", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """One rate, money in USD of 2024; `line` is its row in the table, 0 for an override.

    `place` is a country, a pair of countries (`KZ-UZ`), a group (`@EU`), the id of an
    asset, or `*`; `sources` are ids of parameters.csv or sources.csv.
    """

    component: str
    mode: str
    place: str
    value: float
    unit: str
    low: float
    high: float
    quality: str
    sources: tuple[str, ...] = ()
    provisional: bool = True
    note: str = ""
    line: int = 0

    @property
    def measure(self) -> str:
        """What the rate measures: cost, time or emissions."""
        return COMPONENTS[self.component][self.unit]


@dataclass(frozen=True)
class Rates:
    """All rates and the groups of countries their places may name."""

    rows: tuple[Rate, ...]
    groups: Mapping[str, tuple[str, ...]]

    @cached_property
    def _index(self) -> dict[tuple[str, str, str, str], Rate]:
        return {(r.component, r.measure, r.mode, r.place): r for r in self.rows}

    @cached_property
    def named_places(self) -> frozenset[str]:
        """The places that have a rate of their own, `*` left out."""
        return frozenset(rate.place for rate in self.rows) - {"*"}

    def find(self, component: str, measure: str, mode: str, places: Iterable[str]) -> Rate:
        """Return the rate of the first place that has one, the mode's before any mode's.

        Raises
        ------
        ScenarioError
            If not even a rate for all places exists.
        """
        for place in (*places, "*"):
            for among in (mode, "*"):
                rate = self._index.get((component, measure, among, place))
                if rate is not None:
                    return rate
        msg = f"no rate for {component} ({measure}) by {mode}: add one for place *"
        raise ScenarioError(msg)

    def places_in(self, country: str) -> tuple[str, ...]:
        """Return the places that cover a country, nearest first."""
        return (country, *self.groups.get(country, ()))

    def places_between(self, a: str, b: str) -> tuple[str, ...]:
        """Return the places that cover the border of two countries, nearest first."""
        shared = set(self.groups.get(a, ())) & set(self.groups.get(b, ()))
        return (pair_name(a, b), *sorted(shared))

    def with_overrides(self, overrides: Iterable[RateOverride]) -> Rates:
        """Return the rates with some replaced or added."""
        index = self._index | {
            (rate.component, rate.measure, rate.mode, rate.place): rate
            for rate in map(_override, overrides)
        }
        return Rates(tuple(index.values()), self.groups)


def pair_name(a: str, b: str) -> str:
    """Return the name of the border of two countries.

    Examples
    --------
    >>> pair_name("UZ", "KZ")
    'KZ-UZ'
    """
    return "-".join(sorted((a, b)))


def _override(given: RateOverride) -> Rate:
    """Return a scenario's rate as a rate."""
    return Rate(
        given.component, given.mode, given.place, given.value, given.unit,
        given.value, given.value, "assumed", (given.source or "scenario",),
    )  # fmt: skip


def load_rates(folder: Path | None = None) -> Rates:
    """Load rates.csv, brought to USD of 2024, and groups.csv.

    Parameters
    ----------
    folder
        Where the tables lie; the shipped ones if not given.

    Raises
    ------
    ScenarioError
        If a table is wrong; carries all findings with file, line and column.
    InputMissingError
        If a table is missing.
    """
    folder = folder or data_folder()
    deflator = load_deflator(folder)
    table = read_table(folder / "rates.csv", COLUMNS)
    rates = tuple(_rate(table, row, deflator) for row in table.rows)
    _check_unique(table, rates)
    _check_complete(table, rates)
    table.done()
    return Rates(rates, load_groups(folder))


def load_deflator(folder: Path) -> dict[int, float]:
    """Return what a dollar of each year is worth in USD of 2024.

    Raises
    ------
    ScenarioError
        If the table is wrong.
    """
    table = read_table(folder / "deflator.csv", ("year", "usd_2024_per_usd", "source", "note"))
    worth = {
        int(table.number(row, "year", least=1900)): table.number(
            row, "usd_2024_per_usd", least=0.01
        )
        for row in table.rows
    }
    table.done()
    return worth


def load_groups(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the groups (`@EU`) that each country belongs to.

    Raises
    ------
    ScenarioError
        If the table is wrong.
    """
    table = read_table(folder / "groups.csv", ("group", "country", "note"))
    groups: dict[str, tuple[str, ...]] = {}
    for row in table.rows:
        country, group = row.cells["country"], f"@{row.cells['group']}"
        groups[country] = (*groups.get(country, ()), group)
    return groups


def _rate(table: Table, row: Row, deflator: Mapping[int, float]) -> Rate:
    """Return a row as a rate, noting what is wrong with it."""
    component = table.choice(row, "component", COMPONENTS)
    unit = row.cells["unit"]
    problem = unit_problem(component, unit) if component in COMPONENTS else ""
    if problem:
        table.find(row, "unit", problem)
    factor = _factor(table, row, deflator) if unit.startswith("USD") else 1.0
    value = table.number(row, "value", least=0.001 if component == "speed" else 0.0)
    low, high = (
        table.number(row, column) if row.cells[column] else value for column in ("low", "high")
    )
    if not low <= value <= high:
        table.find(row, "value", f"{value:g} is not within {low:g} to {high:g}")
    return Rate(
        component, table.choice(row, "mode", ("*", *MODES)), _place(row.cells["place"]),
        value * factor, unit, low * factor, high * factor,
        table.choice(row, "quality", QUALITIES), _sources(table, row),
        table.choice(row, "provisional", ("yes", "no")) == "yes", row.cells["note"], row.line,
    )  # fmt: skip


def _factor(table: Table, row: Row, deflator: Mapping[int, float]) -> float:
    """Return what the row's dollar is worth in 2024; a year without an index is noted."""
    year = row.cells["year"]
    if year.isdecimal() and int(year) in deflator:
        return deflator[int(year)]
    table.find(row, "year", f"{year or 'no year'} has no price index", "see deflator.csv")
    return 1.0


def _place(written: str) -> str:
    """Return the place with the countries of a pair in order."""
    parts = written.split("-")
    return pair_name(*parts) if len(parts) == 2 and all(map(_is_code, parts)) else written  # noqa: PLR2004


def _is_code(part: str) -> bool:
    return len(part) == 2 and part.isupper()  # noqa: PLR2004 - ISO 3166 alpha-2


def _sources(table: Table, row: Row) -> tuple[str, ...]:
    """Return the row's source ids; a row without one is noted."""
    if not row.cells["source"]:
        table.find(row, "source", "every rate needs a source", 'or "general knowledge"')
    return tuple(row.cells["source"].split(";"))


def _check_unique(table: Table, rates: Iterable[Rate]) -> None:
    """Note rates that stand twice."""
    first: dict[tuple[str, str, str, str], int] = {}
    for row, rate in zip(table.rows, rates, strict=True):
        line = first.setdefault((rate.component, rate.unit, rate.mode, rate.place), rate.line)
        if line != rate.line:
            table.find(row, "component", f"stands already on line {line}", "keep one")


def _check_complete(table: Table, rates: Iterable[Rate]) -> None:
    """Note components that lack a rate for all places."""
    have = {(rate.component, rate.unit, rate.mode) for rate in rates if rate.place == "*"}
    for component, units in COMPONENTS.items():
        modes = MODES if component in BY_MODE else ("*",)
        for unit in units:
            for mode in modes:
                needed = component != "freight_base" or mode == "sea"
                if needed and (component, unit, mode) not in have:
                    message = f"no rate for {component} ({unit}) by {mode} in place *"
                    table.findings.append(Finding(table.file, 1, 1, "", message, "add one"))
