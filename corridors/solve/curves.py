"""Denial curves: what closing one, two, three assets costs, at worst, by greed, by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.interdict import greedy_denial, worst_denial
from corridors.solve.sampling import Estimate, estimate
from corridors.solve.switched import mask_of, switches_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.exposure import Exposure
    from corridors.solve.interdict import Denial

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """The total and what is unserved with 0, 1, ... `most` switches closed.

    `worst` are exact denials for 1 and more; `worst_total` (most + 1,) their totals and
    `worst_unserved` what is then not carried. `greedy_total` (most + 1,) closes the worst
    next switch each time; `greedy_gap` (most + 1,) is the part of the worst denial's
    addition that greed misses. `random` estimates the mean over sets drawn by chance.
    `fragility` is the area between worst and random: how much worse an attack is than bad
    luck.
    """

    worst: tuple[Denial, ...]
    worst_total: Floats
    worst_unserved: Floats
    greedy: tuple[int, ...]
    greedy_total: Floats
    greedy_gap: Floats
    random: tuple[Estimate, ...]
    fragility: float


def denial_curves(
    exposure: Exposure, most: int, *, draws: int, seed: int, among: int | None = None,
    ties: int = 0,
) -> Curves:  # fmt: skip
    """Return the curves of closing up to so many switches.

    Parameters
    ----------
    exposure
        The demands.
    most
        The most switches closed.
    draws, seed
        How many random sets of each size, at least 2, and the seed of their choice.
    among
        The switches that may be closed; all if not given.
    ties
        How many other worst sets to look for.
    """
    base = exposure.total(0)
    worst = tuple(worst_denial(exposure, k, among=among, ties=ties) for k in range(1, most + 1))
    order, greedy = greedy_denial(exposure, most, among=among)
    greedy_total = np.array([greedy[min(k, len(greedy) - 1)] for k in range(most + 1)])
    worst_total = np.array([base, *(one.cost for one in worst)])
    added = worst_total - base
    gap = np.divide(worst_total - greedy_total, added, out=np.zeros(most + 1), where=added > 0)
    random = random_totals(exposure, most, draws=draws, seed=seed, among=among)
    between = worst_total - np.array([one.value for one in random])
    return Curves(
        worst, worst_total,
        np.array([exposure.unserved(mask_of(one.closed)) for one in worst]),
        order, greedy_total, gap, random, float(np.trapezoid(between)),
    )  # fmt: skip


def random_totals(
    exposure: Exposure, most: int, *, draws: int, seed: int, among: int | None = None
) -> tuple[Estimate, ...]:
    """Estimate the total with 0, 1, ... switches closed that chance picks.

    Parameters are those of :func:`denial_curves`. All of the switches are closed where
    there are fewer than asked.
    """
    allowed = (1 << exposure.n_switches) - 1 if among is None else among
    switches = np.array(list(switches_of(allowed)), np.int64)
    rng = np.random.default_rng(seed)
    order = np.array([rng.permutation(switches) for _ in range(draws)]).reshape(draws, -1)
    return tuple(
        estimate(np.array([exposure.total(mask_of(row[:k].tolist())) for row in order]))
        for k in range(most + 1)
    )
