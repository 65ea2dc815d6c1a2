"""Write and open a built network: memory-mapped arrays and a manifest of hashes.

A snapshot is a folder of one ``.npy`` per column, the assets, terminals and corridor
branches as JSON, and ``manifest.json``. Opening it for a run reads the decision graph
only; its files are checked against the manifest, the larger ones of the full network
when they are opened.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import orjson

from geodata.atomic import writing_folder
from geodata.errors import SnapshotError
from geodata.extension import FILE as EXTENSIONS
from geodata.extension import from_text
from geodata.facts_io import load_facts
from geodata.types import (
    Arcs,
    Asset,
    Branch,
    BranchLeg,
    Columns,
    DecisionGraph,
    Links,
    Network,
    Nodes,
    Place,
    Shapes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from geodata.facts_rows import Facts

T = TypeVar("T", bound=Columns)
SCHEMA_VERSION = 2
MANIFEST = "manifest.json"
#: Files of these beginnings make up the decision graph, which every run needs.
GRAPH_FILES = ("graph", "meta")


@dataclass(frozen=True)
class Snapshot:
    """A built network as a run sees it.

    `id` is the sha256 over all files but the manifest; `folder` opens the rest.
    """

    id: str
    folder: Path
    graph: DecisionGraph
    places: tuple[Place, ...]
    branches: tuple[Branch, ...]
    sources: tuple[str, ...]


def write_snapshot(  # noqa: PLR0913 - each is a part of what is written
    folder: Path,
    network: Network,
    graph: DecisionGraph,
    *,
    places: Sequence[Place],
    branches: Sequence[Branch],
    report: Mapping[str, Any],
    inputs: Mapping[str, str],
    texts: Mapping[str, str] | None = None,
    origins: Mapping[str, str] | None = None,
) -> str:
    """Write the snapshot whole or not at all; return its id.

    Parameters
    ----------
    folder
        Target; replaced if it holds a snapshot.
    network, graph
        The network and its decision graph.
    places, branches, report
        What a run and the documentation need beside the arrays.
    inputs
        Sha256 by name of every file the network was built from.
    texts
        Further files by name, such as what patches joined.
    origins
        Where inputs of one's own lie, by their names, for who looks at them again.

    Raises
    ------
    WriteError
        If the folder cannot be written; nothing is left half-written.
    """
    meta = {
        "countries": network.countries,
        "terminal_ids": network.terminal_ids,
        "sources": network.sources,
        "assets": [asdict(asset) for asset in network.assets],
        "places": [asdict(place) for place in places],
        "branches": [asdict(branch) for branch in branches],
    }
    with writing_folder(folder) as partial:
        for name, array in _arrays(network, graph).items():
            np.save(partial / f"{name}.npy", array, allow_pickle=False)
        _write_json(partial / "meta.json", meta)
        _write_json(partial / "report.json", report)
        for name, text in (texts or {}).items():
            (partial / name).write_text(text, encoding="utf-8")
        files = {
            path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
            for path in sorted(partial.iterdir())
        }
        identity = _identity(files)
        manifest = {
            "schema_version": SCHEMA_VERSION,
            "snapshot": identity,
            "inputs": dict(sorted(inputs.items())),
            "counts": _counts(network, graph),
            "files": files,
        }
        if origins:
            manifest["origins"] = dict(sorted(origins.items()))
        _write_json(partial / MANIFEST, manifest)
    return identity


def open_snapshot(folder: Path) -> Snapshot:
    """Open the decision graph of a snapshot, memory-mapped.

    Raises
    ------
    SnapshotError
        If a file is missing, truncated, or (of the decision graph) altered.
    """
    manifest = read_manifest(folder)
    for name, entry in manifest["files"].items():
        _check_size(folder / name, entry["bytes"])
        if name.startswith(GRAPH_FILES):
            _check_hash(folder / name, entry["sha256"])
    meta = _read_json(folder / "meta.json")
    graph = DecisionGraph(
        nodes=_load(folder, Nodes, "graph_nodes"),
        network_node=_load_one(folder, "graph_network_node"),
        arcs=_load(folder, Arcs, "graph_arcs"),
        chain=_load_one(folder, "chain"),
        origin=_load_one(folder, "graph_origin"),
        destination=_load_one(folder, "graph_destination"),
        countries=tuple(meta["countries"]),
        terminal_ids=tuple(meta["terminal_ids"]),
        assets=_assets(meta),
    )
    return Snapshot(
        id=manifest["snapshot"],
        folder=folder,
        graph=graph,
        places=tuple(Place(**row) for row in meta["places"]),
        branches=tuple(_branch(row) for row in meta["branches"]),
        sources=tuple(meta["sources"]),
    )


def open_network(folder: Path, *, opened: Snapshot | None = None) -> Network:
    """Open the full network of a snapshot, every file checked against its hash.

    `opened` is the same snapshot as `open_snapshot` gave it: what it has checked and
    parsed already is not read again.

    Raises
    ------
    SnapshotError
        If a file is missing, truncated or altered.
    """
    manifest = read_manifest(folder)
    if opened is None or opened.id != manifest["snapshot"]:
        opened = open_snapshot(folder)
    for name, entry in manifest["files"].items():
        if not name.startswith(GRAPH_FILES):
            _check_size(folder / name, entry["bytes"])
            _check_hash(folder / name, entry["sha256"])
    return Network(
        nodes=_load(folder, Nodes, "nodes"),
        links=_load(folder, Links, "links"),
        shapes=_load(folder, Shapes, "shapes"),
        shape_lonlat=_load_one(folder, "shape_lonlat"),
        countries=opened.graph.countries,
        terminal_ids=opened.graph.terminal_ids,
        assets=opened.graph.assets,
        sources=opened.sources,
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a snapshot.

    Raises
    ------
    SnapshotError
        If there is none, or it is altered or of another schema version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        msg = f"{path}: no network here; make one with `corridors build --out {folder}`"
        raise SnapshotError(msg)
    manifest: Any = _read_json(path)
    if not isinstance(manifest, dict) or manifest.get("schema_version") != SCHEMA_VERSION:
        msg = f"{path}: not a network of schema version {SCHEMA_VERSION}; build it again"
        raise SnapshotError(msg)
    if manifest.get("snapshot") != _identity(manifest.get("files")):
        msg = f"{path}: altered (its id is not that of its files); build the network again"
        raise SnapshotError(msg)
    return dict(manifest)


def read_report(folder: Path) -> dict[str, Any]:
    """Return what the build reported: bound and cut borders, terminals left apart.

    Raises
    ------
    SnapshotError
        If the file is missing or damaged.
    """
    manifest = read_manifest(folder)
    path = folder / "report.json"
    _check_hash(path, manifest["files"]["report.json"]["sha256"])
    return _read_json(path)


def read_text(folder: Path, name: str) -> str:
    """Return a further file of a snapshot, checked against its hash; empty if it has none.

    Raises
    ------
    SnapshotError
        If the file is missing though listed, or altered.
    """
    entry = read_manifest(folder)["files"].get(name)
    if entry is None:
        return ""
    _check_size(folder / name, entry["bytes"])
    _check_hash(folder / name, entry["sha256"])
    return (folder / name).read_text(encoding="utf-8")


def read_facts(folder: Path, tables: Path) -> Facts:
    """Return the fact tables as a snapshot was built from: with its planner's rows.

    Parameters
    ----------
    folder, tables
        The snapshot, and the folder of the fact tables.

    Raises
    ------
    SnapshotError
        If the planner's rows are missing though listed, or altered.
    FactsError
        If the tables, or the rows beside them, are at fault.
    """
    return load_facts(tables, from_text(read_text(folder, EXTENSIONS)))


def _arrays(network: Network, graph: DecisionGraph) -> dict[str, NDArray[Any]]:
    tables: dict[str, Columns] = {
        "nodes": network.nodes,
        "links": network.links,
        "shapes": network.shapes,
        "graph_nodes": graph.nodes,
        "graph_arcs": graph.arcs,
    }
    arrays = {
        f"{table}.{name}": column
        for table, columns in tables.items()
        for name, column in columns.columns().items()
    }
    return arrays | {
        "shape_lonlat": network.shape_lonlat,
        "graph_network_node": graph.network_node,
        "chain": graph.chain,
        "graph_origin": graph.origin,
        "graph_destination": graph.destination,
    }


def _counts(network: Network, graph: DecisionGraph) -> dict[str, int]:
    return {
        "nodes": len(network.nodes),
        "links": len(network.links),
        "assets": len(network.assets),
        "terminals": len(network.terminal_ids),
        "decision_nodes": len(graph.nodes),
        "decision_arcs": len(graph.arcs),
    }


def _load(folder: Path, kind: type[T], table: str) -> T:
    return kind(**{f.name: _load_one(folder, f"{table}.{f.name}") for f in fields(kind)})  # type: ignore[arg-type]


def _load_one(folder: Path, name: str) -> NDArray[Any]:
    path = folder / f"{name}.npy"
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        msg = f"{path}: damaged ({error}); build the network again"
        raise SnapshotError(msg) from error
    # A plain view: comparisons over memmap objects cost far more than over arrays.
    return array.view(np.ndarray)


# The rows are rebuilt in place: they are fresh from the file and nobody else's.


def _assets(meta: Mapping[str, Any]) -> tuple[Asset, ...]:
    for row in meta["assets"]:
        row["countries"] = tuple(row["countries"])
    return tuple(Asset(**row) for row in meta["assets"])


def _branch(row: dict[str, Any]) -> Branch:
    row["terminals"] = tuple(row["terminals"])
    for way in ("legs", "back"):
        row[way] = tuple(_leg(leg) for leg in row[way])
    return Branch(**row)


def _leg(row: dict[str, Any]) -> BranchLeg:
    row["links"], row["arcs"] = tuple(row["links"]), tuple(row["arcs"])
    return BranchLeg(**row)


def _check_size(path: Path, size: int) -> None:
    actual = path.stat().st_size if path.is_file() else -1
    if actual != size:
        what = "missing" if actual < 0 else f"truncated or altered ({actual} bytes, not {size})"
        msg = f"{path}: {what}; build the network again with `corridors build`"
        raise SnapshotError(msg)


def _check_hash(path: Path, sha256: str) -> None:
    if _sha256(path) != sha256:
        msg = f"{path}: altered (sha256 differs); build the network again with `corridors build`"
        raise SnapshotError(msg)


def _identity(files: object) -> str:
    """Id of a snapshot: the hash of the listing of its files."""
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot be read ({error}); build the network again"
        raise SnapshotError(msg) from error
    return data


def _write_json(path: Path, data: object) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=None, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")
