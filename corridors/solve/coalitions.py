"""Actors with switches: what each coalition makes possible, and what one can do to another.

An actor that co-operates leaves its switches open, one that does not closes them; a switch
of several actors is open only if all of them co-operate. Costs by coalition have shape
(demands, 2^actors) or (2^actors,), bit i of the index for actor i co-operating.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.tables import sums, things_of, unions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from corridors.solve.lattice import Lattice

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Masks = NDArray[np.uint64]

#: Weights of coalitions that differ by no more than this share of them are equal.
EQUAL = 1e-9


def closed_by(actors: Sequence[int], *, always: int = 0) -> Masks:
    """Return what is closed when only a coalition co-operates, shape (2^actors,).

    Parameters
    ----------
    actors
        The set of switches of each actor.
    always
        Switches that are closed whoever co-operates, lines not built for instance.

    Examples
    --------
    >>> closed_by([0b01, 0b11]).tolist()
    [3, 3, 1, 0]
    """
    return unions(actors)[::-1] | np.uint64(always)


def coalition_costs(lattice: Lattice, actors: Sequence[int], *, always: int = 0) -> Floats:
    """Return what each demand's unit costs by coalition, shape (demands, 2^actors).

    Infinite where there is no way. All demands at once take 8 bytes for each coalition
    and demand.
    """
    return lattice.costs(closed_by(actors, always=always))


def yearly(cost: Floats, volume: Floats, *, penalty: Floats | float) -> Floats:
    """Return what each demand costs a year by coalition: volume times cost or penalty.

    Parameters
    ----------
    cost
        Cost of a unit by coalition, shape (demands, 2^actors).
    volume
        What each demand carries a year, shape (demands,).
    penalty
        The most that a unit may cost, by demand or for all.
    """
    most = np.broadcast_to(np.asarray(penalty, np.float64), (len(cost),))
    found: Floats = np.minimum(cost, most[:, None]) * np.asarray(volume)[:, None]
    return found


def gatekeepers(cost: Floats) -> Floats:
    """Return the game of those who let pass: what a coalition saves, same shape as `cost`.

    Shippers are not players; their demand is there whoever co-operates. `cost` are yearly
    costs, of one or of all demands.
    """
    return cost[..., :1] - cost


def with_shippers(cost: Floats, ends: Sequence[int]) -> Floats:
    """Return the game in which a demand counts only with its own actors, (demands, 2^actors).

    Its core is never empty: of each demand all may go to the actor at its origin.

    Parameters
    ----------
    cost
        Yearly costs by demand and coalition, shape (demands, 2^actors).
    ends
        The actors at the ends of each demand, as sets.
    """
    coalition = np.arange(cost.shape[1])
    there = np.array([(coalition & one) == one for one in ends]).reshape(cost.shape)
    return np.where(there, gatekeepers(cost), 0.0)


def rent_ceilings(cost: Floats, *, penalty: Floats | float) -> Floats:
    """Return the most that each actor can take from a unit before it leaves, (actors, demands).

    It is what the unit pays more without the actor: its marginal contribution, and the
    Vickrey price (Nisan and Ronen 2001). `cost` is that of a unit, (demands, 2^actors).
    """
    least = np.minimum(
        cost, np.broadcast_to(np.asarray(penalty, np.float64), (len(cost),))[:, None]
    )
    found: Floats = (least[:, _each_missing(cost)] - least[:, -1:]).T
    return found


def effective_vetoes(cost: Floats, *, tolerance: float) -> Bools:
    """Return which actors a demand cannot do without, shape (actors, demands).

    Without the actor there is no way, or every way costs more than (1 + tolerance) times
    as much; with an infinite tolerance, plain vetoes are left. `cost` is that of a unit.
    """
    without, all_there = cost[:, _each_missing(cost)], cost[:, -1:]
    severed = np.isinf(without) & np.isfinite(all_there)
    with np.errstate(invalid="ignore"):
        dearer = without > (1 + tolerance) * all_there if np.isfinite(tolerance) else False
    found: Bools = (severed | (dearer & np.isfinite(all_there))).T
    return found


@dataclass(frozen=True)
class Severing:
    """The lightest coalitions that leave no way by refusing together.

    `coalitions` are all of the least weight, each as its actors in order; empty if even
    all of them together leave a way.
    """

    coalitions: tuple[tuple[int, ...], ...]
    weight: float


def cheapest_severing(
    cost: Floats, *, weight: Sequence[float] | None = None, most: Floats | float = np.inf
) -> Severing:
    """Find who must refuse so that none of some demands has a way.

    Parameters
    ----------
    cost
        Cost of a unit by demand and coalition, shape (demands, 2^actors).
    weight
        What it takes to win each actor for it, above 0; 1 each if not given.
    most
        A way that costs as much as this or more is none.

    Raises
    ------
    ValueError
        If a weight is not above 0.
    """
    n = things_of(cost[0])
    weights = np.ones(n) if weight is None else np.asarray(weight, np.float64)
    if len(weights) != n or not (weights > 0).all():
        msg = f"each of the {n} actors needs a weight above 0"
        raise ValueError(msg)
    limit = np.broadcast_to(np.asarray(most, np.float64), (len(cost),))[:, None]
    severed: Bools = np.all(cost >= limit, axis=0)
    severed = severed[::-1]
    if not severed.any():
        return Severing((), np.inf)
    heavy = sums(weights)
    least = float(heavy[severed].min())
    found = np.flatnonzero(severed & (heavy <= least * (1 + EQUAL)))
    sets = (tuple(i for i in range(n) if one >> i & 1) for one in found.tolist())
    return Severing(tuple(sorted(sets)), least)


@dataclass(frozen=True)
class Leverage:
    """What one actor can do to another, all of shape (actors, actors), doer by row.

    `imposed` is what a's refusal costs b's trade a year. `own` is what it costs a: what it
    earns from b's transit, and what b's refusal in turn costs a's trade. `net` is the one
    less the other and `ratio` the one over the other. `asymmetry` is between -1 and 1: what
    a can do to b against what b can do to a. Not a number where both are 0.
    """

    imposed: Floats
    own: Floats
    net: Floats
    ratio: Floats
    asymmetry: Floats


def leverage(cost: Floats, trade: Bools, *, revenue: Floats | None = None) -> Leverage:
    """Weigh what actors can do to each other (Hirschman 1945).

    Parameters
    ----------
    cost
        Yearly costs by demand and coalition, shape (demands, 2^actors).
    trade
        Which demands are whose trade, shape (actors, demands).
    revenue
        What each earns a year from each other's transit, shape (actors, actors); nothing
        if not given.
    """
    rise = cost[:, _each_missing(cost)] - cost[:, -1:]
    imposed: Floats = (trade.astype(np.float64) @ rise).T
    own = imposed.T + (0.0 if revenue is None else revenue)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where((imposed == 0) & (own == 0), np.nan, imposed / own)
        asymmetry = (imposed - imposed.T) / (imposed + imposed.T)
    return Leverage(imposed, own, imposed - own, ratio, asymmetry)


def _each_missing(cost: Floats) -> list[int]:
    """Return the coalitions of all actors but one, actor by actor."""
    everyone = cost.shape[1] - 1
    return [everyone & ~(1 << actor) for actor in range(things_of(cost[0]))]
