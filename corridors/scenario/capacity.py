"""The capacities of a scenario as rows over the arcs of a decision graph.

::

    rows = capacity_rows(scenario, compiled, load_capacities(checks_places=False))
    rows.usage_of(compiled.view_of[k])          # (rows, n): what a TEU of demand k takes
    rows.capacity_teu_per_year                  # (rows,): what all demands together may take
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.model.capacity import NO_LEVEL, PLACE_KINDS
from corridors.scenario.capacity_places import Ground
from corridors.scenario.levies import Units, convert
from corridors.scenario.measures import MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.model.access import Rule
    from corridors.model.capacity import Capacity
    from corridors.model.scenario import CapacityChoice, Scenario
    from corridors.scenario.capacity_places import Section
    from corridors.scenario.compile import Compiled
    from geodata.types import Bools, Floats, Ints

#: Kind of a row that a rule of the register makes.
CAP = "cap"


@dataclass(frozen=True)
class CapacityRow:
    """What a row is: the capacity or rule it comes from, and which part of that.

    `id` is that of the table or rule, with the section or direction after a colon where
    there are several; `actors` are those who control its places on the day, each with its
    roles. `amount` is in `unit`, before the share that is open to the demands;
    `teu_per_year_of_one` is one of that unit.
    """

    id: str
    source_id: str
    kind: str
    on: tuple[str, ...]
    section: str
    label: str
    amount: float
    unit: str
    teu_per_year_of_one: float
    open_share: float
    quality: str
    sources: tuple[str, ...]
    actors: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class CapacityRows:
    """Rows of capacity over n arcs: `usage @ flow <= capacity_teu_per_year`.

    `usage` (rows, n) counts each TEU once on each arc of a row, before what goods weigh and
    before any cap that holds for some cargo only: see `usage_of`. `tonnes_based` (rows,) marks
    those given by weight, reckoned at `tonnes_per_teu`. `masks` say, for a row that is a cap,
    which of its arcs count for which view, (views, arcs of the row). `problems` tell in words
    what made no row.
    """

    rows: tuple[CapacityRow, ...]
    usage: sp.csr_array
    capacity_teu_per_year: Floats
    tonnes_based: Bools
    tonnes_per_teu: float
    weight_of_view: Floats
    masks: Mapping[int, Bools] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the rows."""
        return tuple(row.id for row in self.rows)

    def factor_of(self, tonnes_per_teu: float) -> Floats:
        """Return what a TEU of some weight takes of each row, (rows,).

        Parameters
        ----------
        tonnes_per_teu
            What goes instead of a TEU in a container weighs, in tonnes.
        """
        return np.where(self.tonnes_based, tonnes_per_teu / self.tonnes_per_teu, 1.0)

    def usage_of(self, view: int) -> sp.csr_array:
        """Return what a TEU of a class of cargo takes of each row on each arc, (rows, n).

        Parameters
        ----------
        view
            The class, as `Compiled.view_of` numbers it.
        """
        usage = self.usage
        data = usage.data * np.repeat(
            self.factor_of(float(self.weight_of_view[view])), np.diff(usage.indptr)
        )
        for row, mask in self.masks.items():
            data[usage.indptr[row] : usage.indptr[row + 1]] *= mask[view]
        return sp.csr_array((data, usage.indices, usage.indptr), shape=usage.shape)


def counted(scenario: Scenario) -> Scenario:
    """Return a scenario with its capacities counted, at the likely end if it counts none."""
    if scenario.capacity.level != NO_LEVEL:
        return scenario
    return replace(scenario, capacity=replace(scenario.capacity, level="likely"))


def capacity_rows(
    scenario: Scenario, compiled: Compiled, capacities: Sequence[Capacity]
) -> CapacityRows:
    """Lay the capacities that a scenario takes, and the caps of its rules, over the graph.

    Parameters
    ----------
    scenario
        Its `capacity` says at which level, which are replaced or left out; its `costs.units`
        how many TEU go on a train, a truck and a ship and what a TEU weighs.
    compiled
        The scenario compiled onto the graph.
    capacities
        Those of the assumption tables.

    Returns
    -------
    CapacityRows
        In the order of the tables, those of rules after them; none if the level is `none` and
        the scenario sets no capacity itself.

    Notes
    -----
    A box that goes from ship to ship in a port is not counted as handled there. A line's
    sections each have the whole capacity.
    """
    laying = _Laying(scenario, compiled)
    chosen = [one for one in capacities if laying.takes(one)]
    for one in chosen:
        laying.lay(one)
    if scenario.capacity.level != NO_LEVEL:
        stood_for = {name for one in chosen for name in one.stands_for}
        for rule in compiled.law.rules:
            if rule.effect == "cap" and rule.id not in stood_for:
                laying.lay_cap(rule)
    return laying.rows()


def one_in_teu_per_year(capacity: Capacity, units: Units) -> tuple[float, str]:
    """Return one of a capacity's unit in TEU a year, or why it cannot be said.

    What is given by weight is reckoned at the weight of a TEU in a container.
    """
    measure = MEASURES[capacity.unit]
    parameter = capacity.lot
    if parameter is None and measure.parameter:
        parameter = getattr(units, measure.parameter)
        if not parameter:
            what = f"{measure.parameter} is not given"
            return np.nan, f"{capacity.id}: capacity in {capacity.unit} left out: {what}"
    return measure.teu_per_year(parameter or 1.0), ""


class _Laying:
    """Gathers rows one after the other, and what made none."""

    def __init__(self, scenario: Scenario, compiled: Compiled) -> None:
        self.scenario, self.compiled = scenario, compiled
        self.choice: CapacityChoice = scenario.capacity
        self.units = Units(**scenario.costs.units)
        self.ground = Ground(compiled.graph)
        self.found: list[CapacityRow] = []
        self.arcs: list[Ints] = []
        self.by_weight: list[bool] = []
        self.masks: dict[int, Bools] = {}
        self.problems: list[str] = []
        law = compiled.law
        self.controls = [one for one in law.controls if one.scope.kind not in ("any", "operator")]
        self.held = compiled.laid.terrain.coverage.matrix(one.scope for one in self.controls)

    def takes(self, one: Capacity) -> bool:
        """Whether the scenario counts a capacity on its day."""
        choice = self.choice
        if one.id in choice.left_out or self.scenario.as_of not in one.span:
            return False
        return choice.level != NO_LEVEL or one.id in choice.set

    def lay(self, one: Capacity) -> None:
        """Add the rows of a capacity."""
        sections = self.ground.sections(one.kind, one.on, one.modes, one.direction)
        if not sections:
            self.problems.append(f"{one.id}: no arc of {';'.join(one.on)} on this network")
            return
        own = one.id in self.choice.set
        amount = self.choice.set[one.id] if own else one.amount.at(self.choice.level)
        share = 1.0 if own else one.open.share
        teu, problem = one_in_teu_per_year(one, self.units)
        if problem:
            self.problems.append(problem)
            return
        for section in sections:
            row = CapacityRow(
                id=_named(one.id, section), source_id=one.id, kind=one.kind, on=one.on,
                section=section.name, label=one.title, amount=amount, unit=one.unit,
                teu_per_year_of_one=teu, open_share=share,
                quality="assumed" if own else one.quality,
                sources=("scenario",) if own else one.sources, actors=self._actors(section.arcs),
            )  # fmt: skip
            self._add(row, section.arcs, by_weight=MEASURES[one.unit].by_weight)

    def lay_cap(self, rule: Rule) -> None:
        """Add the rows of a rule that caps, with the cargo it is about."""
        end = {"low": rule.low, "high": rule.high}.get(self.choice.level)
        amount = rule.value if end is None else end
        one, problem = convert(replace(rule, value=1.0), self.units)
        if problem or amount is None:
            self.problems.append(problem or f"{rule.id}: cap without a value left out")
            return
        places = list(self._capped(rule))
        if not places:
            what = f"{rule.scope.kind} left out: no one place to count at"
            self.problems.append(f"{rule.id}: cap on {what}")
        for name, section in places:
            mask = self._applies(rule, section.arcs)
            if not mask.any():
                continue
            row = CapacityRow(
                id=_named(f"{rule.id}:{name}", section), source_id=rule.id, kind=CAP, on=(name,),
                section=section.name, label=rule.title, amount=amount,
                unit=rule.unit, teu_per_year_of_one=one, open_share=1.0,
                quality=rule.evidence.basis, sources=rule.evidence.sources,
                actors={rule.by: (CAP,)},
            )  # fmt: skip
            self.masks[len(self.found)] = mask
            self._add(row, section.arcs, by_weight=MEASURES[rule.unit].by_weight)

    def _capped(self, rule: Rule) -> Iterator[tuple[str, Section]]:
        """Yield where a rule caps: each thing it names by itself, or a border as a whole."""
        scope = rule.scope
        for name in sorted(scope.names - scope.without):
            kind = self.ground.kind_of(name) if scope.kind == "asset" else scope.kind
            if kind in PLACE_KINDS:
                modes = sorted(scope.modes) if kind != "terminal" else ()
                for section in self.ground.sections(kind, [name], modes):
                    yield name, section

    def _applies(self, rule: Rule, arcs: Ints) -> Bools:
        """Return for which class a rule decides on which of some arcs, (views, arcs).

        A rule that decides only about cargo that has been somewhere counts for all its class.
        """
        access = self.compiled.access
        won = np.array([rule in verdict.winners for verdict in access.verdicts], np.bool_)
        situations = access.situation_of_arc[arcs]
        masks = [
            won[access.verdict_of[np.array(memory.rows)[:, None], situations]].any(axis=0)
            for memory, _ in self.compiled.classes
        ]
        return np.array(masks, np.bool_).reshape(len(masks), len(arcs))

    def _actors(self, arcs: Ints) -> dict[str, tuple[str, ...]]:
        """Return who controls some arcs, each with its roles."""
        places = np.unique(self.compiled.laid.terrain.place_of_arc[arcs])
        roles: dict[str, set[str]] = {}
        for at in np.flatnonzero(self.held[:, places].any(axis=1)).tolist():
            roles.setdefault(self.controls[at].actor, set()).add(self.controls[at].role)
        return {actor: tuple(sorted(held)) for actor, held in sorted(roles.items())}

    def _add(self, row: CapacityRow, arcs: Ints, *, by_weight: bool) -> None:
        self.found.append(row)
        self.arcs.append(np.sort(arcs))
        self.by_weight.append(by_weight)

    def rows(self) -> CapacityRows:
        """Return what was gathered as arrays."""
        sizes = [len(one) for one in self.arcs]
        indices = np.concatenate([*self.arcs, np.empty(0, np.int64)])
        usage = sp.csr_array(
            (np.ones(len(indices)), indices, np.concatenate([[0], np.cumsum(sizes)]).astype(int)),
            shape=(len(self.found), len(self.compiled.graph.arcs)),
        )
        return CapacityRows(
            rows=tuple(self.found),
            usage=usage,
            capacity_teu_per_year=np.array(
                [one.amount * one.teu_per_year_of_one * one.open_share for one in self.found],
                np.float64,
            ),
            tonnes_based=np.array(self.by_weight, np.bool_),
            tonnes_per_teu=self.units.tonnes_per_teu or 1.0,
            weight_of_view=np.array([terms.tonnes_per_teu for _, terms in self.compiled.classes]),
            masks=self.masks,
            problems=tuple(self.problems),
        )


def _named(name: str, section: Section) -> str:
    """Return the id of a row."""
    return f"{name}:{section.name}" if section.name else name
