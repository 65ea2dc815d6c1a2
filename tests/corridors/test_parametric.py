"""Where two least-of-many functions change places, against a scan of all their lines."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.solve.parametric import Broken, first_change, least_of

if TYPE_CHECKING:
    from collections.abc import Callable

Line = tuple[int, int]
lines = st.lists(st.tuples(st.integers(-9, 9), st.integers(-40, 40)), min_size=1, max_size=9)
START, STOP = 0.0, 8.0


def least(of: list[Line], x: float) -> float:
    return min(slope * x + base for slope, base in of)


def solving(of: list[Line]) -> Callable[[float], tuple[float, Callable[[float], float]]]:
    def solve(x: float) -> tuple[float, Callable[[float], float]]:
        slope, base = min(of, key=lambda line: line[0] * x + line[1])
        return slope * x + base, lambda other: slope * other + base

    return solve


@given(lines)
def test_the_pieces_are_the_least_of_all_lines_everywhere(of: list[Line]) -> None:
    found = least_of(solving(of), START, STOP)
    assert (found.at[0], found.at[-1]) == (START, STOP)
    for x in np.linspace(START, STOP, 81).tolist():
        assert found(x) == pytest.approx(least(of, x), abs=1e-7)


@given(lines)
def test_no_more_is_solved_than_pieces_need(of: list[Line]) -> None:
    asked: list[float] = []
    solve = solving(of)

    def counted(x: float) -> tuple[float, Callable[[float], float]]:
        asked.append(x)
        return solve(x)

    least_of(counted, START, STOP)
    assert len(asked) <= 2 * len(set(of)) + 1


def crossings(a: list[Line], b: list[Line]) -> list[float]:
    """Return all places where a line of one meets a line of the other, and the ends."""
    met = {
        (d - c) / (m - n) for m, c in a for n, d in b if m != n and START < (d - c) / (m - n) < STOP
    }
    inner = {(d - c) / (m - n) for of in (a, b) for m, c in of for n, d in of if m != n}
    return sorted({START, STOP, *met, *(x for x in inner if START < x < STOP)})


@given(lines, lines)
def test_the_first_change_of_winner_is_the_one_a_scan_finds(a: list[Line], b: list[Line]) -> None:
    def gap(x: float) -> float:
        return least(b, x) - least(a, x)

    found = first_change(
        least_of(solving(a), START, STOP), least_of(solving(b), START, STOP), START
    )
    if gap(START) == 0:
        assert found == START
        return
    ahead = gap(START) > 0
    # Between neighbours in this list neither side bends and the winner does not change.
    spans = list(pairwise(crossings(a, b)))
    beaten = [x1 for x1, x2 in spans if (gap((x1 + x2) / 2) > 1e-9) != ahead]
    if found is None:
        assert not beaten
    elif beaten:
        assert found == pytest.approx(beaten[0], abs=1e-6)
    else:
        assert gap(found) == pytest.approx(0, abs=1e-6)  # they touch and part again


def test_equal_sides_change_at_once() -> None:
    flat = Broken((0.0, 1.0), (5.0, 5.0))
    assert first_change(flat, flat, 0.0) == 0.0


def test_what_is_no_straight_line_is_found_out() -> None:
    def solve(x: float) -> tuple[float, Callable[[float], float]]:
        return x**0.5, lambda other: x**0.5 + (other - x) / (2 * x**0.5)

    with pytest.raises(ValueError, match="more than 200 pieces"):
        least_of(solve, 1.0, 1e9)
