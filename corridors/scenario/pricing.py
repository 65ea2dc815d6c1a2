"""What passing a link or an arc costs: in money, hours and emissions.

The price depends on the columns `kind`, `mode`, `length_km`, `country` and `asset` and
on the asset table only, so the same function prices the decision graph and the full
network. Rows that agree in all but length share a tariff: rates are looked up once per
tariff, the rest is arithmetic over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from corridors.scenario.tariffs import USUAL, Book
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.scenario.rates import Rate, Rates
    from corridors.scenario.tariffs import Goods, Item, Tariff
    from geodata.types import Asset, Codes, Floats, Indices, Ints, Shorts


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
    table: Priceable,
    rates: Rates,
    assets: Sequence[Asset],
    countries: Sequence[str],
    *,
    goods: Goods = USUAL,
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
    goods
        What is carried which way, and which components are left out.

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
    book = Book(rates, assets, countries, goods)
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
