"""`corridors design`: which projects to build for some money, with proof and files."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import Finding, ScenarioError, nearest
from corridors.instances import read_dow
from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.designed import Question
from corridors.metrics.designed import design as design_projects
from corridors.metrics.investment import Assumed, Investment
from corridors.metrics.shipped import COLUMNS
from corridors.model.capacity import LEVELS
from corridors.report.design_files import design_files
from corridors.report.outputs import write_files
from corridors.run import inputs_of, read
from corridors.scenario.capacities import load_capacities
from corridors.scenario.places import data_folder
from corridors.scenario.projects import load_projects
from corridors.scenario.rates import load_rates
from corridors.solve.charged_search import design_network
from corridors.solve.choose import CRITERIA
from corridors.stopping import stopping
from geodata.snapshot import open_network

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.metrics.designed import Designed
    from corridors.model.capacity import Project
    from corridors.scenario.load import Loaded
    from corridors.solve.charged import NetworkDesign
    from geodata.snapshot import Snapshot

#: Tables of the projects, beside those of a run.
TABLES = ("projects.csv", "project_effects.csv")


def design(
    name: str, question: Question, *, network: Path, others: Sequence[str] = (),
    projects: Sequence[str] = (), sets: Sequence[str] = (), out: Path | None = None,
) -> Designed:  # fmt: skip
    """Choose which projects to build.

    Parameters
    ----------
    name
        Scenario by id or path; its flows are told.
    question
        Budget, criterion, weights (this scenario first, then `others`), level and time.
    network
        Folder of a built network.
    others
        Further scenarios under which the choice is to do well.
    projects
        Ids of the projects to choose among; all of the tables if none is given.
    sets
        ``key=value`` on top of each scenario.
    out
        Folder for the files; nothing is written if not given.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say.
    """
    started = time.perf_counter()
    names = list(dict.fromkeys([name, *others]))
    weight = question.weight or (1.0,) * len(names)
    capacities = load_capacities(checks_places=False)
    known = load_projects(capacities=capacities, checks_places=False)
    _check(question, names, weight, projects, known)
    question = Question(
        question.budget_usd, question.criterion, weight, question.level, question.seconds
    )
    opened = [read(one, network, sets) for one in names]
    loaded = [one for one, _, _ in opened]
    _, snapshot, register = opened[0]
    whole = open_network(network, opened=snapshot)
    some = [one for one in known if not projects or one.id in projects]
    assumed = Assumed(
        snapshot, load_rates(), register, capacities, some, whole.links.length_km, question.level
    )
    with stopping(question.seconds) as stop:
        cases = [Investment(one.scenario, assumed) for one in loaded]
        found = design_projects(cases, question, stop=stop)
    if out is not None:
        files = design_files(found, cases[0], whole)
        parameters = {
            "scenarios": names, "budget_usd": question.budget_usd, "projects": list(projects),
            "criterion": question.criterion, "weights": list(weight), "level": question.level,
            "set": list(sets),
        }  # fmt: skip
        manifest = make_manifest(
            inputs=_inputs(loaded, snapshot), outputs=files, seed=loaded[0].scenario.seed,
            solver={"choice": found.solver, "flow": COLUMNS}, parameters=parameters,
            wall_times_s={"design": time.perf_counter() - started},
        )  # fmt: skip
        write_files(out, files | {"manifest.json": manifest_bytes(manifest)})
    return found


def design_instance(path: Path, *, seconds: float) -> NetworkDesign:
    """Return the cheapest design of a public instance, or the best one found in the time.

    Parameters
    ----------
    path
        A ``.dow`` file: which arcs to open at a fixed charge, so that all demands pass.
    seconds
        Time limit.

    Raises
    ------
    InstanceError, InputMissingError
        If the file cannot be read.
    """
    return design_network(read_dow(path), seconds=seconds)


def _inputs(loaded: Sequence[Loaded], snapshot: Snapshot) -> dict[str, bytes | Path | str]:
    """Return all that determines a choice."""
    found: dict[str, bytes | Path | str] = {
        f"scenarios/data/{table}": data_folder() / table for table in TABLES
    }
    for one in loaded:
        inputs = inputs_of(one, snapshot)
        found |= {(f"scenario {one.scenario.id}" if key == "scenario" else key): content
                  for key, content in inputs.items()}  # fmt: skip
    return found


def _check(
    question: Question, names: Sequence[str], weight: Sequence[float], projects: Sequence[str],
    known: Sequence[Project],
) -> None:  # fmt: skip
    """Raise all that is wrong with a question.

    Raises
    ------
    ScenarioError
        With a finding for each.
    """
    ids = [one.id for one in known]
    findings = [
        Finding("--projects", 0, 0, one, "is no project of projects.csv", nearest(one, ids))
        for one in projects
        if one not in ids
    ]
    if not (question.budget_usd >= 0 and np.isfinite(question.budget_usd)):
        words = f"{question.budget_usd:g} is no sum of money to spend"
        findings.append(Finding("--budget", 0, 0, "", words, "write USD of 2024, at least 0"))
    if len(weight) != len(names):
        words = f"{len(weight)} weights for {len(names)} scenarios ({', '.join(names)})"
        findings.append(Finding("--weights", 0, 0, "", words, "one each, the first scenario first"))
    elif min(weight) < 0 or not sum(weight) or not np.isfinite(sum(weight)):
        words = "weights must be at least 0, one of them above"
        findings.append(Finding("--weights", 0, 0, "", words))
    for option, value, among in (
        ("--criterion", question.criterion, CRITERIA), ("--level", question.level, LEVELS),
    ):  # fmt: skip
        if value not in among:
            mend = nearest(value, among) or f"one of {', '.join(among)}"
            findings.append(Finding(option, 0, 0, "", f"{value!r} is none", mend))
    if findings:
        msg = "the question cannot be answered as asked:"
        raise ScenarioError(msg, findings=findings)
