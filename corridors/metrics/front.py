"""Fronts of demands, and alternatives that differ: what a planner could choose between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.memory import over, root_of, split_of
from corridors.solve.alternatives import AlternativeFinder, Lines
from corridors.solve.pareto import ParetoRouter
from corridors.solve.stateful import Field
from geodata.types import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.metrics.ways import WayFinder
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import ClassView
    from geodata.types import Bools, Floats, Ints

#: What can be the third criterion, beside cost and time.
THIRDS = ("", "emissions", "borders")


class Choice(NamedTuple):
    """A way that a demand could take, as a row of a table.

    `rank` counts from 1, in the order of cost on a front and of generalised cost among
    alternatives; `families` are joined by semicolons. On a front `convex` says whether
    some weighting of the criteria makes the way a best one; of alternatives `overlap` is
    the largest share of line in common with a better one. Each is None where it says nothing.
    """

    demand_id: str
    rank: int
    cost_usd_per_teu: float
    time_h: float
    emissions_kgco2e_per_teu: float
    borders: int
    sensitive_borders: int
    distance_km: float
    families: str
    convex: bool | None
    overlap: float | None
    arcs: tuple[int, ...]


#: Columns of a table of choices.
CHOICE_FIELDS = tuple(name for name in Choice._fields if name != "arcs")


class Found(NamedTuple):
    """Arcs in travel order with what the search says of them."""

    way: Ints
    convex: bool | None = None
    overlap: float | None = None


@dataclass(frozen=True)
class Carried:
    """A field with what each row costs one class of cargo, all of shape (rows,).

    `start` and `ends` are the states of a demand's two ends; `remembers` says whether the
    cargo's memory is told apart.
    """

    view: ClassView
    field: Field
    usable: Bools
    cost: Floats
    time: Floats
    start: int
    ends: tuple[int, ...]
    remembers: bool

    @classmethod
    def forgetful(cls, view: ClassView, start: int, end: int) -> Carried:
        """Return the graph as it is for cargo that remembers nothing."""
        graph = view.compiled.graph
        arcs = graph.arcs
        field = Field.plain(arcs.tail, arcs.head, n_nodes=len(graph.nodes))
        return cls(
            view,
            field,
            view.open,
            view.cost_usd_per_teu,
            view.time_h,
            start,
            (end,),
            remembers=False,
        )

    @classmethod
    def remembering(cls, view: ClassView, start: int, end: int) -> Carried:
        """Return the graph split by what the cargo remembers on its way."""
        field = split_of(view, start)
        return cls(
            view,
            field,
            over(field, view.open_after),
            over(field, view.cost_after),
            over(field, view.time_after),
            root_of(view, field, start),
            tuple(field.states(np.array([end])).tolist()),
            remembers=True,
        )


class ChoiceFinder:
    """Finds fronts and alternatives of the demands of a scenario."""

    def __init__(
        self, scenario: Scenario, finder: WayFinder, link_km: Floats, *,
        sensitive: Bools | None = None,
    ) -> None:  # fmt: skip
        """Take the demands' ends and classes of cargo from who finds their ways.

        Parameters
        ----------
        scenario, finder
            The scenario, and the finder of its ways.
        link_km
            Length of every link of the network, by which ways have line in common.
        sensitive
            Which arcs count as borders where their number is a criterion, shape (arcs,);
            every land border if not given.
        """
        self._demands, self._finder = scenario.demands, finder
        self._compiled, self._graph = finder.compiled, finder.graph
        self._link_km, self._is_border = link_km, self._graph.arcs.kind == Kind.BORDER
        self._sensitive = self._is_border if sensitive is None else sensitive
        self._routers: dict[tuple[int, str], ParetoRouter] = {}

    @cached_property
    def _lines(self) -> Lines:
        """The links under each arc."""
        arcs, chain = self._graph.arcs, self._graph.chain.astype(np.int64)
        start, stop = arcs.chain_start.astype(np.int64), arcs.chain_stop.astype(np.int64)
        return Lines(start, stop, np.where(chain < 0, ~chain, chain), self._link_km)

    def front(self, demand: int, *, third: str = "", epsilon: float = 0.0) -> list[Choice]:
        """Return all ways of a demand that no other beats in cost, time and the third.

        Parameters
        ----------
        demand
            Number of the demand.
        third
            The third criterion: ``"emissions"``, or ``"borders"`` for the number of
            sensitive ones; none if empty.
        epsilon
            What may be given away for fewer ways, as `ParetoRouter.front` says.

        Returns
        -------
        list of Choice
            By cost. Empty if there is no way, or no line at one of the demand's ends.

        Raises
        ------
        ValueError
            If there is no such third criterion, or epsilon is negative.
        """
        if third not in THIRDS:
            msg = f"no third criterion {third!r}: {', '.join(name for name in THIRDS if name)}"
            raise ValueError(msg)
        key = (self._compiled.view_of[demand], third)

        def search(carried: Carried) -> list[Found]:
            # Cargo of one class differs by where it starts only in what it remembers.
            router = None if carried.remembers else self._routers.get(key)
            router = router or self._router(carried, third)
            if not carried.remembers:
                self._routers[key] = router
            points = router.front(carried.start, carried.ends, epsilon=epsilon)
            return [Found(carried.field.arc[p.arcs], convex=p.convex) for p in points]

        return self._choices(demand, search)

    def alternatives(
        self, demand: int, *, count: int = 3, max_overlap: float = 0.6
    ) -> list[Choice]:
        """Return ways of a demand that really differ, the best by generalised cost first.

        How dear they may be is the scenario's largest detour.

        Parameters
        ----------
        demand
            Number of the demand.
        count
            How many to return at most.
        max_overlap
            Largest share of line that two of them may have in common, by length and of
            the shorter one.

        Returns
        -------
        list of Choice
            Empty if there is no way, or no line at one of the demand's ends.

        Raises
        ------
        ValueError
            If the count or the share is not one.
        """
        value = self._compiled.value_of_time_usd_per_teu_h

        def search(carried: Carried) -> list[Found]:
            field, arc = carried.field, carried.field.arc
            lines = replace(self._lines, start=self._lines.start[arc], stop=self._lines.stop[arc])
            finder = AlternativeFinder(
                field.tail, field.head, carried.cost + value * carried.time,
                usable=carried.usable, n_nodes=field.n_states, lines=lines,
            )  # fmt: skip
            found = finder.find(
                carried.start, carried.ends, count=count, max_overlap=max_overlap,
                max_detour=self._finder.max_detour,
            )  # fmt: skip
            return [Found(arc[one.arcs], overlap=one.overlap) for one in found]

        return self._choices(demand, search)

    def _choices(self, demand: int, search: Callable[[Carried], list[Found]]) -> list[Choice]:
        """Return what a search finds, sought again with memory if it does not hold with it."""
        start, end = self._finder.starts[demand], self._finder.ends[demand]
        if min(start, end) < 0:
            return []
        view = self._compiled.view(demand)
        found = search(Carried.forgetful(view, start, end))
        holds = view.only_closes and all(view.admits(one.way, start) for one in found)
        if view.memory.matters and not holds:
            found = search(Carried.remembering(view, start, end))
        return [self._choice(demand, one, rank) for rank, one in enumerate(found, start=1)]

    def _router(self, carried: Carried, third: str) -> ParetoRouter:
        view, field = carried.view, carried.field
        criteria = [carried.cost, carried.time]
        if third == "emissions":
            criteria.append(view.emissions_kgco2e_per_teu[field.arc])
        if third == "borders":
            criteria.append(self._sensitive[field.arc].astype(np.float64))
        return ParetoRouter(
            field.tail, field.head, np.array(criteria),
            usable=carried.usable, n_nodes=field.n_states,
        )  # fmt: skip

    def _choice(self, demand: int, found: Found, rank: int) -> Choice:
        way, view = found.way, self._compiled.view(demand)
        cost, time = view.along(way, self._finder.starts[demand])
        return Choice(
            demand_id=self._demands[demand].id,
            rank=rank,
            cost_usd_per_teu=float(cost.sum()),
            time_h=float(time.sum()),
            emissions_kgco2e_per_teu=float(view.emissions_kgco2e_per_teu[way].sum()),
            borders=int(self._is_border[way].sum()),
            sensitive_borders=int(self._sensitive[way].sum()),
            distance_km=float(self._graph.arcs.length_km[way].sum()),
            families=";".join(self._finder.names.of(way)),
            convex=found.convex,
            overlap=found.overlap,
            arcs=tuple(way.tolist()),
        )
