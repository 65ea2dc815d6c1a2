"""Sums of independent times by convolution on a fine grid, without a single draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.solve.distributions import Distribution

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sum:
    """A sum on a grid: the share of cases up to each of its points."""

    points: Floats
    share: Floats

    def ppf(self, share: float) -> float:
        """Return the value that a share of cases does not exceed."""
        return float(np.interp(share, self.share, self.points))

    def cdf(self, value: float) -> float:
        """Return the share of cases that do not exceed a value."""
        return float(np.interp(value, self.points, self.share))


def convolve(
    parts: Sequence[tuple[float, Distribution]], *, longest: float, cells: int = 1 << 16
) -> Sum:
    """Return the sum of independent times, each an amount of a distribution.

    The chance of each cell of the grid stands at its middle, so that the error of a part is
    at most half a cell; `longest` must be so long that the sum hardly ever exceeds it.
    """
    width = longest / cells
    edges = np.arange(cells + 1) * width
    spectrum = np.ones(cells + 1, complex)
    for amount, one in parts:
        chance = np.diff(one.cdf(edges / amount), prepend=0.0)[1:]
        chance[0] += float(one.cdf(np.zeros(1))[0])
        spectrum *= np.fft.rfft(chance, 2 * cells)
    chance = np.asarray(np.fft.irfft(spectrum, 2 * cells)[:cells], np.float64)
    # Cell k of the sum stands at the middles of its parts added up, k + (parts / 2) cells.
    points: Floats = (np.arange(cells, dtype=np.float64) + (len(parts) + 1) / 2) * width
    return Sum(points, np.cumsum(chance))
