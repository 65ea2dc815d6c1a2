"""The routes of a run, each with its time as a distribution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.metrics.spread import SpreadOptions, TimeBook, spreads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.spread import TimeItem
    from corridors.model.result import DemandResult
    from corridors.model.route import Route, Spread
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled

#: Correlations under which a single route is told.
CORRELATIONS = (0.0, 0.3, 0.6)
#: Days for which the chance to arrive is told of a single route.
DAYS = (7.0, 14.0, 21.0, 30.0, 45.0, 60.0)


class Timer:
    """Draws the times of routes of one scenario, each at the prices of its goods.

    Parameters
    ----------
    scenario
        Its correlation, draws and seed are those of the times.
    compiled
        The scenario on the network.
    """

    def __init__(self, scenario: Scenario, compiled: Compiled) -> None:
        self._times, self._seed, self._compiled = scenario.times, scenario.seed, compiled
        self._number = {demand.id: at for at, demand in enumerate(scenario.demands)}
        self._books: dict[int, TimeBook] = {}

    def with_spreads(self, demands: Sequence[DemandResult]) -> list[DemandResult]:
        """Return demands with their routes' times drawn, all together."""
        found = iter(self.timed([route for one in demands for route in one.routes]))
        return [
            replace(one, routes=tuple(next(found) for _ in one.routes)) if one.routes else one
            for one in demands
        ]

    def timed(self, routes: Sequence[Route]) -> list[Route]:
        """Return routes with their times, under the scenario's correlation."""
        options = SpreadOptions((self._times.correlation,), self._times.draws, self._seed, ())
        found = spreads(routes, self._items_of, options=options)
        return [replace(route, spread=one) for route, one in zip(routes, found, strict=True)]

    def told(self, route: Route) -> tuple[Spread, ...]:
        """Return the time of a route under several correlations, with the chance by days.

        The scenario's own correlation is among them.
        """
        every = sorted({*CORRELATIONS, self._times.correlation})
        options = SpreadOptions(tuple(every), self._times.draws, self._seed, DAYS)
        return spreads([route], self._items_of, options=options)

    def _items_of(self, route: Route) -> tuple[TimeItem, ...]:
        """Return what takes time on a route, at the prices of its goods."""
        prices = self._compiled.view(self._number[route.demand_id]).prices
        if id(prices) not in self._books:
            self._books[id(prices)] = TimeBook(self._compiled, prices)
        return self._books[id(prices)].items_of(route)
