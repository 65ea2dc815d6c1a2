"""The section of a scenario file about who may close what."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from corridors.model import scenario as model
from corridors.scenario.form import Strict


class ControlSection(Strict):
    """What questions of control take as given; all of it judgement."""

    penalty_multiple: float = Field(
        default=3.0, gt=1,
        description="What a TEU that finds no way counts as, by what its cargo costs now; also "
        "the most that it pays before it is given up.",
    )  # fmt: skip
    tolerance: float = Field(
        default=0.25, ge=0,
        description="Share of cost beyond which doing without an actor counts as a veto of it.",
    )  # fmt: skip
    chances: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        default_factory=dict, description="Chance of switches to be closed, by id."
    )
    usual_chance: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Chance of an actor to close that has none of its own.",
    )
    chances_source: str = Field(
        default="assumption", description="Whose judgement the chances are."
    )
    closure_days: float | None = Field(
        default=None, gt=0, le=365,
        description="Days that a closure lasts, by which trade disrupted is reckoned; 14 is "
        "assumed if not given.",
    )  # fmt: skip
    blocs: list[str] = Field(
        default_factory=lambda: ["EAEU", "EU", "OTS", "GCC"],
        description="Blocs whose members close alike; an actor counts to the first it is in.",
    )

    def to_model(self) -> model.ControlChoice:
        """Return the section as a frozen value."""
        return model.ControlChoice(**self.model_dump() | {"blocs": tuple(self.blocs)})
