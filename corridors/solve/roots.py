"""Where a function of one value is zero, without what loading SciPy's optimisers takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

#: How near to the zero the value found is: at least, and by its own size.
TOLERANCE, OWN = 1e-13, 2.0**-50
_ROUNDS = 200


class _Point(NamedTuple):
    """A value and what the function is there."""

    x: float
    y: float


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a continuous function is zero, between two values where its signs differ.

    Brent's method, step by step as `scipy.optimize.brentq`: a secant or a parabola leads
    on as long as its steps shrink fast enough, else the span is halved. R. P. Brent,
    Algorithms for Minimization Without Derivatives (1973), chapter 4.

    Raises
    ------
    ValueError
        If the signs do not differ.

    Examples
    --------
    >>> round(root(lambda x: x * x - 2.0, 0.0, 2.0), 12)
    1.414213562373
    """
    last, best = _Point(low, function(low)), _Point(high, function(high))
    if last.y * best.y > 0:
        msg = f"the function has one sign at {low:g} and {high:g}"
        raise ValueError(msg)
    if last.y == 0:
        return low
    # The zero lies between `best` and `other`; `last` is where `best` was before.
    other, before, step = last, best.x - last.x, best.x - last.x
    for _ in range(_ROUNDS):
        if last.y != 0 and best.y != 0 and (last.y < 0) != (best.y < 0):
            other, before, step = last, best.x - last.x, best.x - last.x
        if abs(other.y) < abs(best.y):
            last, best, other = best, other, best
        least = (TOLERANCE + OWN * abs(best.x)) / 2
        half = (other.x - best.x) / 2
        if best.y == 0 or abs(half) < least:
            break
        tried = _tried(last, best, other) if abs(before) > least else None
        if tried is not None and 2 * abs(tried) < min(abs(before), 3 * abs(half) - least):
            before, step = step, tried
        else:
            before, step = half, half
        further = step if abs(step) > least else (least if half > 0 else -least)
        x = best.x + further
        last, best = best, _Point(x, function(x))
    return best.x


def _tried(last: _Point, best: _Point, other: _Point) -> float | None:
    """Return the step to where a secant or an inverse parabola is zero, if it may help."""
    if abs(best.y) >= abs(last.y):
        return None
    if last.x == other.x:
        return -best.y * (best.x - last.x) / (best.y - last.y)
    slope = (last.y - best.y) / (last.x - best.x)
    across = (other.y - best.y) / (other.x - best.x)
    bent = other.y * across - last.y * slope
    return -best.y * bent / (across * slope * (other.y - last.y))
