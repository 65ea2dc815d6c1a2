"""Where the winner of two changes as one parameter moves: exact, by solving again.

Each side answers with the least of many values that are straight lines in the parameter,
so each is concave and made of straight pieces. Its breakpoints are found by solving at
the crossing of two pieces until nothing lower turns up (Eisner and Severance 1976).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    #: The least value at a parameter, and the value of the same choice at any other.
    Solve = Callable[[float], tuple[float, Callable[[float], float]]]

#: Values closer than this share of their size are equal.
TOLERANCE = 1e-9
#: A crossing found so often anew is no crossing of straight lines.
MOST_PIECES = 200


@dataclass(frozen=True)
class Broken:
    """A function of straight pieces between its corners: `at` rising, `value` there."""

    at: tuple[float, ...]
    value: tuple[float, ...]

    def __call__(self, x: float) -> float:
        """Return the value at a parameter between the first and the last corner."""
        return float(np.interp(x, self.at, self.value))


def least_of(solve: Solve, start: float, stop: float) -> Broken:
    """Return the least value on an interval as a function of straight pieces.

    Parameters
    ----------
    solve
        Gives the least value at a parameter, and the value that what was chosen there
        has at any other one; a straight line.
    start, stop
        The interval, `start` below `stop`.

    Raises
    ------
    ValueError
        If the pieces do not come to an end: the values are no straight lines.

    Examples
    --------
    >>> def solve(x):
    ...     slope, base = min((1, 0), (0, 2), key=lambda line: line[0] * x + line[1])
    ...     return slope * x + base, lambda other: slope * other + base
    >>> least_of(solve, 0.0, 10.0)
    Broken(at=(0.0, 2.0, 10.0), value=(0.0, 2.0, 2.0))
    """
    ends = [(x, *solve(x)) for x in (start, stop)]
    corners = {x: value for x, value, _ in ends}
    left = [tuple(ends)]
    while left:
        if len(corners) > MOST_PIECES:
            msg = f"more than {MOST_PIECES} pieces between {start:g} and {stop:g}"
            raise ValueError(msg)
        (x1, low, first), (x2, high, second) = left.pop()
        if _equal(first(x2), high) or _equal(second(x1), low):
            continue
        x = _crossing((x1, low, first(x2)), (x2, second(x1), high))
        if x is None:
            continue
        value, line = solve(x)
        corners[x] = value
        if not _equal(value, first(x)):
            left += [((x1, low, first), (x, value, line)), ((x, value, line), (x2, high, second))]
    at = sorted(corners)
    return Broken(tuple(at), tuple(corners[x] for x in at))


def _crossing(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> float | None:
    """Return where two lines cross strictly between the ends of an interval.

    Each is the end where it was found, and its values at the left and the right end.
    """
    (x1, left_a, right_a), (x2, left_b, right_b) = first, second
    gap_left, gap_right = left_b - left_a, right_a - right_b
    if gap_left + gap_right <= 0:
        return None
    x = x1 + (x2 - x1) * gap_left / (gap_left + gap_right)
    return x if x1 < x < x2 else None


def first_change(a: Broken, b: Broken, start: float) -> float | None:
    """Return where the lesser of two functions changes first, going up from `start`.

    Where both are equal at `start` the winner changes there. None if it never does.

    Examples
    --------
    >>> first_change(Broken((0, 4), (0, 4)), Broken((0, 4), (1, 1)), 0.0)
    1.0
    """
    corners = sorted({x for one in (a, b) for x in one.at if x >= start} | {start})
    gaps = [b(x) - a(x) for x in corners]
    if gaps[0] == 0:
        return start
    for (x1, gap1), (x2, gap2) in zip(
        zip(corners, gaps, strict=True), zip(corners[1:], gaps[1:], strict=True), strict=False
    ):
        if (gap2 > 0) != (gaps[0] > 0):
            return x1 + (x2 - x1) * gap1 / (gap1 - gap2)
    return None


def _equal(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))
