"""What a run finds out, as values with names and units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.model.route import Route

#: What a flow is: proven, the best found before a stop, or shared out by a rule.
FlowStatus = Literal["optimal", "feasible", "assigned"]


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
    """Cargo on one arc in TEU a year; capacity and shadow price None if unlimited.

    Where several capacities hold on an arc, the smallest is told, and as the price the sum
    of what one TEU a year more of each would save. `empty_teu_per_year` are empty boxes.
    """

    arc: int
    teu_per_year: float
    capacity_teu_per_year: float | None = None
    shadow_price_usd_per_teu: float | None = None
    empty_teu_per_year: float = 0.0


@dataclass(frozen=True)
class Bottleneck:
    """A capacity that cargo uses: how much of it, and what a little more would be worth.

    `used_teu_per_year` is that of its fullest section or direction. One TEU a year more in
    each of them saves `low_usd_per_teu` a year, one less costs `high_usd_per_teu`, infinite
    if there is nothing to take away; both are None where the flow is not optimal. `arcs` are
    those of all its sections, `actors` who controls its places, with their roles.
    """

    capacity_id: str
    kind: str
    label: str
    on: tuple[str, ...]
    used_teu_per_year: float
    capacity_teu_per_year: float
    low_usd_per_teu: float | None
    high_usd_per_teu: float | None
    actors: Mapping[str, tuple[str, ...]]
    quality: str
    sources: tuple[str, ...]
    arcs: tuple[int, ...]
    binds: bool

    @property
    def share(self) -> float:
        """Which part of the capacity is used; 0 of nothing."""
        return self.used_teu_per_year / (self.capacity_teu_per_year or 1.0)

    @property
    def rents_usd_per_year(self) -> tuple[float, float] | None:
        """What the whole capacity is worth at the lower and the higher price."""
        if self.low_usd_per_teu is None or self.high_usd_per_teu is None:
            return None
        whole = self.capacity_teu_per_year
        return self.low_usd_per_teu * whole, self.high_usd_per_teu * whole if whole else 0.0


@dataclass(frozen=True)
class FlowProof:
    """How all demands were carried together, and how near to the best, USD of 2024 a year.

    The cost of what is carried and the penalty of what is not add up to the objective; none
    can be below `bound_usd`, which is None where the rule of assignment looks for no least.
    """

    assignment: str
    solver: str
    cost_usd: float
    penalty_usd: float
    bound_usd: float | None = None
    gap: float | None = None
    iterations: int = 0
    stopped: bool = False


@dataclass(frozen=True)
class Result:
    """The answer of a run: per demand, per arc and as metrics.

    `status` is that of the flow: optimal within the gap asked for, feasible where the search
    was stopped, assigned where demands are shared out by a rule that looks for no optimum.
    `warnings` tell what of the register was left out, and which rules lack standing.
    """

    scenario: str
    network: str
    status: FlowStatus
    demands: tuple[DemandResult, ...]
    metrics: tuple[Metric, ...] = ()
    flows: tuple[Flow, ...] = ()
    warnings: tuple[str, ...] = ()
    schema_version: int = 1
    bottlenecks: tuple[Bottleneck, ...] = ()
    proof: FlowProof | None = None
