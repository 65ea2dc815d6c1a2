"""The rates of cost, time and emissions, in money of one year, found by place and mode."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from corridors.errors import ScenarioError, nearest
from corridors.model.scenario import QUALITIES, RateOverride
from corridors.scenario.commodities import (
    COMMODITY_COLUMNS,
    DIRECTION_COLUMNS,
    read_commodities,
    read_directions,
    read_range,
    read_sources,
)
from corridors.scenario.deflator import load_deflator, worth_of
from corridors.scenario.fitted import with_fitted
from corridors.scenario.places import data_folder
from corridors.scenario.tables import Row, Table, read_table
from corridors.scenario.vocabulary import (
    ANY,
    BY_MODE,
    BY_WEIGHT,
    COMMODITIES,
    COMPONENTS,
    CONTAINER,
    IN_CONTAINERS,
    MODES,
    unit_problem,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from corridors.scenario.commodities import Commodity, Direction

#: The tables that `load_rates` reads.
TABLES = (
    "deflator.csv", "groups.csv", "rates.csv", "fitted.csv", "commodities.csv", "directions.csv",
)  # fmt: skip

COLUMNS = (
    "component", "mode", "place", "commodity", "value", "low", "high", "unit",
    "year", "quality", "source", "provisional", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Rate:
    """One rate, money in USD of 2024; `line` is its row in the table, 0 for an override.

    `place` is a country, a pair of countries (`KZ-UZ`), a group (`@EU`), the id of an
    asset, or `*`; `commodity` is a class of goods, or `*`; `sources` are
    ids of parameters.csv or sources.csv.
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
    commodity: str = ANY
    table: str = "rates.csv"

    @property
    def name(self) -> str:
        """Where the rate stands: its row in a table, or the table or scenario alone."""
        return f"{self.table}:{self.line}" if self.line else self.table

    @property
    def measure(self) -> str:
        """What the rate measures: cost, time or emissions."""
        return COMPONENTS[self.component][self.unit]


@dataclass(frozen=True)
class Rates:
    """All rates, the groups of countries their places may name, goods and backhauls."""

    rows: tuple[Rate, ...]
    groups: Mapping[str, tuple[str, ...]]
    commodities: Mapping[str, Commodity]
    directions: tuple[Direction, ...] = ()

    @cached_property
    def _index(self) -> dict[tuple[str, ...], Rate]:
        return {(r.component, r.measure, r.mode, r.place, r.commodity): r for r in self.rows}

    @cached_property
    def named_places(self) -> frozenset[str]:
        """The places that have a rate of their own, `*` left out."""
        return frozenset(rate.place for rate in self.rows) - {ANY}

    def find(
        self, component: str, measure: str, mode: str, places: Iterable[str],
        commodity: str = CONTAINER,
    ) -> Rate:  # fmt: skip
        """Return the rate of the first place that has one, the mode's before any mode's.

        Whatever goes in containers pays what a container pays. Other goods without a rate
        of their own anywhere pay that too, which is marked as assumed.

        Raises
        ------
        ScenarioError
            If not even a rate for all places exists.
        """
        around = (*places, ANY)
        commodity = CONTAINER if commodity in IN_CONTAINERS else commodity
        rate = self._nearest(component, measure, mode, around, (commodity, ANY))
        if rate is None and commodity != CONTAINER:
            stand_in = self._nearest(component, measure, mode, around, (CONTAINER,))
            note = f"no rate of {commodity}: as a container"
            rate = stand_in and replace(
                stand_in, quality=QUALITIES[-1], provisional=True, note=note
            )
        if rate is None:
            msg = f"no rate for {component} ({measure}) by {mode}: add one for place *"
            raise ScenarioError(msg)
        return rate

    def _nearest(
        self, component: str, measure: str, mode: str, places: Iterable[str],
        commodities: tuple[str, ...],
    ) -> Rate | None:  # fmt: skip
        """Return the rate of the nearest place, of the mode before any, of the first goods."""
        for place in places:
            for among in (mode, ANY):
                for goods in commodities:
                    rate = self._index.get((component, measure, among, place, goods))
                    if rate is not None:
                        return rate
        return None

    def directed(self, origin: str, destination: str) -> tuple[Direction, ...]:
        """Return the backhauls of cargo from one country to another."""
        ends = self.places_in(origin), self.places_in(destination)
        return tuple(one for one in self.directions if one.holds(*ends))

    def places_in(self, country: str) -> tuple[str, ...]:
        """Return the places that cover a country, nearest first."""
        return (country, *self.groups.get(country, ()))

    def places_between(self, a: str, b: str) -> tuple[str, ...]:
        """Return the places that cover the border of two countries, nearest first."""
        shared = set(self.groups.get(a, ())) & set(self.groups.get(b, ()))
        return (pair_name(a, b), *sorted(shared))

    def with_overrides(self, overrides: Iterable[RateOverride]) -> Rates:
        """Return the rates with some replaced or added."""
        made = [_override(one) for one in overrides]
        gone = {(r.component, r.measure, r.mode, r.place) for r in made}
        kept = (r for r in self.rows if (r.component, r.measure, r.mode, r.place) not in gone)
        return replace(self, rows=(*kept, *made))


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
        given.value, given.value, "assumed", (given.source or "scenario",), table="scenario",
    )  # fmt: skip


def load_rates(folder: Path | None = None, *, fitted: bool = True) -> Rates:
    """Load rates.csv, brought to USD of 2024, and groups.csv.

    Parameters
    ----------
    folder
        Where the tables lie; those in use if not given.
    fitted
        Whether the rates of fitted.csv stand in place of those they were fitted from.

    Raises
    ------
    ScenarioError
        If a table is wrong; carries all findings with file, line and column.
    InputMissingError
        If a table is missing.
    """
    folder = folder or data_folder()
    deflator, groups = load_deflator(folder), load_groups(folder)
    goods = read_table(folder / "commodities.csv", COMMODITY_COLUMNS)
    table = read_table(folder / "rates.csv", COLUMNS)
    ways = read_table(folder / "directions.csv", DIRECTION_COLUMNS)
    commodities = read_commodities(goods, deflator)
    tonnes = {name: one.tonnes.value for name, one in commodities.items()}
    rates = tuple(rate for row in table.rows for rate in _rates(table, row, deflator, tonnes))
    _check_unique(table, rates)
    _check_complete(table, rates)
    names = {*groups, *(group for each in groups.values() for group in each), *_countries(rates)}
    directions = read_directions(ways, names)
    together = [one for each in (table, goods, ways) for one in each.findings]
    if together:
        msg = "the tables of rates are invalid:"
        raise ScenarioError(msg, findings=together)
    found = Rates(rates, groups, commodities, directions)
    return with_fitted(found, folder) if fitted else found


def _countries(rates: Iterable[Rate]) -> set[str]:
    """Return the countries that have rates."""
    return {rate.place for rate in rates if _is_code(rate.place)}


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


def _rates(
    table: Table, row: Row, deflator: Mapping[int, float], tonnes: Mapping[str, float]
) -> Iterator[Rate]:
    """Yield a row as a rate for each class of goods it names, noting what is wrong with it."""
    component = table.choice(row, "component", COMPONENTS)
    written = row.cells["unit"]
    unit = BY_WEIGHT.get(written, written)
    problem = unit_problem(component, unit) if component in COMPONENTS else ""
    if problem:
        table.find(row, "unit", problem)
    factor = worth_of(table, row, deflator) if unit.startswith("USD") else 1.0
    value, low, high = read_range(table, row, "value", least=0.001 if component == "speed" else 0.0)
    mode, place = table.choice(row, "mode", (ANY, *MODES)), _place(row.cells["place"])
    quality, sources = table.choice(row, "quality", QUALITIES), read_sources(table, row)
    provisional = table.choice(row, "provisional", ("yes", "no")) == "yes"
    for name in row.cells["commodity"].split(";"):
        if name not in (*COMMODITIES, ANY):
            mend = nearest(name, COMMODITIES) or f"one of {', '.join(COMMODITIES)} or {ANY}"
            table.find(row, "commodity", f"{name!r} is not known", mend)
        if unit != written and name == ANY:
            table.find(row, "unit", f"{written} needs a class of goods", "say which in commodity")
        by = factor * (tonnes.get(name, 1.0) if unit != written else 1.0)
        yield Rate(
            component, mode, place, value * by, unit, low * by, high * by, quality, sources,
            provisional, row.cells["note"], row.line, name,
        )  # fmt: skip


def _place(written: str) -> str:
    """Return the place with the countries of a pair in order."""
    parts = written.split("-")
    return pair_name(*parts) if len(parts) == 2 and all(map(_is_code, parts)) else written  # noqa: PLR2004


def _is_code(part: str) -> bool:
    return len(part) == 2 and part.isupper()  # noqa: PLR2004 - ISO 3166 alpha-2


def _check_unique(table: Table, rates: Iterable[Rate]) -> None:
    """Note rates that stand twice."""
    rows = {row.line: row for row in table.rows}
    first: dict[tuple[str, ...], int] = {}
    for rate in rates:
        key = (rate.component, rate.unit, rate.mode, rate.place, rate.commodity)
        line = first.setdefault(key, rate.line)
        if line != rate.line:
            table.find(rows[rate.line], "component", f"stands already on line {line}", "keep one")


def _check_complete(table: Table, rates: Iterable[Rate]) -> None:
    """Note components that lack a rate for all places."""
    have = {(rate.component, rate.unit, rate.mode) for rate in rates if rate.place == "*"}
    for component, units in COMPONENTS.items():
        modes = MODES if component in BY_MODE else ("*",)
        for unit in units:
            for mode in modes:
                needed = component != "freight_base" or mode == "sea"
                if needed and (component, unit, mode) not in have:
                    table.lacks(f"no rate for {component} ({unit}) by {mode} in place *")
