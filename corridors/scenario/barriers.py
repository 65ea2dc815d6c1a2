"""All that must be lifted before a place opens, not only what decides while it is shut.

Whoever lifts the rule that refuses cargo may find the next one behind it: another rule of
the same actor, or a control that is closed unless its actor permits. A *barrier* names
them all, so that lifting it opens the place and lifting less does not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from corridors.model.result import Blocker
from corridors.model.scenario import Access, NetworkChoice
from corridors.scenario.closures import close
from corridors.scenario.stances import REFUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from corridors.model.access import Control, InForce, Rule
    from corridors.model.scenario import Scenario
    from corridors.scenario.candidates import Question, Situation
    from corridors.scenario.closures import Closable, Closures
    from geodata.types import Asset, Bools


@dataclass(frozen=True)
class Refusals:
    """Who may refuse at the places of one situation, asked of many cargoes.

    `ranked` holds for each actor its rules on access, the winning one first, each with
    the number of the question whether it is about the cargo; `shut` are the controls
    that are closed unless their actor permits.
    """

    ranked: tuple[tuple[str, tuple[tuple[int, Rule], ...]], ...]
    shut: tuple[Control, ...]
    agencies: Mapping[str, frozenset[str]]
    stances: Mapping[str, Blocker]

    @classmethod
    def of(
        cls, situation: Situation, questions: Sequence[Question], stances: Mapping[str, Blocker]
    ) -> Self:
        """Gather the rules of a situation by actor, whatever the cargo.

        Parameters
        ----------
        situation
            What bears on its places.
        questions
            What its numbers of questions mean, those of rules first in precedence first.
        stances
            As :func:`stances` returns them.
        """
        by_actor: dict[str, list[tuple[int, Rule]]] = defaultdict(list)
        for asked in situation.questions:
            rule = questions[asked].rule
            if rule.effect in ("permit", "deny"):
                by_actor[rule.by].append((asked, rule))
        ranked = tuple((actor, tuple(by_actor[actor])) for actor in sorted(by_actor))
        return cls(ranked, situation.found.shut, situation.law.agencies, stances)

    def met(self, answers: Sequence[bool]) -> frozenset[Blocker]:
        """Return all by which actors refuse cargo, one behind the other.

        Of each actor: the rules that deny and come before any that permits, by
        precedence. Then the controls that are closed by default and for whose actors no
        rule is left.

        Parameters
        ----------
        answers
            Whether the rule of each question is about the cargo, (questions,).
        """
        blockers: list[Blocker] = []
        spoken: set[str] = set()
        for actor, ranked in self.ranked:
            asked = (rule for question, rule in ranked if answers[question])
            for rule in asked:
                if rule.effect == "permit":
                    spoken |= self.agencies.get(actor, frozenset({actor}))
                    break
                told = Blocker("rule", rule.id, actor, rule.title)
                blockers.append(self.stances.get(rule.id, told))
        for control in self.shut:
            if control.actor not in spoken:
                words = f"{control.title}: closed unless {control.actor} permits"
                blockers.append(Blocker("default", control.actor, control.actor, words))
        return frozenset(blockers)


def stances(law: InForce) -> dict[str, Blocker]:
    """Return what each rule that stands for a stance tells of: who refuses everything.

    Who acts for another that refuses too does so as long as that one does.
    """
    refusing = {rule.by: rule for rule in law.rules if rule.id.startswith(REFUSES)}
    found = {}
    for actor, rule in refusing.items():
        speakers = {one: law.agencies.get(one, frozenset({one})) for one in refusing}
        principals = [one for one in refusing if actor in speakers[one]]
        first = refusing[max(principals, key=lambda one: (len(speakers[one]), one))]
        found[rule.id] = Blocker("refuses", first.id, first.by, first.title)
    return found


def closures(
    table: Closable, scenario: Scenario, assets: Sequence[Asset], countries: Sequence[str], *,
    calls_at: Callable[[str], Bools] | None = None,
) -> list[tuple[Blocker, Bools]]:  # fmt: skip
    """Return what a scenario itself closes, each with all the rows that it closes.

    Parameters
    ----------
    table, scenario, assets, countries, calls_at
        As in :func:`corridors.scenario.closures.close`, which tells only the first of
        several that close a row.
    """
    bare = replace(scenario, access=Access())
    found = _each(close(table, bare, assets, countries))
    everything = NetworkChoice(built=tuple(asset.id for asset in assets))
    for entry in scenario.access.close:
        alone = replace(scenario, access=Access(close=(entry,)), network=everything)
        found += _each(close(table, alone, assets, countries, calls_at=calls_at))
    merged: dict[tuple[str, str], tuple[Blocker, Bools]] = {}
    for blocker, rows in found:
        first, before = merged.setdefault((blocker.kind, blocker.id), (blocker, rows))
        merged[blocker.kind, blocker.id] = (first, before | rows)
    return list(merged.values())


def _each(found: Closures) -> list[tuple[Blocker, Bools]]:
    """Return each reason with the rows that it closes."""
    return [
        (Blocker(reason.kind, reason.id, "", reason.words), found.closed_by == at)
        for at, reason in enumerate(found.reasons)
    ]
