"""`corridors explain why`: why one route, or one corridor, beats another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import ScenarioError
from corridors.metrics.answers import Answers
from corridors.metrics.flip import compete
from corridors.metrics.reprice import Repricer
from corridors.metrics.route import RouteBook
from corridors.metrics.timing import Timer
from corridors.metrics.waterfall import waterfall
from corridors.metrics.ways import WayFinder
from corridors.model.scenario import Alternatives
from corridors.report.explained_why import WhyExplained, told_steps
from corridors.rerun import known, of_one_demand, open_run, with_flow_routes
from corridors.scenario.cargo import countries_of
from corridors.scenario.economy import Economy
from corridors.scenario.rates import load_rates
from geodata.snapshot import open_network

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.metrics.flip import Sides
    from corridors.model.route import Route
    from corridors.model.scenario import Scenario
    from corridors.rerun import Rerun
    from corridors.scenario.compile import Compiled
    from geodata.types import Floats, Ints

#: How often all inputs are drawn at once, where nothing is searched anew and where it is.
DRAWS_FIXED, DRAWS_SOUGHT = 1000, 200


def explain_why(
    a: str, b: str, run: Path, *, network: Path, scenario: str = "", demand: str = "",
    draws: int | None = None,
) -> WhyExplained:  # fmt: skip
    """Tell why one of two routes of a demand beats the other, and what would change it.

    Parameters
    ----------
    a, b
        Two routes of the run, as `moscow-mumbai.1`, compared as they are. With `demand`
        two corridor families, whose best ways are sought anew at every rate.
    run
        The folder that the run left.
    network
        The network it ran on.
    scenario
        Its scenario by id or path; the id named in its result if empty.
    demand
        A demand of the run.
    draws
        How often all uncertain rates are drawn at once; 0 for not at all.

    Raises
    ------
    ScenarioError
        If the run has no such routes of one demand, or the demand no way by a family;
        offers the nearest names.
    InputMissingError
        If the folder is no run's, or its inputs are no longer what they were.
    """
    again = open_run(run, network=network, scenario=scenario)
    link_km = open_network(network, opened=again.snapshot).links.length_km
    if demand:
        match = _match_families((a, b), demand, again, link_km)
    else:
        match = _match_routes((a, b), again, link_km)
    rivalry = compete(
        match.repricer, match.sides, fixed=not demand, seed=match.wanted.seed,
        draws=draws if draws is not None else DRAWS_SOUGHT if demand else DRAWS_FIXED,
    )  # fmt: skip
    ((_, terms),) = match.compiled.classes
    first, second = Timer(match.wanted, match.compiled).timed(match.routes)
    return WhyExplained(
        scenario=match.wanted.id,
        demand_id=match.wanted.demands[0].id,
        by="families" if demand else "routes",
        a=a,
        b=b,
        routes=(first, second),
        steps=told_steps(waterfall(*match.routes)),
        value_of_time_usd_per_teu_h=terms.value_of_time_usd_per_teu_h,
        value_of_reliability_usd_per_teu_h=terms.value_of_reliability_usd_per_teu_h,
        rivalry=rivalry,
    )


@dataclass(frozen=True)
class _Match:
    """Two routes of a scenario of one demand, and what gives their ways at other rates."""

    wanted: Scenario
    compiled: Compiled
    routes: tuple[Route, Route]
    sides: Sides
    repricer: Repricer


def _match_routes(names: tuple[str, str], again: Rerun, link_km: Floats) -> _Match:
    """Return two routes of a run as they are."""
    ranks = {
        route["route_id"]: (row["id"], route["rank"])
        for row in again.result["demands"]
        for route in row["routes"]
    }
    places = [known(name, ranks, "route") for name in names]
    if places[0][0] != places[1][0]:
        msg = f"{names[0]} and {names[1]} are routes of two demands: compare those of one"
        raise ScenarioError(msg)
    wanted, compiled = of_one_demand(again, places[0][0])
    finder = WayFinder(wanted, again.snapshot, compiled, link_km)
    answers = Answers(wanted, compiled, finder)
    found = with_flow_routes(again, answers, 0, answers.of(0)).routes
    routes = found[places[0][1] - 1], found[places[1][1] - 1]
    ways = _arcs(routes[0]), _arcs(routes[1])
    repricer = _repricer(again, wanted, compiled, np.concatenate(ways))
    return _Match(wanted, compiled, routes, lambda _: ways, repricer)


def _match_families(names: tuple[str, str], demand: str, again: Rerun, link_km: Floats) -> _Match:
    """Return the best ways of two families for a demand, sought anew at every rate."""
    families = {branch.family: branch.family for branch in again.snapshot.branches}
    for name in names:
        known(name, families, "corridor")
    demands = {one.id: one.id for one in again.loaded.scenario.demands}
    wanted, compiled = of_one_demand(
        again, known(demand, demands, "demand"), Alternatives(names, max_detour=np.inf)
    )
    finder = WayFinder(wanted, again.snapshot, compiled, link_km)

    def sides(compiled: Compiled) -> tuple[Ints | None, Ints | None]:
        ways = finder.under(compiled).ways(0, twice=True) if min(_ends(finder)) >= 0 else []
        best = {way.family: way.arcs for way in ways if way.title == "family"}
        return best.get(names[0]), best.get(names[1])

    ways = sides(compiled)
    lacking = [name for name, way in zip(names, ways, strict=True) if way is None]
    if lacking:
        msg = f"{demand} has no open way by {' nor by '.join(lacking)}"
        raise ScenarioError(msg)
    book = RouteBook(compiled)
    first, second = (
        book.route(
            way, wanted.demands[0], compiled.view(0), rank=0, objective="family", corridor=name
        )
        for name, way in zip(names, ways, strict=True)
        if way is not None
    )
    repricer = _repricer(again, wanted, compiled, None)
    return _Match(wanted, compiled, (first, second), sides, repricer)


def _ends(finder: WayFinder) -> tuple[int, int]:
    return finder.starts[0], finder.ends[0]


def _repricer(again: Rerun, wanted: Scenario, compiled: Compiled, arcs: Ints | None) -> Repricer:
    rates = load_rates().with_overrides(wanted.costs.overrides)
    economy = Economy(wanted, rates, again.snapshot.graph)
    goods = economy.goods_of(wanted.demands[0], countries_of(again.snapshot.places))
    return Repricer(compiled, rates, goods, arcs=arcs)


def _arcs(route: Route) -> Ints:
    return np.array([arc for leg in route.legs for arc in leg.arcs], np.int64)
