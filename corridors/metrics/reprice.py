"""Prices under other rates: what a change of a rate does to every arc, without compiling.

Arcs that share a tariff differ in length only, so that two rows of each tariff, one
without length and one of a kilometre, tell the price of all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.pricing import price
from corridors.scenario.tariffs import lease_of
from corridors.scenario.vocabulary import ANY, CONTAINER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from corridors.scenario.compile import Compiled
    from corridors.scenario.pricing import Prices
    from corridors.scenario.rates import Rate, Rates
    from corridors.scenario.tariffs import Goods
    from geodata.types import Arcs, Codes, Floats, Indices, Ints, Shorts

#: Names under which what time is worth stands among uncertain inputs.
VALUE_OF_TIME, VALUE_OF_RELIABILITY = "value_of_time", "value_of_reliability"


@dataclass(frozen=True)
class Uncertain:
    """A number that a result rests on, with the range in which it may lie.

    `inverse` marks a speed: cost and time are straight lines in hours per km, not in
    km per hour. `row` is where it stands (`rates.csv:12`), `quality` says how well it is
    known.
    """

    name: str
    unit: str
    value: float
    low: float
    high: float
    row: str = ""
    quality: str = "assumed"
    inverse: bool = False

    def level(self, value: float) -> float:
        """Return the parameter in which prices are straight lines."""
        return 1.0 / value if self.inverse else value

    def at(self, level: float) -> float:
        """Return the value that has a level; the inverse of `level`."""
        return 1.0 / level if self.inverse else level


@dataclass(frozen=True)
class _Sample:
    """Rows to be priced: columns as `price` reads them."""

    kind: Codes
    mode: Codes
    length_km: Floats
    country: Shorts
    asset: Indices


class Repricer:
    """Prices the cargo of one demand anew under other rates.

    Parameters
    ----------
    compiled
        A scenario of this demand alone, as compiled.
    rates
        The rates it was compiled with, the scenario's overrides among them.
    goods
        What is carried, and which way.
    arcs
        The only arcs that will be looked at; all if not given. Others keep their prices.
    """

    def __init__(
        self, compiled: Compiled, rates: Rates, goods: Goods, *, arcs: Ints | None = None
    ) -> None:
        self.compiled, self.rates, self.goods = compiled, rates, goods
        ((self._memory, self._terms),) = compiled.classes
        self._prices = self._terms.prices
        tariff = self._prices.tariff
        self._arcs = np.arange(len(tariff)) if arcs is None else np.unique(arcs)
        # The arcs of each tariff stand together, from `start` to `stop`.
        self._arcs = self._arcs[np.argsort(tariff[self._arcs], kind="stable")]
        _, self._start = np.unique(tariff[self._arcs], return_index=True)
        self._stop = np.append(self._start[1:], len(self._arcs))

    @cached_property
    def inputs(self) -> tuple[Uncertain, ...]:
        """All that is uncertain in the prices of some arc, in the order of rates.csv."""
        rates = [
            _uncertain(rate)
            for rate in self.rates.rows
            if rate.low < rate.high and _uncertain(rate).name in self._behind
        ]
        return (*rates, *self._values())

    def _values(self) -> Iterator[Uncertain]:
        """Yield the values of time and of its deviation, each with the range of its goods."""
        one, unit = self.rates.commodities[self.goods.commodity], "USD/TEU-h"
        for name, estimate, value in (
            (VALUE_OF_TIME, one.value_of_time, self._terms.value_of_time_usd_per_teu_h),
            (
                VALUE_OF_RELIABILITY,
                one.reliability_ratio,
                self._terms.value_of_reliability_usd_per_teu_h,
            ),
        ):
            if value > 0 and estimate.low < estimate.high:
                scale = value / estimate.value
                yield Uncertain(
                    name, unit, value, estimate.low * scale, estimate.high * scale,
                    estimate.name, estimate.quality,
                )  # fmt: skip

    def used_by(self, arcs: Iterable[int]) -> frozenset[str]:
        """Return the names of the uncertain inputs behind the prices of some arcs."""
        rates = {rate for arc in arcs for rate in self._prices.rates_of(arc)}
        names = {_uncertain(rate).name for rate in rates} | {VALUE_OF_TIME, VALUE_OF_RELIABILITY}
        return frozenset({one.name for one in self.inputs} & names)

    def arcs_behind(self, one: Uncertain) -> Ints:
        """Return the arcs, of those looked at, that an input is part of the price of."""
        spans = [slice(self._start[at], self._stop[at]) for at in self._behind.get(one.name, ())]
        return np.concatenate([self._arcs[span] for span in spans]) if spans else self._arcs[:0]

    def apart(self) -> tuple[tuple[Uncertain, ...], ...]:
        """Return the inputs in batches of which no two are part of one price.

        Those of a batch may be changed together: what each does to an arc is what it does
        alone. Inputs that are part of no price, as values of time, stand alone.
        """
        batches: list[tuple[list[Uncertain], set[int]]] = []
        alone = []
        for one in self.inputs:
            tariffs = set(self._behind.get(one.name, ()))
            if not tariffs:
                alone.append((one,))
                continue
            batch, taken = next((each for each in batches if not each[1] & tariffs), ([], set()))
            batches += [] if batch else [(batch, taken)]
            batch.append(one)
            taken |= tariffs
        return (*(tuple(batch) for batch, _ in batches), *alone)

    def under(self, values: Mapping[str, float]) -> Compiled:
        """Return the scenario compiled with other values of some inputs, by name.

        What is open to whom stays; so do the charges and delays of rules, and the
        spread of times.
        """
        rows = list(self.rates.rows)
        for name, value in values.items():
            for at in self._rows.get(name, ()):
                # Without a range, as none is fitted: the spread of times stays what it is.
                rows[at] = replace(rows[at], value=value, low=value, high=value)
        rates = replace(self.rates, rows=tuple(rows))
        prices = self._priced(rates, [at for name in values for at in self._behind.get(name, ())])
        old = self._terms
        terms = replace(
            old,
            prices=prices,
            lease_usd_per_teu_h=lease_of(rates, self.goods),
            value_of_time_usd_per_teu_h=values.get(VALUE_OF_TIME, old.value_of_time_usd_per_teu_h),
            value_of_reliability_usd_per_teu_h=values.get(
                VALUE_OF_RELIABILITY, old.value_of_reliability_usd_per_teu_h
            ),
        )
        return replace(self.compiled, classes=((self._memory, terms),))

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """The places of each uncertain rate among all rates, by its name."""
        found: dict[str, list[int]] = {}
        for at, rate in enumerate(self.rates.rows):
            if rate.low < rate.high:
                found.setdefault(_uncertain(rate).name, []).append(at)
        return found

    @cached_property
    def _behind(self) -> dict[str, list[int]]:
        """The tariffs that each rate is part of, by its name."""
        found: dict[str, list[int]] = {}
        for at, first in enumerate(self._arcs[self._start].tolist()):
            for name in {_uncertain(rate).name for rate in self._prices.rates_of(first)}:
                found.setdefault(name, []).append(at)
        return found

    def _priced(self, rates: Rates, tariffs: Iterable[int]) -> Prices:
        """Return the prices of all arcs with those of some tariffs priced anew."""
        graph, prices = self.compiled.graph, self._prices
        changed = np.unique(np.fromiter(tariffs, np.int64))
        if not len(changed):
            return prices
        first, half = self._arcs[self._start[changed]], len(changed)
        found = price(
            _sample(graph.arcs, first), rates, graph.assets, graph.countries, goods=self.goods
        )
        fixed, moving = (
            np.stack([found.cost_usd_per_teu[part], found.time_h[part]])
            for part in (slice(half), slice(half, None))
        )
        count = self._stop[changed] - self._start[changed]
        spans = zip(self._start[changed].tolist(), self._stop[changed].tolist(), strict=True)
        rows = np.concatenate([self._arcs[a:b] for a, b in spans])
        new = np.repeat(fixed, count, axis=1)
        new += np.repeat(moving - fixed, count, axis=1) * graph.arcs.length_km[rows]
        cost, time = prices.cost_usd_per_teu.copy(), prices.time_h.copy()
        cost[rows], time[rows] = new
        return replace(prices, cost_usd_per_teu=cost, time_h=time)


def _sample(arcs: Arcs, first: Ints) -> _Sample:
    """Return two rows for each of some arcs: without length, and of a km."""
    rows, lengths = np.concatenate([first, first]), np.repeat([0.0, 1.0], len(first))
    return _Sample(arcs.kind[rows], arcs.mode[rows], lengths, arcs.country[rows], arcs.asset[rows])


def _uncertain(rate: Rate) -> Uncertain:
    words = (rate.component, rate.mode, rate.place, rate.commodity)
    name = " ".join(word for word in words if word not in (ANY, CONTAINER))
    return Uncertain(
        f"{name} {rate.measure}", rate.unit, rate.value, rate.low, rate.high, rate.name,
        rate.quality, inverse=rate.component == "speed",
    )  # fmt: skip


def weight_of(compiled: Compiled, way: Ints) -> float:
    """Return what a way of the only demand weighs in choosing, in USD of 2024 per TEU."""
    start = int(compiled.graph.arcs.tail[way[0]])
    return compiled.view(0).generalised_along(way, start)
