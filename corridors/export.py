"""`corridors export`: the network and maps as files for other tools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import InputMissingError
from geodata.export import export_network
from geodata.snapshot import open_network, read_manifest
from geodata.sources.extracts import EXTRACTS, read_outlines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corridors.report.maps import RouteLine
    from geodata.types import Floats


def write_network(network: Path, out: Path, *, mode: str, format_: str) -> list[Path]:
    """Write the network as GeoJSON, GeoPackage or FlatGeobuf; return the files.

    Raises
    ------
    SnapshotError, WriteError
        If the network cannot be read or the files cannot be written.
    """
    snapshot = read_manifest(network)["snapshot"]
    return export_network(open_network(network), out, mode=mode, format=format_, snapshot=snapshot)  # type: ignore[arg-type]


def write_map(network: Path, out: Path, *, run_folder: Path | None = None) -> list[Path]:
    """Draw the network, or the routes of a run over it; return the picture.

    Raises
    ------
    SnapshotError, InputMissingError, OutputError
        If an input is missing or damaged, or the picture cannot be written.
    """
    from corridors.report.maps import draw_network, draw_routes  # noqa: PLC0415 - matplotlib

    outlines = list(_rings())
    whole = open_network(network)
    if run_folder is None:
        draw_network(whole, out, outlines=outlines)
    else:
        draw_routes(whole, list(_route_lines(run_folder)), out, outlines=outlines)
    return [out]


def _rings() -> Iterator[Floats]:
    shipped = read_outlines(EXTRACTS)
    xy = np.stack([shipped.lon, shipped.lat], axis=1)
    for start, stop in zip(shipped.start[:-1], shipped.start[1:], strict=True):
        yield xy[start:stop]


def _route_lines(folder: Path) -> Iterator[RouteLine]:
    """Legs of the best route of each demand, by the corridor that route belongs to."""
    from corridors.report.maps import RouteLine  # noqa: PLC0415 - matplotlib

    corridor = {
        row["properties"]["route_id"]: row["properties"]["corridor"]
        for row in _features(folder / "routes.geojson")
        if row["properties"]["rank"] == 1
    }
    for row in _features(folder / "legs.geojson"):
        leg = row["properties"]
        if leg["kind"] != "line" or leg["route_id"] not in corridor:
            continue
        geometry = row["geometry"]
        parts = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
        for part in parts:
            yield RouteLine(corridor[leg["route_id"]].split(";")[0], leg["mode"], np.array(part))


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        features: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError) as error:
        msg = f"{path}: cannot be read ({error}); run the scenario again"
        raise InputMissingError(msg) from error
    return features
