"""Facts and extracts to a network, as a list of steps, and that to a snapshot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.attribute import tag_countries, tag_nodes, territories
from geodata.base import read_base
from geodata.borders import bind_crossings, border_report, connect_road_borders
from geodata.branches import BranchFinder
from geodata.contract import contract
from geodata.disagreement import DISAGREEMENTS, as_csv, disagreements
from geodata.extension import FILE as EXTENSIONS
from geodata.extension import to_text
from geodata.facts_io import load_facts
from geodata.folders import SHIPPED, shown
from geodata.laying_report import patch_files
from geodata.overlay import add_hand_links, correct, gauge_at, tag_gauge, write_attributes
from geodata.patch import lay
from geodata.sea import attach_ports, drop_caspian_lanes, tag_straits
from geodata.services import add_services
from geodata.snapshot import write_snapshot
from geodata.sources.extracts import EXTRACTS, read_outlines
from geodata.terminals import attach_terminals, join_modes, terminal_nodes
from geodata.topology import drop_unused_nodes, stitch
from geodata.tracks import OSM
from geodata.types import Branch, Mode, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geodata.attribute import Territories
    from geodata.extension import Extension
    from geodata.facts_rows import Facts
    from geodata.patch import Patch
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
#: The step before which patches are laid: the open data is clean, no country is named yet.
NAMED = "tag countries"


def silent(_: str) -> None:
    """Tell nobody."""


def build_snapshot(
    out: Path,
    *,
    extracts: Path = EXTRACTS,
    facts_folder: Path = FACTS,
    extensions: Sequence[Extension] = (),
    patches: Sequence[Patch] = (),
    tell: Callable[[str], None] = silent,
) -> str:
    """Build the network and write it to `out`, whole or not at all; return its id.

    Parameters
    ----------
    out, extracts, facts_folder
        Target, the open data and the fact tables.
    extensions
        Rows to add to the fact tables; they are kept beside the network.
    patches
        Lines to lay into the open data, in that order; what became of them is written
        beside the network.
    tell
        Is called with the name of each step.

    Raises
    ------
    FactsError, ExtractError, NetworkError
        If the inputs are at fault; nothing is written.
    WriteError
        If `out` cannot be written; nothing is left half-written.
    """
    facts = load_facts(facts_folder, extensions, countries=read_outlines(extracts).codes)
    built = build_network(extracts, facts, patches=patches, tell=tell)
    network = built.network
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
        report=built.report,
        inputs=_inputs(extracts, facts_folder) | _patch_inputs(patches),
        texts=built.texts | ({EXTENSIONS: to_text(extensions)} if extensions else {}),
        origins=_origins(extracts, facts_folder, patches),
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


def _origins(extracts: Path, facts_folder: Path, patches: Sequence[Patch]) -> dict[str, str]:
    """Where the inputs lie that are not shipped, by their names.

    Those outside the working folder are left out: a network tells nothing of the machine
    that it was built on.
    """
    tables = [*facts_folder.glob("*.csv"), *extracts.glob("*.npz")]
    named = {f"{path.parent.name}/{path.name}": path for path in tables}
    named |= {f"patch/{one.name}/{path.name}": path for one in patches for path in one.files}
    own = {n: path for n, path in named.items() if not path.resolve().is_relative_to(SHIPPED)}
    told = {name: shown(path) for name, path in own.items()}
    return {name: place for name, place in told.items() if not Path(place).is_absolute()}


def _patch_inputs(patches: Sequence[Patch]) -> dict[str, str]:
    """Sha256 of the files of each patch, by its name and theirs."""
    found = {}
    for patch in patches:
        for path in patch.files:
            with path.open("rb") as file:  # in pieces: files of whole countries are large
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[f"patch/{patch.name}/{path.name}"] = digest
    return found


@dataclass(frozen=True)
class Built:
    """A built network, what did not fit, and the files that tell what patches did."""

    network: Network
    report: dict[str, Any]
    texts: dict[str, str]


def build_network(
    extracts: Path,
    facts: Facts,
    *,
    patches: Sequence[Patch] = (),
    tell: Callable[[str], None] = silent,
) -> Built:
    """Build the whole network and the report on what fitted and what did not.

    `tell` is called with the name of each step. With patches the network is built without
    them too, up to its borders, to say what they changed.

    Raises
    ------
    ExtractError
        If an extract is missing, truncated or altered.
    NetworkError
        If a fact does not fit the data it is about; all such facts of a table.
    """
    tell("read the extracts")
    base = read_base(extracts)
    places = territories(read_outlines(extracts), facts.territories)
    chain = list(steps(facts, places))
    names = [name for name, _ in chain]
    first, bound = names.index(NAMED), names.index(BIND)
    network = _through(base, chain[:first], tell)
    clean, laid = network, []
    for patch in patches:
        tell(f"lay {patch.name}")
        network, one = lay(network, patch, gauge_at=gauge_at(places, facts.gauges))
        laid.append((patch, one))
    network = _through(network, chain[first:bound], tell)
    report = border_report(network, facts)
    network = _through(network, chain[bound : bound + 1], tell)
    texts = {}
    if patches:
        tell("compare with the network without patches")
        plain = _through(clean, chain[first:bound], silent)
        reports = border_report(plain, facts), report
        plain = _through(plain, chain[bound : bound + 1], silent)
        texts = _patch_texts(patches, facts) | patch_files(laid, facts, (plain, network), reports)
    network = _through(network, chain[bound + 1 :], tell)
    return Built(network, report | {"unattached": _unattached(network, facts)}, texts)


def _patch_texts(patches: Sequence[Patch], facts: Facts) -> dict[str, str]:
    """Return what the sources of patches tell, and where the map and the facts disagree."""
    texts = {name: text for patch in patches for name, text in patch.texts.items()}
    maps = [patch for patch in patches if patch.tracks.origin == OSM]
    odds = [row for one in maps for row in disagreements(one.tracks, facts, inside=one.inside)]
    return texts | ({DISAGREEMENTS: as_csv(odds)} if maps else {})


def _through(network: Network, chain: Sequence[Step], tell: Callable[[str], None]) -> Network:
    """Return the network after some steps."""
    for name, step in chain:
        tell(name)
        network = step(network)
    return network


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
