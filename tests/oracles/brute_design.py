"""Network design and choice of projects by trying everything: slow, short, independent."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from corridors.solve.charged import FixedCharge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def flow_cost(problem: FixedCharge, opened: Sequence[bool]) -> float:
    """Least cost of the flow over open arcs by a dense arc LP; infinite if none can pass."""
    m, demands, n = problem.n_arcs, problem.n_demands, problem.n_nodes
    balance = np.zeros((demands * n, demands * m))
    wanted = np.zeros(demands * n)
    for k in range(demands):
        for a in range(m):
            balance[k * n + problem.head[a], k * m + a] += 1
            balance[k * n + problem.tail[a], k * m + a] -= 1
        wanted[k * n + problem.destination[k]] += problem.volume[k]
        wanted[k * n + problem.origin[k]] -= problem.volume[k]
    load = np.tile(np.eye(m), demands)
    room = [min(u, 1e9) if one else 0.0 for u, one in zip(problem.capacity, opened, strict=True)]
    found = linprog(np.tile(problem.cost, demands), A_ub=load, b_ub=room, A_eq=balance, b_eq=wanted)
    return np.inf if found.fun is None else float(found.fun)


def least_design(problem: FixedCharge) -> float:
    """Least cost of flow and open arcs over all sets of arcs; infinite if none carries all."""
    return min(
        flow_cost(problem, opened) + float(problem.fixed @ np.array(opened))
        for opened in product((False, True), repeat=problem.n_arcs)
    )


def least_choice(
    price: Sequence[float], table: Floats, budget: float, value: Callable[[Floats, Floats], float]
) -> float:
    """Least value of an affordable set; `value` sees its costs and each scenario's least."""
    n = len(price)
    affordable = [
        s for s in range(2**n) if sum(price[j] for j in range(n) if s >> j & 1) <= budget + 1e-9
    ]
    best = np.array([min(row[s] for s in affordable) for row in table])
    return min(value(table[:, s], best) for s in affordable)


def random_problem(seed: int) -> FixedCharge:
    """A small problem that is feasible: a ring in both directions, and a few chords."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 5))
    ring = [(i, (i + 1) % n) for i in range(n)]
    chords = [(int(a), int(b)) for a, b in rng.integers(0, n, (3, 2)) if a != b]
    tail, head = np.array(ring + chords).T
    demands = int(rng.integers(1, 4))
    origin = rng.integers(0, n, demands)
    destination = (origin + rng.integers(1, n, demands)) % n
    volume = rng.integers(1, 10, demands).astype(float)
    m = len(tail)
    capacity = rng.integers(1, 15, m).astype(float)
    capacity[:n] = volume.sum()
    return FixedCharge(
        n, tail, head, rng.integers(0, 9, m).astype(float), capacity,
        rng.integers(0, 40, m).astype(float), origin, destination, volume,
    )  # fmt: skip
