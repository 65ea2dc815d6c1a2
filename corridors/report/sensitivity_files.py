"""`sensitivity.csv`: what each uncertain input, alone at either end, makes of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.metrics.sensitivity import SCENARIO
from corridors.report.rows import rows_csv

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.metrics.sensitivity import Sensitivity

__all__ = ["SENSITIVITY_FIELDS", "sensitivity_csv"]

#: Columns of `sensitivity.csv`. `row` is where the input stands; `base`, `at_low` and
#: `at_high` are in the unit that `measure` names, `low`, `value` and `high` in `unit`.
SENSITIVITY_FIELDS = (
    "input", "row", "quality", "unit", "low", "value", "high", "subject_kind", "subject",
    "measure", "base", "at_low", "at_high", "route", "route_at_low", "route_at_high",
)  # fmt: skip
YEARLY, PER_TEU = "usd_2024_per_year", "usd_2024_per_teu"


def sensitivity_csv(found: Iterable[Sensitivity]) -> bytes:
    """Return the rows as CSV, in the order given; money is rounded to cents."""
    return rows_csv(SENSITIVITY_FIELDS, [_row(one) for one in found])


def _row(one: Sensitivity) -> dict[str, object]:
    given, measure = one.input, YEARLY if one.subject_kind == SCENARIO else PER_TEU
    values = (
        given.name, given.row, given.quality, given.unit,
        *(round(value, 6) for value in (given.low, given.value, given.high)),
        one.subject_kind, one.subject, measure,
        *(round(value, 2) for value in (one.base, one.at_low, one.at_high)),
        one.route, one.route_at_low, one.route_at_high,
    )  # fmt: skip
    return dict(zip(SENSITIVITY_FIELDS, values, strict=True))
