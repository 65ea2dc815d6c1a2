"""The projects of the tables laid over a scenario, as a flow for choosing among them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from corridors.metrics.carriage import FULL, Carriage
from corridors.metrics.congestion import rows_of_capacities
from corridors.metrics.lanes import Lanes
from corridors.metrics.ways import WayFinder
from corridors.scenario.capacity import capacity_rows
from corridors.scenario.compile import compile_scenario
from corridors.scenario.project_effects import project_effects
from corridors.solve.building import Buildable, Costs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.capacity import Capacity, Project
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from corridors.scenario.rates import Rates
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot
    from geodata.types import Bools, Floats


@dataclass(frozen=True)
class Assumed:
    """What all scenarios share: the network, rates, register, capacities and projects.

    `link_km` is the length of every link of the network; `level` says which end of the
    ranges of the projects holds.
    """

    snapshot: Snapshot
    rates: Rates
    register: Register
    capacities: Sequence[Capacity]
    projects: Sequence[Project]
    link_km: Floats
    level: str = "likely"


class Price(NamedTuple):
    """What one TEU a year less of a full capacity costs, USD."""

    capacity_id: str
    usd_per_teu: float


class Investment:
    """One scenario with all projects laid over it.

    Rules hold as they do for the scenario: what a project opens is open to the cargo that
    rules admit there, and shut to other cargo however much is built. A line of several
    links, of which different projects build some, is whole only with all of them.
    """

    def __init__(self, scenario: Scenario, assumed: Assumed) -> None:
        """Compile the scenario as it is, and with everything built."""
        self.scenario, self.assumed = scenario, assumed
        self.compiled = self._compiled(scenario)
        self.rows = capacity_rows(scenario, self.compiled, assumed.capacities)
        self.arrays = project_effects(
            assumed.projects, self.rows, self.compiled, level=assumed.level
        )
        builds = tuple(dict.fromkeys(one for p in assumed.projects for one in p.builds))
        network = replace(scenario.network, built=(*scenario.network.built, *builds))
        self.whole = self._compiled(replace(scenario, network=network))

    def _compiled(self, scenario: Scenario) -> Compiled:
        assumed = self.assumed
        return compile_scenario(scenario, assumed.snapshot, assumed.rates, assumed.register)

    def costs(self, among: Sequence[int]) -> Costs:
        """Return what sets of some projects cost, by their places in the tables.

        Demands that begin or end where no line is are left out: no project changes that.
        """
        lanes = Lanes(self.whole, self.rows)
        finder = WayFinder(self.scenario, self.assumed.snapshot, self.whole, self.assumed.link_km)
        carried = [
            k for k, ends in enumerate(zip(finder.starts, finder.ends, strict=True))
            if min(ends) >= 0
        ]  # fmt: skip
        carriage = Carriage(self.scenario, self.whole, finder, self.rows)
        problem = carriage.problem(lanes, carried, self.rows.capacity_teu_per_year)
        opens = self.arrays.opens[list(among)]
        gains = self.arrays.gains_teu_per_year[list(among)].toarray()
        return Costs(Buildable(problem, opens, gains))

    def prices(self, costs: Costs, built: Bools) -> tuple[Price, ...]:
        """Return the prices of all full capacities with some projects built.

        Parameters
        ----------
        costs
            What sets cost, as `costs` returns.
        built
            Which of its projects are built.
        """
        found = costs.solve(built)
        limit = costs.buildable.limit(built)
        full = found.used >= limit * (1 - FULL)
        groups = {name: at for name, at in rows_of_capacities(self.rows).items() if full[at].any()}
        high = costs.prices(built, list(groups.values()))
        return tuple(Price(*one) for one in zip(groups, high.tolist(), strict=True))
