"""Designs to start from: flow at unit costs that share out what opening an arc costs.

Slope scaling (Kim and Pardalos 1999): what a round's flow leaves of an arc's fixed charge
for each unit is the arc's slope in the next round, so that little used arcs get dear.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.charged import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from corridors.solve.charged_bound import Priced
    from corridors.solve.charged_flow import Router

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: How often to start, and the rounds of each start.
STARTS, ROUNDS = 4, 10
#: How far starts after the first differ, and how much dearer arcs get that the best has not.
SPREAD, AWAY = 0.3, 1.5
#: An arc that the bound hardly opens is worth this share of the largest demand.
HARDLY, LITTLE = 0.02, 1e-3
#: So many of the best designs are kept.
KEPT = 8


@dataclass(frozen=True)
class Design:
    """The arcs of a design, shape (m,), all of them used, and what it costs with its flow."""

    opened: Bools
    cost: float


def designed(router: Router, carried: Floats) -> Design:
    """Return the design that carries a flow over its arcs, shape (m,), and no arc more."""
    problem = router.problem
    opened = carried > nothing(router)
    return Design(opened, float(carried @ problem.cost + problem.fixed[opened].sum()))


def nothing(router: Router) -> float:
    """Return the flow below which it is rounding."""
    return TOLERANCE * 1e-3 * max(1.0, float(router.problem.volume.max()))


def first_designs(router: Router, first: Design, priced: Priced, *, until: float) -> list[Design]:
    """Return the best designs found by slopes, the best first.

    Parameters
    ----------
    router
        The flow over the problem.
    first
        A design known before.
    priced
        The bound, whose average flow gives the first slopes.
    until
        When to stop, by the monotonic clock.
    """
    found = [first]
    for start in _starts(router, priced, found):
        slope = start
        for _ in range(ROUNDS):
            if monotonic() > until:
                return found
            flow = router.solve(router.problem.cost + slope)
            if flow is None:
                return found
            carried = flow.sum(axis=0)
            found.append(designed(router, carried))
            found.sort(key=lambda design: design.cost)
            del found[KEPT:]
            used = carried > nothing(router)
            share = router.problem.fixed / np.maximum(carried, nothing(router))
            following = np.where(used, share, slope)
            if np.allclose(following, slope):
                break
            slope = following
    return found


def _starts(router: Router, priced: Priced, found: list[Design]) -> Iterator[Floats]:
    """Yield slopes to start from, the later ones away from the best design so far."""
    problem = router.problem
    carried = priced.flow.sum(axis=0)
    little = LITTLE * max(float(problem.volume.max()), TOLERANCE)
    open_ = np.maximum(priced.opening, HARDLY)
    slope = np.where(
        priced.opening > HARDLY,
        problem.fixed * open_ / np.maximum(carried, little),
        problem.fixed / little,
    )
    yield slope
    random = np.random.default_rng(0)
    for _ in range(1, STARTS):
        noise = random.uniform(1 - SPREAD, 1 + SPREAD, len(slope))
        yield slope * noise * np.where(found[0].opened, 1.0, AWAY)
