"""`corridors validate`: the model against published costs, times and distances.

Each row is asked on the network and under the rules of the scenario nearest to its day.
Where no way is open there, refusals are lifted, and at last all lines are built; what was
needed is told with the value. Rows that set a parameter are told apart and never count.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from corridors.errors import InputMissingError
from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.agreement import Compared, Ordered, Told, Validation
from corridors.metrics.amounts import amounts, assumed_share, parts, speed_kmh
from corridors.metrics.told import Keep, Ways, lanes
from corridors.model.scenario import Demand, RateOverride, Traits
from corridors.report.outputs import write_files, writing_output
from corridors.report.validation import docs_page, files_of
from corridors.run import inputs_of, read
from corridors.scenario.compile import compile_scenario
from corridors.scenario.places import data_folder, scenario_ids
from corridors.scenario.rates import load_rates
from corridors.scenario.reference import TABLES, load_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corridors.metrics.amounts import Amounts
    from corridors.metrics.told import Lane
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from corridors.scenario.load import Loaded
    from corridors.scenario.rates import Rates
    from corridors.scenario.reference import Ordering, Reference, References
    from corridors.scenario.reference_cells import Way
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot

BASELINE, BUILT = "baseline", "all_open_built"
#: What a row may need for a way to be open, in the order tried.
AS_OF_DAY, LIFTED, ALL_BUILT = "as of the day", "refusals lifted", "refusals lifted, all built"
#: A line that does not stand is taken only where nothing that stands will do.
STAGES = ((AS_OF_DAY, LIFTED), (ALL_BUILT,))
#: Cargo of a published value: containers of no owner that rules single out.
CARGO = Traits(commodity=("container",))

#: What published freight does not hold, beside what scenarios leave out: the shipper pays
#: them apart.
NOT_FREIGHT = ("insurance", "container_lease")


class Ends(NamedTuple):
    """Origin and destination, ids of terminals."""

    origin: str
    destination: str


@dataclass(frozen=True)
class Moment:
    """A scenario whose rules and network are of some day, ready for published values.

    Compiled for the cargoes that are asked about, once for each stage that is needed.
    """

    loaded: Loaded
    built: Scenario
    snapshot: Snapshot
    register: Register
    rates: Rates
    known: Mapping[str, Lane]
    ends: dict[Ends, int] = field(default_factory=dict)
    _ways: dict[str, Ways] = field(default_factory=dict)

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is shipped."""
        return self.loaded.scenario

    def add(self, ends: Iterable[Ends]) -> None:
        """Take note of ends that will be asked about; before the first question."""
        for one in ends:
            self.ends.setdefault(one, len(self.ends))

    def ways(self, stage: str) -> Ways:
        """Return the ways under a stage."""
        if stage not in self._ways:
            self._ways[stage] = Ways(self._compile(stage), self.known)
        return self._ways[stage]

    def _compile(self, stage: str) -> Compiled:
        base = self.built if stage == ALL_BUILT else self.scenario
        access = base.access if stage == AS_OF_DAY else replace(base.access, permits=("*",))
        demands = tuple(
            Demand(f"{origin}-{destination}", origin, destination, 1.0, CARGO)
            for origin, destination in self.ends
        )
        left_out = tuple(dict.fromkeys((*base.costs.left_out, *NOT_FREIGHT)))
        costs = replace(base.costs, left_out=left_out)
        asked = replace(base, demands=demands, access=access, costs=costs)
        return compile_scenario(asked, self.snapshot, self.rates, self.register)


@dataclass(frozen=True)
class Bench:
    """All moments, by the day of their scenario."""

    moments: tuple[Moment, ...]

    @classmethod
    def of(
        cls, network: Path, overrides: Sequence[RateOverride] = (), *, fitted: bool = True
    ) -> Bench:
        """Load the network, the replays and the baseline; with fitted rates or without.

        Raises
        ------
        ScenarioError, InputMissingError
            As their names say.
        """
        built, snapshot, register = read(BUILT, network)
        known = lanes(snapshot)
        rates = load_rates(fitted=fitted).with_overrides(overrides)
        names = (BASELINE, *(name for name in scenario_ids() if name.startswith("replay_")))
        return cls(
            tuple(
                Moment(read(name, network)[0], built.scenario, snapshot, register, rates, known)
                for name in names
            )
        )

    def nearest(self, row: Reference | Ordering) -> Moment:
        """Return the moment whose day is nearest to the days a row is about."""
        return min(self.moments, key=lambda one: _gap(one.scenario.as_of, row))

    def prepare(self, references: References) -> None:
        """Tell each moment what it will be asked."""
        rows: tuple[Reference | Ordering, ...] = (*references.values, *references.orderings)
        for row in rows:
            moment = self.nearest(row)
            known = {place.id for place in moment.snapshot.places}
            if {row.origin, row.destination} <= known:
                moment.add([Ends(row.origin, row.destination)])


def validate(
    network: Path, *, out: Path | None = None, docs: Path | None = None,
    overrides: Sequence[RateOverride] = (), fitted: bool = True,
    references: References | None = None,
) -> Validation:  # fmt: skip
    """Hold the model against all published values and orderings.

    Parameters
    ----------
    network
        Folder of a built network.
    out
        Folder for the tables and the plot, written whole or not at all.
    docs
        Page whose counted part is rewritten.
    overrides
        Rates in place of those of the table.
    fitted
        Whether the rates of fitted.csv stand in place of those they were fitted from.
    references
        Published values; the shipped ones if not given.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say.
    """
    started = time.perf_counter()
    references = references or load_reference()
    bench = Bench.of(network, overrides, fitted=fitted)
    bench.prepare(references)
    found = Validation(
        tuple(Compared(row, question(bench.nearest(row), row).answer) for row in references.values),
        tuple(_ordered(bench.nearest(row), row) for row in references.orderings),
    )
    if out is not None:
        files = files_of(found)
        write_files(out, files | {"manifest.json": _manifest(bench, files, started)})
    if docs is not None:
        page = _page(found, docs)
        with writing_output(docs) as partial:
            partial.write_text(page, encoding="utf-8")
    return found


def _page(found: Validation, docs: Path) -> str:
    """Return a page with its counted part made anew."""
    try:
        return docs_page(found, docs.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{docs}: {getattr(error, 'strerror', None) or error}"
        raise InputMissingError(msg) from error


def question(moment: Moment, row: Reference) -> Question:
    """Return what a published value asks of the model."""
    return Question(moment, row, row.way, row.mode, row.scope, row.unit)


class Found(NamedTuple):
    """The way that answers a question, what it amounts to, and what it took to be open."""

    compiled: Compiled
    demand: int
    amounts: Amounts
    stage: str
    mode: str
    keep: Keep


@dataclass(frozen=True)
class Question:
    """What a way amounts to, between the ends of a row and on its day."""

    moment: Moment
    row: Reference | Ordering
    way: Way
    mode: str = "multimodal"
    scope: str = "through"
    unit: str = ""

    @cached_property
    def found(self) -> Found | None:
        """The first way found: in the mode first, on the day first, None if there is none."""
        if Ends(self.row.origin, self.row.destination) not in self.moment.ends:
            return None
        return next(filter(None, (self._at(*each) for each in self._tries())), None)

    @cached_property
    def answer(self) -> Told:
        """The value on the way found."""
        found = self.found
        if found is None:
            return Told(None, self.moment.scenario.id)
        compiled, way = found.compiled, found.amounts.arcs
        speed = self.row.quantity == "speed"
        countries = compiled.graph.arcs.country[way]
        passed = dict.fromkeys(countries[countries >= 0].tolist())
        return Told(
            speed_kmh(compiled, found.demand, way) if speed else found.amounts.total,
            self.moment.scenario.id,
            found.stage,
            mode_held=found.mode == self.mode,
            kept=not self.way.corridor or found.keep < Keep.SECTION,
            through=tuple(compiled.graph.countries[at] for at in passed),
            parts=() if speed else parts(compiled, found.amounts),
            assumed=assumed_share(
                compiled, found.demand, found.amounts, quantity=self.row.quantity, unit=self.unit
            ),
        )

    def _tries(self) -> Iterator[tuple[str, Keep, str]]:
        """Yield mode, how closely to keep to the corridor, and stage, the strictest first."""
        keeps = tuple(Keep) if self.way.corridor else (Keep.SECTION,)
        for mode in dict.fromkeys((self.mode, "multimodal")):
            for stages in STAGES:
                yield from ((mode, keep, stage) for keep in keeps for stage in stages)

    def _at(self, mode: str, keep: Keep, stage: str) -> Found | None:
        ways, ends = self.moment.ways(stage), Ends(self.row.origin, self.row.destination)
        demand = self.moment.ends[ends]
        way = ways.find(demand, ends, self.way, mode=mode, keep=keep)
        if way is None:
            return None
        quantity = self.row.quantity
        told = amounts(
            ways.compiled, demand, way, quantity=quantity, scope=self.scope, unit=self.unit
        )
        return Found(ways.compiled, demand, told, stage, mode, keep)


def _ordered(moment: Moment, row: Ordering) -> Ordered:
    better, worse = (Question(moment, row, way).answer for way in (row.better, row.worse))
    return Ordered(row, better, worse)


def _gap(day: date, row: Reference | Ordering) -> tuple[int, int]:
    """Return how many days a day lies outside a row's span, and how far from its middle."""
    start = row.as_of.start or date.min
    end = row.as_of.end or date.max
    outside = max((start - day).days, (day - end).days, 0)
    return outside, abs(2 * day.toordinal() - start.toordinal() - end.toordinal())


def _manifest(bench: Bench, files: dict[str, bytes], started: float) -> bytes:
    """Return what determines a validation, with the hashes of its files."""
    inputs: dict[str, bytes | Path | str] = {}
    for one in bench.moments:
        its = inputs_of(one.loaded, one.snapshot)
        inputs |= {f"scenario {one.scenario.id}": its.pop("scenario"), **its}
    tables = {f"scenarios/data/{name}": data_folder() / name for name in TABLES}
    manifest = make_manifest(
        inputs=inputs | tables,
        outputs=files,
        seed=0,
        solver={"ways": "SciPy Dijkstra"},
        parameters={"scenarios": [one.scenario.id for one in bench.moments]},
        wall_times_s={"validate": time.perf_counter() - started},
    )
    return manifest_bytes(manifest)
