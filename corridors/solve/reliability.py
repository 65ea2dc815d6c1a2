"""Chances of closures, alike within blocs, and what they make of costs.

Switches of a bloc share a factor (one-factor Gaussian copula): switch b is closed if
``sqrt(rho) Z + sqrt(1 - rho) e_b`` falls below the quantile of its chance. Given the
factor they are independent, so the chance of every state is one integral for each bloc,
taken exactly to rounding by the trapezoid rule, which converges faster than any power for
such integrands (Trefethen and Weideman 2014). Factors of different blocs are independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Where the factor is looked at: so far out, and at so many places.
FAR, PLACES = 9.0, 2001
#: Correlations above this make the integrand too steep for the places.
STRONGEST = 0.99


@dataclass(frozen=True)
class Closing:
    """How likely switches are closed and how much alike.

    `chance` and `bloc` have shape (n,); switches with the same number of bloc share a
    factor. `rho` is the part of their variance that the factor has, from 0 to `STRONGEST`.

    Raises
    ------
    ValueError
        If a chance is outside 0 to 1, the correlation is too strong or lengths differ.
    """

    chance: Floats
    bloc: Ints
    rho: float = 0.0

    def __post_init__(self) -> None:
        """Judge the numbers."""
        chance = np.asarray(self.chance)
        if len(chance) and not ((chance >= 0) & (chance <= 1)).all():
            at = np.flatnonzero(~((chance >= 0) & (chance <= 1))).tolist()
            msg = f"chances lie between 0 and 1, not so those of switches {at}"
            raise ValueError(msg)
        if not 0 <= self.rho <= STRONGEST or len(self.bloc) != len(chance):
            msg = f"a correlation lies between 0 and {STRONGEST} and each switch has a bloc"
            raise ValueError(msg)

    def given(self, factor: Floats) -> Floats:
        """Return the chance of each switch given its bloc's factor, (places, n)."""
        quantile = ndtri(self.chance)[None, :]
        share = np.sqrt(self.rho) * np.asarray(factor)[:, None]
        return np.asarray(ndtr((quantile - share) / np.sqrt(1 - self.rho)))


def state_chances(closing: Closing) -> Floats:
    """Return the chance of every state of closed switches, shape (2^n,); they sum to 1.

    Examples
    --------
    >>> state_chances(Closing(np.array([0.5, 0.1]), np.array([0, 0]))).round(3).tolist()
    [0.45, 0.45, 0.05, 0.05]
    """
    n = len(closing.chance)
    found = np.ones((1,) * n)
    for bloc in np.unique(closing.bloc).tolist():
        members = np.flatnonzero(closing.bloc == bloc)
        # Axis 0 of a table over bits is the highest bit.
        shape = [2 if n - 1 - axis in members else 1 for axis in range(n)]
        found = found * _joint(closing, members).reshape(shape)
    return found.reshape(-1)


def _joint(closing: Closing, members: Ints) -> Floats:
    """Return the chance of every state of a bloc's switches, shape (2^members,)."""
    if closing.rho == 0:
        factor, weight = np.zeros(1), np.ones(1)
    else:
        factor = np.linspace(-FAR, FAR, PLACES)
        weight = np.exp(-(factor**2) / 2)
        weight = weight / weight.sum()
    chance = closing.given(factor)[:, members]
    found = weight[:, None]
    for switch in range(len(members)):
        closed = chance[:, switch, None]
        found = np.concatenate([found * (1 - closed), found * closed], axis=1)
        if found.size > PLACES << 10:
            return _in_parts(found, chance[:, switch + 1 :])
    return np.asarray(found.sum(axis=0))


def _in_parts(found: Floats, chance: Floats) -> Floats:
    """Go on with a bloc's switches without holding all states at all places at once."""
    patterns = np.arange(1 << chance.shape[1])
    parts = []
    for pattern in patterns.tolist():
        closed = np.array([pattern >> at & 1 for at in range(chance.shape[1])], bool)
        factor = np.where(closed, chance, 1 - chance).prod(axis=1)
        parts.append(factor @ found)
    return np.concatenate(parts)


def draw_closed(closing: Closing, *, draws: int, seed: int) -> Bools:
    """Return random states, closed switches true, shape (draws, n)."""
    rng = np.random.default_rng(seed)
    blocs, place = np.unique(closing.bloc, return_inverse=True)
    factor = rng.standard_normal((draws, len(blocs)))[:, place]
    own = rng.standard_normal((draws, len(closing.chance)))
    drawn = np.sqrt(closing.rho) * factor + np.sqrt(1 - closing.rho) * own
    found: Bools = drawn < ndtri(closing.chance)
    return found


@dataclass(frozen=True)
class Risk:
    """What closures make of a cost: in units of the cost, `served` a chance.

    `expected` counts the penalty where nothing is served; `given_served` is the mean where
    something is, not a number if it never is. `value_at_risk` is the cost not exceeded with
    the chance `level`, `cvar` the mean of the worst 1 - level.
    """

    expected: float
    served: float
    given_served: float
    value_at_risk: float
    cvar: float
    level: float


def risk(cost: Floats, chance: Floats, *, penalty: float, level: float = 0.95) -> Risk:
    """Return the risk of a cost over states.

    Parameters
    ----------
    cost, chance
        Cost and chance of each state, shape (states,); as much as the penalty or more is
        not served.
    penalty
        What not being served costs.
    level
        Which part of the states is not the tail, above 0 and below 1.

    Raises
    ------
    ValueError
        If the chances do not sum to 1 or the level is not between 0 and 1.
    """
    if abs(chance.sum() - 1) > 1e-9 or not 0 < level < 1:  # noqa: PLR2004 - rounding
        msg = "chances sum to 1 and a level lies between 0 and 1"
        raise ValueError(msg)
    paid = np.minimum(cost, penalty)
    there = cost < penalty
    served = float(chance[there].sum())
    mean = float(chance[there] @ paid[there]) / served if served > 0 else np.nan
    at_risk, tail = _tail(paid, chance, level)
    return Risk(float(chance @ paid), served, mean, at_risk, tail, level)


def within(cost: Floats, chance: Floats, budget: float) -> float:
    """Return the chance that a cost does not exceed a budget."""
    return float(chance[cost <= budget].sum())


def _tail(paid: Floats, chance: Floats, level: float) -> tuple[float, float]:
    """Return value at risk and its mean excess (Rockafellar and Uryasev 2000)."""
    order = np.argsort(paid, kind="stable")
    reached = np.cumsum(chance[order])
    at = min(int(np.searchsorted(reached, level - 1e-12)), len(order) - 1)
    at_risk = float(paid[order[at]])
    beyond = np.maximum(paid - at_risk, 0.0)
    return at_risk, at_risk + float(chance @ beyond) / (1 - level)
