"""How firmly the ranks of actors stand when all uncertain rates vary at once.

Each rate is drawn from a triangular distribution from its low to its high with the peak at
its value, independently of the others, as `explain why` does; what time is worth moves
alike for all goods. Every way is sought anew under the rates of each draw.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.actors import held
from corridors.metrics.reprice import Repricer
from corridors.metrics.transit import game_of, holdings_of
from corridors.solve.games import shapley

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from corridors.metrics.reprice import Uncertain
    from corridors.metrics.switching import Board
    from corridors.scenario.compile import Compiled
    from corridors.scenario.economy import Economy, Terms
    from corridors.scenario.tariffs import Goods
    from geodata.snapshot import Snapshot
    from geodata.types import Floats

    Row = dict[str, object]
    Ranks = dict[str, dict[str, int]]

#: Which ranks are drawn: each a column of `actors.csv` and what it is of.
RANKED = {
    "rank_transit": "transit_teu_per_year",
    "rank_rent_ceiling": "rent_ceiling_usd_per_year",
    "rank_shapley_g1_x1": "shapley_g1_x1_usd_per_year",
}
#: Columns that are added to those of `actors.csv`.
HOLD_FIELDS = (*(f"{name}_holds" for name in RANKED), "rank_draws")


def drawn_value(one: Uncertain, quantile: float) -> float:
    """Return the value of an input at a quantile of its triangular distribution.

    Examples
    --------
    >>> from corridors.metrics.reprice import Uncertain
    >>> one = Uncertain("rate", "USD", 2.0, 1.0, 5.0)
    >>> [drawn_value(one, quantile) for quantile in (0.0, 0.25, 1.0)]
    [1.0, 2.0, 5.0]
    """
    width, peak = one.high - one.low, min(max(one.value, one.low), one.high)
    if quantile * width <= peak - one.low:
        return float(one.low + np.sqrt(quantile * width * (peak - one.low)))
    return float(one.high - np.sqrt((1 - quantile) * width * (one.high - peak)))


class Market:
    """What the goods of a scenario pay under any rates.

    Parameters
    ----------
    economy
        What they pay under the rates as they are.
    country
        Country of each terminal.
    """

    def __init__(self, economy: Economy, country: Mapping[str, str]) -> None:
        self.economy, self.country = economy, country
        self._repricers: dict[Goods, Repricer] = {}

    def names(self, compiled: Compiled) -> list[str]:
        """Return the names of all uncertain inputs of a compiled scenario, sorted."""
        repricers = [self._repricer(compiled, at) for at in range(len(compiled.classes))]
        return sorted({one.name for each in repricers for one in each.inputs})

    def under(self, compiled: Compiled, quantiles: Mapping[str, float]) -> Compiled:
        """Return a compiled scenario with inputs at quantiles of their ranges, by name.

        Those that are not named stay as they are.
        """
        told: dict[int, Terms] = {}
        classes = []
        for at, (memory, _) in enumerate(compiled.classes):
            repricer = self._repricer(compiled, at)
            if id(repricer) not in told:
                values = {
                    one.name: drawn_value(one, quantiles[one.name])
                    for one in repricer.inputs
                    if one.name in quantiles
                }
                ((_, told[id(repricer)]),) = repricer.under(values).classes
            classes.append((memory, told[id(repricer)]))
        return replace(compiled, classes=tuple(classes))

    def _repricer(self, compiled: Compiled, at: int) -> Repricer:
        """Return the repricer of the goods of a class of cargo; they alone set its terms."""
        demand = self.economy.scenario.demands[compiled.view_of.index(at)]
        goods = self.economy.goods_of(demand, self.country)
        if goods not in self._repricers:
            alone = replace(compiled, classes=(compiled.classes[at],), view_of=(0,))
            self._repricers[goods] = Repricer(alone, self.economy.rates, goods)
        return self._repricers[goods]


class Ranking:
    """Ranks of actors under rates.

    Parameters
    ----------
    whole
        The board of all actors and links.
    seats
        The board of the players alone.
    snapshot
        The network.
    market
        What goods pay.
    """

    def __init__(self, whole: Board, seats: Board, snapshot: Snapshot, market: Market) -> None:
        self.whole, self.seats, self.snapshot, self.market = whole, seats, snapshot, market

    @cached_property
    def names(self) -> list[str]:
        """The names of all uncertain inputs."""
        return self.market.names(self.whole.compiled)

    def at(self, quantiles: Mapping[str, float]) -> Ranks:
        """Return for each rank of `RANKED` that of each actor, inputs at these quantiles."""
        whole, seats = (
            replace(board, compiled=self.market.under(board.compiled, quantiles))
            for board in (self.whole, self.seats)
        )
        holdings = holdings_of(whole, self.snapshot)
        game = game_of(seats, holdings, self.snapshot)
        told = holdings.passing.keys() | {whole.index[one.id] for one in game.players}
        rows = {whole.switches[at].id: held(holdings, at) for at in sorted(told)}
        values = dict(zip((one.id for one in game.players), shapley(game.gate()), strict=True))
        columns = list(RANKED.values())
        found = {
            column: {name: float(str(row[column])) for name, row in rows.items()}
            for column in columns[:2]
        } | {columns[2]: {name: float(value) for name, value in values.items()}}
        return {name: _ranks(found[column]) for name, column in RANKED.items()}


def with_ranks_held(
    rows: Iterable[Row], ranking: Ranking | None, *, draws: int, seed: int,
    tell: Callable[[str], None] = lambda _step: None,
) -> list[Row]:  # fmt: skip
    """Return rows of actors with the share of draws in which each rank is the one told.

    An actor that does not play and that no cargo passes in a draw counts as not holding.

    Parameters
    ----------
    rows
        Rows of `actors.actor_rows`.
    ranking
        Ranks under rates, None if there are no draws.
    draws, seed
        How often all rates are drawn, and the seed of it.
    tell
        Called before each draw.
    """
    rows = list(rows)
    if ranking is None:
        return [row | dict.fromkeys(HOLD_FIELDS) | {"rank_draws": 0} for row in rows]
    rng = np.random.default_rng(seed)
    found: list[Ranks] = []
    for at, each in enumerate(rng.random((draws, len(ranking.names)))):
        tell(f"ranks under drawn rates, {at + 1} of {draws}")
        found.append(ranking.at(dict(zip(ranking.names, each.tolist(), strict=True))))
    return [row | _held_share(row, found) | {"rank_draws": draws} for row in rows]


def _held_share(row: Row, found: Sequence[Ranks]) -> Row:
    told: Row = {}
    for name in RANKED:
        same = [one[name].get(str(row["actor"])) == row[name] for one in found]
        told[f"{name}_holds"] = float(np.mean(same)) if row[name] != "" else None
    return told


def _ranks(values: Mapping[str, float]) -> dict[str, int]:
    """Return the rank of each, equal ones alike."""
    numbers: Floats = np.array(list(values.values()))
    return {name: 1 + int((numbers > mine).sum()) for name, mine in values.items()}
