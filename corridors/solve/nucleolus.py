"""Core, least core and nucleolus of a game, by linear programmes on few coalitions.

Of the 2^n coalitions only those are given to GLOP that the last answer leaves short. The
nucleolus follows Maschler's scheme (Maschler, Peleg and Shapley 1979): the least excess is
made as large as it can be, the coalitions that must have it are fixed, and so on among the
others (Schmeidler 1969).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.solve.games import players_of
from corridors.solve.linear import LinearProgramme, solve_linear
from corridors.solve.tables import sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: Shares of the largest value below which a difference is none.
TOLERANCE = 1e-7
#: A row of the programme matters if its dual is above this.
MATTERS = 1e-7
#: How many coalitions left short are added at once.
AT_ONCE = 20


@dataclass(frozen=True)
class LeastCore:
    """How much every coalition can be given beyond its value, at most: `epsilon`.

    Below 0 the core is empty, and that much is what each coalition must forgo. `payoff`
    (n,) is one division that gives it.
    """

    epsilon: float
    payoff: Floats
    empty: bool


def in_core(value: Floats, payoff: Floats) -> bool:
    """Whether a division of the value of all leaves no coalition short.

    Examples
    --------
    >>> glove = np.array([0, 0, 0, 1, 0, 1, 0, 1.0])
    >>> in_core(glove, np.array([1.0, 0, 0])), in_core(glove, np.array([0.8, 0.1, 0.1]))
    (True, False)
    """
    slack = TOLERANCE * _size(value)
    given = sums(payoff)
    return bool((given >= value - slack).all() and abs(given[-1] - value[-1]) <= slack)


def least_core(value: Floats) -> LeastCore:
    """Return the least core of a game: whether its core is empty and by how much.

    Parameters
    ----------
    value
        The game, shape (2^n,).

    Raises
    ------
    ValueError
        If the table is no game, or of fewer than two players.
    SolverError
        If the solver fails.
    """
    scheme = _Scheme(value, rational=False)
    payoff, epsilon, _ = scheme.step()
    return LeastCore(epsilon, payoff, epsilon < -TOLERANCE * _size(value))


def prenucleolus(value: Floats) -> Floats:
    """Return the division whose excesses, the least first, are the largest, shape (n,).

    Raises
    ------
    ValueError, SolverError
        As of :func:`least_core`.

    Examples
    --------
    >>> prenucleolus(np.array([0, 0, 0, 1, 0, 1, 0, 1.0])).round(6).tolist()
    [1.0, 0.0, 0.0]
    """
    return _Scheme(value, rational=False).run()


def nucleolus(value: Floats) -> Floats:
    """Return the prenucleolus among divisions that give everyone what he has alone, (n,).

    Raises
    ------
    ValueError
        If the table is no game, or all together have less than each alone.
    SolverError
        If the solver fails.
    """
    n = players_of(value)
    alone = value[[1 << player for player in range(n)]].sum()
    if alone > value[-1] + TOLERANCE * _size(value):
        msg = "all together have less than each alone: nobody would take part"
        raise ValueError(msg)
    return _Scheme(value, rational=True).run()


class _Scheme:
    """Maschler's scheme: what is fixed so far and the coalitions looked at."""

    def __init__(self, value: Floats, *, rational: bool) -> None:
        self.value, self.rational = value, rational
        self.n = players_of(value)
        if self.n < 2:  # noqa: PLR2004 - one player has nothing to divide
            msg = "a division needs two players at least"
            raise ValueError(msg)
        self.size = _size(value)
        everyone = len(value) - 1
        self.fixed: dict[int, float] = {everyone: float(value[-1])}
        self.rows = [1 << player for player in range(self.n)]
        self.free = self._free()

    def run(self) -> Floats:
        """Return the division when all is fixed."""
        payoff = np.zeros(self.n)
        while self.free.any():
            payoff, epsilon, tight = self.step()
            for coalition in tight:
                self.fixed[coalition] = float(self.value[coalition]) + epsilon
            self.free = self._free()
        return payoff

    def step(self) -> tuple[Floats, float, list[int]]:
        """Return a division, the least excess and coalitions that must have it."""
        while True:
            payoff, epsilon, tight = self._solved([one for one in self.rows if self.free[one]])
            short = np.where(self.free, sums(payoff) - self.value - epsilon, 0.0)
            worst = np.argsort(short, kind="stable")[:AT_ONCE]
            worst = worst[short[worst] < -TOLERANCE * self.size]
            fresh = [one for one in worst.tolist() if one not in self.rows]
            if not fresh:
                return payoff, epsilon, tight
            self.rows += fresh

    def _solved(self, rows: list[int]) -> tuple[Floats, float, list[int]]:
        scale = 1 / self.size
        low = np.full(self.n, -np.inf)
        if self.rational:
            low = self.value[[1 << player for player in range(self.n)]] * scale
        worth = np.array(list(self.fixed.values())) * scale
        asked = self.value[rows] * scale
        held = _members(list(self.fixed), self.n, 0.0)
        free = _members(rows, self.n, -1.0)
        # Shares of the players and, last, the least excess, which is to be as large as can be.
        solution = solve_linear(
            LinearProgramme(
                cost=np.append(np.zeros(self.n), -1.0),
                low=np.append(low, -np.inf),
                high=np.full(self.n + 1, np.inf),
                matrix=sp.csr_array(np.vstack([held, free])),
                row_low=np.concatenate([worth, asked]),
                row_high=np.concatenate([worth, np.full(len(rows), np.inf)]),
            )
        )
        prices = solution.prices[len(worth) :]
        tight = [
            one for one, price in zip(rows, prices.tolist(), strict=True) if abs(price) > MATTERS
        ]
        return solution.values[:-1] * self.size, float(solution.values[-1]) * self.size, tight

    def _free(self) -> Bools:
        """Return the coalitions whose share does not follow from what is fixed, (2^n,)."""
        fixed = [[one >> player & 1 for player in range(self.n)] for one in self.fixed]
        _, size, turned = np.linalg.svd(np.array(fixed, np.float64))
        rank = int((size > TOLERANCE).sum())
        free = np.zeros(len(self.value), bool)
        for direction in turned[rank:]:
            free |= np.abs(sums(direction)) > TOLERANCE
        free[0] = False
        return free


def _members(coalitions: list[int], players: int, excess: float) -> Floats:
    """Return a row for each coalition: who is in it, and the factor of the excess."""
    rows = np.full((len(coalitions), players + 1), excess)
    masks = np.array(coalitions, np.int64)[:, None]
    rows[:, :players] = masks >> np.arange(players) & 1
    return rows


def _size(value: Floats) -> float:
    """Return the largest value of a game, 1 where all are 0."""
    return float(np.abs(value).max()) or 1.0
