"""What losing a chokepoint costs once everything has to fit through what is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.carriage import Carriage
from corridors.solve.flow import OPTIMAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from corridors.metrics.assets import Assets
    from corridors.metrics.carriage import Carried
    from corridors.scenario.capacity import CapacityRows
    from geodata.types import Ints

    Row = dict[str, object]

#: How many of the dearest chokepoints are asked.
MOST = 30
#: Of what is not asked.
_UNTOLD: Row = {
    "capacitated_usd_per_year": None,
    "capacitated_unserved_teu_per_year": None,
    "capacitated_proven": None,
}


@dataclass(frozen=True)
class _Ends:
    """Nodes where each demand starts and ends."""

    starts: list[int]
    ends: list[int]


def with_capacity(
    rows: Iterable[Row], found: Assets, capacities: CapacityRows, *, most: int = MOST,
    stop: Callable[[], bool] | None = None,
) -> list[Row]:  # fmt: skip
    """Return rows of chokepoints with what the flow through all capacities loses by each.

    The flow of least cost is sought anew with the asset closed. What is not carried counts
    as `costs.penalty_usd_per_teu`, as in a run. Terminals where demands end are not asked:
    their loss would take the demand's own end away.

    Parameters
    ----------
    rows
        Chokepoints, the dearest to lose first.
    found
        The assets.
    capacities
        What may pass.
    most
        How many of them are asked at most.
    stop
        Asked now and then whether to stop; what is not proven by then is left out.

    Raises
    ------
    SolverError
        If the solver is missing, wrong or fails.
    """
    told, base = [], _carried(found, capacities, None, stop) if most else None
    for row in rows:
        at = found.board.index[str(row["asset_id"])]
        if base is None or most <= 0 or not found.allowed >> at & 1:
            told.append(row | _UNTOLD)
            continue
        most -= 1
        told.append(row | lost(base, _carried(found, capacities, at, stop)))
    return told


def lost(base: Carried, after: Carried) -> Row:
    """Return what the second flow costs beyond the first, nothing if one was cut short."""
    if not base.status == after.status == OPTIMAL:
        return _UNTOLD | {"capacitated_proven": False}
    return {
        "capacitated_usd_per_year": after.cost_usd
        + after.penalty_usd
        - base.cost_usd
        - base.penalty_usd,
        "capacitated_unserved_teu_per_year": float(after.unserved.sum() - base.unserved.sum()),
        "capacitated_proven": True,
    }


def _carried(
    found: Assets, capacities: CapacityRows, closed: int | None, stop: Callable[[], bool] | None
) -> Carried:
    """Carry all demands with one asset closed, or none."""
    board = found.board
    compiled = board.compiled
    if closed is not None:
        left = compiled.closures.open & ~board.rows[closed]
        compiled = replace(compiled, closures=replace(compiled.closures, open=left))
    ends = _Ends([start for start, _ in board.ends], [end for _, end in board.ends])
    carriage = Carriage(board.scenario, compiled, ends, capacities)
    return carriage.carry(_ways(found, 0 if closed is None else 1 << closed), stop=stop)


def _ways(found: Assets, closed: int) -> list[list[Ints]]:
    """Return the best way of each demand of the scenario in a state, none where there is none."""
    ways: list[list[Ints]] = [[] for _ in found.board.scenario.demands]
    for row, tree in zip(found.rows, found.exposure.trees, strict=True):
        node = tree.at(closed)
        if np.isfinite(node.cost):
            ways[found.board.served[row]] = [found.board.arcs(row, node.arcs)]
    return ways
