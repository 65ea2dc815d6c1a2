"""Waterfalls add up: components to routes, rows to totals, on routes of the real network too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.metrics.answers import Answers
from corridors.metrics.reprice import Repricer, weight_of
from corridors.metrics.waterfall import rounded, waterfall
from corridors.metrics.ways import WayFinder
from corridors.report.explained_why import told_steps
from corridors.scenario.cargo import countries_of
from corridors.scenario.compile import compile_scenario
from corridors.scenario.economy import Economy
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import load_rates
from corridors.scenario.register import load_register

if TYPE_CHECKING:
    from corridors.model.route import Route
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from tests.conftest import Real

#: Cargo that goes both ways over land and sea, at prices of its direction and of its goods.
DEMANDS = ("mumbai-moscow", "duisburg-xian", "vladikavkaz-tbilisi")


@given(st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=30), st.integers(0, 3))
def test_rounded_values_add_up_to_their_rounded_sum(values: list[float], digits: int) -> None:
    found = rounded(values, digits)
    assert round(sum(found) * 10**digits) == round(float(np.sum(values)) * 10**digits)
    for value, near in zip(values, found, strict=True):
        assert abs(value - near) < 1.000001 * 10**-digits


def one_demand(real: Real, name: str) -> tuple[Scenario, Compiled, tuple[Route, ...]]:
    whole = load_scenario("baseline").scenario
    only = tuple(one for one in whole.demands if one.id == name)
    # The spread of times is held as rates change, so it must not count where all is anew.
    costs = replace(whole.costs, value_of_reliability_usd_per_teu_h=0.0)
    scenario = replace(whole, demands=only, costs=costs)
    compiled = compile_scenario(scenario, real.snapshot, load_rates(), load_register())
    finder = WayFinder(scenario, real.snapshot, compiled, real.network.links.length_km)
    return scenario, compiled, Answers(scenario, compiled, finder).of(0).routes


@pytest.mark.parametrize("name", DEMANDS)
def test_components_of_routes_add_up_to_them(real: Real, name: str) -> None:
    _, _, routes = one_demand(real, name)
    first = routes[0]
    for other in routes[1:]:
        falls = waterfall(first, other)
        usd, h = (sum(getattr(fall, unit) for fall in falls) for unit in ("usd", "h"))
        assert usd == pytest.approx(other.cost_usd_per_teu - first.cost_usd_per_teu, abs=1e-6)
        assert h == pytest.approx(other.time_h - first.time_h, abs=1e-6)
        steps = told_steps(falls)
        assert sum(step.usd_b for step in steps) == pytest.approx(
            other.cost_usd_per_teu, abs=0.00501
        )
        assert len({(step.component, step.mode) for step in steps}) == len(steps)
    assert all(not any((fall.usd, fall.h)) for fall in waterfall(first, first)), (
        "a route does not differ from itself"
    )


@pytest.mark.parametrize("name", DEMANDS[:2])
def test_a_changed_rate_prices_real_routes_as_a_changed_table_does(real: Real, name: str) -> None:
    scenario, compiled, routes = one_demand(real, name)
    rates = load_rates()
    goods = Economy(scenario, rates, real.snapshot.graph).goods_of(
        scenario.demands[0], countries_of(real.snapshot.places)
    )
    ways = [np.array([arc for leg in one.legs for arc in leg.arcs], np.int64) for one in routes[:4]]
    repricer = Repricer(compiled, rates, goods, arcs=np.concatenate(ways))
    used = [one for one in repricer.inputs if one.row.startswith("rates.csv")]
    assert used
    for one in used[:: max(1, len(used) // 4)]:
        rows = tuple(
            replace(rate, value=one.low, low=one.low, high=one.low)
            if (rate.name, rate.unit) == (one.row, one.unit)
            and rate.commodity in ("*", "container")
            else rate
            for rate in rates.rows
        )
        anew = compile_scenario(scenario, real.snapshot, replace(rates, rows=rows), load_register())
        quick = repricer.under({one.name: one.low})
        for way in ways:
            assert weight_of(quick, way) == pytest.approx(weight_of(anew, way), abs=1e-6), one.name
