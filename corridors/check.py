"""`corridors check`: facts, network and scenarios against every named check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from glob import glob, has_magic
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import CorridorsError
from corridors.osm import osm_patches
from corridors.scenario.capacities import load_capacities
from corridors.scenario.capacity_cells import shipped_sites
from corridors.scenario.capacity_places import Ground
from corridors.scenario.compile import law_of
from corridors.scenario.fits import check_fits
from corridors.scenario.in_force import without_standing
from corridors.scenario.load import load_scenario
from corridors.scenario.projects import load_projects
from corridors.scenario.rates import load_rates
from corridors.scenario.references import Names
from corridors.scenario.register import load_register
from geodata.checks import run_checks
from geodata.disagreement import disagreements
from geodata.folders import facts_folder
from geodata.patch_checks import check_openstreetmap, patch_findings
from geodata.quality import write_docs
from geodata.snapshot import open_network, open_snapshot, read_facts, read_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.capacity import Capacity
    from corridors.osm import OsmAsked
    from corridors.scenario.register import Register
    from geodata.types import DecisionGraph


@dataclass(frozen=True)
class Checked:
    """All findings, one line each."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the findings as plain values."""
        return {"errors": list(self.errors), "warnings": list(self.warnings)}


def check_all(
    network: Path,
    *,
    scenarios: Sequence[str] = (),
    docs: Path | None = None,
    osm: OsmAsked | None = None,
) -> Checked:
    """Run every check; write the documentation of the network if asked.

    Parameters
    ----------
    network
        Folder of a built network.
    scenarios
        Scenarios to check as well, by id, path or pattern.
    docs
        Page on the network to write.
    osm
        Files of OpenStreetMap to compare with the facts, beside what the network was built of.

    Raises
    ------
    FactsError, SnapshotError
        If the facts or the network cannot be read at all.
    ScenarioError, AreaError, OsmError, SourceMissingError
        If OpenStreetMap cannot be read.
    """
    facts, snapshot = read_facts(network, facts_folder()), open_snapshot(network)
    found = run_checks(
        open_network(network), snapshot.graph, facts, snapshot.branches, read_report(network)
    )
    found += patch_findings(network)
    for patch in osm_patches(osm, tell=lambda _: None) if osm else ():
        odds = disagreements(patch.tracks, facts, inside=patch.inside)
        found += tuple(one for one in check_openstreetmap(odds) if one not in found)
    errors = [str(finding) for finding in found if finding.severity == "error"]
    warnings = [str(finding) for finding in found if finding.severity == "warning"]
    wrong, register, capacities = _table_errors()
    errors += wrong
    warnings += _without_arcs(capacities, snapshot.graph)
    if register:
        names = Names(snapshot.graph, snapshot.branches, register)
        for name in _named(scenarios):
            lines, loud = _scenario_findings(name, names)
            errors += lines
            warnings += [line for line in loud if line not in warnings]
    if docs is not None:
        write_docs(network, facts_folder(), docs)
    return Checked(tuple(errors), tuple(warnings))


def _scenario_findings(name: str, names: Names) -> tuple[list[str], list[str]]:
    """Return everything wrong with a scenario, and its rules that lack standing."""
    try:
        scenario = load_scenario(name, names=names).scenario
        law = law_of(scenario, names.register, names.known)
    except CorridorsError as error:
        return _lines(error), []
    known = [one for one in law.rules if one.id in names.register.marks]
    found = without_standing(names.register, replace(law, rules=tuple(known)))
    return [], [f"warning rule_without_standing {one}" for one in found]


def _named(patterns: Sequence[str]) -> list[str]:
    """Return the scenarios that patterns such as `scenarios/*.yaml` name; partial ones left out.

    A pattern that matches nothing stays, to be told as a missing file.
    """
    found = []
    for pattern in patterns:
        files = glob(pattern) if has_magic(pattern) else []  # noqa: PTH207 - also absolute ones
        full = sorted(name for name in files if not Path(name).name.startswith("_"))
        found += full or [pattern]
    return list(dict.fromkeys(found))


def _table_errors() -> tuple[list[str], Register | None, tuple[Capacity, ...]]:
    """Return everything wrong with the assumption tables, register and capacities if readable."""
    errors: list[str] = []
    register = None
    try:
        check_fits(load_rates().rows)
    except CorridorsError as error:
        errors += _lines(error)
    try:
        register = load_register()
    except CorridorsError as error:
        errors += _lines(error)
    wrong, capacities = _capacity_errors(register)
    return [*errors, *wrong], register, capacities or ()


def _capacity_errors(register: Register | None) -> tuple[list[str], tuple[Capacity, ...] | None]:
    """Return everything wrong with the tables of capacities and projects, and the former."""
    sites = shipped_sites()
    rules = {rule.id for rule in register.rules} if register else None
    errors: list[str] = []
    capacities = None
    try:
        capacities = load_capacities(sites=sites, rules=rules)
    except CorridorsError as error:
        errors += _lines(error)
    try:
        load_projects(capacities=capacities, sites=sites)
    except CorridorsError as error:
        errors += _lines(error)
    return errors, capacities


def _without_arcs(capacities: Sequence[Capacity], graph: DecisionGraph) -> list[str]:
    """Return a warning for each capacity that no arc of the network takes of."""
    ground = Ground(graph)
    return [
        f"warning capacity_without_arc {one.id}: no arc of {';'.join(one.on)}"
        for one in capacities
        if not ground.sections(one.kind, one.on, one.modes, one.direction)
    ]


def _lines(error: CorridorsError) -> list[str]:
    return [str(finding) for finding in error.findings] or [str(error)]
