"""Flow problems to time: made-up demands and capacities, on the real network and a drawn one.

Nothing in them is a fact. Every number comes from the seed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.solve.flow import carry
from corridors.solve.paths import Router
from corridors.solve.problem import Capacities, Demands, FlowClass, FlowProblem

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

SEED = 5
#: USD per TEU and km by mode (none, rail, road, sea, ferry), and per stop.
RATES, STOP = np.array([0.0, 0.5, 1.5, 0.1, 0.3]), 50.0
PENALTY = 20_000.0
#: Capacities as multiples of what the cheapest ways would put on them.
LEAST, MOST = 0.8, 2.4
#: The drawn network: nodes in a square, joined to near ones, with gates between columns.
NODES, NEAR, COLUMNS, GATES = 5000, 3, 6, 12


def real(network: Path, demands: int, origins: int | None = None) -> FlowProblem:
    """Demands between random terminals of a built network, capacities on its assets."""
    from geodata.snapshot import open_snapshot

    graph = open_snapshot(network).graph
    arcs, rng = graph.arcs, np.random.default_rng(SEED)
    stops = np.where(np.asarray(arcs.kind) != 0, STOP, 0.0)
    cost = np.asarray(arcs.length_km) * RATES[arcs.mode] + stops
    cls = FlowClass(
        np.asarray(arcs.tail), np.asarray(arcs.head), np.arange(len(cost)), cost,
        np.asarray(arcs.status) == 0, len(graph.nodes),
    )  # fmt: skip
    both = (np.asarray(graph.origin) >= 0) & (np.asarray(graph.destination) >= 0)
    starts = np.asarray(graph.origin, np.int64)[both]
    ends = np.asarray(graph.destination, np.int64)[both]
    asset = np.asarray(arcs.asset)
    of_assets = np.flatnonzero(asset >= 0)
    place = asset[of_assets], of_assets
    shape = (len(graph.assets), len(cost))
    usage = sp.csr_array((np.ones(len(of_assets)), place), shape=shape)
    return _limited(cls, _demands(cls, starts, ends, demands, origins, rng), usage, rng)


def drawn(demands: int, origins: int | None = None) -> FlowProblem:
    """A plane network of 5,000 nodes in columns that only a few links join: these are scarce."""
    rng = np.random.default_rng(SEED)
    xy = rng.random((NODES, 2))
    column = np.floor(xy[:, 0] * COLUMNS).astype(np.int64)
    tails, heads = _links(xy, column, rng)
    tail = np.concatenate([tails, heads]).astype(np.int32)
    head = np.concatenate([heads, tails]).astype(np.int32)
    cost = 1 + 1000 * np.hypot(*(xy[tail] - xy[head]).T) * rng.uniform(1, 1.5, len(tail))
    usable = np.ones(len(tail), np.bool_)
    cls = FlowClass(tail, head, np.arange(len(tail)), cost, usable, NODES)
    scarce = np.flatnonzero(column[tail] != column[head])
    place = np.arange(len(scarce)), scarce
    usage = sp.csr_array((np.ones(len(scarce)), place), shape=(len(scarce), len(tail)))
    places = rng.choice(NODES, 100, replace=False).astype(np.int64)
    return _limited(cls, _demands(cls, places, places, demands, origins, rng), usage, rng)


def _links(xy: Floats, column: Ints, rng: Generator) -> tuple[Ints, Ints]:
    """Return links to near nodes of the same column, and gates between columns."""
    from scipy.spatial import KDTree

    tails, heads = [], []
    for one in range(COLUMNS):
        mine = np.flatnonzero(column == one)
        near = np.asarray(KDTree(xy[mine]).query(xy[mine], NEAR + 1)[1])
        tails.append(np.repeat(mine, NEAR))
        heads.append(mine[near[:, 1:].ravel()])
        order = mine[np.argsort(xy[mine, 1], kind="stable")]
        tails.append(order[:-1])
        heads.append(order[1:])
        if one + 1 < COLUMNS:
            tails.append(rng.choice(mine, GATES))
            heads.append(rng.choice(np.flatnonzero(column == one + 1), GATES))
    return np.concatenate(tails), np.concatenate(heads)


def _demands(
    cls: FlowClass, starts: Ints, ends: Ints, count: int, origins: int | None, rng: Generator
) -> Demands:
    """Return demands between random places that a way joins."""
    router = Router(cls.tail, cls.head, cls.cost, usable=cls.usable, n_nodes=cls.n_nodes)
    far = router.trees(starts).distance[:, ends]
    some = rng.permutation(len(starts))[: origins or len(starts)]
    pairs: list[tuple[int, int]] = []
    while len(pairs) < count:
        a, b = int(some[rng.integers(len(some))]), int(rng.integers(len(ends)))
        if a != b and np.isfinite(far[a, b]):
            pairs.append((a, b))
    rows = np.array(pairs)
    volume = 100.0 * rng.integers(1, 100, count).astype(np.float64)
    goals = [ends[[b]] for b in rows[:, 1].tolist()]
    none = np.zeros(count, np.int64)
    return Demands(none, starts[rows[:, 0]], goals, volume, np.full(count, PENALTY))


def _limited(cls: FlowClass, demands: Demands, usage: sp.csr_array, rng: Generator) -> FlowProblem:
    """Return the problem with capacities near what the cheapest ways need."""
    free = FlowProblem([cls], demands, Capacities.none(usage.shape[1]))
    load = usage @ carry(free).on_arcs(free)[0]
    typical = np.median(load[load > 0])
    base = np.where(load > 0, load, typical)
    return FlowProblem(
        [cls], demands, Capacities(usage, np.round(base * rng.uniform(LEAST, MOST, len(base))))
    )
