"""States of a sweep: what every demand costs in each, and what stands out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from corridors.metrics.catalogue import metric
from corridors.solve.finder import Finder
from corridors.solve.lattice import CHUNK, OdTree, demand_lattice
from corridors.solve.sampling import drawn, estimate, masks_of
from corridors.solve.switched import switches_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.metrics.switching import Board
    from corridors.model.result import Metric
    from corridors.model.scenario import Scenario
    from geodata.types import Bools, Floats, Ints

#: How likely a switch is closed in a random state if the scenario does not say.
EVEN = 0.5


@dataclass(frozen=True)
class Column:
    """The costs of one demand: of a lattice, or of random states.

    `cost` (ways,) are distinct costs in USD of 2024 per TEU, infinite where there is no
    way, and `node` (2^r,) indexes them by the states of the r switches of `relevant`. Of
    random states `node` (draws,) does so by draw and `relevant` is empty. `ends` are the
    costs with everything open, with everything closed, and in the scenario as it is.
    """

    relevant: Ints
    node: Ints
    cost: Floats
    ends: Floats
    searches: Ints

    def arrays(self) -> dict[str, np.ndarray]:
        """Return what is kept in a file."""
        return {name: np.asarray(getattr(self, name)) for name in self.__dataclass_fields__}

    def at(self, states: Ints) -> Floats:
        """Return the cost in states given by their closed switches, or by draw."""
        if not len(self.relevant):
            return self.cost[self.node[states if len(self.node) > 1 else np.zeros_like(states)]]
        packed = np.zeros(len(states), np.int64)
        for place, switch in enumerate(self.relevant.tolist()):
            packed |= ((states >> switch) & 1) << place
        return self.cost[self.node[packed]]


def column_of(board: Board, row: int, sample: int | None) -> Column:
    """Answer one demand of a board in all its states, or in so many random ones."""
    task = board.tasks[row]
    marks = (0, task.graph.everything, board.as_is)
    if sample is None:
        found = demand_lattice(task)
        return Column(
            np.array(found.relevant, np.int64), found.node.astype(np.int64), found.cost,
            found.costs_at(np.array(marks, np.uint64)), np.array([found.searches]),
        )  # fmt: skip
    tree = OdTree(Finder(task.graph, task.start, task.goals))
    states = masks_of(sampled_states(board, sample))
    cost = np.array([tree.at(one).cost for one in states])
    ends = np.array([tree.at(one).cost for one in marks])
    distinct, node = np.unique(cost, return_inverse=True)
    none = np.zeros(0, np.int64)
    return Column(none, node, distinct, ends, np.array([tree.finder.searches]))


def sampled_states(board: Board, sample: int) -> Bools:
    """Return the random states of a board, closed switches true, shape (sample, switches).

    A switch is closed with its chance in the scenario, one that has none half of the times;
    the same seed gives the same states.
    """
    chances = board.scenario.control.chances
    closing = np.array([chances.get(one.id, EVEN) for one in board.switches])
    return drawn(closing, draws=sample, seed=board.scenario.seed)


def penalties(scenario: Scenario, now: Floats, at_best: Floats) -> Floats:
    """Return what a TEU without a way counts as, in USD of 2024, by demand.

    It stands for the next best thing outside of the model: other goods, another source, the
    air, or no trade. That is a multiple of what it costs now, or with everything open if
    there is no way now; the scenario's own penalty if there is never one.
    """
    base = np.where(np.isfinite(now), now, at_best)
    usual = scenario.costs.penalty_usd_per_teu
    return np.where(np.isfinite(base), base * scenario.control.penalty_multiple, usual)


@dataclass(frozen=True)
class Swept:
    """All answers of a sweep.

    `closed` (states, switches) marks the closed switches of random states; None if all
    2^n are answered, bit i of a state for switch i. `penalty` (demands,) is what a TEU
    without a way counts as, in USD of 2024.
    """

    board: Board
    columns: tuple[Column, ...]
    closed: Bools | None
    penalty: Floats

    @classmethod
    def of(cls, board: Board, columns: Sequence[Column], closed: Bools | None) -> Self:
        """Gather the columns of the demands of a board."""
        ends = np.array([one.ends for one in columns]).reshape(len(columns), 3)
        penalty = penalties(board.scenario, ends[:, 2], ends[:, 0])
        return cls(board, tuple(columns), closed, penalty)

    @property
    def exact(self) -> bool:
        """Whether all states are answered."""
        return self.closed is None

    @property
    def n_states(self) -> int:
        """Number of states."""
        return 1 << self.board.n if self.closed is None else len(self.closed)

    def chunks(self, size: int = CHUNK) -> Iterator[tuple[Ints, Floats]]:
        """Yield states in ranges with the cost of every demand, shape (demands, states)."""
        for start in range(0, self.n_states, size):
            states = np.arange(start, min(start + size, self.n_states))
            yield states, np.array([one.at(states) for one in self.columns])

    def names(self, states: Ints) -> list[str]:
        """Return the ids of the closed switches of states, joined by ``;``."""
        ids = [one.id for one in self.board.switches]
        if self.closed is not None:
            rows = self.closed[states]
            return [";".join(ids[at] for at in np.flatnonzero(row).tolist()) for row in rows]
        return [";".join(ids[at] for at in switches_of(one)) for one in states.tolist()]

    @cached_property
    def totals(self) -> tuple[Floats, Floats, Ints]:
        """Cost in USD of 2024 a year, TEU unserved and demands reached by state, (states,)."""
        found = [self._totals(cost) for _, cost in self.chunks()]
        cost, unserved, reached = (np.concatenate(one) for one in zip(*found, strict=True))
        return cost, unserved, reached

    def _totals(self, cost: Floats) -> tuple[Floats, Floats, Ints]:
        volume = self.board.volume
        there = np.isfinite(cost)
        return (
            volume @ np.minimum(cost, self.penalty[:, None]), volume @ ~there, there.sum(axis=0)
        )  # fmt: skip

    @cached_property
    def unreachable(self) -> tuple[str, ...]:
        """The demands without a way even with everything open, those without a line too."""
        board = self.board
        apart = [one.id for k, one in enumerate(board.scenario.demands) if k not in board.served]
        shut = [d.id for d, one in zip(board.demands, self.columns, strict=True)
                if not np.isfinite(one.ends[0])]  # fmt: skip
        return (*apart, *shut)

    def metrics(self) -> list[Metric]:
        """Return what stands out, as metrics of the sweep and of each demand."""
        found = [metric(name, "sweep", "all", value) for name, value in self._whole()]
        for demand, one in zip(self.board.demands, self.columns, strict=True):
            share = float(np.isfinite(one.cost[one.node]).mean())
            found.append(metric("reached_share_of_states", "demand", demand.id, share))
            costs = zip(("cost_all_open", "cost_all_closed"), one.ends.tolist(), strict=False)
            found += [metric(name, "demand", demand.id, value) for name, value in costs
                      if np.isfinite(value)]  # fmt: skip
        return found

    def _whole(self) -> Iterator[tuple[str, float]]:
        """Yield name and value of what all states come to."""
        cost, unserved, reached = self.totals
        yield "states", float(self.n_states)
        yield "state_cost_least", float(cost.min())
        yield "state_cost_most", float(cost.max())
        yield "state_unserved_most", float(unserved.max())
        yield "state_reached_least", float(reached.min())
        ends = np.array([one.ends for one in self.columns]).reshape(-1, 3)
        yield "state_cost_all_open", float(self._totals(ends[:, :1])[0][0])
        yield "state_cost_all_closed", float(self._totals(ends[:, 1:2])[0][0])
        if not self.exact:
            names = ("state_cost_mean", "state_cost_mean_low", "state_cost_mean_high")
            yield from zip(names, estimate(cost), strict=True)
