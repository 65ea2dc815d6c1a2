"""OpenStreetMap as a patch of the network: its lines, their area, and what was left out."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import OsmError
from geodata.patch import RIM_KM, Patch
from geodata.sources.osm_files import no_progress, read_files
from geodata.sources.osm_overpass import answer_files, fetch_ways
from geodata.sources.osm_tracks import tracks
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from geodata.area import Area
    from geodata.sources.osm import Server
    from geodata.sources.osm_files import Progress
    from geodata.sources.osm_ways import Wanted, Ways

__all__ = ["AS_OF", "NOTES", "patch_of_files", "patch_of_server"]

#: File of a snapshot that counts what of the map was left out, or not understood.
NOTES = "osm_notes.csv"
#: File of a snapshot that tells of which moment the map is, by file or tile.
AS_OF = "osm_as_of.csv"


def patch_of_files(
    files: Sequence[Path],
    area: Area,
    *,
    wanted: Wanted | None = None,
    rim_km: float = RIM_KM,
    progress: Progress = no_progress,
) -> Patch:
    """Read files of OpenStreetMap as a patch of an area.

    Parameters
    ----------
    files
        `.osm`, `.osm.gz`, `.osm.bz2`, `.osm.pbf`.
    area
        Inside it the map's lines take the place of those of the open data, in the modes
        that the map has there.
    wanted
        Modes and the least class of roads.
    rim_km
        How far apart, in km, ends of lines at the rim may be that are joined.
    progress
        Called with the part of the work that is done.

    Raises
    ------
    SourceMissingError, OsmError
        As :func:`geodata.sources.osm_files.read_files`, or if no line lies in the area.
    """
    ways = read_files(files, wanted=wanted, progress=progress)
    return _patch(ways, area, rim_km=rim_km, files=(*files, *area.files))


def patch_of_server(
    area: Area,
    *,
    cache: Path,
    server: Server | None = None,
    wanted: Wanted | None = None,
    rim_km: float = RIM_KM,
    tell: Callable[[str], None] = lambda _: None,
    progress: Progress = no_progress,
) -> Patch:
    """Ask an Overpass server for an area and return the answer as a patch of it.

    Parameters
    ----------
    area, wanted, rim_km
        As for files.
    cache, server, tell, progress
        As for :func:`geodata.sources.osm_overpass.fetch_ways`.

    Raises
    ------
    SourceMissingError, OsmError, WriteError
        As :func:`geodata.sources.osm_overpass.fetch_ways`, or if no line lies in the area.
    """
    ways = fetch_ways(
        area.shape, cache=cache, wanted=wanted, server=server, tell=tell, progress=progress
    )
    files = answer_files(area.shape, cache=cache, wanted=wanted)
    return _patch(ways, area, rim_km=rim_km, files=(*files, *area.files))


def _patch(ways: Ways, area: Area, *, rim_km: float, files: tuple[Path, ...]) -> Patch:
    found = tracks(ways)
    here = found.inside(area.shape)
    if not here.any():
        msg = f"OpenStreetMap: no line in {area.name}; is it the area of these files?"
        raise OsmError(msg)
    modes = {Mode(mode) for mode in np.unique(found.mode[here]).tolist()}
    return Patch(
        name=f"OpenStreetMap {area.name}",
        tracks=found,
        inside=area.shape,
        replaces=frozenset(modes & {Mode.RAIL, Mode.ROAD}),
        rim_km=rim_km,
        files=files,
        texts={NOTES: _notes(ways), AS_OF: _table(("source", "as_of"), ways.as_of.items())},
    )


def _notes(ways: Ways) -> str:
    """Return how often what was left out, or not understood, the most frequent first."""
    rows = sorted(ways.notes.items(), key=lambda one: (-one[1], one[0]))
    return _table(("note", "ways"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
