"""What refusals cost one class of cargo: the best way if some or all were lifted.

Told by barriers, all that must be lifted before an arc opens, on the graph split by what
the cargo remembers if that matters: so a scenario with these refusals lifted has the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.paths import ArcIndex, Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.metrics.certificate import Certifier
    from corridors.model.result import Blocker
    from geodata.types import Bools, Ints

#: Kinds of blockers by which an actor refuses, whoever it is.
REFUSALS = ("rule", "default", "refuses")
#: Kinds of blockers that somebody decided; what is not built no decision opens at once.
DECISIONS = (*REFUSALS, "scenario")
#: USD per TEU that a shut arc counts as more, so that of equal ways the freer is found.
_TIE = 1e-3


@dataclass(frozen=True)
class LiftedWay:
    """A way that opens if some refusals are lifted, with what stands on it.

    `generalised_usd_per_teu` is cost plus time at its value; `blockers` are all that must
    be lifted, in travel order, and `where` the arcs that each shuts.
    """

    arcs: Ints
    cost_usd_per_teu: float
    time_h: float
    generalised_usd_per_teu: float
    blockers: tuple[Blocker, ...]
    where: tuple[tuple[int, ...], ...]


class Lifting:
    """Finds ways of a demand between two nodes with refusals lifted.

    Parameters
    ----------
    certifier
        Knows what must be lifted where.
    demand
        Number of the demand.
    start, end
        Its nodes on the decision graph.
    """

    def __init__(self, certifier: Certifier, demand: int, start: int, end: int) -> None:
        """Gather what shuts each row of the field."""
        self.compiled, self.start = certifier.compiled, start
        self.view = view = certifier.compiled.view(demand)
        self.field = field = certifier.field_of(view, start)
        self.barriers, self.barrier_of_row = certifier.barriers(demand, view, field)
        self._weight = certifier.cost_on(view, field) + np.where(self.barrier_of_row < 0, 0.0, _TIE)
        self._index = ArcIndex(field.tail, field.head, n_nodes=field.n_states)
        self._root = certifier.root_of(view, field, start)
        self._goals = field.states(np.array([end]))

    def best(self, lifts: Callable[[Blocker], bool]) -> LiftedWay | None:
        """Return the best way if the blockers that `lifts` tells were lifted, None if none."""
        passable = [all(map(lifts, barrier)) for barrier in self.barriers]
        usable: Bools = np.array([*passable, True], np.bool_)[self.barrier_of_row]
        field = self.field
        router = Router(
            field.tail, field.head, self._weight, usable=usable, n_nodes=field.n_states,
            index=self._index.among(usable),
        )  # fmt: skip
        trees = router.trees(np.array([self._root], np.int64))
        goal = int(self._goals[np.argmin(trees.distance[0, self._goals])])
        if not np.isfinite(trees.distance[0, goal]):
            return None
        return self._described(router.way(trees, 0, goal))

    def alone(self, below_usd_per_teu: float) -> list[tuple[Blocker, LiftedWay]]:
        """Return each refusal whose lifting alone opens a way cheaper than a bound.

        The cheapest way first; refusals that only together bar one are left out.
        """
        single = {one for barrier in self.barriers if len(barrier) == 1 for one in barrier}
        found = []
        for one in sorted(one for one in single if one.kind in REFUSALS):
            way = self.best(one.__eq__)
            if way and way.blockers and way.generalised_usd_per_teu < below_usd_per_teu:
                found.append((one, way))
        return sorted(found, key=lambda pair: (pair[1].generalised_usd_per_teu, pair[0]))

    def _described(self, rows: Ints) -> LiftedWay:
        """Return a way with its totals, and what shuts it."""
        arcs = self.field.arc[rows]
        cost, time = (float(column.sum()) for column in self.view.along(arcs, self.start))
        where: dict[Blocker, list[int]] = {}
        for row, arc in zip(rows.tolist(), arcs.tolist(), strict=True):
            at = int(self.barrier_of_row[row])
            for one in sorted(self.barriers[at]) if at >= 0 else ():
                where.setdefault(one, []).append(arc)
        weight = self.view.generalised_along(arcs, self.start)
        return LiftedWay(arcs, cost, time, weight, tuple(where), tuple(map(tuple, where.values())))
