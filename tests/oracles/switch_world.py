"""Small graphs with switches, answered by trying everything, and the hand-solved example."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from hypothesis import strategies as st

from corridors.solve.lattice import Task
from corridors.solve.switched import Dearer, Switched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


class World(NamedTuple):
    """Arcs as (tail, head, weight, need), what closing adds as (switch, arc, amount)."""

    n_nodes: int
    n_switches: int
    arcs: tuple[tuple[int, int, float, int], ...]
    adds: tuple[tuple[int, int, float], ...] = ()

    @property
    def graph(self) -> Switched:
        tail, head, weight, need = (list(one) for one in zip(*self.arcs, strict=True))
        dearer = [
            Dearer(switch, np.array([arc]), np.array([amount])) for switch, arc, amount in self.adds
        ]
        return Switched.masked(
            np.array(tail, np.int32), np.array(head, np.int32), np.array(weight, np.float64),
            need=np.array(need, np.uint64), usable=np.ones(len(tail), bool),
            n_nodes=self.n_nodes, n_switches=self.n_switches, dearer=dearer,
        )  # fmt: skip

    def weight(self, arc: int, closed: int) -> float:
        more = sum(x for one, at, x in self.adds if at == arc and closed >> one & 1)
        return self.arcs[arc][2] + more

    def weights(self, closed: int) -> Iterator[tuple[int, int, float]]:
        for at, (tail, head, _, need) in enumerate(self.arcs):
            if not need & closed:
                yield tail, head, self.weight(at, closed)

    def cost(self, start: int, end: int, closed: int) -> float:
        """Return the cheapest cost by relaxing every arc as often as there are nodes."""
        distance = [np.inf] * self.n_nodes
        distance[start] = 0.0
        arcs = list(self.weights(closed))
        for _ in range(self.n_nodes):
            for tail, head, weight in arcs:
                distance[head] = min(distance[head], distance[tail] + weight)
        return float(distance[end])

    def table(self, start: int, end: int) -> NDArray[np.float64]:
        return np.array([self.cost(start, end, one) for one in range(1 << self.n_switches)])

    def task(self, start: int, end: int) -> Task:
        return Task(self.graph, start, np.array([end]))

    def worst(
        self, ends: list[tuple[int, int]], volume: list[float], penalty: float, most: int
    ) -> dict[frozenset[int], float]:
        """Return the total of every set of at most so many closed switches."""
        return {
            frozenset(chosen): sum(
                q * min(self.cost(a, b, sum(1 << one for one in chosen)), penalty)
                for (a, b), q in zip(ends, volume, strict=True)
            )
            for size in range(most + 1)
            for chosen in combinations(range(self.n_switches), size)
        }


@st.composite
def worlds(draw: st.DrawFn, *, adds: bool = True, most_switches: int = 5) -> World:
    """Draw a small multigraph: loops, parallels, arcs of no weight, several needs an arc."""
    n, switches = draw(st.integers(2, 6)), draw(st.integers(1, most_switches))
    node = st.integers(0, n - 1)
    weight = st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, 7.5])
    one = st.integers(0, switches - 1).map(lambda bit: 1 << bit)
    need = st.one_of(st.just(0), one, one, st.integers(0, (1 << switches) - 1))
    arcs = draw(st.lists(st.tuples(node, node, weight, need), min_size=1, max_size=16))
    amount = st.sampled_from([0.5, 2.0, 4.0])
    arc = st.integers(0, len(arcs) - 1)
    more = st.lists(st.tuples(st.integers(0, switches - 1), arc, amount), max_size=4)
    return World(n, switches, tuple(arcs), tuple(draw(more)) if adds else ())


#: Solved by hand: actor A owns the strait that routes with B (5) and C (7) use, D the north (12).
A, B, C, D = range(4)
HAND = World(
    3,
    4,
    ((0, 1, 0.0, 1 << A), (1, 2, 5.0, 1 << B), (1, 2, 7.0, 1 << C), (0, 2, 12.0, 1 << D)),
)
HAND_VOLUME, HAND_PENALTY = 10.0, 15.0
