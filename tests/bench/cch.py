"""Customisable contraction hierarchies on a table of arcs; run where pyroutingkit is.

Usage: ``python cch.py TABLE.npz``: prints seconds for each state, customisation and all
queries, and the costs. Needs numpy and pyroutingkit only, which is no dependency of this
project.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np

CLOSED = (1 << 31) - 1


def main(path: str) -> None:
    """Answer the states of a table one by one and print what they took."""
    import pyroutingkit

    table = np.load(path)
    topology = pyroutingkit.CCHTopology()
    start = time.perf_counter()
    topology.build(
        table["tail"].astype(np.uint32), table["head"].astype(np.uint32),
        table["lat"].astype(np.float32), table["lon"].astype(np.float32), len(table["lat"]),
    )  # fmt: skip
    built = time.perf_counter() - start
    metric = pyroutingkit.CCHMetric(topology)
    took, costs = [], []
    for state in table["states"]:
        start = time.process_time()
        costs.append(_answers(metric, table, state))
        took.append(time.process_time() - start)
    told = {"topology_s": built, "state_s": took, "costs": costs}
    sys.stdout.write(json.dumps(told))


def _answers(metric: Any, table: Any, state: Any) -> list[int]:
    """Customise for a state and ask for each pair of ends."""
    weight = np.where((table["need"] & state) == 0, table["weight"], CLOSED)
    metric.customize(weight.astype(np.uint32))
    pairs = zip(table["starts"].tolist(), table["ends"].tolist(), strict=True)
    return [int(metric.query(a, b)[0]) for a, b in pairs]


if __name__ == "__main__":
    main(sys.argv[1])
