"""How firmly ranks of actors and chokepoints stand when all uncertain rates vary at once.

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
from corridors.metrics.assets import assets_on, chokepoint_rows
from corridors.metrics.reprice import Repricer
from corridors.metrics.transit import game_of, holdings_of
from corridors.solve.games import shapley

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from corridors.metrics.assets import Assets
    from corridors.metrics.reprice import Uncertain
    from corridors.metrics.switching import Board
    from corridors.scenario.compile import Compiled
    from corridors.scenario.economy import Economy, Terms
    from corridors.scenario.tariffs import Goods
    from geodata.snapshot import Snapshot
    from geodata.types import Floats

    Row = dict[str, object]
    Ranks = dict[str, dict[str, int]]

#: Which ranks of actors are drawn: each a column of `actors.csv` and what it is of.
RANKED = {
    "rank_transit": "transit_teu_per_year",
    "rank_rent_ceiling": "rent_ceiling_usd_per_year",
    "rank_shapley_g1_x1": "shapley_g1_x1_usd_per_year",
}
#: The same of chokepoints.
PLACED = {
    "rank_traffic": "teu_per_year",
    "rank_criticality": "criticality_usd_per_year",
}
#: What is told of each rank: in which share of the draws it is the one told, and the first;
#: and between which two ranks 90 % of the draws lie.
TOLD = ("holds", "first", "p05", "p95")
#: Columns that are added to those of `actors.csv`.
HOLD_FIELDS = (*(f"{name}_{what}" for name in RANKED for what in TOLD), "rank_draws")


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
    """Ranks of actors and chokepoints under rates.

    Parameters
    ----------
    whole
        The board of all actors and links.
    seats
        The board of the players alone.
    places
        The chokepoints.
    snapshot
        The network.
    market
        What goods pay.
    """

    def __init__(
        self, whole: Board, seats: Board, places: Assets, snapshot: Snapshot, market: Market
    ) -> None:
        self.whole, self.seats, self.places = whole, seats, places
        self.snapshot, self.market = snapshot, market

    @cached_property
    def names(self) -> list[str]:
        """The names of all uncertain inputs."""
        return self.market.names(self.whole.compiled)

    def at(self, quantiles: Mapping[str, float]) -> Ranks:
        """Return for each rank that of each subject, inputs at these quantiles."""
        return self._actors(quantiles) | self._places(quantiles)

    def drawn(
        self, draws: int, *, seed: int, tell: Callable[[str], None] = lambda _step: None
    ) -> tuple[Ranks, ...]:
        """Return the ranks in some draws of all uncertain inputs."""
        if not draws:
            return ()
        rng = np.random.default_rng(seed)
        found = []
        for at, each in enumerate(rng.random((draws, len(self.names)))):
            tell(f"ranks under drawn rates, {at + 1} of {draws}")
            found.append(self.at(dict(zip(self.names, each.tolist(), strict=True))))
        return tuple(found)

    def _under(self, board: Board, quantiles: Mapping[str, float]) -> Board:
        return replace(board, compiled=self.market.under(board.compiled, quantiles))

    def _actors(self, quantiles: Mapping[str, float]) -> Ranks:
        whole, seats = (self._under(board, quantiles) for board in (self.whole, self.seats))
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

    def _places(self, quantiles: Mapping[str, float]) -> Ranks:
        board = self._under(self.places.board, quantiles)
        rows = chokepoint_rows(assets_on(board, self.places.assets))
        return {name: ranks_by(rows, "asset_id", column) for name, column in PLACED.items()}


def ranks_by(rows: Iterable[Row], key: str, column: str) -> dict[str, int]:
    """Return the rank of each row by a column, the largest first, equal ones alike."""
    return _ranks({str(row[key]): float(str(row[column])) for row in rows})


def with_places_ranked(rows: Iterable[Row], found: Sequence[Ranks]) -> list[Row]:
    """Return rows of chokepoints with their ranks, and how firmly they stand under draws.

    Parameters
    ----------
    rows
        Rows of `assets.chokepoint_rows`.
    found
        The ranks in each draw, none if nothing was drawn.
    """
    rows = list(rows)
    ranks = {name: ranks_by(rows, "asset_id", column) for name, column in PLACED.items()}
    ranked = [row | {name: one[str(row["asset_id"])] for name, one in ranks.items()}
              for row in rows]  # fmt: skip
    return _with_held(ranked, "asset_id", PLACED, found)


def with_ranks_held(rows: Iterable[Row], found: Sequence[Ranks]) -> list[Row]:
    """Return rows of actors with how firmly each rank stands under draws.

    Parameters
    ----------
    rows
        Rows of `actors.actor_rows`.
    found
        The ranks in each draw, none if nothing was drawn.
    """
    return _with_held(list(rows), "actor", RANKED, found)


def _with_held(
    rows: Sequence[Row], key: str, names: Iterable[str], found: Sequence[Ranks]
) -> list[Row]:
    """Add the columns of some ranks; who has no rank in a draw stands behind all that have."""
    names = list(names)
    return [
        row
        | {
            f"{name}_{what}": value
            for name in names
            for what, value in _firmness(row[name], str(row[key]), [one[name] for one in found])
        }
        | {"rank_draws": len(found)}
        for row in rows
    ]


def _firmness(
    told: object, subject: str, found: Sequence[Mapping[str, int]]
) -> Iterator[tuple[str, float | None]]:
    """Yield how firmly a rank stands, nothing where there is none or nothing was drawn."""
    if told == "" or not found:
        yield from dict.fromkeys(TOLD).items()
        return
    ranks: Floats = np.array([one.get(subject, len(one) + 1) for one in found], np.float64)
    low, high = np.quantile(ranks, (0.05, 0.95), method="inverted_cdf").tolist()
    held_share, first = float(np.mean(ranks == told)), float(np.mean(ranks == 1))
    yield from zip(TOLD, (held_share, first, low, high), strict=True)


def _ranks(values: Mapping[str, float]) -> dict[str, int]:
    """Return the rank of each, equal ones alike."""
    numbers: Floats = np.array(list(values.values()))
    return {name: 1 + int((numbers > mine).sum()) for name, mine in values.items()}
