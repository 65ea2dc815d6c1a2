"""What each uncertain input, alone at its low and its high, makes of costs and of best routes.

Nothing is searched anew: cargo goes where it goes, and the best route of a demand is the
lightest of those that were told of it. A search could only find a lighter one, so that the
costs at both ends are the most that they can be. What rules levy, capacities and spreads
of time stay what they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from corridors.metrics.reprice import VALUE_OF_RELIABILITY, VALUE_OF_TIME, Repricer
from corridors.scenario.cargo import countries_of
from corridors.scenario.economy import Economy
from corridors.scenario.vocabulary import CONTAINER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.metrics.reprice import Uncertain
    from corridors.model.result import DemandResult
    from corridors.model.route import Route
    from corridors.model.scenario import Demand, Scenario
    from corridors.scenario.compile import ClassView, Compiled
    from corridors.scenario.economy import Terms
    from corridors.scenario.tariffs import Goods
    from geodata.snapshot import Snapshot
    from geodata.types import Floats

__all__ = ["DEMAND", "SCENARIO", "Sensitivity", "sensitivities"]

SCENARIO, DEMAND = "scenario", "demand"
#: Changes under this share of what changes are none.
LEAST = 1e-9


@dataclass(frozen=True)
class Sensitivity:
    """What one input at either end makes of the yearly cost, or of the best route of a demand.

    Of a scenario `base`, `at_low` and `at_high` are in USD of 2024 a year, its routes empty;
    of a demand in USD of 2024 per TEU, cost and time at its value, with the routes that are
    the best.
    """

    input: Uncertain
    subject_kind: str
    subject: str
    base: float
    at_low: float
    at_high: float
    route: str = ""
    route_at_low: str = ""
    route_at_high: str = ""


class _Key(NamedTuple):
    """What tells inputs apart: one name may stand in several rows, for several goods."""

    name: str
    row: str


def sensitivities(
    scenario: Scenario, compiled: Compiled, snapshot: Snapshot,
    demands: Sequence[DemandResult], cost_usd: float,
) -> tuple[Sensitivity, ...]:  # fmt: skip
    """Return what each uncertain input alone makes of a scenario and of its demands.

    Parameters
    ----------
    scenario, compiled, snapshot
        What was asked, how it was compiled, and the network for the places of demands.
    demands
        The routes of each demand with what goes by them, in the order of the scenario.
    cost_usd
        What all demands cost in a year, time at its value, in USD of 2024.

    Returns
    -------
    tuple of Sensitivity
        For each input that changes anything the scenario first, then the demands; inputs
        in the order of the tables.
    """
    rates = compiled.classes[0][1].rates if compiled.classes else None
    if rates is None:
        return ()
    economy = Economy(scenario, rates, snapshot.graph)
    countries = countries_of(snapshot.places)
    groups: dict[Goods, list[int]] = {}
    for k, demand in enumerate(scenario.demands):
        if demands[k].routes:
            groups.setdefault(economy.goods_of(demand, countries), []).append(k)
    tried: dict[_Key, list[_Moved]] = {}
    for goods, members in groups.items():
        for moved in _Group(compiled, goods, members, scenario.demands, demands).moves():
            key = _Key(moved.input.name, moved.input.row)
            tried.setdefault(key, []).append(moved)
    return tuple(row for moves in tried.values() for row in _rows(moves, cost_usd))


@dataclass(frozen=True)
class _Moved:
    """What an input does to the demands of some goods: a year of them, and each that changes."""

    input: Uncertain
    low_usd: float
    high_usd: float
    demands: tuple[Sensitivity, ...]


class _Group:
    """The demands whose cargo pays alike, and their routes."""

    def __init__(
        self, compiled: Compiled, goods: Goods, members: Sequence[int],
        asked: Sequence[Demand], demands: Sequence[DemandResult],
    ) -> None:  # fmt: skip
        self.goods = goods
        self.demands = [(asked[k], demands[k].routes) for k in members]
        self.routes = [route for _, routes in self.demands for route in routes]
        first = compiled.view_of[members[0]]
        self.view: ClassView = compiled.views[first]
        self.terms: Terms = self.view.terms
        ways = [np.array(route.way, np.int64) for route in self.routes]
        self.arcs, at = np.unique(np.concatenate(ways), return_inverse=True)
        starts = np.concatenate([[0], np.cumsum([len(way) for way in ways])])
        self.passes = csr_array((np.ones(len(at)), at, starts), shape=(len(ways), len(self.arcs)))
        alone = replace(compiled, classes=(compiled.classes[first],), view_of=(0,))
        self.repricer = Repricer(alone, self.terms.rates, goods, arcs=self.arcs)
        self.time = np.array([route.time_h for route in self.routes])
        self.deviation = np.array([route.time_sd_h for route in self.routes])
        self.flow = np.array([route.teu_per_year for route in self.routes])
        self.base = np.array([self._weight(route) for route in self.routes])

    def _weight(self, route: Route) -> float:
        return self.view.weigh(route.cost_usd_per_teu, route.time_h, route.time_sd_h)

    def moves(self) -> Iterator[_Moved]:
        """Yield what each input moves, those left out that move nothing."""
        for batch in self.repricer.apart():
            ends = [self._under(batch, end) for end in ("low", "high")]
            for one, low, high in zip(batch, *ends, strict=True):
                moved = tuple(self._turned(one, low, high))
                years = float(low @ self.flow), float(high @ self.flow)
                if moved or any(years):
                    yield _Moved(self._named(one), *years, moved)

    def _under(self, batch: Sequence[Uncertain], end: str) -> Floats:
        """Return what each input of a batch at one end adds to each route, (inputs, routes)."""
        values = {one.name: getattr(one, end) for one in batch}
        ((_, new),) = self.repricer.under(values).classes
        old, arcs = self.terms, self.arcs
        added = new.prices.cost_usd_per_teu[arcs] - old.prices.cost_usd_per_teu[arcs]
        hours = new.prices.time_h[arcs] - old.prices.time_h[arcs]
        added = added + old.value_of_time_usd_per_teu_h * hours
        touched = [np.isin(arcs, self.repricer.arcs_behind(one)) for one in batch]
        found: Floats = (self.passes @ np.where(touched, added, 0.0).T).T
        return found + self._everywhere(old, new)

    def _everywhere(self, old: Terms, new: Terms) -> Floats:
        """Return what is added for all hours of a route, whatever arcs they are spent on.

        Such inputs stand alone in a batch: the values of time, and what a container costs
        for the hours that rules delay it.
        """
        hour = new.value_of_time_usd_per_teu_h - old.value_of_time_usd_per_teu_h
        late = new.value_of_reliability_usd_per_teu_h - old.value_of_reliability_usd_per_teu_h
        lease = new.lease_usd_per_teu_h - old.lease_usd_per_teu_h
        found: Floats = hour * self.time + late * self.deviation
        if lease:
            found = found + lease * (self.time - self.passes @ old.prices.time_h[self.arcs])
        return found

    def _turned(self, one: Uncertain, low: Floats, high: Floats) -> Iterator[Sensitivity]:
        """Yield the demands whose best route weighs other, or is another, at an end."""
        start = 0
        for demand, routes in self.demands:
            mine = slice(start, start + len(routes))
            start = mine.stop
            states = [self.base[mine] + added[mine] for added in (np.zeros_like(low), low, high)]
            best = [_least(weights) for weights in states]
            base, at_low, at_high = (
                float(weights[at]) for weights, at in zip(states, best, strict=True)
            )
            moved = max(abs(at_low - base), abs(at_high - base)) > LEAST * abs(base)
            if moved or len(set(best)) > 1:
                names = (routes[at].route_id for at in best)
                yield Sensitivity(
                    self._named(one), DEMAND, demand.id, base, at_low, at_high, *names
                )

    def _named(self, one: Uncertain) -> Uncertain:
        """Return an input with its goods in the name, where they have values of their own."""
        if one.name not in (VALUE_OF_TIME, VALUE_OF_RELIABILITY):
            return one
        of = self.goods.commodity
        return one if of == CONTAINER else replace(one, name=f"{one.name} {of}")


def _least(weights: Floats) -> int:
    """Return the lightest, the first one if another is lighter by next to nothing."""
    at = int(weights.argmin())
    return 0 if weights[0] - weights[at] <= LEAST * abs(weights[0]) else at


def _rows(moves: Sequence[_Moved], cost_usd: float) -> Iterator[Sensitivity]:
    """Yield what one input does to the scenario, then to its demands."""
    low, high = (sum(getattr(one, end) for one in moves) for end in ("low_usd", "high_usd"))
    whole = (cost_usd, cost_usd + low, cost_usd + high)
    yield Sensitivity(moves[0].input, SCENARIO, "all", *whole)
    for one in moves:
        yield from one.demands
