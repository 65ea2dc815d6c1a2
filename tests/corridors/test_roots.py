"""Zeros of functions, against SciPy's."""

from __future__ import annotations

from math import exp, log, sqrt, tanh
from typing import TYPE_CHECKING

import pytest
from scipy.optimize import brentq

from corridors.solve.roots import root

if TYPE_CHECKING:
    from collections.abc import Callable

CASES: tuple[tuple[Callable[[float], float], float, float], ...] = (
    (lambda x: x * x - 2.0, 0.0, 2.0),
    (lambda x: 2.0 - x * x, 0.0, 2.0),
    (lambda x: exp(x) - 1e5, -5.0, 30.0),
    (lambda x: tanh(x - 3.0), -30.0, 30.0),
    (lambda x: log(x) + x, 1e-9, 5.0),
)


@pytest.mark.parametrize(("function", "low", "high"), CASES)
def test_a_zero_is_where_scipy_finds_it(
    function: Callable[[float], float], low: float, high: float
) -> None:
    found = root(function, low, high)
    assert found == brentq(function, low, high, xtol=1e-13)


@pytest.mark.parametrize(("low", "high"), [(0.0, 2.0), (-2.0, 0.0), (-1.0, 1.0)])
def test_a_zero_at_an_end_or_in_the_middle_is_found(low: float, high: float) -> None:
    assert root(lambda x: x, low, high) == pytest.approx(0.0, abs=1e-13)


def test_a_function_of_one_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="one sign at 0 and 2"):
        root(lambda x: x + sqrt(2.0), 0.0, 2.0)
