"""The sections of a scenario file about what may pass where, and how all demands are carried."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from corridors.model import scenario as model
from corridors.scenario.form import Identifier, Strict


class CapacitySection(Strict):
    """What may pass where in a year, from data/capacities.csv and the caps of rules.

    Null takes away an entry of `set` that the extended scenario has.
    """

    level: Literal["none", "low", "likely", "high"] = Field(
        default="none",
        description="End of the ranges that holds; none limits nothing but what `set` gives.",
    )
    set: dict[Identifier, Annotated[float, Field(ge=0)] | None] = Field(
        default_factory=dict,
        description="Capacity by id: what is open to the demands, in the unit of its row.",
    )
    left_out: list[Identifier] = Field(
        default_factory=list, description="Ids of capacities not counted."
    )

    def to_model(self) -> model.CapacityChoice:
        """Return the section as a frozen value, entries taken away left out."""
        given = {name: value for name, value in self.set.items() if value is not None}
        return model.CapacityChoice(self.level, given, tuple(self.left_out))


class FlowSection(Strict):
    """How the demands are carried together, and how exactly."""

    assignment: Literal["least_cost", "all_or_nothing", "logit"] = Field(
        default="least_cost",
        description="least_cost keeps to capacities; all_or_nothing (all by the best route) and "
        "logit (shared out among the routes by cost) do not.",
    )
    theta: float = Field(
        default=0.005,
        ge=0,
        description="How sharply cost decides under the logit, per USD per TEU; an assumption.",
    )
    gap: float = Field(
        default=1e-6,
        ge=0,
        lt=1,
        description="Share by which the cost may be above the least; it is proven.",
    )
    empty_boxes: Literal["left_out", "as_loaded", "line_haul"] = Field(
        default="left_out",
        description="Whether empty boxes go back through the same capacities, and at what cost: "
        "that of a loaded box, time included, or its line haul alone. Left out, since whether "
        "the rates hold the way back is not stated.",
    )
    time_limit_s: float | None = Field(
        default=None, ge=0, description="Seconds after which the search for the flow stops."
    )

    def to_model(self) -> model.FlowChoice:
        """Return the section as a frozen value."""
        return model.FlowChoice(**self.model_dump())
