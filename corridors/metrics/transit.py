"""The transit game of a scenario: what every coalition of actors makes each demand cost.

An actor that refuses closes what it may deny to cargo that passes; trade of its own it
always lets through, so that nobody is held to rule over what begins or ends at home. That
is one state of the access lattice for each demand and coalition.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.states import penalties
from corridors.scenario.cargo import countries_of
from corridors.scenario.stances import refusing
from corridors.scenario.switches import ACTOR
from corridors.solve.coalitions import closed_by, gatekeepers, with_shippers, yearly
from corridors.solve.exposure import Exposure
from corridors.solve.lattice import OdTree, lattice_of
from corridors.solve.switched import switches_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.switching import Board
    from corridors.model.scenario import Demand
    from corridors.scenario.switches import Switch
    from corridors.solve.lattice import DemandLattice, Lattice, Node
    from geodata.snapshot import Snapshot
    from geodata.types import Bools, Floats, Ints

#: The penalty is also tried at these multiples of itself.
SWEEP = (0.5, 1.0, 2.0)


class Ways(NamedTuple):
    """The way of a demand as the scenario is: what it costs, its arcs and who touches it."""

    cost: float
    arcs: Ints
    used: int


class Standing(OdTree):
    """A tree seen with some switches closed for good: lines that are not built."""

    def __init__(self, tree: OdTree, always: int) -> None:
        """Share what the tree has found."""
        super().__init__(tree.finder)
        self.nodes, self.always = tree.nodes, always

    def at(self, closed: int) -> Node:
        """Return the node of a state, with those closed that always are."""
        return super().at(closed | self.always)


@dataclass(frozen=True)
class Holdings:
    """All actors and links of a scenario, asked a few closures at a time.

    `rows` are the demands of the board that have a way, now or with everything open; all
    arrays over demands are about these. `own` (demands,) are the switches of the actors at
    a demand's own ends, `penalty` (demands,) what a TEU without a way counts as.
    """

    board: Board
    exposure: Exposure
    rows: tuple[int, ...]
    own: tuple[int, ...]
    penalty: Floats

    @property
    def demands(self) -> tuple[Demand, ...]:
        """The demands that count."""
        return tuple(self.board.demands[k] for k in self.rows)

    @property
    def volume(self) -> Floats:
        """TEU a year of each demand, (demands,)."""
        return self.exposure.volume

    @cached_property
    def now(self) -> tuple[Ways, ...]:
        """The way of each demand as the scenario is."""
        found = []
        for row, tree in zip(self.rows, self.trees, strict=True):
            node = tree.at(0)
            found.append(Ways(node.cost, self.board.arcs(row, node.arcs), node.used))
        return tuple(found)

    @cached_property
    def base(self) -> Floats:
        """What a TEU of each demand costs as the scenario is, (demands,)."""
        return np.array([one.cost for one in self.now])

    @cached_property
    def trees(self) -> tuple[Standing, ...]:
        """The trees of the demands with nothing built but what the scenario builds."""
        return tuple(Standing(one, self.board.as_is) for one in self.exposure.trees)

    @cached_property
    def actors(self) -> int:
        """The switches that are actors', as a set."""
        return sum(1 << at for at, one in enumerate(self.board.switches) if one.kind == ACTOR)

    def without(self, switch: int) -> Floats:
        """Return what each costs once an actor refuses what passes, (demands,)."""
        return self.refused(1 << switch)

    def refused(self, closed: int) -> Floats:
        """Return what each costs once several actors refuse what passes, (demands,)."""
        pairs = zip(self.trees, self.own, strict=True)
        return np.array([tree.at(closed & ~own).cost for tree, own in pairs])

    @cached_property
    def passing(self) -> dict[int, Bools]:
        """Which demands pass each actor's land, ports or straits now, not being its own."""
        found: dict[int, Bools] = {}
        for k, (way, own) in enumerate(zip(self.now, self.own, strict=True)):
            for at in switches_of(way.used & ~own):
                if self.board.switches[at].kind == ACTOR:
                    found.setdefault(at, np.zeros(len(self.rows), bool))[k] = True
        return found


def holdings_of(board: Board, snapshot: Snapshot) -> Holdings:
    """Return the holdings of a board."""
    whole = Exposure.of(board.tasks, board.volume, penalty=1.0)
    now, at_best = whole.costs(board.as_is), whole.costs(0)
    rows = tuple(np.flatnonzero(np.isfinite(at_best)).tolist())
    penalty = penalties(board.scenario, now, at_best)[list(rows)]
    trees = tuple(whole.trees[k] for k in rows)
    exposure = Exposure(trees, whole.volume[list(rows)], penalty, board.n)
    return Holdings(board, exposure, rows, own_of(board, snapshot, rows), penalty)


def own_of(board: Board, snapshot: Snapshot, rows: Sequence[int]) -> tuple[int, ...]:
    """Return the switches of the actors at the ends of some demands of a board, as sets."""
    country = countries_of(snapshot.places)
    law = board.compiled.law
    meant = {
        at: refusing(one.names, law) for at, one in enumerate(board.switches) if one.kind == ACTOR
    }
    found = []
    for k in rows:
        demand = board.demands[k]
        ends = {country.get(demand.origin, ""), country.get(demand.destination, "")}
        found.append(sum(1 << at for at, actors in meant.items() if not ends.isdisjoint(actors)))
    return tuple(found)


@dataclass(frozen=True)
class Game:
    """Players, and some links beside them, over all their states.

    `lattice` has a demand for each of the holdings's, bit i for switch i of `board`, of which
    the first `n` are the players. `own` (demands,) are the players at a demand's own ends.
    """

    board: Board
    lattice: Lattice
    n: int
    own: tuple[int, ...]
    volume: Floats
    penalty: Floats
    demands: tuple[Demand, ...]

    @property
    def players(self) -> tuple[Switch, ...]:
        """The players, by bit."""
        return self.board.switches[: self.n]

    @property
    def links(self) -> tuple[Switch, ...]:
        """The links, by bit from `n` on."""
        return self.board.switches[self.n :]

    @property
    def bits(self) -> list[int]:
        """The switch of each player, as a set."""
        return [1 << at for at in range(self.n)]

    @cached_property
    def cost(self) -> Floats:
        """What a TEU costs by those who let pass, infinite without a way, (demands, 2^n)."""
        closed = closed_by(self.bits, always=self.board.as_is)
        return np.array(
            [
                one.costs_at(closed & ~np.uint64(own))
                for one, own in zip(self.lattice.demands, self.own, strict=True)
            ]
        ).reshape(len(self.own), 1 << self.n)

    def yearly(self, factor: float = 1.0) -> Floats:
        """Return what each demand costs a year, the penalty at a multiple, (demands, 2^n)."""
        return yearly(self.cost, self.volume, penalty=self.penalty * factor)

    def gate(self, factor: float = 1.0) -> Floats:
        """Return game G1, of those who let pass, in USD of 2024 a year, (2^n,)."""
        return np.asarray(gatekeepers(self.yearly(factor)).sum(axis=0))

    def trade(self, factor: float = 1.0) -> Floats:
        """Return game G2, in which shippers play too, in USD of 2024 a year, (2^n,).

        Demands without a player at either end are left out: nobody could bring them in.
        """
        ours = np.array([own > 0 for own in self.own], bool)
        return np.asarray(with_shippers(self.yearly(factor), self.own)[ours].sum(axis=0))

    @cached_property
    def total(self) -> Floats:
        """What all cost a year in each state of players and links, (2^switches,)."""
        return self.total_at(1.0)

    def total_at(self, factor: float) -> Floats:
        """Return the same with the penalty at a multiple of itself, (2^switches,)."""
        states = np.arange(self.lattice.n_states, dtype=np.uint64)
        found = np.zeros(len(states))
        for one, own, volume, penalty in zip(
            self.lattice.demands, self.own, self.volume, self.penalty, strict=True
        ):
            cost = one.costs_at(states & ~np.uint64(own))
            found += np.minimum(cost, penalty * factor) * volume
        return found

    def lattice_row(self, k: int) -> DemandLattice:
        """Return the lattice of a demand."""
        return self.lattice.demands[k]


def game_of(board: Board, holdings: Holdings, snapshot: Snapshot) -> Game:
    """Return the game of a board whose actors come before its links."""
    n = sum(one.kind == ACTOR for one in board.switches)
    lattice = lattice_of([board.tasks[k] for k in holdings.rows], n_switches=board.n)
    return Game(
        board, lattice, n, own_of(board, snapshot, holdings.rows), holdings.volume,
        holdings.penalty, holdings.demands,
    )  # fmt: skip
