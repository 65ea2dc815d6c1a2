"""`corridors explain cpmm`: the survey indicators of a run beside the published ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.errors import InputMissingError
from corridors.manifest import verify_manifest
from corridors.metrics.cpmm import METRICS, compared
from corridors.scenario.surveys import load_published

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.metrics.cpmm import Compared


@dataclass(frozen=True)
class SurveyTable:
    """Indicators of corridors by name, and published ones beside those of the model.

    `corridors` gives for each subject (`TITR`, `TITR/rail`) its indicators by metric.
    """

    scenario: str
    corridors: dict[str, dict[str, float]]
    compared: tuple[Compared, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as one object of plain values, with `schema_version`."""
        return {
            "schema_version": 1,
            "scenario": self.scenario,
            "units": {name: unit for name, (unit, _) in METRICS.items()},
            "corridors": self.corridors,
            "compared": [
                {
                    "indicator": row.published.indicator,
                    "mode": row.published.mode,
                    "place": row.published.place,
                    "published": row.published.value,
                    "unit": row.published.unit,
                    "year": row.published.year,
                    "source": row.published.source,
                    "sets_parameter": list(row.published.sets),
                    "model": row.model,
                    "ratio": row.ratio,
                }
                for row in self.compared
            ],
        }


def cpmm_of_run(folder: Path) -> SurveyTable:
    """Return the survey indicators that a finished run left, beside the published ones.

    Raises
    ------
    InputMissingError
        If the folder is no run's or was altered, or the run has no such indicators.
    ScenarioError
        If the table of published indicators is wrong.
    """
    verify_manifest(folder)
    try:
        result = json.loads((folder / "result.json").read_bytes())
    except OSError as error:
        msg = f"{folder}: has no result.json; name the folder of a finished run"
        raise InputMissingError(msg) from error
    rows = [row for row in result["metrics"] if row["name"] in METRICS]
    if not rows:
        msg = f"{folder}: has no indicators of corridors; run the scenario again"
        raise InputMissingError(msg)
    corridors: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["subject_kind"] == "corridor":
            corridors.setdefault(row["subject"], {})[row["name"]] = row["value"]
    return SurveyTable(result["scenario"]["id"], corridors, compared(rows, load_published()))
