"""Everything the register holds about a place, gathered for people who ask about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from corridors.report.explained import (
    AccessDossier,
    PowerRow,
    Source,
    VerdictRow,
    control_row,
    event_row,
    rule_row,
)
from corridors.scenario.closures import ANYWHERE
from corridors.scenario.in_force import with_members
from corridors.scenario.precedence import applies, gives, judge, lacks_standing, standing, survey
from corridors.scenario.register import POWERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corridors.model.access import Cargo, Control, InForce, Place, Rule, Scope
    from corridors.model.scenario import AccessEntry, Scenario
    from corridors.report.explained import ControlRow, EventRow, RuleRow
    from corridors.scenario.reasons import Reasons
    from corridors.scenario.register import Register
    from corridors.scenario.subjects import Subject

#: From what names one thing to what holds anywhere: the order in which rules are told.
_NARROW = ("asset", "branch", "country_pair", "unnamed_border", "territory", "operator", "any")
_EFFECTS = ("deny", "permit", "probability", "charge", "delay", "cap")
#: Fields of a row's evidence that call for caution, and how it is said.
_DOUBTS = (
    ("placeholder", True, "placeholders, not to be published as numbers"),
    ("basis", "general_knowledge", "on general knowledge, no document found"),
    ("basis", "assumed", "assumptions"),
)
#: Stands for no date when dates are put in order.
DAY_AFTER = date.max


@dataclass(frozen=True)
class Asked:
    """What a question is asked under: a scenario on a day, and what it puts in force."""

    scenario: Scenario
    register: Register
    law: InForce
    reasons: Reasons


def tell_access(asked: Asked, subject: Subject, cargo: Cargo, *, words: str = "") -> AccessDossier:
    """Gather everything that bears on the access to a subject.

    Parameters
    ----------
    asked
        What holds.
    subject
        What is asked about.
    cargo
        The cargo that the verdicts are on; `words` is how it was described, empty if
        nobody's in particular.
    """
    return _Teller(asked, subject).dossier(cargo, words)


class _Teller:
    """Tells what the register holds about one subject."""

    def __init__(self, asked: Asked, subject: Subject) -> None:
        self.asked, self.subject = asked, subject
        self.law, self.register = asked.law, asked.register
        self.names = {actor.id: actor.name for actor in self.register.actors}
        self.written = {rule.id: rule for rule in self.register.rules}
        self.seen = [survey(self.law, place) for place in subject.places]

    def dossier(self, cargo: Cargo, words: str) -> AccessDossier:
        """Return everything about the subject, and the verdict on some cargo."""
        asked = cargo if words.strip() else None
        rules, inside = tuple(self._in_force(asked)), tuple(self._inside())
        idle, events = tuple(self._idle()), tuple(self._events())
        controls = tuple(self._row(row) for row in self._held())
        alternatives = self._alternatives()
        rows: list[ControlRow | RuleRow | EventRow] = [*controls, *rules, *inside, *idle, *events]
        rows += [row for others in alternatives.values() for row in others]
        ids = dict.fromkeys(one for row in rows for one in row.evidence["sources"])
        return AccessDossier(
            self.subject, self.law.day, self.asked.scenario.id, words, self.law.regimes,
            tuple(self._verdicts(cargo)), controls, tuple(self._powers()), rules, inside, idle,
            events, alternatives, tuple(map(self._source, ids)),
            tuple(self._warnings((*controls, *rules))),
        )  # fmt: skip

    def _covered(self, scope: Scope) -> bool:
        """Whether any part of the subject lies in a scope."""
        return any(scope.covers(found.place, found.operators) for found in self.seen)

    def _held(self) -> list[Control]:
        """Return the controls over the subject, in the order of their roles."""
        held = [row for row in self.law.controls if self._covered(row.scope)]
        roles = list(self.law.roles)
        return sorted(held, key=lambda row: (roles.index(row.role), row.actor))

    def _row(self, row: Control) -> ControlRow:
        return control_row(row, self.names, self.subject.id)

    def _rule(self, rule: Rule, *, roles: Iterable[str] = (), meets: bool | None = None) -> RuleRow:
        """Return a rule as it is written, with blocs by their name."""
        written, reason = self.written.get(rule.id, rule), self.asked.reasons.of(rule)
        held = rule.id in self.asked.reasons.active
        return rule_row(written, self.names, self.subject.id, in_force=held, reason=reason.words,
                        standing=tuple(sorted(roles)), applies=meets)  # fmt: skip

    def _in_force(self, cargo: Cargo | None) -> Iterator[RuleRow]:
        """Yield the rules that hold on the subject, the narrowest first."""
        about = [rule for rule in self.law.rules if self._covered(rule.scope)]
        for rule in sorted(about, key=_order):
            covered = [one for one in self.seen if rule.scope.covers(one.place, one.operators)]
            roles = (standing(rule, one.place, self.law) for one in covered)
            meets = any(applies(rule, one, cargo) for one in covered) if cargo else None
            yield self._rule(rule, roles=frozenset().union(*roles), meets=meets)

    def _inside(self) -> Iterator[RuleRow]:
        """Yield the rules in force on single assets and borders of a country."""
        if self.subject.kind != "country":
            return
        code = self.subject.id
        names = {part.id for part in self.subject.parts}
        names |= {name for name, pair in self.register.known.pairs.items() if code in pair}
        for rule in sorted(self.law.rules, key=_order):
            if rule.scope.kind != "territory" and not names.isdisjoint(rule.scope.names):
                yield self._rule(rule)

    def _idle(self) -> Iterator[RuleRow]:
        """Yield the rules about the subject that are not in force, in order of their dates."""
        idle = [
            rule for rule in self.register.rules
            if rule.id not in self.asked.reasons.active
            and self._covered(with_members(rule, self.law.blocs).scope)
        ]  # fmt: skip
        for rule in sorted(idle, key=lambda rule: (rule.span.end or DAY_AFTER, rule.id)):
            yield self._rule(rule)

    def _events(self) -> Iterator[EventRow]:
        """Yield the events about the subject, its border and its parts, by date."""
        places = [found.place for found in self.seen]
        names = {self.subject.id, *(one for place in places for one in place.assets)}
        names |= {place.pair for place in places} - {""}
        about = [one for one in self.register.events if not names.isdisjoint(one.on)]
        for event in sorted(about, key=lambda one: (one.span.start or DAY_AFTER, one.id)):
            yield event_row(event, taken=self.asked.reasons.truth[event.id])

    def _powers(self) -> Iterator[PowerRow]:
        """Yield who holds each power, those who decide about cargo only last."""
        roles: dict[tuple[str, str, str], set[str]] = {}
        for row in self.law.controls:
            reach = self.law.roles[row.role].reach
            for power in POWERS if self._covered(row.scope) else ():
                if gives(row, power, self.law):
                    roles.setdefault((reach, power, row.actor), set()).add(row.role)
        order = sorted(roles, key=lambda key: (key[0] != "place", POWERS.index(key[1]), key[2]))
        for reach, power, actor in order:
            held = tuple(sorted(roles[reach, power, actor]))
            yield PowerRow(power, actor, self.names[actor], held, reach)

    def _verdicts(self, cargo: Cargo) -> Iterator[VerdictRow]:
        """Yield what the rules, and the scenario itself, say of some cargo, place by place."""
        for found in self.seen:
            place = found.place
            shut, lifted = (self._named(place, section) for section in ("close", "open"))
            closed = place.closed or "; ".join(f"{one} closed by the scenario" + (
                f" ({one.source})" if one.source else "") for one in shut)  # fmt: skip
            verdict = judge(replace(found, place=replace(place, closed=closed)), cargo, self.law)
            refusals = verdict.refusals if closed or not lifted else ()
            named = "" if place.named else " (other crossings)"
            yield VerdictRow(
                ("+".join(sorted(place.assets)) or "-".join(place.countries)) + named,
                place.mode, place.countries, not refusals,
                tuple(asdict(one) for one in refusals),
                tuple(dict.fromkeys(rule.id for rule in verdict.winners)),
                dict(verdict.charges), dict(verdict.delays), dict(verdict.caps),
                verdict.refusal_chance,
            )  # fmt: skip

    def _named(self, place: Place, section: str) -> list[AccessEntry]:
        """Return the entries by which the scenario itself closes or opens a place."""
        names = {*place.assets, *place.countries, ANYWHERE}
        names |= {place.pair, "-".join(reversed(place.pair.split("-")))} - {""}
        entries: tuple[AccessEntry, ...] = getattr(self.asked.scenario.access, section)
        return [one for one in entries if one.place in names and one.mode in ("", place.mode)]

    def _alternatives(self) -> dict[str, tuple[ControlRow, ...]]:
        """Return the regimes that may be chosen here, with what each would put in place."""
        rows = [row for row in self.register.controls if row.regime and self._covered(row.scope)]
        regimes = dict.fromkeys(row.regime for row in rows)
        return {
            regime: tuple(self._row(row) for row in rows if row.regime == regime)
            for regime in sorted(regimes)
        }

    def _source(self, name: str) -> Source:
        """Return a source with its title and address; events may serve as sources."""
        events = {event.id: f"event: {event.title}" for event in self.register.events}
        title, url = self.register.sources.get(name, (events.get(name, ""), ""))
        return Source(name, title, url)

    def _warnings(self, rows: Iterable[ControlRow | RuleRow]) -> Iterator[str]:
        """Yield what a reader should know before relying on this."""
        yield from self.law.warnings
        rows = tuple(rows)
        for field, value, words in _DOUBTS:
            ids = [row.id for row in rows if row.evidence[field] == value]
            if ids:
                yield f"{words}: {', '.join(ids)}"
        conflicts = {row.conflict: row.id for row in rows if row.conflict}
        for name, one in conflicts.items():
            yield f"accounts contradict each other ({name}): {one} is one of them"
        for found in self.seen:
            for rule in found.lacking:
                if rule.scope.covers(found.place, found.operators):
                    yield lacks_standing(rule, found.place, self.law)


def _order(rule: Rule) -> tuple[int, int, str]:
    """Return where a rule is told: what names one thing first, refusals before charges."""
    return _NARROW.index(rule.scope.kind), _EFFECTS.index(rule.effect), rule.id
