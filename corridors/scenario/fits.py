"""The rates of time as distributions: what low, likely and high of a row of rates.csv say.

A rate of time is in hours, or in km an hour and then read as hours a km, its high speed
being the low time. A row without low and high takes its value for certain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.errors import Finding, ScenarioError
from corridors.scenario.rates import COLUMNS
from corridors.scenario.vocabulary import TIME
from corridors.solve.distributions import FitError, fit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.scenario.rates import Rate
    from corridors.solve.distributions import Distribution

#: The table that the rates come from, and what stands for it where a scenario sets a rate.
TABLE, OVERRIDE = "scenarios/data/rates.csv", "scenario"
SPEED = "km/h"
#: The end of a speed that is the other end of a time.
TURNED = {"low": "high", "high": "low", "value": "value"}
TOLD = "rates of time that no distribution fits:"
MEND = "low is what 5 % of cases do not exceed, value half of them, high 95 %"


def fitted(rate: Rate) -> Distribution:
    """Return the distribution of a rate of time, in hours, or hours a km for a speed.

    Raises
    ------
    FitError
        If none fits; it names table, row and column.
    """
    try:
        return _fitted(rate)
    except FitError as error:
        raise FitError(error.column, TOLD, findings=[_finding(rate, error)]) from error


def _fitted(rate: Rate) -> Distribution:
    """Return the distribution of a rate; an error names the column only."""
    if rate.unit != SPEED:
        return fit(rate.low, rate.value, rate.high)
    if rate.low <= 0:
        column = "low"
        raise FitError(column, f"at {rate.low:g} km/h cargo never arrives")
    try:
        return fit(1 / rate.high, 1 / rate.value, 1 / rate.low)
    except FitError as error:
        raise FitError(TURNED[error.column], f"as hours a km, {error.message}") from error


def _finding(rate: Rate, error: FitError) -> Finding:
    """Return an error with its place in the table."""
    name = f"{rate.component} {rate.mode} {rate.place}, {error.column}"
    if not rate.line:
        return Finding(OVERRIDE, 0, 0, name, error.message, MEND)
    column = COLUMNS.index(error.column) + 1
    return Finding(TABLE, rate.line, column, name, error.message, MEND)


def fit_findings(rates: Iterable[Rate]) -> tuple[Finding, ...]:
    """Return a finding for each rate of time that no distribution fits.

    Money and emissions are left out, as they have no distribution.
    """
    found: list[Finding] = []
    for rate in rates:
        try:
            if rate.measure == TIME:
                fitted(rate)
        except FitError as error:
            found.extend(error.findings)
    return tuple(found)


def check_fits(rates: Iterable[Rate]) -> None:
    """Refuse rates of time that no distribution fits, all of them at once.

    Raises
    ------
    ScenarioError
        With a finding that names table, row and column for each.
    """
    findings = fit_findings(rates)
    if findings:
        raise ScenarioError(TOLD, findings=findings)
