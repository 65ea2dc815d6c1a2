"""Line-haul rates as fitted to through rates: fitted.csv over what rates.csv says.

rates.csv keeps what single sources say, with low and high; `corridors fit` moves some of
them within that range and writes fitted.csv, which is read over the table. A fit that was
made from other values than the table holds is refused.
"""

from __future__ import annotations

from dataclasses import replace
from math import isclose
from typing import TYPE_CHECKING

from corridors.errors import ScenarioError
from corridors.scenario.tables import read_table
from corridors.scenario.vocabulary import ANY, CONTAINER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corridors.scenario.rates import Rate, Rates
    from corridors.scenario.tables import Row, Table

NAME = "fitted.csv"
FIELDS = (
    "component", "mode", "place", "before", "after", "low", "high", "unit", "at_bound",
    "least_without", "most_without", "rows", "residuals_before", "residuals_after",
)  # fmt: skip
#: A fitted rate is our estimate, whatever the rate was that it started from.
QUALITY = "estimated"
AGAIN = "run corridors fit again"
#: fitted.csv is written with four decimals.
_ROUNDED = 1e-4


def with_fitted(rates: Rates, folder: Path) -> Rates:
    """Return the rates with those of fitted.csv moved; as they are if there is no such table.

    Parameters
    ----------
    rates
        The rates of rates.csv, in USD of 2024 as fitted.csv is.
    folder
        Where fitted.csv lies.

    Raises
    ------
    ScenarioError
        If a row is wrong, names no rate, lies outside the range of its rate, or was fitted
        from another value; carries all findings with file, line and column.
    """
    path = folder / NAME
    if not path.is_file():
        return rates
    table = read_table(path, FIELDS)
    known = {
        (rate.component, rate.mode, rate.place): rate
        for rate in rates.rows
        if rate.commodity in (CONTAINER, ANY)
    }
    instead: dict[Rate, Rate] = {}
    for row in table.rows:
        instead |= _moved(table, row, known)
    if table.findings:
        msg = "the fitted rates are invalid:"
        raise ScenarioError(msg, findings=table.findings)
    return replace(rates, rows=tuple(instead.get(rate, rate) for rate in rates.rows))


def _moved(table: Table, row: Row, known: Mapping[tuple[str, str, str], Rate]) -> dict[Rate, Rate]:
    """Return what a rate of the table was moved to, noting what is wrong."""
    cells = row.cells
    rate = known.get((cells["component"], cells["mode"], cells["place"]))
    before, after = (table.number(row, column, least=0.0) for column in ("before", "after"))
    if rate is None:
        table.find(row, "place", "rates.csv has no such rate for containers", AGAIN)
        return {}
    if cells["unit"] != rate.unit:
        table.find(row, "unit", f"the unit is {cells['unit'] or 'missing'}", f"write {rate.unit}")
    if not isclose(before, rate.value, rel_tol=1e-3, abs_tol=_ROUNDED):
        message = f"fitted from {before:g}, but rates.csv comes to {rate.value:.4f}"
        table.find(row, "before", message, AGAIN)
    if not rate.low - _ROUNDED <= after <= rate.high + _ROUNDED:
        message = f"{after:g} is not within {rate.low:.4f} to {rate.high:.4f}"
        table.find(row, "after", message, AGAIN)
    held = min(max(after, rate.low), rate.high)
    note = f"{before:g} before the fit to {cells['rows'].replace(';', ', ')}"
    return {rate: replace(rate, value=held, quality=QUALITY, note=note, line=row.line, table=NAME)}
