"""Results for people: plain tables that fit a terminal and read well in a log."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.check import Checked
    from corridors.model.result import DemandResult, Result
    from corridors.model.route import Route

HOURS_A_DAY = 24
#: A file or pipe has no width of its own: wide enough for the table to stay on one line.
LOG_WIDTH = 132


def _console() -> Console:
    # Without colour also without bold: rich drops only the colours by itself.
    plain = Console(highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")
    return plain if plain.is_terminal else Console(highlight=False, width=LOG_WIDTH)


def show_result(result: Result, folder: Path) -> None:
    """Print the best route of each demand, the reasons of those without, and the place."""
    console = _console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("demand", no_wrap=True)
    for name in ("USD/TEU", "days", "km"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("corridor", "by", "through"):
        table.add_column(name, overflow="fold")
    for demand in result.demands:
        table.add_row(*_cells(demand))
    console.print(table)
    for demand in result.demands:
        if demand.status == "infeasible":
            console.print(f"[bold]{escape(demand.demand_id)}[/]: {escape(demand.reason)}")
    total = {m.name: m.value for m in result.metrics if m.subject_kind == "scenario"}
    console.print(
        f"{len(result.demands)} demands, {total['demand']:,.0f} TEU a year, "
        f"{total['unserved']:,.0f} unserved; cost of carrying the rest, time included: "
        f"{total['generalised_cost'] / 1e6:,.0f} million USD of 2024 a year"
    )
    console.print(f"routes, legs, flows, chokepoints and metrics: {escape(str(folder))}")


def _cells(demand: DemandResult) -> tuple[str, ...]:
    if not demand.routes:
        return (escape(demand.demand_id), "-", "-", "-", "-", "-", "infeasible, see below")
    best: Route = demand.routes[0]
    return (
        escape(demand.demand_id),
        f"{best.cost_usd_per_teu:,.0f}",
        f"{best.time_h / HOURS_A_DAY:.1f}",
        f"{best.distance_km:,.0f}",
        escape(best.corridor.replace(";", ", ") or "-"),
        ", ".join(best.modes),
        " ".join(best.countries),
    )


def show_checks(found: Checked, *, verbose: bool = False) -> None:
    """Print every error, and the warnings: all of them, or how many of each check."""
    console = Console(highlight=False, soft_wrap=True)
    if verbose:
        for line in found.warnings:
            console.print(escape(line))
    else:
        for check, count in sorted(Counter(line.split()[1] for line in found.warnings).items()):
            console.print(f"warning {check}: {count}; list them with --verbose")
    for line in found.errors:
        console.print(escape(line))
    console.print(f"{len(found.errors)} errors, {len(found.warnings)} warnings")
