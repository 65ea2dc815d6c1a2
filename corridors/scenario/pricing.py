"""What passing a link or an arc costs: in money, hours and emissions.

The price depends on the columns `kind`, `mode`, `length_km`, `country` and `asset` and
on the asset table only, so the same function prices the decision graph and the full
network. Rows that agree in all but length share a tariff: rates are looked up once per
tariff, the rest is arithmetic over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from corridors.scenario.vocabulary import COST, EMISSIONS, TIME
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.scenario.rates import Rate, Rates
    from geodata.types import Asset, Codes, Floats, Indices, Ints, Shorts

#: Hours in a week, for sailings a week.
WEEK_H = 168.0


class Component(IntEnum):
    """What a row's price pays for; a strait's line pays freight and toll."""

    LINEHAUL = 0
    BORDER = 1
    GAUGE_CHANGE = 2
    TRANSFER = 3
    BOARDING = 4
    ACCESS = 5
    PORT = 6
    TOLL = 7


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
class Tariff:
    """What rows of one kind, mode, country and asset pay: a fixed part and one per km."""

    component: Component
    usd: float = 0.0
    usd_per_km: float = 0.0
    h: float = 0.0
    h_per_km: float = 0.0
    kg: float = 0.0
    kg_per_km: float = 0.0
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True)
class Prices:
    """Prices of n rows, each (n,): USD of 2024, hours and kg CO2e per TEU.

    `component` holds codes of `Component`, `tariff` the row's place in `tariffs`.
    """

    cost_usd_per_teu: Floats
    time_h: Floats
    emissions_kgco2e_per_teu: Floats
    component: Codes
    tariff: Ints
    tariffs: tuple[Tariff, ...]

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
        emissions_kgco2e_per_teu=_total(tariffs, tariff, km, "kg"),
        component=np.array([one.component for one in tariffs], np.int8)[tariff],
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
    fixed = np.array([getattr(one, unit) for one in tariffs], np.float64)
    per_km = np.array([getattr(one, f"{unit}_per_km") for one in tariffs], np.float64)
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
        name = Mode(mode).name.lower()
        if kind == Kind.LINE:
            return self._line(name, places, own)
        if kind == Kind.BORDER:
            return self._stop(Component.BORDER, name, places)
        if kind == Kind.GAUGE_CHANGE:
            return self._stop(Component.GAUGE_CHANGE, name, places, lift=True)
        if kind == Kind.BOARDING or (own and own.kind == "service"):
            wait = self._wait(own) if kind == Kind.BOARDING else 0.0
            return self._stop(Component.BOARDING, name, places, wait_h=wait)
        if mode == Mode.SEA:
            return self._port(places)
        component = Component.ACCESS if kind == Kind.ACCESS else Component.TRANSFER
        return self._stop(component, name, places, lift=True)

    def _places(self, kind: int, country: int, asset: Asset | None) -> tuple[str, ...]:
        """Return the places that have rates of their own, nearest first."""
        if kind == Kind.BORDER:
            pair = asset.countries if asset else ()
            around = self.rates.places_between(*pair) if len(pair) == 2 else ()  # noqa: PLR2004
        else:
            around = self.rates.places_in(self.countries[country]) if country >= 0 else ()
        own = (asset.id,) if asset else ()
        return tuple(place for place in (*own, *around) if place in self.rates.named_places)

    def _line(self, mode: str, places: tuple[str, ...], asset: Asset | None) -> Tariff:
        """Return a line's tariff: rates by length, and the toll of a strait."""
        freight = self.rates.find("linehaul", COST, mode, places)
        speed = self.rates.find("speed", TIME, mode, places)
        burnt = self.rates.find("emissions", EMISSIONS, mode, places)
        used: tuple[Rate, ...] = (freight, speed, burnt)
        toll = 0.0
        if asset and asset.kind == "strait":
            dues = self.rates.find("toll", COST, mode, (asset.id,))
            used, toll = (*used, dues), dues.value
        return Tariff(
            Component.TOLL if toll else Component.LINEHAUL,
            usd=toll, usd_per_km=freight.value, h_per_km=1 / speed.value,
            kg_per_km=burnt.value, rates=used,
        )  # fmt: skip

    def _stop(
        self, component: Component, mode: str, places: tuple[str, ...], *,
        lift: bool = False, wait_h: float = 0.0,
    ) -> Tariff:  # fmt: skip
        """Return a stop's tariff: fixed money and hours, emissions where cargo is lifted."""
        name = component.name.lower()
        money = self.rates.find(name, COST, mode, places)
        hours = self.rates.find(name, TIME, mode, places)
        lifted = (self.rates.find("lift", EMISSIONS, mode, places),) if lift else ()
        return Tariff(
            component, usd=money.value, h=hours.value + wait_h,
            kg=sum(rate.value for rate in lifted), rates=(money, hours, *lifted),
        )  # fmt: skip

    def _port(self, places: tuple[str, ...]) -> Tariff:
        """Return the tariff between ship and shore: handling, dwell and fixed freight."""
        charge = self._stop(Component.PORT, "sea", places, lift=True)
        base = self.rates.find("freight_base", COST, "sea", places)
        return Tariff(
            Component.PORT, usd=charge.usd + base.value, h=charge.h, kg=charge.kg,
            rates=(*charge.rates, base),
        )  # fmt: skip

    def _wait(self, service: Asset | None) -> float:
        """Return the mean wait for a sailing: half the time between two, capped."""
        cap = self.rates.find("boarding_wait_cap", TIME, "sea", ()).value
        sailings = service.sailings_per_week if service else None
        return min(cap, WEEK_H / (2 * sailings)) if sailings else cap
