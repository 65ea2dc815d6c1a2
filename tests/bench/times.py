"""How long it takes to draw the time of every route of the baseline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DRAWS = 10_000
TIMES = 5


def drawings(network: Path) -> tuple[float, ...]:
    """Seconds of processor time to read and draw all routes of all demands, under one correlation.

    The routes are found before. Processor time, since other processes disturb it less.
    """
    from corridors.metrics.spread import SpreadOptions, TimeBook, spreads
    from corridors.run import read, solve
    from geodata.snapshot import open_network

    loaded, snapshot, register = read("baseline", network)
    whole = open_network(network, opened=snapshot)
    answer = solve(loaded.scenario, snapshot, whole.links.length_km, register)
    routes = [route for demand in answer.result.demands for route in demand.routes]
    options = SpreadOptions(correlations=(0.3,), draws=DRAWS)
    found = []
    for _ in range(TIMES):
        start = time.process_time()
        spreads(routes, TimeBook(answer.compiled).items_of, options=options)
        found.append(time.process_time() - start)
    return tuple(found)
