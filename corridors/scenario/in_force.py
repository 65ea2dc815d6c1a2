"""What the register says on one day: regimes chosen, conditions decided, blocs resolved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.errors import Finding, ScenarioError, nearest
from corridors.model.access import CARGO_FIELDS, MODES, InForce, Place
from corridors.scenario.conditions import holds, in_order, names_in, parse
from corridors.scenario.precedence import lacks_standing, standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from corridors.model.access import Actor, Control, Event, Membership, Rule, Scope
    from corridors.scenario.register import Register
    from corridors.scenario.register_cells import Known


def as_of(
    register: Register,
    day: date,
    *,
    regimes: Sequence[str] = (),
    events: Mapping[str, bool] | None = None,
    rules: Mapping[str, bool] | None = None,
) -> InForce:
    """Return what is in force on a day.

    Parameters
    ----------
    register
        The whole register.
    day
        The day.
    regimes
        The regime chosen for each asset that has alternatives, at most one each.
    events
        Events that a scenario takes as true or false, whatever their date.
    rules
        Rules that a scenario puts in force or out of it, whatever their date.

    Raises
    ------
    ScenarioError
        If two regimes of one asset are chosen, or a name does not exist.
    """
    events, rules = events or {}, rules or {}
    _check_choice(register, regimes, events, rules)
    blocs = blocs_on(register.memberships, day)
    controls = tuple(
        _with_places(row, blocs)
        for row in register.controls
        if day in row.span and row.regime in ("", *regimes)
    )
    truth = {event.id: is_true(event, day) for event in register.events}
    truth |= dict.fromkeys(register.regimes, False) | dict.fromkeys(regimes, True) | dict(events)
    return InForce(
        day,
        {actor.id: actor for actor in register.actors},
        blocs,
        _agencies(register.actors),
        controls,
        {role.role: role for role in register.roles},
        tuple(with_members(rule, blocs) for rule in _active(register.rules, day, truth, rules)),
        tuple(sorted(regimes)),
        tuple(_not_begun(register, regimes, day)),
    )


def without_standing(register: Register, law: InForce) -> tuple[Finding, ...]:
    """Return a warning for each rule in force whose maker lacks the power over its places.

    Parameters
    ----------
    register
        Where the rules stand and which places exist.
    law
        What is in force.

    Returns
    -------
    tuple
        One finding a rule, with file and line, the places and the role that is missing.
    """
    found = []
    for rule in law.rules:
        lacking = [
            places[0]
            for places in _places(rule, register.known)
            if not any(standing(rule, place, law) for place in places)
        ]
        if lacking:
            file, line = register.marks[rule.id]
            more = f" (and {len(lacking) - 1} more places)" if len(lacking) > 1 else ""
            words = lacks_standing(rule, lacking[0], law) + more
            found.append(Finding(file, line, 2, "by", words, "add the control row that gives it"))
    return tuple(sorted(found))


def told_apart(register: Register, law: InForce) -> dict[str, frozenset[str]]:
    """Return for each field of cargo the names that some rule in force asks about.

    Two cargoes that agree on these names, and on whether they say who carries them, are
    one class: no rule can tell them apart.
    Rules that look at transit or direction ask for their own countries at both ends.
    """
    asked: dict[str, set[str]] = {name: set() for name in CARGO_FIELDS if name != "end"}
    for rule in law.rules:
        for selector in rule.who:
            ends = ("origin", "destination") if selector.field == "end" else (selector.field,)
            for name in ends:
                asked[name] |= selector.names
        if rule.transit_only or rule.direction != "both":
            home = _homes(rule, register.known)
            asked["origin"] |= home
            asked["destination"] |= home
        if rule.scope.kind == "operator":
            asked["operator"] |= rule.scope.names
    return {name: frozenset(names) for name, names in asked.items()}


def _homes(rule: Rule, known: Known) -> set[str]:
    """Return all countries from which a rule may see transit, entry and exit."""
    if rule.scope.kind in ("any", "operator"):
        return {rule.by, *known.countries}
    places = [place for places in _places(rule, known) for place in places]
    return {rule.by, *rule.scope.names, *(code for place in places for code in place.countries)}


def _check_choice(
    register: Register,
    regimes: Sequence[str],
    events: Mapping[str, bool],
    rules: Mapping[str, bool],
) -> None:
    """Raise what is wrong with the choices of a scenario, all at once."""
    findings = []
    chosen: dict[str, str] = {}
    for regime in regimes:
        subject = regime.partition(":")[0]
        if chosen.setdefault(subject, regime) != regime:
            message = f"{chosen[subject]} and {regime} are alternatives"
            findings.append(Finding("scenario", 0, 0, "regimes", message, "choose one"))
    named: tuple[tuple[str, Collection[str], Collection[str]], ...] = (
        ("regimes", regimes, register.regimes),
        ("events", events, [event.id for event in register.events]),
        ("rules", rules, [rule.id for rule in register.rules]),
    )
    for path, names, among in named:
        for name in names:
            if name not in among:
                message = f"{name!r} is not known"
                findings.append(Finding("scenario", 0, 0, path, message, nearest(name, among)))
    if findings:
        msg = "what the scenario chooses from the register is invalid:"
        raise ScenarioError(msg, findings=findings)


def blocs_on(memberships: Sequence[Membership], day: date) -> dict[str, frozenset[str]]:
    """Return the members of each bloc on a day, those of blocs within it too; no observers."""
    direct: dict[str, set[str]] = {}
    for row in memberships:
        members = direct.setdefault(row.bloc, set())
        if row.standing == "member" and day in row.span:
            members.add(row.member)
    return {bloc: frozenset(_closure(bloc, direct)) for bloc in direct}


def _closure(bloc: str, direct: Mapping[str, set[str]]) -> set[str]:
    """Return all members of a bloc, direct or by a bloc that is a member."""
    found, left = set[str](), [bloc]
    while left:
        new = direct.get(left.pop(), set()) - found
        found |= new
        left += new
    return found


def _resolved(names: frozenset[str], blocs: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return names with each `@BLOC` replaced by the bloc and its members."""
    plain = {name for name in names if not name.startswith("@")}
    if len(plain) == len(names):
        return names
    for name in names - plain:
        plain |= {name[1:], *blocs.get(name[1:], ())}
    return frozenset(plain)


def _scope_of(scope: Scope, blocs: Mapping[str, frozenset[str]]) -> Scope:
    """Return a scope with its blocs replaced by their members of the day."""
    names = _resolved(scope.names, blocs)
    return scope if names is scope.names else replace(scope, names=names)


def _with_places(row: Control, blocs: Mapping[str, frozenset[str]]) -> Control:
    """Return a control with the blocs of its scope replaced by their members of the day."""
    scope = _scope_of(row.scope, blocs)
    return row if scope is row.scope else replace(row, scope=scope)


def with_members(rule: Rule, blocs: Mapping[str, frozenset[str]]) -> Rule:
    """Return a rule with its blocs replaced by their members of the day."""
    if not rule.by_bloc:
        return rule
    who = tuple([replace(one, names=_resolved(one.names, blocs)) for one in rule.who])
    return replace(rule, who=who, scope=_scope_of(rule.scope, blocs))


def _agencies(actors: Sequence[Actor]) -> dict[str, frozenset[str]]:
    """Return who acts for each actor: itself, its agencies and theirs."""
    speakers = {actor.id: {actor.id} for actor in actors}
    by_id = {actor.id: actor for actor in actors}
    for actor in actors:
        principal = actor
        while principal.kind == "agency" and principal.parent in by_id:
            if actor.id in speakers[principal.parent]:
                break
            speakers[principal.parent].add(actor.id)
            principal = by_id[principal.parent]
    return {principal: frozenset(names) for principal, names in speakers.items()}


def is_true(event: Event, day: date) -> bool:
    """Whether an event counts as true on a day if no scenario says otherwise."""
    begun = event.span.start is None or event.span.start <= day
    return event.kind in ("happened", "standing") and begun


def _active(
    rules: Sequence[Rule], day: date, truth: dict[str, bool], forced: Mapping[str, bool]
) -> list[Rule]:
    """Return the rules in force, in file order; `truth` gains an entry for each rule."""
    by_id = {rule.id: rule for rule in rules}
    conditions = {rule.id: parse(rule.condition) for rule in rules if rule.condition}
    # A rule without a condition hangs on nothing and is decided first.
    for name in by_id.keys() - conditions.keys():
        truth[name] = forced.get(name, day in by_id[name].span)
    for name in in_order({key: names_in(condition) for key, condition in conditions.items()}):
        holding = day in by_id[name].span and holds(conditions[name], truth.__getitem__)
        truth[name] = forced.get(name, holding)
    return [rule for rule in rules if truth[rule.id]]


def _not_begun(register: Register, regimes: Sequence[str], day: date) -> Iterator[str]:
    """Yield a warning for each chosen regime that has no row on the day."""
    for regime in regimes:
        spans = [row.span for row in register.controls if row.regime == regime]
        if not any(day in span for span in spans):
            first = min(span.start for span in spans if span.start)
            yield f"{regime} has no control in force on {day}; its first begins {first}"


def _places(rule: Rule, known: Known) -> Iterator[list[Place]]:
    """Yield what a rule is about, each as one place for every mode it may be meant in."""
    scope = rule.scope
    for name in sorted(scope.names) or [""]:
        if scope.kind == "territory" and name not in known.countries:
            continue
        serves: Collection[str] = MODES
        countries: tuple[str, ...] = (name,) if scope.kind == "territory" else ()
        assets = frozenset[str]()
        if scope.kind == "asset":
            serves, countries = known.assets[name].modes, known.assets[name].countries
            assets = frozenset({name})
        if scope.kind in ("country_pair", "unnamed_border"):
            countries = known.pairs[name]
        if scope.kind == "branch":
            assets = frozenset(known.branches[name])
            countries = tuple(sorted({code for one in assets for code in _countries(one, known)}))
        modes = [mode for mode in MODES if mode in (scope.modes or serves)]
        branches = frozenset({name}) if scope.kind == "branch" else frozenset[str]()
        named = scope.kind != "unnamed_border"
        yield [Place(assets, countries, mode, branches, named) for mode in modes]


def _countries(asset: str, known: Known) -> tuple[str, ...]:
    return known.assets[asset].countries if asset in known.assets else ()
