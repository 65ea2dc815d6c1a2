"""The access rules of a day on a decision graph as arrays, for many classes of cargo at once.

::

    terrain = Terrain.of(graph, branches)              # once a network
    law = as_of(register, day)                         # once a day
    access = compile_access(terrain, law, classes)
    access.open[access.row_of[0]]                      # for the first class
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.scenario.candidates import Candidates
from corridors.scenario.coverage import distinct
from corridors.scenario.levies import BY_VALUE, Units, convert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from corridors.model.access import Cargo, InForce, Rule
    from corridors.scenario.precedence import Refusal, Verdict
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Floats, Ints, Shorts

#: `refused_by` of an open arc.
OPEN = -1


@dataclass(frozen=True)
class Levied:
    """What one rule levies: an amount on each of some arcs, where it decides.

    `arcs`, in order, `situations` and `amounts` have one length; `won` (verdicts,) marks the
    verdicts in which the rule decides.
    """

    rule: Rule
    arcs: Ints
    situations: Ints
    amounts: Floats
    won: Bools

    @property
    def by_value(self) -> bool:
        """Whether the amounts are a share of what the cargo is worth."""
        return self.rule.unit in BY_VALUE


@dataclass(frozen=True)
class Access:
    """What the rules say of c classes of cargo on n arcs.

    Classes that no rule tells apart share a row: class k has row `row_of[k]` (c,) of all
    arrays of shape (rows, n), which are made when asked for, whole or row by row.
    `verdict_of` (rows, situations) indexes `verdicts`; of these `usable`, `refused` and
    `caps` tell what is open, which of `reasons` closes it first and what may pass.
    `charges` and `delays` are levied on passing an arc. `warnings` tell what was left
    out and which rules lack standing.
    """

    row_of: Ints
    reasons: tuple[Refusal, ...]
    warnings: tuple[str, ...]
    terrain: Terrain
    verdicts: tuple[Verdict, ...]
    verdict_of: Ints
    situation_of_arc: Ints
    usable: Bools
    refused: Shorts
    caps: Floats
    charges: tuple[Levied, ...]
    delays: tuple[Levied, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.verdict_of)

    def open_of(self, row: int) -> Bools:
        """Return which arcs the classes of a row may use, (n,)."""
        found: Bools = self.usable[self.verdict_of[row]][self.situation_of_arc]
        return found

    def charge_of(self, row: int, *, worth: float = 1.0) -> Floats:
        """Return what the classes of a row are charged on each arc in USD per TEU, (n,).

        `worth` is the value of the cargo by that which the charges are reckoned for.
        """
        return self._levied(self.charges, row, worth)

    def delay_of(self, row: int) -> Floats:
        """Return how long the classes of a row are delayed on each arc in hours, (n,)."""
        return self._levied(self.delays, row)

    def _levied(self, levied: Sequence[Levied], row: int, worth: float = 1.0) -> Floats:
        total = np.zeros(len(self.situation_of_arc))
        for one in levied:
            wins = one.won[self.verdict_of[row, one.situations]]
            total[one.arcs[wins]] += one.amounts[wins] * (worth if one.by_value else 1.0)
        return total

    @property
    def levies_anything(self) -> bool:
        """Whether any rule levies money or hours."""
        return bool(self.charges or self.delays)

    def levied_on(self, row: int, arcs: Ints) -> Iterator[tuple[Levied, int, float]]:
        """Yield each rule that levies something of the classes of a row on some arcs.

        With it go the position among `arcs` and the amount, of money or hours.
        """
        for one in (*self.charges, *self.delays):
            if not len(one.arcs):
                continue
            at = np.minimum(np.searchsorted(one.arcs, arcs), len(one.arcs) - 1)
            wins = one.won[self.verdict_of[row, one.situations[at]]]
            for found in np.flatnonzero((one.arcs[at] == arcs) & wins).tolist():
                yield one, found, float(one.amounts[at[found]])

    @cached_property
    def open(self) -> Bools:
        """Which arcs may be used, (rows, n)."""
        found: Bools = _spread(self.usable, self.verdict_of, self.situation_of_arc, usual=True)
        return found

    @cached_property
    def refused_by(self) -> Shorts:
        """Index into `reasons` of the first who closes an arc, -1 where open, (rows, n)."""
        found: Shorts = _spread(self.refused, self.verdict_of, self.situation_of_arc, usual=OPEN)
        return found

    @cached_property
    def charge_usd_per_teu(self) -> Floats:
        """What is charged on passing an arc, (rows, n)."""
        return np.stack([self.charge_of(row) for row in range(self.rows)])

    @cached_property
    def delay_h(self) -> Floats:
        """How long passing an arc is delayed, (rows, n)."""
        return np.stack([self.delay_of(row) for row in range(self.rows)])

    @cached_property
    def cap_teu_per_year(self) -> Floats:
        """What may pass an arc in TEU a year, infinite where nothing limits it, (rows, n)."""
        found: Floats = _spread(self.caps, self.verdict_of, self.situation_of_arc, usual=np.inf)
        return found

    @cached_property
    def refusal_chance(self) -> Floats:
        """The chance of being refused on an arc although it is open, (rows, n)."""
        chances = np.array([one.refusal_chance for one in self.verdicts], np.float64)
        found: Floats = _spread(chances, self.verdict_of, self.situation_of_arc, usual=0.0)
        return found

    def verdict(self, of_class: int, arc: int) -> Verdict:
        """Return what the rules say of a class on an arc."""
        return self.verdict_at(int(self.row_of[of_class]), arc)

    def verdict_at(self, row: int, arc: int) -> Verdict:
        """Return what the rules say of the classes of a row on an arc."""
        return self.verdicts[int(self.verdict_of[row, self.situation_of_arc[arc]])]

    def rules_at(self, row: int, arc: int) -> tuple[str, ...]:
        """Return the rules that decide for the classes of a row on an arc."""
        return self._deciding[int(self.verdict_of[row, self.situation_of_arc[arc]])]

    @cached_property
    def _deciding(self) -> list[tuple[str, ...]]:
        """The rules that decide in each verdict."""
        return [tuple([rule.id for rule in one.winners]) for one in self.verdicts]

    def rule_ids(self, of_class: int, arc: int) -> tuple[str, ...]:
        """Return the rules that decide for a class on an arc."""
        return self.rules_at(int(self.row_of[of_class]), arc)

    def explain(self, of_class: int, arc: int) -> tuple[str, ...]:
        """Return in words, a line each, who refuses a class on an arc and what it meets."""
        verdict, row = self.verdict(of_class, arc), int(self.row_of[of_class])
        lines = [_refusal(one) for one in verdict.refusals] or ["open"]
        lines += [_effect(rule) for rule in verdict.winners if rule.effect != "deny"]
        charge, delay = self.charge_usd_per_teu[row, arc], self.delay_h[row, arc]
        if charge or delay:
            lines.append(f"levied on this arc: {charge:g} USD/TEU, {delay:g} h")
        return tuple(lines)

    @property
    def digest(self) -> str:
        """A hash of what holds on every arc for every class; equal for equal access."""
        found = hashlib.sha256()
        # Reasons are numbered by those that occur, so that no other one counts.
        used, numbered = np.unique(self.refused_by[self.row_of], return_inverse=True)
        found.update(repr([self.reasons[at] for at in used.tolist() if at != OPEN]).encode())
        found.update(numbered.astype(np.int64).tobytes())
        for array in (
            self.open, self.charge_usd_per_teu, self.delay_h, self.cap_teu_per_year,
            self.refusal_chance,
        ):  # fmt: skip
            found.update(np.ascontiguousarray(array[self.row_of]).tobytes())
        return found.hexdigest()


def compile_access(
    terrain: Terrain,
    in_force: InForce,
    classes: Sequence[Cargo],
    *,
    units: Units | None = None,
    candidates: Candidates | None = None,
) -> Access:
    """Compile the rules in force onto the arcs of a terrain.

    Parameters
    ----------
    terrain
        The places of a decision graph.
    in_force
        What holds on the day.
    classes
        The classes of cargo.
    units
        Value, weight and lot sizes of the cargo, for charges and caps given by them.
    candidates
        The rules laid over the terrain already, for repeated use.

    Returns
    -------
    Access
        What is open and what it costs, arc by arc and class by class.
    """
    laid = candidates or Candidates.of(terrain, in_force)
    row_of, answers = _collapsed(laid.answers(classes))
    used, verdict_of = np.unique(laid.judged(answers), return_inverse=True)
    verdicts = tuple([laid.verdicts[at] for at in used.tolist()])
    verdict_of = verdict_of.reshape(len(answers), len(laid.ledger))
    sheet = _Sheet(laid, verdicts, units or Units())
    reasons, refused = _reasons(verdicts)
    charges, delays = sheet.levied("charge"), sheet.levied("delay")
    caps = np.array([sheet.cap(one) for one in verdicts], np.float64)
    return Access(
        row_of,
        reasons,
        (*laid.warnings, *sorted(sheet.warnings)),
        terrain,
        verdicts,
        verdict_of,
        laid.situation_of_place[terrain.place_of_arc],
        np.array([one.usable for one in verdicts], np.bool_),
        refused,
        caps,
        charges,
        delays,
    )


def _collapsed(answers: Bools) -> tuple[Ints, Bools]:
    """Return the kind of each class that rules tell apart, and the answers of each kind."""
    packed = np.packbits(answers, axis=1)
    first, row_of = distinct(packed, np.zeros(len(packed), np.int64))
    return row_of, answers[first]


def _reasons(verdicts: Sequence[Verdict]) -> tuple[tuple[Refusal, ...], Shorts]:
    """Return the first refusal of each verdict: all of them, and the index for each."""
    firsts = [one.refusals[0] if one.refusals else None for one in verdicts]
    reasons = sorted({one for one in firsts if one}, key=_refusal)
    index = {reason: at for at, reason in enumerate(reasons)}
    rows = np.array([index[one] if one else OPEN for one in firsts], np.int16)
    return tuple(reasons), rows


def _spread(
    values: NDArray[Any], verdict_of: Ints, situation_of_arc: Ints, *, usual: float
) -> NDArray[Any]:
    """Return a value of each verdict on each arc, (rows, n); most are the usual one."""
    shape = (len(verdict_of), len(situation_of_arc))
    full = np.zeros(shape, values.dtype) if usual == 0 else np.full(shape, usual, values.dtype)
    of_situation = values[verdict_of]
    odd = (of_situation != usual).any(axis=0)
    arcs = np.flatnonzero(odd[situation_of_arc])
    full[:, arcs] = of_situation[:, situation_of_arc[arcs]]
    return full


class _Sheet:
    """Turns values of rules into arrays, and keeps a warning for each that it cannot."""

    def __init__(self, laid: Candidates, verdicts: Sequence[Verdict], units: Units) -> None:
        self.laid, self.verdicts, self.units = laid, verdicts, units
        self.warnings: set[str] = set()

    def levied(self, effect: str) -> tuple[Levied, ...]:
        """Return what each rule of an effect levies."""
        found = []
        for rule, won in _winning(effect, self.verdicts):
            value = self._value(rule)
            if not value:
                continue
            where = self.laid.levies[rule.id]
            self.warnings |= {where.problem} - {""}
            situations = self.laid.situation_of_place[where.places]
            found.append(Levied(rule, where.arcs, situations, value * where.parts, won))
        return tuple(found)

    def cap(self, verdict: Verdict) -> float:
        """Return the smallest cap of a verdict in TEU a year, infinite if there is none."""
        caps = [self._value(rule) for rule in verdict.winners if rule.effect == "cap"]
        return min((cap for cap in caps if cap is not None), default=np.inf)

    def _value(self, rule: Rule) -> float | None:
        """Return a rule's value in our units, None if it has none there."""
        value, problem = convert(rule, self.units)
        self.warnings |= {problem} - {""}
        return None if problem else value


def _winning(effect: str, verdicts: Sequence[Verdict]) -> Iterator[tuple[Rule, Bools]]:
    """Yield each rule of an effect that decides somewhere and the verdicts it does so in."""
    rules: dict[str, Rule] = {}
    wins: dict[str, list[int]] = {}
    for at, verdict in enumerate(verdicts):
        for rule in verdict.winners:
            if rule.effect == effect:
                rules[rule.id] = rule
                wins.setdefault(rule.id, []).append(at)
    for name in sorted(rules):
        won = np.zeros(len(verdicts), np.bool_)
        won[wins[name]] = True
        yield rules[name], won


def _refusal(one: Refusal) -> str:
    """Return a refusal in words."""
    by = f"closed by {one.actor}" if one.actor else "closed"
    return f"{by} ({one.rule}): {one.words}" if one.rule else f"{by}: {one.words}"


def _effect(rule: Rule) -> str:
    """Return in words what a rule other than a refusal does."""
    value = "" if rule.value is None else f" {rule.value:g} {rule.unit}"
    return f"{rule.effect}{value} by {rule.by} ({rule.id}): {rule.title}"
