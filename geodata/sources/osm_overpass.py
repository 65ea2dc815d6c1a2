"""Ask an Overpass server for a region, tile by tile; what came once is not asked again.

Tiles lie on one grid over the globe, so that regions share them. A tile's answers are in
the cache whole or not at all: asking goes on where it was stopped, by a fault, an
interrupt or a server that had enough.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import orjson
import shapely

from geodata.atomic import writing_folder
from geodata.errors import OsmError, SourceMissingError
from geodata.sources.osm import BusyError, OverpassError, Server, fetch
from geodata.sources.osm_rules import overpass_filters
from geodata.sources.osm_ways import STEPS, Wanted, WayCollector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geodata.sources.osm_files import Progress
    from geodata.sources.osm_ways import Ways

#: Side of a tile in degrees.
TILE_DEGREES = 2
#: The file that says that a tile's folder is complete.
MARK = "tile.json"
#: Answers after which asking again may help; with others it will not.
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
OK = 200
#: Letters of an answer that are shown.
SHOWN = 200

Tell = Callable[[str], None]


class Answer(Protocol):
    """What is looked at of an answer over HTTP."""

    status_code: int
    reason: str
    headers: Mapping[str, str]
    content: bytes

    def close(self) -> None:
        """Let go of the connection."""


@dataclass(frozen=True)
class Tile:
    """A square of the grid: west, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def name(self) -> str:
        """Return a name for people and folders."""
        return f"{self.west:g}_{self.south:g}_{self.east:g}_{self.north:g}"


def fetch_ways(
    region: BaseGeometry,
    *,
    cache: Path,
    wanted: Wanted | None = None,
    server: Server | None = None,
    tell: Tell = lambda _: None,
    progress: Progress = lambda _: None,
) -> Ways:
    """Return the lines of a region from an Overpass server, or from what it said before.

    Parameters
    ----------
    region
        Area in degrees; every tile that it touches is asked for.
    cache
        Folder of the answers.
    wanted
        Modes and the least class of roads; rail, trunk roads and ferries if not given.
    server
        Whom to ask, and how.
    tell, progress
        Called with what happens, and with the part of the tiles that are there.

    Raises
    ------
    SourceMissingError
        If the server gives no answer to a request, however often it is sent; tiles that
        came stay in the cache.
    OsmError
        If the server's address is none, it refuses the request, an answer in the cache is
        damaged, or there is no line in the region.
    WriteError
        If the cache cannot be written.
    """
    wanted, server = wanted or Wanted(), server or Server()
    if server.endpoint and not server.endpoint.startswith(("http://", "https://")):
        msg = f"{server.endpoint}: no address of an Overpass server; it begins with https://"
        raise OsmError(msg)
    filters = overpass_filters(wanted.modes, wanted.least_road)
    kept = WayCollector(wanted, "the answers of the Overpass server")
    grid = tiles(region)
    for k, tile in enumerate(grid):
        folder = _folder(cache, tile, filters)
        if not (folder / MARK).is_file():
            tell(f"ask for tile {tile.name}, {k + 1} of {len(grid)}")
            _fetch_tile(tile, filters, server=server, folder=folder, tell=tell)
        for path in _answers(folder):
            _take(path, kept)
        progress((k + 1) / len(grid))
    return kept.ways()


def answer_files(
    region: BaseGeometry, *, cache: Path, wanted: Wanted | None = None
) -> tuple[Path, ...]:
    """Return the files in the cache that hold the answers for a region, in order."""
    wanted = wanted or Wanted()
    filters = overpass_filters(wanted.modes, wanted.least_road)
    folders = (_folder(cache, tile, filters) for tile in tiles(region))
    return tuple(path for folder in folders for path in _answers(folder))


def _folder(cache: Path, tile: Tile, filters: Sequence[str]) -> Path:
    kind = hashlib.sha256("\n".join(filters).encode()).hexdigest()[:8]
    return cache / f"{tile.name}_{kind}"


def _answers(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if path.name != MARK)


def tiles(region: BaseGeometry) -> list[Tile]:
    """Return the tiles of the grid that a region touches, from west to east.

    Raises
    ------
    OsmError
        If the region is empty.
    """
    if region.is_empty:
        msg = "the region to ask for is empty"
        raise OsmError(msg)
    west, south, east, north = np.array(region.bounds) // TILE_DEGREES
    shapely.prepare(region)
    found = [
        Tile(*(TILE_DEGREES * side for side in (x, y, x + 1, y + 1)))
        for x in np.arange(west, east + 1).tolist()
        for y in np.arange(south, north + 1).tolist()
    ]
    return [tile for tile in found if region.intersects(_box(tile))]


def _box(tile: Tile) -> shapely.Polygon:
    return shapely.box(tile.west, tile.south, tile.east, tile.north)


def _fetch_tile(
    tile: Tile, filters: Sequence[str], *, server: Server, folder: Path, tell: Tell
) -> None:
    """Get a tile into its folder, whole or not at all."""
    place = f"Overpass server, tile {tile.name}"
    try:
        with writing_folder(folder, mark=MARK) as partial:
            _ask(tile, filters, server=server, folder=partial, tell=tell)
            text = json.dumps({"tile": tile.name, "filters": list(filters)}, indent=1)
            (partial / MARK).write_text(text + "\n", encoding="utf-8")
    except BusyError as error:
        msg = (
            f"{place}: no answer in {server.tries} tries, the last time: {error}; tiles that "
            "came are kept: ask again later, or another server"
        )
        raise SourceMissingError(msg) from error
    except OverpassError as error:
        msg = f"{place}: {error}"
        raise OsmError(msg) from error


def _ask(tile: Tile, filters: Sequence[str], *, server: Server, folder: Path, tell: Tell) -> None:
    """Ask until all answers are there; each try goes on with what the last one brought."""
    wait_s = server.wait_s
    for left in reversed(range(server.tries)):
        try:
            fetch(_box(tile), filters, server=server, folder=folder, look=_looking(server))
        except BusyError as error:
            busy = error
        except OSError as error:
            if error.errno is not None:  # of the disk; those of the line have no number
                raise
            busy = BusyError(str(error))
        else:
            return
        if not left:
            raise busy
        wait = min(max(wait_s, busy.wait_s), server.most_wait_s)
        tell(f"tile {tile.name}: {busy}; asked again in {wait:g} s")
        time.sleep(wait)
        wait_s *= 3


def _looking(server: Server) -> Callable[[Answer], None]:
    """Return what looks at an answer, and then pauses to spare the server."""

    def look(answer: Answer) -> None:
        try:
            check_answer(answer)
        except BaseException:
            answer.close()  # else its connection stays open
            raise
        time.sleep(server.pause_s)

    return look


def check_answer(answer: Answer) -> None:
    """Let whole answers pass.

    Raises
    ------
    BusyError
        If the server is busy, the answer is truncated or says that the query broke off.
    OverpassError
        If the server refuses the request.
    """
    status = f"{answer.status_code} {answer.reason}"
    if answer.status_code in BUSY:
        after = answer.headers.get("Retry-After", "")
        raise BusyError(status, float(after) if after.isascii() and after.isdecimal() else 0.0)
    if answer.status_code != OK:
        text = " ".join(answer.content.decode("utf-8", "replace").split())[:SHOWN]
        msg = f"{status}: {text}"
        raise OverpassError(msg)
    if fault := _fault(answer.content):
        raise BusyError(fault)


def _fault(content: bytes) -> str:
    """Return what is wrong with the body of an answer, empty if nothing is."""
    try:
        found: Any = orjson.loads(content)
    except ValueError:
        return f"{len(content):,} bytes that are no whole JSON"
    if not isinstance(found, dict) or not isinstance(found.get("elements"), list):
        return "JSON without elements"
    return f"remark {str(found['remark'])[:SHOWN]!r}" if "remark" in found else ""


def _take(path: Path, kept: WayCollector) -> None:
    """Take the nodes and ways of an answer.

    Raises
    ------
    OsmError
        If it is not what a server answers.
    """
    try:
        found = orjson.loads(path.read_bytes())
        moment = str(found.get("osm3s", {}).get("timestamp_osm_base", ""))
        tile = path.parent.name
        kept.as_of[tile] = max(moment, kept.as_of.get(tile, ""))
        for one in found["elements"]:
            if one["type"] == "node":
                x, y = round(one["lon"] * STEPS), round(one["lat"] * STEPS)
                kept.add_node(int(one["id"]), x, y, one.get("tags", {}))
            elif one["type"] == "way":
                kept.add_way(int(one["id"]), one.get("tags", {}), map(int, one["nodes"]))
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror})"
        raise OsmError(msg) from error
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError) as error:
        if isinstance(error, OsmError):
            raise
        msg = f"{path}: no answer of an Overpass server ({error}); remove its folder, ask again"
        raise OsmError(msg) from error
