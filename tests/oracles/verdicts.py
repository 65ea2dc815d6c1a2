"""A second judge of access rules, read word by word from the rules of precedence."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from corridors.model.access import POWER_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.model.access import Cargo, Control, InForce, Place, Rule
    from corridors.scenario.precedence import Verdict

#: A carrier's traits: cargo that does not say them goes with whoever is admitted.
CARRIERS = ("flag", "operator", "vessel")
WORKING = ("operator", "infrastructure_manager")


@dataclass(frozen=True)
class Judged:
    """Who closes a place to cargo and what it costs there; `deciders` are rules that won."""

    closers: frozenset[str]
    charges: dict[str, float] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    caps: dict[str, float] = field(default_factory=dict)
    deciders: frozenset[str] = frozenset()


def seen(verdict: Verdict) -> Judged:
    """Return a verdict in the words of this judge."""
    return Judged(
        frozenset(one.actor for one in verdict.refusals),
        dict(verdict.charges),
        dict(verdict.delays),
        dict(verdict.caps),
        frozenset(rule.id for rule in verdict.winners),
    )


def judged(law: InForce, place: Place, cargo: Cargo) -> Judged:
    """Judge one place for one cargo, by tournaments within actors."""
    if place.closed:
        return Judged(frozenset({""}))
    counted = [
        rule
        for rule in law.rules
        if matches(rule, place, cargo, law) and may(law, rule, place)
    ]  # fmt: skip
    access = _winners(counted, "permit", "deny")
    others = [_winners(counted, effect) for effect in ("probability", "charge", "delay")]
    caps = [rule for rule in counted if rule.effect == "cap"]
    deciders = [rule for won in (access, *others) for rule in won.values()]
    return Judged(
        frozenset(_closers(law, place, access)),
        _summed(others[1].values()),
        _summed(others[2].values()),
        _smallest(caps),
        frozenset(rule.id for rule in (*deciders, *caps)),
    )


def may(law: InForce, rule: Rule, place: Place) -> bool:
    """Whether any control row gives the rule's maker the power."""
    power = POWER_FOR[rule.effect]
    picks_cargo = bool(rule.who) or rule.scope.kind == "operator"
    return any(
        _gives(law, row, power) and (picks_cargo or law.roles[row.role].reach == "place")
        for row in law.controls
        if row.actor in law.agencies.get(rule.by, {rule.by}) and row.scope.covers(place)
    )


def matches(rule: Rule, place: Place, cargo: Cargo, law: InForce) -> bool:
    """Whether a rule is about a place and a cargo."""
    works = {row.actor for row in law.controls if row.role in WORKING and row.scope.covers(place)}
    home = set(place.countries)
    if rule.scope.kind == "territory":
        home = set(rule.scope.names)
    elif rule.by in home:
        home = {rule.by}
    starts, ends = bool(home & cargo.origin), bool(home & cargo.destination)
    sides = {"both": True, "in": ends, "out": starts}
    return (
        rule.scope.covers(place, frozenset(works | cargo.operator))
        and not (rule.transit_only and (starts or ends))
        and sides[rule.direction]
        and all(_answers(cargo, one.field, one.names, negated=one.negated) for one in rule.who)
    )


def beats(a: Rule, b: Rule) -> bool:
    """Whether `a` goes before `b` within one actor: the first difference decides."""
    for mine, theirs in (
        (a.priority, b.priority),
        (len(_given(a)), len(_given(b))),
        *zip(_kinds(a), _kinds(b), strict=True),
        (a.span.start or date.min, b.span.start or date.min),
        (a.effect == "deny", b.effect == "deny"),
    ):
        if mine != theirs:
            return bool(mine > theirs)  # type: ignore[operator]
    return a.id < b.id


def _given(rule: Rule) -> list[str]:
    """Return the fields that a rule gives."""
    extra = {
        "on": rule.scope.kind != "any", "mode": bool(rule.scope.modes),
        "direction": rule.direction != "both", "transit": rule.transit_only,
    }  # fmt: skip
    return [one.field for one in rule.who] + [name for name, on in extra.items() if on]


def _kinds(rule: Rule) -> list[bool]:
    """Return what decides among rules that give as many fields."""
    given = _given(rule)
    ends = any(name in given for name in ("origin", "destination", "end"))
    return [rule.scope.kind == "asset", "commodity" in given, ends, "mode" in given, rule.by_bloc]


def _answers(cargo: Cargo, trait: str, names: frozenset[str], *, negated: bool) -> bool:
    """Whether cargo answers to one demand."""
    ends = cargo.origin | cargo.destination
    held = ends if trait == "end" else getattr(cargo, trait)
    if trait in CARRIERS and not held:
        return False
    return bool(names & held) != negated


def _gives(law: InForce, row: Control, power: str) -> bool:
    """Whether a control row carries a power."""
    return power in row.grants or law.roles[row.role].powers[power] == "yes"


def _winners(rules: Iterable[Rule], *effects: str) -> dict[str, Rule]:
    """Return the best rule of some effects of each actor."""
    best: dict[str, Rule] = {}
    for rule in rules:
        rival = best.get(rule.by)
        if rule.effect in effects and (rival is None or beats(rule, rival)):
            best[rule.by] = rule
    return best


def _closers(law: InForce, place: Place, access: dict[str, Rule]) -> set[str]:
    """Return who closes a place by a rule, or by default for want of one."""
    closers = {actor for actor, rule in access.items() if rule.effect == "deny"}
    spoken = {one for actor in access for one in law.agencies.get(actor, {actor})}
    for row in law.controls:
        closes = _gives(law, row, "deny") and not row.default_open and row.scope.covers(place)
        if closes and row.actor not in spoken:
            closers.add(row.actor)
    return closers


def _summed(rules: Iterable[Rule]) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for rule in rules:
        if rule.value is not None:
            total[rule.unit] += rule.value
    return dict(total)


def _smallest(rules: Iterable[Rule]) -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for rule in rules:
        if rule.value is not None:
            found[rule.unit].append(rule.value)
    return {unit: min(values) for unit, values in found.items()}
