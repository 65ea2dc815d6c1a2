"""``python -m tests.bench.design``: time and gap of the public network design instances."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from corridors.instances import read_dow
from corridors.solve.charged import violations
from corridors.solve.charged_search import design_network

INSTANCES = Path(__file__).parents[2].parent / "shared" / "instances"
#: Least costs known of the instances that are timed by default (Canad set).
LEAST = {"c33": 423848.0, "c35": 371475.0}
HEAD = ("instance", "nodes", "arcs", "demands", "cost", "bound", "gap", "proven", "s", "CPU s")


def main() -> None:
    """Solve each instance and print a row of a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.design", description=__doc__)
    names = [str(INSTANCES / f"{name}.dow") for name in LEAST]
    parser.add_argument("files", nargs="*", default=names, help="`.dow` files")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of each")
    options = parser.parse_args()
    print("| " + " | ".join(HEAD) + " |")  # noqa: T201 - what a bench is for
    print("|" + "---|" * len(HEAD))  # noqa: T201
    for file in map(Path, options.files):
        print("| " + " | ".join(row(file, options.seconds)) + " |", flush=True)  # noqa: T201


def row(file: Path, seconds: float) -> list[str]:
    """Solve an instance and return its row.

    Raises
    ------
    RuntimeError
        If the design breaks a rule, or misses a least cost that is known.
    """
    problem = read_dow(file)
    wall, cpu = time.monotonic(), time.process_time()
    design = design_network(problem, seconds=seconds)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    wrong = violations(problem, design.opened, design.flow)
    known = LEAST.get(file.stem)
    if wrong or (known and not design.bound <= known <= design.cost * (1 + 1e-9)):
        msg = f"{file.name}: {'; '.join(wrong) or f'{design.bound} to {design.cost}'}"
        raise RuntimeError(msg)
    sizes = (problem.n_nodes, problem.n_arcs, problem.n_demands)
    return [
        file.stem, *map(str, sizes), f"{design.cost:.1f}", f"{design.bound:.1f}",
        f"{design.gap:.1e}", "yes" if design.proven else "no", f"{wall:.1f}", f"{cpu:.1f}",
    ]  # fmt: skip


if __name__ == "__main__":
    main()
