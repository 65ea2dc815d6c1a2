"""A scenario on a decision graph as arrays: what is open to whom, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.errors import Finding, ScenarioError
from corridors.model.result import Blocker
from corridors.scenario.access import compile_access
from corridors.scenario.candidates import Candidates
from corridors.scenario.cargo import cargo_of, countries_of
from corridors.scenario.closures import close
from corridors.scenario.economy import Economy
from corridors.scenario.in_force import as_of
from corridors.scenario.levies import Units
from corridors.scenario.own_rules import read_own
from corridors.scenario.references import Names
from corridors.scenario.stances import REFUSES, with_stances
from corridors.scenario.terrain import Terrain
from corridors.scenario.visits import asked_of, gains_of, memories_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import Cargo, InForce
    from corridors.model.scenario import Scenario
    from corridors.scenario.access import Access
    from corridors.scenario.closures import Closures
    from corridors.scenario.economy import Terms
    from corridors.scenario.pricing import Prices
    from corridors.scenario.rates import Rate, Rates
    from corridors.scenario.register import Register
    from corridors.scenario.register_cells import Known
    from geodata.snapshot import Snapshot
    from geodata.types import Bools, DecisionGraph, Floats, Ints


@dataclass(frozen=True)
class Compiled:
    """A scenario compiled onto the n arcs of a decision graph.

    `cargos` are those of the demands. Demands that no rule tells apart share a view:
    demand k has `views[view_of[k]]`. Prices are given for closed arcs too, since a rule
    may be relaxed; `prices` are those of a TEU in a container.
    """

    graph: DecisionGraph
    law: InForce
    closures: Closures
    prices: Prices
    laid: Candidates
    access: Access
    cargos: tuple[Cargo, ...]
    view_of: tuple[int, ...]
    classes: tuple[tuple[Memory, Terms], ...]
    value_of_time_usd_per_teu_h: float

    @cached_property
    def views(self) -> tuple[ClassView, ...]:
        """What each class of cargo may use and pays."""
        return tuple(ClassView(self, memory, terms) for memory, terms in self.classes)

    @cached_property
    def alike(self) -> tuple[int, ...]:
        """For each class the first that may use the same and weighs it alike, (classes,).

        What they remember may still tell such classes apart.
        """
        firsts: list[int] = []
        found = []
        for at, view in enumerate(self.views):
            same = next((one for one in firsts if view.is_like(self.views[one])), at)
            firsts += [at] if same == at else []
            found.append(same)
        return tuple(found)

    def view(self, demand: int) -> ClassView:
        """Return what the cargo of a demand may use and pays."""
        return self.views[self.view_of[demand]]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What of the register was left out, and which rules lack standing."""
        return (*self.law.warnings, *self.access.warnings)

    def rates_of(self, arc: int) -> tuple[Rate, ...]:
        """Return the rates behind an arc's price."""
        return self.prices.rates_of(arc)

    def operators_of(self, arc: int) -> tuple[str, ...]:
        """Return who works an arc, as far as the register says."""
        return self._operators[int(self.access.situation_of_arc[arc])]

    @cached_property
    def _operators(self) -> list[tuple[str, ...]]:
        ledger = self.laid.ledger
        sets = [tuple(sorted(one)) for one in ledger.operators]
        return [sets[at] for at in ledger.operators_of.tolist()]


@dataclass(frozen=True)
class Memory:
    """What a class of cargo remembers and what holds for it with each memory.

    `rows` (2 ** bits,) index the rows of an `Access`; `gain_on_arc` (n,) and
    `gain_at_node` (nodes,) are the bits gained.
    """

    rows: tuple[int, ...]
    gain_on_arc: Ints
    gain_at_node: Ints

    @property
    def matters(self) -> bool:
        """Whether anything hangs on where the cargo has been."""
        return len(set(self.rows)) > 1


@dataclass(frozen=True)
class ClassView:
    """What one class of cargo may use and what it pays, before it remembers anything.

    All arrays have shape (n,).
    """

    compiled: Compiled
    memory: Memory
    terms: Terms

    @property
    def prices(self) -> Prices:
        """What each arc costs before any rule."""
        return self.terms.prices

    @cached_property
    def open(self) -> Bools:
        """Which arcs may be used."""
        return self._open(self.memory.rows[0])

    @cached_property
    def cost_usd_per_teu(self) -> Floats:
        """Cost in USD of 2024 per TEU, charges by rules included."""
        return self._cost(self.memory.rows[0])

    @cached_property
    def time_h(self) -> Floats:
        """Time in hours, delays by rules included."""
        return self._time(self.memory.rows[0])

    @property
    def emissions_kgco2e_per_teu(self) -> Floats:
        """Emissions in kg CO2e per TEU."""
        return self.prices.emissions_kgco2e_per_teu

    @property
    def time_sd_h(self) -> Floats:
        """Standard deviation of the time in hours."""
        return self.prices.time_sd_h

    @cached_property
    def generalised_usd_per_teu(self) -> Floats:
        """Cost, and time and its standard deviation at their values, in USD of 2024 per TEU."""
        return self._weighed(self.cost_usd_per_teu, self.time_h, self.time_sd_h)

    def is_like(self, other: ClassView) -> bool:
        """Whether cargo that remembers nothing may use the same as another and weighs it alike."""
        return (
            np.array_equal(self.open, other.open)
            and np.array_equal(self.generalised_usd_per_teu, other.generalised_usd_per_teu)
            and np.array_equal(self.cost_usd_per_teu, other.cost_usd_per_teu)
            and np.array_equal(self.time_h, other.time_h)
        )

    def generalised_after(self, memory: int) -> Floats:
        """Generalised cost of each arc for cargo that remembers something."""
        return self._weighed(self.cost_after(memory), self.time_after(memory), self.time_sd_h)

    def generalised_along(self, way: Ints, start: int) -> float:
        """Return the generalised cost of a way from a node, with what is remembered.

        Standard deviations add up, as if all that is late were late together, which is
        the most that they can come to.
        """
        cost, time = self.along(way, start)
        return float(self._weighed(cost, time, self.time_sd_h[way]).sum())

    def weigh(self, cost_usd: float, time_h: float, time_sd_h: float) -> float:
        """Return the generalised cost of totals, in USD of 2024 per TEU."""
        terms = self.terms
        late = terms.value_of_reliability_usd_per_teu_h * time_sd_h
        return cost_usd + terms.value_of_time_usd_per_teu_h * time_h + late

    def _weighed(self, cost: Floats, time: Floats, deviation: Floats) -> Floats:
        terms = self.terms
        found = cost + terms.value_of_time_usd_per_teu_h * time
        if terms.value_of_reliability_usd_per_teu_h:
            found = found + terms.value_of_reliability_usd_per_teu_h * deviation
        return found

    def open_after(self, memory: int) -> Bools:
        """Which arcs may be used by cargo that remembers something."""
        return self._open(self.memory.rows[memory])

    def cost_after(self, memory: int) -> Floats:
        """Cost of each arc for cargo that remembers something."""
        return self._cost(self.memory.rows[memory])

    def time_after(self, memory: int) -> Floats:
        """Time on each arc of cargo that remembers something."""
        return self._time(self.memory.rows[memory])

    @cached_property
    def only_closes(self) -> bool:
        """Whether remembering more never opens an arc and never makes one cheaper."""
        first, *others = dict.fromkeys(self.memory.rows)
        access = self.compiled.access
        return all(
            self._only_closes(first, row)
            and bool((access.charge_of(row) >= access.charge_of(first)).all())
            and bool((access.delay_of(row) >= access.delay_of(first)).all())
            for row in others
        )

    def _only_closes(self, first: int, row: int) -> bool:
        access = self.compiled.access
        usable = access.usable[access.verdict_of[[first, row]]]
        return bool((usable[1] <= usable[0]).all())

    def memory_along(self, way: Ints, start: int) -> list[int]:
        """Return what cargo remembers before each arc of a way from a node."""
        if not self.memory.matters:
            return [0] * len(way)
        heads, at_node = self.compiled.graph.arcs.head[way], self.memory.gain_at_node
        gained = self.memory.gain_on_arc[way] | at_node[heads]
        before = np.concatenate([at_node[[start]], gained[:-1]])
        memories: list[int] = np.bitwise_or.accumulate(before).tolist()
        return memories

    def admits(self, way: Ints, start: int) -> bool:
        """Whether a way that is open at first holds with all that cargo remembers on it.

        A way holds if no arc of it is refused, or dearer, for having been somewhere.
        """
        if not self.memory.matters:
            return True
        before = np.array(self.memory_along(way, start))
        return all(
            bool(
                self.open_after(now)[way[before == now]].all()
                and self._unchanged(way[before == now], now)
            )
            for now in np.unique(before[before > 0]).tolist()
        )

    def _unchanged(self, arcs: Ints, memory: int) -> bool:
        """Whether some arcs cost what they cost cargo that remembers nothing."""
        return bool(
            (self.cost_after(memory)[arcs] == self.cost_usd_per_teu[arcs]).all()
            and (self.time_after(memory)[arcs] == self.time_h[arcs]).all()
        )

    def along(self, way: Ints, start: int) -> tuple[Floats, Floats]:
        """Return cost and time of each arc of a way from a node, with what is remembered."""
        if not self.memory.matters:
            return self.cost_usd_per_teu[way], self.time_h[way]
        cost, time = self.cost_usd_per_teu[way], self.time_h[way]
        before = np.array(self.memory_along(way, start))
        for now in np.unique(before[before > 0]).tolist():
            later = before == now
            cost[later] = self.cost_after(now)[way[later]]
            time[later] = self.time_after(now)[way[later]]
        return cost, time

    def blockers(self, arc: int, *, memory: int = 0) -> tuple[Blocker, ...]:
        """Return all that keeps an arc shut; none if it is open."""
        found = []
        closure = self.compiled.closures.reason(arc)
        if closure:
            found.append(Blocker(closure.kind, closure.id, "", closure.words))
        if self.compiled.closures.lifted[arc]:
            return tuple(found)
        for one in self.compiled.access.verdict_at(self.memory.rows[memory], arc).refusals:
            kind = "default" if not one.rule else "rule"
            kind = "refuses" if one.rule.startswith(REFUSES) else kind
            found.append(Blocker(kind, one.rule or one.actor, one.actor, one.words))
        return tuple(found)

    def rule_ids(self, arc: int, memory: int = 0) -> tuple[str, ...]:
        """Return the rules that decide about the cargo on an arc, given what it remembers."""
        return self.compiled.access.rules_at(self.memory.rows[memory], arc)

    def reason(self, arc: int) -> str:
        """Return in words why an arc is closed, empty if it is open."""
        return "; ".join(_said(one) for one in self.blockers(arc))

    def _open(self, row: int) -> Bools:
        closures, access = self.compiled.closures, self.compiled.access
        return closures.open & (access.open_of(row) | closures.lifted)

    def _cost(self, row: int) -> Floats:
        access, terms = self.compiled.access, self.terms
        cost = self.prices.cost_usd_per_teu + access.charge_of(row, worth=terms.worth)
        if access.delays:
            cost += terms.lease_usd_per_teu_h * access.delay_of(row)
        return cost

    def _time(self, row: int) -> Floats:
        return self.prices.time_h + self.compiled.access.delay_of(row)


def _said(one: Blocker) -> str:
    """Return a blocker in words."""
    if not one.actor:
        return one.words
    by = f" ({one.id})" if one.kind == "rule" else ""
    return f"refused by {one.actor}{by}: {one.words}"


def compile_scenario(
    scenario: Scenario, snapshot: Snapshot, rates: Rates, register: Register
) -> Compiled:
    """Compile a scenario onto the decision graph of a network.

    Parameters
    ----------
    scenario
        What is built, who lets pass, what is carried, and overrides of rates.
    snapshot
        The network: decision graph, terminals and corridor branches.
    rates
        The rates of the assumption tables.
    register
        Who controls what and who lets whom through.

    Returns
    -------
    Compiled
        Open arcs, reasons and prices for the cargo of each demand.

    Raises
    ------
    ScenarioError
        If a rate is missing, or a name of the scenario is not in the register.
    """
    graph = snapshot.graph
    law = law_of(scenario, register, Names(graph, snapshot.branches, register).known)
    terrain = Terrain.of(graph, snapshot.branches, built=None)
    laid = Candidates.of(terrain, law)
    countries = countries_of(snapshot.places)
    cargos = tuple(cargo_of(demand, countries, law.actors) for demand in scenario.demands)
    access, memories = _remembering(laid, cargos, Units(**scenario.costs.units))
    ledger = Economy(scenario, rates.with_overrides(scenario.costs.overrides), graph)
    goods = [ledger.goods_of(demand, countries) for demand in scenario.demands]
    keys = [(memory.rows, each) for memory, each in zip(memories, goods, strict=True)]
    distinct = dict(zip(keys, memories, strict=True))
    place = {key: at for at, key in enumerate(distinct)}
    return Compiled(
        graph=graph,
        law=law,
        closures=close(
            graph.arcs, scenario, graph.assets, graph.countries, calls_at=terrain.calls_at
        ),
        prices=ledger.prices(ledger.usual),
        laid=laid,
        access=access,
        cargos=cargos,
        view_of=tuple(place[key] for key in keys),
        classes=tuple((memory, ledger.terms(key[1])) for key, memory in distinct.items()),
        value_of_time_usd_per_teu_h=scenario.costs.value_of_time_usd_per_teu_h,
    )


def law_of(scenario: Scenario, register: Register, known: Known) -> InForce:
    """Return what a scenario takes as in force.

    Parameters
    ----------
    scenario
        Its day, its choices from the register, its own rules and its stances.
    register
        The whole register.
    known
        The places that own rules may name.

    Raises
    ------
    ScenarioError
        If the scenario names what the register does not have.
    """
    choice = scenario.access
    own, problems = read_own(choice.own, register, known)
    if problems:
        findings = [
            Finding("scenario", 0, 0, f"access.own.{choice.own[at]['id']}.{column}", message, mend)
            for at, column, message, mend in problems
        ]
        msg = "the scenario's own rules are invalid:"
        raise ScenarioError(msg, findings=findings)
    law = as_of(
        replace(register, rules=(*register.rules, *own)),
        scenario.as_of,
        regimes=choice.regimes,
        events=choice.events,
        rules=choice.rules,
    )
    return with_stances(law, permits=choice.permits, refuses=choice.refuses)


def _remembering(
    laid: Candidates, cargos: Sequence[Cargo], units: Units
) -> tuple[Access, list[Memory]]:
    """Compile the rules for each cargo with all it may come to remember."""
    asked = [asked_of(laid.law, cargo) for cargo in cargos]
    classes = [memories_of(cargo, names) for cargo, names in zip(cargos, asked, strict=True)]
    access = compile_access(
        laid.terrain, laid.law, [one for each in classes for one in each],
        units=units, candidates=laid,
    )  # fmt: skip
    rows = iter(access.row_of.tolist())
    gains = {names: gains_of(laid.terrain, names) for names in set(asked)}
    return access, [
        Memory(tuple(next(rows) for _ in each), *gains[names])
        for each, names in zip(classes, asked, strict=True)
    ]
