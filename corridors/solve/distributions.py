"""Distributions of a time: what a low, a likely and a high value, or two statistics, say.

Every distribution is never negative and knows its mean, standard deviation, quantiles and
share below a value. Each can be driven by a standard normal value (`on_normal`), which is
how correlated draws are made.

How three values are read (`fit`): the likely one is the median, the high one the
quantile of 95 %, the low one that of 5 %. Two parameters cannot hold three values, so the
median and the high value are kept exactly, since a planner asks how late it can get, and
the low value chooses between the lognormal and the gamma distribution. Median and
quantiles stay what they are when a speed is turned into a time; a mean does not, and many
rows are too skewed for any lognormal or gamma distribution of that mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, inf, log, sqrt
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from scipy import special

from corridors.errors import ScenarioError
from corridors.solve.roots import root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    from corridors.errors import Finding

    Floats = NDArray[np.float64]

#: How three values are turned into a distribution.
Family = Literal["nearest", "lognormal", "gamma"]
#: Which quantiles the low and the high value are.
LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95
#: The standard normal value of the high quantile.
HIGH_Z = float(special.ndtri(HIGH_QUANTILE))
#: Where the quantiles of a gamma distribution are kept, by standard normal value.
GRID = np.linspace(-6.5, 6.5, 1301)
#: Shapes between which a gamma distribution is sought.
SHAPES = (1e-2, 1e12)


class FitError(ScenarioError):
    """No distribution fits; `column` names the value that stands in the way.

    Parameters
    ----------
    column
        Name of the value: low, value, high, mean, median or sd.
    message
        Why nothing fits.
    findings
        The cell of a table that the value stands in, if it does.
    """

    def __init__(self, column: str, message: str, *, findings: Iterable[Finding] = ()) -> None:
        """Keep the column beside the message."""
        self.column = column
        super().__init__(message, findings=findings)


class Distribution(Protocol):
    """What may be asked of a distribution; hours, or hours a unit."""

    @property
    def mean(self) -> float:
        """The expected value."""

    @property
    def sd(self) -> float:
        """The standard deviation."""

    def ppf(self, share: ArrayLike) -> Floats:
        """Return the value that a share of cases does not exceed, same shape."""

    def cdf(self, value: ArrayLike) -> Floats:
        """Return the share of cases that do not exceed a value, same shape."""

    def on_normal(self, z: Floats) -> Floats:
        """Return the values at the quantiles of standard normal values, same shape."""

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Return draws, (size,)."""


class _Drawn:
    """Draws of a distribution from standard normal values."""

    def sample(self: Distribution, rng: np.random.Generator, size: int) -> Floats:
        """Return draws, (size,)."""
        return self.on_normal(rng.standard_normal(size))


@dataclass(frozen=True)
class Point(_Drawn):
    """One value for certain.

    Examples
    --------
    >>> Point(3.0).mean, Point(3.0).sd
    (3.0, 0.0)
    """

    value: float

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def sd(self) -> float:
        """Zero."""
        return 0.0

    def ppf(self, share: ArrayLike) -> Floats:
        """Return the value, in the shape of `share`."""
        return np.full(np.shape(share), self.value)

    def cdf(self, value: ArrayLike) -> Floats:
        """Return 1 from the value on, 0 before it."""
        return np.where(np.asarray(value) >= self.value, 1.0, 0.0)

    def on_normal(self, z: Floats) -> Floats:
        """Return the value, in the shape of `z`."""
        return np.full(np.shape(z), self.value)


@dataclass(frozen=True)
class Uniform(_Drawn):
    """Any value from 0 to `longest` alike, as the wait of who comes at any time.

    Examples
    --------
    >>> Uniform(84.0).mean
    42.0
    """

    longest: float

    @property
    def mean(self) -> float:
        """Half of the longest."""
        return self.longest / 2

    @property
    def sd(self) -> float:
        """The longest by the root of twelve."""
        return self.longest / sqrt(12)

    def ppf(self, share: ArrayLike) -> Floats:
        """Return the value that a share of cases does not exceed."""
        return np.asarray(share, np.float64) * self.longest

    def cdf(self, value: ArrayLike) -> Floats:
        """Return the share of cases that do not exceed a value."""
        return np.clip(np.asarray(value, np.float64) / self.longest, 0.0, 1.0)

    def on_normal(self, z: Floats) -> Floats:
        """Return the values at the quantiles of standard normal values."""
        return self.longest * special.ndtr(z)


@dataclass(frozen=True)
class Lognormal(_Drawn):
    """A median, and the standard deviation `sigma` of the logarithm.

    Examples
    --------
    >>> round(Lognormal(10.0, 0.5).mean, 3)
    11.331
    """

    median: float
    sigma: float

    @property
    def mean(self) -> float:
        """Median times exp(sigma² / 2)."""
        return self.median * exp(self.sigma**2 / 2)

    @property
    def sd(self) -> float:
        """Mean times the root of exp(sigma²) - 1."""
        return self.mean * sqrt(np.expm1(self.sigma**2))

    def ppf(self, share: ArrayLike) -> Floats:
        """Return the value that a share of cases does not exceed."""
        return self.on_normal(special.ndtri(np.asarray(share, np.float64)))

    def cdf(self, value: ArrayLike) -> Floats:
        """Return the share of cases that do not exceed a value."""
        with np.errstate(divide="ignore"):
            z = np.log(np.maximum(value, 0.0) / self.median) / self.sigma
        return np.asarray(special.ndtr(z), np.float64)

    def on_normal(self, z: Floats) -> Floats:
        """Return the values at the quantiles of standard normal values."""
        return self.median * np.exp(self.sigma * z)


@dataclass(frozen=True)
class Gamma(_Drawn):
    """A shape, and the scale in hours.

    Examples
    --------
    >>> Gamma(4.0, 3.0).mean, Gamma(4.0, 3.0).sd
    (12.0, 6.0)
    """

    shape: float
    scale: float

    @property
    def mean(self) -> float:
        """Shape times scale."""
        return self.shape * self.scale

    @property
    def sd(self) -> float:
        """Root of the shape, times scale."""
        return sqrt(self.shape) * self.scale

    def ppf(self, share: ArrayLike) -> Floats:
        """Return the value that a share of cases does not exceed."""
        return self.scale * np.asarray(
            special.gammaincinv(self.shape, np.asarray(share)), np.float64
        )

    def cdf(self, value: ArrayLike) -> Floats:
        """Return the share of cases that do not exceed a value."""
        within = np.maximum(value, 0.0) / self.scale
        return np.asarray(special.gammainc(self.shape, within), np.float64)

    def on_normal(self, z: Floats) -> Floats:
        """Return the values at the quantiles of standard normal values, to a part in 10,000.

        They are read between points of a grid, since the exact ones take long to find.
        """
        return self.scale * np.exp(np.interp(z, GRID, _log_quantiles(self.shape)))


@lru_cache(maxsize=4096)
def _log_quantiles(shape: float) -> Floats:
    """Return the logarithms of the quantiles of a gamma distribution of scale 1 on `GRID`."""
    left, right = GRID[GRID <= 0], GRID[GRID > 0]
    below = special.gammaincinv(shape, special.ndtr(left))
    above = special.gammainccinv(shape, special.ndtr(-right))
    found: Floats = np.log(np.maximum(np.concatenate([below, above]), np.finfo(np.float64).tiny))
    found.flags.writeable = False
    return found


def fit(low: float, likely: float, high: float, *, family: Family = "nearest") -> Distribution:
    """Return the distribution that three values describe.

    Parameters
    ----------
    low, likely, high
        Quantile of 5 %, median and quantile of 95 %, in hours or hours a unit. Median and
        high value are kept exactly; three equal values are one for certain.
    family
        ``lognormal``, ``gamma``, or ``nearest`` for the one of them whose quantile of 5 %
        comes nearer to `low`, the lognormal if both do.

    Returns
    -------
    Distribution
        A `Point`, `Lognormal` or `Gamma`.

    Raises
    ------
    FitError
        If the values are not finite, negative or out of order, if the likely value is 0 and
        the high one is not, if the high value is the likely one and the low one is not, or
        if only a gamma distribution will do and none is so narrow or so wide.

    Examples
    --------
    >>> border = fit(4, 12, 48)
    >>> border
    Lognormal(median=12, sigma=0.8428...)
    >>> border.ppf([0.5, 0.95]).round(6).tolist()
    [12.0, 48.0]
    """
    _check_three(low, likely, high)
    if low == high:
        return Point(likely)
    lognormal = Lognormal(likely, log(high / likely) / HIGH_Z)
    if family == "lognormal":
        return lognormal
    if family == "gamma":
        return _gamma_of(likely, high)
    return _nearer(low, lognormal)


def _nearer(low: float, lognormal: Lognormal) -> Distribution:
    """Return the lognormal or the gamma like it, by which comes nearer to the low value."""
    try:
        gamma = _gamma_of(lognormal.median, float(lognormal.ppf(HIGH_QUANTILE)))
    except FitError:  # the values are too near to each other, or too far: only one is left
        return lognormal
    far = [abs(float(one.ppf(LOW_QUANTILE)) - low) for one in (lognormal, gamma)]
    return lognormal if far[0] <= far[1] else gamma


def _check_three(low: float, likely: float, high: float) -> None:
    """Refuse three values that no distribution holds, naming the one in the way."""
    three = {"low": low, "value": likely, "high": high}
    problems = {
        name: f"a time of {value:g} cannot be"
        for name, value in three.items()
        if not 0 <= value < inf
    }
    if low > likely:
        problems.setdefault("low", f"{low:g} is above the likely value, {likely:g}")
    if high < likely:
        problems.setdefault("high", f"{high:g} is below the likely value, {likely:g}")
    if low < high and likely == 0:
        problems.setdefault("value", f"half of all cases take 0, yet some take {high:g}")
    if low < high == likely:
        problems.setdefault(
            "high", f"nothing exceeds the likely value, {likely:g}, yet some is less"
        )
    for column, message in problems.items():
        raise FitError(column, message)


def _gamma_of(median: float, high: float) -> Gamma:
    """Return the gamma distribution of a median and a high value."""

    def apart(shape: float) -> float:
        return float(special.gammaincinv(shape, HIGH_QUANTILE) / _median(shape))

    shape = _shape(lambda shape: log(apart(shape)) - log(high / median), "high")
    return Gamma(shape, median / _median(shape))


def _median(shape: float) -> float:
    """Return the median of a gamma distribution of scale 1."""
    return max(float(special.gammaincinv(shape, 0.5)), np.finfo(np.float64).tiny)


def _shape(missing: Callable[[float], float], column: str) -> float:
    """Return the shape at which something is no longer missing."""
    least, most = map(log, SHAPES)
    if missing(SHAPES[0]) * missing(SHAPES[1]) > 0:
        raise FitError(column, "no gamma distribution is so narrow or so wide")
    return exp(root(lambda x: missing(exp(x)), least, most))


def from_mean_sd(
    mean: float, sd: float, *, family: Literal["lognormal", "gamma"] = "lognormal"
) -> Distribution:
    """Return the distribution of a mean and a standard deviation.

    Parameters
    ----------
    mean, sd
        In hours or hours a unit; no deviation is one value for certain.
    family
        ``lognormal`` or ``gamma``.

    Raises
    ------
    FitError
        If the mean is not positive or the deviation negative, or either not finite.

    Examples
    --------
    >>> from_mean_sd(12.0, 6.0, family="gamma")
    Gamma(shape=4.0, scale=3.0)
    """
    _check("mean", mean, fits=0 < mean < inf)
    _check("sd", sd, fits=0 <= sd < inf)
    if sd == 0:
        return Point(mean)
    if family == "gamma":
        return Gamma((mean / sd) ** 2, sd**2 / mean)
    variance = float(np.log1p((sd / mean) ** 2))
    return Lognormal(mean * exp(-variance / 2), sqrt(variance))


def from_median_mean(
    median: float, mean: float, *, family: Literal["lognormal", "gamma"] = "lognormal"
) -> Distribution:
    """Return the distribution of a median and a mean, as border surveys give them.

    Parameters
    ----------
    median, mean
        In hours or hours a unit; equal ones are one value for certain.
    family
        ``lognormal`` or ``gamma``.

    Raises
    ------
    FitError
        If a value is not positive and finite, or the mean is below the median.

    Examples
    --------
    >>> from_median_mean(10.0, 11.331, family="lognormal")
    Lognormal(median=10.0, sigma=0.4999...)
    """
    _check("median", median, fits=0 < median < inf)
    _check("mean", mean, fits=median <= mean < inf)
    if mean == median:
        return Point(median)
    if family == "lognormal":
        return Lognormal(median, sqrt(2 * log(mean / median)))
    shape = _shape(lambda shape: log(shape / _median(shape)) - log(mean / median), "mean")
    return Gamma(shape, mean / shape)


def _check(column: str, value: float, *, fits: bool) -> None:
    """Refuse a statistic that no distribution has beside the others."""
    if not fits:
        raise FitError(column, f"no distribution fits a {column} of {value:g}")
