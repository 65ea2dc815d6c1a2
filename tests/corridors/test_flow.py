"""The path flow: totals, what stays unserved, and the least cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.solve.flow import PathFlow, assign


def solved(
    cost: list[float], demand: list[int], volume: list[float], penalty: float = 1000.0
) -> PathFlow:
    return assign(
        np.array(cost, float), np.array(demand, np.int64), np.array(volume, float), penalty=penalty
    )


def test_the_cheapest_route_carries_all() -> None:
    flow = solved([30.0, 20.0, 5.0], [0, 0, 1], [10.0, 4.0])
    assert flow.route_teu_per_year.tolist() == pytest.approx([0.0, 10.0, 4.0])
    assert flow.unserved_teu_per_year.tolist() == pytest.approx([0.0, 0.0])
    assert flow.cost_usd == pytest.approx(220.0)
    assert flow.objective_usd == pytest.approx(220.0)


def test_a_demand_without_routes_stays_unserved_at_the_penalty() -> None:
    flow = solved([20.0], [0], [10.0, 3.0], penalty=100.0)
    assert flow.unserved_teu_per_year.tolist() == pytest.approx([0.0, 3.0])
    assert flow.cost_usd == pytest.approx(200.0)
    assert flow.objective_usd == pytest.approx(500.0)


def test_a_route_dearer_than_the_penalty_is_not_worth_it() -> None:
    flow = solved([120.0], [0], [10.0], penalty=100.0)
    assert flow.route_teu_per_year.tolist() == pytest.approx([0.0])
    assert flow.unserved_teu_per_year.tolist() == pytest.approx([10.0])


@pytest.mark.parametrize(
    ("cost", "demand", "volume"), [([], [], []), ([], [], [5.0]), ([7.0], [0], [0.0])]
)
def test_nothing_to_carry_costs_nothing(
    cost: list[float], demand: list[int], volume: list[float]
) -> None:
    flow = solved(cost, demand, volume)
    assert flow.cost_usd == 0.0
    assert flow.route_teu_per_year.sum() == 0.0
    assert flow.unserved_teu_per_year.sum() == sum(volume)


@pytest.mark.parametrize(
    ("cost", "volume", "penalty"),
    [(np.inf, 1.0, 1.0), (np.nan, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, -1.0)],
)
def test_bad_numbers_are_refused(cost: float, volume: float, penalty: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        solved([cost], [0], [volume], penalty)


@given(st.data())
def test_the_optimum_is_that_of_each_demand_alone(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 5))
    volume = data.draw(st.lists(st.integers(0, 1000).map(float), min_size=n, max_size=n))
    demand = data.draw(st.lists(st.integers(0, n - 1), max_size=12))
    cost = [float(data.draw(st.integers(0, 500))) for _ in demand]
    flow = solved(cost, demand, volume, penalty=250.0)
    carried = np.bincount(demand, flow.route_teu_per_year, minlength=n) if demand else np.zeros(n)
    assert (carried + flow.unserved_teu_per_year).tolist() == pytest.approx(volume)
    best = [
        min([c for c, k in zip(cost, demand, strict=True) if k == d] + [250.0]) for d in range(n)
    ]
    wanted = sum(v * c for v, c in zip(volume, best, strict=True))
    assert flow.objective_usd == pytest.approx(wanted, abs=1e-6)
