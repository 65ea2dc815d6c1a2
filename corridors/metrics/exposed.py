"""Whose trade each chokepoint and each actor holds, and how much a closure would disturb."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.vocabulary import CONTAINER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corridors.metrics.assets import Assets
    from corridors.metrics.switching import Board
    from corridors.metrics.transit import Holdings
    from corridors.model.scenario import Scenario
    from corridors.scenario.economy import Terms
    from geodata.types import Bools, Floats

    Row = dict[str, object]

EXPOSURE_FIELDS = (
    "country", "of", "lost", "name", "passing_teu_per_year", "added_usd_per_year", "added_share",
    "unserved_teu_per_year", "severed_demands", "trade_disrupted_usd_per_year", "assumed",
)  # fmt: skip
#: Days that a closure lasts if the scenario does not say. Assumed.
CLOSURE_DAYS = 14.0
DAYS_OF_YEAR = 365.0
#: Added costs of a country below this, in USD a year, are not told.
LEAST_TOLD = 1.0


@dataclass(frozen=True)
class Closed:
    """What is told of one closure: chance a year, how many days, and which of them is assumed."""

    chance: float
    days: float
    assumed: str

    @property
    def years(self) -> float:
        """Part of a year that it is expected to be closed."""
        return self.chance * self.days / DAYS_OF_YEAR


def closed_of(board: Board, name: str) -> Closed:
    """Return the chance and the days of a closure of an actor or an asset.

    Examples
    --------
    >>> Closed(0.1, 73.0, "").years
    0.02
    """
    choice = board.scenario.control
    chance = choice.chances.get(name)
    days = choice.closure_days
    assumed = [word for word, value in (("chance", chance), ("days", days)) if value is None]
    return Closed(
        choice.usual_chance if chance is None else chance,
        CLOSURE_DAYS if days is None else days,
        ";".join(assumed),
    )


def usd_per_teu(terms: Terms, scenario: Scenario) -> float:
    """Return what the goods in a TEU are worth, USD of 2024."""
    usual = terms.rates.commodities[CONTAINER].value_usd_per_teu
    return terms.worth * scenario.costs.units.get("value_usd_per_teu", usual)


def worth_of(board: Board, rows: Sequence[int]) -> Floats:
    """Return what the goods of a year are worth of some demands of a board, USD of 2024."""
    views = [board.compiled.view(board.served[row]) for row in rows]
    each = [usd_per_teu(one.terms, board.scenario) for one in views]
    found: Floats = np.array(each) * board.volume[list(rows)]
    return found


def with_disruption(rows: Iterable[Row], found: Assets) -> list[Row]:
    """Return rows of chokepoints with the trade that a closure is expected to disturb."""
    worth, passing = worth_of(found.board, found.rows), found.passing()
    told = []
    for row in rows:
        closed = closed_of(found.board, str(row["asset_id"]))
        trade = float(worth @ passing[found.board.index[str(row["asset_id"])]])
        told.append(
            row
            | {
                "closure_chance_per_year": closed.chance,
                "closure_days": closed.days,
                "trade_disrupted_usd_per_year": closed.years * trade,
                "disruption_assumed": closed.assumed,
            }
        )
    return told


def exposure_rows(
    assets: Assets, chokepoints: Sequence[Row], holdings: Holdings, country: Mapping[str, str]
) -> list[Row]:
    """Return what each country's trade loses by each loss, country by country.

    Trade of a country are the demands that begin or end there; one within it counts once.

    Parameters
    ----------
    assets, chokepoints
        The assets, and the rows of those that cargo passes.
    holdings
        The actors; what one refuses is all but its own trade.
    country
        Country of each terminal.
    """
    losses = [*_of_assets(assets, chokepoints), *_of_actors(holdings)]
    rows = [row for one in losses for row in _by_country(one, country)]
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[str, float, str, str]:
    """Sort by country, the costliest loss first."""
    added = float(str(row["added_usd_per_year"]))
    return str(row["country"]), -added, str(row["of"]), str(row["lost"])


@dataclass(frozen=True)
class _Loss:
    """One loss: what a TEU of each demand costs before and after, each (demands,)."""

    of: str
    name: tuple[str, str]
    board: Board
    rows: tuple[int, ...]
    passing: Bools
    before: Floats
    after: Floats
    penalty: Floats


def _of_assets(found: Assets, chokepoints: Sequence[Row]) -> Iterator[_Loss]:
    exposure, passing = found.exposure, found.passing()
    before = exposure.costs(0)
    for row in chokepoints:
        at = found.board.index[str(row["asset_id"])]
        after = np.where(passing[at], exposure.costs(1 << at), before)
        names = (str(row["asset_id"]), str(row["name"]))
        yield _Loss(
            "asset", names, found.board, found.rows, passing[at], before, after, exposure.penalty
        )


def _of_actors(found: Holdings) -> Iterator[_Loss]:
    for at in sorted(found.passing):
        one, passing = found.board.switches[at], found.passing[at]
        after = np.where(passing, found.without(at), found.base)
        yield _Loss(
            "actor", (one.id, one.title), found.board, found.rows, passing, found.base, after,
            found.penalty,
        )  # fmt: skip


def _by_country(loss: _Loss, country: Mapping[str, str]) -> Iterator[Row]:
    """Yield a row for each country whose trade the loss makes dearer."""
    board, volume = loss.board, loss.board.volume[list(loss.rows)]
    demands = [board.demands[row] for row in loss.rows]
    before = np.minimum(loss.before, loss.penalty) * volume
    added = np.minimum(loss.after, loss.penalty) * volume - before
    unserved = (loss.after >= loss.penalty) & (loss.before < loss.penalty)
    closed, worth = closed_of(board, loss.name[0]), worth_of(board, loss.rows)
    ends = [{country.get(one.origin, ""), country.get(one.destination, "")} for one in demands]
    for name in sorted(set().union(*ends) - {""}):
        mine = np.array([name in one for one in ends])
        more = float(added @ mine)
        if more < LEAST_TOLD:
            continue
        cells = (
            name, loss.of, *loss.name, float(volume @ (mine & loss.passing)), more,
            more / float(before @ mine), float(volume @ (mine & unserved)),
            int((mine & np.isinf(loss.after) & np.isfinite(loss.before)).sum()),
            closed.years * float(worth @ (mine & loss.passing)), closed.assumed,
        )  # fmt: skip
        yield dict(zip(EXPOSURE_FIELDS, cells, strict=True))
