"""``python -m tests.bench.osm``: files of OpenStreetMap, filtered in bounded memory.

The large file is made up: blocks of nodes and of ways that are no lines, written once and
repeated, and between them lines whose nodes have ids up to today's greatest, which is the
worst case for memory. Each measurement is a process of its own; seconds are those of
processor time, all threads together, since other processes disturb it less.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Way

from geodata.sources.osm_files import read_files
from geodata.sources.osm_pbf import batches
from geodata.sources.osm_tracks import tracks
from tests.bench.measure import MB, Row, peak_mb, table

ROOT = Path(__file__).parents[2]
#: A real extract of a region, where it lies beside the repository.
REGION = [up / "shared" / "osm" / "zangezur_rail.osm" for up in ROOT.parents]
SEED = 11
#: Bytes of the large file; objects of the part that is repeated; lines and points of each.
LARGE, CLUTTER = 1_000 * MB, 400_000
LINES, POINTS = 4_000, 50
#: Greatest id of a node in autumn 2026, rounded up.
GREATEST = 13_000_000_000


def main() -> None:
    """Measure and print the table, or be the process that is measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.osm", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each process")
    parser.add_argument("--mb", type=float, default=LARGE / MB, help="size of the large file")
    parser.add_argument("--read", type=Path, help="read this file and say what it took")
    options = parser.parse_args()
    if options.read:
        print(json.dumps(reading(options.read)))  # noqa: T201 - for the process that waits
    else:
        print(table(osm_rows(options.rounds, size=options.mb * MB)))  # noqa: T201 - a bench


def osm_rows(rounds: int, *, size: float = LARGE) -> list[Row]:
    """Return the rows of the table: a large file, and a real region if it is there."""
    with tempfile.TemporaryDirectory() as folder:
        path = large(Path(folder), size)
        mb = path.stat().st_size / MB
        took = [_measured(path) for _ in range(rounds)]
    name = f"filtering {mb:,.0f} MB of .osm.pbf to {took[0]['lines']:,} lines, processor time"
    rows = [
        Row(name, "s", tuple(one["s"] for one in took)),
        Row("its speed, each byte read twice", "MB/s", tuple(mb / one["s"] for one in took)),
        Row("its memory at most", "MB", tuple(one["mb"] for one in took), bar=2000),
    ]
    region = next((path for path in REGION if path.is_file()), None)
    if region:
        took = [_measured(region) for _ in range(rounds)]
        name = f"{took[0]['ways']} real ways of a region to {took[0]['lines']} lines, the same"
        rows.append(Row(name, "s", tuple(one["s"] for one in took), bar=15))
    return rows


def reading(path: Path) -> dict[str, float]:
    """Read a file to tracks; return seconds of processors, MB at most, ways and lines."""
    start = time.process_time()
    ways = read_files([path])
    found = tracks(ways)
    spent = time.process_time() - start
    return {"s": spent, "mb": peak_mb(), "ways": len(ways), "lines": len(found)}


def _measured(path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.osm", "--read", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def large(folder: Path, size: float) -> Path:
    """Write a file of about `size` bytes."""
    rng = np.random.default_rng(SEED)
    clutter, lines = folder / "clutter.osm.pbf", folder / "lines.osm.pbf"
    _write_clutter(clutter, rng)
    _write_lines(lines, rng)
    head, much = _parted(clutter)
    few = _parted(lines)[1]
    path = folder / "large.osm.pbf"
    with path.open("wb") as file:
        file.write(head)
        for _ in range(max(round((size - len(few)) / len(much)), 1)):
            file.write(much)
        file.write(few)
    return path


def _parted(path: Path) -> tuple[bytes, bytes]:
    """Return the first block of a file and all others."""
    data = path.read_bytes()
    (_, part), *_ = batches(path)
    length = 4 + int.from_bytes(data[:4], "big")
    size = data[4:length]
    head = length + _data_size(size)
    assert part[:head] == data[:head]
    return data[:head], data[head:]


def _data_size(header: bytes) -> int:
    """Return the bytes after a block's header: the number of its last field."""
    value = shift = 0
    for byte in header[header.rindex(b"\x18") + 1 :]:
        value |= (byte & 0x7F) << shift
        shift += 7
    return value


def _write_clutter(path: Path, rng: np.random.Generator) -> None:
    """Write nodes and ways of towns: no line is kept of them."""
    lon, lat = rng.uniform(44, 52, CLUTTER), rng.uniform(38, 42, CLUTTER)
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for k, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
            tags = {"barrier": "gate"} if k % 40 == 0 else {}
            writer.add_node(Node(id=k + 1, version=1, location=place, tags=tags))
        for k in range(CLUTTER // 10):
            nodes = list(range(10 * k + 1, 10 * k + 11))
            tags = {"highway": "residential", "name": f"street {k}", "maxspeed": "60"}
            writer.add_way(Way(id=k + 1, version=1, nodes=nodes, tags=tags))


def _write_lines(path: Path, rng: np.random.Generator) -> None:
    """Write lines from west to east, each joined to the next."""
    ids = np.sort(rng.choice(GREATEST, LINES * POINTS, replace=False)) + CLUTTER + 1
    ids = ids.reshape(LINES, POINTS)
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for k, row in enumerate(ids.tolist()):
            for step, node in enumerate(row):
                place = (44 + step * 0.1, 38 + k * 0.001)
                writer.add_node(Node(id=node, version=1, location=place))
        for k, row in enumerate(ids.tolist()):
            nodes = row if k == LINES - 1 else [*row, int(ids[k + 1, 0])]
            tags = {"railway": "rail", "gauge": ("1520", "1435")[k % 2]}
            writer.add_way(Way(id=10_000_000 + k, version=1, nodes=nodes, tags=tags))


if __name__ == "__main__":
    main()
