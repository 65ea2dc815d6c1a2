"""What a way amounts to in cost, time or length, as a published value counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.bill import ASSUMED
from corridors.model.cost import Component
from corridors.scenario.levies import TEU_PER_FEU
from corridors.scenario.tariffs import feu_of
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from corridors.scenario.compile import ClassView, Compiled
    from corridors.scenario.tariffs import Item
    from geodata.types import Bools, Codes, Floats, Ints

#: The stops a moving leg meets on its way; the others lie before and after it.
_ON_THE_WAY = (Kind.BORDER, Kind.GAUGE_CHANGE)


@dataclass(frozen=True)
class Part:
    """What one kind of thing in one place adds to a value: `what` in words."""

    what: str
    value: float


@dataclass(frozen=True)
class Amounts:
    """Each arc's share of a value, in the value's unit, in travel order."""

    arcs: Ints
    each: Floats

    @property
    def total(self) -> float:
        """The value."""
        return float(self.each.sum())


def amounts(
    compiled: Compiled, demand: int, way: Ints, *, quantity: str, scope: str, unit: str = "",
) -> Amounts:  # fmt: skip
    """Return what a way amounts to, arc by arc.

    Parameters
    ----------
    compiled, demand
        The scenario and whose cargo it is.
    way
        Arcs in travel order.
    quantity
        cost in USD of 2024 per TEU, or per 40-foot box if `unit` is USD/FEU; time,
        border_time and speed: the hours; distance in km.
    scope
        through or door: all of the way; carriage: the lines, and the borders and
        changes of gauge they meet, with the fixed part of ocean freight; crossing: the
        borders and changes of gauge alone.
    unit
        The unit of a cost.

    Notes
    -----
    The model starts and ends at terminals: of a value from door to door it leaves out
    the first and the last haul.
    """
    arcs, view = compiled.graph.arcs, compiled.view(demand)
    cost, time = view.along(way, int(arcs.tail[way[0]]))
    if quantity == "cost" and unit == "USD/FEU":
        cost = cost * TEU_PER_FEU + np.array([_saved(view, arc) for arc in way.tolist()])
    each = {"cost": cost, "distance": arcs.length_km[way]}.get(quantity, time)
    each = np.where(_counted(arcs.kind[way], scope), each, 0.0)
    if quantity == "cost" and scope == "carriage":
        each = each + np.array([_freight_base(view, arc, unit) for arc in way.tolist()])
    return Amounts(way, each)


def assumed_share(
    compiled: Compiled, demand: int, found: Amounts, *, quantity: str, unit: str = ""
) -> float:  # fmt: skip
    """Return the share of a value that rests on assumed rates; 0 for a length.

    What rules levy counts as not assumed.
    """
    if quantity == "distance" or not found.total:
        return 0.0
    view = compiled.view(demand)
    shares = np.array([_assumed(view, arc, quantity, unit) for arc in found.arcs.tolist()])
    return float((found.each * shares).sum() / found.total)


def _assumed(view: ClassView, arc: int, quantity: str, unit: str) -> float:
    """Return the share of an arc's price or hours that rests on assumed rates."""
    km = float(view.compiled.graph.arcs.length_km[arc])
    each = {
        item: freight(view, arc, item, unit) if quantity == "cost" else item.h + item.h_per_km * km
        for item in items_of(view, arc)
    }
    whole = sum(each.values())
    assumed = sum(value for item, value in each.items() if item.quality == ASSUMED)
    return assumed / whole if whole else 0.0


def freight(view: ClassView, arc: int, item: Item, unit: str) -> float:
    """Return what an item of an arc's price comes to in a unit of cost."""
    prices = view.prices
    km = float(view.compiled.graph.arcs.length_km[arc])
    usd = item.usd + item.usd_per_km * km
    if unit != "USD/FEU":
        return usd
    mode = prices.tariffs[int(prices.tariff[arc])].mode
    return usd * feu_of(view.terms.rates, item.component, mode)


def items_of(view: ClassView, arc: int) -> tuple[Item, ...]:
    """Return what an arc's price is made of, charges by rules left out."""
    return view.prices.tariffs[int(view.prices.tariff[arc])].items


def _saved(view: ClassView, arc: int) -> float:
    """Return what a 40-foot box pays for an arc beyond what two of 20 feet pay."""
    return sum(
        freight(view, arc, item, "USD/FEU") - TEU_PER_FEU * freight(view, arc, item, "USD/TEU")
        for item in items_of(view, arc)
    )


def speed_kmh(compiled: Compiled, demand: int, way: Ints) -> float:
    """Return the mean speed on the lines of a way in km/h, stops left out."""
    arcs = compiled.graph.arcs
    _, time = compiled.view(demand).along(way, int(arcs.tail[way[0]]))
    line = arcs.kind[way] == Kind.LINE
    return float(arcs.length_km[way][line].sum() / time[line].sum())


def parts(compiled: Compiled, found: Amounts) -> tuple[Part, ...]:
    """Return what makes up a value by kind, mode and place, the largest first."""
    graph = compiled.graph
    total: dict[str, float] = {}
    for arc, value in zip(found.arcs.tolist(), found.each.tolist(), strict=True):
        asset = int(graph.arcs.asset[arc])
        thing = graph.assets[asset] if asset >= 0 else None
        own = thing is not None and thing.kind in ("service", "crossing", "strait")
        country = int(graph.arcs.country[arc])
        place = thing.id if thing and own else graph.countries[country] if country >= 0 else "sea"
        kind = Kind(int(graph.arcs.kind[arc])).name.lower().replace("_", " ")
        mode = Mode(int(graph.arcs.mode[arc])).name.lower()
        what = f"{kind} by {mode}, {place}" if kind == "line" else f"{kind}, {mode}, {place}"
        total[what] = total.get(what, 0.0) + value
    return tuple(Part(name, total[name]) for name in sorted(total, key=lambda k: (-total[k], k)))


def _counted(kind: Codes, scope: str) -> Bools:
    """Return which rows of a kind a scope counts."""
    if scope in ("through", "door"):
        return np.ones(len(kind), np.bool_)
    stops: Bools = np.isin(kind, [int(one) for one in _ON_THE_WAY])
    return stops if scope == "crossing" else stops | (kind == Kind.LINE)


def _freight_base(view: ClassView, arc: int, unit: str) -> float:
    """Return the fixed part of ocean freight that a stop's price holds."""
    if view.compiled.graph.arcs.kind[arc] in (Kind.LINE, *_ON_THE_WAY):
        return 0.0
    sailing = (one for one in items_of(view, arc) if one.component == Component.SAILING)
    return sum(freight(view, arc, one, unit) for one in sailing)
