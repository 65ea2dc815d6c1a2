"""How far a winner is from losing: flip distances, a tornado, and the chance that it stays.

Two sides compete for a demand: two ways as they are, or the best ways of two corridor
families, sought anew whenever a rate changes. The lighter one, cost and time at its
value, wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.reprice import weight_of
from corridors.solve.parametric import first_change, least_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    from corridors.metrics.reprice import Repricer, Uncertain
    from corridors.scenario.compile import Compiled
    from corridors.solve.parametric import Broken
    from geodata.types import Ints

    class Sides(Protocol):
        """Gives the ways of the two sides under some prices; None where there is none."""

        def __call__(self, compiled: Compiled) -> tuple[Ints | None, Ints | None]:
            """Return both ways, arcs in travel order."""


#: How many times larger or smaller a value is tried, where its own range is narrower.
REACH = 10.0
#: The change at which a winner is proven to change: this share of the flip on both sides.
EPSILON = 1e-6
#: Weight of a way that there is not, so that the other side wins.
NEVER = 1e12
#: The standard normal value that 95 % of cases keep within.
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Flip:
    """The smallest change of one input that changes the winner.

    `at` is the value where both sides weigh the same; `relative` the change as a share of
    the value, infinite where that is 0. `within` tells whether it lies in the input's own
    range, `proven` whether solving a little before and a little beyond it gave the
    winner and the other.
    """

    input: Uncertain
    at: float
    within: bool
    proven: bool

    @property
    def change(self) -> float:
        """The change in the input's unit, positive for more."""
        return self.at - self.input.value

    @property
    def relative(self) -> float:
        """The change as a share of the value."""
        return self.change / self.input.value if self.input.value else np.inf


@dataclass(frozen=True)
class Swing:
    """How much heavier the second side is at the low and the high value of one input.

    In USD of 2024 per TEU; negative where the second side is the lighter one.
    """

    input: Uncertain
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far apart the two are."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class Standing:
    """How often the winner stays the winner when all inputs vary at once.

    Each input is drawn from a triangular distribution from its low to its high with the
    peak at its value, independently of the others. `p05`, `p50` and `p95` are quantiles
    of how much heavier the loser is, in USD of 2024 per TEU.
    """

    draws: int
    seed: int
    stays: float
    p05: float
    p50: float
    p95: float

    @property
    def standard_error(self) -> float:
        """The standard error of the share that comes of drawing."""
        return sqrt(self.stays * (1 - self.stays) / self.draws) if self.draws else np.inf

    @property
    def interval(self) -> tuple[float, float]:
        """The share's interval of 95 % by Wilson (1927), which says something at 0 and 1 too.

        Examples
        --------
        >>> low, high = Standing(200, 0, 1.0, 5.0, 6.0, 7.0).interval
        >>> round(low, 3), high
        (0.981, 1.0)
        """
        n, square = self.draws, Z_95**2
        middle = (self.stays + square / (2 * n)) / (1 + square / n)
        half = self.stays * (1 - self.stays) / n + square / (4 * n * n)
        width = Z_95 * sqrt(half) / (1 + square / n)
        return max(0.0, middle - width), min(1.0, middle + width)


@dataclass(frozen=True)
class Rivalry:
    """Who wins by how much, and what changes that.

    `gap` is how much heavier the second side is than the first, in USD of 2024 per TEU;
    the first wins where it is positive. `flips` begin with the smallest relative change
    and `swings` with the widest; inputs in `steady` never change the winner as far as
    they were tried.
    """

    gap: float
    flips: tuple[Flip, ...]
    swings: tuple[Swing, ...]
    steady: tuple[Uncertain, ...]
    standing: Standing | None


def compete(
    repricer: Repricer, sides: Sides, *, fixed: bool, draws: int = 0, seed: int = 0
) -> Rivalry:
    """Tell how far the winner of two sides is from losing.

    Parameters
    ----------
    repricer
        The scenario of the demand alone, under any rates.
    sides
        Gives the ways of the two sides under some prices.
    fixed
        Whether the ways are the same under all prices, so that only what they pay counts.
    draws, seed
        How often all inputs are drawn at once, and the seed of it; no draws without.

    Raises
    ------
    ValueError
        If one of the sides has no way.
    """
    return _Contest(repricer, sides, fixed=fixed).rivalry(draws, seed)


class _Contest:
    """Two sides under any prices, answers kept."""

    def __init__(self, repricer: Repricer, sides: Sides, *, fixed: bool) -> None:
        self.repricer, self.sides = repricer, sides
        ways = sides(repricer.compiled)
        if ways[0] is None or ways[1] is None:
            msg = "one of the two has no way"
            raise ValueError(msg)
        self.now = (ways[0], ways[1])
        touched = repricer.used_by(arc for way in self.now for arc in way.tolist())
        self.fixed, self.touched = fixed, touched
        self.inputs = tuple(one for one in repricer.inputs if not fixed or one.name in touched)
        weights = [weight_of(repricer.compiled, way) for way in self.now]
        self.gap = weights[1] - weights[0]

    def rivalry(self, draws: int, seed: int) -> Rivalry:
        """Change one input after the other, then all at once."""
        flips, swings, steady = [], [], []
        for one in self.inputs:
            flip, swing = self._try(one)
            flips += [flip] if flip else []
            steady += [] if flip else [one]
            swings += [swing] if swing.width > 0 else []
        return Rivalry(
            self.gap,
            tuple(sorted(flips, key=lambda flip: (abs(flip.relative), flip.input.name))),
            tuple(sorted(swings, key=lambda swing: (-swing.width, swing.input.name))),
            tuple(steady),
            self._standing(draws, seed) if draws else None,
        )

    def _try(self, one: Uncertain) -> tuple[Flip | None, Swing]:
        """Return the flip of an input, None if there is none, and its swing."""
        solves = _Solves(self, one)
        low, high = self._domain(one)
        ends = sorted(map(one.level, (low, high)))
        start = one.level(one.value)
        changes = [
            level
            for stop, turned in ((ends[1], 1.0), (ends[0], -1.0))
            for level in [self._change(solves, start, stop, turned)]
            if level is not None
        ]
        swing = Swing(
            one,
            *(
                solves.gap(one.level(value)) if low <= value <= high else self.gap
                for value in (one.low, one.high)
            ),
        )
        if not changes:
            return None, swing
        at = min(map(one.at, changes), key=lambda value: abs(value - one.value))
        proven = self._proven(solves, one, at)
        return Flip(one, at, one.low <= at <= one.high, proven), swing

    def _domain(self, one: Uncertain) -> tuple[float, float]:
        """Return from where to where an input is tried.

        What neither way pays now is tried in its own range only, and only for the better:
        dearer or slower it changes neither way.
        """
        if one.name not in self.touched:
            return (one.value, one.high) if one.inverse else (one.low, one.value)
        least = one.value / REACH if one.inverse else 0.0
        return min(one.low, least), max(one.high, one.value * REACH)

    @staticmethod
    def _change(solves: _Solves, start: float, stop: float, turned: float) -> float | None:
        """Return the level nearest to `start` on the way to `stop` where the winner changes."""
        if start == stop:
            return None
        # Going down is going up with the sign turned.
        first, last = turned * start, turned * stop

        def least(side: int) -> Broken:
            return least_of(lambda x: _turned(solves.least(side, turned * x), turned), first, last)

        found = first_change(least(0), least(1), first)
        return None if found is None else turned * found

    @staticmethod
    def _proven(solves: _Solves, one: Uncertain, at: float) -> bool:
        """Whether solving a little before the flip and beyond it gives different winners."""
        step = EPSILON * max(abs(at), abs(at - one.value))
        toward = -1.0 if at > one.value else 1.0
        before, beyond = at + toward * step, at - toward * step
        if not (beyond > 0 if one.inverse else beyond >= 0):
            return False
        gaps = [solves.gap(one.level(value)) for value in (before, beyond)]
        return (gaps[0] > 0) != (gaps[1] > 0)

    def _standing(self, draws: int, seed: int) -> Standing:
        """Draw all inputs at once and count how often the winner stays."""
        rng = np.random.default_rng(seed)
        low, value, high = (
            np.array([getattr(one, name) for one in self.inputs])
            for name in ("low", "value", "high")
        )
        drawn = rng.triangular(low, np.clip(value, low, high), high, (draws, len(self.inputs)))
        names = [one.name for one in self.inputs]
        gaps = np.array([self.gap_under(dict(zip(names, row, strict=True)))
                         for row in drawn.tolist()])  # fmt: skip
        ahead = gaps if self.gap >= 0 else -gaps
        quantiles = np.quantile(ahead, (0.05, 0.5, 0.95)).tolist()
        return Standing(draws, seed, float((ahead > 0).mean()), *quantiles)

    def gap_under(self, values: Mapping[str, float]) -> float:
        """Return how much heavier the second side is under some values of inputs."""
        compiled = self.repricer.under(values)
        first, second = (
            NEVER if way is None else weight_of(compiled, way) for way in self.ways(compiled)
        )
        return second - first

    def ways(self, compiled: Compiled) -> tuple[Ints | None, Ints | None]:
        """Return the ways of both sides under some prices."""
        return self.now if self.fixed else self.sides(compiled)


class _Solves:
    """The answers of a contest as one input changes, by its level."""

    def __init__(self, contest: _Contest, one: Uncertain) -> None:
        self.contest, self.one = contest, one
        self._compiled: dict[float, Compiled] = {}
        self._ways: dict[float, tuple[Ints | None, Ints | None]] = {}

    def least(self, side: int, level: float) -> tuple[float, Callable[[float], float]]:
        """Return the weight of a side at a level, and of the way it takes there at any."""
        way = self._at(level)[side]
        if way is None:
            return NEVER, lambda _: NEVER
        return self._weight(way, level), lambda other: self._weight(way, other)

    def gap(self, level: float) -> float:
        """Return how much heavier the second side is at a level."""
        return self.least(1, level)[0] - self.least(0, level)[0]

    def _at(self, level: float) -> tuple[Ints | None, Ints | None]:
        if level not in self._ways:
            self._ways[level] = self.contest.ways(self._prices(level))
        return self._ways[level]

    def _weight(self, way: Ints, level: float) -> float:
        return weight_of(self._prices(level), way)

    def _prices(self, level: float) -> Compiled:
        if level not in self._compiled:
            values = {self.one.name: self.one.at(level)}
            self._compiled[level] = self.contest.repricer.under(values)
        return self._compiled[level]


def _turned(
    solved: tuple[float, Callable[[float], float]], sign: float
) -> tuple[float, Callable[[float], float]]:
    """Return an answer whose line is asked about turned levels."""
    value, line = solved
    return value, lambda x: line(sign * x)
