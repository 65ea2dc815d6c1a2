"""What two scenarios differ in, told to people."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from rich.text import Text

from corridors.cli.page import HANG, INDENT, Page, add, cut, table
from corridors.report.compared_page import (
    ROLES,
    balance_table,
    gain_table,
    in_short,
    metric_table,
    said,
)

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from corridors.metrics.change import ArcChange
    from corridors.report.blocks import Table as Block
    from corridors.report.compared import Compared, Comparison, RouteChange, Totals

HOURS_A_DAY = 24
#: How a change is seen, beside the word for it.
STYLES = {"better": "green", "worse": "red"}
#: How many rows of a long table are told; the rest is counted, JSON has them all.
MOST = 40
#: How many demands are named one by one.
_FEW = 2


def show_comparison(found: Compared, out: Path | None = None) -> None:
    """Print what differs, from numbers to what was stated; and where files lie."""
    page = Page()
    names = string.ascii_uppercase
    for name, side in zip(names, found.sides, strict=False):
        page.head(f"{name}  {side.label}, {side.as_of}: {side.title}", first=True)
    _show_table(page, "Numbers", metric_table(found, brief=len(found.pairs) > 1))
    for at, pair in enumerate(found.pairs, start=1):
        if len(found.pairs) > 1:
            page.head(f"{found.labels[0]} to {pair.b.label}")
            page.line("(A and B below are these two)")
        page.head("In short")
        page.line(in_short(found, at), indent=INDENT)
        _show_pair(page, pair)
    if out is not None:
        page.line("")
        page.line(f"map, tables and pages of changes: {out}")


def _show_pair(page: Page, found: Comparison) -> None:
    """Print what one scenario differs in from the base."""
    for role, title in ROLES.items():
        gains = gain_table(found.ledger, role)
        if gains.rows:
            _show_table(page, f"Who gains and who loses: {title.lower()}s, a year", gains)
            _show_table(page, "Their accounts: gained + lost = the next four",
                        balance_table(found.ledger, role))  # fmt: skip
    page.lines("Values that differ", _most(_settings(found)), hang=HANG)
    page.lines(f"Rules in force in one only ({len(found.rules)})", _most(_rules(found)),
               hang=HANG)  # fmt: skip
    page.lines(f"Controls that hold in one only ({len(found.controls)})",
               _most(_controls(found)), hang=HANG)  # fmt: skip
    page.lines("Not built, or closed by the scenario, in one only", _most(_closures(found)),
               hang=HANG)  # fmt: skip
    for change in ("opened", "closed"):
        rows = [row for row in found.arcs if row.change == change]
        count = len({arc for row in rows for arc in row.arcs})
        page.table(f"Arcs {change} in B ({count:,})", _arcs(rows, found))
        if len(rows) > MOST:
            page.line(_left(len(rows)), indent=INDENT)
    page.table(f"Best routes that change ({len(found.routes)} of {len(found.common)})",
               _routes(found))  # fmt: skip
    page.lines("Demands in one only", _demands(found))
    if not (found.rules or found.closures or found.arcs or found.routes or found.controls):
        page.line("no rule, closure, arc or route differs")


def _show_table(page: Page, words: str, shown: Block) -> None:
    """Print a table of a page; what is for the better or worse is so in words already."""
    made = table(*shown.header, right=shown.header[shown.numbers :])
    for cells in shown.rows:
        made.add_row(*(Text(cell.words, style=STYLES.get(cell.kind, "")) for cell in cells))
    page.table(words, made)
    if shown.note:
        page.line(shown.note, indent=INDENT)


def _most(lines: list[str]) -> list[str]:
    """Return no more lines than people read, and how many are left out."""
    return lines if len(lines) <= MOST else [*lines[:MOST], _left(len(lines))]


def _left(count: int) -> str:
    return f"and {count - MOST} more; --json and --out have all"


def _settings(found: Comparison) -> list[str]:
    """Return a line for each value that differs."""
    return [f"{one.path}: {said(one.a)} -> {said(one.b)}" for one in found.settings]


def _rules(found: Comparison) -> list[str]:
    """Return a line for each rule in force in one only, and why."""
    return [
        f"{one.id}  only {one.in_force.upper()}: {one.effect} by {one.by}: {one.title}; "
        f"A {one.a}; B {one.b}"
        for one in found.rules
    ]


def _controls(found: Comparison) -> list[str]:
    """Return a line for each control that holds in one only."""
    return [
        f"{one.id}  only {one.in_force.upper()}: {one.actor}, {one.role.replace('_', ' ')} "
        f"{one.over}" + (f" ({one.regime})" if one.regime else "")
        for one in found.controls
    ]


def _closures(found: Comparison) -> list[str]:
    """Return a line for each closure that stands in one only."""
    return [f"only {one.stands.upper()}: {one.words}" for one in found.closures]


def _arcs(rows: list[ArcChange], found: Comparison) -> Table:
    """Return arcs that change as a table."""
    made = table("what", "where", "by", "arcs", "km", "for", "why shut", right=("arcs", "km"))
    for row in rows[:MOST]:
        whose = _whose(row, found)
        add(
            made, f"{row.asset} {row.name}".strip() or "-", row.country or "-", row.mode,
            f"{len(row.arcs)}", f"{row.km:,.0f}", whose, row.reason,
        )  # fmt: skip
    return made


def _whose(row: ArcChange, found: Comparison) -> str:
    """Return in words whose cargo sees a change."""
    without = [name for name in found.common if name not in row.demands]
    if not without:
        return "all cargo"
    return f"all but {', '.join(without)}" if len(without) <= _FEW else cut(row.demands, most=_FEW)


def _routes(found: Comparison) -> Table:
    """Return the routes that change as a table, before and after."""
    made = table("demand", "USD/TEU", "days", "km", "corridor and countries",
                 right=("USD/TEU", "days", "km"))  # fmt: skip
    for row in found.routes:
        add(made, row.demand_id, *_cells(row.a))
        add(made, f"  {_change(row)}", *_cells(row.b))
    return made


def _cells(totals: Totals | None) -> tuple[str, str, str, str]:
    """Return the totals of a route as cells."""
    if totals is None:
        return "-", "-", "-", "no open route"
    along = f"{totals.corridor.replace(';', ', ')}: " if totals.corridor else ""
    return (
        f"{totals.cost_usd_per_teu:,.0f}", f"{totals.time_h / HOURS_A_DAY:.1f}",
        f"{totals.distance_km:,.0f}", along + " ".join(totals.countries),
    )  # fmt: skip


def _change(row: RouteChange) -> str:
    """Return in words what becomes of a route in B."""
    if row.a is None or row.b is None:
        return "opens" if row.a is None else "shuts"
    cost = row.b.cost_usd_per_teu - row.a.cost_usd_per_teu
    days = (row.b.time_h - row.a.time_h) / HOURS_A_DAY
    same = "same way, " if row.change == "price" else ""
    return f"{same}{cost:+,.0f} USD, {days:+.1f} d"


def _demands(found: Comparison) -> list[str]:
    """Return what demands stand in one only."""
    return [
        f"only {side.upper()}: {', '.join(names)}"
        for side in ("a", "b")
        for names in [[one.demand_id for one in found.demands if one.stands == side]]
        if names
    ]
