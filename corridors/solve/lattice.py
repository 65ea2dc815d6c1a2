"""The access lattice: what every demand costs in each of the 2^n states of n switches.

One tree of replacement paths a demand: a way stays the cheapest
until a switch that touches it is closed, so only such switches branch. The leaves are
*cubes*: sets of states told by the switches that must be closed and those that must be
open, on all of which one way is the cheapest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.solve.finder import Finder
from corridors.solve.switched import mask_of, switches_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from corridors.solve.finder import Found
    from corridors.solve.switched import Switched

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Masks = NDArray[np.uint64]
    #: Applies a function to each of some tasks in order: `map`, or that of a pool of workers.
    Mapper = Callable[[Callable[["Task"], "DemandLattice"], Sequence["Task"]], object]

#: Exact lattices have at most so many switches.
MOST_SWITCHES = 20
#: States that are answered in one go; what is held at once is this times the demands.
CHUNK = 1 << 14


class TooManySwitchesError(ValueError):
    """More switches than can be enumerated; their states can be sampled instead."""


class Task(NamedTuple):
    """A demand of a lattice: the graph of its cargo and its ends."""

    graph: Switched
    start: int
    goals: Ints


class Node(NamedTuple):
    """The cheapest way with exactly `closed` closed: what it costs and who touches it.

    Nobody outside `used` can change the answer: it is its certificate. `arcs` are those
    of the way in travel order; the cost is infinite where there is none.
    """

    closed: int
    cost: float
    used: int
    arcs: Ints


class OdTree:
    """The tree of replacement ways of one demand, grown as far as it is asked."""

    def __init__(self, finder: Finder) -> None:
        """Start with nothing known."""
        self.finder = finder
        self.nodes: dict[int, Node] = {}

    def node(self, closed: int, *, above: float = 0.0) -> Node:
        """Return the cheapest way with exactly these closed; searched once only."""
        if closed not in self.nodes:
            found: Found = self.finder.way(closed, above=above)
            self.nodes[closed] = Node(closed, *found)
        return self.nodes[closed]

    def at(self, closed: int) -> Node:
        """Return the node whose way is the cheapest in a state, closing no more than matters.

        Closed switches that touch no way looked at are left open, which changes nothing:
        the node's `closed` is the part of the state that determines its answer.
        """
        node = self.node(0)
        while met := node.used & closed & ~node.closed:
            node = self.node(node.closed | met, above=node.cost)
        return node

    def cubes(self, *, always: int = 0, among: int = -1) -> Iterator[tuple[int, int, Node]]:
        """Yield the cubes: what must be closed, what must be open, and the node there.

        Together they hold each state exactly once. States are those of the switches
        `among`, all of them if not given, with `always` closed besides.
        """
        left = [(always, 0)]
        while left:
            closed, opened = left.pop()
            node = self.node(closed)
            for switch in switches_of(node.used & among & ~closed & ~opened):
                bit = 1 << switch
                self.node(closed | bit, above=node.cost)
                left.append((closed | bit, opened))
                opened |= bit
            yield closed, opened, node


@dataclass(frozen=True)
class DemandLattice:
    """The costs of one demand in all states, told by the switches that matter to it.

    `relevant` are r switches, the smallest number first. `node` (2^r,) indexes the arrays
    of distinct ways: `cost`, infinite where there is none, `closed` and `used` as in
    :class:`Node`; `ways` are their arcs. `priced` are the switches that make arcs dearer,
    `searches` is the number of Dijkstra searches.
    """

    relevant: tuple[int, ...]
    node: NDArray[np.int32]
    cost: Floats
    closed: Masks
    used: Masks
    ways: tuple[Ints, ...]
    priced: int
    searches: int

    def nodes_at(self, states: Masks) -> NDArray[np.int32]:
        """Return the node of each of some states, given by their closed switches."""
        return self.node[_packed(states, self.relevant)]

    def costs_at(self, states: Masks) -> Floats:
        """Return the cost in each of some states, given by their closed switches."""
        return self.cost[self.nodes_at(states)]


@dataclass(frozen=True)
class Lattice:
    """The costs of k demands in all states of n switches, without holding them all at once.

    Examples
    --------
    Two ways from 0 to 1, the cheap one through a switch, and a demand that takes them:

    >>> from corridors.solve.switched import Switched
    >>> graph = Switched.masked(
    ...     np.array([0, 0], np.int32), np.array([1, 1], np.int32), np.array([5.0, 7.0]),
    ...     need=np.array([1, 0], np.uint64), usable=np.ones(2, bool), n_nodes=2, n_switches=1,
    ... )
    >>> lattice_of([Task(graph, 0, np.array([1]))]).table()
    array([[5., 7.]])
    """

    demands: tuple[DemandLattice, ...]
    n_switches: int

    @property
    def n_states(self) -> int:
        """The number of states."""
        return 1 << self.n_switches

    @property
    def searches(self) -> int:
        """The number of Dijkstra searches that all answers took."""
        return sum(one.searches for one in self.demands)

    def costs(self, states: Masks) -> Floats:
        """Return the costs in some states, shape (demands, states)."""
        found = [one.costs_at(states) for one in self.demands]
        return np.array(found).reshape(len(found), len(states))

    def table(self) -> Floats:
        """Return the costs in all states at once, shape (demands, 2^n); see `chunks`."""
        return self.costs(np.arange(self.n_states, dtype=np.uint64))

    def chunks(self, size: int = CHUNK, *, first: int = 0) -> Iterator[tuple[Masks, Floats]]:
        """Yield states from `first` on in ranges of `size`, with their costs.

        A sweep that was stopped goes on from the first state that it has not written.
        """
        for start in range(first, self.n_states, size):
            states = np.arange(start, min(start + size, self.n_states), dtype=np.uint64)
            yield states, self.costs(states)

    def totals(self, volume: Floats, *, penalty: Floats | float) -> Floats:
        """Return the cost of carrying everything in every state, shape (2^n,).

        Parameters
        ----------
        volume
            What each demand carries, shape (demands,).
        penalty
            What not carrying a unit costs, by demand or for all; also the most that
            carrying it may cost.
        """
        most = np.broadcast_to(np.asarray(penalty, np.float64), (len(self.demands),))
        found = np.zeros(self.n_states)
        for demand, each, limit in zip(self.demands, volume, most, strict=True):
            whole = np.minimum(demand.cost, limit)[demand.node] * each
            found += _spread(whole, demand.relevant, self.n_switches)
        return found

    @cached_property
    def unreachable(self) -> tuple[int, ...]:
        """The demands without a way even while everything is open."""
        return tuple(k for k, one in enumerate(self.demands) if not np.isfinite(one.cost[0]))


def lattice_of(
    tasks: Sequence[Task], *, n_switches: int | None = None, run: Mapper = map
) -> Lattice:
    """Answer every demand in every state.

    Parameters
    ----------
    tasks
        The demands, each with the graph of its cargo; all graphs have the same switches.
    n_switches
        Number of switches; that of the first task if not given.
    run
        How the demands are gone through: `map`, or that of a pool of workers.

    Raises
    ------
    TooManySwitchesError
        If there are more than `MOST_SWITCHES`.
    """
    n = n_switches if n_switches is not None else (tasks[0].graph.n_switches if tasks else 0)
    if n > MOST_SWITCHES:
        msg = f"{n} switches have too many states for all of them, the most is {MOST_SWITCHES}"
        raise TooManySwitchesError(msg)
    return Lattice(tuple(run(demand_lattice, tasks)), n)  # type: ignore[arg-type]


def demand_lattice(task: Task) -> DemandLattice:
    """Grow the tree of a demand to its end and tell it by the switches that matter."""
    tree = OdTree(Finder(task.graph, task.start, task.goals, bounded=True))
    cubes = list(tree.cubes())
    used = 0
    for _, opened, node in cubes:
        used |= node.used | opened | node.closed
    relevant = tuple(switches_of(used))
    order = {node.closed: at for at, node in enumerate(tree.nodes.values())}
    states = np.zeros(1 << len(relevant), np.int32)
    for closed, opened, node in cubes:
        states[_members(closed, opened, relevant)] = order[node.closed]
    nodes = list(tree.nodes.values())
    return DemandLattice(
        relevant,
        states,
        np.array([one.cost for one in nodes]),
        np.array([one.closed for one in nodes], np.uint64),
        np.array([one.used for one in nodes], np.uint64),
        tuple(one.arcs for one in nodes),
        mask_of({one.switch for one in task.graph.dearer}),
        tree.finder.searches,
    )


def lattice_that_holds(
    task: Task, holds: Callable[[Ints], bool], exact: Callable[[], Task]
) -> DemandLattice:
    """Answer a demand on a graph that is too generous, if its ways hold all the same.

    So cargo that remembers where it was is mostly answered without splitting its graph by
    memory: where memory only shuts arcs and makes them dearer, a cheapest way without it
    that holds with it is the cheapest.

    Parameters
    ----------
    task
        The demand on a graph on which no way costs more than it really does.
    holds
        Whether a way, given by its arcs in travel order, really costs that.
    exact
        The demand on the true graph; asked for only if some way does not hold.
    """
    found = demand_lattice(task)
    there = np.isfinite(found.cost)
    if all(holds(way) for way, open_ in zip(found.ways, there, strict=True) if open_):
        return found
    return demand_lattice(exact())


def _members(closed: int, opened: int, relevant: tuple[int, ...]) -> Ints:
    """Return the packed states of a cube over the switches that matter."""
    found = np.zeros(1, np.int64)
    for at, switch in enumerate(relevant):
        if closed >> switch & 1:
            found = found + (1 << at)
        elif not opened >> switch & 1:
            found = np.concatenate([found, found + (1 << at)])
    return found


def _packed(states: Masks, relevant: tuple[int, ...]) -> Ints:
    """Return for each state its bits of some switches side by side."""
    found = np.zeros(len(states), np.int64)
    one = np.uint64(1)
    for at, switch in enumerate(relevant):
        found |= (((states >> np.uint64(switch)) & one) << np.uint64(at)).astype(np.int64)
    return found


def _spread(values: Floats, relevant: tuple[int, ...], n_switches: int) -> Floats:
    """Return values over the states of some switches as values over those of all."""
    shape = [2 if n_switches - 1 - axis in relevant else 1 for axis in range(n_switches)]
    whole = np.broadcast_to(values.reshape(shape), (2,) * n_switches)
    return whole.reshape(-1)
