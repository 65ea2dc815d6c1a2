"""Tells why a demand goes the way it goes, from a compiled scenario and its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.certificate import Certifier
from corridors.metrics.lifted import DECISIONS, REFUSALS, Lifting
from corridors.metrics.timing import Timer
from corridors.model.scenario import TRAITS
from corridors.report.explained import Source, rule_row
from corridors.report.explained_route import LegRow, RouteExplained, Second, Shutter, ShutWay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corridors.metrics.answers import Answers
    from corridors.metrics.lifted import LiftedWay
    from corridors.model.result import Blocker, DemandResult
    from corridors.model.route import Leg, Route
    from corridors.model.scenario import Scenario
    from corridors.report.explained import RuleRow
    from corridors.scenario.reasons import Reasons
    from corridors.scenario.register import Register

#: A way that saves less is no news, in USD per TEU, time included.
LEAST = 0.5
#: How many single decisions are told.
_MOST = 5


class RouteTeller:
    """Tells of one demand of a scenario.

    Parameters
    ----------
    scenario, answers
        What was asked, and what finds the answers.
    register, reasons
        Whose rules they are and why they hold.
    number
        Which demand, counted from 0.
    """

    def __init__(
        self, scenario: Scenario, answers: Answers, register: Register, reasons: Reasons,
        number: int,
    ) -> None:  # fmt: skip
        self.scenario, self.answers, self.register = scenario, answers, register
        self.reasons, self.number = reasons, number
        self.compiled = answers.compiled
        self.view = self.compiled.view(number)
        self.names = {actor.id: actor.name for actor in register.actors}

    def tell(self, found: DemandResult, route: Route | None, network: str) -> RouteExplained:
        """Tell of a route of the demand, or of what shuts every way if it has none."""
        demand, timer = self.scenario.demands[self.number], Timer(self.scenario, self.compiled)
        if route:
            (route,) = timer.timed([route])
        traits = {name: getattr(demand.traits, name) for name in TRAITS}
        legs = tuple(map(self._leg, route.legs)) if route else ()
        rules = tuple(self._rules(leg.leg for leg in legs))
        shut, alone = self._shut(route)
        return RouteExplained(
            scenario=self.scenario.id,
            network=network,
            as_of=self.compiled.law.day.isoformat(),
            demand_id=demand.id,
            cargo={name: words for name, words in traits.items() if words},
            reason=found.reason,
            route=route,
            legs=legs,
            rules=rules,
            second=self._second(found, route) if route else None,
            shut=shut,
            alone=alone,
            sources=tuple(self._sources((leg.leg for leg in legs), rules)),
            warnings=self.compiled.warnings,
            times=timer.told(route) if route else (),
        )

    def _leg(self, leg: Leg) -> LegRow:
        """Return a leg with what rules add to its price."""
        rows, prices = list(leg.arcs), self.view.prices
        plain = float(prices.cost_usd_per_teu[rows].sum()), float(prices.time_h[rows].sum())
        return LegRow(leg, leg.cost_usd_per_teu - plain[0], leg.time_h - plain[1])

    def _rules(self, legs: Iterable[Leg]) -> Iterator[RuleRow]:
        """Yield the rules met, in travel order."""
        by_id = {rule.id: rule for rule in (*self.compiled.law.rules, *self.register.rules)}
        for name in dict.fromkeys(name for leg in legs for name in leg.rule_ids):
            rule = by_id[name]
            reason = self.reasons.of(rule).words
            yield rule_row(rule, self.names, "", in_force=True, reason=reason)

    def _second(self, found: DemandResult, route: Route) -> Second | None:
        """Return the next best route, None if there is none."""
        after = [one for one in found.routes if one.rank == route.rank + 1]
        if not after:
            return None
        more = after[0]
        cost = more.cost_usd_per_teu - route.cost_usd_per_teu
        time = more.time_h - route.time_h
        weight = self._weight(more) - self._weight(route)
        return Second(more.route_id, more.corridor, more.countries, cost, time, weight)

    def _shut(self, route: Route | None) -> tuple[tuple[ShutWay, ...], tuple[ShutWay, ...]]:
        """Return the cheaper ways if all was lifted, and those that one decision opens."""
        finder = self.answers.finder
        start, end = finder.starts[self.number], finder.ends[self.number]
        if min(start, end) < 0:
            return (), ()
        certifier = Certifier(self.scenario, self.compiled)
        lifting, bound = Lifting(certifier, self.number, start, end), self._weight(route)
        told: list[ShutWay] = []
        for lifted, way in (
            ("refusals", lifting.best(lambda one: one.kind in REFUSALS)),
            ("decisions", lifting.best(lambda one: one.kind in DECISIONS)),
        ):
            if way and way.blockers and way.generalised_usd_per_teu < bound - LEAST:
                told.append(self._shut_way(lifted, way, way.blockers, route))
                bound = way.generalised_usd_per_teu
        single = lifting.alone(self._weight(route) - LEAST)[:_MOST]
        return tuple(told), tuple(
            self._shut_way("alone", way, (one,), route) for one, way in single
        )

    def _weight(self, route: Route | None) -> float:
        if route is None:
            return np.inf
        return self.view.weigh(route.cost_usd_per_teu, route.time_h, route.time_sd_h)

    def _shut_way(
        self, lifting: str, way: LiftedWay, shutters: Iterable[Blocker], route: Route | None
    ) -> ShutWay:
        """Return a shut way with what it would save on a route."""
        demand = self.scenario.demands[self.number]
        drawn = self.answers.book.route(
            way.arcs, demand, self.view, rank=0, objective=lifting, corridor=""
        )
        where = dict(zip(way.blockers, way.where, strict=True))
        return ShutWay(
            lifting=lifting,
            corridor=";".join(self.answers.finder.names.of(way.arcs)),
            countries=drawn.countries,
            cost_usd_per_teu=way.cost_usd_per_teu,
            time_h=way.time_h,
            saves_cost_usd_per_teu=route.cost_usd_per_teu - way.cost_usd_per_teu if route else None,
            saves_time_h=route.time_h - way.time_h if route else None,
            saves_generalised_usd_per_teu=(
                self._weight(route) - way.generalised_usd_per_teu if route else None
            ),
            shutters=tuple(
                Shutter(one.kind, one.id, one.actor, one.words, self._where(where[one]))
                for one in shutters
            ),
        )

    def _where(self, arcs: Iterable[int]) -> tuple[str, ...]:
        """Return the names of places: of assets, else of countries."""
        graph = self.compiled.graph
        found = (
            graph.assets[asset].id if asset >= 0 else graph.countries[int(graph.arcs.country[arc])]
            for arc in arcs
            for asset in (int(graph.arcs.asset[arc]),)
        )
        return tuple(dict.fromkeys(found))

    def _sources(self, legs: Iterable[Leg], rules: Iterable[RuleRow]) -> Iterator[Source]:
        """Yield the sources of the rules met, then those of the rates paid."""
        ids = [name for row in rules for name in row.evidence["sources"]]
        ids += [name for leg in legs for name in leg.source_ids]
        events = {event.id: f"event: {event.title}" for event in self.register.events}
        for name in dict.fromkeys(ids):
            title, url = self.register.sources.get(name, (events.get(name, ""), ""))
            yield Source(name, title, url)
