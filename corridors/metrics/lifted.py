"""What refusals cost one class of cargo: the best way if some or all were lifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.paths import ArcIndex, Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.model.result import Blocker
    from corridors.scenario.compile import ClassView
    from geodata.types import Bools, Ints

#: Kinds of blockers by which an actor refuses, whoever it is.
REFUSALS = ("rule", "default", "refuses")
#: Kinds of blockers that somebody decided; what is not built no decision opens at once.
DECISIONS = (*REFUSALS, "scenario")
#: USD per TEU that a refused arc counts as more, so that of equal ways the freer is found.
_TIE = 1e-3


@dataclass(frozen=True)
class LiftedWay:
    """A way that opens if some refusals are lifted, with what stands on it.

    `generalised_usd_per_teu` is cost plus time at its value; `blockers` are all that shut
    it, in travel order, and `where` the arcs of each.
    """

    arcs: Ints
    cost_usd_per_teu: float
    time_h: float
    generalised_usd_per_teu: float
    blockers: tuple[Blocker, ...]
    where: tuple[tuple[int, ...], ...]


class Lifting:
    """Finds ways of one class of cargo between two nodes with refusals lifted."""

    def __init__(self, view: ClassView, start: int, end: int) -> None:
        """Gather what shuts each arc."""
        self.view, self.start, self.end = view, start, end
        arcs = view.compiled.graph.arcs
        self.index = ArcIndex(arcs.tail, arcs.head, n_nodes=len(view.compiled.graph.nodes))
        self.barriers, self.barrier_of_arc = barriers_of(view)

    def best(self, lifts: Callable[[Blocker], bool]) -> LiftedWay | None:
        """Return the best way if the blockers that `lifts` tells were lifted.

        None if there is none; nor is there one if what the cargo remembers on the best
        way meets refusals that are not lifted.
        """
        passable = [all(map(lifts, barrier)) for barrier in self.barriers]
        usable: Bools = np.array([*passable, True], np.bool_)[self.barrier_of_arc]
        view, arcs = self.view, self.view.compiled.graph.arcs
        weight = view.generalised_usd_per_teu + np.where(view.open, 0.0, _TIE)
        router = Router(
            arcs.tail, arcs.head, weight, usable=usable,
            n_nodes=len(view.compiled.graph.nodes), index=self.index.among(usable),
        )  # fmt: skip
        trees = router.trees(np.array([self.start], np.int64))
        if not np.isfinite(trees.distance[0, self.end]):
            return None
        found = self._described(router.way(trees, 0, self.end))
        return found if all(map(lifts, found.blockers)) else None

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

    def _described(self, way: Ints) -> LiftedWay:
        """Return a way with its totals and blockers, by what the cargo remembers on it."""
        view = self.view
        cost, time = (float(column.sum()) for column in view.along(way, self.start))
        where: dict[Blocker, list[int]] = {}
        memories = view.memory_along(way, self.start)
        for arc, memory in zip(way.tolist(), memories, strict=True):
            for one in view.blockers(arc, memory=memory):
                where.setdefault(one, []).append(arc)
        value = view.compiled.value_of_time_usd_per_teu_h
        return LiftedWay(way, cost, time, cost + value * time, tuple(where),
                         tuple(map(tuple, where.values())))  # fmt: skip


def barriers_of(view: ClassView) -> tuple[list[frozenset[Blocker]], Ints]:
    """Return the distinct sets of blockers, and which of them shuts each arc, -1 for none.

    Returns
    -------
    tuple
        The sets, and (n,) indices into them.
    """
    compiled = view.compiled
    access, row = compiled.access, view.memory.rows[0]
    of_arc = np.full(len(view.open), -1, np.int64)
    shut = np.flatnonzero(~view.open)
    keys = np.stack(
        [
            compiled.closures.closed_by[shut].astype(np.int64),
            access.verdict_of[row, access.situation_of_arc[shut]].astype(np.int64),
            compiled.closures.lifted[shut].astype(np.int64),
        ]
    )
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    sets: dict[frozenset[Blocker], int] = {}
    numbers = [sets.setdefault(frozenset(view.blockers(int(shut[at]))), len(sets)) for at in first]
    of_arc[shut] = np.array(numbers, np.int64)[group.ravel()]
    return list(sets), of_arc
