"""The least that must be lifted so that a way exists: exact, with a proof by cuts.

Which elements to lift is a hitting set over cuts: whatever is lifted, something in every cut
between start and end must be open. The cuts are found as they are needed, and CP-SAT gives
the lightest elements that open all found so far: no choice can be lighter, so the first one
with a way is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.barred import Core
from corridors.solve.cpsat import steady_solver
from corridors.solve.errors import SolverError
from corridors.solve.paths import Router

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from ortools.sat.python import cp_model

    from corridors.solve.barred import Barred

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Elements = frozenset[int]


@dataclass(frozen=True)
class Relaxation:
    """The lightest elements that open a way, and the proof that something must be lifted.

    `way` are the arcs of the cheapest way then, in travel order. `others` are the other
    sets of the same weight, each with a way, all of them if `complete`. `cut` are arcs, all
    barred, without which no way exists: as few places as separate start and end; empty if
    nothing needs lifting. Were the search stopped before the proof, `proven` is false: then
    some other set may be lighter, but this one too opens nothing without any of its elements.
    """

    elements: tuple[int, ...]
    weight: int
    way: Ints
    cost: float
    cut: Ints
    others: tuple[tuple[int, ...], ...] = ()
    complete: bool = True
    proven: bool = True


def relax(
    barred: Barred, start: int, end: int, *, cost: Floats, most: int = 16, effort: float = 30.0
) -> Relaxation | None:
    """Find the lightest set of elements whose lifting opens a way.

    It is proven to be the lightest, so without any one of its elements no way is left. Of
    sets equally light the one with the cheapest way is returned, of equally cheap ones the
    one with the smallest numbers.

    Parameters
    ----------
    barred
        The graph and what bars its arcs.
    start, end
        The nodes to connect.
    cost
        What a way costs on each arc, finite and not negative, shape (arcs,).
    most
        How many sets equally light to look at; beyond, `complete` is false.
    effort
        What one solve may take, in CP-SAT's deterministic seconds, the same on any machine.

    Returns
    -------
    Relaxation or None
        None if there is no way even with everything lifted.

    Raises
    ------
    ValueError
        If the start or the end is not a node, or a cost is negative or infinite.
    SolverError
        If the solver fails.

    Examples
    --------
    Two ways, one barred by elements 0 and 1, the other by 2 alone:

    >>> from corridors.solve.barred import Barred
    >>> arcs = np.array([0, 1, 0], np.int32), np.array([1, 2, 2], np.int32)
    >>> barriers = frozenset({0}), frozenset({1}), frozenset({2})
    >>> barred = Barred(*arcs, 3, np.array([0, 1, 2]), barriers, (1, 1, 1))
    >>> relax(barred, 0, 2, cost=np.ones(3)).elements
    (2,)
    """
    if not (0 <= start < barred.n_nodes and 0 <= end < barred.n_nodes):
        msg = f"nodes {start} and {end} must be among the {barred.n_nodes}"
        raise ValueError(msg)
    core = Core.of(barred, start, end)
    if core is None:
        return None
    sets, complete, proven = _lightest(core, most, effort)
    ways = [_way(barred, lifted, start, end, cost) for lifted in sets]
    order = sorted(range(len(sets)), key=lambda at: (ways[at][1], sets[at]))
    best = order[0]
    weight = sum(barred.weight[one] for one in sets[best])
    others = tuple(sorted(sets[at] for at in order[1:]))
    return Relaxation(sets[best], weight, *ways[best], core.narrowest(), others, complete, proven)


def _way(
    barred: Barred, lifted: tuple[int, ...], start: int, end: int, cost: Floats
) -> tuple[Ints, float]:
    """Return the cheapest way once some elements are lifted, and its cost."""
    usable = barred.passed(lifted)[barred.barrier_of_arc]
    router = Router(barred.tail, barred.head, cost, usable=usable, n_nodes=barred.n_nodes)
    trees = router.trees(np.array([start]))
    return router.way(trees, 0, end), float(trees.distance[0, end])


def _lightest(core: Core, most: int, effort: float) -> tuple[list[tuple[int, ...]], bool, bool]:
    """Return the lightest sets that open a way, whether these are all, and whether proven."""
    if core.reached(())[core.end]:
        return [()], True, True
    cuts = core.cuts(())
    alone = _alone(core, cuts)
    if alone:
        return alone[:most], len(alone) <= most, True
    master = _Master(core.barred, effort)
    master.demand(cuts)
    found: list[tuple[int, ...]] = []
    while len(found) <= most:
        lifted = master.solve()
        if master.stopped:
            return found or [core.irreducible()], False, bool(found)
        if lifted is None:
            return found, True, True
        cuts = core.cuts(lifted)
        master.demand(cuts)
        if not cuts:
            found.append(lifted)
            master.exclude(lifted)
    return found[:most], False, True


def _alone(core: Core, cuts: Iterable[Elements]) -> list[tuple[int, ...]]:
    """Return the elements of the least weight that open a way alone: no set is lighter.

    Most certificates end here, before the solver, which takes long to load, is needed.
    """
    weight, barriers = core.barred.weight, core.barred.barriers
    found = {one for one, each in enumerate(weight) if each == min(weight)}
    for cut in cuts:
        found &= {one for row in cut for one in barriers[row] if len(barriers[row]) == 1}
    return [(one,) for one in sorted(found) if core.reached((one,))[core.end]]


class _Master:
    """The lightest elements that open at least one barrier of every cut demanded so far."""

    def __init__(self, barred: Barred, effort: float) -> None:
        from ortools.sat.python import cp_model

        self.cp_model = cp_model
        self.barred, self.effort, self.stopped = barred, effort, False
        self.model = cp_model.CpModel()
        self.lift: dict[int, cp_model.IntVar] = {}
        self.passed: dict[Elements, cp_model.IntVar] = {}
        self.known: set[frozenset[Elements]] = set()
        self.most: int | None = None

    def demand(self, cuts: Iterable[Elements]) -> None:
        """Demand that one barrier of each cut is opened."""
        for cut in cuts:
            barriers = frozenset(self.barred.barriers[row] for row in cut)
            if barriers not in self.known:
                self.known.add(barriers)
                ordered = sorted(barriers, key=sorted)
                self.model.add_bool_or([self._opened(barrier) for barrier in ordered])

    def exclude(self, lifted: tuple[int, ...]) -> None:
        """Look for sets other than this one, and for none heavier than it."""
        self.most = sum(self.barred.weight[one] for one in lifted)
        self.model.add_bool_or([~self.lift[one] for one in lifted])

    def solve(self) -> tuple[int, ...] | None:
        """Return a lightest set, its elements in order; None if there is none, or no more.

        None too if the effort did not suffice; then `stopped` is true.
        """
        elements = sorted(self.lift)
        weight = [self.barred.weight[one] for one in elements]
        lift = [self.lift[one] for one in elements]
        cp_model = self.cp_model
        self.model.minimize(cp_model.LinearExpr.weighted_sum(lift, weight))
        solver = steady_solver(self.effort)
        status = solver.solve(self.model)
        self.stopped = status in (cp_model.UNKNOWN, cp_model.FEASIBLE)
        if self.stopped or status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.OPTIMAL:
            msg = f"CP-SAT stopped with {solver.status_name(status)} at the least set to lift"
            raise SolverError(msg)
        if self.most is not None and round(solver.objective_value) > self.most:
            return None
        return tuple(
            one for one, var in zip(elements, lift, strict=True) if solver.boolean_value(var)
        )

    def _opened(self, barrier: Elements) -> cp_model.IntVar:
        """Return the variable that is true only if all elements of a barrier are lifted."""
        for one in sorted(barrier - self.lift.keys()):
            self.lift[one] = self.model.new_bool_var(f"lift {one}")
        if len(barrier) == 1:
            return self.lift[next(iter(barrier))]
        if barrier not in self.passed:
            self.passed[barrier] = self.model.new_bool_var(f"pass {sorted(barrier)}")
            for one in sorted(barrier):
                self.model.add_implication(self.passed[barrier], self.lift[one])
        return self.passed[barrier]
