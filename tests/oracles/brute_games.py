"""Values of games by their definitions: all orders, all coalitions, one by one."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Game = NDArray[np.float64]


def by_orders(value: Game, orders: Iterable[Sequence[int]], n: int) -> NDArray[np.float64]:
    """Return the mean of what each player adds over some orders of joining."""
    found, count = np.zeros(n), 0
    for order in orders:
        joined = 0
        for player in order:
            found[player] += value[joined | 1 << player] - value[joined]
            joined |= 1 << player
        count += 1
    return found / count


def all_orders(n: int) -> list[tuple[int, ...]]:
    return list(permutations(range(n)))


def bloc_orders(n: int, blocs: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """Return the orders in which the members of each bloc stand next to each other."""
    of = {player: at for at, bloc in enumerate(blocs) for player in bloc}
    kept = []
    for order in all_orders(n):
        switches = sum(of[a] != of[b] for a, b in pairwise(order))
        if switches == len(blocs) - 1:
            kept.append(order)
    return kept


def pair_interaction(value: Game, a: int, b: int, n: int) -> float:
    """Return the Shapley interaction of two players by its defining sum."""
    total = 0.0
    for other in range(1 << n):
        if other >> a & 1 or other >> b & 1:
            continue
        s = other.bit_count()
        weight = factorial(s) * factorial(n - s - 2) / factorial(n - 1)
        both = value[other | 1 << a | 1 << b]
        total += weight * (both - value[other | 1 << a] - value[other | 1 << b] + value[other])
    return total


@st.composite
def games(draw: st.DrawFn, *, most: int = 5) -> Game:
    """Draw a game of up to so many players whose coalitions gain by growing."""
    n = draw(st.integers(2, most))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    value = rng.integers(0, 20, 1 << n).astype(np.float64)
    value[0] = 0.0
    for player in range(n):
        apart = value.reshape(-1, 2, 1 << player)
        apart[:, 1] = np.maximum(apart[:, 1], apart[:, 0])
    return value
