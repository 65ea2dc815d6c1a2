"""The dated register: who controls what and who lets whom through, read and checked.

::

    register = load_register()                                   # all tables, all findings
    law = as_of(register, date(2026, 9, 9))                      # in_force.py
    verdict = decide(law, place, cargo)                          # precedence.py
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corridors.errors import Finding, ScenarioError, nearest
from corridors.model.access import (
    ACTOR_KINDS,
    EFFECTS,
    EVENT_KINDS,
    STANDINGS,
    Actor,
    Control,
    Event,
    Membership,
    RolePower,
    Rule,
)
from corridors.scenario.conditions import ConditionError, find_cycle, names_in, parse
from corridors.scenario.levies import IN_RATES
from corridors.scenario.places import data_folder
from corridors.scenario.register_cells import (
    ASSUMPTION,
    EVIDENCE,
    GENERAL_KNOWLEDGE,
    YES_NO,
    Known,
    Names,
    check_names,
    read_evidence,
    read_number,
    read_scope,
    read_span,
    read_who,
)
from corridors.scenario.tables import Table, read_table
from geodata.folders import facts_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from corridors.scenario.tables import Row

POWERS = ("deny", "charge", "delay", "cap")
COLUMNS = {
    "actors": ("id", "name", "kind", "parent", *EVIDENCE),
    "memberships": ("bloc", "member", "standing", "from", "until", *EVIDENCE),
    "role_powers": ("role", *POWERS, "default_policy", "reach", "reasoning", "exceptions",
                    *EVIDENCE),
    "control": ("id", "on_kind", "on", "without", "mode", "actor", "role", "share",
                "default_policy", "grants", "regime", "from", "until", "title", "conflict",
                *EVIDENCE),
    "rules": ("id", "by", "effect", "value", "low", "high", "unit", "on_kind", "on", "without",
              "mode", "cargo", "direction", "transit_only", "from", "until", "condition",
              "priority", "title", "conflict", *EVIDENCE),
    "events": ("id", "kind", "date", "until", "actors", "on", "title", "effect", "statement",
               "conflict", *EVIDENCE),
    "sources": ("id", "title", "url"),
}  # fmt: skip
_REGIME = re.compile(r"[a-z0-9-]+:[a-z0-9-]+")
_OPEN = ("open", "closed")


@dataclass(frozen=True)
class Register:
    """All rows of the register, in file order.

    `marks` gives the file and line of each control and rule; `known` are the places
    their names were checked against; `sources` gives title and address by id.
    """

    actors: tuple[Actor, ...]
    memberships: tuple[Membership, ...]
    roles: tuple[RolePower, ...]
    controls: tuple[Control, ...]
    rules: tuple[Rule, ...]
    events: tuple[Event, ...]
    known: Known
    marks: Mapping[str, tuple[str, int]]
    sources: Mapping[str, tuple[str, str]]

    @property
    def regimes(self) -> tuple[str, ...]:
        """The alternative regimes that may be chosen, sorted."""
        return tuple(sorted({row.regime for row in self.controls} - {""}))


def load_register(
    folder: Path | None = None, *, known: Known | None = None, checks_places: bool = True
) -> Register:
    """Load and check the register.

    Parameters
    ----------
    folder
        Where the tables lie; those in use if not given.
    known
        The places that exist; those of the fact tables if not given.
    checks_places
        Whether the names of places are checked; if not, `known` may be empty.

    Raises
    ------
    ScenarioError
        If anything is wrong; carries all findings of all tables.
    InputMissingError
        If a table is missing.
    """
    tables = _read_all(folder or data_folder())
    names = replace(_names(tables, known or shipped_places()), checks_places=checks_places)
    roles = tuple(_role(tables["role_powers"], row, names) for row in tables["role_powers"].rows)
    among = {role.role for role in roles}
    control, rules = tables["control"], tables["rules"]
    register = Register(
        tuple(_actor(tables["actors"], row, names) for row in tables["actors"].rows),
        tuple(_membership(tables["memberships"], row, names)
              for row in tables["memberships"].rows),
        roles,
        tuple(_control(control, row, names, among) for row in control.rows),
        tuple(read_rule(rules, row, names) for row in rules.rows),
        tuple(_event(tables["events"], row, names) for row in tables["events"].rows),
        names.known,
        {row.cells["id"]: (table.file, row.line) for table in (control, rules)
         for row in table.rows},
        {row.cells["id"]: (row.cells["title"], row.cells["url"])
         for row in tables["sources"].rows},
    )  # fmt: skip
    for name in ("actors", "control", "rules", "events"):
        _check_unique(tables[name])
    _check_conditions(rules, register)
    _raise_all(tables.values())
    return register


def shipped_places() -> Known:
    """Return the places of the fact tables."""
    from geodata.facts_io import load_facts

    return Known.of(load_facts(facts_folder()))


def count_rows(register: Register) -> dict[str, dict[str, int]]:
    """Count the rows of each table, and of them those of each basis and confidence.

    Returns
    -------
    dict
        Table -> `rows`, `placeholder`, each basis and each confidence that occurs.
    """
    counts = {}
    for table in ("actors", "memberships", "roles", "controls", "rules", "events"):
        evidence = [row.evidence for row in getattr(register, table)]
        words = Counter[str]({"rows": len(evidence)})
        words["placeholder"] = sum(one.placeholder for one in evidence)
        words.update(one.basis for one in evidence)
        words.update(one.confidence for one in evidence)
        counts[table] = dict(words)
    return counts


def _read_all(folder: Path) -> dict[str, Table]:
    """Read every table; if some have a wrong shape, raise what all of them lack."""
    tables, findings = {}, list[Finding]()
    for name, columns in COLUMNS.items():
        try:
            tables[name] = read_table(folder / f"{name}.csv", columns)
        except ScenarioError as error:
            findings += error.findings
    if findings:
        msg = "the register is invalid:"
        raise ScenarioError(msg, findings=findings)
    return tables


def _raise_all(tables: Iterable[Table]) -> None:
    """Raise the findings of all tables together."""
    findings = [finding for table in tables for finding in table.findings]
    if findings:
        msg = f"the register has {len(findings)} mistake{'s' if len(findings) > 1 else ''}:"
        raise ScenarioError(msg, findings=findings)


def _names(tables: Mapping[str, Table], known: Known) -> Names:
    """Return the names that exist: places, actors and sources, events among them."""
    actors = {row.cells["id"]: row.cells["kind"] for row in tables["actors"].rows}
    rows = [*tables["sources"].rows, *tables["events"].rows]
    sources = {row.cells["id"] for row in rows} | {GENERAL_KNOWLEDGE, ASSUMPTION}
    return Names(known, actors, sources)


def _actor(table: Table, row: Row, names: Names) -> Actor:
    check_names(table, row, "parent", names.actors)
    kind = table.choice(row, "kind", ACTOR_KINDS)
    cells = row.cells
    return Actor(cells["id"], cells["name"], kind, cells["parent"],
                 read_evidence(table, row, names))  # fmt: skip


def _membership(table: Table, row: Row, names: Names) -> Membership:
    blocs = {
        actor for actor, kind in names.actors.items() if kind in ("bloc", "company", "operator")
    }
    return Membership(
        table.choice(row, "bloc", blocs), table.choice(row, "member", names.actors),
        table.choice(row, "standing", STANDINGS), read_span(table, row),
        read_evidence(table, row, names),
    )  # fmt: skip


def _role(table: Table, row: Row, names: Names) -> RolePower:
    cells = row.cells
    return RolePower(
        cells["role"],
        {power: table.choice(row, power, (*YES_NO, "conditional")) for power in POWERS},
        table.choice(row, "default_policy", _OPEN) == "open",
        table.choice(row, "reach", ("place", "cargo")),
        cells["reasoning"], cells["exceptions"], read_evidence(table, row, names),
    )  # fmt: skip


def _control(table: Table, row: Row, names: Names, roles: set[str]) -> Control:
    cells = row.cells
    if cells["regime"] and _REGIME.fullmatch(cells["regime"]) is None:
        table.find(row, "regime", f"{cells['regime']!r} is not of the form asset:name")
    return Control(
        cells["id"], read_scope(table, row, names), table.choice(row, "actor", names.actors),
        table.choice(row, "role", roles), cells["share"],
        table.choice(row, "default_policy", _OPEN) == "open",
        frozenset(check_names(table, row, "grants", POWERS)), cells["regime"],
        read_span(table, row), cells["title"], cells["conflict"], read_evidence(table, row, names),
    )  # fmt: skip


def read_rule(table: Table, row: Row, names: Names) -> Rule:
    """Return a row of the rules table as a rule, noting what is wrong with it."""
    cells = row.cells
    effect = table.choice(row, "effect", EFFECTS)
    value, low, high = (read_number(table, row, column) for column in ("value", "low", "high"))
    _check_value(table, row, effect, (value, low, high))
    return Rule(
        cells["id"], table.choice(row, "by", names.actors), effect,
        read_scope(table, row, names), read_who(table, row, names), value, low, high,
        cells["unit"], table.choice(row, "direction", ("both", "in", "out")),
        table.choice(row, "transit_only", YES_NO) == "yes", read_span(table, row),
        cells["condition"], _priority(table, row),
        "@" in cells["on"] + cells["cargo"], cells["title"], cells["conflict"],
        read_evidence(table, row, names),
    )  # fmt: skip


def _priority(table: Table, row: Row) -> int:
    """Return the priority; one that is no whole number is noted."""
    text = row.cells["priority"]
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    table.find(row, "priority", f"{text!r} is no whole number")
    return 0


def _check_value(
    table: Table, row: Row, effect: str, numbers: tuple[float | None, float | None, float | None]
) -> None:
    """Note a value that does not fit the effect, its range or its unit."""
    value, low, high = numbers
    if row.cells["unit"] == IN_RATES and (value is not None or effect not in ("charge", "delay")):
        table.find(row, "unit", f"{IN_RATES} is for a charge or delay without a value")
    if value is None:
        return
    if effect in ("permit", "deny"):
        table.find(row, "value", f"{effect} takes no value")
    if effect == "probability" and value > 1:
        table.find(row, "value", f"{value:g} is no probability", "between 0 and 1")
    if not (value if low is None else low) <= value <= (value if high is None else high):
        table.find(row, "value", f"{value:g} is not within {low} to {high}")
    if not row.cells["unit"]:
        table.find(row, "unit", "a value needs a unit")


def _event(table: Table, row: Row, names: Names) -> Event:
    cells = row.cells
    known = names.known
    places = known.assets.keys() | names.countries | known.pairs.keys()
    among = places if names.checks_places else None
    return Event(
        cells["id"], table.choice(row, "kind", EVENT_KINDS), read_span(table, row, "date"),
        check_names(table, row, "actors", names.actors), check_names(table, row, "on", among),
        cells["title"], cells["effect"], cells["statement"], cells["conflict"],
        read_evidence(table, row, names),
    )  # fmt: skip


def _check_unique(table: Table) -> None:
    """Note ids that stand twice."""
    first: dict[str, int] = {}
    for row in table.rows:
        line = first.setdefault(row.cells["id"], row.line)
        if line != row.line:
            table.find(row, "id", f"{row.cells['id']} stands already on line {line}", "rename it")


def _check_conditions(table: Table, register: Register) -> None:
    """Note conditions that cannot be read, name what is not, or go round in a circle."""
    among = {event.id for event in register.events} | {rule.id for rule in register.rules}
    among |= set(register.regimes)
    needs: dict[str, frozenset[str]] = {}
    for row in table.rows:
        try:
            names = names_in(parse(row.cells["condition"]))
        except ConditionError as error:
            table.find(row, "condition", error.message, f"at character {error.at}")
            continue
        needs[row.cells["id"]] = names
        for name in sorted(names - among):
            table.find(row, "condition", f"{name!r} is not known", nearest(name, among))
    cycle = find_cycle(needs)
    if cycle:
        row = next(row for row in table.rows if row.cells["id"] == cycle[0])
        table.find(row, "condition", f"goes round in a circle: {' -> '.join(cycle)}", "break it")
