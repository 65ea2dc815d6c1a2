"""Choices of a demand as routes: with legs, the time as a distribution, and what is assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.front import ChoiceFinder
from corridors.metrics.route import RouteBook, shares_of_route
from corridors.metrics.timing import Timer
from corridors.scenario.closures import borders_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.front import Choice
    from corridors.metrics.ways import WayFinder
    from corridors.model.route import Route
    from corridors.model.scenario import Scenario
    from geodata.types import Floats

#: What an hour must be worth for a way to be the best one: from and to, in USD per TEU.
Span = tuple[float, float | None]

FRONT, ALTERNATIVES = "front", "alternatives"


@dataclass(frozen=True)
class ToldChoice:
    """A choice with its route.

    `best_between` says what an hour of a TEU must be worth, in USD of 2024, for a convex
    point of a front of cost and time to be the best; None for all others. The shares tell
    how much of cost and time rests on rows that are assumed.
    """

    choice: Choice
    route: Route
    best_between: Span | None
    assumed_cost_share: float
    assumed_time_share: float


class ChoiceBook:
    """Finds the choices of demands of one scenario and writes them as routes.

    Parameters
    ----------
    scenario, finder
        The scenario and the finder of its ways.
    link_km
        Length of every link of the network.
    """

    def __init__(self, scenario: Scenario, finder: WayFinder, link_km: Floats) -> None:
        compiled, graph = finder.compiled, finder.graph
        named = scenario.alternatives.sensitive_borders
        sensitive = borders_named(graph.arcs, named, graph.assets) if named else None
        self._finder = ChoiceFinder(scenario, finder, link_km, sensitive=sensitive)
        self._scenario, self._compiled = scenario, compiled
        self._book, self._timer = RouteBook(compiled), Timer(scenario, compiled)

    def front(self, demand: int, *, third: str = "", epsilon: float = 0.0) -> list[ToldChoice]:
        """Return the front of a demand, as `ChoiceFinder.front` finds it."""
        found = self._finder.front(demand, third=third, epsilon=epsilon)
        return self._told(demand, found, FRONT, [None] * len(found) if third else best_spans(found))

    def alternatives(self, demand: int, *, count: int, max_overlap: float) -> list[ToldChoice]:
        """Return alternatives of a demand, as `ChoiceFinder.alternatives` finds them."""
        found = self._finder.alternatives(demand, count=count, max_overlap=max_overlap)
        return self._told(demand, found, ALTERNATIVES, [None] * len(found))

    def _told(
        self, demand: int, found: Sequence[Choice], kind: str, spans: Sequence[Span | None]
    ) -> list[ToldChoice]:
        asked, view = self._scenario.demands[demand], self._compiled.view(demand)
        # Routes of a run are named after the demand alone.
        named = replace(asked, id=f"{asked.id}.{kind}")
        drawn = [
            replace(
                self._book.route(
                    np.array(one.arcs), named, view, rank=one.rank, objective=kind,
                    corridor=one.families,
                ),
                demand_id=asked.id,
            )
            for one in found
        ]  # fmt: skip
        shares = [shares_of_route(route) for route in drawn]
        return [
            ToldChoice(one, route, span, each.assumed_cost_share, each.assumed_time_share)
            for one, route, span, each in zip(
                found, self._timer.timed(drawn), spans, shares, strict=True
            )
        ]


def best_spans(found: Sequence[Choice]) -> list[Span | None]:
    """Return what an hour must be worth for each point of a front of cost and time to be best.

    Parameters
    ----------
    found
        A front by cost, the convex points marked.

    Returns
    -------
    list of tuple
        From and to in USD of 2024 per TEU and hour, to None for the fastest way; None for
        points that are never the best.
    """
    convex = [at for at, one in enumerate(found) if one.convex]
    if not convex:
        return []
    turns = [
        (found[b].cost_usd_per_teu - found[a].cost_usd_per_teu)
        / (found[a].time_h - found[b].time_h)
        for a, b in pairwise(convex)
    ]
    spans = dict(zip(convex, zip([0.0, *turns], [*turns, None], strict=True), strict=True))
    return [spans.get(at) for at in range(len(found))]
