"""`corridors doctor`: can this installation work, and what to mend if not."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from corridors.errors import CorridorsError
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_ids
from corridors.scenario.rates import load_rates
from corridors.solve.errors import SolverError
from corridors.solve.linear import self_test, solve_linear
from geodata.errors import GeodataError
from geodata.facts_io import load_facts
from geodata.folders import facts_folder
from geodata.snapshot import open_snapshot
from geodata.sources.extracts import EXTRACTS, provenance, read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACKAGES = ("networkx", "numpy", "ortools", "osmnx", "pyogrio", "pyproj", "scipy", "shapely")
OLDEST = (3, 11)
#: A built network and the results of some runs.
ENOUGH_BYTES = 500_000_000


@dataclass(frozen=True)
class Row:
    """One thing looked at: whether it is well, and what was found."""

    name: str
    ok: bool
    detail: str

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain values."""
        return asdict(self)


def examine(network: Path) -> list[Row]:
    """Look at the interpreter, the packages, the shipped data, the solver and a network."""
    return [
        Row("python", sys.version_info >= OLDEST, sys.version.split()[0]),
        *(_package(name) for name in PACKAGES),
        _look("extracts", _extracts),
        _look("fact tables", _facts),
        _look("rates", lambda: f"{len(load_rates().rows)} rates"),
        _look("scenarios", _scenarios),
        _look("solver", _solver),
        _look("network", lambda: f"{network}: {open_snapshot(network).id[:12]}"),
        _disk(),
    ]


def _look(name: str, find: Callable[[], str]) -> Row:
    try:
        return Row(name, ok=True, detail=find())
    except (CorridorsError, GeodataError, SolverError) as error:
        return Row(name, ok=False, detail=str(error))


def _package(name: str) -> Row:
    try:
        return Row(name, ok=True, detail=version(name))
    except PackageNotFoundError:
        return Row(name, ok=False, detail=f"not installed; pip install {name}")


def _extracts() -> str:
    names = provenance(EXTRACTS)["files"]
    size = sum(len(read_bytes(EXTRACTS, name)) for name in names)
    return f"{len(names)} files, {size / 1e6:.1f} MB, hashes as in PROVENANCE.json"


def _facts() -> str:
    folder = facts_folder()
    return f"{len(load_facts(folder).terminals)} terminals in {folder}"


def _scenarios() -> str:
    names = scenario_ids()
    for name in names:
        load_scenario(name)
    return f"{len(names)}: {', '.join(names)}"


def _solver() -> str:
    """Solve a programme whose answer and prices are known."""
    self_test(solve_linear)
    return f"OR-Tools {version('ortools')}, GLOP right on a known problem"


def _disk() -> Row:
    free = shutil.disk_usage(".").free
    return Row("disk", free >= ENOUGH_BYTES, f"{free / 1e9:.1f} GB free here")
