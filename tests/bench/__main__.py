"""``make bench``: time whole processes and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.compiling import World, compilings, preparings
from tests.bench.flow import quick_rows
from tests.bench.measure import Row, interleaved, ratio, table, walls
from tests.bench.osm import osm_rows
from tests.bench.times import drawings, fronts

if TYPE_CHECKING:
    from tests.bench.measure import Spent

ROOT = Path(__file__).parents[2]
NETWORK = ROOT / "build" / "network"
DOCS = ROOT / "docs" / "benchmarks.md"
ENOUGH = 7
OPENINGS = 20
FLOWS = 3
MAPS = 1

BARE = "import numpy, scipy.sparse.csgraph, pydantic; from ortools.linear_solver import pywraplp"
HELP, TYPER, RUN, IMPORTS, BUILD = (
    "`corridors --help`",
    "`python -c 'import typer'`",
    "`corridors run baseline`, warm",
    "process importing numpy, csgraph, OR-Tools' linear solver, pydantic",
    "`corridors build`",
)
TEXT = """\
# Benchmarks

Written by `make bench`: whole processes, run in turn in one go, after a round that
does not count (bytecode compiled, files in the system's cache). A ratio is taken round
by round, so that the machine's mood falls on both sides. Absolute seconds are those of
one machine on one day, with whatever else ran on it: machine noise of a few tens of
per cent is usual. Bars hold for the median.

{machine}

{table}
"""


def main() -> None:
    """Measure, print the table and write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ENOUGH, help="runs of each process")
    parser.add_argument("--no-build", action="store_true", help="leave out the builds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = _measured(Path(folder), options.rounds, build=not options.no_build)
    print(table(rows))  # noqa: T201 - what a bench is for
    if not options.no_build and options.rounds >= ENOUGH:
        text = TEXT.format(machine=_machine(), table=table(rows))
        DOCS.write_text(text, encoding="utf-8")


def _measured(folder: Path, rounds: int, *, build: bool) -> list[Row]:
    python, script = sys.executable, str(Path(sys.executable).with_name("corridors"))
    run = [script, "run", "baseline", "--network", str(NETWORK), "--out", "out", "--quiet"]
    commands = {
        TYPER: [python, "-c", "import typer"],
        HELP: [script, "--help"],
        IMPORTS: [python, "-c", BARE],
        RUN: run,
    }
    env = _environment(folder)
    took = interleaved(commands, rounds=rounds, cwd=folder, env=env)
    built: list[Spent] = []
    if build:
        command = {BUILD: [script, "build", "--out", "network", "--quiet"]}
        built = interleaved(command, rounds=rounds, cwd=folder, env=env)[BUILD]
    return _rows(took, built, rounds)


def _rows(took: dict[str, list[Spent]], built: list[Spent], rounds: int) -> list[Row]:
    world = World.load(NETWORK, OPENINGS)
    rows = [walls(name, spent) for name, spent in took.items()]
    rows += [
        ratio("help against typer", took[HELP], took[TYPER], bar=2),
        ratio("run against the bare imports", took[RUN], took[IMPORTS], bar=3),
        Row("opening a snapshot", "ms", _openings(), bar=50),
        Row("preparing the network and compiling a first scenario", "ms", preparings(world)),
        Row("compiling each next one, one class of cargo", "ms", compilings(world, 1), bar=20),
        Row("compiling each next one, 64 classes", "ms", compilings(world, 64), bar=100),
        Row("10,000 draws of the time of every route", "s", drawings(NETWORK), bar=2),
        *(Row(name, "s", took, bar=bar) for name, took, bar in fronts(NETWORK)),
        *quick_rows(min(rounds, FLOWS)),
        *osm_rows(min(rounds, MAPS)),
    ]
    if built:
        rows.append(walls(BUILD, built, bar=60))
        rows.append(Row("its memory at most", "MB", tuple(b.rss_mb for b in built), bar=1500))
    return rows


def _openings() -> tuple[float, ...]:
    """Milliseconds of each opening of the network, within this process."""
    from geodata.snapshot import open_snapshot

    times = []
    open_snapshot(NETWORK)
    for _ in range(OPENINGS):
        start = time.perf_counter()
        open_snapshot(NETWORK)
        times.append(1000 * (time.perf_counter() - start))
    return tuple(times)


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which bytecode is kept, as after any usual install."""
    own = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return kept | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}."
    )


if __name__ == "__main__":
    main()
