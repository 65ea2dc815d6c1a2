"""`corridors sweep`: what every demand costs in each state of some switches."""

from __future__ import annotations

import hashlib
import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import Finding, ScenarioError
from corridors.manifest import make_manifest, manifest_bytes, sha256_of
from corridors.metrics.states import Column, Swept, column_of, sampled_states
from corridors.metrics.switching import Board
from corridors.report.outputs import writing_output, writing_outputs
from corridors.report.states import write_states
from corridors.run import inputs_of, read
from corridors.scenario.compile import compile_scenario
from corridors.scenario.places import data_folder
from corridors.scenario.projects import load_projects
from corridors.scenario.rates import load_rates
from corridors.scenario.switches import OPTION, Switches
from corridors.solve.lattice import MOST_SWITCHES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from corridors.scenario.load import Loaded
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot

    Tell = Callable[[int, int], None]

#: Tables that tell what projects build.
PROJECT_TABLES = ("projects.csv", "project_effects.csv")


@dataclass(frozen=True)
class Asked:
    """A scenario with the switches that are asked about."""

    loaded: Loaded
    snapshot: Snapshot
    register: Register
    switches: Switches
    board: Board

    @property
    def inputs(self) -> dict[str, bytes | Path | str]:
        """All that determines an answer: what determines a run, and the projects."""
        tables = {f"scenarios/data/{name}": data_folder() / name for name in PROJECT_TABLES}
        return inputs_of(self.loaded, self.snapshot) | tables

    def with_switches(self, words: Sequence[str]) -> Board:
        """Return the board of other switches of the same scenario."""
        return _board(self.switches, words, self.snapshot, self.register)


def ask(name: str, *, network: Path, words: Sequence[str], sets: Sequence[str] = ()) -> Asked:
    """Load a scenario and lay some switches over it.

    Parameters
    ----------
    name, network, sets
        As for a run.
    words
        The switches: ids, `@BLOC`, `kind:ID` or names of sets; see `scenario.switches`.

    Raises
    ------
    ScenarioError, InputMissingError
        If the scenario or a switch is not valid, or an input is missing.
    """
    loaded, snapshot, register = read(name, network, sets)
    compiled = compile_scenario(loaded.scenario, snapshot, load_rates(), register)
    projects = load_projects(capacities=None, checks_places=False)
    switches = Switches(loaded.scenario, compiled, projects)
    board = _board(switches, words, snapshot, register)
    return Asked(loaded, snapshot, register, switches, board)


def _board(
    switches: Switches, words: Sequence[str], snapshot: Snapshot, register: Register
) -> Board:
    chosen = switches.chosen(words)
    opened = switches.opened(chosen)
    compiled = compile_scenario(opened, snapshot, load_rates(), register)
    return Board(opened, compiled, chosen, switches.rows(chosen), switches.as_is(chosen))


def sweep(
    name: str, *, network: Path, out: Path, words: Sequence[str] = ("political",),
    sets: Sequence[str] = (), sample: int | None = None, workers: int = 1,
    tell: Tell = lambda _done, _all: None,
) -> Swept:  # fmt: skip
    """Answer every demand in all states of some switches, or in random ones.

    What is done is kept beside `out` demand by demand, so that a sweep that was stopped
    goes on where it was.

    Parameters
    ----------
    name, network, sets
        As for a run.
    out
        Folder for the results, written whole or not at all.
    words
        The switches, as `ask` takes them.
    sample
        How many random states instead of all.
    workers
        Processes that share the demands.
    tell
        Called with how many demands are done, and of how many.

    Raises
    ------
    ScenarioError
        If the switches are too many for all their states and no sample is asked for.
    InputMissingError, OutputError
        As their names say.
    """
    begun = time.perf_counter()
    asked = ask(name, network=network, words=words, sets=sets)
    board = asked.board
    check_chances(asked)
    _check_count(board, name, words, sample)
    done = _Store(out, _key(asked, words, sample))
    job = _Job(name, network, tuple(words), tuple(sets), sample)
    left = [k for k in range(len(board.served)) if not done.has(k)]
    tell(len(board.served) - len(left), len(board.served))
    for k, column in _answered(job, board, left, workers):
        done.keep(k, column)
        tell(len(board.served) - len(left) + left.index(k) + 1, len(board.served))
    states = None if sample is None else sampled_states(board, sample)
    swept = Swept.of(board, [done.get(k) for k in range(len(board.served))], states)
    with writing_outputs(out) as folder:
        write_states(swept, asked.loaded.scenario.id, asked.snapshot.id, folder)
        outputs = {one.name: one for one in sorted(folder.iterdir())}
        manifest = make_manifest(
            inputs=asked.inputs, outputs=outputs,
            seed=board.scenario.seed, solver={"states": "replacement trees over SciPy Dijkstra"},
            parameters={"set": list(sets), "switches": list(words), "sample": sample},
            wall_times_s={"sweep": time.perf_counter() - begun},
        )  # fmt: skip
        (folder / "manifest.json").write_bytes(manifest_bytes(manifest))
    done.drop()
    return swept


def _check_count(board: Board, name: str, words: Sequence[str], sample: int | None) -> None:
    if not board.n:
        msg = "nothing to sweep: the switches that were asked for close nothing here"
        raise ScenarioError(msg)
    if sample is not None or board.n <= MOST_SWITCHES:
        return
    msg = f"{board.n} switches have 2^{board.n} states, too many to answer all of them:"
    asked = ",".join(words)
    finding = Finding(
        OPTION, 0, 0, asked, f"all states are answered for {MOST_SWITCHES} switches at most",
        f"name fewer, or sample: {sampling(name, words)}",
    )  # fmt: skip
    raise ScenarioError(msg, findings=[finding])


def sampling(name: str, words: Sequence[str]) -> str:
    """Return the command that asks switches in random states.

    Examples
    --------
    >>> sampling("baseline", ["AZ", "GE"])
    'corridors sweep baseline --switches AZ,GE --sample 2000'
    """
    return f"corridors sweep {name} --switches {','.join(words)} --sample 2000"


def check_chances(asked: Asked) -> None:
    """Refuse chances of what is no switch.

    Raises
    ------
    ScenarioError
        If `control.chances` names anything else; carries all findings.
    """
    chances = asked.loaded.scenario.control.chances
    findings = asked.switches.unknown(chances, option="control.chances")
    if findings:
        msg = "chances are given of what is no switch:"
        raise ScenarioError(msg, findings=findings)


def _key(asked: Asked, words: Sequence[str], sample: int | None) -> str:
    """Return what a sweep is known by: its inputs and its question."""
    told = asked.inputs.items()
    inputs = {key: one if isinstance(one, str) else sha256_of(one) for key, one in told}
    ids = [one.id for one in asked.board.switches]
    text = json.dumps([inputs, ids, list(words), sample], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class _Store:
    """The answers of a sweep so far, a file a demand, beside the folder of its results."""

    def __init__(self, out: Path, key: str) -> None:
        self.folder = out.with_name(f".{out.name}.partial-{key}")

    def _path(self, k: int) -> Path:
        return self.folder / f"{k:05d}.npz"

    def has(self, k: int) -> bool:
        return self._path(k).is_file()

    def keep(self, k: int, column: Column) -> None:
        with writing_output(self._path(k)) as partial, partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **column.arrays())

    def get(self, k: int) -> Column:
        with np.load(self._path(k)) as arrays:
            return Column(**{name: arrays[name] for name in arrays.files})

    def drop(self) -> None:
        for path in sorted(self.folder.glob("*.npz")):
            path.unlink()
        if self.folder.is_dir():
            self.folder.rmdir()


@dataclass(frozen=True)
class _Job:
    """What a process needs to know to answer demands of a sweep."""

    name: str
    network: Path
    words: tuple[str, ...]
    sets: tuple[str, ...]
    sample: int | None


def _answered(
    job: _Job, board: Board, left: Sequence[int], workers: int
) -> Iterator[tuple[int, Column]]:
    """Yield the demands that are left with their answers, in order."""
    if workers <= 1 or len(left) <= 1 or job.name == "-":
        yield from ((k, column_of(board, k, job.sample)) for k in left)
        return
    parts = [tuple(left[at::workers]) for at in range(min(workers, len(left)))]
    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as pool:
        found: Iterable[list[tuple[int, Column]]] = pool.map(partial(_part, job), parts)
        for each in found:
            yield from each


def _part(job: _Job, demands: Sequence[int]) -> list[tuple[int, Column]]:
    """Answer some demands in a process of their own."""
    asked = ask(job.name, network=job.network, words=job.words, sets=job.sets)
    return [(k, column_of(asked.board, k, job.sample)) for k in demands]
