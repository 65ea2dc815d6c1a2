"""Choose projects under a budget from a table of what every set of them costs: exact.

A set of n projects is a number below 2**n: bit j is set if project j is built. The table
says what carrying all demands costs with each set, in each of S access scenarios.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    #: What carrying all demands costs in each scenario, shape (S,), if these are built.
    Evaluate = Callable[[Bools], Floats]

#: Mean by weight, the dearest scenario, or the most by which a scenario's best is missed.
Criterion = Literal["expected", "worst", "regret"]
CRITERIA: tuple[Criterion, ...] = ("expected", "worst", "regret")
#: The most projects whose sets are all looked at.
MOST = 20
#: Spending may pass the budget by this share, which is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Choice:
    """The set chosen, and what it is known to be worth.

    `built` has shape (n,). `value` is what the criterion says of it, `costs`, shape (S,),
    what each scenario costs. No affordable set has a value below `bound`.
    """

    built: Bools
    spent: float
    value: float
    costs: Floats
    bound: float
    proven: bool


@dataclass(frozen=True)
class BudgetCurve:
    """The best value for every budget: from `budget[i]` on it is `value[i]`, by `sets[i]`.

    All of shape (pieces,), budgets rising from 0. Expected and worst cost fall from piece
    to piece. Regret may rise: with more to spend, more is missed.
    """

    budget: Floats
    value: Floats
    sets: Ints

    def at(self, budget: float) -> float:
        """Return the value at a budget of at least 0."""
        place = np.searchsorted(self.budget, budget * (1 + ROUNDING), side="right") - 1
        return float(self.value[place])


def check(price: Floats, budget: float, weight: Floats, criterion: str) -> None:
    """Refuse prices, a budget, weights and a criterion that make no sense.

    Parameters
    ----------
    price
        Capital cost of each project, shape (n,).
    budget
        What may be spent.
    weight
        Weight of each scenario, shape (S,).
    criterion
        One of `CRITERIA`.

    Raises
    ------
    ValueError
        Says all that is wrong.
    """
    wrong = []
    if np.ndim(price) != 1 or not (np.isfinite(price) & (np.asarray(price) >= 0)).all():
        wrong.append("capital costs must be a row of finite numbers of at least 0")
    if not budget >= 0:
        wrong.append(f"the budget is {budget:g}, it must be a number of at least 0")
    if not len(weight) or not np.isfinite(weight).all() or min(weight) < 0 or not sum(weight):
        wrong.append("weights must be finite and at least 0, at least one of them above 0")
    if criterion not in CRITERIA:
        wrong.append(f"the criterion {criterion!r} is none of {', '.join(CRITERIA)}")
    if wrong:
        raise ValueError("; ".join(wrong))


def members(number: int, n: int) -> Bools:
    """Return which of n projects a set has, shape (n,).

    Examples
    --------
    >>> members(5, 4).tolist()
    [True, False, True, False]
    """
    return (number >> np.arange(n) & 1).astype(bool)


def sums(price: Floats) -> Floats:
    """Return the sum of prices over every set, shape (2**n,).

    Examples
    --------
    >>> sums(np.array([1.0, 10.0])).tolist()
    [0.0, 1.0, 10.0, 11.0]
    """
    found = np.zeros(1)
    for each in price:
        found = np.concatenate([found, found + each])
    return found


def tabulate(evaluate: Evaluate, n: int) -> Floats:
    """Return the table, shape (S, 2**n), by evaluating every set.

    Raises
    ------
    ValueError
        If there are more than `MOST` projects.
    """
    if n > MOST:
        msg = f"{n} projects have too many sets to try; {MOST} at most, or choose by cuts"
        raise ValueError(msg)
    return np.stack([evaluate(members(number, n)) for number in range(2**n)], axis=1)


def choose_from_table(
    price: Floats, table: Floats, *, budget: float, criterion: Criterion = "expected",
    weight: Floats | None = None,
) -> Choice:  # fmt: skip
    """Return the affordable set with the least value; of equal ones the cheapest to build.

    Parameters
    ----------
    price
        Capital cost of each project, shape (n,).
    table
        Cost of all demands by scenario and set, shape (S, 2**n), finite.
    budget
        What may be spent, at least 0.
    criterion
        What is to be least. Regret is against the best affordable set of each scenario.
    weight
        Weights of the scenarios, shape (S,); alike if not given. Only the expected cost
        looks at them.

    Raises
    ------
    ValueError
        If a shape or a number is wrong.

    Examples
    --------
    Two projects, each saves 10 alone, both 15; the second costs twice as much:

    >>> table = np.array([[100.0, 90.0, 90.0, 85.0]])
    >>> choice = choose_from_table(np.array([1.0, 2.0]), table, budget=2.0)
    >>> choice.value, choice.built.tolist(), choice.spent
    (90.0, [True, False], 1.0)
    """
    weight, spent = _checked(price, table, budget, weight, criterion)
    affordable = np.flatnonzero(spent <= budget * (1 + ROUNDING))
    costs = table[:, affordable]
    value = valued(costs, weight, criterion, costs.min(axis=1))
    best = np.lexsort((affordable, spent[affordable], value))[0]
    number = int(affordable[best])
    least = float(value[best])
    built = members(number, len(price))
    return Choice(built, float(spent[number]), least, table[:, number], least, proven=True)


def valued(costs: Floats, weight: Floats, criterion: str, best: Floats) -> Floats:
    """Return what a criterion says of costs.

    Parameters
    ----------
    costs
        Costs by scenario, shape (S, ...).
    weight
        Weights of the scenarios, shape (S,).
    criterion
        What is valued.
    best
        The least cost of each scenario that can be had, shape (S,), for regret.

    Returns
    -------
    Floats
        Shape of `costs` without its first axis.
    """
    if criterion == "expected":
        return np.tensordot(weight / weight.sum(), costs, 1)
    if criterion == "regret":
        costs = costs - best.reshape(-1, *[1] * (costs.ndim - 1))
    worst: Floats = costs.max(axis=0)
    return worst


def budget_curve(
    price: Floats, table: Floats, *, criterion: Criterion = "expected",
    weight: Floats | None = None,
) -> BudgetCurve:  # fmt: skip
    """Return the best value for every budget, exactly.

    Parameters
    ----------
    price, table, criterion, weight
        As in `choose_from_table`.

    Raises
    ------
    ValueError
        If a shape or a number is wrong.

    Examples
    --------
    >>> table = np.array([[100.0, 90.0, 90.0, 85.0]])
    >>> curve = budget_curve(np.array([1.0, 2.0]), table)
    >>> curve.budget.tolist(), curve.value.tolist(), curve.at(2.5)
    ([0.0, 1.0, 3.0], [100.0, 90.0, 85.0], 90.0)
    """
    weight, spent = _checked(price, table, 0.0, weight, criterion)
    order = np.lexsort((np.arange(len(spent)), spent))
    costs = table[:, order]
    best = np.minimum.accumulate(costs, axis=1)
    changes = (np.diff(best, axis=1) != 0).any(axis=0) if criterion == "regret" else np.zeros(0)
    starts = [0, *(np.flatnonzero(changes) + 1).tolist(), len(spent)]
    at, value, number = [], [], []
    for start, stop in pairwise(starts):
        # Between changes of a scenario's best, the value of each set stays what it is.
        seen = valued(costs[:, :stop], weight, criterion, best[:, start])
        first = int(seen[: start + 1].argmin())
        rest = np.minimum.accumulate(np.r_[seen[first], seen[start + 1 :]])
        drops = start + np.r_[0, np.flatnonzero(np.diff(rest)) + 1]
        at += drops.tolist()
        value += rest[drops - start].tolist()
        number += [first, *drops[1:].tolist()]
    return _thinned(spent[order][at], np.array(value), order[number])


def _thinned(budget: Floats, value: Floats, sets: Ints) -> BudgetCurve:
    """Return a curve without pieces of no width, and without those that go on as before."""
    last = np.r_[budget[1:] > budget[:-1], True]
    budget, value, sets = budget[last], value[last], sets[last]
    new = np.r_[True, value[1:] != value[:-1]]
    return BudgetCurve(budget[new], value[new], sets[new])


def _checked(
    price: Floats, table: Floats, budget: float, weight: Floats | None, criterion: str
) -> tuple[Floats, Floats]:
    """Return the weights and what every set costs to build."""
    weight = np.ones(len(table)) if weight is None else np.asarray(weight, float)
    check(price, budget, weight, criterion)
    if len(price) > MOST:
        msg = f"{len(price)} projects have too many sets; {MOST} at most, or choose by cuts"
        raise ValueError(msg)
    if np.shape(table) != (len(weight), 2 ** len(price)):
        msg = f"the table must have shape ({len(weight)}, {2 ** len(price)})"
        raise ValueError(msg)
    if not np.isfinite(table).all():
        msg = "costs must be finite; what cannot pass costs its penalty"
        raise ValueError(msg)
    return weight, sums(price)
