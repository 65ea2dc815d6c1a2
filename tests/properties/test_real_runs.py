"""The baseline on the real network: whole routes, and closures that only ever cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.model.scenario import Access, AccessEntry, Scenario
from corridors.run import Answer, solve
from corridors.scenario.load import load_scenario
from geodata.types import Kind

if TYPE_CHECKING:
    from tests.conftest import Real

pytestmark = pytest.mark.slow

CLOSURES = 8


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load_scenario("baseline").scenario


@pytest.fixture(scope="module")
def answer(real: Real, baseline: Scenario) -> Answer:
    return solve(baseline, real.snapshot, real.network.links.length_km)


def costs(found: Answer, scenario: Scenario) -> dict[str, float]:
    hour = scenario.costs.value_of_time_usd_per_teu_h
    return {
        demand.demand_id: min(
            (r.cost_usd_per_teu + hour * r.time_h for r in demand.routes), default=np.inf
        )
        for demand in found.result.demands
    }


def test_most_demands_of_the_baseline_have_a_way(answer: Answer) -> None:
    status = [demand.status for demand in answer.result.demands]
    assert len(status) >= 24
    assert status.count("ok") >= 24


def test_an_infeasible_demand_says_why(answer: Answer) -> None:
    for demand in answer.result.demands:
        assert bool(demand.reason) == (demand.status == "infeasible")
        assert bool(demand.routes) == (demand.status == "ok")
        if demand.status == "infeasible":
            assert demand.unserved_teu_per_year == pytest.approx(demand.teu_per_year)


def test_no_route_uses_a_closed_arc_and_all_are_whole(real: Real, answer: Answer) -> None:
    arcs = real.snapshot.graph.arcs
    for demand in answer.result.demands:
        for route in demand.routes:
            way = np.array([arc for leg in route.legs for arc in leg.arcs])
            assert answer.compiled.open[way].all(), route.route_id
            np.testing.assert_array_equal(arcs.head[way[:-1]], arcs.tail[way[1:]])
            assert arcs.kind[way[0]] == arcs.kind[way[-1]] == Kind.ACCESS
            assert route.distance_km == pytest.approx(arcs.length_km[way].sum())
            cost = answer.compiled.cost_usd_per_teu[way].sum()
            assert route.cost_usd_per_teu == pytest.approx(cost)


def test_a_border_is_passed_only_at_a_crossing(real: Real, answer: Answer) -> None:
    graph = real.snapshot.graph
    for demand in answer.result.demands:
        for route in demand.routes:
            way = np.array([arc for leg in route.legs for arc in leg.arcs])
            border = way[graph.arcs.kind[way] == Kind.BORDER]
            assets = graph.arcs.asset[border]
            assert (assets >= 0).all()
            assert {graph.assets[k].kind for k in assets} <= {"crossing"}
            assert route.borders == len(border)


def test_flows_carry_what_is_served(answer: Answer, baseline: Scenario) -> None:
    wanted = sum(demand.teu_per_year for demand in baseline.demands)
    unserved = sum(demand.unserved_teu_per_year for demand in answer.result.demands)
    served = sum(d.teu_per_year for d in answer.result.demands if d.status == "ok")
    assert unserved + served == pytest.approx(wanted)
    assert all(flow.teu_per_year > 0 for flow in answer.result.flows)
    assert max(flow.teu_per_year for flow in answer.result.flows) <= served * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(CLOSURES))
def test_denying_access_never_lowers_a_cost(
    real: Real, answer: Answer, baseline: Scenario, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    busy = [str(row["asset_id"]) for row in answer.chokepoints]
    ids = [asset.id for asset in real.network.assets]
    entries = [AccessEntry(asset=str(name)) for name in rng.choice(busy, 3, replace=False)]
    entries += [AccessEntry(asset=str(name)) for name in rng.choice(ids, 40, replace=False)]
    if seed % 2:
        entries.append(AccessEntry(country=str(rng.choice(real.network.countries))))
    access = replace(baseline.access, close=(*baseline.access.close, *entries))
    shut = solve(replace(baseline, access=access), real.snapshot, real.network.links.length_km)
    before, after = costs(answer, baseline), costs(shut, baseline)
    assert all(after[name] >= cost * (1 - 1e-12) for name, cost in before.items())
    assert any(after[name] > cost for name, cost in before.items())


def test_the_run_is_the_same_twice(real: Real, answer: Answer, baseline: Scenario) -> None:
    again = solve(baseline, real.snapshot, real.network.links.length_km)
    assert again.result == answer.result
    assert again.chokepoints == answer.chokepoints


def test_opening_conditional_places_never_raises_a_cost(
    real: Real, answer: Answer, baseline: Scenario
) -> None:
    access = replace(baseline.access, conditional="open")
    assert isinstance(access, Access)
    opened = solve(replace(baseline, access=access), real.snapshot, real.network.links.length_km)
    before, after = costs(answer, baseline), costs(opened, baseline)
    assert all(after[name] <= cost * (1 + 1e-12) for name, cost in before.items())
