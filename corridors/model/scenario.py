"""A scenario as the engine sees it: checked, merged and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corridors.model.capacity import NO_LEVEL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

#: How well a number is known, best first.
QUALITIES = ("measured", "reported", "promotional", "estimated", "assumed")


#: What cargo may be asked about beside where it goes.
TRAITS = ("owner", "flag", "operator", "commodity", "vessel", "list")


@dataclass(frozen=True)
class Traits:
    """What cargo is and who carries it; each trait is names, none if it is not said.

    `list` holds the lists of sanctioned goods it stands on.
    """

    owner: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    operator: tuple[str, ...] = ()
    commodity: tuple[str, ...] = ()
    vessel: tuple[str, ...] = ()
    list: tuple[str, ...] = ()

    def over(self, usual: Traits) -> Traits:
        """Return these traits, the usual ones where none is said."""
        return Traits(*(getattr(self, name) or getattr(usual, name) for name in TRAITS))


@dataclass(frozen=True)
class Demand:
    """Cargo wanted between two terminals, in TEU a year.

    `quality` is one of `QUALITIES`; `source` names where the volume comes from. `within_h`
    is how long the cargo may take, in hours, None if that was not said.
    """

    id: str
    origin: str
    destination: str
    teu_per_year: float
    traits: Traits = Traits()
    note: str = ""
    source: str = ""
    quality: str = "assumed"
    within_h: float | None = None


@dataclass(frozen=True)
class NetworkChoice:
    """Which of the lines that are not built the scenario treats as built.

    `built` lists asset ids; `all_planned` adds every line planned or under
    construction; `build_by_year` adds those likely to open in that year or before.
    """

    built: tuple[str, ...] = ()
    all_planned: bool = False
    build_by_year: int | None = None


@dataclass(frozen=True)
class AccessEntry:
    """A place the scenario itself closes or opens, and why.

    `place` is the id of an asset, a country, a border such as `AM-TR`, or `*`; `mode`
    narrows it.
    """

    place: str
    mode: str = ""
    source: str = ""

    def __str__(self) -> str:
        """Return the place as scenarios write it."""
        return f"{self.place}/{self.mode}" if self.mode else self.place


@dataclass(frozen=True)
class Access:
    """What the scenario takes from the register, and what it decides itself.

    `regimes`, `events` and `rules` choose from the register; `own` are rules of the
    scenario as cells of rules.csv. `permits` and `refuses` name actors who lift every
    refusal, or refuse all cargo wherever they can. `close` and `open` decide about places
    whoever controls them.
    """

    regimes: tuple[str, ...] = ()
    events: Mapping[str, bool] = field(default_factory=dict)
    rules: Mapping[str, bool] = field(default_factory=dict)
    own: tuple[Mapping[str, str], ...] = ()
    permits: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    close: tuple[AccessEntry, ...] = ()
    open: tuple[AccessEntry, ...] = ()


@dataclass(frozen=True)
class RateOverride:
    """A rate of the scenario in place of the table's; money in USD of 2024."""

    component: str
    value: float
    unit: str
    mode: str = "*"
    place: str = "*"
    source: str = ""


@dataclass(frozen=True)
class Costs:
    """Economic assumptions, money in USD of 2024.

    `units` are what turns the units of rules into USD per TEU, hours and TEU a year.
    An hour of standard deviation has a value of its own; components in `left_out` are
    not counted. Values are those of a TEU in a container, other goods' follow.
    """

    value_of_time_usd_per_teu_h: float
    penalty_usd_per_teu: float
    overrides: tuple[RateOverride, ...] = ()
    units: Mapping[str, float] = field(default_factory=dict)
    value_of_reliability_usd_per_teu_h: float = 0.0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alternatives:
    """Which corridor families to report (empty: all) and how long a detour may be.

    `max_detour` is the largest ratio of a route's cost to the cheapest one's.
    `sensitive_borders` name the borders that count as sensitive on a front: borders such
    as AM-TR, crossings, or countries for all their borders; every land border if empty.
    """

    families: tuple[str, ...] = ()
    max_detour: float = 2.5
    sensitive_borders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Times:
    """How the times of routes are drawn.

    `correlation`, from 0 to 1, is that of the normal values behind any two things that
    take time; `draws` is how many times everything is drawn.
    """

    correlation: float = 0.3
    draws: int = 4000


@dataclass(frozen=True)
class CapacityChoice:
    """Which capacities of the tables count, and at which end of their ranges.

    `level` is `low`, `likely` or `high`, or `none` if nothing limits but what `set` gives:
    what is open to the demands, in the unit of the capacity's row. `left_out` are not counted.
    """

    level: str = NO_LEVEL
    set: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


#: Rules by which demands are shared out among ways, and what becomes of empty boxes.
LEAST_COST, ALL_OR_NOTHING, LOGIT = ASSIGNMENTS = ("least_cost", "all_or_nothing", "logit")
EMPTIES_LEFT_OUT, EMPTIES_AS_LOADED, EMPTIES_LINE_HAUL = EMPTIES = (
    "left_out", "as_loaded", "line_haul",
)  # fmt: skip


@dataclass(frozen=True)
class FlowChoice:
    """How the demands are carried together.

    `assignment` is one of `ASSIGNMENTS`: only the first keeps to capacities. `theta` is how
    sharply cost decides under the logit, per USD; `gap` the share by which the cost may be
    above the least; `empty_boxes`, one of `EMPTIES`, whether boxes go back and at what cost;
    `time_limit_s` stops the search for the flow, None if nothing does.
    """

    assignment: str = LEAST_COST
    theta: float = 0.005
    gap: float = 1e-6
    empty_boxes: str = EMPTIES_LEFT_OUT
    time_limit_s: float | None = None


@dataclass(frozen=True)
class ControlChoice:
    """What questions of control take as given; all of it judgement.

    Cargo is given up once it costs `penalty_multiple` times what it costs now. An actor is
    an effective veto if doing without it costs more than `tolerance` beyond that.
    `chances` are those of switches to be closed, `usual_chance` that of an actor not among
    them, all by whoever `chances_source` names. Members of one of `blocs` close alike.
    `closure_days` is how long a closure lasts, None if the scenario does not say.
    """

    penalty_multiple: float = 3.0
    tolerance: float = 0.25
    chances: Mapping[str, float] = field(default_factory=dict)
    usual_chance: float = 0.05
    chances_source: str = "assumption"
    blocs: tuple[str, ...] = ("EAEU", "EU", "OTS", "GCC")
    closure_days: float | None = None


@dataclass(frozen=True)
class Scenario:
    """One set of assumptions: what is built, who lets pass, what is to be carried."""

    id: str
    title: str
    why: str
    uncertain: tuple[str, ...]
    as_of: date
    network: NetworkChoice
    access: Access
    demands: tuple[Demand, ...]
    costs: Costs
    alternatives: Alternatives
    claims: tuple[int, ...] = ()
    seed: int = 0
    schema_version: int = 1
    capacity: CapacityChoice = CapacityChoice()
    times: Times = Times()
    flow: FlowChoice = FlowChoice()
    control: ControlChoice = ControlChoice()
