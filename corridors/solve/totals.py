"""Sums of uncertain times along many ways at once: exact means and deviations, drawn quantiles.

Times are tied by a one-factor Gaussian copula: the standard normal value behind item i is
sqrt(rho) F + sqrt(1 - rho) e_i, with one F for all items. Each item is drawn once and used
by all ways that contain it, so that ways which share a border have its bad days in common.
The draws of an item hang on the seed and its key only: more ways or items change nothing
for the others, and two scenarios, or two correlations, can be compared draw by draw.

Each normal value is drawn in layers, one draw from every n-th part of its distribution
(McKay, Beckman and Conover 1979): sums are nearly additive in what drives them, so that
4,000 such draws come as near to the quantiles as 10,000 free ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import factorial, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial.hermite_e import hermegauss, hermevander
from scipy.special import ndtri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csr_array

    from corridors.solve.distributions import Distribution

    Floats = NDArray[np.float64]

#: Name of the factor that all items share, apart from any key.
FACTOR = "\0factor"
#: Points of the quadrature, and terms of the series, by which items are correlated.
QUADRATURE, TERMS = 96, 30
#: How many ways are added up at a time, which bounds the memory.
BLOCK = 32


@dataclass(frozen=True)
class Items:
    """n uncertain items: a key each, by which it is drawn, and its distribution.

    Items of one key are equally early or late in every draw; a way may hold one of them.
    """

    keys: tuple[str, ...]
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True)
class Totals:
    """Sums along r ways: `mean` and `sd` (r,), exact up to the series; `quantiles` (r, q).

    `within` (r, d) is the share of draws that do not exceed each of d bounds.
    """

    mean: Floats
    sd: Floats
    quantiles: Floats
    within: Floats


def normals(keys: Sequence[str], *, draws: int, seed: int) -> Floats:
    """Return independent standard normal values by key and seed, (n, draws).

    Each row holds the middles of equally likely layers in an order of its own.
    """
    layers = ndtri((np.arange(draws) + 0.5) / draws)
    found = np.empty((len(keys), draws))
    for row, key in zip(found, keys, strict=True):
        digest = sha256(f"{seed}/{key}".encode()).digest()
        row[:] = layers
        np.random.default_rng(int.from_bytes(digest[:16])).shuffle(row)
    return found


def tied(own: Floats, factor: Floats, correlation: float) -> Floats:
    """Return standard normal values of which any two have a correlation.

    Parameters
    ----------
    own
        Independent standard normal values of each item, (n, draws).
    factor
        Independent standard normal values that all items share, (draws,).
    correlation
        From 0, nothing in common, to 1, all bad days in common.

    Raises
    ------
    ValueError
        If the correlation is not from 0 to 1.
    """
    if not 0 <= correlation <= 1:
        msg = f"the correlation must be from 0 to 1, not {correlation:g}"
        raise ValueError(msg)
    together: Floats = sqrt(1 - correlation) * own
    together += sqrt(correlation) * factor
    return together


def totals(
    amounts: csr_array, items: Items, *, correlations: Sequence[float], draws: int, seed: int,
    quantiles: Sequence[float], bounds: ArrayLike,
) -> tuple[Totals, ...]:  # fmt: skip
    """Return the sums along ways under each of some correlations.

    Parameters
    ----------
    amounts
        How much of each item a way contains, (r, n).
    items
        The n items.
    correlations
        The correlations of the normal values behind any two items.
    draws, seed
        How many draws to make, and from which seed.
    quantiles
        Shares of draws, of which the quantiles are wanted.
    bounds
        Values, of which the share of draws within is wanted: (d,) for every way, or (r, d);
        nothing is within one that is not a number.

    Returns
    -------
    tuple of Totals
        One for each correlation.

    Raises
    ------
    ValueError
        If there are no draws, or a correlation or a share is not from 0 to 1.
    """
    if draws < 1:
        msg = f"at least one draw is needed, not {draws}"
        raise ValueError(msg)
    own = normals(items.keys, draws=draws, seed=seed)
    factor = normals([FACTOR], draws=draws, seed=seed)[0]
    spreads = deviations(amounts, items, correlations)
    most = np.asarray(bounds, np.float64)
    most = np.broadcast_to(most, (amounts.shape[0], most.shape[-1]))
    mean = amounts @ np.array([one.mean for one in items.distributions], np.float64)
    return tuple(
        Totals(mean, sd, *_drawn(amounts, _values(items, own, factor, rho), quantiles, most))
        for rho, sd in zip(correlations, spreads, strict=True)
    )


def _values(items: Items, own: Floats, factor: Floats, correlation: float) -> Floats:
    """Return the drawn values of each item, (n, draws)."""
    found = tied(own, factor, correlation)
    for row, one in zip(found, items.distributions, strict=True):
        row[:] = one.on_normal(row)
    return found


def _drawn(
    amounts: csr_array, values: Floats, quantiles: Sequence[float], bounds: Floats
) -> tuple[Floats, Floats]:
    """Return quantiles (r, q) and shares within bounds, both (r, d), of the sums along ways."""
    ways = amounts.shape[0]
    found, within = np.empty((ways, len(quantiles))), np.empty(bounds.shape)
    for first in range(0, ways, BLOCK):
        rows = slice(first, first + BLOCK)
        sums = amounts[rows] @ values
        for at, most in enumerate(bounds[rows].T):
            within[rows, at] = (sums <= most[:, None]).mean(axis=1)
        found[rows] = np.quantile(sums, quantiles, axis=1).T
    return found, within


def deviations(amounts: csr_array, items: Items, correlations: Sequence[float]) -> list[Floats]:
    """Return the standard deviations of the sums along ways under each correlation, (r,) each.

    Of two items on normal values of correlation rho, the covariance is the sum over k of
    rho to the k times the product of their k-th Hermite coefficients (Mehler's formula).
    """
    power = np.arange(1, TERMS + 1)
    coefficients = hermite_coefficients(items.distributions)
    common = np.asarray(amounts @ coefficients) ** 2
    apart = amounts.multiply(amounts).tocsr()
    variance = np.array([one.sd**2 for one in items.distributions], np.float64)
    found = []
    for correlation in correlations:
        weight = float(correlation) ** power
        own = np.maximum(variance - coefficients**2 @ weight, 0.0)
        found.append(np.sqrt(common @ weight + apart @ own))
    return found


def hermite_coefficients(distributions: Sequence[Distribution]) -> Floats:
    """Return how the values of items hang on powers of their normal value, (n, TERMS).

    Row i holds E[q(Z) He_k(Z)] / sqrt(k!) for k = 1, 2, ...; the sum of their squares is
    the variance.
    """
    z, base = _hermite()
    values = np.array([one.on_normal(z) for one in distributions], np.float64)
    found: Floats = values.reshape(len(distributions), QUADRATURE) @ base
    return found


@lru_cache(maxsize=1)
def _hermite() -> tuple[Floats, Floats]:
    """Return points of a quadrature (p,), and what each adds to the coefficients (p, TERMS)."""
    z, weight = hermegauss(QUADRATURE)
    scale = [sqrt(factorial(k)) for k in range(1, TERMS + 1)]
    return z, hermevander(z, TERMS)[:, 1:] * (weight / weight.sum())[:, None] / scale
