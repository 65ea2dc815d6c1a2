"""Linear least squares within bounds, drawn to what is thought likely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import lsq_linear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


#: Rows further off than this many errors weigh less the further they are off (Huber).
FAR = 1.5
#: Rounds of weighing; the weights of a few dozen rows settle sooner.
ROUNDS = 50


@dataclass(frozen=True)
class Fit:
    """What was fitted: `values` (n,), and of the m rows relative residuals and weights.

    `before` (m,) are the residuals at the likely values, `after` (m,) at the fitted ones;
    `weight` (m,) is 1 for a row that agrees with the others.
    """

    values: Floats
    before: Floats
    after: Floats
    weight: Floats


def fit_within(
    matrix: Floats, fixed: Floats, asked: Floats, *, likely: Floats, low: Floats, high: Floats,
    relative_error: float,
) -> Fit:  # fmt: skip
    """Fit values so that ``matrix @ values + fixed`` comes near to what is asked.

    Minimised is the sum of squares of the relative residuals over `relative_error`, and
    of the moves away from `likely` over half the width from `low` to `high`: what a
    normal error of the rows and a normal prior of the values make most probable. Rows
    that contradict the others by more than `FAR` errors count as their distance, not its
    square.

    Parameters
    ----------
    matrix, fixed, asked
        Shapes (m, n), (m,) and (m,); `asked` above 0.
    likely, low, high
        Shape (n,), `low` below `high`.
    relative_error
        How far off a row is taken to be, as a share of it.

    Raises
    ------
    ValueError
        If a value has no room between its bounds or a row asks for nothing.
    """
    if not (low < high).all() or not (asked > 0).all() or relative_error <= 0:
        msg = "bounds must leave room, and rows and errors be above 0"
        raise ValueError(msg)
    scale, width = asked * relative_error, (high - low) / 2
    values, weight = likely, np.ones(len(asked))
    for _ in range(ROUNDS):
        root = np.sqrt(weight) / scale
        rows = np.vstack([matrix * root[:, None], np.diag(1 / width)])
        goal = np.concatenate([(asked - fixed) * root, likely / width])
        values = lsq_linear(rows, goal, bounds=(low, high), method="bvls").x
        far = np.abs(matrix @ values + fixed - asked) / scale
        weight = np.minimum(1.0, FAR / np.maximum(far, FAR))
    before, after = ((matrix @ each + fixed) / asked - 1 for each in (likely, values))
    return Fit(values, before, after, weight)
