"""Linear programmes: both interfaces give the same, and wrong prices are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from corridors.solve import linear
from corridors.solve.errors import SolverError, SolverMissingError, WrongDualsError
from corridors.solve.linear import LinearProgramme, LinearSolution, by_matrix, by_number, self_test

HOW = pytest.mark.parametrize("solve", [by_matrix, by_number])


def programme(seed: int) -> LinearProgramme:
    """A random programme that has an optimum."""
    rng = np.random.default_rng(seed)
    matrix = np.round(rng.random((4, 7)) * (rng.random((4, 7)) < 0.6), 2)
    right = rng.integers(1, 9, 4).astype(float)
    return LinearProgramme(
        rng.integers(-9, 9, 7).astype(float), np.zeros(7), np.full(7, 3.0),
        sp.csr_array(matrix), np.full(4, -np.inf), right,
    )  # fmt: skip


@HOW
def test_the_known_programme(solve: linear.Solve) -> None:
    self_test(solve)


def test_both_interfaces_agree() -> None:
    for seed in range(20):
        one, two = by_matrix(programme(seed)), by_number(programme(seed))
        assert one.objective == pytest.approx(two.objective)
        assert one.prices.tolist() == pytest.approx(two.prices.tolist())


@HOW
def test_a_programme_without_solution_is_said_to_have_none(solve: linear.Solve) -> None:
    none = replace(programme(0), row_low=np.full(4, 1e6), row_high=np.full(4, 1e6))
    with pytest.raises(SolverError, match="no optimum of 4 rows and 7 columns"):
        solve(none)


def test_a_solver_that_returns_activities_as_prices_is_refused() -> None:
    def wrong(given: LinearProgramme) -> LinearSolution:
        found = by_matrix(given)
        return replace(found, prices=given.matrix @ found.values)

    with pytest.raises(WrongDualsError, match="not to be trusted"):
        self_test(wrong)


def test_a_solver_without_prices_is_refused() -> None:
    with pytest.raises(WrongDualsError):
        self_test(lambda given: replace(by_matrix(given), prices=np.zeros(0)))


@HOW
def test_a_missing_solver_is_said_to_be_missing(
    solve: linear.Solve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linear, "SOLVER", "XPRESS")
    with pytest.raises(SolverMissingError, match="built without XPRESS"):
        solve(programme(0))
