"""For each demand how much could pass, what limits it, and how many ways lie apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.cutting import Between, Sought, most_that_passes, places_on
from corridors.metrics.transit import own_of
from corridors.scenario.switches import ACTOR

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.metrics.assets import Assets
    from corridors.metrics.cutting import Apart
    from corridors.metrics.transit import Holdings
    from corridors.scenario.capacity import CapacityRows
    from corridors.scenario.switches import Switches
    from geodata.snapshot import Snapshot

    Row = dict[str, object]

#: Of what routes have none in common, in the order in which they are told.
THINGS = ("arcs", "chokepoints", "actors")
CUT_FIELDS = (
    "demand", "teu_per_year", "most_teu_per_year", "limits", "limits_teu_per_year", "limits_by",
    "limits_quality", "free_way",
    *(f"{thing}_{what}" for thing in THINGS for what in ("apart", "that_cut", "proven")),
)  # fmt: skip
#: What each proof of routes apart may take, in CP-SAT's deterministic seconds.
_EFFORT = 0.5


def cut_rows(
    assets: Assets, holdings: Holdings, switches: Switches, rows: CapacityRows,
    snapshot: Snapshot, tell: Callable[[str], None] = lambda _step: None,
) -> list[Row]:  # fmt: skip
    """Return a row for each demand that has a way now.

    Parameters
    ----------
    assets
        The chokepoints, those at a demand's own ends left out of its cuts.
    holdings
        All actors; none is asked about its own trade.
    switches
        The switches of the scenario, by which actors are found on arcs.
    rows
        The capacities.
    snapshot
        The network.
    tell
        Called before each demand.
    """
    board = assets.board
    actors = [one for one in holdings.board.switches if one.kind == ACTOR]
    refuse, own = switches.rows(actors), own_of(holdings.board, snapshot, assets.rows)
    place = {one.id: at for at, one in enumerate(holdings.board.switches)}
    named = np.asarray(board.rows.any(axis=0), np.bool_)
    found = []
    for k, row in enumerate(assets.rows):
        demand, number = assets.demands[k], board.served[row]
        tell(f"what can pass, {k + 1} of {len(assets.rows)}")
        start, goal = board.ends[number]
        sought = Sought(board.compiled.view_of[number], start, np.array([goal]))
        most = most_that_passes(board.compiled, rows, [sought])
        between = Between(
            board.compiled.graph, np.flatnonzero(board.compiled.view(number).open),
            np.array([start]), np.array([goal]),
        )  # fmt: skip
        away = np.array([not assets.ends[k] >> at & 1 for at in range(board.n)])
        others = np.array([not own[k] >> place[one.id] & 1 for one in actors])
        ids = [one.id for one in board.switches]
        apart = (
            between.by_arcs(named),
            between.by_things("chokepoints", ids, board.rows & away[:, None], effort=_EFFORT),
            between.by_things(
                "actors", [one.id for one in actors], refuse & others[:, None], effort=_EFFORT
            ),
        )
        found.append(
            {
                "demand": demand.id,
                "teu_per_year": demand.teu_per_year,
                "most_teu_per_year": most.teu_per_year,
                "limits": [one.row.id for one in most.cut],
                "limits_teu_per_year": [round(one.capacity_teu_per_year, 3) for one in most.cut],
                "limits_by": list(dict.fromkeys(a for one in most.cut for a in one.row.actors)),
                "limits_quality": list(dict.fromkeys(one.row.quality for one in most.cut)),
                "free_way": list(places_on(board.compiled.graph, most.free_way)),
                **_apart(apart),
            }
        )
    return found


def _apart(found: Sequence[Apart]) -> Row:
    cells: Row = {}
    for thing, one in zip(THINGS, found, strict=True):
        cells[f"{thing}_apart"] = one.number
        cells[f"{thing}_that_cut"] = list(one.sever)
        cells[f"{thing}_proven"] = one.proven
    return cells
