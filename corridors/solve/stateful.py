"""Cheapest ways where an arc's use depends on where the cargo has been: exact, as states.

What must be remembered is a few bits that are only ever gained. Each node is split into
one for every set of bits it can be reached with; a way in the split graph is a way of the
cargo together with its memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        self._n_nodes, self._n_arcs = len(gain_at_node), len(tail)
        gained = gain_on_arc | gain_at_node[head]
        first = int(gain_at_node[start])
        self.memories = _reached(first, gained)
        place = np.full(len(usable), -1, np.int64)
        place[self.memories] = np.arange(len(self.memories))
        after = place[self.memories[:, None] | gained[None, :]]
        split_tail = place[self.memories][:, None] * self._n_nodes + tail[None, :]
        split_head = after * self._n_nodes + head[None, :]
        self._router = Router(
            split_tail.ravel().astype(np.int32),
            split_head.ravel().astype(np.int32),
            weight[self.memories].ravel(),
            usable=usable[self.memories].ravel(),
            n_nodes=self._n_nodes * len(self.memories),
        )
        root = int(place[first]) * self._n_nodes + start
        self._trees = self._router.trees(np.array([root], np.int64))

    def way(self, end: int) -> Way | None:
        """Return the cheapest way to a node, None if there is none.

        Of equally cheap ones the one that remembers least, by the number of its bits.
        """
        distance = self._trees.distance[0].reshape(len(self.memories), self._n_nodes)[:, end]
        best = int(np.argmin(distance))
        if not np.isfinite(distance[best]):
            return None
        arcs = self._router.way(self._trees, 0, best * self._n_nodes + end)
        return Way(arcs % self._n_arcs, float(distance[best]), int(self.memories[best]))


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
