"""Read the flow problems of the first DIMACS challenge: least cost, and most flow.

Lines begin with a letter: ``c`` a comment, ``p min NODES ARCS`` or ``p max NODES ARCS`` the
problem, ``n NODE SUPPLY`` a supply (or ``n NODE s``, ``n NODE t`` source and sink), ``a`` an
arc: from, to, least flow, capacity, cost; of most flow only from, to, capacity. Nodes are
numbered from 1 (DIMACS 1991, The first DIMACS international algorithm implementation
challenge: problem definitions and specifications).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.instances.lines import columns, nodes, read_lines

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from corridors.instances.lines import Line, Reading

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MIN_ARC = ("from", "to", "low", "capacity", "cost")
MAX_ARC = ("from", "to", "capacity")
KNOWN = ("p", "n", "a")
#: Words of a problem line and of a line with the source or the sink.
PROBLEM_WORDS, END_WORDS = 4, 3


@dataclass(frozen=True)
class MinCostFlow:
    """A flow of one good at the least cost; m arcs, nodes from 0.

    `supply` has shape (nodes,), less than 0 where flow is wanted; it adds up to 0. `low` and
    `capacity` bound the flow of each arc, `cost` is that of a unit, shape (m,).
    """

    supply: Floats
    tail: Ints
    head: Ints
    low: Floats
    capacity: Floats
    cost: Floats

    @property
    def n_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.supply)


@dataclass(frozen=True)
class MaxFlow:
    """The most flow from one node to another; m arcs of some capacity, nodes from 0."""

    n_nodes: int
    source: int
    sink: int
    tail: Ints
    head: Ints
    capacity: Floats


def read_min_cost_flow(path: Path) -> MinCostFlow:
    """Read a ``p min`` file.

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
    reading = read_lines(path, comment="c")
    problem, n_nodes, n_arcs = _problem(reading, "min")
    supply = np.zeros(n_nodes)
    for line in _lines(reading, "n"):
        values = reading.numbers(line, ("node", "supply"), whole=("node",), skip=1)
        if values is None:
            continue
        reading.node(line, "node", values[0], n_nodes)
        if 1 <= values[0] <= n_nodes:
            supply[int(values[0]) - 1] += values[1]
    if supply.sum():
        said = f"supplies add up to {supply.sum():g}"
        reading.find(problem.number, said, "make them add up to 0")
    tail, head, low, capacity, cost = _arcs(reading, MIN_ARC, n_nodes)
    reading.counted(problem.number, "arcs", n_arcs, len(_lines(reading, "a")))
    reading.done()
    return MinCostFlow(supply, nodes(tail), nodes(head), low, capacity, cost)


def read_max_flow(path: Path) -> MaxFlow:
    """Read a ``p max`` file.

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
    reading = read_lines(path, comment="c")
    problem, n_nodes, n_arcs = _problem(reading, "max")
    ends = _ends(reading, problem, n_nodes)
    tail, head, capacity = _arcs(reading, MAX_ARC, n_nodes)
    reading.counted(problem.number, "arcs", n_arcs, len(_lines(reading, "a")))
    reading.done()
    return MaxFlow(n_nodes, ends["s"], ends["t"], nodes(tail), nodes(head), capacity)


def _lines(reading: Reading, letter: str) -> list[Line]:
    """Return the lines that begin with a letter."""
    return [line for line in reading.lines if line.words[0] == letter]


def _problem(reading: Reading, kind: str) -> tuple[Line, int, int]:
    """Return the problem line and its numbers of nodes and arcs; note unknown lines."""
    for line in reading.lines:
        if line.words[0] not in KNOWN:
            said = f"a line begins with {line.words[0]!r}"
            reading.find(line.number, said, f"begin with c, {', '.join(KNOWN)}")
    lines = _lines(reading, "p")
    mend = f"write one line: p {kind} NODES ARCS"
    if len(lines) != 1:
        reading.find(lines[1].number if lines else 1, f"{len(lines)} problem lines", mend)
        reading.done()
    line = lines[0]
    values = None
    if len(line.words) != PROBLEM_WORDS or line.words[1] != kind:
        reading.find(line.number, f"this is no problem of kind {kind}", mend)
    else:
        values = reading.numbers(line, ("nodes", "arcs"), whole=("nodes", "arcs"), skip=2)
    if values and min(values) < 0:
        reading.find(line.number, "a number is negative", mend)
    if values is None or reading.findings:
        reading.done()
    assert values is not None  # noqa: S101 - else there was a finding
    return line, int(values[0]), int(values[1])


def _ends(reading: Reading, problem: Line, n_nodes: int) -> dict[str, int]:
    """Return the source `s` and the sink `t`."""
    ends: dict[str, int] = {}
    for line in _lines(reading, "n"):
        values = reading.numbers(line, ("node",), whole=("node",), skip=1)
        if values is None:
            continue
        reading.node(line, "node", values[0], n_nodes)
        word = line.words[2] if len(line.words) == END_WORDS else ""
        if word not in ("s", "t") or word in ends:
            reading.find(
                line.number, "no source or sink, or a second one", "write n NODE s, n NODE t"
            )
        ends[word] = int(values[0]) - 1
    for word, name in (("s", "source"), ("t", "sink")):
        if word not in ends:
            reading.find(problem.number, f"there is no {name}", f"add a line: n NODE {word}")
    if len(set(ends.values())) < len(ends):
        reading.find(problem.number, "source and sink are one node", "name two")
    return ends


def _arcs(reading: Reading, names: tuple[str, ...], n_nodes: int) -> list[Floats]:
    """Return the columns of the arcs; note what is wrong with them."""
    rows = []
    for line in _lines(reading, "a"):
        values = reading.numbers(line, names, whole=("from", "to"), skip=1)
        if values is None:
            continue
        row = dict(zip(names, values, strict=True))
        for name in ("from", "to"):
            reading.node(line, name, row[name], n_nodes)
        reading.least(line, "capacity", row["capacity"], max(0.0, row.get("low", 0.0)))
        reading.least(line, "low", row.get("low", 0.0))
        rows.append(values)
    return columns(rows, len(names))
