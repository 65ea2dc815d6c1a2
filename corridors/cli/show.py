"""Results for people: plain tables that fit a terminal and read well in a log."""

from __future__ import annotations

import math
import os
import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.check import Checked
    from corridors.model.result import Bottleneck, DemandResult, Result
    from corridors.model.route import Route

HOURS_A_DAY = 24
#: A file or pipe has no width of its own: wide enough for the table to stay on one line.
LOG_WIDTH = 132
#: Below this width of a terminal columns are left out.
NARROW = 110
NUMBERS = ("USD/TEU", "days", "P80", "in time", "km")
COLUMNS = ("demand", *NUMBERS, "corridor", "by", "through")
#: Most names of corridors stay whole in this width.
CORRIDOR_WIDTH = 16


def _console() -> Console:
    # Without colour also without bold: rich drops only the colours by itself.
    plain = Console(highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto")
    return plain if plain.is_terminal else Console(highlight=False, width=LOG_WIDTH)


def show_result(result: Result, folder: Path) -> None:
    """Print the best route of each demand, the reasons of those without, and the place."""
    console = _console()
    console.print(_table(result, narrow=console.width < NARROW))
    for demand in result.demands:
        if demand.status == "infeasible":
            console.print(f"[bold]{escape(demand.demand_id)}[/]: {escape(demand.reason)}")
    _show_bottlenecks(console, result)
    total = {m.name: m.value for m in result.metrics if m.subject_kind == "scenario"}
    console.print(
        f"{len(result.demands)} demands, {total['demand']:,.0f} TEU a year, "
        f"{total['unserved']:,.0f} unserved; cost of carrying the rest, time included: "
        f"{total['generalised_cost'] / 1e6:,.0f} million USD of 2024 a year"
    )
    console.print(f"routes, legs, flows, chokepoints and metrics: {escape(str(folder))}")


def _show_bottlenecks(console: Console, result: Result) -> None:
    """Print the capacities that bind, what they leave unserved, and an early end."""
    binding = [one for one in result.bottlenecks if one.binds]
    if binding:
        table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
        table.add_column("bottleneck", overflow="fold")
        for name in ("used, TEU/yr", "of", "USD/TEU more"):
            table.add_column(name, justify="right", no_wrap=True)
        for one in binding:
            table.add_row(
                escape(f"{one.label} ({one.capacity_id})"), f"{one.used_teu_per_year:,.0f}",
                f"{one.capacity_teu_per_year:,.0f}", _interval(one),
            )  # fmt: skip
        console.print(table)
    for demand in result.demands:
        if demand.status == "ok" and demand.unserved_teu_per_year:
            left = f"{demand.unserved_teu_per_year:,.0f} of {demand.teu_per_year:,.0f} TEU"
            console.print(f"[bold]{escape(demand.demand_id)}[/]: {left} a year find no room")
    if result.proof and result.proof.stopped:
        gap = "" if result.proof.gap is None else f", at most {result.proof.gap:.2%} above the best"
        console.print(f"stopped before the end: the best flow found{gap}")


def _interval(one: Bottleneck) -> str:
    """Return what a TEU more saves to what one less costs, in words that fit a cell."""
    if one.low_usd_per_teu is None or one.high_usd_per_teu is None:
        return "not known"
    low, high = f"{one.low_usd_per_teu:,.0f}", f"{one.high_usd_per_teu:,.0f}"
    if math.isinf(one.high_usd_per_teu):
        return f"{low} or more"
    return low if low == high else f"{low} to {high}"


def _table(result: Result, *, narrow: bool) -> Table:
    """Return the best route of each demand as a table; a narrow one tells less of it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    asked = any(route.within_h for demand in result.demands for route in demand.routes)
    left_out = {"km", "by"} if narrow else set()
    left_out |= set() if asked else {"in time"}
    kept = [name for name in COLUMNS if name not in left_out]
    for name in kept:
        number = name in NUMBERS
        whole = number or name == "demand" or (narrow and name == "corridor")
        table.add_column(
            name, justify="right" if number else "left", overflow="fold", no_wrap=whole
        )
    for demand in result.demands:
        cells = dict(zip(COLUMNS, _cells(demand), strict=True))
        if narrow:
            # Names of corridors part at their hyphens, where a table would cut them anywhere.
            cells["corridor"] = "\n".join(textwrap.wrap(cells["corridor"], CORRIDOR_WIDTH))
        table.add_row(*(cells[name] for name in kept))
    return table


def _cells(demand: DemandResult) -> tuple[str, ...]:
    """Return the row of a demand, a cell for each of `COLUMNS`."""
    if not demand.routes:
        return (escape(demand.demand_id), *["-"] * (len(COLUMNS) - 2), "infeasible, see below")
    best: Route = demand.routes[0]
    late = best.spread
    on_time = f"{late.on_time:.0%}" if late and late.on_time is not None else "-"
    return (
        escape(demand.demand_id),
        f"{best.cost_usd_per_teu:,.0f}",
        f"{best.time_h / HOURS_A_DAY:.1f}",
        f"{late.p80_h / HOURS_A_DAY:.1f}" if late else "-",
        on_time,
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
    errors, warnings = len(found.errors), len(found.warnings)
    console.print(f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}")
