"""Which rules could hold where: found once for a terrain and the rules in force on a day.

What a rule asks of cargo in a situation is a *question*; a class of cargo is its answers,
and situations are judged by :func:`corridors.scenario.precedence.judge` once for each set
of answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.sparse as sp

from corridors.scenario.ledger import Ledger, distinct
from corridors.scenario.levies import levy
from corridors.scenario.precedence import is_met, weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import Cargo, InForce, Rule
    from corridors.scenario.levies import Levy
    from corridors.scenario.precedence import Survey, Verdict
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Ints


#: Answers that fit into a number.
_BITS = 62


@dataclass(frozen=True)
class Question:
    """Whether a rule is about cargo in situations like number `at`.

    `narrow` tells whether anything but its demands on cargo can fail.
    """

    rule: Rule
    at: int
    narrow: bool


@dataclass(frozen=True)
class Situation:
    """Places alike to all rules: a survey of one, what holds, the questions of its rules."""

    found: Survey
    law: InForce
    questions: list[int]


@dataclass(frozen=True)
class Candidates:
    """The rules in force laid over a terrain.

    `questions` are asked in the situations that `asked` (questions, situations) marks;
    `weights` pack the answers given there into numbers, each (questions, situations).
    `verdicts` are all found so far, `decided` gives the index of that on a situation for
    such numbers, `alike` that for the rules left, and `levies` where rules are levied:
    they only spare the next compilation the work.
    """

    terrain: Terrain
    law: InForce
    ledger: Ledger
    questions: tuple[Question, ...]
    asked: Bools
    weights: tuple[sp.csr_array, ...]
    verdicts: list[Verdict] = field(default_factory=list)
    decided: dict[tuple[int, ...], int] = field(default_factory=dict)
    alike: dict[tuple[object, ...], int] = field(default_factory=dict)
    levies: dict[str, Levy] = field(default_factory=dict)

    @classmethod
    def of(cls, terrain: Terrain, law: InForce) -> Self:
        """Find the rules in force that could hold at each place."""
        ledger = Ledger(terrain, law)
        questions, asked = _questions(ledger)
        found = cls(terrain, law, ledger, questions, asked, _weights(asked))
        for rule in law.rules:
            if rule.effect in ("charge", "delay"):
                found.levies[rule.id] = levy(rule, terrain)
        return found

    @property
    def situation_of_place(self) -> Ints:
        """The situation of each place, (places,)."""
        return self.ledger.situation_of_place

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Which rules lack standing somewhere, in words."""
        return tuple(self.ledger.warnings())

    @cached_property
    def situations(self) -> tuple[Situation, ...]:
        """Every situation, written out."""
        return tuple(
            Situation(self.survey(at), self.law, np.flatnonzero(self.asked[:, at]).tolist())
            for at in range(len(self.ledger))
        )

    def survey(self, situation: int) -> Survey:
        """Return what bears on the places of a situation."""
        return self.ledger.survey(situation)

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
            if question.narrow:
                found = self.ledger.place_of(question.at)
                for row in np.flatnonzero(answers[:, at]).tolist():
                    answers[row, at] = is_met(question.rule, found, classes[row])
        return answers

    def judged(self, classes: Sequence[Cargo], answers: Bools) -> Ints:
        """Judge every situation for classes that gave `answers`.

        Returns
        -------
        Ints
            Index into `verdicts`, (classes, situations).
        """
        codes = [answers.astype(np.int64) @ weights for weights in self.weights]
        pair = np.broadcast_to(np.arange(len(self.ledger)), (len(classes), len(self.ledger)))
        for code in codes:
            values, rank = np.unique(code, return_inverse=True)
            pair = pair * len(values) + rank.reshape(code.shape)
        _, first, same = np.unique(pair, return_index=True, return_inverse=True)
        rows, situations = (one.tolist() for one in np.divmod(first, len(self.ledger)))
        numbers = (code.ravel()[first].tolist() for code in codes)
        keys = list(zip(situations, *numbers, strict=True))
        new: dict[int, list[int]] = {}
        for at, key in enumerate(keys):
            if key not in self.decided:
                new.setdefault(rows[at], []).append(at)
        for row, ats in new.items():
            found = self._judge([situations[at] for at in ats], answers[row])
            self.decided.update(zip((keys[at] for at in ats), found, strict=True))
        verdicts = np.array([self.decided[key] for key in keys], np.int64)
        return verdicts[same].reshape(len(classes), len(self.ledger))

    def _judge(self, situations: Sequence[int], answers: Bools) -> list[int]:
        """Return the index of the verdict on cargo that gives these answers, by situation.

        With the questions answered, a verdict hangs on the rules left and on the controls
        that shut the place, which far fewer situations tell apart.
        """
        given = self.asked[:, situations] & answers[:, None]
        shut = self.ledger.shut[:, situations]
        closed: dict[str, int] = {}
        marks = [
            closed.setdefault(self.terrain.places[place].closed, len(closed))
            for place in self.ledger.first[situations].tolist()
        ]
        first, kind = distinct(np.vstack([given, shut]), np.array(marks, np.uint32))
        verdicts = [
            self._verdict(situations[at], np.flatnonzero(given[:, at]).tolist())
            for at in first.tolist()
        ]
        return [verdicts[at] for at in kind.tolist()]

    def _verdict(self, situation: int, yes: Sequence[int]) -> int:
        """Return the index of the verdict where these questions are answered with yes."""
        found = self.ledger.place_of(situation)
        rules = tuple([self.questions[at].rule for at in yes])
        shut = tuple([control.id for control in found.shut])
        key = (tuple([rule.id for rule in rules]), shut, found.place.closed)
        if key not in self.alike:
            self.alike[key] = len(self.verdicts)
            self.verdicts.append(weigh(found, rules, self.law))
        return self.alike[key]


def _questions(ledger: Ledger) -> tuple[tuple[Question, ...], Bools]:
    """Return what rules ask, and which question is asked in which situation."""
    rules = ledger.law.rules
    worked = np.array([rule.scope.kind == "operator" for rule in rules], np.bool_)
    anywhere: Bools = np.any(ledger.counted, axis=1)
    plain = np.flatnonzero(anywhere & ~worked & ~ledger.sighted)
    first = ledger.counted[plain].argmax(axis=1).tolist()
    found = [(row, Question(rules[row], at, _is_narrow(rules[row])))
             for row, at in zip(plain.tolist(), first, strict=True)]  # fmt: skip
    parts = [ledger.counted[plain]]
    for row in np.flatnonzero(anywhere & (worked | ledger.sighted)).tolist():
        where = np.flatnonzero(ledger.counted[row])
        for same in _alike(
            ledger, where, sighted=bool(ledger.sighted[row]), worked=bool(worked[row])
        ):
            found.append((row, Question(rules[row], int(same[0]), narrow=True)))
            marks = np.zeros((1, len(ledger)), np.bool_)
            marks[0, same] = True
            parts.append(marks)
    # In the order of the rules, as those of a survey are.
    order = sorted(range(len(found)), key=lambda at: found[at][0])
    open_places = np.array([not place.closed for place in ledger.terrain.places], np.bool_)
    asked = np.vstack(parts)[order] & open_places[ledger.first]
    return tuple([found[at][1] for at in order]), asked


def _is_narrow(rule: Rule) -> bool:
    return rule.transit_only or rule.direction != "both"


def _alike(ledger: Ledger, where: Ints, *, sighted: bool, worked: bool) -> list[Ints]:
    """Part situations by what a rule looks at: their countries, or who works them."""
    code = np.zeros(len(where), np.int64)
    if sighted:
        code = ledger.terrain.border_of_place[ledger.first[where]]
    if worked:
        code = code * len(ledger.operators) + ledger.operators_of[where]
    return [where[code == one] for one in np.unique(code)]


def _weights(asked: Bools) -> tuple[sp.csr_array, ...]:
    """Return matrices that give every answer of a situation a bit of its own."""
    situation, question = np.nonzero(asked.T)
    before = np.concatenate([[0], np.cumsum(asked.sum(axis=0))])
    place = np.arange(len(situation)) - before[situation]
    found = []
    for start in range(0, max(int(place.max(initial=0)) + 1, 1), _BITS):
        within = (place >= start) & (place < start + _BITS)
        weight = np.left_shift(np.int64(1), place[within] - start)
        cells = (weight, (question[within], situation[within]))
        found.append(sp.csr_array(cells, shape=asked.shape))
    return tuple(found)
