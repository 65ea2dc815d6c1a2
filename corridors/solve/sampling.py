"""Answers from random states where there are too many switches for all of them.

The extremes are exact all the same: nothing is cheaper than with everything open, nothing
dearer than with everything closed, and `interdict` finds the worst of a few closures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtri

from corridors.solve.switched import mask_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.solve.exposure import Exposure

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: Fewer draws tell nothing about how far off their mean may be.
FEWEST = 2


class Estimate(NamedTuple):
    """A mean with the interval that holds the true one as surely as was asked."""

    value: float
    low: float
    high: float


def estimate(values: Floats, *, share: float = 0.95) -> Estimate:
    """Return the mean of independent draws with its interval by the normal law.

    Examples
    --------
    >>> estimate(np.array([1.0, 1.0, 1.0]))
    Estimate(value=1.0, low=1.0, high=1.0)

    Raises
    ------
    ValueError
        If there are fewer than two draws or the share is not between 0 and 1.
    """
    if len(values) < FEWEST or not 0 < share < 1:
        msg = "an interval needs two draws at least and a share between 0 and 1"
        raise ValueError(msg)
    mean = float(values.mean())
    off = float(ndtri((1 + share) / 2) * values.std(ddof=1) / np.sqrt(len(values)))
    return Estimate(mean, mean - off, mean + off)


def drawn(closing: Floats, *, draws: int, seed: int) -> Bools:
    """Return random states, closed switches true, shape (draws, switches).

    Parameters
    ----------
    closing
        The chance that each switch is closed, independently, shape (switches,).
    draws, seed
        How many states and the seed of their choice.
    """
    rng = np.random.default_rng(seed)
    found: Bools = rng.random((draws, len(closing))) < closing
    return found


def masks_of(closed: Bools) -> tuple[int, ...]:
    """Return states (draws, switches) as sets of bits.

    Examples
    --------
    >>> masks_of(np.array([[True, False, True]]))
    (5,)
    """
    return tuple(mask_of(np.flatnonzero(row).tolist()) for row in closed)


@dataclass(frozen=True)
class Sampled:
    """What was found in random states, and exactly at the extremes.

    `cost` (demands, draws) is infinite where there is no way; `total` (draws,) is what
    carrying everything costs. `mean` estimates its mean, `served` the chance of each demand
    to be carried. `best` and `worst` are the exact totals with everything open and closed.
    """

    states: tuple[int, ...]
    cost: Floats
    total: Floats
    mean: Estimate
    served: tuple[Estimate, ...]
    best: float
    worst: float


def sample(exposure: Exposure, states: Sequence[int], *, share: float = 0.95) -> Sampled:
    """Answer every demand in random states; see `drawn` and `masks_of`.

    Parameters
    ----------
    exposure
        The demands.
    states
        Independent draws, at least two.
    share
        How sure the intervals are to hold the truth.
    """
    cost = np.array([exposure.costs(one) for one in states]).T
    total = exposure.volume @ np.minimum(cost, exposure.penalty[:, None])
    served = cost < exposure.penalty[:, None]
    everything = (1 << exposure.n_switches) - 1
    return Sampled(
        tuple(states), cost, total, estimate(total, share=share),
        tuple(estimate(one.astype(float), share=share) for one in served),
        exposure.total(0), exposure.total(everything),
    )  # fmt: skip
