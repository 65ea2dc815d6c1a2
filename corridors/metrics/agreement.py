"""How well the model agrees with what was published: each row, groups of rows, targets.

The measure is the logarithm of the model's value over the published one: 0.26 is a third
too much, -0.29 a quarter too little; twice and half weigh the same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from corridors.metrics.amounts import Part
    from corridors.scenario.reference import Ordering, Reference

#: Quantity -> what the targets call it.
LIKE = {
    "distance": "distance", "time": "time", "border_time": "time", "speed": "time",
    "cost": "cost",
}  # fmt: skip
#: What the median absolute logarithm is to reach at most, on rows that set nothing.
TARGETS = {"distance": 0.20, "time": 0.30, "cost": 0.35}
#: The share of ordering tests to get right at least.
ORDERINGS_TARGET = 0.85
#: Two ways that differ by less than this factor are alike; assumption: about what rounding in
#: the sources and lengths in the model come to.
ALIKE = 1.05
#: The kinds of value the targets are about.
TARGET_KINDS = ("observed", "operator")


@dataclass(frozen=True)
class Told:
    """The model's value in the unit of a published one, None if no way is open.

    `scenario` gave access and network, `stage` what had to be lifted for a way to be
    open, `mode_held` whether the published mode sufficed, `kept` whether the way stays in
    the countries of its corridor, `through` the countries passed, `assumed` the share of
    the value that rests on assumed rates.
    """

    value: float | None
    scenario: str
    stage: str = ""
    mode_held: bool = True
    kept: bool = True
    through: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    assumed: float | None = None


@dataclass(frozen=True)
class Compared:
    """A published value and the model's."""

    row: Reference
    told: Told

    @property
    def ratio(self) -> float | None:
        """The model's value over the published one, None if the model has none."""
        return None if self.told.value is None else self.told.value / self.row.centre

    @property
    def off(self) -> float:
        """Natural logarithm of the ratio; 0 if the model has no value."""
        return log(self.ratio) if self.ratio else 0.0

    @property
    def inside(self) -> bool | None:
        """Whether the model lies in the published range; None if no range was printed."""
        low, high = self.row.low, self.row.high
        if self.told.value is None or (low is None and high is None):
            return None
        low = self.row.centre if low is None else low
        high = self.row.centre if high is None else high
        return low <= self.told.value <= high


@dataclass(frozen=True)
class Ordered:
    """Two ways of which one was published as better, and the model's values of both."""

    row: Ordering
    better: Told
    worse: Told

    @property
    def factor(self) -> float | None:
        """The worse way as a multiple of the better one, by the model."""
        if self.better.value is None or self.worse.value is None:
            return None
        return self.worse.value / self.better.value

    @property
    def alike(self) -> bool:
        """Whether the two ways may be alike by the source: a factor within `ALIKE` is published."""
        low, high = self.row.factor
        return (low or high or float("inf")) <= ALIKE

    @property
    def near(self) -> bool:
        """Whether the two ways are alike in the model, within `ALIKE` either way."""
        return self.factor is not None and 1 / ALIKE <= self.factor <= ALIKE

    @property
    def right(self) -> bool | None:
        """Whether the model orders them as published; None if it lacks a way.

        Ways that may be alike must differ by no more than `ALIKE` either way, or lie in the
        published range.
        """
        if self.factor is None:
            return None
        if self.alike:
            return self.near or 1 < self.factor <= (self.row.factor[1] or ALIKE)
        return self.factor > 1

    @property
    def inside(self) -> bool | None:
        """Whether the factor lies in the published range, None if none was printed."""
        low, high = self.row.factor
        if self.factor is None or (low is None and high is None):
            return None
        return (low or 1.0) <= self.factor <= (high or float("inf"))


@dataclass(frozen=True)
class Validation:
    """The model held against all published values and orderings, in file order."""

    compared: tuple[Compared, ...]
    ordered: tuple[Ordered, ...]


@dataclass(frozen=True)
class Group:
    """How some rows agree: `off` is the median absolute logarithm, `bias` the median one.

    `of_range` counts the rows with a printed range, `inside` those of them the model
    meets, `missing` the rows without a way.
    """

    name: str
    n: int
    missing: int
    off: float
    bias: float
    inside: int
    of_range: int


@dataclass(frozen=True)
class Target:
    """A target, what was reached, and how many rows it was measured on."""

    name: str
    reached: float
    asked: float
    n: int
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the target was reached."""
        return self.reached >= self.asked if self.at_least else self.reached <= self.asked


def grouped(compared: Iterable[Compared], name_of: Callable[[Compared], str]) -> tuple[Group, ...]:
    """Return how the rows that set nothing agree, in groups by name."""
    found: dict[str, list[Compared]] = {}
    for one in compared:
        if one.row.counts:
            found.setdefault(name_of(one), []).append(one)
    return tuple(group_of(name, found[name]) for name in sorted(found))


def group_of(name: str, rows: Sequence[Compared]) -> Group:
    """Return how some rows agree."""
    offs = [one.off for one in rows if one.ratio is not None]
    ranged = Counter(one.inside for one in rows)
    return Group(
        name,
        n=len(offs),
        missing=len(rows) - len(offs),
        off=median(map(abs, offs)) if offs else float("nan"),
        bias=median(offs) if offs else float("nan"),
        inside=ranged[True],
        of_range=ranged[True] + ranged[False],
    )


def targets(found: Validation) -> tuple[Target, ...]:
    """Return the targets, each measured on the rows that set nothing."""
    judged = [one for one in found.compared if one.row.counts and one.row.kind in TARGET_KINDS]
    reached = []
    for like, asked in TARGETS.items():
        group = group_of(like, [one for one in judged if LIKE[one.row.quantity] == like])
        reached.append(Target(f"median absolute logarithm, {like}", group.off, asked, group.n))
    orderings = [one for one in found.ordered if one.row.counts]
    told = [one for one in orderings if one.row.kind in TARGET_KINDS]
    for name, rows in (("all kinds", orderings), (" and ".join(TARGET_KINDS), told)):
        share, n = share_right(rows)
        words = f"share of orderings right, {name}"
        reached.append(Target(words, share, ORDERINGS_TARGET, n, at_least=True))
    return tuple(reached)


def share_right(ordered: Iterable[Ordered]) -> tuple[float, int]:
    """Return the share of orderings the model has right, and of how many."""
    tested = [one.right for one in ordered if one.right is not None]
    return (sum(tested) / len(tested) if tested else float("nan")), len(tested)


def most_right(ordered: Iterable[Ordered]) -> tuple[int, int]:
    """Return how many orderings any model can have right at most, and of how many.

    Published accounts of one conflict that put the same two ways in opposite order
    cannot all be met.
    """
    sides: dict[tuple[str, str, frozenset[str]], Counter[str]] = {}
    n = 0
    for one in ordered:
        if one.right is None:
            continue
        n += 1
        row, ways = one.row, (one.row.better.words, one.row.worse.words)
        ends = row.conflict or row.id, row.quantity, frozenset(ways if row.conflict else ())
        sides.setdefault(ends, Counter())[ways[0]] += 1
    return sum(max(votes.values()) for votes in sides.values()), n


def assumed_share(compared: Iterable[Compared]) -> dict[str, float]:
    """Return the median share of values that rests on assumed rates, costs and times apart."""
    found: dict[str, list[float]] = {}
    for one in compared:
        if one.row.counts and one.told.assumed is not None:
            found.setdefault(LIKE[one.row.quantity], []).append(one.told.assumed)
    return {like: median(found[like]) for like in ("cost", "time") if like in found}


def worst(compared: Iterable[Compared], *, least: float) -> list[Compared]:
    """Return the rows that set nothing and are off by `least` or more, the worst first."""
    off = [one for one in compared if one.row.counts and abs(one.off) >= least]
    return sorted(off, key=lambda one: (-abs(one.off), one.row.id))


def needed(one: Compared) -> tuple[Part, float] | None:
    """Return the largest part of a value and the factor on it that alone meets the row.

    None if the model has no value, or if no factor of 0 or more would do.
    """
    if one.told.value is None:
        return None
    return _scaled(one.told, one.row.centre - one.told.value)


def turned(one: Ordered) -> tuple[tuple[Part, float] | None, tuple[Part, float] | None]:
    """Return what alone makes the two ways of an ordering equal: on the better, on the worse.

    Each is the largest part of the way and the factor on it, None if no factor of 0 or
    more would do.
    """
    if one.better.value is None or one.worse.value is None:
        return None, None
    gap = one.better.value - one.worse.value
    return _scaled(one.better, -gap), _scaled(one.worse, gap)


def _scaled(told: Told, change: float) -> tuple[Part, float] | None:
    """Return the largest part of a value and the factor on it that changes the value so."""
    if told.value is None or not told.parts or told.parts[0].value <= 0:
        return None
    first = told.parts[0]
    factor = 1 + change / first.value
    return (first, factor) if factor >= 0 else None
