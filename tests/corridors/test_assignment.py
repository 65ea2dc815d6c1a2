"""Rules that share demands out among given routes, and how concentrated the shares are."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from corridors.solve.assignment import (
    PathFlow,
    all_or_nothing,
    concentration,
    path_size_logit,
    path_sizes,
)


def solved(
    cost: list[float], demand: list[int], volume: list[float], penalty: float = 1000.0
) -> PathFlow:
    return all_or_nothing(
        np.array(cost, float), np.array(demand, np.int64), np.array(volume, float), penalty=penalty
    )


def test_the_cheapest_route_carries_all() -> None:
    flow = solved([30.0, 20.0, 5.0], [0, 0, 1], [10.0, 4.0])
    assert flow.route_teu_per_year.tolist() == [0.0, 10.0, 4.0]
    assert flow.unserved_teu_per_year.tolist() == [0.0, 0.0]
    assert flow.cost_usd == 220.0
    assert flow.objective_usd == 220.0


def test_a_demand_without_routes_stays_unserved_at_the_penalty() -> None:
    flow = solved([20.0], [0], [10.0, 3.0], penalty=100.0)
    assert flow.unserved_teu_per_year.tolist() == [0.0, 3.0]
    assert flow.cost_usd == 200.0
    assert flow.objective_usd == 500.0


def test_a_route_dearer_than_the_penalty_is_not_worth_it() -> None:
    flow = solved([120.0], [0], [10.0], penalty=100.0)
    assert flow.route_teu_per_year.tolist() == [0.0]
    assert flow.unserved_teu_per_year.tolist() == [10.0]


def test_the_first_of_equal_routes_is_taken() -> None:
    assert solved([7.0, 5.0, 5.0], [0, 0, 0], [2.0]).route_teu_per_year.tolist() == [0, 2, 0]


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


def shared(theta: float, cost: list[float], pieces: list[list[float]]) -> list[float]:
    matrix = sp.csr_array(np.array(pieces))
    flow = path_size_logit(
        np.array(cost), np.zeros(len(cost), np.int64), np.array([100.0]),
        theta=theta, penalty=1e4, pieces=matrix, length=np.ones(matrix.shape[1]),
    )  # fmt: skip
    return [float(one) for one in flow.route_teu_per_year]


APART = [[1.0, 0.0], [0.0, 1.0]]


def test_logit_of_two_routes_apart_is_the_plain_one() -> None:
    assert shared(0.1, [10.0, 20.0], APART) == pytest.approx(
        [100 / (1 + np.exp(-1)), 100 / (1 + np.exp(1))]
    )


def test_theta_goes_from_equal_shares_to_all_or_nothing() -> None:
    assert shared(0.0, [10.0, 20.0], APART) == pytest.approx([50.0, 50.0])
    assert shared(1e3, [10.0, 20.0], APART) == pytest.approx([100.0, 0.0])


def test_a_route_twice_in_the_set_is_one_route() -> None:
    assert shared(0.5, [10.0, 10.0, 10.0], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) == pytest.approx(
        [25.0, 25.0, 50.0]
    )


def test_path_size_of_a_route_that_shares_half_its_length() -> None:
    pieces = sp.csr_array(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 0.0, 0.0]]))
    sizes = path_sizes(np.array([0, 0, 1]), pieces, np.array([4.0, 4.0, 12.0]))
    assert sizes.tolist() == pytest.approx([0.75, 0.875, 1.0])


def test_logit_refuses_a_negative_theta() -> None:
    with pytest.raises(ValueError, match="theta"):
        shared(-1.0, [10.0, 20.0], APART)


def test_concentration_counts_actors_that_routes_have_in_common() -> None:
    flow, demand = np.array([6.0, 2.0, 0.0]), np.array([0, 0, 1])
    assert concentration(flow, demand, groups=2)[0] == pytest.approx(0.75**2 + 0.25**2)
    actors = sp.csr_array(np.array([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]]))
    found = concentration(flow, demand, groups=3, parts=actors)
    assert found[0] == pytest.approx((8 / 14) ** 2 + (6 / 14) ** 2)
    assert np.isnan(found[1:]).all()
