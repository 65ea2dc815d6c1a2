"""Read TNTP files: road networks and trip tables of the Transportation Networks library.

Both begin with lines of metadata, ``<KEY> value``, up to ``<END OF METADATA>``; ``~`` begins
a comment. A network has a line per link that ends with ``;``. A trip table has ``Origin K``
and below it ``destination : trips;`` items (Transportation Networks for Research Core Team,
github.com/bstabler/TransportationNetworks).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.instances.lines import Line, columns, nodes, read_lines

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from corridors.instances.lines import Reading

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LINK = (
    "init_node", "term_node", "capacity", "length", "free_flow_time", "b", "power", "speed",
    "toll", "link_type",
)  # fmt: skip
WHOLE = ("init_node", "term_node")
END = "END OF METADATA"
#: The total of a trip table is written with so few digits that it may be off by this share.
ROUNDED = 1e-3


@dataclass(frozen=True)
class Roads:
    """Links of a road network, m of them, nodes from 0; units are those of the file.

    The first `n_zones` nodes are zones. Nodes before `first_thru_node` carry no through
    traffic. All arrays have shape (m,). The time of a link at a flow is
    ``free_flow_time * (1 + b * (flow / capacity) ** power)``.
    """

    n_nodes: int
    n_zones: int
    first_thru_node: int
    tail: Ints
    head: Ints
    capacity: Floats
    length: Floats
    free_flow_time: Floats
    b: Floats
    power: Floats
    speed: Floats
    toll: Floats
    link_type: Floats


@dataclass(frozen=True)
class Trips:
    """Trips between zones, numbered from 0; items of no volume are left out."""

    n_zones: int
    origin: Ints
    destination: Ints
    volume: Floats


def read_tntp_network(path: Path) -> Roads:
    """Read a ``_net.tntp`` file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputMissingError
        If the file is missing or not text.
    InstanceError
        If it cannot be read; says all mistakes by line.
    """
    reading = read_lines(path, upto="~")
    said, lines = _metadata(reading)
    keys = ("NUMBER OF NODES", "NUMBER OF ZONES", "FIRST THRU NODE", "NUMBER OF LINKS")
    n_nodes, n_zones, first, n_links = (_count(reading, said, key) for key in keys)
    reading.done()
    rows = []
    for line in lines:
        values = reading.numbers(_without_end(line), LINK, whole=WHOLE)
        if values is None:
            continue
        for name, value in zip(LINK, values, strict=True):
            if name in WHOLE:
                reading.node(line, name, value, n_nodes)
            else:
                reading.least(line, name, value)
        rows.append(values)
    reading.counted(said["NUMBER OF LINKS"].number, "links", n_links, len(lines))
    reading.done()
    tail, head, *rest = columns(rows, len(LINK))
    return Roads(n_nodes, n_zones, first - 1, nodes(tail), nodes(head), *rest)


def read_tntp_trips(path: Path) -> Trips:
    """Read a ``_trips.tntp`` file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputMissingError
        If the file is missing or not text.
    InstanceError
        If it cannot be read; says all mistakes by line.
    """
    reading = read_lines(path, upto="~")
    said, lines = _metadata(reading)
    n_zones = _count(reading, said, "NUMBER OF ZONES")
    reading.done()
    rows = _trips(reading, lines, n_zones)
    _check_total(reading, said, sum(volume for _, _, volume in rows))
    reading.done()
    origin, destination, volume = columns(rows, 3)
    return Trips(n_zones, nodes(origin), nodes(destination), volume)


def _metadata(reading: Reading) -> tuple[dict[str, Line], list[Line]]:
    """Return the lines of metadata by their key, the key cut off, and the lines below."""
    said: dict[str, Line] = {}
    for at, line in enumerate(reading.lines):
        key, closed, value = " ".join(line.words).removeprefix("<").partition(">")
        if key == END:
            return said, reading.lines[at + 1 :]
        if not closed:
            break
        said[key] = Line(line.number, tuple(value.split()))
    reading.find(1, "the metadata has no end", f"write <{END}> below it")
    reading.done()
    return said, []


def _count(reading: Reading, said: dict[str, Line], key: str) -> int:
    """Return a number of the metadata, 1 if it is missing or wrong, which is noted."""
    if key not in said:
        reading.find(1, f"<{key}> is missing", "add it to the metadata")
        return 1
    values = reading.numbers(said[key], (key,), whole=(key,))
    if values and values[0] < 1:
        reading.least(said[key], key, values[0], 1.0)
    return int(values[0]) if values else 1


def _without_end(line: Line) -> Line:
    """Return a line of a link without the semicolon that ends it."""
    words = " ".join(line.words).partition(";")[0].split()
    return Line(line.number, tuple(words))


def _trips(reading: Reading, lines: list[Line], n_zones: int) -> list[tuple[float, float, float]]:
    """Return origin, destination and volume of each item above 0."""
    rows: list[tuple[float, float, float]] = []
    origin = 0.0
    for line in lines:
        if line.words[0].lower() == "origin":
            values = reading.numbers(line, ("origin",), whole=("origin",), skip=1)
            origin = values[0] if values else 1.0
            reading.node(line, "origin", origin, n_zones)
            continue
        if not origin:
            reading.find(line.number, "trips before the first origin", "write Origin and a number")
        for item in " ".join(line.words).split(";"):
            if item.strip():
                rows += _item(reading, line.number, item, origin, n_zones)
    return rows


def _item(
    reading: Reading, number: int, item: str, origin: float, n_zones: int
) -> list[tuple[float, float, float]]:
    """Return one item as a list of one row; empty if it is wrong or 0."""
    if item.count(":") != 1:
        reading.find(number, f"{item.strip()!r} is no item", "write destination : trips;")
        return []
    line = Line(number, tuple(item.replace(":", " ").split()))
    values = reading.numbers(line, ("destination", "trips"), whole=("destination",))
    if values is None:
        return []
    reading.node(line, "destination", values[0], n_zones)
    reading.least(line, "trips", values[1])
    destination, trips = values
    return [(origin, destination, trips)] if trips else []


def _check_total(reading: Reading, said: dict[str, Line], total: float) -> None:
    """Note a total of the metadata that is not what the items add up to."""
    line = said.get("TOTAL OD FLOW")
    values = reading.numbers(line, ("TOTAL OD FLOW",)) if line else None
    if line and values and abs(values[0] - total) > ROUNDED * max(total, 1.0):
        message = f"<TOTAL OD FLOW> is {values[0]:g}, the trips add up to {total:g}"
        reading.find(line.number, message, "mend the total or the trips")
