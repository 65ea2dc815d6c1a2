"""Time whole processes side by side, and say how far apart they are."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MB = 1e6
#: Linux counts the largest resident set in KiB.
RSS_UNIT = 1024


@dataclass(frozen=True)
class Spent:
    """What one process took: wall seconds and the largest resident set in MB."""

    wall_s: float
    rss_mb: float


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, in which unit, and the bar for its median."""

    name: str
    unit: str
    values: tuple[float, ...]
    bar: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the median keeps to the bar."""
        if self.bar is None:
            return ""
        return "met" if median(self.values) <= self.bar else "missed"

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        low, middle, high = min(self.values), median(self.values), max(self.values)
        digits = 0 if middle >= 100 else 2
        numbers = (f"{value:.{digits}f}" for value in (low, middle, high))
        bar = "" if self.bar is None else f"{self.bar:g}"
        return (self.name, self.unit, *numbers, str(len(self.values)), bar, self.verdict)


HEAD = ("measured", "unit", "min", "median", "max", "runs", "bar", "")


def spent(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Spent:
    """Run a process that must end well and return what it took.

    Raises
    ------
    RuntimeError
        If it ends with another code than 0.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"{' '.join(command)}: exit {process.returncode}"
        raise RuntimeError(msg)
    return Spent(wall, usage.ru_maxrss * RSS_UNIT / MB)


def peak_mb() -> float:
    """Return the largest resident set of this process so far, in MB.

    Of the programme itself: `ru_maxrss` also holds that of the process it was forked from.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(line for line in lines if line.startswith("VmHWM:"))
    return int(peak.split()[1]) * RSS_UNIT / MB


def interleaved(
    commands: Mapping[str, Sequence[str]], *, rounds: int, cwd: Path, env: Mapping[str, str]
) -> dict[str, list[Spent]]:
    """Run every command once a round, after one round that does not count.

    The machine's mood of the moment falls on all commands alike.
    """
    for command in commands.values():
        spent(command, cwd=cwd, env=env)
    rows: dict[str, list[Spent]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            rows[name].append(spent(command, cwd=cwd, env=env))
    return rows


def ratio(name: str, a: Sequence[Spent], b: Sequence[Spent], *, bar: float) -> Row:
    """Return how many times longer a took than b, round by round."""
    values = tuple(x.wall_s / y.wall_s for x, y in zip(a, b, strict=True))
    return Row(name, "times", values, bar)


def walls(name: str, rows: Sequence[Spent], *, bar: float | None = None) -> Row:
    """Return the wall seconds of a command's runs."""
    return Row(name, "s", tuple(row.wall_s for row in rows), bar)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table that also reads well in a terminal."""
    cells = [HEAD, *(row.cells() for row in rows)]
    width = [max(len(line[k]) for line in cells) for k in range(len(HEAD))]
    lines = [
        "| " + " | ".join(
            cell.ljust(w) if k < 2 else cell.rjust(w)
            for k, (cell, w) in enumerate(zip(line, width, strict=True))
        ) + " |"
        for line in cells
    ]  # fmt: skip
    rule = "|".join("-" * (w + 1) + ("-" if k < 2 else ":") for k, w in enumerate(width))
    return "\n".join([lines[0], f"|{rule}|", *lines[1:]])
