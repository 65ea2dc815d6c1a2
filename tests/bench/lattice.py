"""``python -m tests.bench.lattice``: control questions on the real network, side by side.

Seconds are those of processor time, since other processes disturb it less. Costs are
compared before anything is timed. What takes too long to run whole is measured on a sample
of states and said to be so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import dijkstra

from corridors.solve.exposure import Exposure
from corridors.solve.games import shapley
from corridors.solve.interdict import greedy_denial, worst_denial
from corridors.solve.lattice import Lattice, lattice_that_holds
from corridors.solve.overlay import contract
from corridors.solve.paths import ArcIndex
from corridors.solve.projects import game_of
from tests.bench.control_world import LINES, STATES, open_world
from tests.bench.measure import Row, table

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from geodata.types import Floats
    from tests.bench.control_world import ControlWorld, FullTable

    T = TypeVar("T")

ROOT = Path(__file__).parents[2]
NETWORK = ROOT / "build" / "network"
TEN, SIXTEEN = STATES[:8] + LINES, STATES + LINES
ROUNDS = 3
#: States of the sample for others' ways on the whole network, and demands or classes asked.
SAMPLE, DEMANDS_ASKED, CLASSES_ASKED = 6, 12, 2
#: Whole numbers of contraction hierarchies are cents.
CENTS = 100


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lattice", description=__doc__)
    parser.add_argument("--cch-python", help="an interpreter that has numpy and pyroutingkit")
    options = parser.parse_args()
    world = open_world(NETWORK)
    lattice = sweep(world, TEN)
    sample = np.random.default_rng(0).integers(0, 1 << len(TEN), SAMPLE).astype(np.uint64)
    rows = [*_sweeps(world), *_games(world), *_denials(world)]
    ours = median(rows[0].values)
    whole = _scipy(world, lattice, sample)
    rows += [whole, Row("the same against 1,024 states here", "times", _over(whole, ours))]
    if options.cch_python:
        theirs = _cch(world, lattice, sample, options.cch_python)
        rows += [theirs, Row("the same against 1,024 states here", "times", _over(theirs, ours))]
    rows.append(_contraction(world))
    print(table(rows))  # noqa: T201 - what a bench is for


def sweep(world: ControlWorld, switches: tuple[str, ...]) -> Lattice:
    """Answer all demands in all states, with what cargo remembers."""
    found = [
        lattice_that_holds(task, partial(world.holds, k), partial(world.remembering, k, switches))
        for k, task in enumerate(world.tasks(switches))
    ]
    return Lattice(tuple(found), len(switches))


def _timed(work: Callable[[], T], rounds: int = ROUNDS) -> tuple[tuple[float, ...], T]:
    times = []
    for _ in range(rounds):
        start = time.process_time()
        found = work()
        times.append(time.process_time() - start)
    return tuple(times), found


def _sweeps(world: ControlWorld) -> list[Row]:
    rows = []
    for switches, bar in ((TEN, 2.0), (SIXTEEN, 60.0)):

        def work(switches: tuple[str, ...] = switches) -> Lattice:
            found = sweep(world, switches)
            for _states, _costs in found.chunks():
                pass
            return found

        times, found = _timed(work)
        name = f"{found.n_states:,} states x {len(world.starts)} demands, graphs included"
        rows.append(Row(f"{name} ({found.searches:,} searches)", "s", times, bar))
    return rows


def _games(world: ControlWorld) -> list[Row]:
    rows = []
    total = sweep(world, SIXTEEN).totals(world.volume, penalty=world.penalty)
    for count, bar in ((12, 2.0), (16, 60.0)):

        def work(count: int = count) -> Floats:
            return shapley(game_of(total, [1 << k for k in range(count)]))

        times, _ = _timed(work)
        rows.append(Row(f"Shapley value of {count} actors, exact", "s", times, bar))
    return rows


def _denials(world: ControlWorld) -> list[Row]:
    tasks, names = world.chokepoints()
    origin, destination = world.graph.origin, world.graph.destination
    own = {
        name for name, a, b in zip(world.graph.terminal_ids, origin, destination, strict=True)
        if a in world.starts or b in world.ends
    }  # fmt: skip
    among = sum(1 << k for k, name in enumerate(names) if name not in own)
    rows = []
    for k, bar in ((3, 10.0), (4, 60.0)):

        def work(k: int = k) -> tuple[float, float]:
            exposure = Exposure.of(tasks, world.volume, penalty=world.penalty)
            found = worst_denial(exposure, k, among=among, ties=0)
            if not found.proven:
                msg = f"the worst denial of {k} was not proven"
                raise RuntimeError(msg)
            return found.cost, greedy_denial(exposure, k, among=among)[1][-1]

        times, (cost, greedy) = _timed(work, 3)
        gap = f"greed {100 * (1 - greedy / cost):.1f} % below"
        name = f"worst denial of {k} of {among.bit_count()} chokepoints, proven, {gap}"
        rows.append(Row(name, "s", times, bar))
    return rows


def _scipy(world: ControlWorld, lattice: Lattice, states: np.ndarray) -> Row:
    """Return seconds of 1,024 states by SciPy on the whole network, from a sample of states."""
    times = np.zeros(len(states))
    asked = range(0, len(world.starts), -(-len(world.starts) // DEMANDS_ASKED))
    for k in asked:
        full = world.links(k, TEN)
        index = ArcIndex(full.tail, full.head, n_nodes=full.n_nodes)
        start, end = _ends(world, k)
        for at, state in enumerate(states):
            begin = time.process_time()
            matrix = index.graph(_weight(full, state))
            cost = float(dijkstra(matrix, indices=np.array([start]))[0, end])
            times[at] += time.process_time() - begin
            _agree(cost, float(lattice.demands[k].costs_at(states[at : at + 1])[0]))
    scale = lattice.n_states * len(world.starts) / len(asked)
    name = f"SciPy on the whole network ({full.n_nodes:,} nodes)"
    name += f", scaled from {SAMPLE} states x {len(asked)} demands"
    return Row(name, "s", tuple(float(one) * scale for one in times))


def _cch(world: ControlWorld, lattice: Lattice, states: np.ndarray, python: str) -> Row:
    """Return seconds of 1,024 states by contraction hierarchies, from a sample of states.

    Demands whose cargo has the same costs and needs share a customisation.
    """
    classes: dict[tuple[bytes, ...], list[int]] = {}
    for k, view in enumerate(world.views):
        key = (
            view.generalised_usd_per_teu.tobytes(),
            view.open.tobytes(),
            world.need(k, TEN).tobytes(),
        )
        classes.setdefault(key, []).append(k)
    times = np.zeros(len(states))
    with tempfile.TemporaryDirectory() as folder:
        for members in list(classes.values())[:CLASSES_ASKED]:
            told = _asked(world, members, states, python, Path(folder) / "table.npz")
            times += told["state_s"]
            for at, costs in enumerate(told["costs"]):
                for k, cost in zip(members, costs, strict=True):
                    mine = float(lattice.demands[k].costs_at(states[at : at + 1])[0])
                    _agree(cost / CENTS if cost < 2**31 - 1 else np.inf, mine, rel=1e-2)
    scale = lattice.n_states * len(classes) / CLASSES_ASKED
    name = f"pyroutingkit on it, {len(classes)} customisations a state"
    name += f", scaled from {SAMPLE} states x {CLASSES_ASKED} of them"
    return Row(name, "s", tuple(float(one) * scale for one in times))


def _asked(
    world: ControlWorld, members: list[int], states: np.ndarray, python: str, path: Path
) -> dict[str, list[list[float]]]:
    full = world.links(members[0], TEN)
    kept = full.usable
    starts, ends = zip(*(_ends(world, k) for k in members), strict=True)
    nodes = world.network.nodes
    np.savez(
        path, tail=full.tail[kept], head=full.head[kept], need=full.need[kept], states=states,
        weight=np.rint(full.weight[kept] * CENTS).astype(np.int64), lat=nodes.lat, lon=nodes.lon,
        starts=starts, ends=ends,
    )  # fmt: skip
    script = str(Path(__file__).with_name("cch.py"))
    done = subprocess.run([python, script, str(path)], capture_output=True, text=True, check=True)
    told: dict[str, list[list[float]]] = json.loads(done.stdout)
    return told


def _contraction(world: ControlWorld) -> Row:
    """Return seconds that contracting one class's graph to its switches takes."""
    task = world.tasks(TEN)[0]
    ends = np.array([task.start, *task.goals])
    times, found = _timed(lambda: contract(task.graph, ends))
    name = f"contracting one class to {len(found.node)} nodes, {len(found.graph.tail):,} legs"
    return Row(name, "s", times)


def _ends(world: ControlWorld, demand: int) -> tuple[int, int]:
    node = world.graph.network_node
    return int(node[world.starts[demand]]), int(node[world.ends[demand]])


def _weight(full: FullTable, state: np.uint64) -> np.ndarray:
    return np.where(((full.need & state) == 0) & full.usable, full.weight, np.inf)


def _agree(theirs: float, mine: float, rel: float = 1e-9) -> None:
    """Refuse to compare times of answers that differ.

    Raises
    ------
    RuntimeError
        If they differ by more than that share.
    """
    if theirs != mine and not abs(theirs - mine) <= rel * abs(mine):
        msg = f"costs differ: {theirs} and {mine}"
        raise RuntimeError(msg)


def _over(row: Row, seconds: float) -> tuple[float, ...]:
    return tuple(one / seconds for one in row.values)


if __name__ == "__main__":
    main()
