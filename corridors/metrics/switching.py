"""The demands of a scenario as tasks of the access lattice, for a choice of switches.

Cargo alike to all rules shares a graph; where cargo remembers where it has been, the graph
is split by that, as in a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.memory import over, root_of, split_of
from corridors.solve.finder import Finder
from corridors.solve.lattice import Task
from corridors.solve.stateful import Field
from corridors.solve.switched import Needs, Switched

if TYPE_CHECKING:
    from corridors.model.scenario import Demand, Scenario
    from corridors.scenario.compile import ClassView, Compiled
    from corridors.scenario.switches import Switch
    from geodata.types import Bools, Floats, Ints


class Ground(NamedTuple):
    """The graph of some demands: split by what is remembered, and with its switches."""

    field: Field
    graph: Switched


@dataclass(frozen=True)
class Board:
    """A scenario with everything of its switches open, and what each closes.

    `rows` (switches, n) are the arcs that each closes, `as_is` the switches that are
    closed in the scenario itself. `served` are the demands that have a line at both ends;
    all tables of the board are about these, in this order.
    """

    scenario: Scenario
    compiled: Compiled
    switches: tuple[Switch, ...]
    rows: Bools
    as_is: int

    @property
    def n(self) -> int:
        """Number of switches."""
        return len(self.switches)

    @cached_property
    def index(self) -> dict[str, int]:
        """Bit of each switch."""
        return {one.id: at for at, one in enumerate(self.switches)}

    @cached_property
    def ends(self) -> list[tuple[int, int]]:
        """Nodes at which each demand of the scenario starts and ends, -1 without a line."""
        graph = self.compiled.graph
        at = {name: k for k, name in enumerate(graph.terminal_ids)}
        return [
            (int(graph.origin[at[one.origin]]), int(graph.destination[at[one.destination]]))
            for one in self.scenario.demands
        ]

    @cached_property
    def served(self) -> tuple[int, ...]:
        """The demands with a line at both ends."""
        return tuple(k for k, ends in enumerate(self.ends) if min(ends) >= 0)

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """Those demands themselves."""
        return tuple(self.scenario.demands[k] for k in self.served)

    @cached_property
    def volume(self) -> Floats:
        """TEU a year of each of them."""
        return np.array([one.teu_per_year for one in self.demands])

    @cached_property
    def tasks(self) -> tuple[Task, ...]:
        """The task of each of them."""
        return tuple(self._task(k) for k in self.served)

    def costs(self, closed: int) -> Floats:
        """Return what a TEU of each demand costs in a state, infinite without a way."""
        finders = (Finder(one.graph, one.start, one.goals) for one in self.tasks)
        return np.array([one.way(closed).cost for one in finders])

    def arcs(self, row: int, way: Ints) -> Ints:
        """Return the arcs of the decision graph of a way found for the demand of a row."""
        found: Ints = self._ground_of(self.served[row]).field.arc[way]
        return found

    def field(self, row: int) -> Field:
        """Return the graph, split by memory, on which the demand of a row is searched."""
        return self._ground_of(self.served[row]).field

    def _task(self, k: int) -> Task:
        ground, view = self._ground_of(k), self.compiled.view(k)
        start, end = self.ends[k]
        root = root_of(view, ground.field, start) if view.memory.matters else start
        return Task(ground.graph, root, ground.field.states(np.array([end])))

    def _ground_of(self, k: int) -> Ground:
        return self._grounds[self._key(k)]

    def _key(self, k: int) -> tuple[int, int]:
        """Return what tells the graphs of demands apart: their cargo, and its memory at first."""
        gain = self.compiled.view(k).memory.gain_at_node
        return self.compiled.view_of[k], int(gain[self.ends[k][0]])

    @cached_property
    def _grounds(self) -> dict[tuple[int, int], Ground]:
        first: dict[tuple[int, int], int] = {}
        for k in self.served:
            first.setdefault(self._key(k), k)
        return {key: self._ground(k) for key, k in first.items()}

    def _ground(self, demand: int) -> Ground:
        view, start = self.compiled.view(demand), self.ends[demand][0]
        field = self._field(view, start)
        graph = Switched.of(
            field.tail, field.head, over(field, view.generalised_after),
            needs=self._needs._replace(of_arc=self._needs.of_arc[field.arc]),
            usable=over(field, view.open_after), n_nodes=field.n_states,
        )  # fmt: skip
        return Ground(field, graph)

    def _field(self, view: ClassView, start: int) -> Field:
        if view.memory.matters:
            return split_of(view, start)
        arcs = self.compiled.graph.arcs
        return Field.plain(arcs.tail, arcs.head, n_nodes=len(self.compiled.graph.nodes))

    @cached_property
    def _needs(self) -> Needs:
        """Which switches each arc needs open."""
        packed = np.ascontiguousarray(np.packbits(self.rows, axis=0, bitorder="little").T)
        if not packed.size:
            return Needs((0,), np.zeros(self.rows.shape[1], np.int64), self.n)
        kinds, of_arc = np.unique(packed, axis=0, return_inverse=True)
        sets = tuple(int.from_bytes(one.tobytes(), "little") for one in kinds)
        return Needs(sets, of_arc.ravel().astype(np.int64), self.n)
