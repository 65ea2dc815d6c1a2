"""A finished run taken up again: its files unaltered, its inputs those of today."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from corridors.errors import Finding, InputMissingError, ScenarioError, nearest
from corridors.manifest import sha256_of, verify_manifest
from corridors.metrics.carriage import Load
from corridors.run import inputs_of, read
from corridors.scenario.compile import compile_scenario
from corridors.scenario.places import find_scenario
from corridors.scenario.rates import load_rates

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corridors.metrics.answers import Answers
    from corridors.model.result import DemandResult
    from corridors.model.scenario import Alternatives, Scenario
    from corridors.scenario.compile import Compiled
    from corridors.scenario.load import Loaded
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot

RESULT = "result.json"
T = TypeVar("T")


@dataclass(frozen=True)
class Rerun:
    """What a finished run was made of, opened again; `result` is its `result.json`."""

    loaded: Loaded
    snapshot: Snapshot
    register: Register
    result: dict[str, Any]


def is_run(path: Path) -> bool:
    """Whether a path is the folder of a finished run."""
    return (path / RESULT).is_file()


def open_run(folder: Path, *, network: Path, scenario: str = "") -> Rerun:
    """Open what a run was made of, and check that it is all still the same.

    Parameters
    ----------
    folder
        The folder that the run left.
    network
        The network it ran on.
    scenario
        Its scenario by id or path; the id named in its result if empty.

    Raises
    ------
    InputMissingError
        If the folder is no run's or was altered, or an input has another hash than when
        it ran; all differences are listed.
    ScenarioError
        If the scenario is no longer valid.
    """
    manifest = verify_manifest(folder)
    if not is_run(folder):
        msg = f"{folder}: has no {RESULT}; name the folder of a finished run"
        raise InputMissingError(msg)
    result = json.loads((folder / RESULT).read_bytes())
    name = scenario or _findable(folder, result["scenario"]["id"])
    loaded, snapshot, register = read(name, network, manifest["hashed"]["parameters"]["set"])
    _check(folder, manifest["hashed"]["inputs"], loaded, snapshot)
    return Rerun(loaded, snapshot, register, result)


def of_one_demand(
    again: Rerun, demand: str, alternatives: Alternatives | None = None
) -> tuple[Scenario, Compiled]:
    """Return the scenario of a run with one of its demands alone, and compiled.

    Parameters
    ----------
    again
        The run.
    demand
        Id of the demand.
    alternatives
        Which alternatives to seek in place of the scenario's own.
    """
    whole = again.loaded.scenario
    only = tuple(one for one in whole.demands if one.id == demand)
    wanted = replace(whole, demands=only, alternatives=alternatives or whole.alternatives)
    return wanted, compile_scenario(wanted, again.snapshot, load_rates(), again.register)


def with_flow_routes(
    again: Rerun, answers: Answers, k: int, found: DemandResult
) -> DemandResult:  # fmt: skip
    """Return the routes of a demand with those that only the flow of the run takes.

    Parameters
    ----------
    again
        The run.
    answers, k
        Who told the routes of the demand, and its number there.
    found
        What was told.
    """
    rows = next(row for row in again.result["demands"] if row["id"] == found.demand_id)["routes"]
    loads = [
        Load(k, np.array([int(arc[1:]) for arc in row["flow_arcs"]]), row["teu_per_year"])
        for row in rows if row["flow_arcs"]
    ]  # fmt: skip
    return answers.with_loads(k, found, loads) if loads else found


def known(name: str, among: Mapping[str, T], what: str) -> T:
    """Return what a name in a run stands for.

    Raises
    ------
    ScenarioError
        If it stands for nothing; offers the nearest names.
    """
    if name not in among:
        told = nearest(name, among, count=3)
        msg = f"the run has no {what} {name!r}; {told}".removesuffix("; ")
        raise ScenarioError(msg)
    return among[name]


def _findable(folder: Path, name: str) -> str:
    """Return the id of a scenario that is found by it.

    Raises
    ------
    InputMissingError
        If it is not: it lies elsewhere or in a file of another name, or was read from
        standard input.
    """
    try:
        find_scenario(name)
    except InputMissingError as error:
        msg = f"{folder} ran the scenario {name}, whose id does not find it here; name its file"
        raise InputMissingError(msg) from error
    return name


def _check(folder: Path, then: dict[str, str], loaded: Loaded, snapshot: Snapshot) -> None:
    """Raise every input that is not what it was."""
    now = {
        name: content if isinstance(content, str) else sha256_of(content)
        for name, content in inputs_of(loaded, snapshot).items()
    }
    findings = [
        Finding(str(folder), 0, 0, name, "is not what it was when this ran", "run it again")
        for name in sorted(now.keys() | then.keys())
        if now.get(name) != then.get(name)
    ]
    if findings:
        msg = f"{folder}: made from other inputs than those of today:"
        raise InputMissingError(msg, findings=findings)
