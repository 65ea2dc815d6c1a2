"""Why a rule of the register is in force on a day, or is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.scenario.conditions import holds, names_in, parse
from corridors.scenario.in_force import is_true
from corridors.scenario.stances import REFUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.model.access import InForce, Rule
    from corridors.scenario.register import Register

#: What can decide, the most telling first: that the rule is the scenario's own, a switch
#: of the scenario, what it supposes of an actor, a regime, another condition, the day.
KINDS = ("own", "switch", "stance", "regime", "condition", "date")


@dataclass(frozen=True)
class Reason:
    """What decided whether a rule holds: one of :data:`KINDS`, and the same in words."""

    kind: str
    words: str


class Reasons:
    """Tells why rules hold or not under one law.

    Parameters
    ----------
    register
        Whose rules they are; those in force beyond it are the scenario's own.
    law
        What is in force.
    events, rules
        What the scenario takes as true or false, and switches, whatever the date.
    """

    def __init__(
        self,
        register: Register,
        law: InForce,
        *,
        events: Mapping[str, bool] | None = None,
        rules: Mapping[str, bool] | None = None,
    ) -> None:
        self.day, self.forced = law.day, rules or {}
        self.known = {rule.id: rule for rule in register.rules}
        self.active = {rule.id for rule in law.rules}
        self.truth = {event.id: is_true(event, law.day) for event in register.events}
        self.truth |= {name: name in law.regimes for name in register.regimes} | dict(events or {})
        self.truth |= {rule.id: rule.id in self.active for rule in register.rules}

    def of(self, rule: Rule) -> Reason:
        """Return why a rule is in force, or is not, whichever is the case."""
        if rule.id not in self.known:
            return self._own(rule)
        held = rule.id in self.active
        if self.forced.get(rule.id) is held:
            return Reason("switch", f"switched {'on' if held else 'off'} by the scenario")
        return self._holding(rule) if held else self._idle(rule)

    def _own(self, rule: Rule) -> Reason:
        """Return why a rule that is not the register's holds: the scenario says so."""
        kind = "stance" if rule.id.startswith(REFUSES) else "own"
        stated = rule.id in self.active
        return Reason(kind, "stated by the scenario" if stated else "not in this scenario")

    def _holding(self, rule: Rule) -> Reason:
        """Return why a rule that nobody switched is in force."""
        condition = self.known[rule.id].condition
        if condition:
            return Reason(_kind(condition), f"as {condition}")
        start, end = rule.span.start, rule.span.end
        since = f"since {start}" if start else "at all times"
        return Reason("date", f"{since}, until {end}" if end else since)

    def _idle(self, rule: Rule) -> Reason:
        """Return why a rule that nobody switched is not in force."""
        start, end = rule.span.start, rule.span.end
        lifted = Reason("stance", f"lifted, as the scenario has {rule.by} permit")
        if rule.id in self.forced:
            return lifted
        if end and end < self.day:
            return Reason("date", f"lapsed after {end}")
        if start and start > self.day:
            return Reason("date", f"begins on {start}")
        condition = parse(rule.condition)
        if holds(condition, self.truth.__getitem__):
            return lifted
        told = (f"{name} {'is' if self.truth[name] else 'is not'} so"
                for name in sorted(names_in(condition)))  # fmt: skip
        return Reason(_kind(rule.condition), f"only if {rule.condition}; {', '.join(told)}")


def _kind(condition: str) -> str:
    """Return whether a condition asks for a regime, written `asset:name`."""
    return "regime" if ":" in condition else "condition"
