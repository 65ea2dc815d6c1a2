"""Facts and extracts to a network, as a list of steps, and that to a snapshot."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.attribute import tag_countries, tag_nodes, territories
from geodata.base import read_base
from geodata.borders import bind_crossings, border_report, connect_road_borders
from geodata.branches import BranchFinder
from geodata.contract import contract
from geodata.facts_io import load_facts
from geodata.overlay import add_hand_links, correct, tag_gauge, write_attributes
from geodata.sea import attach_ports, drop_caspian_lanes, tag_straits
from geodata.services import add_services
from geodata.snapshot import write_snapshot
from geodata.sources.extracts import EXTRACTS, read_outlines
from geodata.terminals import attach_terminals, join_modes, terminal_nodes
from geodata.topology import drop_unused_nodes, stitch
from geodata.types import Branch, Mode, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geodata.attribute import Territories
    from geodata.facts_rows import Facts
    from geodata.types import DecisionGraph, Network

Step = tuple[str, "Callable[[Network], Network]"]

#: Nodes nearer than this are one place, gaps up to this between components are faults
#: of the data (measured on it: without them Khorgos, Poti and Samur are cut off).
NEAR_KM, GAP_KM = 0.3, 1.1
#: Where the fact tables of the installed package lie.
FACTS = Path(__file__).parent / "facts"
#: Packages whose version may change the result of a build.
TOOLS = ("numpy", "scipy", "shapely", "pyproj")
BIND = "bind crossings"


def silent(_: str) -> None:
    """Tell nobody."""


def build_snapshot(
    out: Path,
    *,
    extracts: Path = EXTRACTS,
    facts_folder: Path = FACTS,
    tell: Callable[[str], None] = silent,
) -> str:
    """Build the network and write it to `out`, whole or not at all; return its id.

    Raises
    ------
    FactsError, ExtractError, NetworkError
        If the inputs are at fault; nothing is written.
    WriteError
        If `out` cannot be written; nothing is left half-written.
    """
    facts = load_facts(facts_folder)
    network, report = build_network(extracts, facts, tell=tell)
    tell("contract to the decision graph")
    graph = contract(network)
    tell("follow the corridor branches")
    branches = declared_branches(graph, facts)
    tell("write the snapshot")
    return write_snapshot(
        out,
        network,
        graph,
        places=[Place(t.id, t.name, t.country, t.lon, t.lat) for t in facts.terminals],
        branches=branches,
        report=report,
        inputs=_inputs(extracts, facts_folder),
    )


def declared_branches(graph: DecisionGraph, facts: Facts) -> list[Branch]:
    """Return every declared corridor branch with its legs on the decision graph."""
    finder = BranchFinder(graph)
    return [
        Branch(
            id=row.branch,
            family=row.family,
            name=row.name,
            status=row.status,
            core_from=row.core_from,
            core_to=row.core_to,
            terminals=row.terminals,
            legs=tuple(finder.branch(row)),
            back=tuple(finder.branch(row, back=True)),
        )
        for row in facts.corridors
    ]


def _inputs(extracts: Path, facts_folder: Path) -> dict[str, str]:
    files = [*sorted(facts_folder.glob("*.csv")), *sorted(extracts.glob("*.npz"))]
    hashes = {
        f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    return hashes | {f"package/{name}": version(name) for name in TOOLS}


def build_network(
    extracts: Path, facts: Facts, *, tell: Callable[[str], None] = silent
) -> tuple[Network, dict[str, Any]]:
    """Build the whole network and the report on what fitted and what did not.

    `tell` is called with the name of each step.

    Raises
    ------
    ExtractError
        If an extract is missing, truncated or altered.
    NetworkError
        If a fact does not fit the data it is about; all such facts of a table.
    """
    tell("read the extracts")
    network = read_base(extracts)
    places = territories(read_outlines(extracts), facts.territories)
    report: dict[str, Any] = {}
    for name, step in steps(facts, places):
        tell(name)
        if name == BIND:
            report |= border_report(network, facts)
        network = step(network)
    return network, report | {"unattached": _unattached(network, facts)}


def _unattached(network: Network, facts: Facts) -> dict[str, list[str]]:
    """Terminals that have no node in a mode which their row names."""
    have = {m: terminal_nodes(network, m) for m in (Mode.RAIL, Mode.ROAD, Mode.SEA)}
    return {
        mode.name.lower(): [
            row.id
            for row in facts.terminals
            if mode.name.lower() in row.modes and row.id not in nodes
        ]
        for mode, nodes in have.items()
    }


def steps(facts: Facts, places: Territories) -> Iterator[Step]:
    """Yield the steps of the build by name, in order, each `Network -> Network`."""
    terminals, gate = facts.terminals, (NEAR_KM, GAP_KM)
    yield "correct the data", lambda n: correct(n, facts.corrections)
    yield "stitch rail", lambda n: stitch(n, Mode.RAIL, near_km=gate[0], gap_km=gate[1])
    yield "stitch road", lambda n: stitch(n, Mode.ROAD, near_km=gate[0], gap_km=gate[1])
    yield "tag countries", lambda n: tag_countries(n, places, terminals)
    yield "attach terminals", lambda n: attach_terminals(n, terminals)
    yield "add hand links", lambda n: add_hand_links(n, facts)
    yield "write attributes", lambda n: write_attributes(n, facts.links)
    yield "tag gauges", lambda n: tag_gauge(n, facts.gauges)
    yield "connect road borders", lambda n: connect_road_borders(n, facts.crossings)
    yield "tag nodes", tag_nodes
    yield BIND, lambda n: bind_crossings(n, facts)
    yield "tag straits", lambda n: tag_straits(n, facts.straits)
    yield "add services", lambda n: add_services(n, facts)
    yield "drop Caspian lanes", drop_caspian_lanes
    yield "attach ports", lambda n: attach_ports(n, terminals)
    yield "join modes", lambda n: join_modes(n, terminals)
    yield "drop unused nodes", drop_unused_nodes
