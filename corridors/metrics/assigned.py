"""Demands shared out among their routes by each rule, and how concentrated they then are."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.model.result import Metric
from corridors.model.route import LegKind
from corridors.model.scenario import ALL_OR_NOTHING, LEAST_COST, LOGIT
from corridors.solve.assignment import all_or_nothing, concentration, path_size_logit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.model.route import Leg, Route
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from corridors.solve.assignment import PathFlow
    from geodata.types import Floats, Ints


def by_rules(
    scenario: Scenario, compiled: Compiled, routes: Sequence[Route], demand: Ints
) -> dict[str, PathFlow]:
    """Share the demands out by the rules that do not look at capacities.

    Parameters
    ----------
    scenario, compiled
        What is carried, and under which rules.
    routes
        The routes of all demands.
    demand
        The demand of each route, (routes,).
    """
    volume = np.array([one.teu_per_year for one in scenario.demands], np.float64)
    penalty = scenario.costs.penalty_usd_per_teu
    cost = np.array(
        [
            compiled.view(k).weigh(route.cost_usd_per_teu, route.time_h, route.time_sd_h)
            for k, route in zip(demand.tolist(), routes, strict=True)
        ],
        np.float64,
    )
    arcs = [[arc for leg in route.legs for arc in leg.arcs] for route in routes]
    n = len(compiled.graph.arcs)
    start = np.cumsum([0, *map(len, arcs)])
    flat = np.fromiter(chain.from_iterable(arcs), np.int64, count=int(start[-1]))
    pieces = sp.csr_array((np.ones(len(flat)), flat, start), shape=(len(arcs), n))
    pieces.sum_duplicates()
    return {
        ALL_OR_NOTHING: all_or_nothing(cost, demand, volume, penalty=penalty),
        LOGIT: path_size_logit(
            cost, demand, volume, theta=scenario.flow.theta, penalty=penalty, pieces=pieces,
            length=compiled.graph.arcs.length_km,
        ),
    }  # fmt: skip


def concentration_metrics(
    routes: Sequence[Route], demand: Ints, names: Sequence[str], flows: Mapping[str, Floats]
) -> list[Metric]:
    """Return how concentrated each demand, and all together, are on routes, borders, operators.

    The index of Herfindahl and Hirschman is the sum of squared shares: 1 if all is in one
    hand. A border counts once for each TEU that passes it, an operator by TEU-km.

    Parameters
    ----------
    routes, demand
        The routes, and the demand of each, (routes,).
    names
        Ids of the demands.
    flows
        TEU a year on each route, by rule of assignment.
    """
    parts = {
        "routes": None,
        "borders": _parts([_borders(route) for route in routes]),
        "operators": _parts([_operators(route) for route in routes]),
    }
    found = []
    for rule in (LEAST_COST, ALL_OR_NOTHING, LOGIT):
        for what, each in parts.items():
            name = f"hhi_{what}_{rule}"
            one = concentration(flows[rule], demand, groups=len(names), parts=each)
            together = concentration(flows[rule], np.zeros_like(demand), groups=1, parts=each)
            subjects = [("demand", subject) for subject in names] + [("scenario", "all")]
            for (kind, subject), value in zip(subjects, [*one, *together], strict=True):
                if np.isfinite(value):
                    found.append(Metric(name, kind, subject, float(value), "ratio"))
    return found


def _borders(route: Route) -> dict[str, float]:
    """Return how often a route passes each border crossing."""
    found: dict[str, float] = {}
    for leg in route.legs:
        if leg.kind is LegKind.BORDER:
            name = leg.asset_ids[0] if leg.asset_ids else f"{leg.from_id}>{leg.to_id}"
            found[name] = found.get(name, 0.0) + 1.0
    return found


def _operators(route: Route) -> dict[str, float]:
    """Return the km of a route that each operator works; joint ones have equal parts."""
    found: dict[str, float] = {}
    for name, km in chain.from_iterable(map(_worked, route.legs)):
        found[name] = found.get(name, 0.0) + km
    return found


def _worked(leg: Leg) -> Iterator[tuple[str, float]]:
    names = [name for name in leg.operator.split(";") if name]
    if leg.distance_km > 0:
        yield from ((name, leg.distance_km / len(names)) for name in names)


def _parts(each: Sequence[Mapping[str, float]]) -> sp.csr_array:
    """Return what falls to each part of a unit on each route, (routes, parts)."""
    place = {name: k for k, name in enumerate(sorted(set(chain.from_iterable(each))))}
    start = np.cumsum([0, *map(len, each)])
    column = [place[name] for one in each for name in one]
    value = [amount for one in each for amount in one.values()]
    return sp.csr_array(
        (np.array(value, np.float64), np.array(column, np.int64), start),
        shape=(len(each), len(place)),
    )
