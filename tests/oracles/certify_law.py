"""Who closes a place to cargo, read anew from the raw tables and the merged scenario.

Nothing of the compiler is used: rows are plain text, and precedence is written down once
more from its rules, so that what a run exports can be judged by a second reading.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from corridors.model.scenario import AccessEntry, Demand, Scenario

#: A row of a table as text, with what was made of its cells.
Row = dict[str, Any]
#: Traits of a carrier; cargo that does not say one goes with whoever is admitted.
CARRIER = ("flag", "operator", "vessel")
PARTY = ("owner", "flag", "operator")
WORKING = ("operator", "infrastructure_manager")
#: Priority of a refusal by stance, above any rule's.
STANCE = 10**6
#: The cells of a row that holds everywhere.
EVERYWHERE = {
    "on_kind": "any", "mode": "*",
    "names": frozenset[str](), "modes": frozenset[str](), "lacks": frozenset[str](),
}  # fmt: skip
TABLES = ("actors", "memberships", "role_powers", "control", "rules", "events")
FACTS = ("crossings", "straits", "services", "terminals", "links", "territories")


class Visit(NamedTuple):
    """A place cargo passes: ids that name it, its country or both, its mode."""

    assets: frozenset[str]
    countries: tuple[str, ...]
    mode: str
    named: bool = True

    @property
    def borders(self) -> frozenset[str]:
        """The border it lies on, both ways round; nothing inside a country."""
        return _both_ways(self.countries)


@cache
def _both_ways(countries: tuple[str, ...]) -> frozenset[str]:
    """Return the names of the border between two countries."""
    ways = (countries, countries[::-1]) if len(countries) > 1 else ()
    return frozenset("-".join(way) for way in ways)


class Survey(NamedTuple):
    """What bears on a place: rules with standing, who shuts it by default, who works it."""

    rules: list[Row]
    shut: set[str]
    works: set[str]


@dataclass(frozen=True)
class Raw:
    """The tables as they stand in the files."""

    register: Mapping[str, list[Row]]
    facts: Mapping[str, list[Row]]


def read_raw(register: Path, facts: Path) -> Raw:
    """Read the raw tables of the register and of the facts."""
    return Raw({name: _rows(register / f"{name}.csv") for name in TABLES},
               {name: _rows(facts / f"{name}.csv") for name in FACTS})  # fmt: skip


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _listed(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def _within(row: Row, day: str) -> bool:
    """Whether a day lies in a row's dates, each as exact as known; words sort as days do."""
    start, end = row["from"], row["until"]
    first = start + "-01-01"[len(start) - 4 :] if start else ""
    last = end + "-12-31"[len(end) - 4 :] if len(end) != len("2026-02") else end + "-31"
    return first <= day and (not end or day <= last)


class Law:
    """What a scenario takes as in force."""

    def __init__(self, raw: Raw, scenario: Scenario) -> None:
        self.day = scenario.as_of.isoformat()
        self.choice = scenario.access
        self._speaking: dict[str, set[str]] = {}
        self.parents = {row["id"]: row["parent"] for row in raw.register["actors"]}
        self.kinds = {row["id"]: row["kind"] for row in raw.register["actors"]}
        self.members = _members(raw.register["memberships"], self.day)
        self.roles = {row["role"]: row for row in raw.register["role_powers"]}
        regimes = {"", *self.choice.regimes}
        self.controls = [
            row | self._cells(row)
            for row in raw.register["control"]
            if _within(row, self.day) and row["regime"] in regimes
        ]
        self.rules = self._in_force(raw)
        self._stances()
        blind = [row["id"] for row in self.rules if row["on_kind"] == "branch"]
        if blind:
            msg = f"rules about corridor branches are not read off legs: {blind}"
            raise NotImplementedError(msg)
        self._at: dict[Visit, Survey] = {}

    # --- what is in force ------------------------------------------------------------

    def _in_force(self, raw: Raw) -> list[Row]:
        """Return the rules in force, those of the scenario too."""
        rules = [*raw.register["rules"], *(dict(one) for one in self.choice.own)]
        by_id = {rule["id"]: rule for rule in rules}
        known = {row["regime"]: row["regime"] in self.choice.regimes
                 for row in raw.register["control"]}  # fmt: skip
        for event in raw.register["events"]:
            begun = event["date"] + "-01-01"[len(event["date"]) - 4 :] if event["date"] else ""
            known[event["id"]] = event["kind"] in ("happened", "standing") and begun <= self.day
        known |= dict(self.choice.events)

        def holds(name: str) -> bool:
            if name not in by_id:
                return known[name]
            rule = by_id[name]
            if name in self.choice.rules:
                return self.choice.rules[name]
            return _within(rule, self.day) and _is_true(rule["condition"], holds)

        return [
            rule | self._cells(rule) | {"who": self._who(rule["cargo"])}
            for rule in rules
            if rule["effect"] in ("permit", "deny") and holds(rule["id"])
        ]

    def _cells(self, row: Row) -> Row:
        """Return the cells that say where a row holds, taken apart."""
        return {
            "names": self._names(_listed(row["on"])),
            "modes": frozenset(_listed(row["mode"])) if row["mode"] != "*" else frozenset(),
            "lacks": frozenset(_listed(row["without"])),
        }

    def _names(self, cells: Sequence[str]) -> frozenset[str]:
        """Return names with each bloc replaced by itself and its members."""
        found = set[str]()
        for name in cells:
            found |= {name.removeprefix("@")}
            found |= self.members.get(name[1:], set()) if name.startswith("@") else set()
        return frozenset(found)

    def _who(self, cell: str) -> list[tuple[str, frozenset[str], bool]]:
        """Return field, names and whether negated of each demand on cargo."""
        parts = [part.split("=", 1) for part in cell.split() if part != "*"]
        return [
            (field, self._names(names.removeprefix("!").split("/")), names.startswith("!"))
            for field, names in parts
        ]

    def _stances(self) -> None:
        """Apply who lifts every refusal and who refuses all."""
        lifting = self._meant(self.choice.permits)
        self.rules = [
            rule for rule in self.rules if rule["effect"] != "deny" or rule["by"] not in lifting
        ]
        for row in self.controls:
            if row["actor"] in lifting:
                row["default_policy"] = "open"
        refusing = self._meant(self.choice.refuses)
        for actor in sorted(refusing):
            self.rules.append(
                EVERYWHERE
                | {"id": f"stance of {actor}", "by": actor, "effect": "deny", "cargo": "*",
                   "direction": "both", "transit_only": "no", "priority": str(STANCE),
                   "from": "", "on": "", "who": []}
            )  # fmt: skip

    def _meant(self, names: Iterable[str]) -> set[str]:
        """Return whom `*`, `@BLOC`, `!actor` and plain names mean."""
        names = list(names)
        everybody = "*" in names or any(name.startswith("!") for name in names)
        found = set(self.kinds) if everybody else set[str]()
        for name in (one for one in names if one != "*"):
            plain = name.removeprefix("!")
            group = {plain.removeprefix("@")}
            group |= self.members.get(plain[1:], set()) if plain.startswith("@") else set()
            speaking = {one for actor in group for one in self._speakers(actor)}
            found = found - speaking if name.startswith("!") else found | speaking
        return found

    def _speakers(self, actor: str) -> set[str]:
        """Return an actor and the agencies that act for it."""
        if actor in self._speaking:
            return self._speaking[actor]
        found = {actor}
        while more := {
            one for one, parent in self.parents.items()
            if parent in found and self.kinds[one] == "agency"
        } - found:  # fmt: skip
            found |= more
        self._speaking[actor] = found
        return found

    # --- verdicts --------------------------------------------------------------------

    def closers(self, visit: Visit, cargo: Mapping[str, frozenset[str]]) -> list[str]:
        """Return who closes a place to cargo and by which rule, none if it is open."""
        by_scenario = [f"scenario closes {e}" for e in self.choice.close if _fits(e, visit)]
        if any(_fits(entry, visit) for entry in self.choice.open):
            return by_scenario
        if visit not in self._at:
            self._at[visit] = self._survey(visit)
        best: dict[str, Row] = {}
        for rule in self._at[visit].rules:
            if self._about(rule, visit, cargo):
                rival = best.get(rule["by"])
                best[rule["by"]] = min((rule, rival), key=_order) if rival else rule
        refused = [f"{actor} by {rule['id']}" for actor, rule in sorted(best.items())
                   if rule["effect"] == "deny"]  # fmt: skip
        spoken = {one for actor in best for one in self._speakers(actor)}
        default = self._at[visit].shut - spoken
        return by_scenario + refused + [f"{actor} by default" for actor in sorted(default)]

    def _survey(self, visit: Visit) -> Survey:
        """Return what bears on a place, whatever the cargo."""
        here = [row for row in self.controls if _covers(row, visit)]
        denying = [row for row in here if self._may_deny(row)]
        standing = []
        for rule in self.rules:
            if rule["on_kind"] != "operator" and not _covers(rule, visit):
                continue
            speakers = self._speakers(rule["by"])
            picks = bool(rule["who"]) or rule["on_kind"] == "operator"
            able = any(
                row["actor"] in speakers and (picks or self.roles[row["role"]]["reach"] == "place")
                for row in denying
            )
            if able:
                standing.append(rule)
        return Survey(
            standing,
            {row["actor"] for row in denying if row["default_policy"] == "closed"},
            {row["actor"] for row in here if row["role"] in WORKING},
        )

    def _may_deny(self, row: Row) -> bool:
        """Whether a row of control carries the power to deny."""
        return self.roles[row["role"]]["deny"] == "yes" or "deny" in row["grants"]

    def _about(self, rule: Row, visit: Visit, cargo: Mapping[str, frozenset[str]]) -> bool:
        """Whether a rule at a place is about the cargo too."""
        if rule["on_kind"] == "operator":
            if not _in_mode(rule, visit) or visit.assets & rule["lacks"]:
                return False
            if rule["names"].isdisjoint(self._at[visit].works | cargo["operator"]):
                return False
        home = rule["names"] if rule["on_kind"] == "territory" else set(visit.countries)
        if rule["on_kind"] != "territory" and rule["by"] in home:
            home = {rule["by"]}
        starts, ends = bool(home & cargo["origin"]), bool(home & cargo["destination"])
        if rule["transit_only"] == "yes" and (starts or ends):
            return False
        if not {"both": True, "in": ends, "out": starts}[rule["direction"]]:
            return False
        return all(_answers(cargo, *demand) for demand in rule["who"])


def _members(rows: Sequence[Row], day: str) -> dict[str, set[str]]:
    """Return all members of each bloc on a day, through blocs within blocs."""
    direct: dict[str, set[str]] = {}
    for row in rows:
        if row["standing"] == "member" and _within(row, day):
            direct.setdefault(row["bloc"], set()).add(row["member"])
    changed = True
    while changed:
        changed = False
        for bloc, members in direct.items():
            deeper = {one for within in members & direct.keys() for one in direct[within]}
            changed |= not deeper <= members
            direct[bloc] = members | deeper
    return direct


def _is_true(condition: str, holds: Callable[[str], bool]) -> bool:
    """Whether a condition is true: Python's own and, or, not over the truth of its names."""
    words = re.findall(r"[()]|[\w:.-]+", condition)
    signs = ("and", "or", "not", "(", ")")
    text = " ".join(one if one in signs else str(holds(one)) for one in words)
    return not text or bool(eval(text))  # noqa: S307 - words of our own table


def _in_mode(row: Row, visit: Visit) -> bool:
    return not row["modes"] or visit.mode in row["modes"]


def _covers(row: Row, visit: Visit) -> bool:
    """Whether a row of control or rules is about a place."""
    if not _in_mode(row, visit) or visit.assets & row["lacks"]:
        return False
    kind, names = row["on_kind"], row["names"]
    if kind == "asset":
        return not names.isdisjoint(visit.assets)
    if kind == "territory":
        return not names.isdisjoint(visit.countries)
    if kind in ("country_pair", "unnamed_border"):
        return not names.isdisjoint(visit.borders) and (kind == "country_pair" or not visit.named)
    return bool(kind == "any")


def _answers(
    cargo: Mapping[str, frozenset[str]], field: str, names: frozenset[str], negated: object
) -> bool:
    """Whether cargo answers to a demand of a rule."""
    held = cargo["origin"] | cargo["destination"] if field == "end" else cargo[field]
    if field in CARRIER and not held:
        return False
    return bool(names & held) != bool(negated)


def _order(rule: Row) -> tuple[object, ...]:
    """Return what puts the winning rule of an actor first."""
    fields = [field for field, _, _ in rule["who"]]
    given = {
        "asset": rule["on_kind"] == "asset", "commodity": "commodity" in fields,
        "ends": any(one in fields for one in ("origin", "destination", "end")),
        "mode": rule["mode"] != "*", "bloc": "@" in rule["on"] + rule["cargo"],
    }  # fmt: skip
    count = len(fields) + sum(
        (rule["on_kind"] != "any", rule["mode"] != "*", rule["direction"] != "both",
         rule["transit_only"] == "yes")
    )  # fmt: skip
    start = rule["from"] + "-01-01"[len(rule["from"]) - 4 :] if rule["from"] else "0001-01-01"
    later = tuple(-int(part) for part in start.split("-"))
    kinds = tuple(not one for one in given.values())
    return (-int(rule["priority"]), -count, kinds, later, rule["effect"] != "deny", rule["id"])


def _fits(entry: AccessEntry, visit: Visit) -> bool:
    """Whether a place that a scenario closes or opens is the one visited."""
    if entry.mode and entry.mode != visit.mode:
        return False
    return (
        entry.place == "*"
        or entry.place in visit.assets
        or entry.place in visit.countries
        or entry.place in visit.borders
    )


def cargo_of(raw: Raw, demand: Demand, law: Law) -> dict[str, frozenset[str]]:
    """Return what rules may ask of a demand's cargo, as it sets out."""
    country = {row["id"]: row["country"] for row in raw.facts["terminals"]}
    cargo = {
        name: frozenset(
            above
            for word in getattr(demand.traits, name)
            for above in (_upward(word.removeprefix("@"), law) if name in PARTY else [word])
        )
        for name in ("owner", "flag", "operator", "commodity", "vessel", "list")
    }
    for end in ("origin", "destination"):
        terminal = getattr(demand, end)
        cargo[end] = frozenset({terminal, country[terminal]})
    cargo["after"] = frozenset({country[demand.origin]})
    return cargo


def _upward(name: str, law: Law) -> list[str]:
    """Return a party and all above it."""
    found: list[str] = []
    while name and name not in found:
        found.append(name)
        name = law.parents.get(name, "")
    return found
