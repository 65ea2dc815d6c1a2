"""Design a network at the least cost: bound, heuristic, then the integer programme."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import InfeasibleError
from corridors.solve.charged import TOLERANCE, NetworkDesign, cost_of, gap_of
from corridors.solve.charged_bound import price_nodes
from corridors.solve.charged_flow import Router
from corridors.solve.charged_mip import Programme, solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.charged import FixedCharge
    from corridors.solve.charged_bound import Priced

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: With this many pairs of demand and arc the programme gets every strong inequality.
ALL_STRONG = 60_000
#: Share of the time for the bound, for slopes, and for the programme on likely arcs.
BOUNDING, SLOPES, LIKELY = 0.2, 0.1, 0.3
#: Rounds of slopes at most.
ROUNDS = 12
#: An arc open in this share of the bound's rounds is likely; a pair is bound together by
#: its strong inequality if so much of what the inequality would allow flows.
LIKELY_OPEN, LIKELY_TIGHT = 0.05, 0.3
#: Demands named in the reason of an infeasible problem.
NAMED = 5


@dataclass(frozen=True)
class _Best:
    """The best arcs so far and what the design costs with the best flow over them."""

    opened: Bools
    cost: float


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
    return _Search(problem, gap, monotonic() + seconds).run()


class _Search:
    """What the steps share: the problem, the flow over it, the time, the best so far."""

    def __init__(self, problem: FixedCharge, gap: float, until: float) -> None:
        self.problem, self.gap, self.until = problem, gap, until
        self.router = Router(problem)
        self.seconds = until - monotonic()

    def run(self) -> NetworkDesign:
        """Take the steps until one closes the gap."""
        best = self._slopes()
        priced = price_nodes(self.problem, seconds=BOUNDING * self.seconds)
        bound = priced.bound
        if gap_of(best.cost, bound) > self.gap:
            best = self._likely(best, priced)
        if gap_of(best.cost, bound) > self.gap:
            best, bound = self._exact(best, priced)
        return self._told(best, bound)

    def _slopes(self) -> _Best:
        """Flow at unit costs that share the fixed charge over the flow of the round before.

        Slope scaling (Kim and Pardalos 1999).
        """
        problem = self.problem
        slope = problem.shared_charge
        until = monotonic() + SLOPES * self.seconds
        best: _Best | None = None
        for _ in range(ROUNDS):
            flow = self.router.solve(problem.cost + slope)
            if flow is None:
                raise InfeasibleError(self._reason())
            carried = flow.sum(axis=0)
            opened = carried > self._nothing
            cost = float(carried @ problem.cost + problem.fixed[opened].sum())
            better = best is None or cost < best.cost
            if best is None or better:
                best = _Best(opened, cost)
            next_slope = np.where(opened, problem.fixed / np.maximum(carried, TOLERANCE), slope)
            if monotonic() > until or np.allclose(next_slope, slope):
                break
            slope = next_slope
        assert best is not None  # noqa: S101 - there is at least one round
        return best

    @property
    def _nothing(self) -> float:
        """Flow below this is rounding."""
        return TOLERANCE * 1e-3 * max(1.0, float(self.problem.volume.max()))

    def _reason(self) -> str:
        """Say which demands stay behind even with all arcs open."""
        problem, short = self.problem, self.router.unserved()
        demands = np.argsort(-short, kind="stable")[:NAMED]
        told = ", ".join(
            f"{short[k]:g} of {problem.volume[k]:g} from {problem.origin[k]} to "
            f"{problem.destination[k]} (demand {k})"
            for k in demands if short[k] > self._nothing
        )  # fmt: skip
        return f"no design carries all demands; with every arc open there stay behind: {told}"

    def _likely(self, best: _Best, priced: Priced) -> _Best:
        """Solve the programme on arcs that the bound opens, if the whole one is large."""
        if self.problem.n_demands * self.problem.n_arcs <= ALL_STRONG:
            return best
        arcs = best.opened | (priced.opening > LIKELY_OPEN)
        no_must = np.zeros(self.problem.n_arcs, bool)
        seconds = LIKELY * self.seconds
        return self._programme(best, priced, arcs, no_must, seconds)[0]

    def _exact(self, best: _Best, priced: Priced) -> tuple[_Best, float]:
        """Solve the programme without the arcs that no better design can open or close."""
        left = best.cost - priced.bound
        arcs = priced.arc_value <= left
        must = -priced.arc_value > left
        seconds = self.until - monotonic()
        better, bound = self._programme(best, priced, arcs, must, seconds)
        # What the programme does not see costs no less than the best known before.
        return better, max(priced.bound, min(bound, better.cost))

    def _programme(
        self, best: _Best, priced: Priced, arcs: Bools, must: Bools, seconds: float
    ) -> tuple[_Best, float]:
        """Solve the programme on some arcs; return the better design and its bound."""
        part = self.problem.restricted(arcs)
        strong = self._strong(priced, arcs, must)
        found = solve(Programme(part, must[arcs], strong), gap=self.gap, seconds=seconds)
        if found.opened is None:
            return best, found.bound
        opened = np.zeros(self.problem.n_arcs, bool)
        opened[arcs] = found.opened
        flow = self.router.solve(self.problem.cost, opened)
        if flow is None:
            return best, found.bound
        carried = flow.sum(axis=0)
        used = opened & (carried > self._nothing)
        cost = float(carried @ self.problem.cost + self.problem.fixed[used].sum())
        return (_Best(used, cost) if cost < best.cost else best), found.bound

    def _strong(self, priced: Priced, arcs: Bools, must: Bools) -> Bools:
        """Return which pairs of demand and arc get their strong inequality."""
        shape = (self.problem.n_demands, int(arcs.sum()))
        if shape[0] * shape[1] <= ALL_STRONG:
            return np.broadcast_to(~must[arcs], shape)
        volume = self.problem.volume[:, None]
        most = np.minimum(volume, self.problem.usable_capacity[arcs]) * priced.opening[arcs]
        tight = priced.flow[:, arcs] > LIKELY_TIGHT * most
        pairs: Bools = tight & ~must[arcs] & (priced.opening[arcs] > 0)
        return pairs

    def _told(self, best: _Best, bound: float) -> NetworkDesign:
        """Return the design with the flow of each demand."""
        flow = self.router.solve(self.problem.cost, best.opened)
        assert flow is not None  # noqa: S101 - these arcs carried all before
        parts = self.router.split(flow)
        cost = cost_of(self.problem, best.opened, parts)
        proven = gap_of(cost, bound) <= self.gap + TOLERANCE * 1e-2
        return NetworkDesign(best.opened, parts, cost, min(bound, cost), proven)
