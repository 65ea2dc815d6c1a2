"""Lifting what a certificate names by the words of a scenario, and asking for a route again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.ways import WayFinder
from corridors.scenario.compile import compile_scenario
from corridors.scenario.rates import load_rates
from corridors.scenario.register import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from corridors.model.result import Blocker
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot


def lifted(scenario: Scenario, blockers: Collection[Blocker]) -> Scenario:
    """Return a scenario that lifts some blockers, as a planner would write it.

    A control closed by default gets a rule of the scenario by which its actor permits
    wherever no other rule of that actor speaks.
    """
    of = {
        kind: [one for one in blockers if one.kind == kind]
        for kind in ("rule", "default", "refuses", "scenario", "not_built")
    }
    empty = dict.fromkeys(COLUMNS["rules"], "")
    own = [
        {**empty, "id": f"PERMITTED{at}", "by": one.actor, "effect": "permit", "on_kind": "any",
         "mode": "*", "cargo": "*", "direction": "both", "transit_only": "no",
         "priority": "-1000", "title": "permitted", "source": "assumption", "basis": "assumed",
         "confidence": "low", "placeholder": "no"}
        for at, one in enumerate(of["default"])
    ]  # fmt: skip
    shut = {one.id for one in of["scenario"]}
    access = replace(
        scenario.access,
        rules={**scenario.access.rules, **{one.id: False for one in of["rule"]}},
        own=(*scenario.access.own, *own),
        refuses=_without(scenario.access.refuses, [one.actor for one in of["refuses"]]),
        close=tuple(one for one in scenario.access.close if str(one) not in shut),
    )
    built = (*scenario.network.built, *(one.id for one in of["not_built"]))
    return replace(scenario, access=access, network=replace(scenario.network, built=built))


def _without(refuses: Sequence[str], actors: Sequence[str]) -> tuple[str, ...]:
    """Return who refuses all, some actors left out, be they named or meant by `!` or `*`."""
    named = [one for one in refuses if one not in actors]
    return (*named, *(f"!{one}" for one in actors if one not in refuses))


def compiled(scenario: Scenario, snapshot: Snapshot, register: Register) -> Compiled:
    return compile_scenario(scenario, snapshot, load_rates(), register)


def has_route(scenario: Scenario, snapshot: Snapshot, register: Register, demand: int = 0) -> bool:
    """Whether a demand has a route."""
    km = np.ones(int(np.abs(snapshot.graph.chain).max(initial=0)) + 1)
    alone = replace(scenario, demands=(scenario.demands[demand],))
    return bool(WayFinder(alone, snapshot, compiled(alone, snapshot, register), km).ways(0))
