"""Two kinds of levers side by side: what each moves onto one corridor and off another.

A lever of investment is a planned line or several that stand; one of constraint closes the
lines of a corridor to everybody, or is a scenario that does something of the kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.claims import Costed
from corridors.metrics.hedges import corridor_lines, with_places
from corridors.metrics.link_costs import bill_of
from corridors.metrics.transit import holdings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from corridors.metrics.transit import Holdings
    from corridors.metrics.undone import Answered
    from corridors.sweep import Asked
    from geodata.types import Ints

INVEST, CONSTRAIN = "invest", "constrain"
#: The corridor that is to gain cargo and the families of that which is to lose it.
GAINS, LOSES = "TITR", "INSTC"


class World(NamedTuple):
    """What demands cost, and the families along which their ways run, by demand."""

    costs: Mapping[str, Costed]
    families: Mapping[str, tuple[str, ...]]


class Lever(NamedTuple):
    """What a lever moves, each as a change against the base.

    `cost_usd` is its cost once, None where it is none of building or not known; `added_usd`
    is what all cargo pays more a year and `trade` what that of each country does; `gained`
    and `lost` are TEU a year along the two corridors.
    """

    kind: str
    name: str
    cost_usd: float | None
    added_usd: float
    gained_teu: float
    lost_teu: float
    trade: Mapping[str, float]


def worlds_of(
    asked: Asked, links: Sequence[str], corridors: Sequence[str],
    families: Callable[[Ints], Sequence[str]],
) -> tuple[dict[tuple[str, str], World], dict[str, float]]:  # fmt: skip
    """Return the base and the world of each lever that is a line or a corridor, by kind and name.

    Parameters
    ----------
    asked
        The base.
    links
        Ids of planned lines and projects, ``A+B`` for several together.
    corridors
        Corridors whose lines are closed, as `hedges.corridor_lines` names them.
    families
        Names the families of a way, given by its arcs.

    Returns
    -------
    worlds, costs
        The worlds, that of the base under empty names, and what links cost, USD of 2024,
        where the tables tell.
    """
    lines = corridor_lines(asked.snapshot)
    parts = list(dict.fromkeys(part for name in links for part in name.split("+")))
    seats = asked.with_switches(parts)
    board = with_places(seats, {f"{CONSTRAIN}:{name}": lines[name] for name in corridors})
    holdings = holdings_of(board, asked.snapshot)
    closed = {("", ""): board.as_is}
    for name in links:
        stands = sum(1 << board.index[part] for part in name.split("+"))
        closed[INVEST, name] = board.as_is & ~stands
    for name in corridors:
        closed[CONSTRAIN, name] = board.as_is | 1 << board.index[f"{CONSTRAIN}:{name}"]
    bills = {
        name: [bill_of(board.switches[board.index[part]], asked.switches.projects)
               for part in name.split("+")]
        for name in links
    }  # fmt: skip
    costs = {
        name: sum(one.cost.likely for one in bill if one)
        for name, bill in bills.items()
        if all(bill)
    }
    return {key: _world(holdings, state, families) for key, state in closed.items()}, costs


def _world(holdings: Holdings, closed: int, families: Callable[[Ints], Sequence[str]]) -> World:
    """Return what demands cost in a state and along what they run."""
    demands, board = holdings.demands, holdings.board
    nodes = [tree.at(closed) for tree in holdings.exposure.trees]
    costs = {one.id: Costed(node.cost, one.teu_per_year)
             for one, node in zip(demands, nodes, strict=True)}  # fmt: skip
    along = {
        one.id: tuple(families(board.arcs(row, node.arcs)))
        for one, row, node in zip(demands, holdings.rows, nodes, strict=True)
        if np.isfinite(node.cost)
    }
    return World(costs, along)


def lever(
    kind: str, name: str, base: World, other: World | Answered, *,
    penalty: Mapping[str, float], ends: Mapping[str, frozenset[str]], cost_usd: float | None,
) -> Lever:  # fmt: skip
    """Return what a lever moves.

    Parameters
    ----------
    kind, name
        `INVEST` or `CONSTRAIN`, and what it is.
    base, other
        The world without and with it.
    penalty
        What a TEU without a way counts as, USD, by demand.
    ends
        The countries at the ends of each demand.
    cost_usd
        What it costs once.
    """
    trade: dict[str, float] = {}
    added = 0.0
    gained = lost = 0.0
    for demand, (cost, teu) in base.costs.items():
        if demand not in other.costs or demand not in penalty:
            continue
        after = min(other.costs[demand].cost, penalty[demand])
        more = (after - min(cost, penalty[demand])) * teu
        added += more
        for country in ends[demand]:
            trade[country] = trade.get(country, 0.0) + more
        before_along, after_along = base.families.get(demand, ()), other.families.get(demand, ())
        gained += teu * (int(_along(after_along, GAINS)) - int(_along(before_along, GAINS)))
        lost += teu * (int(_along(after_along, LOSES)) - int(_along(before_along, LOSES)))
    return Lever(kind, name, cost_usd, added, gained, lost, trade)


def _along(families: Sequence[str], start: str) -> bool:
    return any(one.startswith(start) for one in families)
