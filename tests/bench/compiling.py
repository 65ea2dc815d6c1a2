"""How long a scenario takes to compile once network and register are loaded."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from corridors.cli import GENERATION
from corridors.model.access import Cargo
from corridors.run import read
from corridors.scenario.access import compile_access
from corridors.scenario.compile import law_of
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_ids
from corridors.scenario.references import Names
from corridors.scenario.terrain import Terrain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.model.scenario import Scenario
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot

#: How often a network is prepared.
FIRSTS = 7


@dataclass(frozen=True)
class World:
    """What no scenario changes, and the scenarios of the library."""

    snapshot: Snapshot
    register: Register
    names: Names
    scenarios: tuple[Scenario, ...]

    @classmethod
    def load(cls, network: Path, count: int) -> Self:
        """Load a network, the register and the first scenarios of the library."""
        # As on the command line, collections of cycles are rare.
        gc.set_threshold(GENERATION, 50, 50)
        _, snapshot, register = read("baseline", network)
        names = Names(snapshot.graph, snapshot.branches, register)
        loaded = [load_scenario(name, names=names) for name in scenario_ids()[:count]]
        return cls(snapshot, register, names, tuple(one.scenario for one in loaded))

    def terrain(self) -> Terrain:
        """Return the network as rules see it, which is prepared once."""
        return Terrain.of(self.snapshot.graph, self.snapshot.branches, built=None)


def preparings(world: World) -> tuple[float, ...]:
    """Milliseconds to prepare the network for rules and to compile a first scenario on it."""
    times = []
    for scenario in world.scenarios[:FIRSTS]:
        start = time.perf_counter()
        _compile(scenario, world, world.terrain(), _cargos(1))
        times.append(1000 * (time.perf_counter() - start))
    return tuple(times)


def compilings(world: World, classes: int) -> tuple[float, ...]:
    """Milliseconds from the day's law to what each class may use and pays on every arc.

    Each time is another scenario's, after a first one on the same network.
    """
    cargos, terrain = _cargos(classes), world.terrain()
    _compile(world.scenarios[0], world, terrain, cargos)
    times = []
    for scenario in world.scenarios[1:]:
        start = time.perf_counter()
        _compile(scenario, world, terrain, cargos)
        times.append(1000 * (time.perf_counter() - start))
    return tuple(times)


def _compile(scenario: Scenario, world: World, terrain: Terrain, cargos: Sequence[Cargo]) -> None:
    law = law_of(scenario, world.register, world.names.known)
    access = compile_access(terrain, law, cargos)
    for row in range(access.rows):
        access.open_of(row), access.charge_of(row), access.delay_of(row)


def _cargos(count: int) -> list[Cargo]:
    """Return classes of cargo that rules tell apart: owners, ends and lists in turn."""
    owners = ("EU", "US", "TR", "CN", "IN", "RU", "IR", "KZ")
    ends = (("CN", "DE"), ("RU", "IN"), ("IR", "RU"), ("KZ", "TR"))
    lists = ("eu_listed", "us_sdn")
    found = [
        Cargo(
            origin=frozenset({a}), destination=frozenset({b}), owner=frozenset({owner}),
            commodity=frozenset({"container"}), list=frozenset({name}),
        )
        for owner in owners for a, b in ends for name in lists
    ]  # fmt: skip
    return found[:count]
