"""Named checks of what patches left: loose ends, joins that part, crossings and links lost."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from geodata.checks import WARNING, Finding
from geodata.disagreement import DISAGREEMENTS, read_csv
from geodata.laying_report import JOINS, REPORT
from geodata.snapshot import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geodata.disagreement import Disagreement

#: What the network cannot carry of a patch, by the reason's name.
LEFT_OUT = {
    "ferry_km": "{:,.1f} km of ferries are not laid: a ship needs a row of services",
    "ring_km": "{:,.1f} km of lines that end where they start are not laid",
    "oneway_km": "{:,.1f} km of one-way lines are laid as open both ways",
    "electrified_lines": "{:,.0f} lines tell of their wire, which the network does not carry",
    "speed_lines": "{:,.0f} lines tell a greatest speed, which the network does not carry",
}

__all__ = ["check_joins", "check_openstreetmap", "check_patches", "patch_findings"]


def patch_findings(folder: Path) -> tuple[Finding, ...]:
    """Return what the patches of a snapshot left open; nothing if it was built without.

    Raises
    ------
    SnapshotError
        If a report of the patches is missing though listed, or altered.
    """
    report, joins = read_text(folder, REPORT), read_text(folder, JOINS)
    if not report:
        return ()
    rows = list(csv.DictReader(io.StringIO(joins)))
    odds = read_text(folder, DISAGREEMENTS)
    return (
        *check_joins(rows),
        *check_patches(json.loads(report)),
        *check_openstreetmap(read_csv(odds) if odds else ()),
    )


def check_openstreetmap(rows: Sequence[Disagreement]) -> Iterator[Finding]:
    """OpenStreetMap and the fact tables say the same of gauges, status and crossings."""
    for one in rows:
        subject = f"{one.table} {one.row}".strip()
        yield Finding("check_openstreetmap", subject, one.words, WARNING)


def check_joins(rows: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    """Every end of a line at a rim is joined, and traffic passes the join."""
    for row in rows:
        place = f"{row['patch']} {row['mode']} {row['lon']} {row['lat']}"
        if row["joined"] == "no":
            whose = "the patch" if row["side"] == "patch" else "the network"
            far = f", the nearest {row['gap_km']} km off" if row["gap_km"] else ""
            message = f"an end of a line of {whose} is loose: {row['why']}{far}"
            yield Finding("check_joins", place, message, WARNING)
        elif row["holds"] == "no":
            yield Finding("check_joins", place, f"joined in vain: {row['why']}", WARNING)


def check_patches(report: Mapping[str, Any]) -> Iterator[Finding]:
    """No crossing, terminal or hand link lost its line, and all of a patch is reached."""
    for name in report["crossings_lost"]:
        yield Finding("check_patches", name, "no line passes since the patch", WARNING)
    for row in report["terminals"]:
        if row["after_km"] is None:
            message = f"has no {row['mode']} line since the patch"
            yield Finding("check_patches", row["id"], message, WARNING)
    for row in report["hand_links_loose"]:
        message = f"its end {row['terminal']} has lost the line that it was joined to"
        yield Finding("check_patches", row["id"], message, WARNING)
    for patch in report["patches"]:
        for piece in patch["islands"]:
            message = f"{piece['km']:g} km of {piece['mode']} that no join reaches"
            subject = f"{patch['name']} {piece['lon']} {piece['lat']}"
            yield Finding("check_patches", subject, message, WARNING)
        for what, amount in patch["left_out"].items():
            yield Finding("check_patches", patch["name"], LEFT_OUT[what].format(amount), WARNING)
