"""Political access in the words of the field: who controls what, and who lets whom through.

An :class:`Actor` holds :class:`Control` over a :class:`Scope` in a role; the role gives
powers (:class:`RolePower`); with them the actor makes a :class:`Rule` about
:class:`Cargo` on a :class:`Place`. All values are frozen and dated.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

ACTOR_KINDS = ("state", "bloc", "authority", "agency", "operator", "company", "group")
STANDINGS = ("member", "observer", "partner", "suspended", "invited")
EFFECTS = ("permit", "deny", "probability", "charge", "delay", "cap")
SCOPE_KINDS = ("asset", "territory", "country_pair", "unnamed_border", "branch", "operator", "any")
#: The access modes; a ferry carries road vehicles or wagons over water.
MODES = ("rail", "road", "sea", "ferry")
BASES = ("sourced", "general_knowledge", "assumed")
CONFIDENCES = ("high", "medium", "low")
EVENT_KINDS = ("happened", "standing", "planned", "hypothetical")

#: Effect of a rule -> the power its maker must hold.
POWER_FOR = {
    "permit": "deny", "deny": "deny", "probability": "deny",
    "charge": "charge", "delay": "delay", "cap": "cap",
}  # fmt: skip

#: What a carrier is. Cargo that does not say goes with whichever carrier is admitted.
CARRIER_FIELDS = ("flag", "operator", "vessel")

#: What a rule may ask of cargo. `end` is origin or destination, `after` where it has been.
CARGO_FIELDS = (
    "origin", "destination", "end", "flag", "owner", "operator",
    "commodity", "list", "vessel", "after",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a row comes from; `placeholder` rows must not be published as numbers."""

    basis: str
    confidence: str
    placeholder: bool
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `start` to `end`, both included; None is open."""

    start: date | None = None
    end: date | None = None

    def __contains__(self, day: date) -> bool:
        """Whether a day lies in the span."""
        begun = self.start is None or self.start <= day
        return begun and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who can decide; an agency acts for its `parent`."""

    id: str
    name: str
    kind: str
    parent: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Membership:
    """One actor's place in a bloc for a time."""

    bloc: str
    member: str
    standing: str
    span: Span
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Place:
    """Where cargo would pass: one arc as access sees it.

    `assets` are the ids that name it (crossing, link, terminal, strait, service),
    `countries` one code, or two on a border; `named` is false for a crossing that no
    fact names; `closed` is the physical reason it cannot be used, if any.
    """

    assets: frozenset[str] = frozenset()
    countries: tuple[str, ...] = ()
    mode: str = "rail"
    branches: frozenset[str] = frozenset()
    named: bool = True
    closed: str = ""

    @property
    def pair(self) -> str:
        """The border the place lies on, `AM-TR`; empty inside a country."""
        return "-".join(sorted(self.countries)) if len(self.countries) > 1 else ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a control or a rule is about.

    `names` are ids of assets or branches, country codes, pairs (`AM-TR`), or actors for
    kind `operator`; empty for kind `any`. `without` are asset ids left out.
    """

    kind: str
    names: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    def covers(self, place: Place, operators: frozenset[str] = frozenset()) -> bool:
        """Whether a place, worked by `operators`, lies in the scope."""
        if (self.modes and place.mode not in self.modes) or self.without & place.assets:
            return False
        return self.kind == "any" or not self.names.isdisjoint(self._facet(place, operators))

    def _facet(self, place: Place, operators: frozenset[str]) -> Iterable[str]:
        """Return the names of a place that the scope's kind looks at."""
        found: Iterable[str] = operators
        if self.kind == "asset":
            found = place.assets
        elif self.kind == "territory":
            found = place.countries
        elif self.kind == "branch":
            found = place.branches
        elif self.kind == "country_pair" or (self.kind == "unnamed_border" and not place.named):
            found = (place.pair,)
        elif self.kind == "unnamed_border":
            found = ()
        return found


@dataclass(frozen=True, slots=True)
class Control:
    """One actor's role over a scope for a time.

    `grants` are powers this row gives beyond its role (a covenant, an exclusive right);
    `default_open` says what holds without a rule; `regime` names the alternative
    (`meghri:tripp-2026`) the row belongs to, empty for a fact. Rows of one `conflict`
    rest on accounts that contradict each other.
    """

    id: str
    scope: Scope
    actor: str
    role: str
    share: str
    default_open: bool
    grants: frozenset[str]
    regime: str
    span: Span
    title: str
    conflict: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class RolePower:
    """What a role may do: each power is yes, no or conditional (only if granted).

    A role whose `reach` is cargo has no standing over a place: it decides only about
    cargo that its rules single out.
    """

    role: str
    powers: Mapping[str, str]
    default_open: bool
    reach: str
    reasoning: str
    exceptions: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Selector:
    """One demand on cargo: one of `names`, or none of them if `negated`."""

    field: str
    names: frozenset[str]
    negated: bool = False

    def accepts(self, cargo: Cargo) -> bool:
        """Whether cargo answers to the demand.

        A trait that is not said answers to no name, and one of the carrier not to the
        lack of a name either: cargo bound to no carrier takes one that may pass.
        """
        traits = cargo.traits(self.field)
        if not traits and self.field in CARRIER_FIELDS:
            return False
        return (not self.names.isdisjoint(traits)) != self.negated


@dataclass(frozen=True, slots=True)
class Cargo:
    """A class of cargo; each trait holds every name it answers to.

    `origin` and `destination` hold the terminal and its country; `list` the sanction
    lists it stands on; `after` the places it has called at on the way.
    """

    origin: frozenset[str] = frozenset()
    destination: frozenset[str] = frozenset()
    flag: frozenset[str] = frozenset()
    owner: frozenset[str] = frozenset()
    operator: frozenset[str] = frozenset()
    commodity: frozenset[str] = frozenset()
    list: frozenset[str] = frozenset()
    vessel: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()

    def traits(self, name: str) -> frozenset[str]:
        """Return the names a field of :data:`CARGO_FIELDS` holds."""
        if name == "end":
            return self.origin | self.destination
        traits: frozenset[str] = getattr(self, name)
        return traits


@dataclass(frozen=True, slots=True)
class Rule:
    """One access assumption.

    `value`, `low` and `high` are in `unit` and None where no value was found;
    `direction` is seen from the rule's own countries: in, out or both; `by_bloc` says
    that a party was named by its bloc, not one by one.
    """

    id: str
    by: str
    effect: str
    scope: Scope
    who: tuple[Selector, ...] = ()
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    direction: str = "both"
    transit_only: bool = False
    span: Span = Span()
    condition: str = ""
    priority: int = 0
    by_bloc: bool = False
    title: str = ""
    conflict: str = ""
    evidence: Evidence = Evidence("assumed", "low", placeholder=False, sources=())


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, stands, is planned or is only supposed.

    A planned or hypothetical event is a switch: false unless a scenario says otherwise.
    Events of one `conflict` are accounts that contradict each other; all are kept.
    """

    id: str
    kind: str
    span: Span
    actors: tuple[str, ...]
    on: tuple[str, ...]
    title: str
    effect: str
    statement: str
    conflict: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds on a day: blocs resolved to members, one regime each, conditions decided.

    `blocs` gives the members of each bloc, `agencies` who acts for an actor (itself
    included); `warnings` tells what was chosen but does not hold on the day.
    """

    day: date
    actors: Mapping[str, Actor]
    blocs: Mapping[str, frozenset[str]]
    agencies: Mapping[str, frozenset[str]]
    controls: tuple[Control, ...]
    roles: Mapping[str, RolePower]
    rules: tuple[Rule, ...]
    regimes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())
