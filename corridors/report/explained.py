"""What is known of the access to a place, as plain values for people and for JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from corridors.model.access import Control, Event, Evidence, Rule, Scope, Selector, Span
    from corridors.scenario.subjects import Subject

SCHEMA_VERSION = 1

#: How a scope is called, by its kind; `{}` is the names.
ANYWHERE = "anywhere"
_SCOPES = {
    "asset": "{}",
    "territory": "in {}",
    "country_pair": "border {}",
    "unnamed_border": "unnamed crossings of {}",
    "branch": "branch {}",
    "operator": "where {} works",
    "any": ANYWHERE,
}
_MOST_NAMES = 4
#: Below this a number is written with all the digits that tell it from zero.
_SMALL = 1.0


@dataclass(frozen=True)
class Source:
    """A document, an event that serves as one, or words that name no document."""

    id: str
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class ControlRow:
    """A control over the subject; `over` says in words over what."""

    id: str
    actor: str
    name: str
    role: str
    share: str
    over: str
    since: str | None
    until: str | None
    regime: str
    default: str
    grants: tuple[str, ...]
    title: str
    conflict: str
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class PowerRow:
    """Who holds a power over the subject, by which role; `reach` is place or cargo."""

    power: str
    actor: str
    name: str
    roles: tuple[str, ...]
    reach: str


@dataclass(frozen=True)
class RuleRow:
    """A rule about the subject, whether it is in force, why, and by which role.

    `applies` says whether it is about the cargo asked about, None if none was.
    """

    id: str
    by: str
    name: str
    effect: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    on: str
    modes: tuple[str, ...]
    cargo: str
    direction: str
    transit_only: bool
    since: str | None
    until: str | None
    condition: str
    priority: int
    title: str
    conflict: str
    in_force: bool
    reason: str
    standing: tuple[str, ...]
    applies: bool | None
    evidence: Mapping[str, Any]

    @property
    def what(self) -> str:
        """The effect with its value, range and unit."""
        if self.value is None:
            return f"{self.effect} (no value found)" if self.unit else self.effect
        span = f" ({amount(self.low)} to {amount(self.high)})" if self._ranged else ""
        return f"{self.effect} {amount(self.value)}{span} {self.unit}".rstrip()

    @property
    def whose(self) -> str:
        """For whose cargo, in which direction."""
        words = [self.cargo or "any cargo"]
        words += ["transit only"] if self.transit_only else []
        words += [] if self.direction == "both" else [f"on the way {self.direction}"]
        return ", ".join(words)

    @property
    def _ranged(self) -> bool:
        return self.low is not None and self.high is not None and self.low < self.high


@dataclass(frozen=True)
class EventRow:
    """An event about the subject; `taken` says whether it counts as true."""

    id: str
    kind: str
    since: str | None
    until: str | None
    actors: tuple[str, ...]
    title: str
    effect: str
    statement: str
    conflict: str
    taken: bool
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class VerdictRow:
    """Whether some cargo may pass a part of the subject, who refuses it and what it meets.

    `rules` decided; `charges`, `delays` and `caps` are by unit.
    """

    place: str
    mode: str
    countries: tuple[str, ...]
    usable: bool
    refusals: tuple[Mapping[str, str], ...]
    rules: tuple[str, ...]
    charges: dict[str, float]
    delays: dict[str, float]
    caps: dict[str, float]
    refusal_chance: float


@dataclass(frozen=True)
class AccessDossier:
    """Everything that bears on the access to a subject on a day."""

    subject: Subject
    as_of: date
    scenario: str
    cargo: str
    regimes: tuple[str, ...]
    verdicts: tuple[VerdictRow, ...]
    controls: tuple[ControlRow, ...]
    powers: tuple[PowerRow, ...]
    rules: tuple[RuleRow, ...]
    inside: tuple[RuleRow, ...]
    idle: tuple[RuleRow, ...]
    events: tuple[EventRow, ...]
    alternatives: Mapping[str, tuple[ControlRow, ...]]
    sources: tuple[Source, ...]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the dossier as one object of plain values, with `schema_version`."""
        subject = self.subject
        whole = {
            "schema_version": SCHEMA_VERSION,
            "subject": {
                "id": subject.id,
                "kind": subject.kind,
                "name": subject.name,
                "countries": list(subject.countries),
                "modes": list(subject.modes),
                "fact": asdict(subject.fact) if subject.fact else None,
                "parts": [part.id for part in subject.parts],
            },
            "as_of": self.as_of.isoformat(),
        }
        names = ("scenario", "cargo", "regimes", "warnings")
        whole |= {name: getattr(self, name) for name in names}
        tables = ("verdicts", "controls", "powers", "rules", "inside", "idle", "events", "sources")
        whole |= {name: [asdict(row) for row in getattr(self, name)] for name in tables}
        whole["alternatives"] = {
            regime: [asdict(row) for row in rows] for regime, rows in self.alternatives.items()
        }
        return whole


def amount(value: float | None) -> str:
    """Return a number as people write it, empty if there is none.

    Examples
    --------
    >>> amount(2_000_000.0), amount(12.5), amount(0.004)
    ('2,000,000', '12.5', '0.004')
    """
    if value is None:
        return ""
    return f"{value:,.3f}".rstrip("0").rstrip(".") if abs(value) >= _SMALL else f"{value:g}"


def control_row(row: Control, names: Mapping[str, str], subject: str) -> ControlRow:
    """Return a control as plain values; `names` gives the name of each actor."""
    since, until = dates(row.span)
    return ControlRow(
        row.id, row.actor, names.get(row.actor, row.actor), row.role, row.share,
        scope_words(row.scope, subject), since, until, row.regime,
        "open" if row.default_open else "closed", tuple(sorted(row.grants)), row.title,
        row.conflict, evidence_row(row.evidence),
    )  # fmt: skip


def rule_row(
    row: Rule, names: Mapping[str, str], subject: str, *,
    in_force: bool, reason: str, standing: tuple[str, ...] = (), applies: bool | None = None,
) -> RuleRow:  # fmt: skip
    """Return a rule as plain values; `names` gives the name of each actor."""
    since, until = dates(row.span)
    return RuleRow(
        row.id, row.by, names.get(row.by, row.by), row.effect, row.value, row.low, row.high,
        row.unit, scope_words(row.scope, subject), tuple(sorted(row.scope.modes)),
        " ".join(map(selector_words, row.who)), row.direction, row.transit_only, since, until,
        row.condition, row.priority, row.title, row.conflict, in_force, reason, standing,
        applies, evidence_row(row.evidence),
    )  # fmt: skip


def event_row(row: Event, *, taken: bool) -> EventRow:
    """Return an event as plain values."""
    since, until = dates(row.span)
    return EventRow(
        row.id, row.kind, since, until, row.actors, row.title, row.effect, row.statement,
        row.conflict, taken, evidence_row(row.evidence),
    )  # fmt: skip


def evidence_row(row: Evidence) -> dict[str, Any]:
    """Return where a row comes from as plain values."""
    return asdict(row)


def dates(span: Span) -> tuple[str | None, str | None]:
    """Return the first and last day of a span as text, None if open."""
    start, end = span.start, span.end
    return (start.isoformat() if start else None, end.isoformat() if end else None)


def selector_words(one: Selector) -> str:
    """Return a demand on cargo as rules.csv writes it.

    Examples
    --------
    >>> from corridors.model.access import Selector
    >>> selector_words(Selector("owner", frozenset({"@EU", "GB"}), negated=True))
    'owner=!@EU/GB'
    """
    return f"{one.field}={'!' * one.negated}{'/'.join(sorted(one.names))}"


def scope_words(scope: Scope, subject: str = "") -> str:
    """Return in words what a control or rule is about; long lists are cut, `subject` kept.

    Examples
    --------
    >>> from corridors.model.access import Scope
    >>> scope_words(Scope("country_pair", frozenset({"AM-TR"}), frozenset({"rail"})))
    'border AM-TR'
    >>> scope_words(Scope("asset", frozenset("abcdef")), "f")
    'f and 5 more'
    """
    listed = sorted(scope.names, key=lambda name: (name != subject, name))
    if len(listed) > _MOST_NAMES:
        keep = 1 if subject in scope.names else _MOST_NAMES - 1
        listed = [*listed[:keep], f"and {len(listed) - keep} more"]
    text = ", ".join(listed).replace(", and", " and")
    return _SCOPES[scope.kind].format(text)
