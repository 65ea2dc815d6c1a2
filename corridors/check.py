"""`corridors check`: facts, network and scenarios against every named check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.errors import CorridorsError
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import load_rates
from corridors.scenario.references import Known, check_references
from geodata.build import FACTS
from geodata.checks import run_checks
from geodata.facts_io import load_facts
from geodata.quality import write_docs
from geodata.snapshot import open_network, open_snapshot, read_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geodata.snapshot import Snapshot


@dataclass(frozen=True)
class Checked:
    """All findings, one line each."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the findings as plain values."""
        return {"errors": list(self.errors), "warnings": list(self.warnings)}


def check_all(network: Path, *, scenarios: Sequence[str] = (), docs: Path | None = None) -> Checked:
    """Run every check; write the documentation of the network if asked.

    Raises
    ------
    FactsError, SnapshotError
        If the facts or the network cannot be read at all.
    """
    facts, snapshot = load_facts(FACTS), open_snapshot(network)
    found = run_checks(
        open_network(network), snapshot.graph, facts, snapshot.branches, read_report(network)
    )
    errors = [str(finding) for finding in found if finding.severity == "error"]
    warnings = [str(finding) for finding in found if finding.severity == "warning"]
    errors += [line for name in scenarios for line in _scenario_errors(name, snapshot)]
    if docs is not None:
        write_docs(network, FACTS, docs)
    return Checked(tuple(errors), tuple(warnings))


def _scenario_errors(name: str, snapshot: Snapshot) -> list[str]:
    """Return everything wrong with a scenario and the rates it is priced with."""
    try:
        loaded = load_scenario(name)
        families = {branch.family for branch in snapshot.branches}
        check_references(loaded, Known.of(snapshot.graph, families=families))
        load_rates()
    except CorridorsError as error:
        return [str(finding) for finding in error.findings] or [str(error)]
    return []
