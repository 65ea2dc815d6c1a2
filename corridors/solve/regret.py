"""What committing to a route may be regretted: one route, or shares of several.

Savage's min-max regret (Kouvelis and Yu 1997). A committed route that is closed pays the
penalty; regret is against the best open route of each state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.solve.linear import LinearProgramme, solve_linear
from corridors.solve.switched import switches_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.lattice import DemandLattice

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Masks = NDArray[np.uint64]

#: Share of the largest regret below which a difference is none.
TOLERANCE = 1e-9
#: How many states are added at once.
AT_ONCE = 50


@dataclass(frozen=True)
class Commitments:
    """The routes of a demand that are the best in some state, and what each may cost.

    `node` (routes,) indexes the ways of the demand's lattice; `cost` (routes, states) is
    what committing to it costs, the penalty where it is closed; `least` (states,) is the
    cost of the best open route. Only states with an open route are kept: `states`.
    """

    node: Ints
    states: Masks
    cost: Floats
    least: Floats

    @property
    def regret(self) -> Floats:
        """What each commitment costs beyond the best, (routes, states), not negative."""
        return np.asarray(np.maximum(self.cost - self.least, 0.0))


def commitments(demand: DemandLattice, states: Masks, *, penalty: float) -> Commitments:
    """Return what committing to each best route costs in some states.

    Parameters
    ----------
    demand
        The demand's lattice. No switch may make arcs dearer.
    states
        The states that count, as sets of closed switches.
    penalty
        What a closed route costs; dearer routes are none.

    Raises
    ------
    ValueError
        If no state has an open route, or a switch makes arcs dearer.
    """
    if demand.priced:
        msg = f"closing switches {list(switches_of(demand.priced))} changes what routes cost"
        raise ValueError(msg)
    at = demand.nodes_at(states)
    open_states = demand.cost[at] < penalty
    states, at = states[open_states], at[open_states]
    if not len(states):
        msg = "no state has an open route: there is nothing to commit to"
        raise ValueError(msg)
    used = np.unique(at)
    # The same way may be the best in several states: once is enough.
    ways = {(demand.ways[k].tobytes(), int(demand.used[k])): int(k) for k in used[::-1].tolist()}
    node = np.array(sorted(ways.values(), key=lambda k: (demand.cost[k], k)), np.int64)
    shut = (demand.used[node][:, None] & states[None, :]) != 0
    cost = np.where(shut, penalty, demand.cost[node][:, None])
    return Commitments(node, states, cost, demand.cost[at])


@dataclass(frozen=True)
class Choice:
    """The route, or the shares of routes, whose largest regret is the least.

    `share` (routes,) sums to 1; `regret` is the largest, and `bound` proven to be the
    least possible.
    """

    share: Floats
    regret: float
    bound: float


def best_route(regret: Floats) -> Choice:
    """Return the one route whose largest regret is the least; of equal ones the first.

    Examples
    --------
    >>> best_route(np.array([[0, 8.0], [10, 0]])).regret
    8.0
    """
    worst = regret.max(axis=1)
    share = np.zeros(len(regret))
    share[int(np.argmin(worst))] = 1.0
    return Choice(share, float(worst.min()), float(worst.min()))


def best_portfolio(regret: Floats) -> Choice:
    """Return the shares of routes whose largest regret is the least: a programme by GLOP.

    Never worse than the best single route. States are added as they turn out to be the
    worst ones.

    Raises
    ------
    SolverError
        If the solver fails.

    Examples
    --------
    >>> best_portfolio(np.array([[0, 8.0], [8.0, 0]])).share.tolist()
    [0.5, 0.5]
    """
    columns = np.unique(regret, axis=1)
    chosen = sorted({int(one) for one in columns.argmax(axis=1)})
    while True:
        share, bound = _shares(columns[:, chosen])
        met = share @ columns
        worst = float(met.max())
        slack = TOLERANCE * max(1.0, float(columns.max()))
        fresh = [k for k in np.argsort(-met)[:AT_ONCE].tolist() if met[k] > bound + slack]
        fresh = [k for k in fresh if k not in chosen]
        if not fresh:
            return Choice(share, worst, bound)
        chosen += fresh


def _shares(regret: Floats) -> tuple[Floats, float]:
    """Return the best shares against some states, and their largest regret."""
    ways, states = regret.shape
    scale = 1 / max(float(regret.max()), 1e-300)
    matrix = np.full((states + 1, ways + 1), -1.0)
    matrix[0] = np.append(np.ones(ways), 0.0)
    matrix[1:, :ways] = regret.T * scale
    solution = solve_linear(
        LinearProgramme(
            cost=np.append(np.zeros(ways), 1.0),
            low=np.zeros(ways + 1),
            high=np.append(np.ones(ways), np.inf),
            matrix=sp.csr_array(matrix),
            row_low=np.append(1.0, np.full(states, -np.inf)),
            row_high=np.append(1.0, np.zeros(states)),
        )
    )
    found = np.maximum(solution.values[:ways], 0.0)
    return found / found.sum(), float(solution.values[ways]) / scale
