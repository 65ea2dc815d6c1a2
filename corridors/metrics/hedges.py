"""What a corridor is worth as a hedge: how much more if an actor refuses than if nobody does.

Without a corridor nobody uses the lines of the characteristic sections of its branches; all
else stands. That is one switch more beside the actors, on which all else is asked as in
the games: what passes an actor that refuses finds another way, its own trade goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.family import sections
from corridors.metrics.links import RHOS, closing_of
from corridors.metrics.transit import SWEEP, own_of
from corridors.scenario.switches import PLACE, Switch
from corridors.solve.finder import Finder
from corridors.solve.lattice import OdTree
from corridors.solve.reliability import state_chances
from corridors.solve.switched import switches_of
from geodata.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.metrics.switching import Board
    from corridors.metrics.transit import Holdings
    from geodata.snapshot import Snapshot
    from geodata.types import Bools, Floats

    Row = dict[str, object]

#: Families that are told together too, by how their ids begin.
TOGETHER = ("INSTC", "NORTH")
#: The correlation within blocs at which others close by chance.
_RHO = RHOS[1]
HEDGE, SERIES, APART = "hedge", "in series", "apart"
HEDGE_FIELDS = (
    "corridor", "actor", "chance", "cost_with_usd_per_year", "cost_without_usd_per_year",
    "corridor_worth_usd_per_year", "corridor_worth_now_usd_per_year", "hedge_value_usd_per_year",
    *(f"hedge_value_x{factor:g}_usd_per_year" for factor in SWEEP if factor != 1),
    "premium_usd_per_year", "expected_with_usd_per_year", "expected_without_usd_per_year",
    "expected_hedge_value_usd_per_year", "worst_with_usd_per_year", "worst_with_also",
    "worst_without_usd_per_year", "worst_without_also", "relation",
)  # fmt: skip


@dataclass(frozen=True)
class Hedges:
    """What all demands cost a year by who refuses, with all corridors and without each.

    `total` (penalties of `SWEEP`, 1 + corridors, 2^players) is in USD of 2024 a year; the
    first row is with all corridors, the others without one. `seats` has the players.
    """

    seats: Board
    corridors: tuple[str, ...]
    total: Floats


def corridor_lines(snapshot: Snapshot) -> dict[str, Bools]:
    """Return the lines of each corridor's sections, (n,), families alone and together."""
    arcs = snapshot.graph.arcs
    found: dict[str, Bools] = {}
    for one in sections(snapshot.graph, snapshot.branches):
        lines = found.setdefault(one.family, np.zeros(len(arcs), np.bool_))
        lines[one.arcs] = arcs.kind[one.arcs] == Kind.LINE
    for start in TOGETHER:
        parts = [lines for family, lines in found.items() if family.startswith(start)]
        if len(parts) > 1:
            found[f"{start}*"] = np.logical_or.reduce(parts)
    return {name: lines for name, lines in sorted(found.items()) if lines.any()}


def hedges_of(seats: Board, holdings: Holdings, snapshot: Snapshot) -> Hedges:
    """Ask every demand about every coalition of players, with and without each corridor.

    Parameters
    ----------
    seats
        The board of the players alone.
    holdings
        All demands that count.
    snapshot
        The network.
    """
    lines = corridor_lines(snapshot)
    board = with_places(seats, lines)
    own = own_of(seats, snapshot, holdings.rows)
    states = np.arange(1 << seats.n, dtype=np.uint64)
    total = np.zeros((len(SWEEP), 1 + len(lines), len(states)))
    for k, row in enumerate(holdings.rows):
        task = board.tasks[row]
        tree = OdTree(Finder(task.graph, task.start, task.goals))
        asked = states & ~np.uint64(own[k])
        usual, touched = _costs(tree, seats.n)
        by_corridor = [
            _costs(tree, seats.n, always=1 << at)[0] if touched >> at & 1 else usual
            for at in range(seats.n, board.n)
        ]
        for each, cost in enumerate([usual, *by_corridor]):
            for at, factor in enumerate(SWEEP):
                paid = np.minimum(cost[asked], holdings.penalty[k] * factor)
                total[at, each] += paid * holdings.volume[k]
    return Hedges(seats, tuple(lines), total)


def with_places(seats: Board, places: Mapping[str, Bools]) -> Board:
    """Return a board with sets of arcs, (n,) each, that may be closed beside its switches."""
    added = tuple(Switch(name, PLACE, name, (name,)) for name in places)
    rows = np.array([seats.compiled.closures.open & lines for lines in places.values()])
    shape = (len(added), seats.rows.shape[1])
    return replace(
        seats,
        switches=(*seats.switches, *added),
        rows=np.concatenate([seats.rows, rows.reshape(shape)]),
    )


def _costs(tree: OdTree, n: int, *, always: int = 0) -> tuple[Floats, int]:
    """Return what a demand costs in all states of n switches, and all that its ways touch."""
    states, touched = np.arange(1 << n, dtype=np.uint64), 0
    found = np.empty(len(states))
    for closed, opened, node in tree.cubes(always=always, among=(1 << n) - 1):
        seen = np.uint64((closed | opened) & ((1 << n) - 1))
        found[states & seen == np.uint64(closed & ((1 << n) - 1))] = node.cost
        touched |= node.used
    return found, touched


def hedge_rows(found: Hedges) -> list[Row]:
    """Return a row for each corridor and actor, the best hedges against each actor first.

    Actors come in the order in which they sit; what a corridor is worth to nobody is left
    out.
    """
    closing = closing_of(found.seats, _RHO)
    chance, every = state_chances(closing), np.arange(found.total.shape[2])
    rows = []
    for at, actor in enumerate(found.seats.switches):
        closed = every >> at & 1 == 1
        given = np.where(closed, chance, 0.0), np.where(closed, 0.0, chance)
        weights = [one / one.sum() if one.sum() > 0 else None for one in given]
        mine = [
            _row(found, each, at, weights) | {"actor": actor.id, "chance": closing.chance[at]}
            for each in range(1, 1 + len(found.corridors))
            if (found.total[:, each] > found.total[:, 0]).any()
        ]
        mine.sort(key=lambda row: -float(str(row["hedge_value_usd_per_year"])))
        rows += [{name: row[name] for name in HEDGE_FIELDS} for row in mine]
    return rows


def _row(found: Hedges, each: int, at: int, weights: Sequence[Floats | None]) -> Row:
    """Return the numbers of a corridor if an actor refuses."""
    middle = SWEEP.index(1.0)
    gap, bit = found.total[:, each] - found.total[:, 0], 1 << at
    hedge = gap[:, bit] - gap[:, 0]
    with_, without = found.total[middle, 0], found.total[middle, each]
    expected = [None if one is None else float(one @ gap[middle]) for one in weights]
    usual = weights[0]
    worst = dict(_worst(found, "with", with_, bit)) | dict(_worst(found, "without", without, bit))
    value = float(hedge[middle])
    return worst | {
        "corridor": found.corridors[each - 1],
        "cost_with_usd_per_year": float(with_[bit]),
        "cost_without_usd_per_year": float(without[bit]),
        "corridor_worth_usd_per_year": float(gap[middle, bit]),
        "corridor_worth_now_usd_per_year": float(gap[middle, 0]),
        "hedge_value_usd_per_year": value,
        **{f"hedge_value_x{factor:g}_usd_per_year": float(hedge[k])
           for k, factor in enumerate(SWEEP) if factor != 1},
        "premium_usd_per_year": value * float(closing_of(found.seats, _RHO).chance[at]),
        "expected_with_usd_per_year": None if usual is None else float(usual @ with_),
        "expected_without_usd_per_year": None if usual is None else float(usual @ without),
        "expected_hedge_value_usd_per_year": None
        if expected[0] is None or expected[1] is None else expected[0] - expected[1],
        "relation": HEDGE if value > 1 else SERIES if value < -1 else APART,
    }  # fmt: skip


def _worst(found: Hedges, name: str, total: Floats, bit: int) -> Iterator[tuple[str, object]]:
    """Yield what it costs if the worst one other actor refuses as well, and who that is."""
    others = [1 << at for at in range(found.seats.n) if 1 << at != bit]
    worst = max(others, key=lambda one: (total[bit | one], -one), default=0)
    yield f"worst_{name}_usd_per_year", float(total[bit | worst])
    yield f"worst_{name}_also", ";".join(found.seats.switches[k].id for k in switches_of(worst))
