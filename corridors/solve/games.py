"""What players are worth in a game told by the value of every coalition.

A game of n players is an array of 2^n values, bit i of the index for player i; the empty
coalition's value is 0. Sources: Shapley 1953, Banzhaf 1965, Harsanyi 1963, Owen 1977,
Grabisch and Roubens 1999 for the interaction of players.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.sampling import Estimate, estimate
from corridors.solve.tables import halves, sizes, things_of, unions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Games with more players are sampled.
MOST_PLAYERS = 20


def players_of(value: Floats) -> int:
    """Return the number of players of a game.

    Raises
    ------
    ValueError
        If the table is no game: no power of 2 long, not finite, worth something when
        nobody takes part, or of more than `MOST_PLAYERS` players.
    """
    n = things_of(value)
    if n > MOST_PLAYERS:
        msg = f"{n} players have too many coalitions; sample their permutations instead"
        raise ValueError(msg)
    if not np.isfinite(value).all() or value[0] != 0:
        msg = "the values of a game are finite and that of the empty coalition is 0"
        raise ValueError(msg)
    return n


def shapley(value: Floats) -> Floats:
    """Return the Shapley value of each player, shape (n,); it sums to the value of all.

    Examples
    --------
    A left glove is worth something only with one of two right ones:

    >>> glove = np.array([0, 0, 0, 1, 0, 1, 0, 1.0])
    >>> shapley(glove).round(4).tolist()
    [0.6667, 0.1667, 0.1667]
    """
    n = players_of(value)
    size = sizes(n)
    weight = np.array([factorial(s) * factorial(n - 1 - s) / factorial(n) for s in range(n)])
    found = np.empty(n)
    for player in range(n):
        without, having = halves(value, player)
        found[player] = (weight[halves(size, player)[0]] * (having - without)).sum()
    return found


def banzhaf(value: Floats) -> Floats:
    """Return the mean of what each player adds to the coalitions of the others, shape (n,)."""
    found = np.empty(players_of(value))
    for player in range(len(found)):
        without, having = halves(value, player)
        found[player] = (having - without).mean()
    return found


def swings(wins: Bools) -> Ints:
    """Return how many coalitions each player turns from losing to winning, shape (n,).

    Parameters
    ----------
    wins
        Whether each coalition wins, shape (2^n,).
    """
    pairs = [halves(wins, player) for player in range(things_of(wins))]
    return np.array([(having & ~without).sum() for without, having in pairs], np.int64)


def vetoes(wins: Bools) -> Bools:
    """Return the players without whom all others lose though all together win, shape (n,)."""
    everyone = len(wins) - 1
    rest = [everyone & ~(1 << player) for player in range(things_of(wins))]
    return bool(wins[-1]) & ~wins[rest]


def dividends(value: Floats) -> Floats:
    """Return what each coalition adds beyond its parts: the Moebius transform, (2^n,).

    The values of a coalition's subsets sum to its value.

    Examples
    --------
    >>> dividends(np.array([0, 1, 2, 10.0])).tolist()
    [0.0, 1.0, 2.0, 7.0]
    """
    found = np.array(value, np.float64)
    for player in range(players_of(value)):
        without, having = halves(found, player)
        having -= without
    return found


def interactions(value: Floats) -> Floats:
    """Return the Shapley interaction of each pair, shape (n, n), 0 on the diagonal.

    Above 0 two players complement each other, below 0 one replaces the other.
    """
    n = players_of(value)
    share = dividends(value) / np.maximum(sizes(n) - 1, 1)
    found = np.zeros((n, n))
    for a in range(n):
        having = np.ascontiguousarray(halves(share, a)[1]).ravel()
        for b in range(a):
            found[a, b] = found[b, a] = halves(having, b)[1].sum()
    return found


def owen(value: Floats, blocs: Sequence[Sequence[int]]) -> Floats:
    """Return the Owen value of each player, shape (n,): blocs bargain, then their members.

    Parameters
    ----------
    value
        The game, shape (2^n,).
    blocs
        The players of each bloc; every player is in one.

    Raises
    ------
    ValueError
        If a player is in no bloc or in several.
    """
    n, m = players_of(value), len(blocs)
    if sorted(one for bloc in blocs for one in bloc) != list(range(n)):
        msg = f"each of the {n} players must be in exactly one bloc"
        raise ValueError(msg)
    found = np.empty(n)
    for at, bloc in enumerate(blocs):
        others = [sum(1 << one for one in rest) for rest in (*blocs[:at], *blocs[at + 1 :])]
        joined = unions(others)
        size = sizes(m - 1)
        weight = np.array([factorial(s) * factorial(m - 1 - s) / factorial(m) for s in range(m)])
        inside = unions([1 << one for one in bloc])
        parts = value[(joined[:, None] | inside[None, :]).astype(np.int64)]
        inner = weight[size] @ (parts - parts[:, :1])
        found[list(bloc)] = shapley(inner)
    return found


@dataclass(frozen=True)
class SampledShapley:
    """Shapley values estimated from permutations, one estimate for each player."""

    value: Floats
    low: Floats
    high: Floats
    permutations: int


def shapley_sampled(
    value: Callable[[int], float], n: int, *, permutations: int, seed: int, share: float = 0.95
) -> SampledShapley:
    """Estimate Shapley values from random orders of the players, each also backwards.

    What a player adds in an order and in the reverse one vary against each other, so that
    pairs are closer to the truth than twice as many single orders (antithetic sampling;
    Castro, Gomez and Tejada 2009 for permutations).

    Parameters
    ----------
    value
        The value of a coalition given as a set of bits; asked once for each.
    n
        Number of players.
    permutations
        How many pairs of orders, at least 2.
    seed
        Of the random orders.
    share
        How sure the intervals are to hold the truth.

    Raises
    ------
    ValueError
        If fewer than 2 pairs are asked for.
    """
    rng = np.random.default_rng(seed)
    known: dict[int, float] = {}
    rows = np.empty((permutations, n))
    for row in rows:
        order = rng.permutation(n)
        row[:] = (_added(value, order, known) + _added(value, order[::-1], known)) / 2
    columns: list[Estimate] = [estimate(column, share=share) for column in rows.T]
    return SampledShapley(
        np.array([one.value for one in columns]), np.array([one.low for one in columns]),
        np.array([one.high for one in columns]), permutations,
    )  # fmt: skip


def _added(value: Callable[[int], float], order: Ints, known: dict[int, float]) -> Floats:
    """Return what each player adds when all join in an order, shape (n,)."""
    found = np.empty(len(order))
    joined = 0
    for player in order.tolist():
        before, joined = joined, joined | 1 << player
        for one in (before, joined):
            if one not in known:
                known[one] = value(one)
        found[player] = known[joined] - known[before]
    return found
