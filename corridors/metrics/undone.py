"""What would undo an answer: the single refusals and planned links without which it is gone.

An answer is what a scenario costs beyond the base, over the demands of both. One switch is
turned in both at once: an actor refuses what passes it, or a line that is only planned
stands. What is left of the difference then is what of the answer does not hang on that
switch. Switches that the scenario itself turns are not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.claims import Costed
from corridors.scenario.stances import refusing
from corridors.scenario.switches import ACTOR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from corridors.metrics.transit import Holdings
    from geodata.types import Ints

#: An answer of which no more than this is left is undone.
UNDONE = 0.1
#: A difference below this, USD of 2024 a year, is none.
LEAST_USD = 1e4


class Turned(NamedTuple):
    """What demands cost once a switch is turned; only those that change, by id.

    `opened` tells whether it was closed and is open then: a planned line that stands.
    """

    opened: bool
    costs: Mapping[str, float]


@dataclass(frozen=True)
class Answered:
    """A scenario answered as it is and with each single switch turned.

    `costs` and `penalty` (USD per TEU without a way), `families` along which its way runs,
    all by demand; `turned` by switch; `own` are the switches that the scenario itself turns
    against how things stand.
    """

    scenario: str
    costs: Mapping[str, Costed]
    penalty: Mapping[str, float]
    families: Mapping[str, tuple[str, ...]]
    turned: Mapping[str, Turned]
    refuses: frozenset[str]


class Left(NamedTuple):
    """What is left of an answer once a switch is turned, USD of 2024 a year and as a share."""

    switch: str
    opened: bool
    usd: float
    share: float

    @property
    def undone(self) -> bool:
        """Whether the answer is gone or turned round."""
        return self.share <= UNDONE


def answered(
    scenario: str, holdings: Holdings, families: Callable[[Ints], Sequence[str]]
) -> Answered:
    """Ask every demand of a scenario as it is and with each single switch turned."""
    demands, board = holdings.demands, holdings.board
    costs = {one.id: Costed(float("inf"), one.teu_per_year) for one in board.scenario.demands} | {
        one.id: Costed(float(cost), one.teu_per_year)
        for one, cost in zip(demands, holdings.base, strict=True)
    }
    along = {
        one.id: tuple(families(way.arcs))
        for one, way in zip(demands, holdings.now, strict=True)
        if np.isfinite(way.cost)
    }
    penalty = {one.id: float(p) for one, p in zip(demands, holdings.penalty, strict=True)}
    refuses = refusing(board.scenario.access.refuses, board.compiled.law)
    turned = dict(_turned(holdings))
    return Answered(scenario, costs, penalty, along, turned, refuses)


def _turned(holdings: Holdings) -> Iterator[tuple[str, Turned]]:
    board, demands = holdings.board, holdings.demands
    for at, one in enumerate(board.switches):
        bit = 1 << at
        if one.kind == ACTOR:
            after = holdings.without(at)
        elif board.as_is & bit:
            trees = holdings.exposure.trees
            after = np.array([tree.at(board.as_is & ~bit).cost for tree in trees])
        else:
            continue
        changed = np.flatnonzero(after != holdings.base).tolist()
        costs = {demands[k].id: float(after[k]) for k in changed}
        yield one.id, Turned(one.kind != ACTOR, costs)


def effect(base: Answered, other: Answered) -> float:
    """Return what a scenario costs beyond the base, USD of 2024 a year.

    A TEU without a way counts as the base's penalty; demands of both that have one.
    """
    return float(sum(_gap(base, other, None, demand) for demand in _both(base, other)))


def left_of(base: Answered, other: Answered) -> tuple[Left, ...]:
    """Return what is left of an answer by switch turned, the least first.

    Where there is no answer, because nothing moves, the shares are infinite and those come
    first that move most.
    """
    whole = effect(base, other)
    both = _both(base, other)
    found = []
    for name in base.turned.keys() & other.turned.keys():
        mine, theirs = base.turned[name], other.turned[name]
        if mine.opened != theirs.opened or name in base.refuses | other.refuses:
            continue
        moved = [one for one in both if one in mine.costs or one in theirs.costs]
        usd = whole + sum(
            _gap(base, other, name, one) - _gap(base, other, None, one) for one in moved
        )
        share = usd / whole if abs(whole) >= LEAST_USD else float("inf")
        found.append(Left(name, mine.opened, usd, share))
    if abs(whole) >= LEAST_USD:
        return tuple(sorted(found, key=lambda one: (one.share, one.switch)))
    return tuple(sorted(found, key=lambda one: (-abs(one.usd), one.switch)))


def _both(base: Answered, other: Answered) -> list[str]:
    return [one for one in base.costs if one in other.costs and one in base.penalty]


def _gap(base: Answered, other: Answered, switch: str | None, demand: str) -> float:
    """Return what a demand costs a year in the other beyond the base, a switch turned in both."""
    paid = []
    for one in (base, other):
        cost = one.costs[demand].cost
        if switch is not None:
            cost = one.turned[switch].costs.get(demand, cost)
        paid.append(min(cost, base.penalty[demand]))
    return (paid[1] - paid[0]) * base.costs[demand].teu_per_year
