"""The bill of a leg: what its cost, time and emissions are made of, line by line."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from corridors.model.cost import Component, Line
from corridors.scenario.levies import BY_HULL, BY_VALUE, TEU_PER_FEU
from corridors.scenario.tariffs import feu_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.model.access import Rule
    from corridors.scenario.compile import ClassView
    from corridors.scenario.tariffs import Item
    from geodata.types import Floats, Ints

#: What a line rests on: component, rows or rules, quality, and whether it is provisional.
Key = tuple[Component, tuple[str, ...], str, bool]
#: Money, hours, emissions and money of a 40-foot box.
Amounts = tuple[float, float, float, float]
#: What a rule levies on an arc.
Levy = tuple[Key, Amounts]

#: What a tariff pays for, fixed and by the km, and the sources of it.
_Priced = tuple[tuple[tuple[Key, Amounts, Amounts], ...], tuple[str, ...]]

SOURCED = "sourced"
ASSUMED = "assumed"


class Charged(NamedTuple):
    """What a run of arcs takes whatever rules levy, and the ids of the sources of its prices."""

    emissions_kgco2e_per_teu: float
    time_sd_h: float
    sources: tuple[str, ...]


class Biller:
    """Writes the bills of the cargo of one view."""

    def __init__(self, view: ClassView, length_km: Floats) -> None:
        """Read the items of every tariff once; `length_km` is that of each arc."""
        self.view = view
        # Plain lists, as single cells are read.
        self._tariff: list[int] = view.prices.tariff.tolist()
        self._km: list[float] = length_km.tolist()
        self._priced: dict[int, _Priced] = {}
        self._stops: dict[int, tuple[Line, ...]] = {}
        self._runs: dict[tuple[int, ...], tuple[Line, ...]] = {}
        self._charged: dict[tuple[int, ...], Charged] = {}

    def serving(self, view: ClassView) -> Biller:
        """Return who writes the bills of another view at the same prices."""
        other = copy(self)
        other.view = view
        return other

    def _of(self, tariff: int) -> _Priced:
        """Return what a tariff pays for, read once."""
        if tariff not in self._priced:
            rates, one = self.view.terms.rates, self.view.prices.tariffs[tariff]
            items = tuple(
                _read(item, feu_of(rates, item.component, one.mode)) for item in one.items
            )
            sources = dict.fromkeys(name for item in one.items for name in item.sources)
            self._priced[tariff] = items, tuple(sources)
        return self._priced[tariff]

    def levies(self, way: Ints, memories: Sequence[int]) -> dict[int, list[Levy]]:
        """Return what rules levy on the arcs of a way, by position in the way.

        `memories` is what cargo remembers before each arc.
        """
        found: dict[int, list[Levy]] = {}
        access, view = self.view.compiled.access, self.view
        for now in dict.fromkeys(memories):
            for one, at, amount in access.levied_on(view.memory.rows[now], way):
                if memories[at] == now:
                    lines = self._levied(one.rule, amount, by_value=one.by_value)
                    found.setdefault(at, []).extend(lines)
        return found

    def _levied(self, rule: Rule, amount: float, *, by_value: bool) -> list[Levy]:
        """Return the lines of one rule on one arc."""
        terms = self.view.terms
        quality = "reported" if rule.evidence.basis == SOURCED else ASSUMED
        key = ((rule.id,), quality, rule.evidence.placeholder)
        if rule.effect == "charge":
            usd = amount * terms.worth if by_value else amount
            return [((_charge(rule), *key), (usd, 0.0, 0.0, usd * TEU_PER_FEU))]
        hours: Levy = ((Component.DELAY, *key), (0.0, amount, 0.0, 0.0))
        usd = terms.lease_usd_per_teu_h * amount
        lease: Levy = (
            (Component.CONTAINER_LEASE, *key), (usd, 0.0, 0.0, usd * TEU_PER_FEU),
        )  # fmt: skip
        return [hours, lease] if usd else [hours]

    def lines(self, arcs: Sequence[int], levied: Iterable[Levy] = ()) -> tuple[Line, ...]:
        """Return the bill of a run of arcs, alike lines in one, with what rules levy."""
        extra = list(levied)
        if extra:
            return self._lines(arcs, extra)
        run = tuple(arcs)
        if run not in self._runs:
            lone = len(run) == 1 and not self._km[run[0]]
            self._runs[run] = self._stop(self._tariff[run[0]]) if lone else self._lines(run, ())
        return self._runs[run]

    def _lines(self, arcs: Sequence[int], extra: Sequence[Levy]) -> tuple[Line, ...]:
        """Return the bill of a run of arcs."""
        spans: dict[int, tuple[int, float]] = {}
        for arc in arcs:
            count, km = spans.get(self._tariff[arc], (0, 0.0))
            spans[self._tariff[arc]] = count + 1, km + self._km[arc]
        found: dict[Key, Amounts] = {}
        for tariff, (count, km) in spans.items():
            for key, (usd, h, kg, feu), (usd_km, h_km, kg_km, feu_km) in self._of(tariff)[0]:
                _add(found, key, (count * usd + km * usd_km, count * h + km * h_km,
                                  count * kg + km * kg_km, count * feu + km * feu_km))  # fmt: skip
        for key, amounts in extra:
            _add(found, key, amounts)
        return _written(found)

    def _stop(self, tariff: int) -> tuple[Line, ...]:
        """Return the bill of a stop; those of one tariff are alike."""
        if tariff not in self._stops:
            self._stops[tariff] = _written({key: fixed for key, fixed, _ in self._of(tariff)[0]})
        return self._stops[tariff]

    def charged(self, run: tuple[int, ...]) -> Charged:
        """Return what a run of arcs takes beside money and time, and whence that is known."""
        if run not in self._charged:
            prices = self.view.prices
            self._charged[run] = Charged(
                total(prices.emissions_kgco2e_per_teu, run),
                total(prices.time_sd_h, run),
                self.sources(run),
            )
        return self._charged[run]

    def sources(self, arcs: Sequence[int]) -> tuple[str, ...]:
        """Return the ids of the sources behind the prices of some arcs."""
        tariffs = dict.fromkeys(self._tariff[arc] for arc in arcs)
        return tuple(dict.fromkeys(name for one in tariffs for name in self._of(one)[1]))


def total(column: Floats, run: Sequence[int]) -> float:
    """Return the sum of a column over some arcs; most runs are a single one."""
    return float(column[run[0]] if len(run) == 1 else column[list(run)].sum())


def _read(item: Item, feu: float) -> tuple[Key, Amounts, Amounts]:
    """Return what an item rests on, and its amounts, fixed and by the km."""
    key = (item.component, item.basis, item.quality, item.provisional)
    fixed = (item.usd, item.h, item.kg, item.usd * feu)
    return key, fixed, (item.usd_per_km, item.h_per_km, item.kg_per_km, item.usd_per_km * feu)


def _add(found: dict[Key, Amounts], key: Key, amounts: Amounts) -> None:
    """Add amounts to those of the same line."""
    if key not in found:
        found[key] = amounts
        return
    (a, b, c, d), (e, f, g, h) = found[key], amounts
    found[key] = (a + e, b + f, c + g, d + h)


def _written(found: Mapping[Key, Amounts]) -> tuple[Line, ...]:
    return tuple(
        Line(component, usd, h, kg, feu, basis, quality, provisional)
        for (component, basis, quality, provisional), (usd, h, kg, feu) in found.items()
    )


def _charge(rule: Rule) -> Component:
    """Return what a charge is for, by what it is reckoned by."""
    if rule.unit in BY_VALUE:
        return Component.CUSTOMS
    return Component.WAR_RISK if rule.unit == BY_HULL else Component.CHARGE


class Shares(NamedTuple):
    """What some lines come to, and how much of it rests on what is assumed or provisional.

    Money in USD and time in hours per TEU, `usd_per_feu` per 40-foot box.
    """

    usd: float = 0.0
    h: float = 0.0
    usd_per_feu: float = 0.0
    assumed_usd: float = 0.0
    assumed_h: float = 0.0
    provisional_usd: float = 0.0
    provisional_h: float = 0.0

    @property
    def assumed_cost_share(self) -> float:
        """How much of the money rests on what is assumed."""
        return self.assumed_usd / self.usd if self.usd else 0.0

    @property
    def assumed_time_share(self) -> float:
        """How much of the time rests on what is assumed."""
        return self.assumed_h / self.h if self.h else 0.0


def shares_of(lines: Iterable[Line]) -> Shares:
    """Return what some lines come to."""
    usd = h = feu = assumed_usd = assumed_h = provisional_usd = provisional_h = 0.0
    for line in lines:
        usd += line.usd
        h += line.h
        feu += line.usd_per_feu
        if line.quality == ASSUMED:
            assumed_usd += line.usd
            assumed_h += line.h
        if line.provisional:
            provisional_usd += line.usd
            provisional_h += line.h
    return Shares(usd, h, feu, assumed_usd, assumed_h, provisional_usd, provisional_h)
