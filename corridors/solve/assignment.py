"""Simpler rules that share demands out among given routes, and how concentrated shares are.

Capacities are not looked at here: :func:`corridors.solve.flow.carry` does that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class PathFlow:
    """Flow on each route and the part of each demand left unserved.

    `route_teu_per_year` has shape (routes,), `unserved_teu_per_year` (demands,);
    `cost_usd` is the cost of what is carried, without the penalty of what is not.
    """

    route_teu_per_year: Floats
    unserved_teu_per_year: Floats
    cost_usd: float
    objective_usd: float


def all_or_nothing(cost: Floats, demand: Ints, volume: Floats, *, penalty: float) -> PathFlow:
    """Send all of each demand by its cheapest route, the first of equals.

    Where nothing is short of capacity, this is the flow of least cost.

    Parameters
    ----------
    cost
        Cost of each route in USD per TEU, shape (routes,).
    demand
        Demand that each route serves, shape (routes,), index into `volume`.
    volume
        TEU a year wanted by each demand, shape (demands,).
    penalty
        USD per TEU left unserved; no route dearer than that is taken.

    Raises
    ------
    ValueError
        If a volume or the penalty is negative, or a cost is not finite.

    Examples
    --------
    >>> cost, demand = np.array([30.0, 20.0]), np.array([0, 0])
    >>> all_or_nothing(cost, demand, np.array([10.0]), penalty=100.0).route_teu_per_year.tolist()
    [0.0, 10.0]
    """
    _check(cost, volume, penalty)
    flow = np.zeros(len(cost))
    order = np.lexsort((np.arange(len(cost)), cost, demand))
    best = order[np.flatnonzero(np.diff(demand[order], prepend=-1) > 0)]
    best = best[cost[best] <= penalty]
    flow[best] = volume[demand[best]]
    return _told(flow, cost, demand, volume, penalty)


def path_size_logit(
    cost: Floats, demand: Ints, volume: Floats, *, theta: float, penalty: float,
    pieces: sp.csr_array, length: Floats,
) -> PathFlow:  # fmt: skip
    """Share each demand out among its routes by a path-size logit.

    The share of route i is proportional to ``size[i] * exp(-theta * cost[i])``. The size of
    a route is 1 if it has nothing in common with another of its demand and 1/n if there are
    n of it: the mean, by length, of one over the number of routes that use a piece
    (Ben-Akiva and Bierlaire 1999).

    Parameters
    ----------
    cost, demand, volume
        As of :func:`all_or_nothing`.
    theta
        How sharply cost decides, per USD, not negative: 0 shares out by size alone.
    penalty
        USD per TEU left unserved. Only demands without a route are.
    pieces
        Which pieces of line each route runs over, shape (routes, pieces).
    length
        Length of each piece, km, shape (pieces,).

    Raises
    ------
    ValueError
        If a number is negative or a cost not finite.

    Examples
    --------
    Two equal routes that share all, and one apart:

    >>> pieces = sp.csr_array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> flow = path_size_logit(
    ...     np.full(3, 9.0), np.zeros(3, np.int64), np.array([8.0]),
    ...     theta=1.0, penalty=99.0, pieces=pieces, length=np.ones(2),
    ... )
    >>> flow.route_teu_per_year.tolist()
    [2.0, 2.0, 4.0]
    """
    _check(cost, volume, penalty)
    if theta < 0 or (length < 0).any():
        msg = "theta and lengths must not be negative"
        raise ValueError(msg)
    least = np.full(len(volume), np.inf)
    np.minimum.at(least, demand, cost)
    size = path_sizes(demand, pieces, length)
    weight = size * np.exp(-theta * (cost - least[demand]))
    total = np.bincount(demand, weight, minlength=len(volume))
    flow: Floats = volume[demand] * weight / total[demand]
    return _told(flow, cost, demand, volume, penalty)


def path_sizes(demand: Ints, pieces: sp.csr_array, length: Floats) -> Floats:
    """Return how much of each route is its own among those of its demand, 0..1, (routes,).

    A route without length is told to be all its own.
    """
    entries = pieces.tocoo()
    route, piece = entries.coords
    key = demand[route].astype(np.int64) * pieces.shape[1] + piece
    _, which, users = np.unique(key, return_inverse=True, return_counts=True)
    share = np.bincount(route, length[piece] / users[which], minlength=pieces.shape[0])
    whole = np.bincount(route, length[piece], minlength=pieces.shape[0])
    found: Floats = np.divide(share, whole, out=np.ones(len(whole)), where=whole > 0)
    return found


def concentration(
    flow: Floats, group: Ints, *, groups: int, parts: sp.csr_array | None = None
) -> Floats:
    """Return the Herfindahl-Hirschman index of each group of routes: 1 if all is in one hand.

    Parameters
    ----------
    flow
        Flow on each route, shape (routes,).
    group
        The group of each route, e.g. its demand, shape (routes,).
    groups
        How many groups there are.
    parts
        How much of a unit on each route falls to each border, actor or mode, e.g. km or a
        1 for every border passed, shape (routes, parts). A part's share is what falls to it
        of what falls to all parts. The routes themselves if not given.

    Returns
    -------
    array
        Sum of squared shares, shape (groups,); nan where nothing is carried, or nothing
        falls to any part. One over it is the number of equal shares that are as concentrated.

    Examples
    --------
    >>> concentration(np.array([5.0, 5.0, 7.0]), np.array([0, 0, 1]), groups=2).tolist()
    [0.5, 1.0]
    """
    if parts is None:
        parts = sp.csr_array(sp.eye_array(len(flow)))
    entries, count = parts.tocoo(), parts.shape[1]
    route, part = entries.coords
    amount = entries.data * flow[route]
    key, which = np.unique(group[route].astype(np.int64) * count + part, return_inverse=True)
    sums = np.bincount(which, amount, minlength=len(key))
    of = key // max(count, 1)
    whole = np.bincount(of, sums, minlength=groups)
    squares = np.bincount(of, sums**2, minlength=groups)
    found: Floats = np.divide(squares, whole**2, out=np.full(groups, np.nan), where=whole > 0)
    return found


def _check(cost: Floats, volume: Floats, penalty: float) -> None:
    if not np.isfinite(cost).all() or (len(volume) and volume.min() < 0) or penalty < 0:
        msg = "costs must be finite, volumes and the penalty not negative"
        raise ValueError(msg)


def _told(flow: Floats, cost: Floats, demand: Ints, volume: Floats, penalty: float) -> PathFlow:
    carried = np.bincount(demand, flow, minlength=len(volume))
    unserved = np.maximum(volume - carried, 0.0)
    unserved[unserved <= EXACT * volume] = 0.0
    usd = float(flow @ cost) if len(cost) else 0.0
    return PathFlow(flow, unserved, usd, usd + penalty * float(unserved.sum()))


#: What is left of a demand below this share is rounding.
EXACT = 1e-12
