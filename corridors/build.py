"""`corridors build`: facts, open data and what a planner adds to them, as one network."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import Finding, ScenarioError
from corridors.mapping import Mapping, read_mapping, read_own_lines, read_own_points
from corridors.regions import read_regions
from geodata.build import build_snapshot
from geodata.folders import facts_folder
from geodata.laying_report import REPORT
from geodata.patch import RIM_KM, Patch
from geodata.snapshot import read_manifest, read_text
from geodata.sources.extracts import EXTRACTS
from geodata.sources.registry import RAIL_BOX, ROAD_BOX, write_extracts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from corridors.regions import Region

__all__ = ["Own", "build", "collect_patches", "summary"]


@dataclass(frozen=True)
class Own:
    """A planner's own files: lines, points, the mapping of their columns, and the tolerance.

    `rim_km` is how far apart, in km, ends of lines may be that are joined.
    """

    lines: tuple[Path, ...] = ()
    points: tuple[Path, ...] = ()
    mapping: Path | None = None
    rim_km: float = RIM_KM


def build(
    out: Path,
    *,
    extracts: Path | None = None,
    facts: Path | None = None,
    regions: Sequence[Path] = (),
    packages: Path | None = None,
    patches: Sequence[Patch] = (),
    own: Own | None = None,
    tell: Callable[[str], None],
) -> None:
    """Build a network and write it to `out`, whole or not at all.

    Parameters
    ----------
    out
        Folder of the network.
    extracts, facts
        Open data and fact tables; the shipped ones, or the planner's own, if not given.
    regions
        Files of rows to add to the fact tables.
    packages
        Folder with the pinned data packages, to clip the boxes of the regions from.
    patches
        Lines to lay into the open data.
    own
        Lines to lay after those, and points to add to the terminals.
    tell
        Is called with the name of each step.

    Raises
    ------
    ScenarioError
        If a region's file or a mapping is wrong, or needs data that is not shipped; all
        findings.
    OwnDataError, SourceMissingError
        If a planner's lines or points cannot be used.
    FactsError, ExtractError, NetworkError
        If the inputs are at fault; nothing is written.
    WriteError
        If `out` cannot be written; nothing is left half-written.
    """
    read = read_regions(regions)
    extensions = [region.extension for region in read]
    if own is not None:
        tell("read the planner's own files")
        mapping = read_mapping(own.mapping) if own.mapping else Mapping()
        extensions += read_own_points(own.points, mapping)
        patches = [*patches, *collect_patches(own, mapping)]
    with _open_data(extracts or EXTRACTS, read, packages, tell) as folder:
        build_snapshot(
            out,
            extracts=folder,
            facts_folder=facts or facts_folder(),
            extensions=extensions,
            patches=patches,
            tell=tell,
        )


def collect_patches(own: Own, mapping: Mapping) -> list[Patch]:
    """Return the patches that a planner's own files make, in the order in which they are laid.

    Raises
    ------
    OwnDataError, SourceMissingError
        If files cannot be used; all findings.
    NetworkError
        If a patch does not fit together.
    """
    patches = []
    if own.lines:
        patches.append(
            Patch(
                name=mapping.id,
                tracks=read_own_lines(own.lines, mapping),
                inside=mapping.inside,
                replaces=mapping.replaces,
                rim_km=own.rim_km,
                files=(*own.lines, *mapping.files),
            )
        )
    return patches


@contextmanager
def _open_data(
    extracts: Path,
    regions: Sequence[Region],
    packages: Path | None,
    tell: Callable[[str], None],
) -> Iterator[Path]:
    """Give the folder of extracts that hold all that the regions need.

    Raises
    ------
    ScenarioError
        If a region lies beyond the shipped extracts and no packages are given, or packages
        are given that no region needs.
    """
    boxes = [region.box for region in regions if region.box]
    if packages is None:
        beyond = [one for one in map(_beyond, regions) if one]
        if beyond and extracts == EXTRACTS:
            msg = "the shipped extracts hold no data for a region:"
            raise ScenarioError(msg, findings=beyond)
        yield extracts
        return
    if not boxes:
        msg = "packages are clipped to the box of a region, and no region has one"
        raise ScenarioError(msg)
    with tempfile.TemporaryDirectory() as folder:
        tell("clip the data packages")
        clipped = Path(folder) / "clipped"
        write_extracts(packages, clipped, beside=boxes)
        yield clipped


def _beyond(region: Region) -> Finding | None:
    """Return the finding of a region whose box the shipped extracts do not cover."""
    if region.box is None or region.box_place is None:
        return None
    west, south, east, north = region.box
    for words, box in (("rail", RAIL_BOX), ("road", ROAD_BOX)):
        if west < box[0] or south < box[1] or east > box[2] or north > box[3]:
            message = f"lies beyond the shipped {words} data, {' '.join(f'{x:g}' for x in box)}"
            mend = "give the data packages with --packages"
            return Finding(*region.box_place, "box", message, mend)
    return None


def summary(out: Path) -> dict[str, Any]:
    """Return what was built: id, counts, and what became of each patch.

    Raises
    ------
    SnapshotError
        If `out` holds no network.
    """
    manifest = read_manifest(out)
    found = {
        "network": str(out),
        "snapshot": manifest["snapshot"],
        "counts": manifest["counts"],
    }
    report = read_text(out, REPORT)
    return found | ({"patches": json.loads(report)["patches"]} if report else {})
