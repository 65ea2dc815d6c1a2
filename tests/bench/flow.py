"""``python -m tests.bench.flow``: column generation against the programme on arcs.

Each case is a process of its own, so that its memory is its own. Seconds are processor time
of the solve, without imports and without drawing the instance. The programme on arcs is
stopped after a while: then it took at least that long.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.flow import carry
from tests.bench.arcs import on_arcs
from tests.bench.flow_instances import drawn, real
from tests.bench.measure import Row, peak_mb, table

if TYPE_CHECKING:
    from corridors.solve.problem import FlowProblem

ROOT = Path(__file__).parents[2]
NETWORK = ROOT / "build" / "network"
LIMIT_S, ROUNDS, CLOSURES = 150.0, 3, 60
#: Demands and origins; programmes on arcs need few origins to fit into memory at all.
CASES = {"real-50": (50, 10), "real-500": (500, 50), "drawn-500": (500, 50)}
Told = dict[str, float]


def main() -> None:
    """Run one case, or all of them and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flow", description=__doc__)
    parser.add_argument("--case", help="run one case in this process and print what it took")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--limit", type=float, default=LIMIT_S, help="seconds for a solve on arcs")
    options = parser.parse_args()
    if options.case:
        print(json.dumps(run(options.case, options.limit)))  # noqa: T201 - read by the parent
        return
    rows = [*quick_rows(options.rounds), *against_arcs(options.rounds, options.limit)]
    print(table(rows))  # noqa: T201 - what a bench is for


def quick_rows(rounds: int) -> list[Row]:
    """Return what column generation takes alone: absolute bars, pool and closures."""
    found = [_child("columns/random", 0) for _ in range(rounds)]
    again = [_child("closures/random", 0) for _ in range(rounds)]
    return [
        _row("flow of 500 demands by columns", "s", found, "seconds", 3),
        _row("its memory at most", "MB", found, "rss_mb", 250),
        _row("a closure from the pool against cold, median of 60", "%", again, "share", 20),
        _row("60 closures x 500 demands from the pool", "s", again, "seconds", 15),
    ]


def against_arcs(rounds: int, limit: float) -> list[Row]:
    """Return column generation against the programme on arcs, by HiGHS and GLOP.

    Told in per cent of what the latter takes: 5 is 20 times faster.
    """
    rows = []
    bars = {"real-50": (None, None), "real-500": (5.0, 33.3), "drawn-500": (1.0, None)}
    for case, (faster, leaner) in bars.items():
        columns = [_child(f"columns/{case}", limit) for _ in range(rounds)]
        rows.append(_row(f"{case}: columns", "s", columns, "seconds", None))
        for solver in ("highs", "glop"):
            arcs = _child(f"{solver}/{case}", limit)
            _agree(case, solver, columns[0], arcs)
            name = f"{case}: columns against {solver} on arcs" + (
                " (stopped)" if arcs["stopped"] else ""
            )
            shares = [100 * one["seconds"] / arcs["seconds"] for one in columns]
            rows.append(Row(f"{case}: {solver} on arcs", "s", (arcs["seconds"],)))
            rows.append(Row(name, "%", tuple(shares), faster))
            memory = [100 * one["rss_mb"] / arcs["rss_mb"] for one in columns]
            rows.append(Row(f"{name}, memory", "%", tuple(memory), leaner))
    return rows


def run(case: str, limit: float) -> Told:
    """Run a case in this process."""
    how, _, which = case.partition("/")
    problem = instance(which)
    if how == "closures":
        return closures(problem)
    start = time.process_time()
    if how == "columns":
        found: float | None = carry(problem).objective_usd
    else:
        found = on_arcs(problem, how, limit_s=limit)
    seconds = time.process_time() - start
    return {
        "seconds": seconds,
        "rss_mb": peak_mb(),
        "stopped": float(found is None),
        "objective": found or 0.0,
    }


def closures(problem: FlowProblem) -> Told:
    """Shut 60 assets that carry something one by one, from the most to the least used."""
    start = time.process_time()
    base = carry(problem)
    cold, took = time.process_time() - start, []
    order = np.argsort(-base.used, kind="stable")[: int((base.used > 0).sum())]
    usage, cls = problem.capacities.usage.tocsr(), problem.classes[0]
    for row in order[np.linspace(0, len(order) - 1, CLOSURES).astype(int)].tolist():
        usable = cls.usable.copy()
        usable[usage[[row]].indices] = False
        shut = replace(problem, classes=[replace(cls, usable=usable)])
        start = time.process_time()
        carry(shut, pool=base.pool)
        took.append(time.process_time() - start)
    return {"seconds": sum(took), "share": 100 * float(np.median(took)) / cold, "rss_mb": 0.0}


def instance(which: str) -> FlowProblem:
    """Return the problem of a case."""
    if which == "random":
        return real(NETWORK, 500)
    kind, _, _ = which.partition("-")
    return real(NETWORK, *CASES[which]) if kind == "real" else drawn(*CASES[which])


def _child(case: str, limit: float) -> Told:
    """Run a case in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.flow", "--case", case, "--limit", str(limit)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    # Some solvers print a line of their own before.
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def _agree(case: str, solver: str, columns: Told, arcs: Told) -> None:
    """Refuse to compare answers that are not the same."""
    if not arcs["stopped"] and not np.isclose(columns["objective"], arcs["objective"], rtol=1e-5):
        msg = f"{case}: {columns['objective']} by columns, {arcs['objective']} by {solver} on arcs"
        raise RuntimeError(msg)


def _row(name: str, unit: str, found: list[Told], key: str, bar: float | None) -> Row:
    return Row(name, unit, tuple(one[key] for one in found), bar)


if __name__ == "__main__":
    main()
