"""Read files of OpenStreetMap, of any size, keeping rail, roads and ferries only.

Every file is read twice: first its ways, of which few pass a filter by their tags, then its
nodes, of which only those pass that the kept ways run through. Memory holds what is kept
(some 270 bytes a point until it is a track), some blocks of the file, and a bit for each
possible id of a node: 1.6 GB of bits where ids reach 13e9, whatever the file's size.
"""

from __future__ import annotations

import bz2
import gzip
import zlib
from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast

from geodata.errors import OsmError, SourceMissingError
from geodata.sources.osm_pbf import batches
from geodata.sources.osm_rules import wanted_tags
from geodata.sources.osm_ways import Wanted, WayCollector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import osmium
    from osmium.filter import IdFilter, TagFilter
    from osmium.osm import Node, Way, osm_entity_bits
    from osmium.osm.types import OSMEntity

    from geodata.sources.osm_ways import Ways

#: Told how much of all work is done, 0 to 1.
Progress = Callable[[float], None]

SUFFIXES = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf")
#: XML is looked through in pieces of this many bytes; each must hold the end of a tag.
PIECE = 1024 * 1024
#: How many times its size a packed file may have: text of OpenStreetMap packs to a
#: tenth or twentieth, a bomb to a thousandth.
MOST_RATIO = 100
#: Packed files are not suspected before they have unpacked to this many bytes.
UNSUSPECTED = 64 * PIECE
#: Text unpacked from one file, in bytes.
MOST_TEXT = 200 * 1024**3


def no_progress(_: float) -> None:
    """Show nothing."""


def read_files(
    files: Sequence[Path], *, wanted: Wanted | None = None, progress: Progress = no_progress
) -> Ways:
    """Return the lines of some files; what is in two of them counts once.

    Parameters
    ----------
    files
        `.osm`, `.osm.gz`, `.osm.bz2`, `.osm.pbf`.
    wanted
        Modes and the least class of roads; rail, trunk roads and ferries if not given.
    progress
        Called with the part of the work that is done.

    Raises
    ------
    SourceMissingError
        If a file is not there; all such files.
    OsmError
        If a file is damaged, a bomb, of another kind or without any such line.
    """
    wanted = wanted or Wanted()
    _refuse_wrong_names(files)
    for path in files:
        if not _is_pbf(path):
            look_through(path)
    source = ", ".join(str(path) for path in files)
    kept = WayCollector(wanted, source)
    _read_ways(files, kept, lambda done: progress(done / 2))
    _read_nodes(files, kept, lambda done: progress(0.5 + done / 2))
    kept.as_of |= {path.name: _moment(path) for path in files}
    return kept.ways()


def _refuse_wrong_names(files: Sequence[Path]) -> None:
    wrong = [path for path in files if not path.name.lower().endswith(SUFFIXES)]
    if wrong:
        names = ", ".join(map(str, wrong))
        msg = f"{names}: no file of OpenStreetMap by its name; it must end in {', '.join(SUFFIXES)}"
        raise OsmError(msg)
    lost = [path for path in files if not path.is_file()]
    if lost or not files:
        names = ", ".join(map(str, lost)) or "no file named"
        raise SourceMissingError(f"{names}: no such file" if lost else names)


def _is_pbf(path: Path) -> bool:
    return path.name.lower().endswith(".pbf")


def _read_ways(files: Sequence[Path], kept: WayCollector, progress: Progress) -> None:
    from osmium.filter import TagFilter
    from osmium.osm import WAY

    tags = TagFilter(*wanted_tags(kept.wanted.modes, kept.wanted.least_road))
    for way in cast("Iterator[Way]", _objects(files, WAY, tags, progress)):
        kept.add_way(way.id, dict(way.tags), (node.ref for node in way.nodes))


def _read_nodes(files: Sequence[Path], kept: WayCollector, progress: Progress) -> None:
    from osmium.filter import IdFilter
    from osmium.osm import NODE

    ids = kept.nodes_wanted()
    # The filter knows ids above 0 only; files of editors have others, and are small.
    chosen = IdFilter(array("q", ids.tobytes())) if len(ids) and ids[0] > 0 else None
    known = frozenset(ids.tolist()) if chosen is None else frozenset()
    for node in cast("Iterator[Node]", _objects(files, NODE, chosen, progress)):
        if chosen is not None or node.id in known:
            place = node.location
            kept.add_node(node.id, place.x, place.y, dict(node.tags) if len(node.tags) else {})


def _objects(
    files: Sequence[Path],
    kinds: osm_entity_bits,
    chosen: TagFilter | IdFilter | None,
    progress: Progress,
) -> Iterator[OSMEntity]:
    """Yield the objects of all files that pass a filter, telling how far it is."""
    from osmium.io import File, FileBuffer, ThreadPool

    total, before = sum(path.stat().st_size for path in files) or 1, 0
    pool = ThreadPool()
    for path in files:
        size = path.stat().st_size
        if _is_pbf(path):
            begin = 0
            for end, part in batches(path):
                place = f"{path}: broken between the bytes {begin:,} and {end:,}"
                yield from _passing(FileBuffer(part, "pbf"), kinds, chosen, pool, place)
                begin = end
                progress((before + end) / total)
        else:
            yield from _passing(File(str(path)), kinds, chosen, pool, str(path))
        before += size
        progress(before / total)


def _passing(
    data: osmium.io.File | osmium.io.FileBuffer,
    kinds: osm_entity_bits,
    chosen: TagFilter | IdFilter | None,
    pool: osmium.io.ThreadPool,
    place: str,
) -> Iterator[OSMEntity]:
    import osmium

    try:
        found = osmium.FileProcessor(data, kinds, thread_pool=pool)
        yield from found.with_filter(chosen) if chosen is not None else found
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        msg = f"{place}: {error}"
        raise OsmError(msg) from error


def _moment(path: Path) -> str:
    """Return the moment that a file says its map is of, empty if it says none."""
    from osmium.io import File, Reader
    from osmium.osm import NOTHING

    with Reader(File(str(path)), NOTHING) as reader:
        header = reader.header()
    return header.get("osmosis_replication_timestamp") or header.get("timestamp")


def look_through(path: Path) -> None:
    """Refuse an XML file that would fill the memory, looking at it piece by piece.

    Raises
    ------
    OsmError
        If it is packed and damaged, or unpacks to absurdly much, or runs on without a tag.
    """
    size, done = path.stat().st_size, 0
    try:
        with _opened(path) as file:
            while piece := file.read(PIECE):
                done += len(piece)
                if done > max(UNSUSPECTED, MOST_RATIO * size) or done > MOST_TEXT:
                    _refuse(path, f"unpacks to more than {done:,} bytes, a bomb")
                if len(piece) == PIECE and b">" not in piece:
                    _refuse(path, f"no end of a tag in {PIECE:,} bytes before byte {done:,}")
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path}: cannot be read or unpacked: {error}; fetch the file anew"
        raise OsmError(msg) from error


def _refuse(path: Path, why: str) -> None:
    msg = f"{path}: {why}; this is no file of OpenStreetMap"
    raise OsmError(msg)


def _opened(path: Path) -> BinaryIO:
    name = path.name.lower()
    if name.endswith(".gz"):
        return cast("BinaryIO", gzip.open(path))
    if name.endswith(".bz2"):
        return cast("BinaryIO", bz2.open(path))
    return path.open("rb")
