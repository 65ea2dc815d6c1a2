"""Graphs for cheapest ways where an arc's use depends on where the cargo has been.

What must be remembered is a few bits that are only ever gained. Each node is split into
one for every set of bits it can be reached with; a way in the split graph is a way of the
cargo together with its memory, so that plain searches on it are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from corridors.solve.paths import Router

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]

#: Beyond this many bits the split graph is too large to be worth it.
MOST_BITS = 8


@dataclass(frozen=True)
class Field:
    """A graph as it is searched: states are nodes, each once for every memory.

    Rows of `tail` and `head` (rows,) are states; `arc` (rows,) is the arc that a row
    stands for and `memory` (rows,) what is remembered before it is travelled. State
    `i * n_nodes + node` is the node with `memories[i]`.
    """

    tail: Nodes
    head: Nodes
    arc: Ints
    memory: Ints
    n_nodes: int
    memories: Ints

    @classmethod
    def plain(cls, tail: Nodes, head: Nodes, *, n_nodes: int) -> Self:
        """Return the graph of cargo that remembers nothing: states are nodes."""
        none = np.zeros(len(tail), np.int64)
        return cls(tail, head, np.arange(len(tail)), none, n_nodes, np.zeros(1, np.int64))

    @classmethod
    def split(
        cls, tail: Nodes, head: Nodes, *, gain_on_arc: Ints, gain_at_node: Ints, start: int
    ) -> Self:
        """Return the graph split by what cargo from one node can remember.

        Parameters
        ----------
        tail, head
            Ends of the arcs, shape (arcs,).
        gain_on_arc, gain_at_node
            Bits gained by travelling an arc, shape (arcs,), and by being at a node,
            shape (nodes,).
        start
            The node where the cargo starts.
        """
        n_nodes = len(gain_at_node)
        gained = gain_on_arc | gain_at_node[head]
        memories = _reached(int(gain_at_node[start]), gained)
        place = np.full(int(memories.max()) + 1, -1, np.int64)
        place[memories] = np.arange(len(memories))
        after = place[memories[:, None] | gained[None, :]]
        before = np.arange(len(memories))[:, None]
        return cls(
            (before * n_nodes + tail[None, :]).ravel().astype(np.int32),
            (after * n_nodes + head[None, :]).ravel().astype(np.int32),
            np.tile(np.arange(len(tail)), len(memories)),
            np.repeat(memories, len(tail)),
            n_nodes,
            memories,
        )

    @property
    def n_states(self) -> int:
        """Number of states."""
        return self.n_nodes * len(self.memories)

    def state(self, node: int, memory: int) -> int:
        """Return the state of a node with a memory that can be."""
        return int(np.searchsorted(self.memories, memory)) * self.n_nodes + node

    def rows(self, arcs: Ints) -> Ints:
        """Return all rows of some arcs, memory by memory."""
        shifts = np.arange(len(self.memories)) * (len(self.arc) // len(self.memories))
        found: Ints = (shifts[:, None] + arcs[None, :]).ravel()
        return found

    def states(self, nodes: Ints) -> Ints:
        """Return all states of some nodes, memory by memory."""
        shifts = np.arange(len(self.memories)) * self.n_nodes
        found: Ints = (shifts[:, None] + np.atleast_1d(nodes)[None, :]).ravel()
        return found


@dataclass(frozen=True)
class Way:
    """A cheapest way: its arcs in travel order, its weight and the bits at its end."""

    arcs: Ints
    weight: float
    memory: int


class StateRouter:
    """Answers searches from one node over arcs that ask what the cargo remembers."""

    def __init__(
        self, tail: Nodes, head: Nodes, weight: Floats, *,
        usable: Bools, gain_on_arc: Ints, gain_at_node: Ints, start: int,
    ) -> None:  # fmt: skip
        """Split the graph and search it.

        Parameters
        ----------
        tail, head
            Ends of the arcs, shape (arcs,).
        weight
            Weight of each arc with each memory, shape (2 ** bits, arcs).
        usable
            Which arcs may be used with each memory, shape (2 ** bits, arcs). What counts
            is the memory before the arc is travelled.
        gain_on_arc, gain_at_node
            Bits gained by travelling an arc, shape (arcs,), and by being at a node,
            shape (nodes,).
        start
            The node searched from.

        Raises
        ------
        ValueError
            If there are more than `MOST_BITS` bits, or a usable arc has a negative or
            infinite weight.
        """
        if len(usable) > 1 << MOST_BITS:
            msg = f"{len(usable)} states are more than {MOST_BITS} bits can tell apart"
            raise ValueError(msg)
        self._field = field = Field.split(
            tail, head, gain_on_arc=gain_on_arc, gain_at_node=gain_at_node, start=start
        )
        self._router = Router(
            field.tail, field.head, weight[field.memory, field.arc],
            usable=usable[field.memory, field.arc], n_nodes=field.n_states,
        )  # fmt: skip
        root = field.state(start, int(gain_at_node[start]))
        self._trees = self._router.trees(np.array([root], np.int64))

    @property
    def memories(self) -> Ints:
        """The memories that can be, the smallest number first."""
        return self._field.memories

    def way(self, end: int) -> Way | None:
        """Return the cheapest way to a node, None if there is none.

        Of equally cheap ones the one that remembers least, by the number of its bits.
        """
        ends = self._field.states(np.array([end]))
        distance = self._trees.distance[0, ends]
        best = int(np.argmin(distance))
        if not np.isfinite(distance[best]):
            return None
        rows = self._router.way(self._trees, 0, int(ends[best]))
        return Way(self._field.arc[rows], float(distance[best]), int(self.memories[best]))


def _reached(first: int, gained: Ints) -> Ints:
    """Return the sets of bits that can come together, the smallest number first.

    Examples
    --------
    >>> _reached(0, np.array([0, 1, 4])).tolist()
    [0, 1, 4, 5]
    """
    gains = np.unique(gained).tolist()
    found, left = {first}, [first]
    while left:
        memory = left.pop()
        new = {memory | gain for gain in gains} - found
        found |= new
        left += sorted(new)
    return np.array(sorted(found), np.int64)
