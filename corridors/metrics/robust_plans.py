"""The route of each demand that is the best if a few places turn out dear or slow at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.memory import over
from corridors.metrics.reprice import VALUE_OF_RELIABILITY, VALUE_OF_TIME, Repricer
from corridors.solve.robust import Robust, robust_route, worst_cost
from corridors.solve.switched import switches_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corridors.metrics.assets import Assets
    from corridors.metrics.switching import Board
    from corridors.metrics.transit import Holdings
    from corridors.scenario.economy import Economy
    from corridors.scenario.tariffs import Goods
    from geodata.types import Floats, Ints

    Row = dict[str, object]

#: How many places at most turn out as dear and as slow as their rates allow. Assumed.
GAMMA = 2
#: Kinds of assets whose rates stand for one place; those of lines go by length.
PLACES = ("crossing", "terminal", "service", "strait")
#: What the plans are called.
BEST, ROBUST = "best if all is as likely", f"robust to {GAMMA} dear places"


class Compared(NamedTuple):
    """The robust route of a demand, and the best one with its worst cost."""

    robust: Robust
    best: Robust


def surcharges(board: Board, row: int, goods: Goods, economy: Economy) -> Floats:
    """Return by how much each place may be dearer for the demand of a row, (arcs,).

    That is, with all uncertain rates behind it at their worst end, in USD of 2024 per TEU,
    time at its value; 0 on lines.
    """
    compiled, k = board.compiled, board.served[row]
    alone = replace(
        compiled, classes=(compiled.classes[compiled.view_of[k]],), view_of=(0,),
        cargos=(compiled.cargos[k],),
    )  # fmt: skip
    graph = compiled.graph
    kinds = np.array([one.kind in PLACES for one in graph.assets] + [False])
    at_place = kinds[graph.arcs.asset]
    repricer = Repricer(alone, economy.rates, goods, arcs=np.flatnonzero(at_place))
    values = {
        one.name: one.low if one.inverse else one.high
        for one in repricer.inputs
        if one.name not in (VALUE_OF_TIME, VALUE_OF_RELIABILITY)
    }
    before, after = (one.view(0).generalised_usd_per_teu for one in (alone, repricer.under(values)))
    found: Floats = np.where(at_place, np.maximum(after - before, 0.0), 0.0)
    return found


def compared(found: Assets, economy: Economy, country: Mapping[str, str]) -> Iterator[Compared]:
    """Yield for each demand its robust route beside its best one."""
    board = found.board
    dearer: dict[int, Floats] = {}
    for row, tree in zip(found.rows, found.exposure.trees, strict=True):
        k, task, field = board.served[row], board.tasks[row], board.field(row)
        node, view = tree.at(0), board.compiled.view(k)
        of = board.compiled.view_of[k]
        if of not in dearer:
            goods = economy.goods_of(board.scenario.demands[k], country)
            dearer[of] = surcharges(board, row, goods, economy)
        weight, more = over(field, view.generalised_after), dearer[of][field.arc]
        usable = over(field, view.open_after)
        best = Robust(node.arcs, node.cost, worst_cost(weight[node.arcs], more[node.arcs], GAMMA))
        routes = [
            robust_route(
                field.tail, field.head, weight, more, usable=usable, n_nodes=field.n_states,
                ends=(task.start, end), gamma=GAMMA,
            )
            for end in task.goals.tolist()
        ]  # fmt: skip
        yield Compared(
            min([best, *(one for one in routes if one)], key=lambda one: one.worst), best
        )


def robust_rows(
    found: Assets, holdings: Holdings, economy: Economy, country: Mapping[str, str]
) -> Iterator[Row]:
    """Yield for each demand the best route and the robust one.

    Parameters
    ----------
    found
        The demands and their ways.
    holdings
        The actors that a route is told to go through, those at a demand's ends left out.
    economy, country
        What goods pay, and the country of each terminal.
    """
    place = {row: at for at, row in enumerate(holdings.rows)}
    for row, both in zip(found.rows, compared(found, economy, country), strict=True):
        for plan, one in ((BEST, both.best), (ROBUST, both.robust)):
            arcs = found.board.arcs(row, one.arcs)
            yield {
                "demand": found.board.demands[row].id,
                "plan": plan,
                "through": _through(holdings, place[row], arcs),
                "share": 1.0,
                "cost_usd_per_teu": one.cost,
                "worst_regret_usd_per_teu": None,
                "worst_usd_per_teu": one.worst,
            }


def _through(holdings: Holdings, at: int, arcs: Ints) -> str:
    """Return the actors on a way, those at the demand's ends left out."""
    passed = np.atleast_1d(holdings.board.rows[:, arcs].any(axis=1))
    names = [
        holdings.board.switches[one].id
        for one in switches_of(holdings.actors & ~holdings.own[at])
        if passed[one]
    ]
    return ";".join(names) or "nobody"
