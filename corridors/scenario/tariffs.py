"""Tariffs: what rows of one kind, mode, country and asset pay for, item by item."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from corridors.model.cost import Component
from corridors.model.scenario import QUALITIES
from corridors.scenario.fits import fitted
from corridors.scenario.vocabulary import CONTAINER, COST, EMISSIONS, RATIO, TIME
from corridors.solve.distributions import Uniform
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corridors.scenario.commodities import Direction
    from corridors.scenario.rates import Rate, Rates
    from geodata.types import Asset

#: Hours in a week, for sailings a week.
WEEK_H = 168.0
DAY_H = 24.0
PERCENT = 100.0
#: What is paid by the box, and what by its room whatever carries it.
HANDLING = (
    Component.ACCESS, Component.TRANSFER, Component.GAUGE_CHANGE, Component.PORT_HANDLING,
)  # fmt: skip
BY_ROOM = (Component.INSURANCE, Component.CONTAINER_LEASE)


@dataclass(frozen=True)
class Item:
    """One thing that rows of a tariff pay for: a fixed part and one per km.

    An item is money, time or emissions. `sd_h` and `sd_h_per_km` are the standard
    deviation of its time; it rests on `rates` and the factor of a direction.
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
    factor: Direction | None = None

    @property
    def is_paid(self) -> bool:
        """Whether it is more than nothing."""
        fixed = self.usd or self.h or self.kg
        return bool(fixed or self.usd_per_km or self.h_per_km or self.kg_per_km)

    @property
    def basis(self) -> tuple[str, ...]:
        """Rows of tables that the item rests on."""
        factor = (self.factor.factor.name,) if self.factor else ()
        return (*dict.fromkeys(rate.name for rate in self.rates), *factor)

    @property
    def quality(self) -> str:
        """The worst quality of what the item rests on."""
        found = [rate.quality for rate in self.rates]
        found += [self.factor.factor.quality] if self.factor else []
        return max(found, key=QUALITIES.index)

    @property
    def provisional(self) -> bool:
        """Whether anything the item rests on may yet change."""
        factor = bool(self.factor and self.factor.provisional)
        return factor or any(rate.provisional for rate in self.rates)

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of what the item rests on."""
        factor = self.factor.factor.sources if self.factor else ()
        return (*(name for rate in self.rates for name in rate.sources), *factor)


@dataclass(frozen=True)
class Goods:
    """What a price depends on beside the row: what is carried, and which way.

    `left_out` are the components that are not counted.
    """

    commodity: str = CONTAINER
    value_usd_per_teu: float = 0.0
    directions: tuple[Direction, ...] = ()
    left_out: frozenset[str] = frozenset()

    def factor(self, component: Component, mode: Mode) -> Direction | None:
        """Return what the direction changes of a component by a mode."""
        name = mode.name.lower()
        each = (one for one in self.directions if (one.component, one.mode) == (component, name))
        return next(each, None)


#: A TEU in a container, whichever way.
USUAL = Goods()


@dataclass(frozen=True)
class Tariff:
    """What rows of one kind, mode, country and asset pay, item by item."""

    items: tuple[Item, ...]
    mode: str

    @property
    def rates(self) -> tuple[Rate, ...]:
        """The rates behind all items, each once."""
        return tuple(dict.fromkeys(rate for item in self.items for rate in item.rates))

    def total(self, unit: str) -> float:
        """Return the sum of all items of a unit, such as `usd` or `h_per_km`."""
        return float(sum(getattr(item, unit) for item in self.items))


@dataclass
class Book:
    """Makes tariffs from rates; most assets have none of their own and share one."""

    rates: Rates
    assets: Sequence[Asset]
    countries: Sequence[str]
    goods: Goods
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
        items = tuple(self._items(kind, Mode(mode), places, own))
        items += (self._lease(items),)
        counted = (one for one in items if one.component not in self.goods.left_out)
        paid = (one for one in counted if one.is_paid)
        return Tariff(tuple(paid), Mode(mode).name.lower())

    def _items(
        self, kind: int, mode: Mode, places: tuple[str, ...], own: Asset | None
    ) -> Iterator[Item]:
        """Yield what rows of a kind and mode at the places pay for."""
        name = mode.name.lower()
        if kind == Kind.ACCESS:
            yield self._insurance(name, places)
        if kind == Kind.LINE:
            yield from self._line(mode, places, own)
        elif kind == Kind.BORDER:
            yield self._money(Component.BORDER_FEE, "border", name, places)
            yield self._money(Component.TRANSIT, "transit", name, places)
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
            yield self._turned(self._money(Component.SAILING, "freight_base", name, places), mode)
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
        freight = self._rate("linehaul", COST, name, places)
        speed = self._rate("speed", TIME, name, places)
        burnt = self._rate("emissions", EMISSIONS, name, places)
        moved = Component.SAILING if mode in (Mode.SEA, Mode.FERRY) else Component.LINEHAUL
        loaded = self._turned(Item(moved, usd_per_km=freight.value, rates=(freight,)), mode)
        yield loaded
        empty = self.goods.factor(Component.EMPTY_RETURN, mode)
        if empty:
            yield Item(
                Component.EMPTY_RETURN, usd_per_km=loaded.usd_per_km * empty.factor.value,
                rates=(freight,), factor=empty,
            )  # fmt: skip
        yield Item(moved, h_per_km=1 / speed.value, sd_h_per_km=sd_of(speed), rates=(speed,))
        yield Item(Component.EMISSIONS, kg_per_km=burnt.value * self._weight, rates=(burnt,))
        if asset and asset.kind == "strait":
            yield self._money(Component.TOLL, "toll", name, (asset.id,))

    def _handled(self, component: Component, mode: str, places: tuple[str, ...]) -> Iterator[Item]:
        """Yield what a stop pays for at which cargo is lifted."""
        name = component.value
        yield self._money(component, name, mode, places)
        yield self._hours(component, name, mode, places)
        yield self._lifted(mode, places)

    def _money(self, component: Component, name: str, mode: str, places: tuple[str, ...]) -> Item:
        """Return a fixed sum as an item."""
        rate = self._rate(name, COST, mode, places)
        return Item(component, usd=rate.value, rates=(rate,))

    def _hours(self, component: Component, name: str, mode: str, places: tuple[str, ...]) -> Item:
        """Return a stop's time as an item."""
        rate = self._rate(name, TIME, mode, places)
        return Item(component, h=rate.value, sd_h=sd_of(rate), rates=(rate,))

    def _lifted(self, mode: str, places: tuple[str, ...]) -> Item:
        """Return the emissions of lifting cargo as an item."""
        rate = self._rate("lift", EMISSIONS, mode, places)
        return Item(Component.EMISSIONS, kg=rate.value, rates=(rate,))

    def _insurance(self, mode: str, places: tuple[str, ...]) -> Item:
        """Return half the premium on the goods, which is due at each end of a voyage."""
        rate = self._rate("insurance", COST, mode, places)
        usd = rate.value / PERCENT * self.goods.value_usd_per_teu / 2
        return Item(Component.INSURANCE, usd=usd, rates=(rate,))

    def _lease(self, items: Iterable[Item]) -> Item:
        """Return what the container costs for the time of some items."""
        hour = lease_of(self.rates, self.goods)
        return Item(
            Component.CONTAINER_LEASE,
            usd=hour * sum(one.h for one in items),
            usd_per_km=hour * sum(one.h_per_km for one in items),
            rates=(lease_rate(self.rates, self.goods),),
        )

    def _wait(self, service: Asset | None) -> Item:
        """Return the mean wait for a sailing: half the time between two, capped.

        Cargo comes at any time between two sailings, so that the wait is uniform.
        """
        cap = self.rates.find("boarding_wait_cap", TIME, "sea", ())
        sailings = service.sailings_per_week if service else None
        wait = WEEK_H / (2 * sailings) if sailings else cap.value
        if service and wait < cap.value:
            told = replace(cap, place=service.id, value=wait, low=0.0, high=2 * wait, line=0)
            cap = replace(told, quality="estimated", sources=("services",), table="services.csv")
        wait = min(cap.value, wait)
        return Item(Component.WAIT, h=wait, sd_h=Uniform(2 * wait).sd, rates=(cap,))

    def _turned(self, item: Item, mode: Mode) -> Item:
        """Return freight as it is in the direction of the cargo."""
        factor = self.goods.factor(item.component, mode)
        if factor is None:
            return item
        by = factor.factor.value
        return replace(item, usd=item.usd * by, usd_per_km=item.usd_per_km * by, factor=factor)

    def _rate(self, name: str, measure: str, mode: str, places: tuple[str, ...]) -> Rate:
        """Return the rate of the goods at the nearest place."""
        return self.rates.find(name, measure, mode, places, self.goods.commodity)

    @cached_property
    def _weight(self) -> float:
        """What the goods weigh by what a loaded TEU weighs, for which emissions are given."""
        goods = self.rates.commodities
        return goods[self.goods.commodity].tonnes.value / goods[CONTAINER].tonnes.value


@lru_cache(maxsize=4096)
def sd_of(rate: Rate) -> float:
    """Return the standard deviation of a rate of time, in hours, or hours a km."""
    return fitted(rate).sd


def lease_rate(rates: Rates, goods: Goods) -> Rate:
    """Return the rate at which a container is hired."""
    return rates.find("container_lease", COST, "*", (), goods.commodity)


def lease_of(rates: Rates, goods: Goods) -> float:
    """Return what the container of some goods costs in USD per TEU and hour."""
    if Component.CONTAINER_LEASE in goods.left_out:
        return 0.0
    return lease_rate(rates, goods).value / DAY_H


def feu_of(rates: Rates, component: Component, mode: str) -> float:
    """Return what a 40-foot box pays by what a 20-foot box pays."""
    name = "feu_handling_ratio" if component in HANDLING else "feu_ratio"
    among = "*" if component in BY_ROOM else mode
    return rates.find(name, RATIO, among, ()).value
