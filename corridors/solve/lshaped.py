"""Choose projects under a budget by cuts: for capacities, and for many projects.

A master programme holds the projects and, for each access scenario, an estimate of what
its demands cost. It proposes a set; what the set really costs comes back as a cut that the
estimate must keep to. With every cut the master stays a relaxation, so its value is a bound
(the integer L-shaped method: Laporte and Louveaux 1993; cuts by slopes: Benders 1962).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from corridors.solve.choose import ROUNDING, Choice, check, valued
from corridors.solve.errors import SolverError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from corridors.solve.choose import Criterion

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: Bounds of the master are good to this share of the size of the costs.
EXACT = 1e-7
#: A budget that a set no longer fits is lower than its price by this share.
LESS = 1e-7


@dataclass(frozen=True)
class Recourse:
    """What all demands cost in one scenario with some projects built, and how that moves.

    `slope`, shape (n,), must hold for every other set: its cost is at least ``value +
    slope @ (other - built)``, where sets are rows of 0 and 1. The duals of a linear
    programme whose right-hand sides grow by what the projects add give such slopes: for
    each project the sum of capacity dual (0 or less) times capacity added. They hold only
    if the programme has the arcs of all projects in it, of capacity 0 where not built: a
    dual of an arc that was left out is not known. None, or not finite: not known.
    """

    value: float
    slope: Floats | None = None


def choose_by_cuts(  # noqa: PLR0913 - options, all by name
    price: Floats,
    recourses: Sequence[Callable[[Bools], Recourse]],
    *,
    budget: float,
    criterion: Criterion = "expected",
    weight: Floats | None = None,
    gap: float = 1e-6,
    noise: float = 0.0,
    seconds: float = 60.0,
    stop: Callable[[], bool] | None = None,
) -> Choice:
    """Return the best affordable set within a gap, or the best one found in the time.

    That more projects never cost more must hold: each scenario's cost with all of them
    built bounds all others from below, and a set bounds its subsets. Then the search ends,
    with or without slopes. It does hold for the least cost of all demands if a project only
    opens arcs, adds capacity or lowers costs.

    Parameters
    ----------
    price
        Capital cost of each project, shape (n,).
    recourses
        What each scenario costs with some projects built, called with shape (n,).
    budget
        What may be spent, at least 0.
    criterion
        What is to be least. Regret is against the best affordable set of each scenario.
    weight
        Weights of the scenarios, shape (S,); alike if not given. Only the expected cost
        looks at them.
    gap
        Share of the costs by which the bound may be lower.
    noise
        Costs that differ by no more are equal: what they are known to.
    seconds
        Time limit; `bound` and `proven` of the choice say what is known then. No set is
        proposed later, but an evaluation that runs is awaited.
    stop
        Asked between sets whether to stop before that.

    Raises
    ------
    ValueError
        If a number is wrong, a cost or slope makes no sense, or more projects cost more.
    SolverError
        If the master cannot be solved.

    Examples
    --------
    Each project saves what it saves, whatever else is built:

    >>> saves = np.array([6.0, 5.0, 4.0])
    >>> alone = lambda built: Recourse(100 - float(saves[built].sum()), -saves)
    >>> choice = choose_by_cuts(np.array([3.0, 2.0, 2.0]), [alone], budget=4.0)
    >>> choice.value, choice.built.tolist(), choice.proven
    (91.0, [False, True, True], True)
    """
    weight = np.ones(len(recourses)) if weight is None else np.asarray(weight, float)
    check(price, budget, weight, criterion)
    if len(weight) != len(recourses):
        msg = f"{len(weight)} weights for {len(recourses)} scenarios"
        raise ValueError(msg)
    known = _Known(price, recourses, budget, _late(seconds, stop), noise)
    if criterion != "regret":
        return known.search(criterion, weight, gap)
    each = np.eye(len(recourses))
    alone = [known.search("expected", row, gap) for row in each]
    least = np.array([choice.value for choice in alone])
    choice = known.search("regret", weight, gap, best=least)
    # Where a scenario's best is not proven, it may be less, and the regret more.
    missed = max(0.0 if found.proven else found.value - found.bound for found in alone)
    proven = choice.proven and all(found.proven for found in alone)
    return replace(choice, value=choice.value + missed, bound=choice.bound, proven=proven)


def curve_by_cuts(  # noqa: PLR0913 - options, all by name
    price: Floats, recourses: Sequence[Callable[[Bools], Recourse]], *, budget: float,
    criterion: Criterion = "expected", weight: Floats | None = None, gap: float = 1e-6,
    noise: float = 0.0, seconds: float = 60.0, stop: Callable[[], bool] | None = None,
) -> tuple[Choice, ...]:  # fmt: skip
    """Return the best set at a budget, and at each lower one at which it changes.

    Each is the cheapest known with its value: with less money than it takes, less can be
    had. The last one builds nothing, unless the time was up before; then the last one may be
    unproven.

    Parameters
    ----------
    price, recourses, weight, gap, noise, seconds, stop
        As in `choose_by_cuts`; the time is for all of the curve.
    budget
        The largest budget.
    criterion
        What is to be least. Regret depends on the budget by what is missed, so that it has
        no curve of this kind.

    Raises
    ------
    ValueError, SolverError
        As in `choose_by_cuts`; also for regret.

    Examples
    --------
    >>> saves = np.array([6.0, 5.0, 4.0])
    >>> alone = lambda built: Recourse(100 - float(saves[built].sum()), -saves)
    >>> curve = curve_by_cuts(np.array([3.0, 2.0, 2.0]), [alone], budget=4.5)
    >>> [(choice.spent, choice.value) for choice in curve]
    [(4.0, 91.0), (3.0, 94.0), (2.0, 95.0), (0.0, 100.0)]
    """
    weight = np.ones(len(recourses)) if weight is None else np.asarray(weight, float)
    check(price, budget, weight, criterion)
    if criterion == "regret":
        msg = "regret has no curve by cuts; choose at each budget"
        raise ValueError(msg)
    known = _Known(price, recourses, budget, _late(seconds, stop), noise)
    found: list[Choice] = []
    while True:
        choice = known.search(criterion, weight, gap)
        if found and choice.value - found[-1].value <= known.noise:
            found.pop()
        found.append(choice)
        if choice.spent <= 0 or not choice.proven or known.late():
            return tuple(found)
        known.budget = choice.spent * (1 - LESS)


def _late(seconds: float, stop: Callable[[], bool] | None) -> Callable[[], bool]:
    """Return what tells whether the time is up, or somebody asks to stop."""
    until = monotonic() + seconds
    return lambda: monotonic() > until or (stop is not None and stop())


class _Known:
    """Sets evaluated so far and the cuts they gave; the master programme over them."""

    def __init__(
        self,
        price: Floats,
        recourses: Sequence[Callable[[Bools], Recourse]],
        budget: float,
        late: Callable[[], bool],
        noise: float,
    ) -> None:
        self.price, self.recourses, self.budget, self.late = price, recourses, budget, late
        self.sets: dict[tuple[bool, ...], Floats] = {}
        self.cuts: list[tuple[int, Floats, float]] = []
        #: Sets that cost more than the budget, by less than the master can tell.
        self.over: list[Bools] = []
        n = len(price)
        self.floor = np.array([each(np.ones(n, bool)).value for each in recourses])
        none = np.zeros(n, bool)
        ends = np.array([*self.floor, *(each(none).value for each in recourses)])
        self.size = float(np.abs(ends).max()) or 1.0
        self.noise = max(noise, ROUNDING * self.size)
        self._refuse(self.floor)
        self.evaluate(none)

    def evaluate(self, built: Bools) -> Floats:
        """Return what a set costs in each scenario, and keep the cuts."""
        key = tuple(built.tolist())
        if key not in self.sets:
            found = [each(built) for each in self.recourses]
            costs = np.array([each.value for each in found])
            self._refuse(costs)
            self.sets[key] = costs
            for scenario, each in enumerate(found):
                self._cut(scenario, built, each)
        return self.sets[key]

    def _refuse(self, costs: Floats) -> None:
        """Refuse costs that are no numbers, or less than with everything built."""
        if not np.isfinite(costs).all():
            msg = "costs must be finite; what cannot pass costs its penalty"
            raise ValueError(msg)
        if (costs < self.floor - max(EXACT * self.size, self.noise)).any():
            msg = "some projects cost less than all of them: more must never cost more"
            raise ValueError(msg)

    def _cut(self, scenario: int, built: Bools, found: Recourse) -> None:
        """Keep ``estimate >= value + slope @ (set - built)``, in two versions.

        Without slopes: whoever adds nothing to the set cannot cost less, whoever adds one
        project or more cannot cost less than everything built.
        """
        fall = max(found.value - self.floor[scenario], 0.0)
        self.cuts.append((scenario, np.where(built, 0.0, -fall), found.value))
        if found.slope is None or not np.isfinite(found.slope).all():
            return
        if len(found.slope) != len(built):
            msg = f"{len(found.slope)} slopes for {len(built)} projects"
            raise ValueError(msg)
        at_none = found.value - float(found.slope[built].sum())
        self.cuts.append((scenario, found.slope, at_none))

    def search(
        self, criterion: Criterion, weight: Floats, gap: float, *, best: Floats | None = None
    ) -> Choice:
        """Propose sets until the best one known is as good as the bound."""
        best = np.zeros(len(self.recourses)) if best is None else best
        while True:
            bound, proposed = self._master(criterion, weight, best)
            if float(self.price[proposed].sum()) > self.budget * (1 + ROUNDING):
                self.over.append(proposed)
                continue
            filled = self._filled(proposed)
            choice = self._choice(criterion, weight, best)
            size = self.size if criterion == "regret" else abs(choice.value)
            closed = choice.value - bound <= max(max(gap, EXACT) * size, self.noise)
            # A set known before costs what the master thinks, up to rounding.
            proven = closed or tuple(filled.tolist()) in self.sets
            if proven or self.late():
                self._trim(choice.built)
                choice = self._choice(criterion, weight, best)
                return replace(choice, bound=min(bound, choice.value), proven=proven)
            self.evaluate(filled)

    def _filled(self, built: Bools) -> Bools:
        """Return a set with what else the budget allows, the cheapest first.

        More projects never cost more, and what is learned of a set bounds its subsets.
        """
        filled, left = built.copy(), self.budget * (1 + ROUNDING) - float(self.price[built].sum())
        for project in np.argsort(self.price, kind="stable"):
            if not filled[project] and self.price[project] <= left:
                filled[project] = True
                left -= self.price[project]
        return filled

    def _trim(self, built: Bools) -> None:
        """Evaluate a set without what no scenario needs, the dearest left out first."""
        kept = built.copy()
        costs = self.evaluate(kept)
        for project in np.argsort(-self.price, kind="stable"):
            if kept[project] and not self.late():
                kept[project] = False
                kept[project] = bool((self.evaluate(kept) > costs + self.noise).any())

    def _choice(self, criterion: str, weight: Floats, best: Floats) -> Choice:
        """Return the best affordable set known; of equal ones the cheapest to build."""
        built = np.array(list(self.sets), bool).reshape(len(self.sets), -1)
        affordable = built @ self.price <= self.budget * (1 + ROUNDING)
        built = built[affordable]
        costs = np.stack(list(self.sets.values()), axis=1)[:, affordable]
        value, spent = valued(costs, weight, criterion, best), built @ self.price
        # Values that differ by rounding are equal.
        at = np.lexsort((value, spent, value > value.min() + self.noise))[0]
        least = float(value[at])
        return Choice(built[at], float(spent[at]), least, costs[:, at], -np.inf, proven=False)

    def _master(self, criterion: str, weight: Floats, best: Floats) -> tuple[float, Bools]:
        """Return the least value that the cuts allow, and the set that has it.

        Variables: the projects, an estimate of each scenario, and the value; costs are in
        units of their size.
        """
        n, count = len(self.price), len(self.recourses)
        rows, least = [], []
        for scenario, slope, at_none in self.cuts:
            estimate = np.eye(count)[scenario]
            rows.append(np.r_[-slope / self.size, estimate, 0.0])
            least.append(at_none / self.size)
        for beyond in self.over:
            rows.append(np.r_[-beyond.astype(float), np.zeros(count + 1)])
            least.append(1.0 - beyond.sum())
        if criterion == "expected":
            rows.append(np.r_[np.zeros(n), -weight / weight.sum(), 1.0])
            least.append(0.0)
        else:
            rows += [np.r_[np.zeros(n), -row, 1.0] for row in np.eye(count)]
            least += (-best / self.size if criterion == "regret" else np.zeros(count)).tolist()
        # Money in units of the budget, so that rounding is a share of it.
        affordable = self.price <= self.budget * (1 + ROUNDING)
        share = np.zeros(n)
        if self.budget > 0:
            share[affordable] = self.price[affordable] / self.budget
        most = LinearConstraint(np.r_[share, np.zeros(count + 1)], -np.inf, 1 + ROUNDING)
        found = milp(
            np.r_[np.zeros(n + count), 1.0],
            constraints=[LinearConstraint(np.array(rows), np.array(least), np.inf), most],
            bounds=Bounds(
                np.r_[np.zeros(n), self.floor / self.size, -np.inf],
                np.r_[affordable.astype(float), np.full(count + 1, np.inf)],
            ),
            integrality=np.r_[np.ones(n), np.zeros(count + 1)],
            options={"mip_rel_gap": 0.0, "presolve": False},
        )
        # Without projects it is a linear programme, whose value is its bound.
        bound = found.mip_dual_bound if n else found.fun
        if found.x is None or bound is None:
            msg = f"HiGHS did not solve the master: {found.message}"
            raise SolverError(msg)
        return float(bound) * self.size, found.x[:n] > 0.5  # noqa: PLR2004
