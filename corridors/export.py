"""`corridors export`: the network and maps as files for other tools."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import InputMissingError, OutputError
from corridors.report.labels import by_use
from corridors.report.pictures import ENDINGS
from geodata.export import export_network
from geodata.folders import facts_folder
from geodata.snapshot import open_network, open_snapshot, read_facts, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corridors.report.maps import RouteLine
    from geodata.facts_rows import Facts
    from geodata.types import Network

#: The view that attributes a disputed territory to no state.
TERRITORY = "territory"
#: Alternatives of a demand beyond this rank are left off the map.
LAST_RANK = 3


def write_network(
    network: Path, out: Path, *, mode: str, format_: str, view: str = TERRITORY
) -> tuple[Path, ...]:
    """Write the network as GeoJSON, GeoPackage or FlatGeobuf; return the files.

    `view` says to which state a disputed territory is attributed: `territory` (to none:
    it keeps a code of its own), `un` or `de_facto`. It changes labels only, since on the
    network every such territory is one of its own whoever draws the map.

    Raises
    ------
    SnapshotError, WriteError
        If the network cannot be read or the files cannot be written.
    """
    snapshot = read_manifest(network)["snapshot"]
    facts = read_facts(network, facts_folder())
    whole = _labelled(open_network(network), view, facts)
    return export_network(whole, out, mode=mode, format=format_, snapshot=snapshot)  # type: ignore[arg-type]


def _labelled(network: Network, view: str, facts: Facts) -> Network:
    """Name the disputed territories as `view` has it."""
    if view == TERRITORY:
        return network
    labels = {row.id: getattr(row, f"view_{view}") for row in facts.territories}
    return replace(network, countries=tuple(labels.get(c, c) for c in network.countries))


def write_map(network: Path, out: Path, *, run_folder: Path | None = None) -> tuple[Path, ...]:
    """Draw the network, or the routes of a run over it; return the picture.

    Drawn are the best route of each demand and the best one of each corridor family.

    Raises
    ------
    SnapshotError, InputMissingError, OutputError
        If an input is missing or damaged, or the picture cannot be written.
    """
    from corridors.report.maps import country_rings, draw_network, draw_routes

    if out.suffix not in ENDINGS:
        msg = f"cannot write {out}: a picture ends in {' or '.join(ENDINGS)}"
        raise OutputError(msg)
    outlines = country_rings()
    whole, branches = open_network(network), open_snapshot(network).branches
    labels = by_use(branch.terminals for branch in branches)
    if run_folder is None:
        draw_network(whole, out, outlines=outlines, labels=labels)
    else:
        families = tuple(dict.fromkeys(branch.family for branch in branches))
        lines = list(_route_lines(run_folder))
        draw_routes(whole, lines, out, outlines=outlines, labels=labels, families=families)
    return (out,)


def _route_lines(folder: Path) -> Iterator[RouteLine]:
    """Legs of the routes to draw, by the first corridor that each route belongs to."""
    from corridors.report.maps import RouteLine

    routes = [row["properties"] for row in _features(folder / "routes.geojson")]
    corridor = {
        route["route_id"]: route["corridor"].split(";")[0]
        for route in routes
        if route["rank"] == 1 or (route["rank"] <= LAST_RANK and route["corridor"])
    }
    for row in _features(folder / "legs.geojson"):
        leg, geometry = row["properties"], row["geometry"]
        if leg["kind"] != "line" or leg["route_id"] not in corridor:
            continue
        parts = geometry["coordinates"]
        for part in parts if geometry["type"] == "MultiLineString" else [parts]:
            yield RouteLine(corridor[leg["route_id"]], leg["mode"], np.array(part))


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError) as error:
        msg = f"{path}: cannot be read ({error}); run the scenario again"
        raise InputMissingError(msg) from error
    return features
