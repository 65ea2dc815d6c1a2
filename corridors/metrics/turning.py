"""Where the winner changes: the value of time, a toll, or the chance of a closure."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.metrics.memory import over
from corridors.scenario.commodities import class_of
from corridors.solve.breakpoints import chance_of_change, reigns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corridors.metrics.assets import Assets
    from corridors.metrics.transit import Holdings
    from corridors.scenario.economy import Terms
    from geodata.types import Ints

    Row = dict[str, object]
    Named = Callable[[Ints], str]

VALUE_OF_TIME, TOLL, CHANCE = "value of time", "toll", "chance of closure"
BREAKPOINT_FIELDS = (
    "demand", "parameter", "of", "now", "at", "unit", "below", "beyond", "leaves", "enters",
)  # fmt: skip


class Turn(NamedTuple):
    """A point where the winner changes: of which demand, by what, from which way to which.

    `values` are the parameter now and where it changes; `ways` are arcs of the decision
    graph, the second None if cargo then stays away.
    """

    demand: str
    parameter: str
    of: str
    values: tuple[float, float]
    unit: str
    ways: tuple[Ints, Ints | None]


def breakpoint_rows(found: Assets, holdings: Holdings, named: Named) -> list[Row]:
    """Return at which value of time, toll and chance another way wins, by demand.

    Parameters
    ----------
    found
        The assets; a toll there is paid once a TEU, whoever takes it.
    holdings
        The actors; the chance that one refuses is weighed for cargo that commits itself to
        one way and counts as the penalty if it is stuck.
    named
        Names a way by its arcs.
    """
    turns = [*_of_time(found), *_of_tolls(found), *_of_chances(holdings)]
    place = {one.id: at for at, one in enumerate(found.demands)}
    turns.sort(key=lambda one: place.get(one.demand, len(place)))
    return [_row(one, found, named) for one in turns]


def _of_time(found: Assets) -> Iterator[Turn]:
    """Yield where the way changes between the low and the high value of time of the goods."""
    board = found.board
    for row, tree in zip(found.rows, found.exposure.trees, strict=True):
        demand, field = board.demands[row], board.field(row)
        view = board.compiled.view(board.served[row])
        now, low, high = _range(view.terms, class_of(demand.traits.commodity))
        if not low < high:
            continue
        late = view.terms.value_of_reliability_usd_per_teu_h * view.time_sd_h[field.arc]
        # The goal of today's best way; a goal is the end with one memory.
        ends = board.tasks[row].start, int(field.head[tree.at(0).arcs[-1]])
        told = reigns(
            field.tail, field.head, over(field, view.cost_after) + late,
            over(field, view.time_after), usable=over(field, view.open_after),
            n_nodes=field.n_states, ends=ends, between=(low, high),
        )  # fmt: skip
        for one, after in pairwise(told):
            ways = field.arc[one.arcs], field.arc[after.arcs]
            values = now, one.stop
            yield Turn(demand.id, VALUE_OF_TIME, "", values, "usd_2024_per_teu_h", ways)


def _range(terms: Terms, goods: str) -> tuple[float, float, float]:
    """Return the value of time of some goods now, at the low and at the high end."""
    now, estimate = terms.value_of_time_usd_per_teu_h, terms.rates.commodities[goods].value_of_time
    return now, now * estimate.low / estimate.value, now * estimate.high / estimate.value


def _of_tolls(found: Assets) -> Iterator[Turn]:
    """Yield the toll at which a demand leaves each asset that it passes, its ends left out."""
    board, passing = found.board, found.passing()
    for k, (row, tree) in enumerate(zip(found.rows, found.exposure.trees, strict=True)):
        now, penalty = tree.at(0), float(found.exposure.penalty[k])
        for at in np.flatnonzero(passing[:, k]).tolist():
            other = tree.at(1 << at)
            values = 0.0, min(other.cost, penalty) - now.cost
            beyond = board.arcs(row, other.arcs) if other.cost < penalty else None
            ways = board.arcs(row, now.arcs), beyond
            name = found.assets[at].id
            yield Turn(board.demands[row].id, TOLL, name, values, "usd_2024_per_teu", ways)


def _of_chances(found: Holdings) -> Iterator[Turn]:
    """Yield the chance of a refusal beyond which a way that avoids the actor is better."""
    board, choice = found.board, found.board.scenario.control
    for at, passing in sorted(found.passing.items()):
        actor = board.switches[at].id
        now = choice.chances.get(actor, choice.usual_chance)
        for k in np.flatnonzero(passing & np.isfinite(found.base)).tolist():
            other = found.trees[k].at((1 << at) & ~found.own[k])
            penalty, base = float(found.penalty[k]), float(found.base[k])
            chance = chance_of_change((base, penalty), (other.cost, other.cost))
            if other.cost >= penalty or chance is None:
                continue
            ways = found.now[k].arcs, board.arcs(found.rows[k], other.arcs)
            yield Turn(found.demands[k].id, CHANCE, actor, (now, chance), "probability", ways)


def _row(turn: Turn, found: Assets, named: Named) -> Row:
    """Return a row, with the assets that only one of the two ways passes."""
    below, beyond = turn.ways
    first = _passed(found, below)
    second = first if beyond is None else _passed(found, beyond)
    told = [";".join(sorted(one)) for one in (first - second, second - first)]
    cells = (
        *turn[:3], *turn.values, turn.unit, named(below),
        "none" if beyond is None else named(beyond), *told,
    )  # fmt: skip
    return dict(zip(BREAKPOINT_FIELDS, cells, strict=True))


def _passed(found: Assets, way: Ints) -> set[str]:
    passed = np.atleast_1d(found.board.rows[:, way].any(axis=1))
    return {found.assets[at].id for at in np.flatnonzero(passed).tolist()}
