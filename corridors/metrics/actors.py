"""What each actor holds: passage, vetoes, rents, and what it is worth to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.assets import EQUAL
from corridors.metrics.transit import SWEEP
from corridors.scenario.switches import ACTOR
from corridors.solve.coalitions import leverage
from corridors.solve.games import banzhaf, dividends, interactions, shapley, swings
from corridors.solve.nucleolus import least_core, nucleolus
from corridors.solve.switched import switches_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.metrics.transit import Game, Holdings
    from geodata.types import Floats

    Row = dict[str, object]

#: Multiples of the penalty beside the scenario's own.
_OTHERS = tuple(factor for factor in SWEEP if factor != 1)
#: What is told at these too.
_SWEPT = ("banzhaf_g1", "shapley_g2", "nucleolus_g2")
#: Columns of `actors.csv`.
ACTOR_FIELDS = (
    "actor", "name", "player", "transit_demands", "transit_teu_per_year", "tied_teu_per_year",
    "transit_share_teu",
    "transit_share_value", "transit_share_tkm", "veto_demands", "veto_share_teu",
    "effective_veto_demands", "effective_veto_share_teu", "rent_ceiling_usd_per_year",
    "rent_ceiling_most_usd_per_teu", "rent_ceiling_most_of",
    *(f"shapley_g1_x{factor:g}_usd_per_year" for factor in SWEEP),
    "banzhaf_g1_usd_per_year", "pivotal_share_g1", "shapley_g2_usd_per_year",
    "nucleolus_g2_usd_per_year",
    *(f"rent_ceiling_x{factor:g}_usd_per_year" for factor in _OTHERS),
    *(f"{name}_x{factor:g}_usd_per_year" for factor in _OTHERS for name in _SWEPT),
    "rank_transit", "rank_rent_ceiling", *(f"rank_shapley_g1_x{factor:g}" for factor in SWEEP),
)  # fmt: skip
RENT_FIELDS = (
    "actor", "demand", "cost_usd_per_teu", "without_usd_per_teu", "rent_ceiling_usd_per_teu",
    "rent_ceiling_usd_per_year", "severed",
)  # fmt: skip
LEVERAGE_FIELDS = (
    "actor", "over", "imposed_usd_per_year", "own_loss_usd_per_year", "net_usd_per_year", "ratio",
    "asymmetry", *(f"imposed_x{factor:g}_usd_per_year" for factor in _OTHERS),
)  # fmt: skip

INTERACTION_FIELDS = (
    "a", "b", "interaction_g1_usd_per_year", "dividend_g1_usd_per_year", "relation",
    *(f"interaction_g1_x{factor:g}_usd_per_year" for factor in _OTHERS),
)  # fmt: skip


@dataclass(frozen=True)
class Solved:
    """The values of the players in both games, in USD of 2024 a year, each (players,).

    `shapley` has one for each penalty of `SWEEP`. `core_empty` and `epsilon` are of G1 and
    G2 in this order; the nucleolus is that of G2. `pivotal` is the part of the coalitions
    of the others whose cargo an actor alone turns from stuck to moving, weighted by TEU.
    `swept` are values at other penalties, by their columns.
    """

    shapley: tuple[Floats, ...]
    banzhaf: Floats
    pivotal: Floats
    shapley_g2: Floats
    nucleolus_g2: Floats
    core_empty: tuple[bool, bool]
    epsilon: tuple[float, float]
    worth: tuple[float, float]
    swept: Mapping[str, Floats]


def solved(game: Game) -> Solved:
    """Solve both games of some players."""
    gate, trade = game.gate(), game.trade()
    several = game.n > 1
    cores = [least_core(one) for one in (gate, trade)] if several else []
    served = np.isfinite(game.cost)
    others = 1 << max(game.n - 1, 0)
    turned = sum((swings(one) * q for one, q in zip(served, game.volume, strict=True)),
                 start=np.zeros(game.n)) / others  # fmt: skip
    return Solved(
        tuple(shapley(game.gate(factor)) for factor in SWEEP),
        banzhaf(gate),
        turned / max(float(game.volume.sum()), 1e-300),
        shapley(trade),
        nucleolus(trade) if several else trade[-1:].copy(),
        (cores[0].empty, cores[1].empty) if several else (False, False),
        (cores[0].epsilon, cores[1].epsilon) if several else (0.0, 0.0),
        (float(gate[-1]), float(trade[-1])),
        dict(_swept(game)),
    )


def _swept(game: Game) -> Iterator[tuple[str, Floats]]:
    """Yield the values of the players at other penalties, by column."""
    for factor in _OTHERS:
        trade = game.trade(factor)
        values = (
            banzhaf(game.gate(factor)),
            shapley(trade),
            nucleolus(trade) if game.n > 1 else trade[-1:].copy(),
        )
        for name, value in zip(_SWEPT, values, strict=True):
            yield f"{name}_x{factor:g}_usd_per_year", value


def actor_rows(holdings: Holdings, game: Game, values: Solved) -> list[Row]:
    """Return a row for each actor that cargo passes, or that plays, the busiest first."""
    seat = {one.id: at for at, one in enumerate(game.players)}
    share = _shares(holdings)
    rows = [
        held(holdings, at) | share.get(at, _NO_SHARE) | _valued(values, seat.get(one.id))
        for at, one in enumerate(holdings.board.switches)
        if one.kind == ACTOR and (at in holdings.passing or one.id in seat)
    ]
    rows.sort(key=lambda row: (-float(str(row["transit_teu_per_year"])), str(row["actor"])))
    for name, key in (
        ("rank_transit", "transit_teu_per_year"),
        ("rank_rent_ceiling", "rent_ceiling_usd_per_year"),
        *((f"rank_shapley_g1_x{f:g}", f"shapley_g1_x{f:g}_usd_per_year") for f in SWEEP),
    ):
        _rank(rows, key, name)
    return rows


def rent_rows(holdings: Holdings) -> list[Row]:
    """Return a row for each actor and demand that it can take anything from."""
    return [row for at in sorted(holdings.passing) for row in _rents(holdings, at)]


def _rents(holdings: Holdings, at: int) -> Iterator[Row]:
    without, base = holdings.without(at), holdings.base
    rent = np.minimum(without, holdings.penalty) - base
    for k in np.flatnonzero(holdings.passing[at] & (rent > 0)).tolist():
        yield {
            "actor": holdings.board.switches[at].id,
            "demand": holdings.demands[k].id,
            "cost_usd_per_teu": float(base[k]),
            "without_usd_per_teu": float(without[k]),
            "rent_ceiling_usd_per_teu": float(rent[k]),
            "rent_ceiling_usd_per_year": float(rent[k] * holdings.volume[k]),
            "severed": bool(np.isinf(without[k])),
        }


def leverage_rows(game: Game) -> list[Row]:
    """Return a row for each pair of players of whom one can hurt the other's trade."""
    trade = np.array([[own >> at & 1 for own in game.own] for at in range(game.n)], bool)
    trade = trade.reshape(game.n, len(game.own))
    found = leverage(game.yearly(), trade)
    swept = [leverage(game.yearly(factor), trade).imposed for factor in _OTHERS]
    rows: list[Row] = []
    for a in range(game.n):
        for b in range(game.n):
            if a != b and (found.imposed[a, b] > 0 or found.imposed[b, a] > 0):
                numbers = (found.imposed, found.own, found.net, found.ratio, found.asymmetry)
                values = [float(one[a, b]) for one in (*numbers, *swept)]
                names = (game.players[a].id, game.players[b].id)
                rows.append(dict(zip(LEVERAGE_FIELDS, (*names, *values), strict=True)))
    return rows


def interaction_rows(game: Game) -> list[Row]:
    """Return a row for each pair of players: whether they need or replace each other."""
    gate = game.gate()
    both, parts = interactions(gate), dividends(gate)
    swept = [interactions(game.gate(factor)) for factor in _OTHERS]
    rows: list[Row] = []
    for a in range(game.n):
        for b in range(a + 1, game.n):
            value, part = float(both[a, b]), float(parts[1 << a | 1 << b])
            relation = "complements" if value > 1 else "substitutes" if value < -1 else "apart"
            names = game.players[a].id, game.players[b].id
            cells = (*names, value, part, relation, *(float(one[a, b]) for one in swept))
            rows.append(dict(zip(INTERACTION_FIELDS, cells, strict=True)))
    return rows


_NO_SHARE: Row = {"transit_share_value": 0.0, "transit_share_tkm": 0.0}


def held(holdings: Holdings, at: int) -> Row:
    """Return what passes an actor and what it can make of it."""
    one, none = holdings.board.switches[at], np.zeros(len(holdings.rows), bool)
    passing = holdings.passing.get(at, none)
    base, volume, without = holdings.base, holdings.volume, holdings.without(at)
    whole = float(volume.sum())
    there = np.isfinite(base)
    veto = passing & np.isinf(without)
    tolerance = holdings.board.scenario.control.tolerance
    now = np.where(there, base, 0)

    def rents(factor: float) -> Floats:
        most = np.maximum(holdings.penalty * factor, now)
        return np.where(passing & there, np.minimum(without, most) - now, 0)

    rent = rents(1.0)
    tied = passing & there & (without <= now * (1 + EQUAL))
    effective = passing & (veto | (rent > tolerance * np.where(there, base, np.inf)))
    most = int(np.argmax(rent))
    return {
        "actor": one.id,
        "name": one.title,
        "transit_demands": int(passing.sum()),
        "transit_teu_per_year": float(volume @ passing),
        "tied_teu_per_year": float(volume @ tied),
        "transit_share_teu": float(volume @ passing) / whole,
        "veto_demands": int(veto.sum()),
        "veto_share_teu": float(volume @ veto) / whole,
        "effective_veto_demands": int(effective.sum()),
        "effective_veto_share_teu": float(volume @ effective) / whole,
        "rent_ceiling_usd_per_year": float(rent @ volume),
        "rent_ceiling_most_usd_per_teu": float(rent[most]),
        "rent_ceiling_most_of": holdings.demands[most].id if rent[most] > 0 else "",
        **{
            f"rent_ceiling_x{factor:g}_usd_per_year": float(rents(factor) @ volume)
            for factor in _OTHERS
        },
    }


def _shares(holdings: Holdings) -> dict[int, Row]:
    """Return the parts of value and of t-km that pass each actor."""
    compiled, board = holdings.board.compiled, holdings.board
    km = compiled.graph.arcs.length_km
    terms = [compiled.view(board.served[row]).terms for row in holdings.rows]
    value = holdings.volume * [one.worth for one in terms]
    tonnes = holdings.volume * [one.tonnes_per_teu for one in terms]
    whole = sum(t * km[way.arcs].sum() for t, way in zip(tonnes, holdings.now, strict=True))
    found: dict[int, Row] = {}
    for at, passing in holdings.passing.items():
        inside = sum(
            tonnes[k] * float(km[arcs][board.rows[at][arcs]].sum())
            for k in np.flatnonzero(passing).tolist()
            for arcs in (holdings.now[k].arcs,)
        )
        found[at] = {
            "transit_share_value": float(value @ passing / value.sum()),
            "transit_share_tkm": float(inside / whole) if whole else 0.0,
        }
    return found


def _valued(values: Solved, seat: int | None) -> Row:
    """Return the columns of the games, not a number for who does not play."""

    def of(array: Floats) -> float:
        return float(array[seat]) if seat is not None else float("nan")

    return {
        "player": seat is not None,
        **{
            f"shapley_g1_x{factor:g}_usd_per_year": of(one)
            for factor, one in zip(SWEEP, values.shapley, strict=True)
        },
        "banzhaf_g1_usd_per_year": of(values.banzhaf),
        "pivotal_share_g1": of(values.pivotal),
        "shapley_g2_usd_per_year": of(values.shapley_g2),
        "nucleolus_g2_usd_per_year": of(values.nucleolus_g2),
        **{name: of(one) for name, one in values.swept.items()},
    }


def _rank(rows: Sequence[Row], key: str, name: str) -> None:
    """Add to each row its rank by a column, equal ones alike, none without a number."""
    numbers = [float(str(row[key])) for row in rows]
    for row, mine in zip(rows, numbers, strict=True):
        above = sum(other > mine for other in numbers)
        row[name] = "" if np.isnan(mine) else above + 1


def busiest(holdings: Holdings, most: int) -> tuple[str, ...]:
    """Return the actors that matter to most demands: that they pass, or would instead.

    A demand that passes an actor now counts 1, one that would pass it if one of those were
    to refuse counts 1/2.
    """
    actors = {at for at, one in enumerate(holdings.board.switches) if one.kind == ACTOR}
    score = dict.fromkeys(sorted(actors), 0.0)
    for way, own, tree in zip(holdings.now, holdings.own, holdings.trees, strict=True):
        now = set(switches_of(way.used & ~own)) & actors
        instead = {
            other
            for at in now
            for other in switches_of(tree.at(1 << at).used & ~own)
        } & actors - now  # fmt: skip
        for at in now:
            score[at] += 1
        for at in instead:
            score[at] += 0.5
    order = sorted((at for at in score if score[at]), key=lambda at: (-score[at], at))
    return tuple(holdings.board.switches[at].id for at in order[:most])
