"""Read `.dow` files: fixed-charge multicommodity network design, the Canad set.

A title line (``MULTIGEN.DAT:``, may be missing), a line of the numbers of nodes, arcs and
demands, a line per arc, a line per demand. An arc is: from, to, cost of a unit, capacity,
fixed cost, and at times two numbers that no solver uses. A demand is: from, to, volume.
Nodes are numbered from 1 (Crainic, Frangioni and Gendron 2001).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.instances.lines import columns, nodes, read_lines
from corridors.solve.charged import FixedCharge

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.instances.lines import Line, Reading

HEADER = ("nodes", "arcs", "demands")
ARC = ("from", "to", "cost", "capacity", "fixed")
DEMAND = ("from", "to", "volume")
ENDS = ("from", "to")


def read_dow(path: Path) -> FixedCharge:
    """Read a network design instance.

    Blank lines, comments after ``#`` and any line endings are passed over.

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
    reading = read_lines(path, upto="#")
    header, rest = _header(reading)
    n_nodes, n_arcs, n_demands = header
    arcs = _rows(reading, rest[:n_arcs], ARC, n_nodes)
    demands = _rows(reading, rest[n_arcs : n_arcs + n_demands], DEMAND, n_nodes)
    at = rest[-1].number if rest else 1
    found = len(rest) - n_arcs
    if found != n_demands:
        mend = "mend the header or the lines"
        said = f"{n_arcs} arcs and {n_demands} demands need {n_arcs + n_demands} lines"
        reading.find(at, f"{said}, the file has {len(rest)}", mend)
    reading.done()
    tail, head, cost, capacity, fixed = columns(arcs, len(ARC))
    origin, destination, volume = columns(demands, len(DEMAND))
    return FixedCharge(
        n_nodes, nodes(tail), nodes(head), cost, capacity, fixed,
        nodes(origin), nodes(destination), volume,
    )  # fmt: skip


def _header(reading: Reading) -> tuple[tuple[int, int, int], list[Line]]:
    """Return the three numbers of the header, and the lines below it.

    Lines before the header are titles: their first word is no number.
    """
    lines = reading.lines
    at = next((k for k, line in enumerate(lines) if _is_number(line.words[0])), len(lines))
    values = reading.numbers(lines[at], HEADER, whole=HEADER) if at < len(lines) else None
    if at == len(lines):
        reading.find(1, "there is no header", f"write {' '.join(HEADER)}")
    elif values and (min(values) < 1 or len(lines[at].words) != len(HEADER)):
        reading.find(lines[at].number, "the header is wrong", "write three numbers of at least 1")
    reading.done()
    assert values is not None  # noqa: S101 - else there was a finding
    n_nodes, n_arcs, n_demands = map(int, values)
    return (n_nodes, n_arcs, n_demands), lines[at + 1 :]


def _is_number(word: str) -> bool:
    """Whether a word reads as a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _rows(
    reading: Reading, lines: list[Line], names: tuple[str, ...], n_nodes: int
) -> list[tuple[float, ...]]:
    """Return the numbers of arcs or demands; note what is wrong with them."""
    rows = []
    for line in lines:
        values = reading.numbers(line, names, whole=ENDS)
        if values is None:
            continue
        for name, value in zip(names, values, strict=True):
            if name in ENDS:
                reading.node(line, name, value, n_nodes)
            else:
                reading.least(line, name, value)
        if names == DEMAND and values[0] == values[1]:
            reading.find(line.number, "the demand ends where it starts", "leave it out")
        if names == DEMAND and len(line.words) != len(DEMAND):
            reading.find(line.number, f"{len(line.words)} words", f"write {' '.join(DEMAND)}")
        rows.append(values)
    return rows
