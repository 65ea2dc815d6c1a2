"""Classes of goods: what a TEU of each holds, is worth and loses by time; and backhauls.

Goods that go in wagons, tanks or on trucks are counted by what goes instead of one TEU,
so that one demand in TEU a year and one price per TEU hold for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.model.cost import Component
from corridors.model.scenario import QUALITIES
from corridors.scenario.deflator import worth_of
from corridors.scenario.vocabulary import COMMODITIES, CONTAINER, MODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from corridors.scenario.tables import Row, Table

COMMODITY_COLUMNS = (
    "commodity", "quantity", "value", "low", "high", "unit", "year", "quality", "source", "note",
)  # fmt: skip
DIRECTION_COLUMNS = (
    "id", "component", "mode", "from", "to", "factor", "low", "high", "year", "quality",
    "source", "provisional", "note",
)  # fmt: skip
#: Quantity of a commodity -> its unit.
QUANTITIES = {
    "tonnes": "t/TEU",
    "value": "USD/t",
    "value_of_time": "USD/t-h",
    "reliability_ratio": "VOR/VOT",
}
#: Goods of no weight or no worth would weigh, or lose by time, nothing that others scale with.
_LEAST = 1e-6
#: What a direction may change: freight by land and by sea, and the way back of the empty box.
DIRECTED = (Component.LINEHAUL, Component.SAILING, Component.EMPTY_RETURN)


@dataclass(frozen=True)
class Estimate:
    """A number with its range and where it stands; money in USD of 2024."""

    value: float
    low: float
    high: float
    quality: str
    sources: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Commodity:
    """A class of goods: t per TEU, USD per t, USD per t and hour, and VOR by VOT."""

    name: str
    tonnes: Estimate
    value: Estimate
    value_of_time: Estimate
    reliability_ratio: Estimate

    @property
    def value_usd_per_teu(self) -> float:
        """What is in a TEU is worth in USD."""
        return self.tonnes.value * self.value.value

    @property
    def value_of_time_usd_per_teu_h(self) -> float:
        """What an hour of a TEU is worth in USD."""
        return self.tonnes.value * self.value_of_time.value


@dataclass(frozen=True)
class Direction:
    """What a component costs by a mode from one place to another, by what it costs else.

    For `empty_return` the factor is a share of the freight by that mode.
    """

    id: str
    component: Component
    mode: str
    origin: str
    destination: str
    factor: Estimate
    provisional: bool

    def holds(self, origin: Iterable[str], destination: Iterable[str]) -> bool:
        """Whether it holds for cargo between two ends, each given by the places it lies in."""
        return self.origin in {*origin, "*"} and self.destination in {*destination, "*"}


def read_commodities(table: Table, deflator: Mapping[int, float]) -> dict[str, Commodity]:
    """Return the classes of goods; what is wrong or lacks is noted in the table."""
    found: dict[tuple[str, str], Estimate] = {}
    for row in table.rows:
        name = table.choice(row, "commodity", COMMODITIES)
        quantity = table.choice(row, "quantity", QUANTITIES)
        if (name, quantity) in found:
            table.find(row, "quantity", f"{name} {quantity} stands twice", "keep one")
        found[name, quantity] = _estimate(table, row, deflator, QUANTITIES.get(quantity, ""))
    lacking = [(name, q) for name in COMMODITIES for q in QUANTITIES if (name, q) not in found]
    for name, quantity in lacking:
        table.lacks(f"no {quantity} of {name}")
    if lacking:
        return {}
    return {
        name: Commodity(name, *(found[name, quantity] for quantity in QUANTITIES))
        for name in COMMODITIES
    }


def _estimate(table: Table, row: Row, deflator: Mapping[int, float], unit: str) -> Estimate:
    """Return value, low and high of a row of commodities.csv."""
    if row.cells["unit"] != unit:
        said = row.cells["unit"] or "missing"
        table.find(row, "unit", f"the unit is {said}", f"write {unit}")
    worth = worth_of(table, row, deflator) if unit.startswith("USD") else 1.0
    value, low, high = read_range(table, row, "value", least=_LEAST)
    return Estimate(
        value * worth, low * worth, high * worth, table.choice(row, "quality", QUALITIES),
        read_sources(table, row), f"commodities.csv:{row.line}",
    )  # fmt: skip


def read_directions(table: Table, places: Iterable[str]) -> tuple[Direction, ...]:
    """Return the backhauls; what is wrong is noted in the table.

    `places` are the countries and groups that may be named.
    """
    known = {*places, "*"}
    found = []
    for row in table.rows:
        component = table.choice(row, "component", DIRECTED)
        value, low, high = read_range(table, row, "factor")
        estimate = Estimate(
            value, low, high, table.choice(row, "quality", QUALITIES),
            read_sources(table, row), f"directions.csv:{row.line}",
        )  # fmt: skip
        origin, destination = (table.choice(row, end, known) for end in ("from", "to"))
        mode = table.choice(row, "mode", MODES)
        provisional = table.choice(row, "provisional", ("yes", "no")) == "yes"
        if component in DIRECTED:
            found.append(
                Direction(
                    row.cells["id"],
                    Component(component),
                    mode,
                    origin,
                    destination,
                    estimate,
                    provisional,
                )
            )
    return tuple(found)


def read_range(table: Table, row: Row, column: str, *, least: float = 0.0) -> tuple[float, ...]:
    """Return value, low and high of a row, the value where no range is given."""
    value = table.number(row, column, least=least)
    low, high = (table.number(row, end) if row.cells[end] else value for end in ("low", "high"))
    if low > value:
        table.find(row, "low", f"{low:g} is above the {column}, {value:g}")
    if high < value:
        table.find(row, "high", f"{high:g} is below the {column}, {value:g}")
    return value, low, high


def read_sources(table: Table, row: Row) -> tuple[str, ...]:
    """Return a row's source ids; a row without one is noted."""
    if not row.cells["source"]:
        table.find(row, "source", "every rate needs a source", 'or "general knowledge"')
    return tuple(row.cells["source"].split(";"))


def class_of(words: Iterable[str]) -> str:
    """Return the class of goods that a demand's words name, containers if none does.

    Examples
    --------
    >>> class_of(["wheat", "grain"])
    'grain'
    >>> class_of(["container", "high_value"])
    'high_value'
    >>> class_of([])
    'container'
    """
    named = (word for word in words if word in COMMODITIES and word != CONTAINER)
    return next(named, CONTAINER)
