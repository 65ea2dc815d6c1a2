"""Two solved scenarios side by side: all that they were told and all that follows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from itertools import count as count_from
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.metrics.change import arc_changes, flow_changes
from corridors.metrics.contrast import totals
from corridors.metrics.exposed import usd_per_teu
from corridors.metrics.gains import Haul, Passing, ledger
from corridors.metrics.parties import ROLES, Parties
from corridors.report.compared import (
    ClosureChange,
    Comparison,
    ControlChange,
    DemandChange,
    RouteChange,
    RuleChange,
    SettingChange,
    Side,
    best,
    totals_of,
)
from corridors.report.explained import scope_words
from corridors.rerun import is_run, open_run
from corridors.run import read, solve
from corridors.scenario.cargo import countries_of
from corridors.scenario.compose import dotted
from corridors.scenario.load import IDENTITY
from corridors.scenario.reasons import KINDS, Reasons
from geodata.snapshot import open_network

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from corridors.model.access import Rule
    from corridors.model.result import DemandResult, Metric
    from corridors.model.route import Route
    from corridors.run import Answer
    from corridors.scenario.compose import Path as Keys
    from corridors.scenario.load import Loaded
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot
    from geodata.types import Network

A, B = "a", "b"
#: What two scenarios always differ in, or is told demand by demand.
_APART = (*IDENTITY, "demands")


@dataclass(frozen=True)
class Solved:
    """One of the scenarios, solved; `label` is what it is called beside the others."""

    loaded: Loaded
    snapshot: Snapshot
    register: Register
    answer: Answer
    network: Network
    label: str

    @property
    def side(self) -> Side:
        """What it is called."""
        scenario = self.loaded.scenario
        return Side(self.label, scenario.id, scenario.title, scenario.as_of.isoformat())

    @property
    def demands(self) -> dict[str, DemandResult]:
        """What became of each demand."""
        return {one.demand_id: one for one in self.answer.result.demands}

    @property
    def reasons(self) -> Reasons:
        """Why its rules hold."""
        chosen = self.loaded.scenario.access
        law = self.answer.compiled.law
        return Reasons(self.register, law, events=chosen.events, rules=chosen.rules)

    @property
    def flow(self) -> dict[int, float]:
        """TEU a year on each arc that carries any."""
        return {one.arc: one.teu_per_year for one in self.answer.result.flows}

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Its metrics, what all that is carried comes to first."""
        result = self.answer.result
        return (*totals(self.hauls, result.demands), *result.metrics)

    @cached_property
    def hauls(self) -> tuple[Haul, ...]:
        """What of each demand goes which way, and whom it passes."""
        compiled, scenario = self.answer.compiled, self.loaded.scenario
        parties = Parties(compiled, countries_of(self.snapshot.places))
        found = []
        for k, (demand, told) in enumerate(
            zip(scenario.demands, self.answer.result.demands, strict=True)
        ):
            terms = compiled.view(k).terms
            worth = terms.tonnes_per_teu, usd_per_teu(terms, scenario)
            passings = (
                Passing(
                    one.teu_per_year, *worth,
                    parties.of(np.array(one.way), demand.origin, demand.destination),
                )
                for one in told.routes if one.teu_per_year > 0
            )  # fmt: skip
            found.append(Haul(demand.id, demand.teu_per_year, tuple(passings)))
        return tuple(found)


def solved(name: str, network: Path, taken: Collection[str] = ()) -> Solved:
    """Return a scenario, or that of a finished run, solved.

    Parameters
    ----------
    name
        Scenario by id or path, or folder of a finished run.
    network
        Folder of the network.
    taken
        What others are called: with an id among these it gets a number.

    Raises
    ------
    ScenarioError, InputMissingError
        As their names say; for a run also if its inputs are no longer what they were.
    """
    if is_run(Path(name)):
        again = open_run(Path(name), network=network)
        loaded, snapshot, register = again.loaded, again.snapshot, again.register
    else:
        loaded, snapshot, register = read(name, network)
    whole = open_network(network, opened=snapshot)
    answer = solve(loaded.scenario, snapshot, whole.links.length_km, register)
    label = free_label(loaded.scenario.id, taken)
    return Solved(loaded, snapshot, register, answer, whole, label)


def free_label(name: str, taken: Collection[str]) -> str:
    """Return what a scenario is called: its id, with a number if that is taken.

    Examples
    --------
    >>> free_label("one", []), free_label("one", ["one", "one-2"])
    ('one', 'one-3')
    """
    labels = chain([name], (f"{name}-{count}" for count in count_from(2)))
    return next(label for label in labels if label not in taken)


def differences(one: Solved, other: Solved) -> Comparison:
    """Return all that two solved scenarios on one network differ in.

    Raises
    ------
    BalanceError
        If what parties gain and lose does not add up.
    """
    return Comparison(
        one.side,
        other.side,
        tuple(name for name in one.demands if name in other.demands),
        tuple(_settings(one.loaded, other.loaded)),
        tuple(_rules(one, other)),
        tuple(_controls(one, other)),
        tuple(_closures(one, other)),
        tuple(arc_changes(one.snapshot.graph, _views(one), _views(other))),
        tuple(_routes(one, other)),
        tuple(_demands(one, other)),
        tuple(flow_changes(one.snapshot.graph, one.flow, other.flow)),
        ledger(one.hauls, other.hauls, ROLES),
    )


def _settings(a: Loaded, b: Loaded) -> Iterator[SettingChange]:
    """Yield the values of the files that differ; demands and what names a scenario apart."""
    old, new = (
        dict(_values((), {key: value for key, value in loaded.data.items() if key not in _APART}))
        for loaded in (a, b)
    )
    for path in dict.fromkeys((*old, *new)):
        if old.get(path) != new.get(path):
            yield SettingChange(dotted(path), _plain(old.get(path)), _plain(new.get(path)))


def _values(path: Keys, value: Any) -> Iterator[tuple[Keys, Any]]:  # noqa: ANN401 - YAML is untyped
    """Yield each value with its path; a list is one value, an empty mapping none."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _values((*path, key), part)
    else:
        yield path, value


def _plain(value: Any) -> Any:  # noqa: ANN401 - YAML is untyped
    return value.isoformat() if hasattr(value, "isoformat") else value


def _rules(a: Solved, b: Solved) -> Iterator[RuleChange]:
    """Yield the rules in force in one only, in order of their ids."""
    held: tuple[dict[str, Rule], ...] = tuple(
        {rule.id: rule for rule in one.answer.compiled.law.rules} for one in (a, b)
    )
    why = a.reasons, b.reasons
    for name in sorted(held[0].keys() ^ held[1].keys()):
        side = A if name in held[0] else B
        rule = held[0].get(name) or held[1][name]
        told = [one.of(rule) for one in why]
        kind = min((reason.kind for reason in told), key=KINDS.index)
        words = told[0].words, told[1].words
        yield RuleChange(name, rule.by, rule.effect, rule.title, side, kind, *words)


def _controls(a: Solved, b: Solved) -> Iterator[ControlChange]:
    """Yield the controls that hold in one only."""
    held = [{row.id: row for row in one.answer.compiled.law.controls} for one in (a, b)]
    for name in sorted(held[0].keys() ^ held[1].keys()):
        row = held[0].get(name) or held[1][name]
        side = A if name in held[0] else B
        yield ControlChange(name, row.actor, row.role, scope_words(row.scope), row.regime, side)


def _closures(a: Solved, b: Solved) -> Iterator[ClosureChange]:
    """Yield what is not built, or closed by the scenario itself, in one only."""
    found = [
        {(one.kind, one.id): one.words for one in side.answer.compiled.closures.reasons}
        for side in (a, b)
    ]
    for kind, name in sorted(found[0].keys() ^ found[1].keys()):
        side = A if (kind, name) in found[0] else B
        words = found[0].get((kind, name)) or found[1][kind, name]
        yield ClosureChange(kind, name, words, side)


def _views(one: Solved) -> dict[str, Any]:
    """Return what the cargo of each demand may use."""
    compiled = one.answer.compiled
    return {demand.id: compiled.view(k) for k, demand in enumerate(one.loaded.scenario.demands)}


def _routes(a: Solved, b: Solved) -> Iterator[RouteChange]:
    """Yield the demands in both whose best route differs, in order of the first."""
    after = b.demands
    for name, found in a.demands.items():
        if name in after:
            old, new = best(found.routes), best(after[name].routes)
            change = _change(old, new)
            if change:
                told = [totals_of(one) if one else None for one in (old, new)]
                yield RouteChange(name, change, *told)


def _change(old: Route | None, new: Route | None) -> str:
    """Return in a word how a best route changes, empty if it does not."""
    if old is None or new is None:
        return "" if old is new else "feasible" if old is None else "infeasible"
    if totals_of(old) == totals_of(new):
        return ""
    return "price" if _arcs(old) == _arcs(new) else "way"


def _arcs(route: Route) -> list[int]:
    return [arc for leg in route.legs for arc in leg.arcs]


def _demands(a: Solved, b: Solved) -> Iterator[DemandChange]:
    """Yield the demands that stand in one only."""
    for side, here, there in ((A, a, b), (B, b, a)):
        for name in here.demands:
            if name not in there.demands:
                yield DemandChange(name, side)
