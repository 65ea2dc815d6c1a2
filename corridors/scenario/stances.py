"""What a scenario supposes of whole actors: who lifts every refusal, who refuses all.

Both are changes of what is in force, so that the same precedence judges them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.errors import Finding, ScenarioError, nearest
from corridors.model.access import Evidence, Rule, Scope
from corridors.scenario.precedence import gives

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from corridors.model.access import Control, InForce

#: Above any priority that a rule has.
FIRST = 1_000_000
#: What the id of a rule begins with that stands for a stance.
REFUSES = "refuses:"


def with_stances(law: InForce, *, permits: Sequence[str], refuses: Sequence[str]) -> InForce:
    """Return what is in force once some actors permit, or refuse, all they can.

    Parameters
    ----------
    law
        What is in force.
    permits
        Who lifts every refusal: an actor, `@BLOC`, `*` for all, `!x` for all but x;
        several exceptions leave out each.
    refuses
        Who refuses all cargo wherever it holds the power to deny a place; as `permits`.

    Raises
    ------
    ScenarioError
        If an actor is unknown; carries all findings.
    """
    findings = [
        Finding("scenario", 0, 0, f"access.{part}", message, mend)
        for part, names in (("permits", permits), ("refuses", refuses))
        for _, message, mend in unknown_actors(names, law.actors)
    ]
    if findings:
        msg = "the scenario names unknown actors:"
        raise ScenarioError(msg, findings=findings)
    if not (permits or refuses):
        return law
    permitting = _meant(permits, law)
    denying = refusing(refuses, law)
    return replace(
        law,
        controls=tuple(
            replace(one, default_open=True) if one.actor in permitting else one
            for one in law.controls
        ),
        rules=(
            *(rule for rule in law.rules if rule.effect != "deny" or rule.by not in permitting),
            *(_refusal(actor, law) for actor in sorted(denying)),
        ),
    )


def refusing(names: Sequence[str], law: InForce) -> frozenset[str]:
    """Return who refuses if some names do: those they mean who may deny a place."""
    return _meant(names, law) & _deniers(law)


def denied(actors: Collection[str], law: InForce) -> tuple[Scope, ...]:
    """Return what is closed once some actors refuse all they can, as the scopes they hold.

    Parameters
    ----------
    actors
        Who refuses, as `refusing` tells; those who act for one of them refuse with it.
    law
        What is in force.
    """
    speakers = {one for actor in actors for one in law.agencies.get(actor, {actor})}
    return tuple(one.scope for one in law.controls if one.actor in speakers and _denies(one, law))


def unknown_actors(names: Sequence[str], among: Collection[str]) -> list[tuple[int, str, str]]:
    """Return place, message and mend of each name that is no actor.

    Examples
    --------
    >>> unknown_actors(["*", "!@EU", "Rus"], ["RU", "EU"])
    [(2, 'unknown actor Rus', 'did you mean "RU"?')]
    """
    found = []
    for at, name in enumerate(names):
        plain = name.removeprefix("!").removeprefix("@")
        if name != "*" and plain not in among:
            found.append((at, f"unknown actor {plain}", nearest(plain, among)))
    return found


def _meant(names: Sequence[str], law: InForce) -> frozenset[str]:
    """Return the actors that some names mean, those who act for them included."""
    without = {name for name in names if name.startswith("!")}
    found: set[str] = set(law.actors) if without or "*" in names else set()
    for name in set(names) - without - {"*"}:
        found |= _speakers(name, law)
    for name in without:
        found -= _speakers(name.removeprefix("!"), law)
    return frozenset(found)


def _speakers(name: str, law: InForce) -> set[str]:
    """Return an actor, or a bloc and its members, with those who act for them."""
    plain = name.removeprefix("@")
    actors = {plain, *(law.blocs.get(plain, ()) if name.startswith("@") else ())}
    return {one for actor in actors for one in law.agencies.get(actor, {actor})}


def _deniers(law: InForce) -> frozenset[str]:
    """Return the actors who hold the power to deny a place."""
    return frozenset(one.actor for one in law.controls if _denies(one, law))


def _denies(control: Control, law: InForce) -> bool:
    """Whether a control lets its actor close a place to all cargo."""
    return law.roles[control.role].reach == "place" and gives(control, "deny", law)


def _refusal(actor: str, law: InForce) -> Rule:
    """Return the rule by which an actor refuses all cargo where it can."""
    names: Mapping[str, str] = {key: one.name for key, one in law.actors.items()}
    return Rule(
        id=REFUSES + actor,
        by=actor,
        effect="deny",
        scope=Scope("any"),
        priority=FIRST,
        title=f"{names.get(actor, actor)} refuses all cargo in this scenario",
        evidence=Evidence("assumed", "low", placeholder=False, sources=("assumption",)),
    )
