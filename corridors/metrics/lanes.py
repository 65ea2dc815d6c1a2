"""The graphs that classes of cargo travel in a flow, and capacities over all of them.

Cargo of one view shares a graph; where memory matters, so does cargo of one view from one
start, on nodes split by what it remembers. Each takes of capacities what its goods weigh and
the caps that are about it say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.memory import over, root_of, split_of
from corridors.model.cost import Component
from corridors.model.scenario import EMPTIES_AS_LOADED
from corridors.solve.problem import Boxes, Capacities, FlowClass
from corridors.solve.stateful import Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.scenario import Demand
    from corridors.scenario.capacity import CapacityRows
    from corridors.scenario.compile import ClassView, Compiled
    from geodata.types import Floats, Ints

#: What an empty box weighs, in tonnes per TEU: general knowledge.
EMPTY_TONNES_PER_TEU = 2.3


@dataclass(frozen=True)
class Lane:
    """The graph of some cargo: of a class, `number`, and the one at `place` in a flow."""

    field: Field
    graph: FlowClass
    view: ClassView
    number: int
    place: int

    def root(self, start: int) -> int:
        """Return the node, or state, in which cargo sets out from a node."""
        return root_of(self.view, self.field, start) if self.view.memory.matters else start

    def goals(self, end: int) -> Ints:
        """Return the states of a node in which cargo may arrive."""
        return self.field.states(np.array([end]))

    def rows(self, way: Ints, start: int) -> Ints:
        """Return the rows of a way, given by its arcs in travel order."""
        memories = np.searchsorted(self.field.memories, self.view.memory_along(way, start))
        found: Ints = way + memories * len(self.view.compiled.graph.arcs)
        return found

    def arcs(self, rows: Ints) -> Ints:
        """Return the arcs of the decision graph of some rows."""
        found: Ints = self.field.arc[rows]
        return found


class Lanes:
    """Makes graphs when they are asked for, and capacities over their arcs."""

    def __init__(self, compiled: Compiled, rows: CapacityRows) -> None:
        """Take the compiled scenario and its capacities."""
        self.compiled, self.capacity = compiled, rows
        self.lanes: list[Lane] = []
        self._known: dict[tuple[int, int], Lane] = {}

    def of(self, view: int, start: int) -> Lane:
        """Return the graph of cargo of a class from a node."""
        remembers = self.compiled.views[view].memory.matters
        key = (view, start if remembers else -1)
        if key not in self._known:
            self._known[key] = self._lane(view, start)
            self.lanes.append(self._known[key])
        return self._known[key]

    def capacities(self, limit: Floats) -> Capacities:
        """Return the capacities with what each graph made so far takes of them.

        Parameters
        ----------
        limit
            What may pass each capacity row, TEU a year, (rows,).
        """
        rows = self.capacity
        own = {lane.place: rows.usage_of(lane.number) for lane in self.lanes}
        return Capacities(rows.usage, limit, own=own)

    def boxes(self, demands: Sequence[Demand], views: Sequence[int], how: str) -> Boxes:
        """Return the empty boxes of some demands: where they are needed, and how they travel.

        Parameters
        ----------
        demands, views
            The demands, each with its class of cargo.
        how
            What a box costs: that of a loaded one, or its line haul alone.

        Notes
        -----
        Boxes may go where any cargo of the demands may that travels in them, as long as it
        has been nowhere. Caps by rules are about cargo: boxes take nothing of them.
        """
        graph, rows = self.compiled.graph, self.capacity
        at = {name: k for k, name in enumerate(graph.terminal_ids)}
        names = sorted({name for one in demands for name in (one.origin, one.destination)})
        place = {name: k for k, name in enumerate(names)}
        terminals = np.array([at[name] for name in names], np.int64)
        loaded = [self.compiled.views[view] for view in views]
        factor = rows.factor_of(EMPTY_TONNES_PER_TEU)
        factor[list(rows.masks)] = 0.0
        return Boxes(
            graph=self._box_graph(sorted(set(views)), how),
            depart=np.asarray(graph.origin[terminals], np.int64),
            arrive=np.asarray(graph.destination[terminals], np.int64),
            start=np.array([place[one.origin] for one in demands], np.int64),
            end=np.array([place[one.destination] for one in demands], np.int64),
            per_unit=np.array([float(view.terms.in_containers) for view in loaded]),
            factor=factor,
        )

    def _box_graph(self, numbers: Sequence[int], how: str) -> FlowClass:
        arcs, n_nodes = self.compiled.graph.arcs, len(self.compiled.graph.nodes)
        usable, cost = np.zeros(len(arcs), np.bool_), np.full(len(arcs), np.inf)
        views = [self.compiled.views[number] for number in numbers]
        for view in (view for view in views if view.terms.in_containers):
            usable |= view.open
            mine = view.generalised_usd_per_teu if how == EMPTIES_AS_LOADED else _line_haul(view)
            cost = np.where(view.open, np.minimum(cost, mine), cost)
        every = np.arange(len(arcs))
        return FlowClass(arcs.tail, arcs.head, every, cost, usable, n_nodes)

    def _lane(self, number: int, start: int) -> Lane:
        view = self.compiled.views[number]
        arcs = self.compiled.graph.arcs
        if view.memory.matters:
            field = split_of(view, start)
        else:
            field = Field.plain(arcs.tail, arcs.head, n_nodes=len(self.compiled.graph.nodes))
        graph = FlowClass(
            field.tail, field.head, field.arc,
            over(field, view.generalised_after), over(field, view.open_after), field.n_states,
            tie=over(field, view.time_after),
        )  # fmt: skip
        return Lane(field, graph, view, number, len(self.lanes))


def _line_haul(view: ClassView) -> Floats:
    """Return what the line haul alone costs on each arc, USD per TEU."""
    prices = view.prices
    items = [
        [one for one in tariff.items if one.component == Component.LINEHAUL]
        for tariff in prices.tariffs
    ]
    fixed = np.array([sum(one.usd for one in each) for each in items])
    per_km = np.array([sum(one.usd_per_km for one in each) for each in items])
    km = view.compiled.graph.arcs.length_km
    found: Floats = fixed[prices.tariff] + per_km[prices.tariff] * km
    return found
