"""Which rules could hold where: found once for a terrain and the rules in force on a day.

Places at which the same rules and controls meet are one *situation*. What a rule asks of
cargo there is a *question*; a class of cargo is its answers, and places are judged by
:func:`corridors.scenario.precedence.judge` once for each set of answers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.sparse as sp

from corridors.model.access import Cargo
from corridors.scenario.levies import levy
from corridors.scenario.precedence import (
    WORKING,
    Survey,
    applies,
    empowers,
    gives,
    judge,
    lacks_standing,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from corridors.model.access import Control, InForce, Place, Rule
    from corridors.scenario.levies import Levy
    from corridors.scenario.precedence import Verdict
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Ints


#: Answers that fit into a number.
_BITS = 62


@dataclass(frozen=True)
class Question:
    """Whether a rule is about cargo at places like the one surveyed.

    `bare` is the rule without its demands on cargo, None if nothing else can fail.
    """

    rule: Rule
    found: Survey
    bare: Rule | None


@dataclass(frozen=True)
class Situation:
    """Places alike to all rules: a survey of one, what holds there, the questions asked."""

    found: Survey
    law: InForce
    questions: list[int]


@dataclass(frozen=True)
class Candidates:
    """The rules in force laid over a terrain.

    `situation_of_place` (places,) indexes `situations`; `warnings` tell which rules lack
    standing. `weights` pack the answers to a situation's questions into numbers, each
    (questions, situations). `verdicts` are all found so far, `decided` gives the index of that on a
    situation for such numbers, `alike` that for the rules left, and `levies` where rules are
    levied: they only spare the next compilation the work.
    """

    terrain: Terrain
    law: InForce
    questions: tuple[Question, ...]
    situations: tuple[Situation, ...]
    situation_of_place: Ints
    weights: tuple[sp.csr_array, ...]
    warnings: tuple[str, ...]
    verdicts: list[Verdict] = field(default_factory=list)
    decided: dict[tuple[int, ...], int] = field(default_factory=dict)
    alike: dict[tuple[object, ...], int] = field(default_factory=dict)
    levies: dict[str, Levy] = field(default_factory=dict)

    @classmethod
    def of(cls, terrain: Terrain, law: InForce) -> Self:
        """Find the rules in force that could hold at each place."""
        ledger = _Ledger(terrain, law)
        situations = tuple(ledger.situations)
        found = cls(
            terrain, law, tuple(ledger.questions), situations, ledger.situation_of_place,
            tuple(_weights(situations, len(ledger.questions))), tuple(_warnings(situations, law)),
        )  # fmt: skip
        for rule in law.rules:
            if rule.effect in ("charge", "delay"):
                found.levies[rule.id] = levy(rule, terrain)
        found.judged([Cargo()], found.answers([Cargo()]))
        return found

    def answers(self, classes: Sequence[Cargo]) -> Bools:
        """Ask every question of every class of cargo.

        Returns
        -------
        Bools
            Whether the rule of a question is about a class, (classes, questions).
        """
        demands: dict[tuple[object, ...], Bools] = {}
        answers = np.empty((len(classes), len(self.questions)), np.bool_)
        for at, question in enumerate(self.questions):
            who = question.rule.who
            if who not in demands:
                accepted = [all(one.accepts(cargo) for one in who) for cargo in classes]
                demands[who] = np.array(accepted, np.bool_)
            answers[:, at] = demands[who]
            if question.bare:
                for row in np.flatnonzero(answers[:, at]).tolist():
                    answers[row, at] = applies(question.bare, question.found, classes[row])
        return answers

    def judged(self, classes: Sequence[Cargo], answers: Bools) -> Ints:
        """Judge every situation for classes that gave `answers`.

        Returns
        -------
        Ints
            Index into `verdicts`, (classes, situations).
        """
        codes = [(answers.astype(np.int64) @ weights).T.tolist() for weights in self.weights]
        found = []
        for at, columns in enumerate(zip(*codes, strict=True)):
            keys = list(zip(repeat(at), *columns))
            if not self.decided.keys() >= set(keys):
                self._decide(at, keys, classes, answers)
            found.append([self.decided[key] for key in keys])
        return np.array(found, np.int64).reshape(len(self.situations), len(classes)).T

    def _decide(
        self, at: int, keys: Sequence[tuple[int, ...]], classes: Sequence[Cargo], answers: Bools
    ) -> None:
        """Judge a situation for each class with a key that is new."""
        situation = self.situations[at]
        for row, key in enumerate(keys):
            if key not in self.decided:
                given = answers[row, situation.questions]
                self.decided[key] = self._judge(situation, given, classes[row])

    def _judge(self, situation: Situation, answers: Bools, cargo: Cargo) -> int:
        """Return the index of the verdict on cargo that gives these answers.

        With the questions answered, a verdict hangs on the rules left and on the controls
        that shut the place, which far fewer places tell apart.
        """
        asked = zip(situation.questions, answers.tolist(), strict=True)
        rules = tuple(self.questions[question].rule for question, yes in asked if yes)
        shut = tuple(control.id for control in situation.found.shut)
        key = (tuple(rule.id for rule in rules), shut, situation.found.place.closed)
        if key not in self.alike:
            self.alike[key] = len(self.verdicts)
            found = replace(situation.found, counted=rules, lacking=())
            self.verdicts.append(judge(found, cargo, situation.law))
        return self.alike[key]


def _weights(situations: Sequence[Situation], questions: int) -> Iterator[sp.csr_array]:
    """Yield matrices that give every answer of a situation a bit of its own."""
    most = max((len(situation.questions) for situation in situations), default=0)
    for start in range(0, max(most, 1), _BITS):
        triples = [
            (1 << bit, question, at)
            for at, situation in enumerate(situations)
            for bit, question in enumerate(situation.questions[start : start + _BITS])
        ]
        weight, row, column = np.array(triples, np.int64).reshape(-1, 3).T
        yield sp.csr_array((weight, (row, column)), shape=(questions, len(situations)))


class _Ledger:
    """Lays scopes over places as bits, and tells apart the situations that come of it."""

    def __init__(self, terrain: Terrain, law: InForce) -> None:
        self.places, self.law = terrain.places, law
        coverage = terrain.coverage
        self.controls = coverage.matrix(one.scope for one in law.controls)
        self.rules = coverage.matrix(rule.scope for rule in law.rules)
        self._sighted = [_is_sighted(rule) for rule in law.rules]
        first, self.situation_of_place = self._told_apart()
        self.able = _able(law).astype(np.float32) @ self.controls[:, first].astype(np.float32) > 0
        self._working = np.array([one.role in WORKING for one in law.controls], np.bool_)
        self._shutting = np.array([_shuts(one, law) for one in law.controls], np.bool_)
        self._operators: dict[bytes, frozenset[str]] = {}
        self._question_of: dict[Hashable, int] = {}
        self.questions: list[Question] = []
        self.situations = [self._situation(at, place) for at, place in enumerate(first.tolist())]

    def _told_apart(self) -> tuple[Ints, Ints]:
        """Return the first place of each situation, and the situation of each place."""
        sees: Bools = np.any(self.rules[self._sighted], axis=0)
        codes: dict[object, int] = {}
        marks = [
            codes.setdefault((place.countries if sees[at] else (), place.closed), len(codes))
            for at, place in enumerate(self.places)
        ]
        bits = np.packbits(np.vstack([self.controls, self.rules]), axis=0).T
        keys = np.hstack([bits, np.array(marks, np.uint32)[:, None].view(np.uint8)])
        rows = np.ascontiguousarray(keys).view(f"V{keys.shape[1]}").ravel()
        _, first, of_place = np.unique(rows, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        return first[order], rank[of_place.ravel()]

    def _situation(self, at: int, index: int) -> Situation:
        """Return the situation of a place with its questions."""
        place, law = self.places[index], self.law
        near, able = self.rules[:, index], self.able[:, at]
        counted = np.flatnonzero(near & able).tolist()
        lacking = np.flatnonzero(near & ~able).tolist()
        held = self.controls[:, index]
        found = Survey(
            place,
            tuple([law.rules[row] for row in counted]),
            tuple([law.rules[row] for row in lacking]),
            self._who_works(held & self._working),
            tuple([law.controls[row] for row in np.flatnonzero(held & self._shutting).tolist()]),
        )
        asking = () if place.closed else counted
        return Situation(found, law, [self._question(row, found) for row in asking])

    def _who_works(self, held: Bools) -> frozenset[str]:
        """Return who works a place over which some controls are held."""
        key = held.tobytes()
        if key not in self._operators:
            rows = np.flatnonzero(held).tolist()
            self._operators[key] = frozenset(self.law.controls[row].actor for row in rows)
        return self._operators[key]

    def _question(self, row: int, found: Survey) -> int:
        """Return the index of what a rule asks at a place, a new one if need be."""
        rule = self.law.rules[row]
        operators = found.operators if rule.scope.kind == "operator" else None
        key = (row, found.place.countries if self._sighted[row] else (), operators)
        if key not in self._question_of:
            self._question_of[key] = len(self.questions)
            narrow = rule.transit_only or rule.direction != "both" or operators is not None
            bare = replace(rule, who=()) if narrow else None
            self.questions.append(Question(rule, found, bare))
        return self._question_of[key]


def _able(law: InForce) -> Bools:
    """Return which control gives the maker of which rule its power, (rules, controls)."""
    by_actor: dict[str, list[int]] = defaultdict(list)
    for at, control in enumerate(law.controls):
        by_actor[control.actor].append(at)
    found = np.zeros((len(law.rules), len(law.controls)), np.bool_)
    for row, rule in enumerate(law.rules):
        for speaker in law.agencies.get(rule.by, (rule.by,)):
            for at in by_actor.get(speaker, ()):
                found[row, at] = empowers(law.controls[at], rule, law)
    return found


def _shuts(control: Control, law: InForce) -> bool:
    """Whether a control closes its places unless its actor permits."""
    return not control.default_open and gives(control, "deny", law)


def _is_sighted(rule: Rule) -> bool:
    """Whether a rule tells transit, entry or exit by the countries of the place.

    A rule on countries tells them by its own, wherever it is met.
    """
    crossing = rule.transit_only or rule.direction != "both"
    return crossing and rule.scope.kind != "territory"


def _warnings(situations: Sequence[Situation], law: InForce) -> Iterator[str]:
    """Yield a warning for each rule that lacks standing somewhere."""
    lacking: dict[str, list[tuple[Rule, Place]]] = defaultdict(list)
    for situation in situations:
        place = situation.found.place
        for rule in situation.found.lacking:
            # Whoever may work a place without a row is no place of an operator's rule.
            if rule.scope.covers(place, situation.found.operators):
                lacking[rule.id].append((rule, place))
    for pairs in (lacking[key] for key in sorted(lacking)):
        more = f" (and {len(pairs) - 1} more kinds of place)" if len(pairs) > 1 else ""
        yield lacks_standing(*pairs[0], law) + more
