"""Minimal blocking and enabling sets: what must be shut, or open, to decide about a demand.

Blocking sets are the minimal cut sets of fault trees, enabling sets the minimal path sets;
each family is what hits every member of the other (Berge 1989).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.cpsat import steady_solver
from corridors.solve.errors import SolverError
from corridors.solve.switched import mask_of, switches_of, union_of
from corridors.solve.tables import halves, things_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from corridors.solve.lattice import OdTree

    Bools = NDArray[np.bool_]

#: Most enabling sets among which disjoint ones are chosen.
MOST_SETS = 5000


def blocking_sets(severed: Bools) -> tuple[int, ...]:
    """Return the minimal sets of switches whose closing severs, in order of size.

    Parameters
    ----------
    severed
        Whether a demand is severed in each state of closed switches, shape (2^n,); closing
        more never mends it.

    Raises
    ------
    ValueError
        If closing more does mend it somewhere.

    Examples
    --------
    Severed if switch 0 is closed, or both others:

    >>> blocking_sets(np.array([0, 1, 0, 1, 0, 1, 1, 1], bool))
    (1, 6)
    """
    least = severed.copy()
    for switch in range(things_of(severed)):
        without, having = halves(severed, switch)
        if (without & ~having).any():
            msg = f"closing switch {switch} mends what closing others broke: not monotone"
            raise ValueError(msg)
        halves(least, switch)[1][...] &= ~without
    return _ordered(np.flatnonzero(least).tolist())


def enabling_sets(severed: Bools) -> tuple[int, ...]:
    """Return the minimal sets of switches that suffice if open and all others closed.

    Parameters and errors are those of :func:`blocking_sets`.

    Examples
    --------
    >>> [bin(one) for one in enabling_sets(np.array([0, 1, 0, 1, 0, 1, 1, 1], bool))]
    ['0b11', '0b101']
    """
    return blocking_sets(~severed[::-1])


def transversals(sets: Iterable[int]) -> tuple[int, ...]:
    """Return the minimal sets that meet every one of some sets (Berge's way, one by one).

    No sets are met by the empty set; an empty set is met by none.

    Examples
    --------
    >>> transversals([0b01, 0b10]), transversals([]), transversals([0])
    ((3,), (0,), ())
    """
    found = {0}
    for one in sets:
        met = {each for each in found if each & one}
        more = {each | 1 << bit for each in found - met for bit in switches_of(one)}
        found = met | {each for each in more if not any(other & ~each == 0 for other in met)}
    return _ordered(found)


def independent_routes(enabling: Sequence[int]) -> int:
    """Return how many ways exist at most that share no switch.

    Parameters
    ----------
    enabling
        The minimal enabling sets. If one is empty there is a way that nobody can close;
        it counts as one more.

    Raises
    ------
    ValueError
        If there are more than `MOST_SETS`.
    SolverError
        If the solver fails.

    Examples
    --------
    >>> independent_routes([0b0011, 0b0101, 0b1000])
    2
    """
    from ortools.sat.python import cp_model

    if len(enabling) > MOST_SETS:
        msg = f"{len(enabling)} enabling sets are too many to choose disjoint ones among"
        raise ValueError(msg)
    model = cp_model.CpModel()
    taken = [model.new_bool_var("") for _ in enabling]
    for switch in switches_of(union_of(enabling)):
        at = [var for var, one in zip(taken, enabling, strict=True) if one >> switch & 1]
        model.add_at_most_one(at)
    model.maximize(sum(taken))
    solver = steady_solver(30.0)
    status = solver.solve(model)
    if status != cp_model.OPTIMAL:
        msg = f"CP-SAT stopped with {solver.status_name(status)} at independent routes"
        raise SolverError(msg)
    return sum(solver.boolean_value(var) for var in taken)


@dataclass(frozen=True)
class Blocking:
    """The lightest switches whose closing severs a demand.

    `closed` are in order; of sets equally light it is any. `ways` is how many ways had to
    be looked at: each is met by the set, and no lighter set meets them all.
    """

    closed: tuple[int, ...]
    weight: int
    ways: int


def smallest_blocking(
    tree: OdTree, *, most: float = np.inf, weight: Sequence[int] | None = None,
    among: int | None = None, effort: float = 60.0,
) -> Blocking | None:  # fmt: skip
    """Find the lightest set of switches that severs a demand, for any number of switches.

    Every open way must be met. Ways are looked at as they are needed, and CP-SAT gives the
    lightest set that meets all so far: the first that severs is the lightest of all.

    Parameters
    ----------
    tree
        The demand. No switch may make arcs dearer.
    most
        A way that costs as much as this or more is none.
    weight
        What closing each switch takes, whole numbers above 0; 1 each if not given.
    among
        The switches that may be closed; all if not given.
    effort
        What one solve may take, in CP-SAT's deterministic seconds.

    Returns
    -------
    Blocking or None
        None if a way is left that no switch touches.

    Raises
    ------
    ValueError
        If a switch makes arcs dearer.
    SolverError
        If the solver does not end with an optimum.
    """
    if tree.finder.graph.dearer:
        msg = "a switch that only makes arcs dearer blocks nothing; use the access lattice"
        raise ValueError(msg)
    allowed = -1 if among is None else among
    ways: list[int] = []
    closed = 0
    while (node := tree.at(closed)).cost < most:
        while node.cost < most:
            met = node.used & allowed
            if not met:
                return None
            ways.append(met)
            # The next way shares no switch with this one, so that one round meets several.
            node = tree.at(closed | union_of(ways[-1:]) | node.closed)
        closed = _hitting(ways, weight, effort)
    total = sum(1 if weight is None else weight[one] for one in switches_of(closed))
    return Blocking(tuple(switches_of(closed)), total, len(set(ways)))


def _hitting(ways: Sequence[int], weight: Sequence[int] | None, effort: float) -> int:
    """Return the lightest set that meets all ways."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    shut = {one: model.new_bool_var(f"shut {one}") for one in switches_of(union_of(ways))}
    for way in sorted(set(ways)):
        model.add_bool_or([shut[one] for one in switches_of(way)])
    weights = [1 if weight is None else weight[one] for one in shut]
    model.minimize(cp_model.LinearExpr.weighted_sum(list(shut.values()), weights))
    solver = steady_solver(effort)
    status = solver.solve(model)
    if status != cp_model.OPTIMAL:
        msg = f"CP-SAT stopped with {solver.status_name(status)} at the smallest blocking set"
        raise SolverError(msg)
    return mask_of(one for one, var in shut.items() if solver.boolean_value(var))


def _ordered(sets: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(sets, key=lambda one: (one.bit_count(), one)))
