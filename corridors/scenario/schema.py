"""The form of a scenario file: every key, its type, bounds and meaning.

pydantic stays at the file's edge; `to_model` gives the frozen values the engine uses.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from corridors.errors import nearest
from corridors.model import scenario as model
from corridors.scenario.vocabulary import COMPONENTS, unit_problem

SCHEMA_VERSION = 1

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$", max_length=80)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{2})?$")]
ModeName = Literal["rail", "road", "sea", "ferry"]
Quality = Literal["measured", "reported", "promotional", "estimated", "assumed"]


class Strict(BaseModel):
    """Base of the sections: unknown keys are errors, types are not guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class DemandSpec(Strict):
    """Cargo wanted between two terminals."""

    id: Identifier = Field(description="Name of the demand, unique in the scenario.")
    origin: Identifier = Field(description="Terminal id where the cargo starts.")
    destination: Identifier = Field(description="Terminal id where the cargo ends.")
    commodity: str = Field(default="containers", description="What is carried.")
    teu_per_year: float = Field(gt=0, le=1e9, description="Volume in TEU a year.")
    quality: Quality = Field(default="assumed", description="How well the volume is known.")
    source: str = Field(default="", description="Where the volume comes from; ids of sources.csv.")

    @model_validator(mode="after")
    def _two_ends(self) -> DemandSpec:
        if self.origin == self.destination:
            msg = f"origin and destination are both {self.origin}"
            raise ValueError(msg)
        return self


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


class AccessSpec(Strict):
    """What a decision is about: everything that fits all the keys given."""

    asset: Identifier | None = Field(
        default=None, description="Id of a crossing, line, strait, service or terminal."
    )
    country: CountryCode | None = Field(
        default=None, description="Country or territory code; quote NO."
    )
    country_pair: Annotated[list[CountryCode], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="Two country codes: the land borders between them."
    )
    mode: ModeName | None = Field(default=None, description="Only this mode.")
    source: str = Field(default="", description="Who says so, and where.")

    @model_validator(mode="after")
    def _selects(self) -> AccessSpec:
        if not (self.asset or self.country or self.country_pair or self.mode):
            msg = "names nothing; give asset, country, country_pair or mode"
            raise ValueError(msg)
        return self

    def to_model(self) -> model.AccessEntry:
        """Return the entry as a frozen value."""
        pair = (self.country_pair[0], self.country_pair[1]) if self.country_pair else None
        return model.AccessEntry(self.asset, self.country, pair, self.mode, self.source)


class AccessSection(Strict):
    """Access decisions on top of the political status found in the facts."""

    close: list[AccessSpec] = Field(default_factory=list, description="What is closed.")
    open: list[AccessSpec] = Field(
        default_factory=list,
        description="What is open although the facts say closed or conditional; `close` wins.",
    )
    conditional: Literal["open", "closed"] = Field(
        default="closed", description="Whether assets of conditional status may be used."
    )


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
    penalty_usd_per_teu: float = Field(
        gt=0, description="Cost of leaving one TEU of demand unserved, in USD of 2024."
    )


class AlternativesSection(Strict):
    """Which alternatives to report for every demand."""

    families: list[Identifier] = Field(
        default_factory=list, description="Corridor families to report; empty means all."
    )
    max_detour: float = Field(
        default=2.5, ge=1, description="Largest cost ratio to the cheapest route."
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
        "merged key by key, lists are replaced; id, title, why, uncertain are not inherited.",
    )
    as_of: date = Field(
        strict=False, description="Day whose facts hold, quoted or plain YYYY-MM-DD."
    )
    network: NetworkSpec = Field(default_factory=NetworkSpec, description="What is built.")
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
        access=model.Access(
            tuple(entry.to_model() for entry in spec.access.close),
            tuple(entry.to_model() for entry in spec.access.open),
            spec.access.conditional,
        ),
        demands=tuple(model.Demand(**demand.model_dump()) for demand in spec.demands),
        costs=model.Costs(
            spec.costs.value_of_time_usd_per_teu_h, spec.costs.penalty_usd_per_teu, overrides
        ),
        alternatives=model.Alternatives(
            tuple(spec.alternatives.families), spec.alternatives.max_detour
        ),
        seed=spec.seed,
        schema_version=spec.schema_version,
    )
