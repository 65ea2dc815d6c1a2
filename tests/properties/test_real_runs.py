"""The baseline on the real network: whole routes, and closures that only ever cost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corridors.model.scenario import AccessEntry, Demand, Scenario
from corridors.report.run_files import run_files
from corridors.run import Answer, solve
from corridors.scenario.compile import compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import load_rates
from corridors.scenario.register import load_register
from geodata.types import Arcs, Kind

if TYPE_CHECKING:
    from corridors.model.route import Route
    from geodata.types import Ints
    from tests.conftest import Real

pytestmark = [pytest.mark.slow, pytest.mark.long]

CLOSURES = 4
REGISTER = load_register()
#: A rule of a scenario, in the columns of the register's table.
RULE = {
    "value": "", "low": "", "high": "", "unit": "", "on_kind": "asset", "without": "", "mode": "*",
    "cargo": "*", "direction": "both", "transit_only": "no", "from": "", "until": "",
    "condition": "", "priority": "9", "title": "made up", "conflict": "", "basis": "assumed",
    "confidence": "low", "placeholder": "no", "source": "assumption", "note": "",
}  # fmt: skip

COUNTED = ("cost", "time")


@pytest.fixture(scope="module")
def baseline() -> Scenario:
    return load_scenario("baseline").scenario


def run(real: Real, scenario: Scenario) -> Answer:
    return solve(scenario, real.snapshot, real.network.links.length_km, REGISTER)


def with_access(scenario: Scenario, **parts: Any) -> Scenario:
    return replace(scenario, access=replace(scenario.access, **parts))


@pytest.fixture(scope="module")
def answer(real: Real, baseline: Scenario) -> Answer:
    return run(real, baseline)


def way_of(route: Route) -> Ints:
    return np.array([arc for leg in route.legs for arc in leg.arcs])


def costs(found: Answer) -> dict[str, float]:
    """Return the generalised cost of each demand's best route, infinite if it has none."""
    best = {}
    for k, demand in enumerate(found.result.demands):
        weight = found.compiled.view(k).generalised_usd_per_teu
        ways = [float(weight[way_of(route)].sum()) for route in demand.routes]
        best[demand.demand_id] = min(ways, default=np.inf)
    return best


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
    for k, demand in enumerate(answer.result.demands):
        view = answer.compiled.view(k)
        for route in demand.routes:
            way = way_of(route)
            start = int(arcs.tail[way[0]])
            assert view.open[way].all(), route.route_id
            assert all(
                view.open_after(now)[arc]
                for arc, now in zip(way.tolist(), view.memory_along(way, start), strict=True)
            )
            np.testing.assert_array_equal(arcs.head[way[:-1]], arcs.tail[way[1:]])
            assert arcs.kind[way[0]] == arcs.kind[way[-1]] == Kind.ACCESS
            assert route.distance_km == pytest.approx(arcs.length_km[way].sum())
            cost, time = view.along(way, start)
            assert route.cost_usd_per_teu == pytest.approx(cost.sum())
            assert route.time_h == pytest.approx(time.sum())


def test_bills_add_up_and_rest_on_rows_or_rules(answer: Answer) -> None:
    rules = {rule.id for rule in answer.compiled.law.rules}
    for route in (route for demand in answer.result.demands for route in demand.routes):
        for leg in route.legs:
            assert sum(line.usd for line in leg.lines) == pytest.approx(leg.cost_usd_per_teu)
            assert sum(line.h for line in leg.lines) == pytest.approx(leg.time_h)
            for line in leg.lines:
                assert line.basis, leg.leg_id
                assert all(".csv" in name or name in rules for name in line.basis), leg.leg_id


def test_shares_of_what_is_assumed_are_shares(answer: Answer) -> None:
    names = {f"{kind}_{what}_share" for kind in ("assumed", "provisional") for what in COUNTED}
    found = [one for one in answer.result.metrics if one.name in names]
    routes = sum(len(demand.routes) for demand in answer.result.demands)
    assert len(found) == len(names) * routes
    assert all(0 <= one.value <= 1 and one.unit == "ratio" for one in found)


def test_a_border_is_passed_only_at_a_crossing(real: Real, answer: Answer) -> None:
    graph = real.snapshot.graph
    for demand in answer.result.demands:
        for route in demand.routes:
            way = way_of(route)
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
    entries = [AccessEntry(str(name)) for name in rng.choice(busy, 3, replace=False)]
    entries += [AccessEntry(str(name)) for name in rng.choice(ids, 40, replace=False)]
    if seed % 2:
        entries.append(AccessEntry(str(rng.choice(real.network.countries))))
    shut = run(real, with_access(baseline, close=(*baseline.access.close, *entries)))
    before, after = costs(answer), costs(shut)
    assert all(after[name] >= cost * (1 - 1e-12) for name, cost in before.items())
    assert any(after[name] > cost for name, cost in before.items())


def test_the_run_is_the_same_twice(real: Real, answer: Answer, baseline: Scenario) -> None:
    again = run(real, baseline)
    assert again.result == answer.result
    assert again.chokepoints == answer.chokepoints


@pytest.mark.parametrize("names", [("*",), ("@EU",), ("RU", "!@EU")])
def test_lifting_refusals_never_raises_a_cost(
    real: Real, answer: Answer, baseline: Scenario, names: tuple[str, ...]
) -> None:
    before = costs(answer)
    after = costs(run(real, with_access(baseline, permits=names)))
    assert all(after[name] <= cost * (1 + 1e-12) for name, cost in before.items())
    assert any(after[name] < cost for name, cost in before.items())


@pytest.mark.parametrize("name", ["AZ", "@EAEU", "!@3P3"])
def test_refusing_all_never_lowers_a_cost(
    real: Real, answer: Answer, baseline: Scenario, name: str
) -> None:
    before = costs(answer)
    after = costs(run(real, with_access(baseline, refuses=(name,))))
    assert all(after[one] >= cost * (1 - 1e-12) for one, cost in before.items())
    assert any(after[one] > cost for one, cost in before.items())


# --- faults that other tools had ----------------------------------------------------------


def charge(unit: str, value: float = 123.0) -> dict[str, str]:
    """Return a charge of Azerbaijan at its crossing to Georgia by rail."""
    return RULE | {"id": "FEE", "by": "AZ", "effect": "charge", "on": "X_BK_RL", "unit": unit,
                   "value": str(value)}  # fmt: skip


def through(found: Answer, real: Real, name: str) -> dict[tuple[int, ...], tuple[float, int]]:
    """Return cost and times a crossing is passed, for every way that passes it."""
    graph = real.snapshot.graph
    at = next(k for k, asset in enumerate(graph.assets) if asset.id == name)
    passes = (graph.arcs.asset == at) & (graph.arcs.kind == Kind.BORDER)
    return {
        (k, *way.tolist()): (route.cost_usd_per_teu, int(passes[way].sum()))
        for k, demand in enumerate(found.result.demands)
        for route in demand.routes
        if passes[way := way_of(route)].any()
    }  # fmt: skip


def test_a_charge_moves_the_reported_cost_by_exactly_its_value(
    real: Real, answer: Answer, baseline: Scenario
) -> None:
    free = through(answer, real, "X_BK_RL")
    dear = through(run(real, with_access(baseline, own=(charge("USD/TEU"),))), real, "X_BK_RL")
    both = free.keys() & dear.keys()
    assert len(both) > 5
    for way in both:
        assert dear[way][0] - free[way][0] == pytest.approx(123.0 * free[way][1])


def test_a_charge_that_cannot_be_converted_is_warned_about_in_the_result(
    real: Real, answer: Answer, baseline: Scenario
) -> None:
    found = run(real, with_access(baseline, own=(charge("USD/elephant"),)))
    told = [words for words in found.result.warnings if words.startswith("FEE")]
    assert told == ["FEE: charge in USD/elephant left out: no conversion"]
    assert costs(found) == costs(answer)
    files = run_files(
        found.result, found.chokepoints, baseline, real.network, real.snapshot.graph
    )  # fmt: skip
    assert told[0] in json.loads(files["result.json"])["warnings"]


def test_a_closed_strait_is_not_used_though_nothing_else_is_left(
    real: Real, baseline: Scenario
) -> None:
    demand = Demand("gulf", "PBND", "PNSA", 10.0)
    alone = replace(with_access(baseline, permits=("*",), close=()), demands=(demand,))
    by_land = tuple(AccessEntry("*", mode) for mode in ("rail", "road", "ferry"))
    for close, status in ((by_land, "ok"), ((*by_land, AccessEntry("S_HRM")), "infeasible")):
        (told,) = run(real, with_access(alone, close=close)).result.demands
        assert told.status == status
        assert bool(told.routes) == (status == "ok")
    assert told.certificate is not None
    # Any one of what the scenario closes would open a way; the first will do.
    assert {one.id for one in told.certificate.relax} < {"S_HRM", *map(str, by_land)}


def test_a_duplicate_arc_is_open_to_whom_its_twin_is(real: Real, baseline: Scenario) -> None:
    graph = real.snapshot.graph
    twice = replace(graph, arcs=Arcs.concat(graph.arcs, graph.arcs))
    doubled = compile_scenario(
        baseline, replace(real.snapshot, graph=twice), load_rates(), REGISTER
    )  # fmt: skip
    once = compile_scenario(baseline, real.snapshot, load_rates(), REGISTER)
    n = len(graph.arcs)
    for k in range(len(baseline.demands)):
        mask, twins = once.view(k).open, doubled.view(k).open
        np.testing.assert_array_equal(twins[:n], mask)
        np.testing.assert_array_equal(twins[n:], mask)
        assert not mask.all()
