"""Which projects to build for some money: the choice, its proof, and what each is worth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import Finding, ScenarioError
from corridors.model.capacity import LEVELS
from corridors.solve.choose import (
    CRITERIA,
    MOST,
    budget_curve,
    check,
    choose_from_table,
    members,
    valued,
)
from corridors.solve.errors import StoppedError
from corridors.solve.interplay import complementarity, roles
from corridors.solve.lshaped import Recourse, choose_by_cuts, curve_by_cuts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.metrics.investment import Investment
    from corridors.model.capacity import Project
    from corridors.solve.choose import Choice, Criterion
    from corridors.stopping import Stop
    from geodata.types import Bools, Floats

#: Costs of all demands are known to this share of them.
NOISE = 5e-9
#: Up to so many projects all sets are tried, capacities or not; `MOST` without capacities.
FEW = 8
#: A price that a project lowers by less, USD per TEU, it does not cap.
LEAST_CAP_USD_PER_TEU = 0.5
#: The time is up: a limit that no choice is proven within.
GAP = 1e-6
LATTICE, CUTS = "all sets compared", "L-shaped cuts, HiGHS master, GLOP flows"


@dataclass(frozen=True)
class Question:
    """What is asked: USD of 2024 to spend, what is to be least, weights of the scenarios."""

    budget_usd: float
    criterion: Criterion = "expected"
    weight: tuple[float, ...] = (1.0,)
    level: str = "likely"
    seconds: float = 120.0


@dataclass(frozen=True)
class Case:
    """A scenario of the choice: what its demands cost a year with nothing, and with all, built."""

    scenario: str
    title: str
    weight: float
    nothing_usd: float
    everything_usd: float
    teu_per_year: float


@dataclass(frozen=True)
class Chosen:
    """The set that a criterion picks; USD a year except what is spent.

    `value_usd` is what the criterion says of it, not less than `bound_usd` for any set that
    the budget allows; `costs_usd` is by scenario.
    """

    criterion: str
    projects: tuple[str, ...]
    spent_usd: float
    value_usd: float
    bound_usd: float
    proven: bool
    costs_usd: tuple[float, ...]

    @property
    def gap_usd(self) -> float:
        """By how much the value may be above the least, USD a year."""
        return max(self.value_usd - self.bound_usd, 0.0)


@dataclass(frozen=True)
class Step:
    """From this budget on, up to the next one, this is what can be had."""

    budget_usd: float
    value_usd: float
    projects: tuple[str, ...]
    proven: bool


@dataclass(frozen=True)
class Cap:
    """A price of a full capacity with and without a project that nothing goes over."""

    capacity_id: str
    without_usd_per_teu: float
    with_usd_per_teu: float


@dataclass(frozen=True)
class Worth:
    """What a project is worth; savings in USD a year, the mean of the scenarios by weight.

    `alone_usd` with nothing else built, `last_usd` with all else built, `margin_usd` with
    the rest of the chosen set. `over_teu_per_year` is what goes over it then, by scenario.
    None is not known: the time was up.
    """

    project: Project
    place: int
    cost_usd: float
    chosen: bool
    alone_usd: float | None = None
    last_usd: float | None = None
    margin_usd: float | None = None
    over_teu_per_year: tuple[float, ...] = ()
    role: str = ""
    caps: tuple[Cap, ...] = ()


@dataclass(frozen=True)
class Pair:
    """What two projects save together beyond what each saves alone, USD a year, by weight."""

    a: str
    b: str
    extra_usd: float


@dataclass(frozen=True)
class Designed:
    """The choice under each criterion, the curve over budgets, projects and pairs.

    `curve_complete` and `pairs_complete` are false where the time was up before; `problems`
    tell which projects do nothing here and why.
    """

    question: Question
    cases: tuple[Case, ...]
    chosen: tuple[Chosen, ...]
    curve: tuple[Step, ...]
    curve_criterion: str
    curve_complete: bool
    projects: tuple[Worth, ...]
    pairs: tuple[Pair, ...]
    pairs_complete: bool
    problems: tuple[str, ...]
    solver: str
    flows_solved: int
    noise_usd: float

    @property
    def answer(self) -> Chosen:
        """The set by the criterion that was asked for."""
        return next(one for one in self.chosen if one.criterion == self.question.criterion)

    @property
    def stopped(self) -> bool:
        """Whether a limit ended anything early."""
        proven = all(one.proven for one in self.chosen)
        return not (proven and self.curve_complete and self.pairs_complete)


def design(cases: Sequence[Investment], question: Question, *, stop: Stop) -> Designed:
    """Choose projects and tell what they are worth.

    Parameters
    ----------
    cases
        The scenarios, the first of which is the one whose flows are told.
    question
        What is asked.
    stop
        Asked now and then whether to stop; then the best found is returned.

    Raises
    ------
    ScenarioError
        If no project changes anything in any scenario, or a number is wrong.
    SolverError
        If a solver is missing, wrong or fails.
    """
    study = _Study(cases, question, stop)
    chosen = study.choices()
    curve, complete = study.curve()
    answer = next(one for one in chosen if one.criterion == question.criterion)
    pairs, every = study.pairs()
    worths = study.worths(np.isin(study.ids, answer.projects))
    return Designed(
        question, study.cases, chosen, curve, study.curve_criterion, complete, worths, pairs,
        every and all(one.role for one in worths), study.problems, study.solver,
        sum(one.solved for one in study.costs), study.noise,
    )  # fmt: skip


class _Study:
    """The projects that do anything, and what sets of them cost in each scenario."""

    def __init__(self, cases: Sequence[Investment], question: Question, stop: Stop) -> None:
        self.investments, self.question, self.stop = cases, question, stop
        arrays = [one.arrays for one in cases]
        self.among = np.flatnonzero(np.logical_or.reduce([one.matters for one in arrays]))
        self.problems = _problems(cases)
        if not len(self.among):
            findings = [Finding("projects.csv", 0, 0, "", words) for words in self.problems]
            msg = "nothing to choose: no project opens or adds anything here"
            raise ScenarioError(msg, findings=findings)
        self.projects = [arrays[0].projects[at] for at in self.among.tolist()]
        self.ids = np.array([one.id for one in self.projects])
        self.price = arrays[0].cost_usd[self.among]
        self.weight = np.array(question.weight)
        self._check()
        self.costs = [one.costs(self.among.tolist()) for one in cases]
        none = np.zeros(len(self.among), bool)
        self.nothing, self.everything = self.evaluate(none), self.evaluate(~none)
        span = float((self.nothing - self.everything).max()) or 1.0
        # Costs from here on, so that rounding is a share of what can be saved.
        self.shift = float(self.everything.min()) - span
        self.noise = NOISE * float(self.nothing.max())
        self.known_prices: dict[bytes, dict[str, float]] = {}
        self.table = self._table()
        self.solver = CUTS if self.table is None else LATTICE

    def _check(self) -> None:
        try:
            check(self.price, self.question.budget_usd, self.weight, self.question.criterion)
        except ValueError as error:
            raise ScenarioError(str(error)) from error

    @property
    def cases(self) -> tuple[Case, ...]:
        """The scenarios with what they cost at both ends."""
        return tuple(
            Case(
                one.scenario.id, one.scenario.title, float(weight), float(nothing),
                float(everything), sum(d.teu_per_year for d in one.scenario.demands),
            )
            for one, weight, nothing, everything in zip(
                self.investments, self.weight / self.weight.sum(), self.nothing, self.everything,
                strict=True,
            )
        )  # fmt: skip

    def evaluate(self, built: Bools) -> Floats:
        """Return what a set costs in each scenario."""
        return np.array([one.value(built) for one in self.costs])

    def _in_time(self, built: Bools) -> Floats:
        if self.stop():
            raise StoppedError
        return self.evaluate(built)

    def _table(self) -> Floats | None:
        """Return the costs of all sets if they are few enough."""
        free = not any(len(one.rows.rows) for one in self.investments)
        if len(self.price) > (MOST if free else FEW):
            return None
        return np.stack([one.table() for one in self.costs])

    def _recourses(self) -> list[Callable[[Bools], Recourse]]:
        def shifted(costs: Callable[[Bools], Recourse]) -> Callable[[Bools], Recourse]:
            return lambda built: _lower(costs(built), self.shift)

        return [shifted(one) for one in self.costs]

    def choices(self) -> tuple[Chosen, ...]:
        """Return the set of each criterion; with one scenario they are the same."""
        asked = self.question.criterion
        others = [one for one in CRITERIA if one != asked] if len(self.costs) > 1 else []
        return tuple(self._chosen(one) for one in (asked, *others))

    def _chosen(self, criterion: Criterion) -> Chosen:
        budget, shift = self.question.budget_usd, 0.0 if criterion == "regret" else self.shift
        if self.table is None:
            choice = choose_by_cuts(
                self.price, self._recourses(), budget=budget, criterion=criterion,
                weight=self.weight, gap=GAP, noise=self.noise, seconds=self.question.seconds,
                stop=self.stop,
            )  # fmt: skip
        else:
            table = self.table - self.shift
            choice = choose_from_table(
                self.price, table, budget=budget, criterion=criterion, weight=self.weight
            )
        return Chosen(
            criterion, self._names(choice.built), choice.spent, choice.value + shift,
            choice.bound + shift, choice.proven, tuple((choice.costs + self.shift).tolist()),
        )  # fmt: skip

    def _names(self, built: Bools) -> tuple[str, ...]:
        return tuple(self.ids[built].tolist())

    @property
    def curve_criterion(self) -> Criterion:
        """What the curve tells; regret by cuts has none, then it is the expected cost."""
        regret = self.question.criterion == "regret" and self.table is None
        return "expected" if regret else self.question.criterion

    def curve(self) -> tuple[tuple[Step, ...], bool]:
        """Return what can be had for each budget, rising, and whether that is all."""
        criterion = self.curve_criterion
        shift = 0.0 if criterion == "regret" else self.shift
        if self.table is not None:
            found = budget_curve(
                self.price, self.table - self.shift, criterion=criterion, weight=self.weight
            )
            rows = zip(
                found.budget.tolist(), found.value.tolist(), found.sets.tolist(), strict=True
            )
            return tuple(
                Step(
                    budget,
                    value + shift,
                    self._names(members(number, len(self.price))),
                    proven=True,
                )
                for budget, value, number in rows
            ), True
        choices = curve_by_cuts(
            self.price, self._recourses(), budget=float(self.price.sum()), criterion=criterion,
            weight=self.weight, gap=GAP, noise=self.noise, seconds=self.question.seconds,
            stop=self.stop,
        )  # fmt: skip
        steps = [self._step(one) for one in reversed(choices)]
        if steps[0].proven and steps[0].budget_usd <= 0:
            return tuple(steps), True
        # What nothing costs is known at any time; the last set may have what it does not need.
        value = valued(self.nothing, self.weight, criterion, self.nothing)
        none = Step(0.0, float(value), (), proven=True)
        return (none, *(one for one in steps[1:] if one.proven)), False

    def _step(self, one: Choice) -> Step:
        return Step(one.spent, one.value + self.shift, self._names(one.built), one.proven)

    def pairs(self) -> tuple[tuple[Pair, ...], bool]:
        """Return the pairs that help or replace each other, the strongest first."""
        try:
            extra = complementarity(self._in_time, len(self.price))
        except StoppedError:
            return (), False
        mean = np.tensordot(self.weight / self.weight.sum(), extra, 1)
        found = [
            Pair(str(self.ids[j]), str(self.ids[k]), float(mean[j, k]))
            for j, k in combinations(range(len(self.ids)), 2)
            if abs(mean[j, k]) > 4 * self.noise
        ]
        return tuple(sorted(found, key=lambda one: -abs(one.extra_usd))), True

    def worths(self, built: Bools) -> tuple[Worth, ...]:
        """Return what each project is worth, those beside a chosen set too."""
        found = []
        for at in range(len(self.ids)):
            worth = Worth(
                self.projects[at], int(self.among[at]), float(self.price[at]), bool(built[at])
            )
            found.append(worth if self.stop() else self._worth(worth, at, built))
        return tuple(found)

    def _worth(self, worth: Worth, at: int, built: Bools) -> Worth:
        only, mean = np.arange(len(built)) == at, self.weight / self.weight.sum()
        with_it, without = built | only, built & ~only
        over = [
            float(one.over(with_it, one.solve(with_it))[at]) for one in self.costs
        ]  # fmt: skip
        caps = () if any(over) else self._caps(at, with_it, without)
        drop = max((one.without_usd_per_teu - one.with_usd_per_teu for one in caps), default=0.0)
        margin = self.evaluate(without) - self.evaluate(with_it)
        (role,) = roles(np.array([[any(over)]]), np.array([[drop]]))
        return replace(
            worth, alone_usd=self._saved(mean, self.nothing - self.evaluate(only)),
            last_usd=self._saved(mean, self.evaluate(~only) - self.everything),
            margin_usd=self._saved(mean, margin), over_teu_per_year=tuple(over), role=role,
            caps=caps,
        )  # fmt: skip

    def _saved(self, mean: Floats, saved: Floats) -> float:
        """Return a saving by weight; what is within the noise is nothing."""
        found = float(mean @ saved)
        return found if found > 2 * self.noise else 0.0

    def _caps(self, at: int, with_it: Bools, without: Bools) -> tuple[Cap, ...]:
        """Return the prices of the first scenario that a project lowers though unused."""
        costs = self.costs[0]
        before = self._prices(without)
        most = max((price for price in before.values() if np.isfinite(price)), default=0.0)
        if not before or not costs.may_lower(at, without, by_usd=most):
            return ()
        after = self._prices(with_it)
        return tuple(
            Cap(name, price, after.get(name, 0.0))
            for name, price in before.items()
            if np.isfinite(price) and price - after.get(name, 0.0) > LEAST_CAP_USD_PER_TEU
        )

    def _prices(self, built: Bools) -> dict[str, float]:
        """Return the prices of full capacities in the first scenario."""
        key = built.tobytes()
        if key not in self.known_prices:
            self.known_prices[key] = dict(self.investments[0].prices(self.costs[0], built))
        return self.known_prices[key]


def _lower(found: Recourse, by: float) -> Recourse:
    return Recourse(found.value - by, found.slope)


def _problems(cases: Sequence[Investment]) -> tuple[str, ...]:
    """Return what projects do not do, by scenario where there are several."""
    several = len(cases) > 1
    return tuple(dict.fromkeys(
        f"{one.scenario.id}: {words}" if several else words
        for one in cases for words in one.arrays.problems
    ))  # fmt: skip


def opening_years(project: Project) -> tuple[int | None, ...]:
    """Return the years of opening of a project, low, likely and high; None if not known."""
    return tuple(project.opening[level] for level in LEVELS)


def curve_value(found: Designed, one: Step) -> float:
    """Return what a step of the curve tells, USD a year.

    By how much it costs less than to build nothing; of regret, the regret.
    """
    if found.curve_criterion == "regret":
        return one.value_usd
    return found.curve[0].value_usd - one.value_usd
