"""Where capacity is short: how much of each is used, what more would be worth, and to whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.carriage import FULL
from corridors.model.result import Bottleneck, Flow, Metric
from corridors.solve.duals import joint_prices
from corridors.solve.errors import StoppedError
from corridors.solve.flow import OPTIMAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from corridors.metrics.carriage import Carried, Load
    from corridors.scenario.capacity import CapacityRows
    from geodata.types import Floats, Ints

#: Of metrics with two values, the ends of the interval.
ENDS = ("low", "high")


@dataclass(frozen=True)
class Priced:
    """What a TEU a year more of each capacity saves and one less costs, USD, by its id.

    Those not named are worth nothing more; `known` is false where the flow is not optimal.
    """

    low: dict[str, float]
    high: dict[str, float]
    known: bool = True


def prices_of(
    rows: CapacityRows, carried: Carried, *, stop: Callable[[], bool] | None = None
) -> Priced:
    """Return what capacity is worth, sections and directions of one capacity taken together.

    Parameters
    ----------
    rows
        The capacities.
    carried
        The flow through them.
    stop
        Asked now and then whether to stop; then no price is known.

    Raises
    ------
    SolverError
        If the solver fails.
    """
    if carried.status != OPTIMAL:
        return Priced({}, {}, known=False)
    if carried.shared is None:
        return Priced({}, {})
    full = carried.used >= rows.capacity_teu_per_year * (1 - FULL)
    groups = {name: at for name, at in rows_of_capacities(rows).items() if full[at].any()}
    problem, solution = carried.shared.problem, carried.shared.solution
    try:
        low, high = joint_prices(problem, solution, list(groups.values()), stop=stop)
    except StoppedError:
        return Priced({}, {}, known=False)
    names = list(groups)
    return Priced(
        dict(zip(names, low.tolist(), strict=True)), dict(zip(names, high.tolist(), strict=True))
    )


def bottlenecks_of(rows: CapacityRows, used: Floats, prices: Priced) -> tuple[Bottleneck, ...]:
    """Return the capacities that are used or that somebody would pay for, the fullest first.

    Parameters
    ----------
    rows
        The capacities.
    used
        What is used of each row, TEU a year, (rows,).
    prices
        What they are worth.
    """
    found = []
    for name, at in rows_of_capacities(rows).items():
        fullest = at[int(np.argmax(used[at]))]
        row, limit = rows.rows[fullest], float(rows.capacity_teu_per_year[fullest])
        low, high = prices.low.get(name, 0.0), prices.high.get(name, 0.0)
        if used[fullest] <= 0 and not low:
            continue
        found.append(
            Bottleneck(
                capacity_id=name,
                kind=row.kind,
                label=row.label,
                on=tuple(dict.fromkeys(one for k in at.tolist() for one in rows.rows[k].on)),
                used_teu_per_year=float(used[fullest]),
                capacity_teu_per_year=limit,
                low_usd_per_teu=low if prices.known else None,
                high_usd_per_teu=high if prices.known else None,
                actors=_actors(rows, at),
                quality=row.quality,
                sources=row.sources,
                arcs=tuple(np.unique(_arcs(rows, at)).tolist()),
                binds=bool(used[fullest] >= limit * (1 - FULL)),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.binds, -one.share, one.capacity_id)))


def flows_of(
    loads: Sequence[Load], empty: Floats, rows: CapacityRows, bottlenecks: Sequence[Bottleneck]
) -> tuple[Flow, ...]:
    """Return the flow on each arc that carries any, with what limits it there, by arc."""
    teu = np.zeros(len(empty))
    for load in loads:
        np.add.at(teu, load.arcs, load.teu_per_year)
    smallest, price = _limits(rows, bottlenecks)
    return tuple(
        Flow(arc, float(teu[arc]), smallest.get(arc), price.get(arc), float(empty[arc]))
        for arc in np.flatnonzero((teu > 0) | (empty > 0)).tolist()
    )


def _limits(
    rows: CapacityRows, bottlenecks: Sequence[Bottleneck]
) -> tuple[dict[int, float], dict[int, float]]:
    """Return the smallest capacity of each arc that has any, and what more of all is worth."""
    smallest: dict[int, float] = {}
    price = defaultdict[int, float](float)
    for at, limit in enumerate(rows.capacity_teu_per_year.tolist()):
        for arc in _arcs(rows, np.array([at])).tolist():
            smallest[arc] = min(limit, smallest.get(arc, np.inf))
    for one in bottlenecks:
        for arc in one.arcs if one.low_usd_per_teu is not None else ():
            price[arc] += one.low_usd_per_teu or 0.0
    return smallest, price


def congestion_metrics(bottlenecks: Sequence[Bottleneck]) -> list[Metric]:
    """Return use, prices and rents of capacities, and the rents by who controls them.

    The rent of an actor is that of all capacities at whose places it holds a role: where
    several do, it is told of each, so that rents of actors do not add up.
    """
    found = [metric for one in bottlenecks for metric in _of_capacity(one)]
    rents: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for one in bottlenecks:
        for actor in one.actors if one.rents_usd_per_year and any(one.rents_usd_per_year) else ():
            rents[actor].append(one.rents_usd_per_year or (0.0, 0.0))
    for actor in sorted(rents):
        for end, value in zip(ENDS, map(sum, zip(*rents[actor], strict=True)), strict=True):
            found.append(
                Metric(f"congestion_rent_{end}", "actor", actor, value, "usd_2024_per_year")
            )
    return found


def _of_capacity(one: Bottleneck) -> Iterator[Metric]:
    def metric(name: str, value: float, unit: str) -> Metric:
        return Metric(name, "capacity", one.capacity_id, value, unit)

    yield metric("capacity", one.capacity_teu_per_year, "teu_per_year")
    yield metric("capacity_used", one.used_teu_per_year, "teu_per_year")
    yield metric("capacity_share", one.share, "share")
    prices = (one.low_usd_per_teu, one.high_usd_per_teu)
    rents = one.rents_usd_per_year or (None, None)
    for end, price, rent in zip(ENDS, prices, rents, strict=True):
        # A capacity of nothing has no price of one less.
        if price is not None and rent is not None and np.isfinite(price):
            yield metric(f"shadow_price_{end}", price, "usd_2024_per_teu")
            yield metric(f"congestion_rent_{end}", rent, "usd_2024_per_year")


def rows_of_capacities(rows: CapacityRows) -> dict[str, Ints]:
    """Return the rows of each capacity, in the order of the tables."""
    found: dict[str, list[int]] = {}
    for at, row in enumerate(rows.rows):
        found.setdefault(row.source_id, []).append(at)
    return {name: np.array(at, np.int64) for name, at in found.items()}


def _actors(rows: CapacityRows, at: Ints) -> dict[str, tuple[str, ...]]:
    roles: dict[str, set[str]] = {}
    for row in at.tolist():
        for actor, held in rows.rows[row].actors.items():
            roles.setdefault(actor, set()).update(held)
    return {actor: tuple(sorted(held)) for actor, held in sorted(roles.items())}


def _arcs(rows: CapacityRows, at: Ints) -> Ints:
    usage = rows.usage
    parts = [usage.indices[usage.indptr[row] : usage.indptr[row + 1]] for row in at.tolist()]
    found: Ints = np.concatenate([np.zeros(0, np.int64), *parts]).astype(np.int64)
    return found
