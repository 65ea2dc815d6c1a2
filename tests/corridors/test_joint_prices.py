"""Prices of capacities that change together, on ways drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from corridors.solve.duals import joint_prices, shadow_prices
from corridors.solve.flow import carry
from corridors.solve.problem import Capacities, Demands, FlowClass, FlowProblem


def problem(volume: float, limit: float) -> FlowProblem:
    """A line of two sections for 2 and 3, each with the same capacity, and a road for 8."""
    tail, head = np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32)
    graph = FlowClass(
        tail, head, np.arange(3), np.array([2.0, 3.0, 8.0]), np.ones(3, np.bool_), n_nodes=3
    )
    wanted = Demands(
        cls=np.array([0]), origin=np.array([0]), destinations=[np.array([2])],
        volume=np.array([volume]), penalty=np.array([20.0]),
    )  # fmt: skip
    usage = sp.csr_array(np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    return FlowProblem([graph], wanted, Capacities(usage, np.full(2, limit)))


BOTH = [np.array([0, 1])]


def test_more_of_one_section_saves_nothing_and_of_both_what_the_line_is_cheaper() -> None:
    asked = problem(10.0, 6.0)
    solution = carry(asked)
    assert shadow_prices(asked, solution).low.tolist() == [0.0, 0.0]
    low, high = joint_prices(asked, solution, BOTH)
    assert (low.tolist(), high.tolist()) == ([3.0], [3.0])


@pytest.mark.parametrize(
    ("volume", "limit", "low", "high"), [(6.0, 6.0, 0.0, 3.0), (5.0, 6.0, 0.0, 0.0)]
)
def test_the_ends_of_the_interval(volume: float, limit: float, low: float, high: float) -> None:
    asked = problem(volume, limit)
    found = joint_prices(asked, carry(asked), BOTH)
    assert [float(one[0]) for one in found] == [low, high]


def test_of_nothing_nothing_can_be_taken_away() -> None:
    asked = problem(10.0, 0.0)
    low, high = joint_prices(asked, carry(asked), BOTH)
    assert (low.tolist(), high.tolist()) == ([3.0], [np.inf])


def test_prices_before_the_end_of_a_search_are_refused() -> None:
    asked = problem(10.0, 6.0)
    with pytest.raises(ValueError, match="at the optimum only"):
        joint_prices(asked, carry(asked, stop=lambda: True), BOTH)
