"""Who together can close a demand or a corridor, and what blocs are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.stances import refusing
from corridors.solve.blocking import blocking_sets, enabling_sets, smallest_blocking
from corridors.solve.coalitions import cheapest_severing
from corridors.solve.games import owen
from corridors.solve.switched import mask_of, switches_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.metrics.transit import Game, Holdings
    from geodata.types import Floats

    Row = dict[str, object]

COALITION_FIELDS = (
    "kind", "subject", "coalition", "size", "of_so_many", "unserved_teu_per_year",
    "added_usd_per_year", "value_g1_usd_per_year", "severs", "among",
)  # fmt: skip
#: Who is asked: the players of the games, or every actor that holds anything.
PLAYERS, ALL = "players", "all actors"
#: How many sets of a kind are told of each subject.
MOST = 12
#: Blocs that are told by name, as far as the register has them.
BLOCS = ("EAEU", "OTS", "EU", "3P3", "GCC", "ECO")


def coalition_rows(
    game: Game, holdings: Holdings, families: Mapping[str, Sequence[int]]
) -> list[Row]:
    """Return the coalitions that close demands and corridors, and blocs.

    Parameters
    ----------
    game
        The transit game.
    holdings
        All actors, players or not.
    families
        For each corridor family the demands whose best way runs along it.
    """
    rows: list[Row] = []
    tolerance = 1 + game.board.scenario.control.tolerance
    base = game.cost[:, -1]
    for k, demand in enumerate(game.demands):
        rows += _fewest(holdings, k)
        rows += _severing(game, "severs a demand", demand.id, [k], np.inf)
        rows += _severing(game, "makes a demand dearer beyond the tolerance", demand.id, [k],
                          base[k] * tolerance)  # fmt: skip
        rows += _sets(game, k)
    for family, members in families.items():
        rows += _severing(game, "severs all demands of a corridor", family, members, np.inf)
        rows += _severing(
            game, "makes all demands of a corridor dearer beyond the tolerance", family, members,
            base[list(members)] * tolerance,
        )  # fmt: skip
    return rows + list(bloc_rows(game, holdings))


def _fewest(holdings: Holdings, k: int) -> Iterator[Row]:
    """Yield the fewest of all actors whose refusal leaves a demand no way, exactly."""
    tree, own = holdings.trees[k], holdings.own[k]
    if np.isinf(tree.at(0).cost):
        return
    found = smallest_blocking(tree, among=holdings.actors & ~own)
    subject, kind = holdings.demands[k].id, "fewest of all actors that sever a demand"
    if found is None:
        yield _nobody(kind, subject) | {"among": ALL}
    else:
        yield _refused(holdings, kind, subject, mask_of(found.closed))


def _refused(holdings: Holdings, kind: str, subject: str, closed: int) -> Row:
    """Return what comes of some actors refusing, whether they play or not."""
    base, cost = holdings.base, holdings.refused(closed)
    lost = np.isinf(cost) & np.isfinite(base)
    least = [np.minimum(one, holdings.penalty) for one in (base, cost)]
    return {
        "kind": kind,
        "subject": subject,
        "coalition": ";".join(holdings.board.switches[at].id for at in switches_of(closed)),
        "size": closed.bit_count(),
        "of_so_many": "",
        "unserved_teu_per_year": float(holdings.volume @ lost),
        "added_usd_per_year": float(holdings.volume @ (least[1] - least[0])),
        "value_g1_usd_per_year": float("nan"),
        "severs": ";".join(holdings.demands[at].id for at in np.flatnonzero(lost).tolist()),
        "among": ALL,
    }


def _nobody(kind: str, subject: str) -> Row:
    """Return the row of what nobody of those asked can close."""
    return {
        "kind": kind, "subject": subject, "coalition": "none: some way is beyond all of them",
        "size": "", "of_so_many": 0, "unserved_teu_per_year": 0.0, "added_usd_per_year": 0.0,
        "value_g1_usd_per_year": float("nan"), "severs": "", "among": PLAYERS,
    }  # fmt: skip


def _severing(
    game: Game, kind: str, subject: str, demands: Sequence[int], most: Floats | float
) -> Iterator[Row]:
    """Yield the smallest coalitions that leave some demands no way below a cost."""
    cost = game.cost[list(demands)]
    if not np.isfinite(cost[:, -1]).all():
        return
    found = cheapest_severing(cost, most=most)
    for coalition in found.coalitions[:MOST]:
        closed = sum(1 << at for at in coalition)
        yield _row(game, kind, subject, closed, len(found.coalitions))
    if not found.coalitions:
        yield _nobody(kind, subject)


def _sets(game: Game, k: int) -> Iterator[Row]:
    """Yield the minimal sets of players whose refusal severs, or whose passage suffices."""
    severed = np.isinf(game.cost[k][::-1])
    if severed[0] or not severed.any():
        return
    for kind, found in (
        ("minimal blocking set", blocking_sets(severed)),
        ("minimal enabling set", enabling_sets(severed)),
    ):
        for one in found[:MOST]:
            closed = one if kind.endswith("blocking set") else (1 << game.n) - 1 - one
            told = _row(game, kind, game.demands[k].id, closed, len(found))
            yield told | {"coalition": _names(game, one), "size": one.bit_count()}


def bloc_rows(game: Game, holdings: Holdings) -> Iterator[Row]:
    """Yield what each bloc can do if its members refuse together, and its Owen value."""
    law = game.board.compiled.law
    seats = [refusing(one.names, law) for one in game.players]
    gate = game.gate()
    for name in (one for one in BLOCS if one in law.blocs):
        closed = mask_of(
            at
            for at, one in enumerate(holdings.board.switches)
            if holdings.actors >> at & 1 and refusing(one.names, law) & law.blocs[name]
        )
        row = _refused(holdings, "bloc refuses together", name, closed)
        members = [at for at, who in enumerate(seats) if who & law.blocs[name]]
        if members:
            blocs = [members, *([at] for at in range(game.n) if at not in members)]
            row |= {"value_g1_usd_per_year": float(owen(gate, blocs)[members].sum())}
        yield row


def _row(game: Game, kind: str, subject: str, closed: int, count: int) -> Row:
    """Return what comes of some players refusing."""
    left = (1 << game.n) - 1 - closed
    cost = game.yearly()
    lost = np.isinf(game.cost[:, left]) & np.isfinite(game.cost[:, -1])
    return {
        "kind": kind,
        "subject": subject,
        "coalition": _names(game, closed),
        "size": closed.bit_count(),
        "of_so_many": count,
        "unserved_teu_per_year": float(game.volume @ lost),
        "added_usd_per_year": float((cost[:, left] - cost[:, -1]).sum()),
        "value_g1_usd_per_year": float("nan"),
        "severs": ";".join(game.demands[at].id for at in np.flatnonzero(lost).tolist()),
        "among": PLAYERS,
    }


def _names(game: Game, mask: int) -> str:
    return ";".join(game.players[at].id for at in switches_of(mask)) or "nobody"
