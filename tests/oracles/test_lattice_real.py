"""The lattice of the real network against SciPy on every link of it, in random states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from corridors.solve.exposure import Exposure
from corridors.solve.interdict import worst_denial
from corridors.solve.lattice import Lattice, demand_lattice, lattice_of
from corridors.solve.paths import ArcIndex
from tests.bench.control_world import LINES, STATES, ControlWorld, open_world

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
SWITCHES = STATES[:8] + LINES
DEMANDS, STATES_EACH = (19, 54), 4


@pytest.fixture(scope="module")
def world(real_folder: Path) -> ControlWorld:
    return open_world(real_folder)


@pytest.fixture(scope="module")
def lattice(world: ControlWorld) -> Lattice:
    return lattice_of(world.tasks(SWITCHES))


def test_random_states_equal_the_full_network(world: ControlWorld, lattice: Lattice) -> None:
    rng = np.random.default_rng(1)
    node = world.graph.network_node
    for k in DEMANDS:
        full = world.links(k, SWITCHES)
        index = ArcIndex(full.tail, full.head, n_nodes=full.n_nodes)
        states = rng.integers(0, lattice.n_states, STATES_EACH).astype(np.uint64)
        start, end = int(node[world.starts[k]]), int(node[world.ends[k]])
        for state, cost in zip(states, lattice.demands[k].costs_at(states), strict=True):
            opened = full.usable & ((full.need & state) == 0)
            matrix = index.graph(np.where(opened, full.weight, np.inf))
            wanted = dijkstra(matrix, indices=np.array([start]))[0, end]
            np.testing.assert_allclose(cost, wanted, rtol=1e-9)


def test_memory_only_makes_dearer_and_ways_that_hold_are_right(
    world: ControlWorld, lattice: Lattice
) -> None:
    for k in DEMANDS[:2]:
        plain = lattice.demands[k]
        states = np.arange(lattice.n_states, dtype=np.uint64)
        exact = demand_lattice(world.remembering(k, SWITCHES)).costs_at(states)
        assert (plain.costs_at(states) <= exact + 1e-6).all()
        hold = [
            world.holds(k, way) if np.isfinite(cost) else True
            for way, cost in zip(plain.ways, plain.cost, strict=True)
        ]
        held = np.array(hold)[plain.nodes_at(states)]
        np.testing.assert_allclose(plain.costs_at(states)[held], exact[held], rtol=1e-9)


def test_closing_more_never_makes_the_total_smaller(world: ControlWorld, lattice: Lattice) -> None:
    total = lattice.totals(world.volume, penalty=world.penalty)
    states = np.arange(lattice.n_states)
    for switch in range(len(SWITCHES)):
        assert (total <= total[states | 1 << switch] * (1 + 1e-12)).all()


def test_the_worst_pair_of_chokepoints_is_proven_and_beats_every_single_one(
    world: ControlWorld,
) -> None:
    tasks, names = world.chokepoints()
    exposure = Exposure.of(tasks, world.volume, penalty=world.penalty)
    one, two = (worst_denial(exposure, k, ties=0) for k in (1, 2))
    assert one.proven
    assert two.proven
    assert two.cost >= one.cost
    assert all(name < len(names) for name in two.closed)
