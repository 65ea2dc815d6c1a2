"""`corridors fit`: line-haul rates fitted together to the through rates that set them.

Only through rates of reference.csv that name what was set from them take part, and of
these only those mostly paid for lines on land; the rows that judge the model do not. Every
rate stays between its low and its high.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.metrics.amounts import freight, items_of
from corridors.model.cost import Component
from corridors.report.outputs import writing_output
from corridors.scenario.fitted import FIELDS
from corridors.scenario.reference import load_reference
from corridors.solve.bounded import fit_within
from corridors.validate import Bench, question

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.scenario.rates import Rate
    from corridors.scenario.reference import Reference
    from corridors.solve.bounded import Fit
    from corridors.validate import Found
    from geodata.types import Floats

#: How far off a published through rate is taken to be, as a share of it; assumption.
RELATIVE_ERROR = 0.10
#: The least share of a row's cost that is paid for lines on land.
LAND_SHARE = 0.5


@dataclass(frozen=True)
class Row:
    """A through rate as an equation: `km` paid for at each rate, the rest of its cost fixed.

    In USD of 2024 per box of the row's unit; a box of 40 feet pays for more km.
    """

    reference: Reference
    asked: float
    fixed: float
    km: dict[Rate, float]

    @property
    def on_land(self) -> bool:
        """Whether lines on land make up enough of the cost for the row to tell of them."""
        moved = sum(rate.value * length for rate, length in self.km.items())
        return moved >= LAND_SHARE * (moved + self.fixed)


@dataclass(frozen=True)
class Fitted:
    """The rates that were fitted, the rows, and the fit, in these orders.

    `without` (rows, rates) are the rates fitted with one row left out.
    """

    rates: tuple[Rate, ...]
    rows: tuple[Row, ...]
    fit: Fit
    without: Floats

    def rows_of(self, rate: Rate) -> list[int]:
        """Return the places of the rows whose cost holds a rate."""
        return [at for at, row in enumerate(self.rows) if row.km.get(rate)]

    def as_dict(self) -> dict[str, Any]:
        """Return the fit as plain values, money in USD of 2024."""
        return {
            "relative_error": RELATIVE_ERROR,
            "rates": [
                {"mode": rate.mode, "place": rate.place, "before": round(rate.value, 4),
                 "after": round(float(self.fit.values[at]), 4), "low": round(rate.low, 4),
                 "high": round(rate.high, 4),
                 "least_without": round(float(self.without[:, at].min()), 4),
                 "most_without": round(float(self.without[:, at].max()), 4),
                 "rows": [self.rows[k].reference.id for k in self.rows_of(rate)]}
                for at, rate in enumerate(self.rates)
            ],
            "rows": [
                {"id": row.reference.id, "published": round(row.asked, 2),
                 "off_before": round(float(before), 4), "off_after": round(float(after), 4)}
                for row, before, after in zip(
                    self.rows, self.fit.before, self.fit.after, strict=True
                )
            ],
        }  # fmt: skip


def fit(network: Path, *, out: Path | None = None) -> Fitted:
    """Fit the line-haul rates on land to the through rates that set parameters.

    Parameters
    ----------
    network
        Folder of a built network.
    out
        File for the fitted rates, written whole or not at all.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say.
    """
    references = load_reference()
    bench = Bench.of(network, fitted=False)
    bench.prepare(references)
    setting = [
        one
        for one in references.values
        if one.quantity == "cost" and one.scope == "through" and one.sets
    ]
    rows = tuple(row for row in (_row(bench, one) for one in setting) if row and row.on_land)
    rates = tuple(sorted({rate for row in rows for rate in row.km}, key=_name))
    without = [_solve(rates, [*rows[:at], *rows[at + 1 :]]).values for at in range(len(rows))]
    found = Fitted(rates, rows, _solve(rates, rows), np.array(without))
    if out is not None:
        with writing_output(out) as partial:
            partial.write_bytes(as_csv(found))
    return found


def as_csv(found: Fitted) -> bytes:
    """Return the fitted rates as fitted.csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for at, rate in enumerate(found.rates):
        value, rows = float(found.fit.values[at]), found.rows_of(rate)
        near = min(value - rate.low, rate.high - value) < 1e-6 * rate.high
        writer.writerow(
            [
                rate.component, rate.mode, rate.place, f"{rate.value:.4f}", f"{value:.4f}",
                f"{rate.low:.4f}", f"{rate.high:.4f}", rate.unit, "yes" if near else "no",
                f"{found.without[:, at].min():.4f}", f"{found.without[:, at].max():.4f}",
                ";".join(found.rows[k].reference.id for k in rows),
                ";".join(f"{found.fit.before[k]:+.3f}" for k in rows),
                ";".join(f"{found.fit.after[k]:+.3f}" for k in rows),
            ]
        )  # fmt: skip
    return text.getvalue().encode()


def _row(bench: Bench, reference: Reference) -> Row | None:
    """Return a through rate as an equation, None if the model has no way for it."""
    found = question(bench.nearest(reference), reference).found
    if found is None:
        return None
    km = _km_of_rates(found, reference.unit)
    moved = sum(rate.value * length for rate, length in km.items())
    return Row(reference, reference.centre, found.amounts.total - moved, km)


def _km_of_rates(found: Found, unit: str) -> dict[Rate, float]:
    """Return how many km each rate is paid for, those that may move and are on land."""
    view = found.compiled.view(found.demand)
    km: dict[Rate, float] = {}
    for arc in found.amounts.arcs.tolist():
        for item in items_of(view, arc):
            if item.component != Component.LINEHAUL:
                continue
            for rate in item.rates:
                if rate.component == "linehaul" and rate.low < rate.high:
                    paid = freight(view, arc, item, unit) / rate.value
                    km[rate] = km.get(rate, 0.0) + paid
    return km


def _solve(rates: Sequence[Rate], rows: Sequence[Row]) -> Fit:
    """Fit the rates to the rows."""
    return fit_within(
        np.array([[row.km.get(rate, 0.0) for rate in rates] for row in rows]),
        np.array([row.fixed for row in rows]),
        np.array([row.asked for row in rows]),
        likely=np.array([rate.value for rate in rates]),
        low=np.array([rate.low for rate in rates]),
        high=np.array([rate.high for rate in rates]),
        relative_error=RELATIVE_ERROR,
    )


def _name(rate: Rate) -> tuple[str, str]:
    return rate.mode, rate.place
