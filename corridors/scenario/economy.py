"""What the cargo of each demand pays and what its time is worth, by goods and direction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from corridors.scenario.commodities import class_of
from corridors.scenario.pricing import price
from corridors.scenario.tariffs import Goods, lease_of
from corridors.scenario.vocabulary import CONTAINER, IN_CONTAINERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.model.scenario import Demand, Scenario
    from corridors.scenario.pricing import Prices
    from corridors.scenario.rates import Rates
    from geodata.types import DecisionGraph


@dataclass(frozen=True)
class Terms:
    """What one class of goods pays in one direction, and what its time is worth.

    Values are in USD of 2024 per TEU and hour, of time and of its standard deviation;
    `worth` is what the goods are worth by what those in a container are.
    """

    prices: Prices
    value_of_time_usd_per_teu_h: float
    value_of_reliability_usd_per_teu_h: float
    worth: float
    rates: Rates
    tonnes_per_teu: float
    lease_usd_per_teu_h: float
    in_containers: bool = True


@dataclass(frozen=True)
class Economy:
    """Prices and values of a scenario on a graph, each class of goods reckoned once.

    What the scenario says of a TEU in a container scales that of other goods, whose
    values stand in commodities.csv.
    """

    scenario: Scenario
    rates: Rates
    graph: DecisionGraph

    @cached_property
    def usual(self) -> Goods:
        """A TEU in a container, whichever way."""
        return self._goods(CONTAINER)

    @cached_property
    def _priced(self) -> dict[Goods, Prices]:
        return {}

    def goods_of(self, demand: Demand, countries: Mapping[str, str]) -> Goods:
        """Return what is carried for a demand and which way.

        Parameters
        ----------
        demand
            Its commodity names a class of goods; containers if none.
        countries
            Country of each terminal.
        """
        ends = (countries.get(end, "") for end in (demand.origin, demand.destination))
        goods = self._goods(class_of(demand.traits.commodity))
        return replace(goods, directions=self.rates.directed(*ends))

    def prices(self, goods: Goods) -> Prices:
        """Return what every arc costs for some goods."""
        if goods not in self._priced:
            graph = self.graph
            self._priced[goods] = price(
                graph.arcs, self.rates, graph.assets, graph.countries, goods=goods
            )
        return self._priced[goods]

    def terms(self, goods: Goods) -> Terms:
        """Return prices and values of some goods."""
        costs, classes = self.scenario.costs, self.rates.commodities
        one, container = classes[goods.commodity], classes[CONTAINER]
        hour = one.value_of_time_usd_per_teu_h / container.value_of_time_usd_per_teu_h
        late = hour * one.reliability_ratio.value / container.reliability_ratio.value
        return Terms(
            self.prices(goods),
            costs.value_of_time_usd_per_teu_h * hour,
            costs.value_of_reliability_usd_per_teu_h * late,
            one.value_usd_per_teu / container.value_usd_per_teu,
            self.rates,
            one.tonnes.value,
            lease_of(self.rates, goods),
            goods.commodity in IN_CONTAINERS,
        )

    def _goods(self, commodity: str) -> Goods:
        costs, classes = self.scenario.costs, self.rates.commodities
        container = classes[CONTAINER].value_usd_per_teu
        share = classes[commodity].value_usd_per_teu / container
        value = costs.units.get("value_usd_per_teu", container)
        return Goods(commodity, value * share, left_out=frozenset(costs.left_out))
