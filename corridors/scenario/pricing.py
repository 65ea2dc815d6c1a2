"""What passing a link or an arc costs: in money, hours and emissions.

The price depends on the columns `kind`, `mode`, `length_km`, `country` and `asset` and
on the asset table only, so the same function prices the decision graph and the full
network. Rows that agree in all but length share a tariff: rates are looked up once per
tariff, the rest is arithmetic over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import sqrt
from typing import TYPE_CHECKING, Protocol

import numpy as np

from corridors.model.cost import Component
from corridors.scenario.vocabulary import COST, EMISSIONS, TIME
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.scenario.rates import Rate, Rates
    from geodata.types import Asset, Codes, Floats, Indices, Ints, Shorts

#: Hours in a week, for sailings a week.
WEEK_H = 168.0


class Priceable(Protocol):
    """The columns a price depends on; both `Links` and `Arcs` have them."""

    @property
    def kind(self) -> Codes:
        """What passing the row means."""

    @property
    def mode(self) -> Codes:
        """Means of transport."""

    @property
    def length_km(self) -> Floats:
        """Length in km."""

    @property
    def country(self) -> Shorts:
        """Index of the country."""

    @property
    def asset(self) -> Indices:
        """Index of the asset, -1 for none."""


@dataclass(frozen=True)
class Item:
    """One thing that rows of a tariff pay for: a fixed part and one per km.

    `sd_h` and `sd_h_per_km` are the standard deviation of its time, `rates` what it
    rests on.
    """

    component: Component
    usd: float = 0.0
    usd_per_km: float = 0.0
    h: float = 0.0
    h_per_km: float = 0.0
    kg: float = 0.0
    kg_per_km: float = 0.0
    sd_h: float = 0.0
    sd_h_per_km: float = 0.0
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True)
class Tariff:
    """What rows of one kind, mode, country and asset pay, item by item."""

    items: tuple[Item, ...]

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The rates behind all items, each once."""
        return tuple(dict.fromkeys(rate for item in self.items for rate in item.rates))

    def total(self, unit: str) -> float:
        """Return the sum of all items of a unit, such as `usd` or `h_per_km`."""
        return sum(getattr(item, unit) for item in self.items)


@dataclass(frozen=True)
class Prices:
    """Prices of n rows, each (n,): USD of 2024, hours and kg CO2e per TEU.

    `time_sd_h` is the standard deviation of the time, `tariff` the row's place in
    `tariffs`.
    """

    cost_usd_per_teu: Floats
    time_h: Floats
    time_sd_h: Floats
    emissions_kgco2e_per_teu: Floats
    tariff: Ints
    tariffs: tuple[Tariff, ...]

    def items_of(self, row: int) -> tuple[Item, ...]:
        """Return what a row pays for."""
        return self.tariffs[int(self.tariff[row])].items

    def rates_of(self, row: int) -> tuple[Rate, ...]:
        """Return the rates behind the price of a row."""
        return self.tariffs[int(self.tariff[row])].rates


def price(
    table: Priceable, rates: Rates, assets: Sequence[Asset], countries: Sequence[str]
) -> Prices:
    """Price the rows of a link or arc table.

    Parameters
    ----------
    table
        Columns kind, mode, length_km, country and asset, each (n,).
    rates
        The rates to apply.
    assets
        What `table.asset` indexes.
    countries
        What `table.country` indexes.

    Returns
    -------
    Prices
        One price a row; lines pay by length, stops a fixed sum.

    Raises
    ------
    ScenarioError
        If a rate is missing.
    """
    key = _keys(table, len(assets), len(countries))
    first, same = np.unique(key, return_index=True, return_inverse=True)[1:]
    columns = (table.kind, table.mode, table.country, table.asset)
    book = _Book(rates, assets, countries)
    codes = zip(*(column[first].tolist() for column in columns), strict=True)
    tariff = np.array([book.tariff(*row) for row in codes], np.int64)[same]
    tariffs = tuple(book.tariffs)
    km = table.length_km
    return Prices(
        cost_usd_per_teu=_total(tariffs, tariff, km, "usd"),
        time_h=_total(tariffs, tariff, km, "h"),
        time_sd_h=_total(tariffs, tariff, km, "sd_h"),
        emissions_kgco2e_per_teu=_total(tariffs, tariff, km, "kg"),
        tariff=tariff,
        tariffs=tariffs,
    )


def _keys(table: Priceable, assets: int, countries: int) -> Ints:
    """Return one number a row that tells kind, mode, country and asset apart, (n,)."""
    key = table.kind.astype(np.int64) * len(Mode) + table.mode
    key = key * (countries + 1) + table.country + 1
    return key * (assets + 1) + table.asset + 1


def _total(tariffs: Sequence[Tariff], tariff: Ints, km: Floats, unit: str) -> Floats:
    """Return fixed part plus length times rate of each row, (n,)."""
    fixed = np.array([one.total(unit) for one in tariffs], np.float64)
    per_km = np.array([one.total(f"{unit}_per_km") for one in tariffs], np.float64)
    return fixed[tariff] + per_km[tariff] * km


@dataclass(frozen=True)
class _Book:
    """Makes tariffs from rates; most assets have none of their own and share one."""

    rates: Rates
    assets: Sequence[Asset]
    countries: Sequence[str]
    tariffs: list[Tariff] = field(default_factory=list)
    made: dict[tuple[object, ...], int] = field(default_factory=dict)

    def tariff(self, kind: int, mode: int, country: int, asset: int) -> int:
        """Return the place in `tariffs` of the tariff of rows with these codes."""
        thing = self.assets[asset] if asset >= 0 else None
        own = thing if thing and thing.kind in ("service", "strait") else None
        places = self._places(kind, country, thing)
        key = (kind, mode, places, own and own.id)
        if key not in self.made:
            self.made[key] = len(self.tariffs)
            self.tariffs.append(self._make(kind, mode, places, own))
        return self.made[key]

    def _make(self, kind: int, mode: int, places: tuple[str, ...], own: Asset | None) -> Tariff:
        """Return the tariff of a kind and mode at the places; `own`: service or strait."""
        return Tariff(tuple(self._items(kind, Mode(mode), places, own)))

    def _items(
        self, kind: int, mode: Mode, places: tuple[str, ...], own: Asset | None
    ) -> Iterator[Item]:
        """Yield what rows of a kind and mode at the places pay for."""
        name = mode.name.lower()
        if kind == Kind.LINE:
            yield from self._line(mode, places, own)
        elif kind == Kind.BORDER:
            yield self._money(Component.BORDER_FEE, "border", name, places)
            yield self._hours(Component.BORDER_DWELL, "border", name, places)
        elif kind == Kind.GAUGE_CHANGE:
            yield from self._handled(Component.GAUGE_CHANGE, name, places)
        elif kind == Kind.BOARDING or (own and own.kind == "service"):
            yield self._money(Component.PORT_HANDLING, "boarding", name, places)
            yield self._hours(Component.PORT_DWELL, "boarding", name, places)
            if kind == Kind.BOARDING:
                yield self._wait(own)
        elif mode == Mode.SEA:
            yield self._money(Component.PORT_HANDLING, "port", name, places)
            yield self._hours(Component.PORT_DWELL, "port", name, places)
            yield self._money(Component.SAILING, "freight_base", name, places)
            yield self._lifted(name, places)
        else:
            handled = Component.ACCESS if kind == Kind.ACCESS else Component.TRANSFER
            yield from self._handled(handled, name, places)

    def _places(self, kind: int, country: int, asset: Asset | None) -> tuple[str, ...]:
        """Return the places that have rates of their own, nearest first."""
        if kind == Kind.BORDER:
            pair = asset.countries if asset else ()
            around = self.rates.places_between(*pair) if len(pair) == 2 else ()  # noqa: PLR2004
        else:
            around = self.rates.places_in(self.countries[country]) if country >= 0 else ()
        own = (asset.id,) if asset else ()
        return tuple(place for place in (*own, *around) if place in self.rates.named_places)

    def _line(self, mode: Mode, places: tuple[str, ...], asset: Asset | None) -> Iterator[Item]:
        """Yield what a line pays for: by length, and the toll of a strait."""
        name = mode.name.lower()
        freight = self.rates.find("linehaul", COST, name, places)
        speed = self.rates.find("speed", TIME, name, places)
        burnt = self.rates.find("emissions", EMISSIONS, name, places)
        moved = Component.SAILING if mode in (Mode.SEA, Mode.FERRY) else Component.LINEHAUL
        yield Item(
            moved, usd_per_km=freight.value, h_per_km=1 / speed.value,
            sd_h_per_km=spread(1 / speed.high, 1 / speed.value, 1 / speed.low),
            rates=(freight, speed),
        )  # fmt: skip
        yield Item(Component.EMISSIONS, kg_per_km=burnt.value, rates=(burnt,))
        if asset and asset.kind == "strait":
            yield self._money(Component.TOLL, "toll", name, (asset.id,))

    def _handled(self, component: Component, mode: str, places: tuple[str, ...]) -> Iterator[Item]:
        """Yield what a stop pays for at which cargo is lifted."""
        name = component.value
        money = self._money(component, name, mode, places)
        hours = self._hours(component, name, mode, places)
        yield replace(hours, usd=money.usd, rates=(*money.rates, *hours.rates))
        yield self._lifted(mode, places)

    def _money(self, component: Component, name: str, mode: str, places: tuple[str, ...]) -> Item:
        """Return a fixed sum as an item."""
        rate = self.rates.find(name, COST, mode, places)
        return Item(component, usd=rate.value, rates=(rate,))

    def _hours(self, component: Component, name: str, mode: str, places: tuple[str, ...]) -> Item:
        """Return a stop's time as an item."""
        rate = self.rates.find(name, TIME, mode, places)
        deviation = spread(rate.low, rate.value, rate.high)
        return Item(component, h=rate.value, sd_h=deviation, rates=(rate,))

    def _lifted(self, mode: str, places: tuple[str, ...]) -> Item:
        """Return the emissions of lifting cargo as an item."""
        rate = self.rates.find("lift", EMISSIONS, mode, places)
        return Item(Component.EMISSIONS, kg=rate.value, rates=(rate,))

    def _wait(self, service: Asset | None) -> Item:
        """Return the mean wait for a sailing: half the time between two, capped.

        Cargo comes at any time between two sailings, so that the wait is uniform.
        """
        cap = self.rates.find("boarding_wait_cap", TIME, "sea", ())
        sailings = service.sailings_per_week if service else None
        wait = min(cap.value, WEEK_H / (2 * sailings)) if sailings else cap.value
        return Item(Component.WAIT, h=wait, sd_h=wait / sqrt(3), rates=(cap,))


def spread(low: float, likely: float, high: float) -> float:
    """Return the standard deviation of a triangular distribution.

    Examples
    --------
    >>> round(spread(0.0, 1.0, 2.0) ** 2, 6)
    0.166667
    >>> spread(3.0, 3.0, 3.0)
    0.0
    """
    mixed = low * likely + likely * high + low * high
    return sqrt(max(0.0, (low * low + likely * likely + high * high - mixed) / 18))
