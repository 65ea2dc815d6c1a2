"""Why a demand has no route, proven: the smallest set that opens one, and the cut it opens.

Everything that can keep an arc shut is one element: a rule, a control closed by default, an
actor that refuses everything, a place closed by the scenario, a line not built. What must
be lifted for an arc is all that stands behind it one after the other, so that a scenario
with the set lifted has a route and one with less than the set has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from corridors.metrics.memory import over, root_of, split_of
from corridors.model.result import Certificate, ShutArc
from corridors.scenario.barriers import Refusals, closures, stances
from corridors.scenario.closures import NOT_BUILT
from corridors.scenario.visits import asked_of, memories_of
from corridors.solve.barred import OPEN, Barred
from corridors.solve.relax import relax
from corridors.solve.stateful import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.model.access import Cargo, InForce
    from corridors.model.result import Blocker
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import ClassView, Compiled
    from corridors.solve.relax import Relaxation
    from geodata.types import Bools, Floats, Ints

    Barrier = frozenset[Blocker]


class Certifier:
    """Certifies that demands of one compiled scenario have no route."""

    def __init__(self, scenario: Scenario, compiled: Compiled) -> None:
        """Take what was asked and how it was compiled."""
        self.scenario, self.compiled = scenario, compiled
        self._known: dict[int, list[Barrier]] = {}

    def of(self, demand: int, start: int, end: int) -> Certificate | None:
        """Return why no route leads from node to node for the cargo of a demand.

        Parameters
        ----------
        demand
            Number of the demand.
        start, end
            Its nodes on the decision graph.

        Returns
        -------
        Certificate or None
            None if there is no way however much is lifted and built.
        """
        view = self.compiled.view(demand)
        field = self.field_of(view, start)
        barriers, barrier_of_row = self.barriers(demand, view, field)
        elements = sorted(frozenset().union(*barriers))
        number = {one: at for at, one in enumerate(elements)}
        sets = [frozenset(number[one] for one in barrier) for barrier in barriers]
        # The states of the end, whatever is remembered there, lead to one node beyond.
        goals = field.states(np.array([end]))
        barred = Barred(
            np.concatenate([field.tail, goals]).astype(np.int32),
            np.concatenate([field.head, np.full(len(goals), field.n_states)]).astype(np.int32),
            field.n_states + 1,
            np.concatenate([barrier_of_row, np.full(len(goals), OPEN)]),
            sets,
            _weights(elements),
        )
        cost = np.concatenate([self.cost_on(view, field), np.zeros(len(goals))])
        root = self.root_of(view, field, start)
        found = relax(barred, root, field.n_states, cost=cost)
        if found is None:
            return None
        rows = found.way[:-1]
        met = [barriers[row] for row in barrier_of_row[rows].tolist() if row != OPEN]
        lifted = tuple(dict.fromkeys(one for barrier in met for one in sorted(barrier)))
        return Certificate(
            relax=lifted,
            words=tuple(said(one, self.compiled.law) for one in lifted),
            way=tuple(field.arc[rows].tolist()),
            cut=_cut(found, field, [barriers[row] for row in barrier_of_row[found.cut]], lifted),
            others=tuple(tuple(elements[at] for at in other) for other in found.others),
            complete=found.complete,
            proven=found.proven,
        )

    def field_of(self, view: ClassView, start: int) -> Field:
        """Return the graph for the cargo of a view, split by its memory if that matters."""
        if not view.memory.matters:
            arcs = self.compiled.graph.arcs
            return Field.plain(arcs.tail, arcs.head, n_nodes=len(self.compiled.graph.nodes))
        return split_of(view, start)

    def root_of(self, view: ClassView, field: Field, start: int) -> int:
        """Return the state of a field in which the cargo of a view sets out from a node."""
        # On a graph that is not split nothing is remembered, whatever is gained at the start.
        return root_of(view, field, start) if view.memory.matters else start

    def cost_on(self, view: ClassView, field: Field) -> Floats:
        """Return the generalised cost on each row of a field, in USD per TEU."""
        return over(field, view.generalised_after)

    def barriers(self, demand: int, view: ClassView, field: Field) -> tuple[list[Barrier], Ints]:
        """Return the distinct barriers, and which of them shuts each row of a field."""
        cargo = self.compiled.cargos[demand]
        remembering = memories_of(cargo, asked_of(self.compiled.law, cargo))
        known: dict[Barrier, int] = {}
        rows = []
        for now in field.memories.tolist():
            each = self._barrier_of_kind(view.memory.rows[now], remembering[now])
            numbers = [known.setdefault(one, len(known)) if one else OPEN for one in each]
            rows.append(np.array(numbers, np.int64)[self._kinds.of_arc])
        return list(known), np.concatenate(rows)

    def _barrier_of_kind(self, row: int, cargo: Cargo) -> list[Barrier]:
        """Return all that shuts each kind of arc to cargo of a row of the access."""
        if row not in self._known:
            answers = self.compiled.laid.answers([cargo])[0].tolist()
            met = {at: one.met(answers) for at, one in self._kinds.refusals.items()}
            kinds = zip(self._kinds.situation, self._kinds.closures, strict=True)
            self._known[row] = [met[at] | shut if at in met else shut for at, shut in kinds]
        return self._known[row]

    @cached_property
    def _kinds(self) -> _Kinds:
        return _Kinds.of(self.scenario, self.compiled)


@dataclass(frozen=True)
class _Kinds:
    """Arcs grouped by what can shut them.

    `of_arc` (n,) gives the kind of an arc; `situation` that of each kind, -1 where the
    scenario lifts every refusal, and `closures` what the scenario itself closes.
    """

    of_arc: Ints
    situation: list[int]
    closures: list[Barrier]
    refusals: dict[int, Refusals]

    @classmethod
    def of(cls, scenario: Scenario, compiled: Compiled) -> Self:
        """Tell the arcs apart by what can shut them."""
        graph, access = compiled.graph, compiled.access
        calls_at = compiled.laid.terrain.calls_at
        shutting = closures(graph.arcs, scenario, graph.assets, graph.countries, calls_at=calls_at)
        meets = np.where(compiled.closures.lifted, -1, access.situation_of_arc).astype(np.int64)
        code, sets = _alike([rows for _, rows in shutting], len(meets))
        of_arc = np.unique(meets * sets + code, return_inverse=True)[1]
        first = np.unique(of_arc, return_index=True)[1]
        situation = meets[first].tolist()
        laid, refusing = compiled.laid, stances(compiled.law)
        return cls(
            of_arc,
            situation,
            [frozenset(one for one, rows in shutting if rows[arc]) for arc in first],
            {
                one: Refusals.of(laid.situations[one], laid.questions, refusing)
                for one in set(situation) - {-1}
            },
        )


def _alike(masks: Sequence[Bools], n: int) -> tuple[Ints, int]:
    """Return for each of n arcs which of the masks hold it, as a number, and how many there are."""
    held = np.array(masks, np.bool_).reshape(-1, n)
    code = np.zeros(n, np.int64)
    some = np.flatnonzero(held.any(axis=0))
    numbers: dict[bytes, int] = {}
    packed = np.ascontiguousarray(np.packbits(held[:, some], axis=0).T)
    code[some] = [numbers.setdefault(one.tobytes(), len(numbers) + 1) for one in packed]
    return code, len(numbers) + 1


def said(blocker: Blocker, law: InForce) -> str:
    """Return in a sentence what it takes to lift a blocker, with the sources of a rule."""
    sources = next((rule.evidence.sources for rule in law.rules if rule.id == blocker.id), ())
    told = f" (sources: {', '.join(sources)})" if sources else ""
    return f"{_needed(blocker)}: {blocker.words}{told}"


def summary(certificate: Certificate) -> str:
    """Return a certificate in a sentence.

    Examples
    --------
    >>> from corridors.model.result import Blocker
    >>> line = Blocker("not_built", "R03", "", "R03 planned (2029), not built in this scenario")
    >>> rule = Blocker("rule", "B001", "TR", "Border closed")
    >>> summary(Certificate((line, rule), (), (), ()))
    'no open route; the smallest set that opens one: R03 built and B001 of TR relaxed'
    """
    needs = " and ".join(_needed(one) for one in certificate.relax)
    least = "" if certificate.complete else "at least "
    others = len(certificate.others)
    sets = "set" if others == 1 else "sets"
    instead = f" (or {least}{others} other {sets} as small)" if others else ""
    smallest = "smallest set" if certificate.proven else "smallest set found, unproven,"
    return f"no open route; the {smallest} that opens one: {needs}{instead}"


def _needed(blocker: Blocker) -> str:
    """Return in a few words what must become of a blocker."""
    stands = "built" if NOT_BUILT in blocker.words else "in service"
    words = {
        "not_built": f"{blocker.id} {stands}",
        "scenario": f"{blocker.id} not closed by the scenario",
        "default": f"a permit of {blocker.actor}",
        "refuses": f"no refusal by {blocker.actor}",
    }
    return words.get(blocker.kind, f"{blocker.id} of {blocker.actor} relaxed")


def _weights(elements: Iterable[Blocker]) -> list[int]:
    """Return weights by which one line to build counts more than all refusals together."""
    built = [one.kind == "not_built" for one in elements]
    return [len(built) if needed else 1 for needed in built]


def _cut(
    found: Relaxation, field: Field, barriers: Iterable[Barrier], lifted: Iterable[Blocker]
) -> tuple[ShutArc, ...]:
    """Return the arcs of a cut with all that shuts each, whatever the cargo remembers."""
    shut: dict[int, set[Blocker]] = {}
    opens: set[int] = set()
    free = set(lifted)
    for row, barrier in zip(found.cut.tolist(), barriers, strict=True):
        arc = int(field.arc[row])
        shut.setdefault(arc, set()).update(barrier)
        if barrier <= free:
            opens.add(arc)
    return tuple(ShutArc(arc, tuple(sorted(shut[arc])), arc in opens) for arc in sorted(shut))
