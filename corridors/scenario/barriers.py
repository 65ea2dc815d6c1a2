"""All that must be lifted before a place opens, not only what decides while it is shut.

Whoever lifts the rule that refuses cargo may find the next one behind it: another rule of
the same actor, or a control that is closed unless its actor permits. A *barrier* names
them all, so that lifting it opens the place and lifting less does not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from corridors.model.result import Blocker
from corridors.model.scenario import Access, NetworkChoice
from corridors.scenario.closures import close
from corridors.scenario.precedence import applies, rank
from corridors.scenario.stances import REFUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import Cargo, InForce
    from corridors.model.scenario import Scenario
    from corridors.scenario.closures import Closable, Closures
    from corridors.scenario.precedence import Survey
    from geodata.types import Asset, Bools


def refusals(found: Survey, cargo: Cargo, law: InForce) -> tuple[Blocker, ...]:
    """Return all by which actors refuse cargo at a surveyed place, one behind the other.

    Of each actor: the rules that deny and come before any that permits, by precedence.
    Then the controls that are closed by default and for whose actors no rule is left.

    Parameters
    ----------
    found
        What bears on the place.
    cargo
        What would pass.
    law
        What is in force.
    """
    by_actor = defaultdict(list)
    for rule in found.counted:
        if rule.effect in ("permit", "deny") and applies(rule, found, cargo):
            by_actor[rule.by].append(rule)
    blockers: list[Blocker] = []
    spoken: set[str] = set()
    for actor in sorted(by_actor):
        ranked = sorted(by_actor[actor], key=rank)
        denying = list(takewhile(lambda rule: rule.effect == "deny", ranked))
        for rule in denying:
            kind = "refuses" if rule.id.startswith(REFUSES) else "rule"
            blockers.append(Blocker(kind, rule.id, actor, rule.title))
        if len(denying) < len(ranked):
            spoken |= law.agencies.get(actor, frozenset({actor}))
    for control in found.shut:
        if control.actor not in spoken:
            words = f"{control.title}: closed unless {control.actor} permits"
            blockers.append(Blocker("default", control.actor, control.actor, words))
    return tuple(dict.fromkeys(blockers))


def closures(
    table: Closable, scenario: Scenario, assets: Sequence[Asset], countries: Sequence[str]
) -> list[tuple[Blocker, Bools]]:
    """Return what a scenario itself closes, each with all the rows that it closes.

    Parameters
    ----------
    table, scenario, assets, countries
        As in :func:`corridors.scenario.closures.close`, which tells only the first of
        several that close a row.
    """
    bare = replace(scenario, access=Access())
    found = _each(close(table, bare, assets, countries))
    everything = NetworkChoice(built=tuple(asset.id for asset in assets))
    for entry in scenario.access.close:
        alone = replace(scenario, access=Access(close=(entry,)), network=everything)
        found += _each(close(table, alone, assets, countries))
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
