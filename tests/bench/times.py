"""How long it takes to draw the time of every route of the baseline, and to find all fronts."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DRAWS = 10_000
TIMES = 5
#: Name, third criterion, what is given away in each criterion, and the bar in seconds.
FRONTS = (
    ("Pareto fronts of all demands: cost, time", "", 0.0, 2.0),
    ("the same: cost, time, emissions, exact", "emissions", 0.0, 15.0),
    ("the same: cost, time, land borders, exact", "borders", 0.0, 15.0),
    ("the same: cost, time, emissions, within 1 %", "emissions", 0.01, 15.0),
)


def drawings(network: Path) -> tuple[float, ...]:
    """Seconds of processor time to read and draw all routes of all demands, under one correlation.

    The routes are found before. Processor time, since other processes disturb it less.
    """
    from corridors.metrics.timing import Timer
    from corridors.run import read, solve
    from geodata.snapshot import open_network

    loaded, snapshot, register = read("baseline", network)
    whole = open_network(network, opened=snapshot)
    answer = solve(loaded.scenario, snapshot, whole.links.length_km, register)
    drawn = replace(loaded.scenario.times, draws=DRAWS)
    scenario = replace(loaded.scenario, times=drawn)
    demands = answer.result.demands
    return _took(lambda: Timer(scenario, answer.compiled).with_spreads(demands))


def fronts(network: Path) -> Iterator[tuple[str, tuple[float, ...], float]]:
    """Yield name, seconds of processor time and bar of the fronts of all demands.

    The scenario is compiled before; nothing of one measurement is kept for the next.
    """
    from corridors.metrics.front import ChoiceFinder
    from corridors.metrics.ways import WayFinder
    from corridors.run import read
    from corridors.scenario.compile import compile_scenario
    from corridors.scenario.rates import load_rates
    from geodata.snapshot import open_network

    loaded, snapshot, register = read("baseline", network)
    km = open_network(network, opened=snapshot).links.length_km
    scenario = loaded.scenario
    compiled = compile_scenario(scenario, snapshot, load_rates(), register)
    finder = WayFinder(scenario, snapshot, compiled, km)
    for name, third, epsilon, bar in FRONTS:

        def search(third: str = third, epsilon: float = epsilon) -> None:
            choices = ChoiceFinder(scenario, finder, km)
            for at in range(len(scenario.demands)):
                choices.front(at, third=third, epsilon=epsilon)

        yield name, _took(search), bar


def _took(work: Callable[[], object]) -> tuple[float, ...]:
    """Return the processor seconds of each of some repetitions."""
    found = []
    for _ in range(TIMES):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return tuple(found)
