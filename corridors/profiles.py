"""`corridors export profile`: the legs that a run left, as profiles of its routes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corridors.errors import InputMissingError, OutputError, ScenarioError, nearest
from corridors.manifest import verify_manifest
from corridors.metrics.profile import leg_of, profile_of
from corridors.report.outputs import writing_output
from corridors.report.pens import PALETTE
from corridors.report.pictures import ENDINGS
from corridors.report.profile import draw_profiles, profiles_csv
from geodata.snapshot import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from corridors.metrics.profile import Profile
    from corridors.model.route import Leg

#: As many routes as there are colours to tell them apart.
MOST = len(PALETTE)


def profiles_of_run(folder: Path, routes: Iterable[str], *, network: Path) -> tuple[Profile, ...]:
    """Return the profiles of some routes of a finished run.

    Parameters
    ----------
    folder
        The folder that the run left.
    routes
        Ids of routes, as `moscow-mumbai.1`.
    network
        A network that names the places of the legs.

    Raises
    ------
    InputMissingError
        If the folder is no run's or was altered.
    ScenarioError
        If the run has no such route; offers the nearest name of each.
    SnapshotError
        If the network cannot be read.
    """
    verify_manifest(folder)
    known = {row["route_id"]: row for row in _rows(folder / "routes.geojson")}
    asked = tuple(dict.fromkeys(routes))
    unknown = [name for name in asked if name not in known]
    if unknown:
        told = (f"{name!r}; {nearest(name, known)}".removesuffix("; ") for name in unknown)
        msg = f"the run has no route {', nor '.join(told)}"
        raise ScenarioError(msg)
    names = {asset.id: asset.name for asset in open_snapshot(network).graph.assets}
    legs: dict[str, list[Leg]] = {name: [] for name in asked}
    for row in _rows(folder / "legs.geojson"):
        if row["route_id"] in legs:
            legs[row["route_id"]].append(leg_of(row))
    return tuple(
        replace(
            profile_of(name, known[name]["corridor"], legs[name], names=names),
            p80_h=known[name]["time_p80_h"], p95_h=known[name]["time_p95_h"],
        )
        for name in asked
    )  # fmt: skip


def write_profiles(profiles: Sequence[Profile], out: Path, *, title: str = "") -> None:
    """Write profiles as a table or a picture, as the name of the file asks.

    Raises
    ------
    OutputError
        If the file is neither, cannot be written, or would hold too many routes.
    """
    if out.suffix == ".csv":
        with writing_output(out) as partial:
            partial.write_bytes(profiles_csv(profiles))
        return
    if out.suffix not in ENDINGS:
        msg = f"cannot write {out}: a profile ends in .csv, {' or '.join(ENDINGS)}"
        raise OutputError(msg)
    if len(profiles) > MOST:
        msg = f"cannot draw {len(profiles)} routes in one picture: name {MOST} at most"
        raise OutputError(msg)
    draw_profiles(profiles, out, title=title)


def _rows(path: Path) -> list[dict[str, Any]]:
    """Return the properties of the features of a file of a run."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{path}: cannot be read ({error}); run the scenario again"
        raise InputMissingError(msg) from error
    return [feature["properties"] for feature in whole["features"]]
