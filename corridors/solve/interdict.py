"""The worst denial: which few assets, closed together, cost all demands the most.

Shortest-path interdiction (Israeli and Wood 2002), exact. A demand's cost is that of its
cheapest known way that is not blocked, so a master problem over known ways is never too
low. CP-SAT solves it in whole numbers; the set it finds is searched for real, and the ways
that turn up are added until both values agree, which is the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.cpsat import steady_solver
from corridors.solve.errors import SolverError
from corridors.solve.switched import mask_of, switches_of, union_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ortools.sat.python import cp_model

    from corridors.solve.exposure import Exposure
    from corridors.solve.lattice import OdTree

#: Whole numbers of the master problem stay below this.
LARGEST = 1 << 52


@dataclass(frozen=True)
class Denial:
    """The worst that closing a few switches can do.

    `cost` is the total a year with them closed, `added` what that is beyond the total with
    everything open. `bound` is the least total that no set is proven to exceed; equal to
    `cost`, to the unit of the solver's whole numbers, if `proven`. `others` are other sets
    as bad, none holding a switch in vain, all of them if `complete`; `closed` is the first of
    all of them in order.
    """

    closed: tuple[int, ...]
    cost: float
    added: float
    bound: float
    proven: bool
    others: tuple[tuple[int, ...], ...]
    complete: bool
    rounds: int


def worst_denial(
    exposure: Exposure, most: int, *, weight: Sequence[int] | None = None,
    among: int | None = None, ties: int = 8, effort: float = 60.0,
) -> Denial:  # fmt: skip
    """Find the worst set of switches to close, with a proof.

    Parameters
    ----------
    exposure
        The demands. No switch may make arcs dearer only.
    most
        How many switches are closed at most; with weights, how much they weigh together.
    weight
        What closing each switch takes, whole numbers above 0; 1 each if not given.
    among
        The switches that may be closed; all if not given.
    ties
        How many other sets as bad to look for.
    effort
        What one solve may take, in CP-SAT's deterministic seconds.

    Raises
    ------
    ValueError
        If `most` is negative, a weight is not above 0 or a switch makes arcs dearer.
    SolverError
        If the solver fails.
    """
    _judge(exposure, most, weight)
    master = _Master(exposure, most, weight, effort, _all(exposure) if among is None else among)
    found: list[int] = []
    best, bound, rounds, exhausted = 0, 0, 0, False
    master.look(0)
    while len(found) <= ties:
        rounds += 1
        closed, upper = master.solve()
        if not found:
            bound = upper
        if closed is None or (found and upper < best):
            exhausted = True
            break
        if master.stopped or master.look(closed) >= upper:
            best = best if found else master.worth(closed)
            found.append(_needed(master, closed))
            master.exclude(found[-1])
            if master.stopped:
                break
    sets = sorted(tuple(switches_of(one)) for one in dict.fromkeys(found))
    cost, base = exposure.total(mask_of(sets[0])), exposure.total(0)
    proven = best == bound
    return Denial(
        sets[0], cost, cost - base, cost if proven else bound / master.scale, proven,
        tuple(sets[1:]), exhausted, rounds,
    )  # fmt: skip


def greedy_denial(
    exposure: Exposure, most: int, *, among: int | None = None
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Close the worst switch, then the worst next one, and so on.

    Returns
    -------
    tuple
        The switches in the order of closing, and the total after each, from none closed on.
    """
    allowed = _all(exposure) if among is None else among
    closed, order, totals = 0, [], [exposure.total(0)]
    for _ in range(most):
        useful = switches_of(exposure.used(closed) & allowed & ~closed)
        worth = {one: exposure.total(closed | 1 << one) for one in useful}
        if not worth or max(worth.values()) <= totals[-1]:
            break
        best = max(worth, key=lambda one: (worth[one], -one))
        closed |= 1 << best
        order.append(best)
        totals.append(worth[best])
    return tuple(order), tuple(totals)


def hit_sets(exposure: Exposure, most: int, *, among: int | None = None) -> Iterator[int]:
    """Yield every set of at most so many switches that could be the worst.

    In a worst set every switch touches a way in use after some of the others are closed:
    what touches none can be left out. So only sets are tried that grow that way.
    """
    allowed = _all(exposure) if among is None else among
    layer = {0}
    seen = {0}
    for size in range(most + 1):
        yield from sorted(layer)
        if size == most:
            return
        layer = {
            closed | 1 << one
            for closed in layer
            for one in switches_of(exposure.used(closed) & allowed & ~closed)
        } - seen
        seen |= layer


class _Master:
    """Which set blocks the known ways worst, in whole numbers."""

    def __init__(
        self, exposure: Exposure, most: int, weight: Sequence[int] | None, effort: float,
        allowed: int,
    ) -> None:  # fmt: skip
        self.exposure, self.most, self.weight, self.effort = exposure, most, weight, effort
        self.allowed = allowed
        self.stopped = False
        self.excluded: list[int] = []
        top = float(exposure.penalty @ exposure.volume)
        self.scale = 2.0 ** int(np.floor(np.log2(LARGEST / top))) if top > 0 else 1.0

    def worth(self, closed: int) -> int:
        """Return the true value of a set in whole numbers."""
        return sum(
            self._whole(k, tree.at(closed).cost) for k, tree in enumerate(self.exposure.trees)
        )

    def look(self, closed: int) -> int:
        """Search a set for real and ways beside it; return its true value."""
        worth = self.worth(closed)
        for tree in self.exposure.trees:
            _explore(tree, tree.at(closed).closed, self.most - closed.bit_count(), self.allowed)
        return worth

    def exclude(self, closed: int) -> None:
        """Look only for sets that do not hold this one."""
        self.excluded.append(closed)

    def solve(self) -> tuple[int | None, int]:
        """Return the set worst by known ways and that value; None if no set is left."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        stages = [self._stages(k) for k in range(len(self.exposure.trees))]
        there = union_of([*(mask for _, each in stages for mask, _ in each), *self.excluded])
        shut = {one: model.new_bool_var(f"shut {one}") for one in switches_of(there)}
        self._limit(model, shut)
        gains: list[int] = []
        blocked: list[cp_model.IntVar] = []
        for _, each in stages:
            for at, (mask, gain) in enumerate(each):
                blocked.append(model.new_bool_var(""))
                model.add_bool_or([~blocked[-1], *(shut[one] for one in switches_of(mask))])
                if at:
                    model.add_implication(blocked[-1], blocked[-2])
                gains.append(gain)
        model.maximize(cp_model.LinearExpr.weighted_sum(blocked, gains))
        return self._solved(model, shut, sum(base for base, _ in stages))

    def _limit(self, model: cp_model.CpModel, shut: dict[int, cp_model.IntVar]) -> None:
        from ortools.sat.python import cp_model

        weight = [1 if self.weight is None else self.weight[one] for one in shut]
        model.add(cp_model.LinearExpr.weighted_sum(list(shut.values()), weight) <= self.most)
        for one in self.excluded:
            model.add_bool_or([~shut[each] for each in switches_of(one)])

    def _solved(
        self, model: cp_model.CpModel, shut: dict[int, cp_model.IntVar], base: int
    ) -> tuple[int | None, int]:
        from ortools.sat.python import cp_model

        solver = steady_solver(self.effort)
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return None, base
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            msg = f"CP-SAT stopped with {solver.status_name(status)} at the worst denial"
            raise SolverError(msg)
        self.stopped = status == cp_model.FEASIBLE
        closed = mask_of(one for one, var in shut.items() if solver.boolean_value(var))
        return closed, base + round(solver.best_objective_bound)

    def _stages(self, demand: int) -> tuple[int, list[tuple[int, int]]]:
        """Return what a demand costs at first, and what blocking way after way adds.

        A way that is blocked whenever a cheaper one is says nothing. Behind the last comes
        the penalty.
        """
        ways: list[tuple[int, int]] = []
        nodes = self.exposure.trees[demand].nodes.values()
        known = {(self._whole(demand, n.cost), n.used & self.allowed) for n in nodes}
        for worth, mask in sorted(known):
            if worth >= self._whole(demand, np.inf) or any(not one & ~mask for one, _ in ways):
                continue
            ways.append((mask, worth))
            if not mask:
                break
        after = [*(worth for _, worth in ways), self._whole(demand, np.inf)]
        return after[0], [
            (mask, after[at + 1] - worth) for at, (mask, worth) in enumerate(ways) if mask
        ]

    def _whole(self, demand: int, cost: float) -> int:
        least = min(cost, float(self.exposure.penalty[demand]))
        return round(least * float(self.exposure.volume[demand]) * self.scale)


def _explore(tree: OdTree, closed: int, more: int, allowed: int) -> None:
    """Search ways that share no switch with those before, and those without one switch."""
    node = tree.node(closed)
    if more > 0:
        for one in switches_of(node.used & allowed & ~closed):
            tree.node(closed | 1 << one, above=node.cost)
    for _ in range(max(more, 0)):
        if not node.used & allowed:
            return
        node = tree.node(node.closed | node.used & allowed, above=node.cost)


def _needed(master: _Master, closed: int) -> int:
    """Return a set without the switches that add nothing to it, the last first."""
    worth = master.worth(closed)
    for one in sorted(switches_of(closed), reverse=True):
        if master.worth(closed & ~(1 << one)) >= worth:
            closed &= ~(1 << one)
    return closed


def _judge(exposure: Exposure, most: int, weight: Sequence[int] | None) -> None:
    if most < 0 or (weight is not None and min(weight, default=1) <= 0):
        msg = "how much is closed must not be negative, and weights be above 0"
        raise ValueError(msg)
    if weight is not None and len(weight) != exposure.n_switches:
        msg = f"{len(weight)} weights for {exposure.n_switches} switches"
        raise ValueError(msg)
    if any(tree.finder.graph.dearer for tree in exposure.trees):
        msg = "a switch that only makes arcs dearer cannot be denied; use the access lattice"
        raise ValueError(msg)


def _all(exposure: Exposure) -> int:
    return (1 << exposure.n_switches) - 1
