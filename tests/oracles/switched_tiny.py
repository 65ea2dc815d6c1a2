"""The tiny world as a planner meets it: a network, a scenario and questions by command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.build import build_snapshot
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from pathlib import Path

SCENARIO = """\
schema_version: 1
id: tiny
title: Tiny
why: A test.
as_of: 2026-11-22
costs: {value_of_time_usd_per_teu_h: 2.0, penalty_usd_per_teu: 50000}
control: {penalty_multiple: 40, chances: {KZ: 0.2}, usual_chance: 0.1}
alternatives: {max_detour: 3}
demands:
  - {id: we, origin: W, destination: E, teu_per_year: 100}
  - {id: ew, origin: E, destination: W, teu_per_year: 50}
  - {id: wp, origin: W, destination: PE, teu_per_year: 10}
"""


def write_tiny(folder: Path) -> tuple[Path, str]:
    """Build the network of the tiny world; return its folder and the path of a scenario."""
    extracts, facts = write_world(folder)
    build_snapshot(folder / "network", extracts=extracts, facts_folder=facts)
    path = folder / "tiny.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return folder / "network", str(path)
