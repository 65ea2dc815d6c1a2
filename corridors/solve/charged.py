"""A network to be designed: arcs open at a fixed charge, and demands flow over open arcs.

The fixed-charge capacitated multicommodity network design problem: minimise what the flow
costs and what the open arcs cost, so that every demand is carried and no arc carries more
than its capacity (Gendron, Crainic and Frangioni 1999).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Flow may miss balance or capacity by this share of the largest demand.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class FixedCharge:
    """Arcs that may be opened, and demands to carry; m arcs, K demands, nodes from 0.

    Parameters
    ----------
    n_nodes
        How many nodes there are.
    tail, head
        The nodes of each arc, shape (m,).
    cost
        Cost of a unit of flow on each arc, shape (m,), finite and not negative.
    capacity
        What an open arc can carry, shape (m,), not negative; may be infinite.
    fixed
        Cost of opening each arc, shape (m,), finite and not negative.
    origin, destination
        The nodes of each demand, shape (K,).
    volume
        Units that each demand wants carried, shape (K,), finite and not negative.

    Raises
    ------
    ValueError
        If shapes or values are wrong; says all that is.
    """

    n_nodes: int
    tail: Ints
    head: Ints
    cost: Floats
    capacity: Floats
    fixed: Floats
    origin: Ints
    destination: Ints
    volume: Floats

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together."""
        wrong = list(_misfits(self)) or list(_wrong_values(self))
        if wrong:
            raise ValueError("; ".join(wrong))

    @property
    def n_arcs(self) -> int:
        """How many arcs there are."""
        return len(self.tail)

    @property
    def n_demands(self) -> int:
        """How many demands there are."""
        return len(self.origin)

    @property
    def usable_capacity(self) -> Floats:
        """Capacity of each arc, at most the volume of all demands, shape (m,)."""
        usable: Floats = np.minimum(self.capacity, self.volume.sum())
        return usable

    @property
    def shared_charge(self) -> Floats:
        """Fixed cost of each arc by unit of a full one, 0 where nothing fits, shape (m,)."""
        room = self.usable_capacity
        shared: Floats = np.divide(self.fixed, room, out=np.zeros_like(room), where=room > 0)
        return shared

    def restricted(self, arcs: Bools | Ints) -> FixedCharge:
        """Return the problem with some of the arcs only, by a mask or by their numbers."""
        names = ("tail", "head", "cost", "capacity", "fixed")
        return replace(self, **{name: getattr(self, name)[arcs] for name in names})


@dataclass(frozen=True)
class NetworkDesign:
    """The best design found, and how good it is known to be.

    `opened` has shape (m,), `flow` (K, m) in units of the demands. No design costs less
    than `bound`. `proven` tells whether the gap asked for was reached.
    """

    opened: Bools
    flow: Floats
    cost: float
    bound: float
    proven: bool

    @property
    def gap(self) -> float:
        """What the cost may be above the least, as a share of it."""
        return gap_of(self.cost, self.bound)


def gap_of(cost: float, bound: float) -> float:
    """Return how far a cost is above a bound, as a share of the cost; 0 if it is not.

    Examples
    --------
    >>> gap_of(200.0, 150.0)
    0.25
    """
    return 0.0 if cost <= bound else (cost - bound) / abs(cost)


def violations(problem: FixedCharge, opened: Bools, flow: Floats) -> tuple[str, ...]:
    """Say what is wrong with a design; empty if nothing is.

    Flow is balanced at every node for every demand, not negative, within capacity, and on
    open arcs only. Shares no code with the search.

    Parameters
    ----------
    problem
        What was to be designed.
    opened, flow
        Shapes (m,) and (K, m).
    """
    slack = TOLERANCE * max(1.0, float(problem.volume.max(initial=0.0)))
    found = []
    if (flow < -slack).any():
        found.append("flow is negative")
    for demand in range(problem.n_demands):
        net = np.zeros(problem.n_nodes)
        np.add.at(net, problem.head, flow[demand])
        np.add.at(net, problem.tail, -flow[demand])
        net[problem.destination[demand]] -= problem.volume[demand]
        net[problem.origin[demand]] += problem.volume[demand]
        if np.abs(net).max(initial=0.0) > slack:
            found.append(f"demand {demand} is out of balance at node {np.abs(net).argmax()}")
    carried = flow.sum(axis=0)
    over = carried > np.where(opened, problem.capacity, 0.0) + slack
    found += [f"arc {arc} carries {carried[arc]:g}" for arc in np.flatnonzero(over)]
    return tuple(found)


def cost_of(problem: FixedCharge, opened: Bools, flow: Floats) -> float:
    """Return what a design costs: its flow and its open arcs."""
    return float(flow.sum(axis=0) @ problem.cost + problem.fixed[opened].sum())


def _misfits(problem: FixedCharge) -> Iterator[str]:
    """Yield what is wrong with the shapes."""
    arcs = ("tail", "head", "cost", "capacity", "fixed")
    demands = ("origin", "destination", "volume")
    for names in (arcs, demands):
        shapes = {name: np.shape(getattr(problem, name)) for name in names}
        if len(set(shapes.values())) > 1 or len(shapes[names[0]]) != 1:
            yield f"arrays must be of one length: {shapes}"
    if not len(problem.tail):
        yield "there are no arcs"
    if not len(problem.origin):
        yield "there are no demands"


def _wrong_values(problem: FixedCharge) -> Iterator[str]:
    """Yield what is wrong with the values."""
    for name in ("tail", "head", "origin", "destination"):
        nodes = getattr(problem, name)
        if nodes.min() < 0 or nodes.max() >= problem.n_nodes:
            yield f"{name} must be among the nodes 0 to {problem.n_nodes - 1}"
    for name in ("cost", "fixed", "volume"):
        values = getattr(problem, name)
        if not (np.isfinite(values) & (values >= 0)).all():
            yield f"{name} must be finite and not negative"
    if not (problem.capacity >= 0).all():
        yield "capacity must not be negative"
    if (problem.origin == problem.destination).any():
        yield "a demand must not end where it starts"
