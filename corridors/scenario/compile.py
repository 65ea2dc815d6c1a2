"""A scenario on a decision graph as arrays: what is open, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from corridors.scenario.closures import close
from corridors.scenario.pricing import price

if TYPE_CHECKING:
    from corridors.model.scenario import Scenario
    from corridors.scenario.closures import Closures
    from corridors.scenario.pricing import Prices
    from corridors.scenario.rates import Rate, Rates
    from geodata.types import Bools, Codes, DecisionGraph, Floats, Shorts


@dataclass(frozen=True)
class Compiled:
    """A scenario compiled onto the n arcs of a decision graph.

    Prices are given for closed arcs too, since a rule may be relaxed.
    """

    closures: Closures
    prices: Prices
    value_of_time_usd_per_teu_h: float

    @property
    def open(self) -> Bools:
        """Which arcs may be used, (n,)."""
        return self.closures.open

    @property
    def closed_by(self) -> Shorts:
        """Index into `reasons` of what closed an arc, -1 where open, (n,)."""
        return self.closures.closed_by

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why arcs are closed, in words."""
        return self.closures.reasons

    @property
    def conditional(self) -> tuple[str, ...]:
        """Assets closed because a condition is taken as not met."""
        return self.closures.conditional

    @property
    def cost_usd_per_teu(self) -> Floats:
        """Cost in USD of 2024 per TEU, (n,)."""
        return self.prices.cost_usd_per_teu

    @property
    def time_h(self) -> Floats:
        """Time in hours, (n,)."""
        return self.prices.time_h

    @property
    def emissions_kgco2e_per_teu(self) -> Floats:
        """Emissions in kg CO2e per TEU, (n,)."""
        return self.prices.emissions_kgco2e_per_teu

    @property
    def component(self) -> Codes:
        """What each arc's cost pays for: codes of `pricing.Component`, (n,)."""
        return self.prices.component

    @cached_property
    def generalised_usd_per_teu(self) -> Floats:
        """Cost plus time at its value, in USD of 2024 per TEU, (n,)."""
        return self.cost_usd_per_teu + self.value_of_time_usd_per_teu_h * self.time_h

    def reason(self, arc: int) -> str:
        """Return why an arc is closed, empty if it is open."""
        return self.closures.reason(arc)

    def rates_of(self, arc: int) -> tuple[Rate, ...]:
        """Return the rates behind an arc's price."""
        return self.prices.rates_of(arc)


def compile_scenario(scenario: Scenario, graph: DecisionGraph, rates: Rates) -> Compiled:
    """Compile a scenario onto a decision graph.

    Parameters
    ----------
    scenario
        What is built, who lets pass, and overrides of rates.
    graph
        The decision graph.
    rates
        The rates of the assumption tables.

    Returns
    -------
    Compiled
        Open mask, reasons and prices of every arc.

    Raises
    ------
    ScenarioError
        If a rate is missing.
    """
    rates = rates.with_overrides(scenario.costs.overrides)
    return Compiled(
        closures=close(graph.arcs, scenario, graph.assets, graph.countries),
        prices=price(graph.arcs, rates, graph.assets, graph.countries),
        value_of_time_usd_per_teu_h=scenario.costs.value_of_time_usd_per_teu_h,
    )
