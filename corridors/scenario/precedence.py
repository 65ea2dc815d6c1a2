"""Which rule wins: from the rules in force to a verdict on one place for one cargo.

In order:

1. A place that physically cannot be used stays closed; no rule overrides that.
2. A rule counts only if its maker, or an agency of it, holds a role with the power over
   the place that day; else it is a warning that names the role it lacks.
3. Every actor with the power to deny must permit. An actor without a rule follows the
   default of its control row.
4. Within one actor the higher priority wins; then the more specific rule (more fields
   given; then one that names an asset, a commodity, an origin or destination, a mode, a
   bloc, in this order); then the later first day; then deny over permit; then the
   smaller id.
5. Charges and delays add across actors; within an actor the winning rule replaces.
6. Of caps of one unit the smallest holds.

Chances of refusal go like charges within an actor and are combined as independent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from corridors.model.access import POWER_FOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corridors.model.access import Cargo, Control, InForce, Place, Rule

#: Roles of those who work a place.
WORKING = ("operator", "infrastructure_manager")
#: Fields of cargo that tell on which way it is, and carried by whom.
WAY_FIELDS = ("origin", "destination", "operator")
_ACCESS = ("permit", "deny")
_ENDS = ("origin", "destination", "end")
#: Effect of a rule -> the part of a verdict in which one rule of each actor wins.
_PARTS = {"permit": 0, "deny": 0, "probability": 1, "charge": 2, "delay": 3}
_NONE: Mapping[str, int] = {}


@dataclass(frozen=True)
class Refusal:
    """Who closes a place: by which rule, empty for the default of the control row."""

    actor: str
    rule: str
    words: str


@dataclass(frozen=True)
class Verdict:
    """What the rules say about one place for one cargo.

    `charges` and `delays` are sums by unit, `caps` minima by unit; `refusal_chance` is
    the chance of being refused although `usable`; `winners` are the rules that decided
    and `warnings` those that lack standing.
    """

    usable: bool
    refusals: tuple[Refusal, ...] = ()
    charges: Mapping[str, float] = field(default_factory=dict)
    delays: Mapping[str, float] = field(default_factory=dict)
    caps: Mapping[str, float] = field(default_factory=dict)
    refusal_chance: float = 0.0
    winners: tuple[Rule, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survey:
    """What bears on one place whatever the cargo: the costly half of a verdict.

    `counted` and `lacking` are the rules about the place whose makers have and lack the
    power over it, `operators` who works it, `shut` the controls that close it unless
    their actor permits.
    """

    place: Place
    counted: tuple[Rule, ...]
    lacking: tuple[Rule, ...]
    operators: frozenset[str]
    shut: tuple[Control, ...]


def decide(
    law: InForce, place: Place, cargo: Cargo, *, quorum: Mapping[str, int] = _NONE
) -> Verdict:
    """Judge one place for one cargo.

    Parameters
    ----------
    law
        What is in force that day.
    place
        Where the cargo would pass.
    cargo
        What it is.
    quorum
        Role -> how many of its joint holders must permit; without an entry, all.
    """
    return judge(survey(law, place), cargo, law, quorum=quorum)


def survey(law: InForce, place: Place) -> Survey:
    """Find what bears on a place, once for all cargoes."""
    held = tuple(control for control in law.controls if control.scope.covers(place))
    here = replace(law, controls=held)
    near = [rule for rule in law.rules if rule.scope.kind == "operator" or rule.scope.covers(place)]
    able = {rule.id for rule in near if standing(rule, place, here)}
    return Survey(
        place,
        tuple(rule for rule in near if rule.id in able),
        tuple(rule for rule in near if rule.id not in able),
        _operators(place, here),
        tuple(one for one in held if not one.default_open and gives(one, "deny", law)),
    )


def judge(
    found: Survey, cargo: Cargo, law: InForce, *, quorum: Mapping[str, int] = _NONE
) -> Verdict:
    """Judge a surveyed place for one cargo; see :func:`decide`."""
    counted = sorted((rule for rule in found.counted if applies(rule, found, cargo)), key=rank)
    verdict = weigh(found, counted, law, quorum=quorum)
    if found.place.closed:
        return verdict
    warnings = tuple(
        lacks_standing(rule, found.place, law)
        for rule in found.lacking
        if applies(rule, found, cargo)
    )
    return replace(verdict, warnings=warnings)


def weigh(
    found: Survey, ranked: Sequence[Rule], law: InForce, *, quorum: Mapping[str, int] = _NONE
) -> Verdict:
    """Judge a surveyed place by the rules that are about the cargo, in order of :func:`rank`."""
    place = found.place
    if place.closed:
        return Verdict(usable=False, refusals=(Refusal("", "", place.closed),))
    won: dict[tuple[int, str], Rule] = {}
    caps = [rule for rule in ranked if rule.effect == "cap"]
    for rule in ranked:
        if rule.effect in _PARTS:
            won.setdefault((_PARTS[rule.effect], rule.by), rule)
    winners = [won[part] for part in sorted(won)]
    refusals = _within_quorum(_refusals(winners, found, law), place, law, quorum)
    return Verdict(
        not refusals, refusals, _sums(winners, "charge"), _sums(winners, "delay"), _least(caps),
        _chance(winners), (*winners, *caps),
    )  # fmt: skip


def rank(rule: Rule) -> tuple[Any, ...]:
    """Return the sort key that puts the rule that wins within an actor first."""
    scope, fields = rule.scope, {selector.field for selector in rule.who}
    named, moves = scope.kind != "any", rule.direction != "both"
    given = len(rule.who) + named + bool(scope.modes) + moves + rule.transit_only
    start = rule.span.start.toordinal() if rule.span.start else 0
    return (
        -rule.priority, -given,
        scope.kind != "asset", "commodity" not in fields, fields.isdisjoint(_ENDS),
        not scope.modes, not rule.by_bloc,
        -start, rule.effect != "deny", rule.id,
    )  # fmt: skip


def applies(rule: Rule, found: Survey, cargo: Cargo) -> bool:
    """Whether a rule about a surveyed place is also about this cargo."""
    return is_met(rule, found, cargo) and all(selector.accepts(cargo) for selector in rule.who)


def is_met(rule: Rule, found: Survey, cargo: Cargo) -> bool:
    """Whether a rule is about cargo on this way, apart from its demands on the cargo.

    Of the cargo it looks only at the fields of :data:`WAY_FIELDS`.
    """
    if rule.scope.kind == "operator" and not rule.scope.covers(
        found.place, found.operators | cargo.operator
    ):
        return False
    if rule.transit_only or rule.direction != "both":
        home = _home(rule, found.place)
        starts, ends = not home.isdisjoint(cargo.origin), not home.isdisjoint(cargo.destination)
        if rule.transit_only and (starts or ends):
            return False
        if (rule.direction == "in" and not ends) or (rule.direction == "out" and not starts):
            return False
    return True


def standing(rule: Rule, place: Place, law: InForce) -> frozenset[str]:
    """Return the roles from which a rule's maker has its power over a place, maybe none."""
    return frozenset(
        control.role for control in _held(rule.by, place, law) if empowers(control, rule, law)
    )


def empowers(control: Control, rule: Rule, law: InForce) -> bool:
    """Whether a control its maker holds gives a rule the power and the reach it needs."""
    reach = law.roles[control.role].reach
    return gives(control, POWER_FOR[rule.effect], law) and reach in reaches(rule)


def gives(control: Control, power: str, law: InForce) -> bool:
    """Whether a control row carries a power, by its role or by its own grant."""
    return power in control.grants or law.roles[control.role].powers[power] == "yes"


def powers_over(law: InForce, place: Place) -> dict[str, tuple[Control, ...]]:
    """Return who holds each power over a place, for people who ask who may close it.

    Roles whose reach is cargo are left out: they have no power over a place.
    """
    held = [
        control
        for control in law.controls
        if law.roles[control.role].reach == "place" and control.scope.covers(place)
    ]
    powers = dict.fromkeys(POWER_FOR.values())
    return {power: tuple(one for one in held if gives(one, power, law)) for power in powers}


def lacks_standing(rule: Rule, place: Place, law: InForce) -> str:
    """Say in words which role a rule's maker lacks over a place."""
    power = POWER_FOR[rule.effect]
    able = [
        role.role
        for role in law.roles.values()
        if role.powers[power] == "yes" and role.reach in reaches(rule)
    ]
    held = sorted({control.role for control in _held(rule.by, place, law)})
    has = f"holds only {', '.join(held)}" if held else "holds no role"
    where = ", ".join(sorted(place.assets)) or place.pair or ", ".join(place.countries)
    needs = " or ".join(sorted(able))
    return f"{rule.id}: {rule.by} has no standing over {where}: {has}; to {power} needs {needs}"


def reaches(rule: Rule) -> tuple[str, ...]:
    """Return the reaches a rule may draw on: that of cargo only if it singles cargo out."""
    bound = bool(rule.who) or rule.scope.kind == "operator"
    return ("place", "cargo") if bound else ("place",)


def _held(actor: str, place: Place, law: InForce) -> Iterator[Control]:
    """Yield the controls over a place of an actor and its agencies."""
    speakers = law.agencies.get(actor, frozenset({actor}))
    for control in law.controls:
        if control.actor in speakers and control.scope.covers(place):
            yield control


def _operators(place: Place, law: InForce) -> frozenset[str]:
    """Return who works a place."""
    return frozenset(
        control.actor
        for control in law.controls
        if control.role in WORKING and control.scope.covers(place)
    )


def _home(rule: Rule, place: Place) -> frozenset[str]:
    """Return the countries from which a rule sees transit, entry and exit."""
    if rule.scope.kind == "territory":
        return rule.scope.names
    if rule.by in place.countries:
        return frozenset({rule.by})
    return frozenset(place.countries)


def _refusals(winners: Sequence[Rule], seen: Survey, law: InForce) -> tuple[Refusal, ...]:
    """Return who closes a place, by rule or by default."""
    found = {
        rule.by: Refusal(rule.by, rule.id, rule.title) for rule in winners if rule.effect == "deny"
    }
    spoken = _spoken(winners, law) if seen.shut else set()
    for control in seen.shut:
        if control.actor not in spoken and control.actor not in found:
            words = f"{control.title}: closed unless {control.actor} permits"
            found[control.actor] = Refusal(control.actor, "", words)
    return tuple([found[actor] for actor in sorted(found)])


def _spoken(winners: Sequence[Rule], law: InForce) -> set[str]:
    """Return for whom rules speak that permit or deny."""
    makers = [rule.by for rule in winners if rule.effect in _ACCESS]
    return {one for maker in makers for one in law.agencies.get(maker, (maker,))}


def _within_quorum(
    refusals: tuple[Refusal, ...], place: Place, law: InForce, quorum: Mapping[str, int]
) -> tuple[Refusal, ...]:
    """Drop the refusals of joint holders of a role of whom enough permit."""
    if not quorum:
        return refusals
    refusing = {refusal.actor for refusal in refusals}
    kept = []
    for refusal in refusals:
        roles = {
            control.role
            for control in _held(refusal.actor, place, law)
            if gives(control, "deny", law)
        }
        role = roles.pop() if len(roles) == 1 else ""
        holders = {
            control.actor
            for control in law.controls
            if control.role == role and control.scope.covers(place)
        }
        if role not in quorum or len(holders - refusing) < quorum[role]:
            kept.append(refusal)
    return tuple(kept)


def _sums(rules: Iterable[Rule], effect: str) -> dict[str, float]:
    """Return the sum of values of an effect by unit; rules without a value add nothing."""
    total: dict[str, float] = {}
    for rule in rules:
        if rule.effect == effect and rule.value is not None:
            total[rule.unit] = total.get(rule.unit, 0.0) + rule.value
    return total


def _least(rules: Iterable[Rule]) -> dict[str, float]:
    """Return the smallest value of each unit."""
    least: dict[str, float] = {}
    for rule in rules:
        if rule.value is not None:
            least[rule.unit] = min(rule.value, least.get(rule.unit, rule.value))
    return least


def _chance(rules: Iterable[Rule]) -> float:
    """Return the chance that any of independent refusals comes."""
    free = 1.0
    for rule in rules:
        if rule.effect == "probability":
            free *= 1.0 - (rule.value or 0.0)
    return 1.0 - free
