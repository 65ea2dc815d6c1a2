"""What is to be carried, over which graphs and through which capacities: frozen arrays.

Every class of cargo has a graph of its own, whose rows stand for arcs of one decision
graph that all classes have in common; capacities are on those arcs. A class whose access
depends on where the cargo has been brings a graph split by what it remembers, see
:mod:`corridors.solve.stateful`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]

#: How many wrong rows of one kind an error names.
NAMED = 5


@dataclass(frozen=True)
class FlowClass:
    """The graph in which a class of cargo travels, one row per arc (and memory).

    `tail` and `head` (rows,) are nodes (or states), `arc` (rows,) the arc of the decision
    graph that a row stands for. `cost` (rows,) is USD per unit, not negative; rows that are
    not `usable` (rows,) may cost anything. `tie` (rows,) is what decides between flows that
    cost the same, e.g. hours; without it the number of rows travelled.
    """

    tail: Nodes
    head: Nodes
    arc: Ints
    cost: Floats
    usable: Bools
    n_nodes: int
    tie: Floats | None = None


@dataclass(frozen=True)
class Demands:
    """What is to be carried, in units a year; one entry per demand.

    A demand goes from node `origin` to any one of the nodes `destinations` (several where
    the destination is one node with different memories) of the graph of its class `cls`.
    What stays unserved costs `penalty` USD per unit.
    """

    cls: Ints
    origin: Ints
    destinations: Sequence[Ints]
    volume: Floats
    penalty: Floats

    def __len__(self) -> int:
        """Return the number of demands."""
        return len(self.volume)


@dataclass(frozen=True)
class Capacities:
    """Limits on what passes, one row each, over the arcs that all classes share.

    A row may bundle arcs: a port, a crossing, both directions of a single track. It is
    kept if the sum over classes and arcs of ``factor[class, row] * usage[row, arc] *
    flow[class, arc]`` is at most `limit[row]`, which is infinite where nothing limits.

    `usage` (rows, arcs) is what a unit on an arc takes, not negative. `factor` (classes,
    rows) turns a unit of a class into the row's unit, e.g. tonnes per TEU; 0 where the row
    does not concern the class; 1 throughout if not given. `own` holds, by the number of its
    graph, the usage of a class that takes something else: e.g. where a row counts for some
    of its arcs only; empty boxes are the last graph. `minimum` (rows,) is what must
    pass at least, 0 if not given: what is missing costs `shortfall` USD per unit of the
    row and is reported.
    """

    usage: sp.csr_array
    limit: Floats
    factor: Floats | None = None
    minimum: Floats | None = None
    shortfall: float = 1e6
    own: Mapping[int, sp.csr_array] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.limit)

    @classmethod
    def none(cls, arcs: int) -> Capacities:
        """Return no capacities over so many arcs."""
        return cls(sp.csr_array((0, arcs)), np.zeros(0))

    @classmethod
    def on_arcs(cls, arcs: Ints, limit: Floats, *, of: int) -> Capacities:
        """Return a capacity for each of some arcs, out of so many arcs."""
        place = np.arange(len(arcs)), np.asarray(arcs)
        usage = sp.csr_array((np.ones(len(arcs)), place), shape=(len(arcs), of))
        return cls(usage, np.asarray(limit, np.float64))


@dataclass(frozen=True)
class Boxes:
    """Containers, which go back empty: what arrives at a place also leaves it.

    Empty boxes travel in a graph of their own, at its costs and through the same
    capacities, of which a box takes `factor` (rows,) per unit, 1 if not given. At place i
    they set out from node `depart[i]` and end at node `arrive[i]`. A unit of a demand k
    takes `per_unit[k]` boxes from place `start[k]` to place `end[k]`.
    """

    graph: FlowClass
    depart: Ints
    arrive: Ints
    start: Ints
    end: Ints
    per_unit: Floats
    factor: Floats | None = None


@dataclass(frozen=True)
class FlowProblem:
    """All demands of all classes over their graphs, under common capacities.

    Raises
    ------
    ValueError
        If anything in it cannot be; the message names all that was found.
    """

    classes: Sequence[FlowClass]
    demands: Demands
    capacities: Capacities
    boxes: Boxes | None = None

    def __post_init__(self) -> None:
        """Refuse what has no meaning, all at once."""
        findings = [*self._shapes()] or [*self._values()]
        if findings:
            raise ValueError("; ".join(findings))

    @property
    def graphs(self) -> tuple[FlowClass, ...]:
        """The graphs of the classes and, last, that of empty boxes if there are any."""
        return (*self.classes, *((self.boxes.graph,) if self.boxes else ()))

    @property
    def factors(self) -> Floats:
        """What a unit in each graph takes of each capacity row, (graphs, rows)."""
        rows, given = len(self.capacities), self.capacities.factor
        of_classes = np.ones((len(self.classes), rows)) if given is None else given
        if self.boxes is None:
            return of_classes
        own = np.ones(rows) if self.boxes.factor is None else self.boxes.factor
        return np.vstack([of_classes, own])

    @property
    def usages(self) -> tuple[sp.csr_array, ...]:
        """What a unit on each arc takes of each capacity row in each graph, (rows, arcs) each."""
        caps = self.capacities
        return tuple(caps.own.get(k, caps.usage) for k in range(len(self.graphs)))

    @property
    def minimum(self) -> Floats:
        """What must pass each capacity row at least, (rows,)."""
        given = self.capacities.minimum
        return np.zeros(len(self.capacities)) if given is None else given

    def _shapes(self) -> Iterator[str]:
        """Say which arrays do not fit together."""
        if not self.classes:
            yield "there must be a class of cargo"
        for k, graph in enumerate(self.graphs):
            columns = (graph.head, graph.arc, graph.cost, graph.usable, graph.tie)
            sizes = {len(column) for column in columns if column is not None}
            if sizes != {len(graph.tail)}:
                yield f"the columns of graph {k} are not equally long"
        demands, n = self.demands, len(self.demands)
        sized = (demands.cls, demands.origin, demands.destinations, demands.penalty)
        if any(len(column) != n for column in sized):
            yield "the columns of the demands are not equally long"
        yield from self._boxes()
        rows, arcs = self.capacities.usage.shape
        if rows != len(self.capacities) or len(self.minimum) != rows:
            yield f"{rows} rows of usage, but {len(self.capacities)} limits"
        elif any(one.shape != (rows, arcs) for one in self.usages):
            yield f"usage of a class of its own must be of {rows} rows and {arcs} arcs"
        elif self.factors.shape != (len(self.graphs), rows):
            yield f"factors must have a row per class and a column per capacity row ({rows})"
        for k, graph in enumerate(self.graphs):
            if len(graph.arc) and not 0 <= graph.arc.min() <= graph.arc.max() < arcs:
                yield f"graph {k} has rows on arcs that are not among the {arcs} of the capacities"

    def _boxes(self) -> Iterator[str]:
        """Say which arrays of the boxes do not fit, or name places that are none."""
        boxes, n = self.boxes, len(self.demands)
        if boxes is None:
            return
        places = len(boxes.depart)
        of_demands = (boxes.start, boxes.end, boxes.per_unit)
        if len(boxes.arrive) != places or any(len(column) != n for column in of_demands):
            yield "the columns of the boxes are not equally long"
            return
        ends = np.concatenate([boxes.start, boxes.end])
        if n and not 0 <= ends.min() <= ends.max() < places:
            yield f"boxes go from or to places that are not among the {places}"
        nodes = np.concatenate([boxes.depart, boxes.arrive])
        if places and not 0 <= nodes.min() <= nodes.max() < boxes.graph.n_nodes:
            yield "places of boxes are not among the nodes of their graph"
        yield from _wrong(
            "boxes per unit of demand", ~(np.isfinite(boxes.per_unit) & (boxes.per_unit >= 0))
        )

    def _values(self) -> Iterator[str]:
        """Say which numbers cannot be."""
        for k, graph in enumerate(self.graphs):
            yield from _graph(k, graph)
        yield from self._places()
        demands, caps = self.demands, self.capacities
        yield from _wrong(
            "volume of demand", ~(np.isfinite(demands.volume) & (demands.volume >= 0))
        )
        yield from _wrong(
            "penalty of demand", ~(np.isfinite(demands.penalty) & (demands.penalty >= 0))
        )
        yield from _wrong("capacity of row", ~(caps.limit >= 0))
        yield from _wrong("minimum flow of row", ~(np.isfinite(self.minimum) & (self.minimum >= 0)))
        short = np.flatnonzero(self.minimum > caps.limit)
        for row in short[:NAMED].tolist():
            yield (
                f"row {row} must pass at least {self.minimum[row]:g} "
                f"but has a capacity of {caps.limit[row]:g}"
            )
        taken = np.concatenate([usage.data for usage in (caps.usage, *caps.own.values())])
        if not (np.isfinite(taken).all() and (taken >= 0).all()):
            yield "usage of capacities must be finite and not negative"
        if not (np.isfinite(self.factors).all() and (self.factors >= 0).all()):
            yield "factors of capacities must be finite and not negative"

    def _places(self) -> Iterator[str]:
        """Say which ends of demands are not places of their graphs."""
        demands = self.demands
        for k, cls in enumerate(demands.cls.tolist()):
            if not 0 <= cls < len(self.classes):
                yield f"demand {k} is of class {cls}, but there are {len(self.classes)}"
                continue
            ends = np.append(demands.destinations[k], demands.origin[k])
            if len(ends) == 1 or not 0 <= ends.min() <= ends.max() < self.classes[cls].n_nodes:
                yield f"demand {k} has an end that is not among the nodes of class {cls}"


def _graph(k: int, graph: FlowClass) -> Iterator[str]:
    """Say what cannot be in a graph."""
    if len(graph.tail):
        ends = np.concatenate([graph.tail, graph.head])
        if not 0 <= ends.min() <= ends.max() < graph.n_nodes:
            yield f"graph {k} has arcs that end outside its {graph.n_nodes} nodes"
    cost = graph.cost
    yield from _wrong(
        f"cost in graph {k} of row", graph.usable & ~(np.isfinite(cost) & (cost >= 0))
    )


def _wrong(what: str, wrong: Bools) -> Iterator[str]:
    """Name the first of some wrong rows."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
        named = ", ".join(map(str, rows[:NAMED].tolist()))
        yield f"{what} {named}{more}: must be a number and not negative"
