"""Design a network at the least cost: bound, heuristic, then the integer programme."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import InfeasibleError
from corridors.solve.charged import TOLERANCE, NetworkDesign, cost_of, gap_of
from corridors.solve.charged_bound import price_nodes
from corridors.solve.charged_flow import Router
from corridors.solve.charged_mip import Goods, Programme, solve
from corridors.solve.charged_slopes import Design, designed, first_designs, nothing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.charged import FixedCharge
    from corridors.solve.charged_bound import Priced
    from corridors.solve.charged_mip import Programmed

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: With more pairs of demand and arc, or slopes further off the bound, good designs are
#: sought before the whole programme.
LARGE, FAR_OFF = 20_000, 0.02
#: Share of the time for the bound, for slopes, and for a programme of good designs.
BOUNDING, SLOPES, AROUND = 0.2, 0.15, 0.1
#: So often a programme of good designs is solved, as long as it finds better ones.
TRIES = 4
#: An arc is likely that is open in this share of the bound's rounds; a strong inequality
#: may bind if so much of what it allows flows. With all of them HiGHS takes up to twice as
#: long; the programme is exact without any.
LIKELY_OPEN, LIKELY_TIGHT = 0.3, 0.05
#: Demands named in the reason of an infeasible problem.
NAMED = 5


def design_network(
    problem: FixedCharge, *, gap: float = 1e-4, seconds: float = 60.0
) -> NetworkDesign:
    """Return the cheapest design within a gap, or the best one found in the time.

    Parameters
    ----------
    problem
        Arcs and demands.
    gap
        Share of the cost by which the bound may be lower, 0 or more.
    seconds
        Time limit; the result says by `bound` and `proven` what is known then. The limit
        may be passed by what one step of the solver takes.

    Raises
    ------
    ValueError
        If the gap or the time is not a number of at least 0.
    InfeasibleError
        If no design carries all; says which demands stay behind.
    SolverError
        If the solver fails.

    Examples
    --------
    A short arc that is dear to open, and a long one:

    >>> from corridors.solve.charged import FixedCharge
    >>> problem = FixedCharge(
    ...     2, tail=np.array([0, 0]), head=np.array([1, 1]), cost=np.array([1.0, 3.0]),
    ...     capacity=np.array([10.0, 10.0]), fixed=np.array([30.0, 5.0]),
    ...     origin=np.array([0]), destination=np.array([1]), volume=np.array([8.0]))
    >>> design = design_network(problem)
    >>> design.cost, design.opened.tolist(), design.proven
    (29.0, [False, True], True)
    """
    if not (gap >= 0 and seconds >= 0):
        msg = "the gap and the seconds must be numbers of at least 0"
        raise ValueError(msg)
    return _Search(problem, gap, seconds).run()


class _Search:
    """What the steps share: the problem, the flow over it, the gap asked for, the time."""

    def __init__(self, problem: FixedCharge, gap: float, seconds: float) -> None:
        self.problem, self.gap, self.seconds = problem, gap, seconds
        self.until = monotonic() + seconds
        self.router = Router(problem)

    def run(self) -> NetworkDesign:
        """Take the steps until one closes the gap."""
        best = self._any()
        priced = price_nodes(self.problem, seconds=BOUNDING * self.seconds)
        bound = priced.bound
        if gap_of(best.cost, bound) > self.gap:
            until = monotonic() + SLOPES * self.seconds
            good = first_designs(self.router, best, priced, until=until)
            best = self._around(good, priced)
        if gap_of(best.cost, bound) > self.gap:
            best, bound = self._exact(best, priced)
        return self._told(best, bound)

    def _any(self) -> Design:
        """Return a design that carries all, each fixed charge shared out over a full arc."""
        flow = self.router.solve(self.problem.cost + self.problem.shared_charge)
        if flow is None:
            raise InfeasibleError(self._reason())
        return designed(self.router, flow.sum(axis=0))

    def _reason(self) -> str:
        """Say which demands stay behind even with all arcs open."""
        problem, short = self.problem, self.router.unserved()
        demands = np.argsort(-short, kind="stable")[:NAMED]
        told = ", ".join(
            f"{short[k]:g} of {problem.volume[k]:g} from {problem.origin[k]} to "
            f"{problem.destination[k]} (demand {k})"
            for k in demands if short[k] > nothing(self.router)
        )  # fmt: skip
        return f"no design carries all demands; with every arc open there stay behind: {told}"

    def _around(self, good: list[Design], priced: Priced) -> Design:
        """Look around good designs of a hard problem: what all have stays, what none has not.

        The demands of an origin flow together, so the bound is weak but designs come fast.
        """
        best = good[0]
        small = self.problem.n_demands * self.problem.n_arcs <= LARGE
        if small and gap_of(best.cost, priced.bound) <= FAR_OFF:
            return best
        opened = np.array([design.opened for design in good])
        arcs: Bools = opened.any(axis=0) | (priced.opening > LIKELY_OPEN)
        must: Bools = np.logical_and.reduce(opened)
        for _ in range(TRIES):
            part = self.problem.restricted(arcs)
            goods = Goods.by_origin(part)
            strong = np.ones_like(goods.useful)
            seconds = AROUND * self.seconds
            found = solve(Programme(part, goods, must[arcs], strong), gap=1e-3, seconds=seconds)
            better = self._better(best, found, arcs)
            if better is best:
                break
            best, must, arcs = better, must & better.opened, arcs | better.opened
        return best

    def _exact(self, best: Design, priced: Priced) -> tuple[Design, float]:
        """Solve the programme without the arcs that no better design can open or close."""
        left = best.cost - priced.bound
        arcs = (priced.arc_value <= left) | best.opened
        must = -priced.arc_value > left
        part = self.problem.restricted(arcs)
        strong = self._strong(priced, arcs, must)
        programme = Programme(part, Goods.by_demand(part), must[arcs], strong)
        found = solve(programme, gap=self.gap, seconds=self.until - monotonic())
        better = self._better(best, found, arcs)
        # What the programme does not see costs no less than the best known before.
        return better, max(priced.bound, min(found.bound, better.cost))

    def _better(self, best: Design, found: Programmed, arcs: Bools) -> Design:
        """Return what a programme on some arcs found, if that is better than the best."""
        if found.opened is None:
            return best
        opened = np.zeros(self.problem.n_arcs, bool)
        opened[arcs] = found.opened
        flow = self.router.solve(self.problem.cost, opened)
        if flow is None:
            return best
        better = designed(self.router, flow.sum(axis=0))
        return better if better.cost < best.cost else best

    def _strong(self, priced: Priced, arcs: Bools, must: Bools) -> Bools:
        """Return which pairs of demand and arc get their strong inequality."""
        volume = self.problem.volume[:, None]
        most = np.minimum(volume, self.problem.usable_capacity[arcs]) * priced.opening[arcs]
        tight = priced.flow[:, arcs] > LIKELY_TIGHT * most
        pairs: Bools = tight & ~must[arcs] & (priced.opening[arcs] > 0)
        return pairs

    def _told(self, best: Design, bound: float) -> NetworkDesign:
        """Return the design with the flow of each demand."""
        flow = self.router.solve(self.problem.cost, best.opened)
        assert flow is not None  # noqa: S101 - these arcs carried all before
        parts = self.router.split(flow)
        cost = cost_of(self.problem, best.opened, parts)
        proven = gap_of(cost, bound) <= self.gap + TOLERANCE * 1e-2
        return NetworkDesign(best.opened, parts, cost, min(bound, cost), proven)
