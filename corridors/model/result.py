"""What a run finds out, as values with names and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from corridors.model.route import Route


@dataclass(frozen=True)
class Metric:
    """One number with its name, what it is about, its unit and which way is better."""

    name: str
    subject_kind: str
    subject: str
    value: float
    unit: str
    better: Literal["higher", "lower", "neither"] = "neither"


@dataclass(frozen=True, order=True)
class Blocker:
    """One thing that keeps an arc shut, which alone may not be all.

    `kind` is rule, default (a control that is closed unless its actor permits), refuses
    (an actor that the scenario lets refuse everything), scenario (the scenario closes the
    place) or not_built; `id` tells it apart within its kind.
    """

    kind: str
    id: str
    actor: str
    words: str


@dataclass(frozen=True)
class ShutArc:
    """A shut arc of a cut, with all that must be lifted before it opens.

    `opens` tells whether the smallest set of a certificate opens it.
    """

    arc: int
    blockers: tuple[Blocker, ...]
    opens: bool


@dataclass(frozen=True)
class Certificate:
    """Why a demand has no route, proven: the least to lift, and a cut without any way over.

    `relax` is a smallest set that opens a way, in the order in which the cheapest such
    way, the arcs `way`, meets it; without any one of them every way stays shut. As few
    lines to build as can be come first, then as few refusals. `words` say each in a
    sentence. `others` are the other sets equally small, all of them if `complete`. `cut`
    are shut arcs, over as few places as can be, without which nothing connects the ends.
    Were the search stopped, `proven` is false: a smaller set may exist.
    """

    relax: tuple[Blocker, ...]
    words: tuple[str, ...]
    way: tuple[int, ...]
    cut: tuple[ShutArc, ...]
    others: tuple[tuple[Blocker, ...], ...] = ()
    complete: bool = True
    proven: bool = True

    @property
    def building(self) -> bool:
        """Whether refusals alone do not open a way, and something must be built."""
        return any(one.kind == "not_built" for one in self.relax)


@dataclass(frozen=True)
class DemandResult:
    """What became of one demand; `reason` says why an infeasible one has no route.

    `closures` are what must be lifted to open one, in travel order, and `certificate`
    is the proof of it; None where there is a route, or no way however much is lifted.
    """

    demand_id: str
    status: Literal["ok", "infeasible"]
    reason: str = ""
    closures: tuple[str, ...] = ()
    certificate: Certificate | None = None
    routes: tuple[Route, ...] = ()
    teu_per_year: float = 0.0
    unserved_teu_per_year: float = 0.0


@dataclass(frozen=True)
class Flow:
    """Cargo on one arc in TEU a year; capacity and shadow price None if unlimited."""

    arc: int
    teu_per_year: float
    capacity_teu_per_year: float | None = None
    shadow_price_usd_per_teu: float | None = None


@dataclass(frozen=True)
class Result:
    """The answer of a run: per demand, per arc and as metrics.

    `warnings` tell what of the register was left out, and which rules lack standing.
    """

    scenario: str
    network: str
    status: Literal["optimal", "feasible", "infeasible"]
    demands: tuple[DemandResult, ...]
    metrics: tuple[Metric, ...] = ()
    flows: tuple[Flow, ...] = ()
    warnings: tuple[str, ...] = ()
    schema_version: int = 1
