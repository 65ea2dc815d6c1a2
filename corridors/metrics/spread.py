"""How long a route may take: its time as a distribution, not as one number.

A route's time is the sum of items: hours a km of its lines, dwell at borders, yards and
ports, the wait for a sailing, and delays by rules. Each has a distribution, from the low,
likely and high value of its rate; together they are tied by a correlation, since what
holds up one border tends to hold up others. The likely values, being medians, add up to
the time that the route itself states; the mean is later than that, as dwell is skewed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from corridors.model.result import Metric
from corridors.model.route import LegKind, Spread
from corridors.scenario.fits import SPEED, fitted
from corridors.scenario.vocabulary import TIME
from corridors.solve.distributions import Point, Uniform
from corridors.solve.totals import Items, Totals, totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from corridors.model.route import Leg, Route
    from corridors.scenario.compile import Compiled
    from corridors.scenario.pricing import Prices
    from corridors.scenario.rates import Rate
    from corridors.solve.distributions import Distribution
    from geodata.types import Floats

#: The quantiles of a `Spread`.
QUANTILES = (0.5, 0.8, 0.95)
DAY_H = 24.0
#: Less than this many hours are no time, but what adding up leaves.
LEAST_H = 1e-6
#: The rate that bounds a wait is not a time of its own.
BOUND = "boarding_wait_cap"


@dataclass(frozen=True)
class TimeItem:
    """Something on a route that takes time: `amount` times the value of a distribution.

    Items of one `key` are the same event, and equally early or late in every draw, on
    whichever route they are and whatever the goods; `amount` is km where the distribution
    is of hours a km, else 1. `component` says what the time goes to.
    """

    key: str
    distribution: Distribution
    component: str
    amount: float = 1.0

    @property
    def likely_h(self) -> float:
        """The median in hours."""
        return self.amount * float(self.distribution.ppf(0.5))


@dataclass(frozen=True)
class SpreadOptions:
    """How times are drawn and what is asked of them.

    A correlation of 0.3 is a judgement that nothing measured supports yet: look at the
    range of `correlations`. `within_days` are the days for which the chance to arrive in
    time is wanted, beside the deadlines of the routes themselves.
    """

    correlations: tuple[float, ...] = (0.0, 0.3, 0.6)
    draws: int = 10_000
    seed: int = 1
    within_days: tuple[float, ...] = (14.0, 21.0, 30.0, 45.0, 60.0)


class TimeBook:
    """Reads the items of routes of one scenario: the rates of its arcs at hand.

    Parameters
    ----------
    compiled
        The scenario.
    prices
        The prices of the goods that the routes are for; those of a TEU in a container if
        not given.
    """

    def __init__(self, compiled: Compiled, prices: Prices | None = None) -> None:
        """Keep plain lists, as single cells are read."""
        self._prices = prices or compiled.prices
        self._time_h = self._prices.time_h.tolist()
        self._km = compiled.graph.arcs.length_km.tolist()
        self._fitted: dict[Rate, Distribution] = {}
        self._known: dict[tuple[tuple[int, ...], float], tuple[TimeItem, ...]] = {}

    def items_of(self, route: Route) -> tuple[TimeItem, ...]:
        """Return what takes time on a route, in travel order.

        Raises
        ------
        FitError
            If no distribution fits a rate; see `corridors.scenario.fits.check_fits`.
        """
        return tuple(item for leg in route.legs for item in self._of(leg))

    def _of(self, leg: Leg) -> tuple[TimeItem, ...]:
        """Return the items of a leg, read once for all routes that have it in common."""
        key = leg.arcs, leg.time_h
        if key not in self._known:
            self._known[key] = tuple(self._items(leg))
        return self._known[key]

    def _items(self, leg: Leg) -> Iterator[TimeItem]:
        """Yield the items of a leg; what its arcs do not explain are delays by rules."""
        for arc in leg.arcs:
            rates = [rate for rate in self._prices.rates_of(arc) if _takes_time(rate)]
            found = [self._item(rate, leg, self._km[arc]) for rate in rates]
            yield from found
            wait = self._time_h[arc] - sum(item.likely_h for item in found)
            if leg.kind is LegKind.BOARDING and wait > LEAST_H:
                # Half the time between two sailings is stated, where they are known.
                yield TimeItem(_at("wait", leg), Uniform(2 * wait), "wait")
        delay = leg.time_h - sum(self._time_h[arc] for arc in leg.arcs)
        if abs(delay) > LEAST_H:
            name = f"rules/{delay:.6f}"
            yield TimeItem(_at(name, leg), Point(delay), "rules")

    def _item(self, rate: Rate, leg: Leg, km: float) -> TimeItem:
        """Return a rate as an item; a speed is one event along all lines that it holds for."""
        if rate not in self._fitted:
            self._fitted[rate] = fitted(rate)
        one = self._fitted[rate]
        if rate.unit != SPEED:
            return TimeItem(_at(f"{rate.component}/{rate.place}", leg), one, rate.component)
        shared = rate.place == "*" or rate.place.startswith("@")
        place = f"{rate.place}/{leg.country}" if shared else rate.place
        return TimeItem(f"speed/{leg.mode}/{place}", one, "speed", km)


def _takes_time(rate: Rate) -> bool:
    return rate.measure == TIME and rate.component != BOUND


def _at(name: str, leg: Leg) -> str:
    """Return the key of an event at a stop: the same whichever way the stop is passed."""
    ends = ">".join(dict.fromkeys((leg.from_id, leg.to_id)))
    return "/".join((name, leg.mode, ends, *leg.asset_ids))


def spreads(
    routes: Sequence[Route],
    items_of: Callable[[Route], Sequence[TimeItem]],
    *,
    options: SpreadOptions | None = None,
) -> tuple[Spread, ...]:
    """Return the time of routes as distributions.

    Parameters
    ----------
    routes
        The routes; an event that several of them meet is drawn once for all.
    items_of
        What takes time on a route, such as `TimeBook(compiled).items_of`.
    options
        Correlations, draws, seed and days.

    Returns
    -------
    tuple of Spread
        Route by route, one for each correlation in the order of the options.

    Raises
    ------
    ValueError
        If items of one key on a route differ in their distribution, or an option is out of
        range.
    """
    options = options or SpreadOptions()
    items = [tuple(items_of(route)) for route in routes]
    amounts, distinct = _matrix(items)
    found = totals(
        amounts, distinct, correlations=options.correlations, draws=options.draws,
        seed=options.seed, quantiles=QUANTILES, bounds=_bounds(routes, options.within_days),
    )  # fmt: skip
    likely, certain = _stated(amounts, distinct.distributions)
    return tuple(
        _spread(at, route, (likely[at], certain[at]), each, rho, options.within_days)
        for at, route in enumerate(routes)
        for rho, each in zip(options.correlations, found, strict=True)
    )


def _bounds(routes: Sequence[Route], days: Sequence[float]) -> Floats:
    """Return the hours asked about for each route, its own deadline last, (routes, days + 1)."""
    found = np.full((len(routes), len(days) + 1), np.nan)
    found[:, :-1] = np.array(days, np.float64) * DAY_H
    for row, route in zip(found, routes, strict=True):
        if route.within_h is not None:
            row[-1] = route.within_h
    return found


def _matrix(items: Sequence[Sequence[TimeItem]]) -> tuple[csr_array, Items]:
    """Return how much of each distinct item the routes hold, (routes, items), and these."""
    for each in items:
        _check_events(each)
    # Routes have most of their items in common, as objects even.
    every = {id(one): one for each in items for one in each}
    known = {(one.key, one.distribution) for one in every.values()}
    distinct = sorted(known, key=lambda one: (one[0], repr(one[1])))
    column = {one: at for at, one in enumerate(distinct)}
    column_of = {at: column[one.key, one.distribution] for at, one in every.items()}
    rows = np.repeat(np.arange(len(items)), [len(each) for each in items])
    columns = [column_of[id(one)] for each in items for one in each]
    amount = np.array([one.amount for each in items for one in each], np.float64)
    place = rows, np.array(columns, np.int64)
    amounts = csr_array((amount, place), shape=(len(items), len(distinct)))
    return amounts, Items(tuple(key for key, _ in distinct), tuple(one for _, one in distinct))


def _check_events(items: Sequence[TimeItem]) -> None:
    """Refuse one event of a route with two distributions."""
    known: dict[str, Distribution] = {}
    for item in items:
        one = known.setdefault(item.key, item.distribution)
        if one is not item.distribution and one != item.distribution:
            msg = f"two distributions of one event, {item.key}"
            raise ValueError(msg)


def _stated(amounts: csr_array, each: Sequence[Distribution]) -> tuple[Floats, Floats]:
    """Return the likely time of routes, and what of it has no spread, both (routes,)."""
    likely = np.array([float(one.ppf(0.5)) for one in each], np.float64)
    certain = np.array([isinstance(one, Point) for one in each], np.float64)
    return amounts @ likely, amounts @ (likely * certain)


def _spread(
    at: int, route: Route, stated: tuple[float, float], found: Totals, correlation: float,
    days: Sequence[float],
) -> Spread:  # fmt: skip
    """Return the row of a route in the totals."""
    likely, certain = map(float, stated)
    p50, p80, p95 = found.quantiles[at].tolist()
    *within, on_time = found.within[at].tolist()
    return Spread(
        route_id=route.route_id,
        correlation=correlation,
        likely_h=likely,
        mean_h=float(found.mean[at]),
        sd_h=float(found.sd[at]),
        p50_h=p50,
        p80_h=p80,
        p95_h=p95,
        within=tuple(zip(days, within, strict=True)),
        on_time=None if route.within_h is None else on_time,
        certain_share=certain / likely if likely else 0.0,
    )


def spread_metrics(found: Iterable[Spread]) -> list[Metric]:
    """Return spreads, one for each route, as metrics of routes."""
    return [metric for one in found for metric in _metrics(one)]


def _metrics(one: Spread) -> Iterator[Metric]:
    """Yield a spread's numbers with their units."""
    for name, hours in (
        ("time_mean", one.mean_h),
        ("time_sd", one.sd_h),
        ("time_p50", one.p50_h),
        ("time_p80", one.p80_h),
        ("time_p95", one.p95_h),
    ):
        yield Metric(name, "route", one.route_id, hours, "h", "lower")
    for days, chance in one.within:
        name = f"time_within_{days:g}d"
        yield Metric(name, "route", one.route_id, chance, "probability", "higher")
    if one.on_time is not None:
        yield Metric("on_time", "route", one.route_id, one.on_time, "probability", "higher")
    yield Metric("time_certain_share", "route", one.route_id, one.certain_share, "ratio", "lower")
