"""OpenStreetMap for a build: what the command line asks for, as a patch of the network."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.errors import Finding, ScenarioError, nearest
from geodata.area import AREA_HELP, read_area
from geodata.osm_patch import patch_of_files, patch_of_server
from geodata.patch import RIM_KM
from geodata.sources.extracts import EXTRACTS
from geodata.sources.osm import Server
from geodata.sources.osm_files import Progress, no_progress
from geodata.sources.osm_rules import LEAST_ROAD, ROADS
from geodata.sources.osm_ways import Wanted
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from geodata.patch import Patch

__all__ = ["MODES", "OsmAsked", "osm_patches"]

#: Words for the modes that are read.
MODES = {mode.name.lower(): mode for mode in (Mode.RAIL, Mode.ROAD, Mode.FERRY)}


@dataclass(frozen=True)
class OsmAsked:
    """What is asked of OpenStreetMap.

    `files` are read inside the area `within`; or the area `overpass` is asked of a server,
    whose answers lie in `cache`. `modes` are words, `least_road` the least class of roads.
    """

    files: tuple[Path, ...] = ()
    within: str = ""
    overpass: str = ""
    cache: Path = Path("build/overpass")
    server: Server = field(default_factory=Server)
    modes: tuple[str, ...] = tuple(MODES)
    least_road: str = LEAST_ROAD
    rim_km: float = RIM_KM

    @property
    def anything(self) -> bool:
        """Whether files, an area or a region are named at all."""
        return bool(self.files or self.within or self.overpass)


def osm_patches(
    asked: OsmAsked,
    *,
    extracts: Path | None = None,
    tell: Callable[[str], None],
    progress: Progress = no_progress,
) -> list[Patch]:
    """Return what is asked of OpenStreetMap as patches; none if nothing is.

    Parameters
    ----------
    asked
        Files or a region, and what of them.
    extracts
        Open data with the outlines of countries; the shipped ones if not given.
    tell, progress
        Called with what happens, and with the part of the reading that is done, 0 to 1.

    Raises
    ------
    ScenarioError
        If the options do not fit each other; all findings.
    AreaError, OsmError, SourceMissingError, WriteError
        If an area, a file or a server is at fault.
    """
    if not asked.anything:
        return []
    if findings := list(_findings(asked)):
        msg = "OpenStreetMap cannot be read as asked:"
        raise ScenarioError(msg, findings=findings)
    wanted = Wanted(frozenset(MODES[word] for word in asked.modes), asked.least_road)
    area = read_area(asked.within or asked.overpass, extracts or EXTRACTS)
    if asked.files:
        tell(f"read {', '.join(path.name for path in asked.files)}")
        return [
            patch_of_files(asked.files, area, wanted=wanted, rim_km=asked.rim_km, progress=progress)
        ]
    tell(f"ask an Overpass server for {area.name}")
    return [
        patch_of_server(
            area, cache=asked.cache, server=asked.server, wanted=wanted, rim_km=asked.rim_km,
            tell=tell, progress=progress,
        )
    ]  # fmt: skip


def _findings(asked: OsmAsked) -> list[Finding]:
    """Return what is wrong with the options."""
    found = []
    if asked.files and asked.overpass:
        found.append(Finding("", 0, 0, "--osm", "beside --overpass", "give one of the two"))
    if asked.files and not asked.within:
        mend = f"say with --within where they hold: {AREA_HELP}"
        found.append(Finding("", 0, 0, "--osm", "files without an area", mend))
    if asked.within and not asked.files:
        mend = "give files with --osm; --overpass takes its own region"
        found.append(Finding("", 0, 0, "--within", "an area without files", mend))
    found += [
        Finding("", 0, 0, "--modes", f"unknown mode {word!r}", nearest(word, MODES))
        for word in asked.modes
        if word not in MODES
    ]
    if not asked.modes:
        found.append(Finding("", 0, 0, "--modes", "no mode", f"one of {', '.join(MODES)}"))
    if asked.least_road not in ROADS:
        mend = nearest(asked.least_road, ROADS) or f"one of {', '.join(ROADS)}"
        found.append(Finding("", 0, 0, "--roads", f"unknown class {asked.least_road!r}", mend))
    return found
