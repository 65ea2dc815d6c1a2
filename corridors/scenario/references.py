"""Check that the names a scenario uses exist on the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from corridors.errors import ScenarioError, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from corridors.errors import Finding
    from corridors.scenario.compose import Path
    from corridors.scenario.load import Loaded
    from geodata.types import DecisionGraph, Network


@dataclass(frozen=True)
class Known:
    """The names that exist; empty `families` means that they are not checked."""

    terminals: Collection[str]
    countries: Collection[str]
    assets: Collection[str]
    families: Collection[str] = ()

    @classmethod
    def of(cls, graph: DecisionGraph | Network, *, families: Collection[str] = ()) -> Self:
        """Return the names of a network or its decision graph."""
        assets = frozenset(asset.id for asset in graph.assets)
        return cls(graph.terminal_ids, graph.countries, assets, families)


def check_references(loaded: Loaded, known: Known) -> None:
    """Check every name in a scenario against the network.

    Parameters
    ----------
    loaded
        The scenario with the places of its values.
    known
        The names that exist.

    Raises
    ------
    ScenarioError
        If a terminal, country, asset or corridor family does not exist; carries all
        findings, each with the nearest names.
    """
    findings = list(_findings(loaded, known))
    if findings:
        number = len(findings)
        msg = f"the scenario uses {number} name{'s' if number > 1 else ''} the network lacks:"
        raise ScenarioError(msg, findings=findings)


def _findings(loaded: Loaded, known: Known) -> Iterator[Finding]:
    """Yield a finding for each unknown name."""
    for path, kind, name in _names(loaded):
        among = getattr(known, kind)
        if name in among or (kind == "families" and not among):
            continue
        singular = {"countries": "country", "families": "corridor family"}.get(kind, kind[:-1])
        yield loaded.find(path, f"unknown {singular} {name}", nearest(name, among, count=3))


def _names(loaded: Loaded) -> Iterator[tuple[Path, str, str]]:
    """Yield path, kind and name of everything that must exist on the network."""
    scenario = loaded.scenario
    for at, demand in enumerate(scenario.demands):
        yield ("demands", at, "origin"), "terminals", demand.origin
        yield ("demands", at, "destination"), "terminals", demand.destination
    for at, asset in enumerate(scenario.network.built):
        yield ("network", "built", at), "assets", asset
    for at, family in enumerate(scenario.alternatives.families):
        yield ("alternatives", "families", at), "families", family
    for section in ("close", "open"):
        for at, entry in enumerate(getattr(scenario.access, section)):
            path: Path = ("access", section, at)
            if entry.asset:
                yield (*path, "asset"), "assets", entry.asset
            if entry.country:
                yield (*path, "country"), "countries", entry.country
            for side, country in enumerate(entry.country_pair or ()):
                yield (*path, "country_pair", side), "countries", country
