"""The form of a scenario file: every key, its type, bounds and meaning.

pydantic stays at the file's edge; `to_model` gives the frozen values the engine uses.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    WithJsonSchema,
    model_validator,
)

from corridors.errors import nearest
from corridors.model import scenario as model
from corridors.model.cost import Component
from corridors.scenario.form import Identifier, Strict
from corridors.scenario.form_control import ControlSection
from corridors.scenario.form_flow import CapacitySection, FlowSection
from corridors.scenario.levies import Units
from corridors.scenario.register_cells import ASSUMPTION, GENERAL_KNOWLEDGE
from corridors.scenario.vocabulary import COMPONENTS, unit_problem

SCHEMA_VERSION = 1

DAY_H = 24.0

#: What `costs.units` may hold.
UNITS = tuple(field.name for field in fields(Units))

Effect = Literal["permit", "deny", "probability", "charge", "delay", "cap"]
ScopeKind = Literal[
    "asset", "territory", "country_pair", "unnamed_border", "branch", "operator", "any"
]
Quality = Literal["measured", "reported", "promotional", "estimated", "assumed"]


def _listed(value: object) -> object:
    """Return one word as a list of words, parted by semicolons as in a table's cell."""
    return [part for part in value.split(";") if part] if isinstance(value, str) else value


Words = Annotated[
    list[str],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


def _dated(value: object) -> object:
    """Return what YAML reads as a day, or as the number of a year, as text."""
    is_year = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_year or isinstance(value, date) else value


#: A day, or a year or month that stands for all its days, as in a table's cell.
Day = Annotated[
    str,
    BeforeValidator(_dated),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]


def _unit(name: str) -> str:
    if name not in UNITS:
        msg = f"unknown unit {name}; {nearest(name, UNITS)}"
        raise ValueError(msg)
    return name


UnitName = Annotated[str, AfterValidator(_unit)]


def _component(name: str) -> str:
    if name not in set(Component):
        msg = f"unknown component {name}; {nearest(name, list(Component))}"
        raise ValueError(msg)
    return name


ComponentName = Annotated[str, AfterValidator(_component)]


class TraitsSpec(Strict):
    """What cargo is and who carries it; carriers that are not said are free to choose."""

    owner: Words = Field(default_factory=list, description="Who owns it: countries or actors.")
    flag: Words = Field(default_factory=list, description="Flag of the carrying ship.")
    operator: Words = Field(default_factory=list, description="Carriers: countries or actors.")
    commodity: Words = Field(default_factory=list, description="What is carried.")
    vessel: Words = Field(default_factory=list, description="Class of ship or vehicle.")
    # Last, since below it `list` is the field.
    list: Words = Field(default_factory=list, description="Lists of sanctioned goods it is on.")


class DemandSpec(TraitsSpec):
    """Cargo wanted between two terminals."""

    id: Identifier = Field(description="Name of the demand, unique in the scenario.")
    origin: Identifier = Field(description="Terminal id where the cargo starts.")
    destination: Identifier = Field(description="Terminal id where the cargo ends.")
    teu_per_year: float = Field(gt=0, le=1e9, description="Volume in TEU a year.")
    note: str = Field(default="", description="What to know about the volume.")
    quality: Quality = Field(default="assumed", description="How well the volume is known.")
    source: str = Field(default="", description="Where the volume comes from; ids of sources.csv.")
    within_h: float | None = Field(
        default=None, gt=0, le=100_000, description="How long the cargo may take, in hours."
    )
    within_days: float | None = Field(
        default=None, gt=0, le=4_000, description="The same in days, in place of within_h."
    )

    @model_validator(mode="after")
    def _one_deadline(self) -> DemandSpec:
        if self.within_h is not None and self.within_days is not None:
            msg = "within_h and within_days both say how long the cargo may take: keep one"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _two_ends(self) -> DemandSpec:
        if self.origin == self.destination:
            msg = f"origin and destination are both {self.origin}"
            raise ValueError(msg)
        return self

    def to_model(self, usual: model.Traits) -> model.Demand:
        """Return the demand, with the usual traits where it says none."""
        return model.Demand(
            self.id, self.origin, self.destination, self.teu_per_year,
            _traits(self).over(usual), self.note, self.source, self.quality,
            self.within_h if self.within_days is None else DAY_H * self.within_days,
        )  # fmt: skip


def _traits(spec: TraitsSpec) -> model.Traits:
    return model.Traits(*(tuple(getattr(spec, name)) for name in model.TRAITS))


class NetworkSpec(Strict):
    """Which lines that do not exist yet count as built; by default none."""

    built: list[Identifier] = Field(
        default_factory=list, description="Asset ids to treat as built."
    )
    all_planned: bool = Field(
        default=False,
        description="Treat every line planned or under construction as built.",
    )
    build_by_year: int | None = Field(
        default=None,
        ge=2000,
        le=2100,
        description="Treat every line likely to open in this year or before as built.",
    )


class OwnRuleSpec(Strict):
    """A rule of this scenario, in the words of data/rules.csv."""

    by: str = Field(description="Actor who decides; needs a role with the power.")
    effect: Effect = Field(description="What the rule does.")
    value: float | None = Field(default=None, ge=0, description="How much, in `unit`.")
    low: float | None = Field(default=None, ge=0, description="Lowest plausible value.")
    high: float | None = Field(default=None, ge=0, description="Highest plausible value.")
    unit: str = Field(default="", description="Unit of the value, e.g. USD/TEU, h, TEU/yr.")
    on_kind: ScopeKind = Field(description="Kind of the things named in `on`.")
    on: Words = Field(default_factory=list, description="What the rule is about.")
    without: Words = Field(default_factory=list, description="Assets left out.")
    mode: Words = Field(default_factory=lambda: ["*"], description="Modes, or * for all.")
    cargo: str = Field(default="*", description="Whose cargo: field=value/value field=!value.")
    direction: Literal["both", "in", "out"] = Field(
        default="both", description="Seen from the rule's own countries."
    )
    transit_only: bool = Field(default=False, description="Only cargo that passes through.")
    from_: Day = Field(default="", alias="from", description="First day.")
    until: Day = Field(default="", description="Last day.")
    condition: str = Field(default="", description="Events, regimes and rules: a and not b.")
    priority: int = Field(default=0, description="Higher wins within one actor.")
    title: str = Field(default="", description="What it is, in words.")
    source: Words = Field(
        default_factory=lambda: [ASSUMPTION], description="Ids of sources.csv, or assumption."
    )
    note: str = Field(default="", description="What to know about it.")

    def cells(self, name: str) -> dict[str, str]:
        """Return the rule as the cells of a row of data/rules.csv."""
        given = self.model_dump(by_alias=True)
        evidence = {
            "basis": _basis(self.source),
            "confidence": "low", "placeholder": "no", "conflict": "",
        }  # fmt: skip
        return {"id": name} | {key: _cell(value) for key, value in given.items()} | evidence


def _basis(sources: list[str]) -> str:
    """Return what a rule rests on, given its sources."""
    if set(sources) - {GENERAL_KNOWLEDGE, ASSUMPTION}:
        return "sourced"
    return "general_knowledge" if GENERAL_KNOWLEDGE in sources else "assumed"


def _cell(value: object) -> str:
    """Return a value as it stands in a table's cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(value)
    return "" if value is None else str(value)


class AccessSection(Strict):
    """Who lets pass: what holds of the register, and what the scenario itself decides.

    Null takes away an entry that the extended scenario has.
    """

    regimes: dict[str, str | None] = Field(
        default_factory=dict, description="Asset with alternative regimes: the one that holds."
    )
    events: dict[str, bool | None] = Field(
        default_factory=dict, description="Events taken as true or false, whatever their date."
    )
    rules: dict[str, bool | None] = Field(
        default_factory=dict, description="Rules put in force or out of it, whatever their date."
    )
    own: dict[Identifier, OwnRuleSpec | None] = Field(
        default_factory=dict, description="Rules of this scenario by id."
    )
    permits: Words = Field(
        default_factory=list,
        description="Actors whose refusals are all lifted: a name, @BLOC, * for all, !x for all "
        "but x.",
    )
    refuses: Words = Field(
        default_factory=list,
        description="Actors who refuse all cargo wherever they hold the power to; as permits.",
    )
    close: dict[str, str | None] = Field(
        default_factory=dict,
        description="Place that is closed: why. An asset, a country or a border such as AM-TR; "
        "a mode may follow, AM-TR/rail; */sea is a mode everywhere.",
    )
    open: dict[str, str | None] = Field(
        default_factory=dict,
        description="Place where every refusal by rules is lifted: why; `close` wins.",
    )

    def to_model(self) -> model.Access:
        """Return the section as a frozen value, entries taken away left out."""
        regimes = (f"{asset}:{name}" for asset, name in self.regimes.items() if name)
        return model.Access(
            tuple(sorted(regimes)),
            {name: on for name, on in self.events.items() if on is not None},
            {name: on for name, on in self.rules.items() if on is not None},
            tuple(rule.cells(name) for name, rule in self.own.items() if rule),
            tuple(self.permits),
            tuple(self.refuses),
            tuple(_entry(key, why) for key, why in self.close.items() if why is not None),
            tuple(_entry(key, why) for key, why in self.open.items() if why is not None),
        )


def _entry(key: str, why: str) -> model.AccessEntry:
    place, _, mode = key.partition("/")
    return model.AccessEntry(place, mode, why)


class OverrideSpec(Strict):
    """A rate of this scenario in place of the one in data/rates.csv."""

    component: Identifier = Field(description="Component as in data/rates.csv, e.g. linehaul.")
    mode: Literal["*", "rail", "road", "sea", "ferry"] = Field(
        default="*", description="Mode, or * for all."
    )
    place: str = Field(default="*", description="Country, pair (KZ-UZ), @group, asset id or *.")
    value: float = Field(ge=0, description="The rate; money in USD of 2024.")
    unit: str = Field(description="Unit as in data/rates.csv, e.g. USD/TEU-km.")
    source: str = Field(default="", description="Where the number comes from.")

    @model_validator(mode="after")
    def _known(self) -> OverrideSpec:
        if self.component not in COMPONENTS:
            msg = f"unknown component {self.component}; {nearest(self.component, COMPONENTS)}"
            raise ValueError(msg)
        problem = unit_problem(self.component, self.unit)
        if problem:
            raise ValueError(problem)
        return self


class CostsSection(Strict):
    """Economic assumptions; money in USD of 2024."""

    overrides: list[OverrideSpec] = Field(default_factory=list, description="Rates to replace.")
    value_of_time_usd_per_teu_h: float = Field(
        ge=0, description="What an hour of one TEU is worth, in USD of 2024."
    )
    value_of_reliability_usd_per_teu_h: float = Field(
        default=0.0,
        ge=0,
        description="What an hour of standard deviation of the time of one TEU is worth, in USD "
        "of 2024.",
    )
    left_out: list[ComponentName] = Field(
        default_factory=list,
        description="Components of cost and time not counted, e.g. container_lease: "
        + ", ".join(Component),
    )
    penalty_usd_per_teu: float = Field(
        gt=0, description="Cost of leaving one TEU of demand unserved, in USD of 2024."
    )
    units: dict[UnitName, Annotated[float, Field(gt=0)]] = Field(
        default_factory=dict,
        description="What turns units of rules into USD per TEU, hours and TEU a year: "
        + ", ".join(UNITS),
    )


class AlternativesSection(Strict):
    """Which alternatives to report for every demand."""

    families: list[Identifier] = Field(
        default_factory=list, description="Corridor families to report; empty means all."
    )
    max_detour: float = Field(
        default=2.5, ge=1, description="Largest cost ratio to the cheapest route."
    )
    sensitive_borders: Words = Field(
        default_factory=list,
        description="Borders counted as sensitive on fronts: a border such as AM-TR, a crossing, "
        "or a country for all its borders; every land border if empty.",
    )


class TimesSection(Strict):
    """How the times of routes are drawn as distributions."""

    correlation: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="How far what holds up one place holds up all others: 0 not at all, 1 wholly. "
        "0.3 is a judgement; look at 0 and 0.6 too.",
    )
    draws: int = Field(
        default=4000, ge=100, le=1_000_000, description="How many times everything is drawn."
    )


class ScenarioSpec(Strict):
    """A scenario file after its `extends` chain and `--set` values are merged in."""

    schema_version: Literal[1] = Field(description="Version of this form.")
    id: Identifier = Field(description="Name of the scenario; the file's name without .yaml.")
    title: str = Field(min_length=1, description="One line for headings.")
    why: str = Field(min_length=1, description="The question the scenario answers.")
    uncertain: list[str] = Field(
        default_factory=list, description="What the reader must know to be uncertain."
    )
    extends: str | None = Field(
        default=None,
        description="Scenario to start from: a path beside this file, or an id. Sections are "
        "merged key by key, lists are replaced; id, title, why, uncertain, claims are not "
        "inherited; null takes an entry of access or of capacity.set away.",
    )
    claims: list[Annotated[int, Field(ge=1)]] = Field(
        default_factory=list, description="Numbers of the claims that the scenario bears on."
    )
    as_of: date = Field(
        strict=False, description="Day whose facts hold, quoted or plain YYYY-MM-DD."
    )
    network: NetworkSpec = Field(default_factory=NetworkSpec, description="What is built.")
    cargo: TraitsSpec = Field(
        default_factory=TraitsSpec, description="Traits of every demand that says none itself."
    )
    access: AccessSection = Field(default_factory=AccessSection, description="Who lets pass.")
    demands: list[DemandSpec] = Field(default_factory=list, description="What is to be carried.")
    demands_file: str | None = Field(
        default=None,
        description="CSV beside this file with the keys of a demand as columns; added to demands.",
    )
    costs: CostsSection = Field(description="Economic assumptions.")
    alternatives: AlternativesSection = Field(
        default_factory=AlternativesSection, description="What to report beside the optimum."
    )
    capacity: CapacitySection = Field(
        default_factory=CapacitySection, description="What may pass where in a year."
    )
    times: TimesSection = Field(
        default_factory=TimesSection, description="How times are drawn as distributions."
    )
    flow: FlowSection = Field(
        default_factory=FlowSection, description="How the demands are carried together."
    )
    control: ControlSection = Field(
        default_factory=ControlSection, description="What questions of control take as given."
    )
    seed: int = Field(default=0, ge=0, description="Seed of everything random.")


def json_schema() -> str:
    """Return the JSON Schema of a scenario file, as text with a final newline.

    Keys that the extended scenario supplies are not required in a file, so only
    `id`, `title` and `why` are.

    Examples
    --------
    >>> json.loads(json_schema())["required"]
    ['id', 'title', 'why']
    """
    schema: dict[str, Any] = ScenarioSpec.model_json_schema()
    schema["title"] = "Scenario"
    schema["required"] = ["id", "title", "why"]
    schema["$defs"]["CostsSection"].pop("required", None)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def to_model(spec: ScenarioSpec) -> model.Scenario:
    """Return the checked file as the frozen value the engine uses."""
    overrides = tuple(model.RateOverride(**one.model_dump()) for one in spec.costs.overrides)
    return model.Scenario(
        id=spec.id,
        title=spec.title,
        why=spec.why,
        uncertain=tuple(spec.uncertain),
        as_of=spec.as_of,
        network=model.NetworkChoice(
            tuple(spec.network.built), spec.network.all_planned, spec.network.build_by_year
        ),
        access=spec.access.to_model(),
        demands=tuple(demand.to_model(_traits(spec.cargo)) for demand in spec.demands),
        costs=model.Costs(
            spec.costs.value_of_time_usd_per_teu_h,
            spec.costs.penalty_usd_per_teu,
            overrides,
            dict(spec.costs.units),
            spec.costs.value_of_reliability_usd_per_teu_h,
            tuple(spec.costs.left_out),
        ),
        alternatives=model.Alternatives(
            tuple(spec.alternatives.families),
            spec.alternatives.max_detour,
            tuple(spec.alternatives.sensitive_borders),
        ),
        claims=tuple(spec.claims),
        seed=spec.seed,
        schema_version=spec.schema_version,
        capacity=spec.capacity.to_model(),
        times=model.Times(spec.times.correlation, spec.times.draws),
        flow=spec.flow.to_model(),
        control=spec.control.to_model(),
    )
